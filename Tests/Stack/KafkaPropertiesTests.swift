import Testing

@testable import Stack

@Suite("Kafka's configs from outside") struct KafkaPropertiesTests {
    @Test(
        "A variable's underscores are dots, two are one underscore, three a hyphen",
        arguments: [
            ("KAFKA_NUM_PARTITIONS", "num.partitions"), ("KAFKA_A__B_C", "a_b.c"), ("KAFKA_A___B", "a-b"),
        ])
    func names(_ variable: String, _ name: String) { #expect(KafkaProperties.configName(of: variable) == name) }

    @Test(
        "Variables of Kafka's scripts and of clients are no configs",
        arguments: [
            "KAFKA_HEAP_OPTS", "KAFKA_BROKERS", "KAFKA_GROUP_ID", "KAFKA_TOPIC_NAME", "KAFKA_LOG4J_OPTS", "KAFKA_",
            "KAFKAESQUE", "NUM_PARTITIONS",
        ])
    func others(_ variable: String) { #expect(KafkaProperties.configName(of: variable) == nil) }

    @Test("Variables do not say where to listen when free ports are wanted; a flag does")
    func freePorts() throws {
        let environment = ["KAFKA_LISTENERS": "PLAINTEXT://:9092"]
        func listeners(_ properties: String?, _ usesEnvironment: Bool) throws -> [KafkaListener] {
            try KafkaProperties(
                environment: environment, properties: properties, port: 5,
                usesListenersOfEnvironment: usesEnvironment
            ).listeners
        }
        #expect(try listeners(nil, true).map(\.port) == [9092] && listeners(nil, false).isEmpty)
        #expect(try listeners("listeners=PLAINTEXT://:7", false).map(\.port) == [7])
        #expect(try listeners("advertised.listeners=PLAINTEXT://a:7", false).map(\.port) == [5])
    }

    private func properties(_ environment: [String: String], flag: String? = nil) throws -> KafkaProperties {
        try KafkaProperties(
            environment: environment, properties: flag, port: 9092, usesListenersOfEnvironment: true)
    }

    @Test("Without KAFKA_LISTENERS the broker listens everywhere on the ports that KAFKA_ADVERTISED_LISTENERS names")
    func derivedListeners() throws {
        let listeners = try properties([
            "KAFKA_ADVERTISED_LISTENERS": "PLAINTEXT://kafka:29092,PLAINTEXT_HOST://localhost:9092",
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,PLAINTEXT_HOST:PLAINTEXT",
        ]).listeners
        #expect(listeners.map(\.name) == ["PLAINTEXT", "PLAINTEXT_HOST"])
        #expect(listeners.map(\.host) == ["", ""] && listeners.map(\.port) == [29092, 9092])
        #expect(listeners.map(\.advertisedHost) == ["kafka", "localhost"])
        #expect(listeners.map(\.advertisedPort) == [29092, 9092])
    }

    @Test("Two listeners on one port are refused, unless their addresses differ")
    func oneport() throws {
        #expect(
            throws: Failure(
                .configuration, "listeners A and B both have port 9092; give each its own")
        ) {
            try properties([
                "KAFKA_ADVERTISED_LISTENERS": "A://kafka:9092,B://localhost:9092",
                "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "A:PLAINTEXT,B:PLAINTEXT",
            ])
        }
        let apart = ["KAFKA_LISTENERS": "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.2:9092"]
        #expect(try properties(apart).listeners.count == 2)
    }

    @Test("What was said of ZooKeeper is ignored with one line")
    func zooKeeper() throws {
        let given = try properties(["KAFKA_ZOOKEEPER_CONNECT": "zookeeper:2181", "KAFKA_BROKER_ID": "1"])
        #expect(
            given.notes == [
                .init(
                    level: .info,
                    text:
                        "KAFKA_ZOOKEEPER_CONNECT is ignored: this broker has no ZooKeeper; KAFKA_BROKER_ID 1 is only this "
                        + "node's number.")
            ])
        #expect(try properties(["KAFKA_BROKER_ID": "1"]).notes.isEmpty)
    }

    @Test("KAFKA_CREATE_TOPICS names topics, partitions, replicas and the cleanup policy")
    func createdTopics() throws {
        let given = try properties(["KAFKA_CREATE_TOPICS": "orders:3:1, audit:1:3:compact,\nplain\n"])
        #expect(given.topics.map(\.name) == ["orders", "audit", "plain"])
        #expect(given.topics.map(\.partitions) == [3, 1, 1])
        #expect(given.topics[1].configs == [.init(name: "cleanup.policy", value: "compact")])
        #expect(
            given.notes.map(\.text) == [
                "Topic audit of KAFKA_CREATE_TOPICS has 1 replica instead of 3: there is one broker."
            ])
        let separated = try properties(["KAFKA_CREATE_TOPICS": "a:2;b", "KAFKA_CREATE_TOPICS_SEPARATOR": ";"])
        #expect(separated.topics.map(\.name) == ["a", "b"] && separated.notes.isEmpty)
    }

    @Test(
        "A topic that cannot be read is refused in one sentence",
        arguments: ["a:x", "a:0", ":1", "a:1:0", "a:1:1:compact:x"])
    func malformedTopics(_ text: String) throws {
        #expect(
            throws: Failure(
                .configuration,
                "KAFKA_CREATE_TOPICS has `\(text)`, which is not name:partitions:replicas:cleanup.policy; correct it")
        ) { try properties(["KAFKA_CREATE_TOPICS": text]) }
    }

    @Test("A listener is its name, host and port; an IPv6 address stands in brackets")
    func listener() {
        let all = KafkaListener("PLAINTEXT://:9092")
        #expect(all == KafkaListener(name: "PLAINTEXT", host: "", port: 9092))
        #expect(KafkaListener("in://[::1]:7") == KafkaListener(name: "IN", host: "::1", port: 7))
        for text in ["PLAINTEXT:9092", "://a:1", "A://b", "A://b:x", "A://b:70000", ""] {
            #expect(KafkaListener(text) == nil, "\(text)")
        }
    }
}
