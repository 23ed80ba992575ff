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
