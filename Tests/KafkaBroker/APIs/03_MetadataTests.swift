import KafkaWire
import Testing

@testable import KafkaBroker

@Suite("Metadata")
struct MetadataTests {
    private func fixture(_ configure: (inout Broker.Configuration) -> Void = { _ in }) throws -> BrokerFixture {
        let fixture = try BrokerFixture(configure)
        var orders = Broker.NewTopic(name: "orders")
        orders.partitionCount = 3
        _ = try fixture.broker.create(orders)
        _ = try fixture.broker.create(Broker.NewTopic(name: "audit"))
        return fixture
    }

    private func request(_ names: [String]?, autoCreates: Bool = true) -> Metadata.Request {
        var request = Metadata.Request()
        request.topics = names.map {
            $0.map { name in
                var topic = Metadata.Request.Topic()
                topic.name = name
                return topic
            }
        }
        request.allowAutoTopicCreation = autoCreates
        return request
    }

    @Test("Every version names the one node, the controller and the partitions asked for", arguments: Metadata.versions)
    func everyVersion(_ version: Int16) throws {
        let fixture = try fixture()
        fixture.client = Client(id: 1, host: "10.0.0.7", advertisedHost: "broker.test", advertisedPort: 19092)
        let response = try fixture.ask(Metadata.self, version, request(["orders"]))
        #expect(response.brokers.map(\.nodeID) == [1])
        #expect(response.brokers.map(\.host) == ["broker.test"] && response.brokers.map(\.port) == [19092])
        #expect(response.brokers.map(\.rack) == [nil])
        if version >= 1 { #expect(response.controllerID == 1) }
        if version >= 2 { #expect(response.clusterID == fixture.broker.configuration.clusterID) }
        let topic = try #require(response.topics.first)
        #expect(response.topics.count == 1 && topic.name == "orders" && topic.errorCode == .none)
        #expect(topic.partitions.map(\.partitionIndex) == [0, 1, 2])
        for partition in topic.partitions {
            #expect(partition.leaderID == 1 && partition.replicaNodes == [1] && partition.isrNodes == [1])
            #expect(partition.errorCode == .none && partition.offlineReplicas.isEmpty)
            #expect(version < 7 || partition.leaderEpoch >= 0)
        }
        if version >= 10 { #expect(topic.topicID == fixture.broker.catalog.topic(named: "orders")?.id) }
    }

    @Test("Null asks for every topic in the order of names; an empty list for none, but for every one in version 0")
    func all() throws {
        let fixture = try fixture()
        for version in 1...Metadata.versions.upperBound {
            #expect(try fixture.ask(Metadata.self, version, request(nil)).topics.map(\.name) == ["audit", "orders"])
            #expect(try fixture.ask(Metadata.self, version, request([])).topics.isEmpty)
        }
        #expect(try fixture.ask(Metadata.self, 0, request([])).topics.map(\.name) == ["audit", "orders"])
    }

    @Test("A topic asked for twice is answered once")
    func twice() throws {
        let response = try fixture().ask(Metadata.self, 9, request(["orders", "audit", "orders"]))
        #expect(response.topics.map(\.name) == ["orders", "audit"])
    }

    @Test("An unknown topic is made with num.partitions, unless the request or the broker forbids it")
    func autoCreation() throws {
        let open = try fixture { $0.numPartitions = 4 }
        let made = try open.ask(Metadata.self, 4, request(["new"])).topics
        #expect(made.map(\.errorCode) == [.none] && made.map(\.partitions.count) == [4])
        #expect(open.broker.catalog.topic(named: "new")?.partitionCount == 4)
        #expect(
            try open.ask(Metadata.self, 4, request(["no"], autoCreates: false)).topics.map(\.errorCode)
                == [.unknownTopicOrPartition])
        #expect(open.broker.catalog.topic(named: "no") == nil)
        // Before version 4 there is no flag, and asking makes the topic.
        #expect(try open.ask(Metadata.self, 3, request(["old"], autoCreates: false)).topics.map(\.errorCode) == [.none])
        let closed = try fixture { $0.autoCreateTopics = false }
        #expect(
            try closed.ask(Metadata.self, 4, request(["new"])).topics.map(\.errorCode) == [.unknownTopicOrPartition])
        #expect(closed.broker.catalog.topic(named: "new") == nil)
    }

    @Test(
        "A name that no topic can have is told so, and nothing is made", arguments: ["", ".", "..", "a b", "ö", "a/b"])
    func invalidName(_ name: String) throws {
        let fixture = try fixture()
        let response = try fixture.ask(Metadata.self, 9, request([name]))
        #expect(response.topics.map(\.errorCode) == [.invalidTopicException] && response.topics.map(\.name) == [name])
        #expect(fixture.broker.catalog.topics.count == 2)
    }

    @Test("A name of more than 249 characters is invalid")
    func longName() throws {
        let response = try fixture().ask(Metadata.self, 9, request([String(repeating: "a", count: 250)]))
        #expect(response.topics.map(\.errorCode) == [.invalidTopicException])
    }

    @Test("From version 12 on a topic is found by its id; an unknown id is an error without a name")
    func byID() throws {
        let fixture = try fixture()
        let orders = try #require(fixture.broker.catalog.topic(named: "orders"))
        var known = Metadata.Request.Topic()
        known.name = nil
        known.topicID = orders.id
        var unknown = known
        unknown.topicID = UUID(high: 1, low: 2)
        var asked = Metadata.Request()
        asked.topics = [known, unknown]
        let response = try fixture.ask(Metadata.self, 12, asked)
        #expect(response.topics.map(\.name) == ["orders", nil])
        #expect(response.topics.map(\.errorCode) == [.none, .unknownTopicID])
        #expect(response.topics.map(\.topicID) == [orders.id, unknown.topicID])
    }

    @Test("Versions 10 and 11 have a field for ids, which Kafka refuses")
    func idsTooEarly() throws {
        let fixture = try fixture()
        var byID = Metadata.Request.Topic()
        byID.name = nil
        byID.topicID = try #require(fixture.broker.catalog.topic(named: "orders")).id
        var asked = Metadata.Request()
        asked.topics = [byID]
        #expect(try fixture.ask(Metadata.self, 11, asked).topics.map(\.errorCode) == [.invalidRequest])
    }

    @Test("Authorized operations are all there are when asked for, and the least integer when not")
    func authorizedOperations() throws {
        let fixture = try fixture()
        var asked = request(["orders"])
        let without = try fixture.ask(Metadata.self, 8, asked)
        #expect(without.clusterAuthorizedOperations == .min)
        #expect(without.topics.map(\.topicAuthorizedOperations) == [.min])
        asked.includeClusterAuthorizedOperations = true
        asked.includeTopicAuthorizedOperations = true
        let with = try fixture.ask(Metadata.self, 8, asked)
        #expect(with.clusterAuthorizedOperations == 8096)
        #expect(with.topics.map(\.topicAuthorizedOperations) == [3576])
    }
}
