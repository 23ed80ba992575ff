import KafkaWire
import Testing

@testable import KafkaBroker

/// Requests that name one thing very often: they cost no more time than their length, and their answers stay short.
@Suite("Repetition in a request")
struct RepetitionTests {
    private let count = 20_000

    @Test("Topics to delete that stand many times are each refused", .timeLimit(.minutes(1)))
    func deleteTopics() throws {
        let fixture = try BrokerFixture()
        _ = try fixture.broker.create(Broker.NewTopic(name: "t"))
        var request = DeleteTopics.Request()
        request.topicNames = Array(repeating: "t", count: count)
        let response = try fixture.ask(DeleteTopics.self, 5, request)
        #expect(response.responses.count == count)
        #expect(response.responses.allSatisfy { $0.errorCode == .invalidRequest })
        #expect(fixture.broker.catalog.topic(named: "t") != nil)
    }

    @Test("A topic to create that stands many times is refused once", .timeLimit(.minutes(1)))
    func createTopics() throws {
        let fixture = try BrokerFixture()
        var request = CreateTopics.Request()
        for index in 0..<count {
            var topic = CreateTopics.Request.Topic()
            topic.name = "t\(index % (count / 2))"
            topic.numPartitions = 1
            topic.replicationFactor = 1
            request.topics.append(topic)
        }
        let response = try fixture.ask(CreateTopics.self, 4, request)
        #expect(response.topics.count == count / 2)
        #expect(response.topics.allSatisfy { $0.errorCode == .invalidRequest })
        #expect(fixture.broker.catalog.topics.isEmpty)
    }

    @Test("More partitions than a request may have are refused, however they are assigned", .timeLimit(.minutes(1)))
    func assignments() throws {
        let fixture = try BrokerFixture()
        var topic = CreateTopics.Request.Topic()
        topic.name = "t"
        topic.numPartitions = -1
        topic.replicationFactor = -1
        topic.assignments = (0..<Int32(count)).map {
            var assignment = CreateTopics.Request.Topic.Assignment()
            assignment.partitionIndex = $0
            assignment.brokerIDs = [1]
            return assignment
        }
        var request = CreateTopics.Request()
        request.topics = [topic]
        #expect(try fixture.ask(CreateTopics.self, 4, request).topics.map(\.errorCode) == [.policyViolation])
    }

    @Test("Configs, groups and offsets that are asked for many times are answered once")
    func answeredOnce() throws {
        let fixture = try BrokerFixture()
        _ = try fixture.broker.create(Broker.NewTopic(name: "t"))
        var configs = DescribeConfigs.Request()
        var resource = DescribeConfigs.Request.Resource()
        resource.resourceType = 2
        resource.resourceName = "t"
        configs.resources = Array(repeating: resource, count: 1000)
        #expect(try fixture.ask(DescribeConfigs.self, 4, configs).results.count == 1)

        var groups = DescribeGroups.Request()
        groups.groups = Array(repeating: "g", count: 1000) + ["h"]
        #expect(try fixture.ask(DescribeGroups.self, 5, groups).groups.map(\.groupID) == ["g", "h"])

        var offsets = OffsetFetch.Request()
        var group = OffsetFetch.Request.Group()
        group.groupID = "g"
        group.topics = nil
        offsets.groups = Array(repeating: group, count: 1000)
        #expect(try fixture.ask(OffsetFetch.self, 8, offsets).groups.count == 1)
    }

    @Test("A fetch that asks for more than it takes is answered when it has all that it takes")
    func minBytesAboveMaxBytes() throws {
        let fixture = try BrokerFixture()
        let topic = try fixture.broker.create(Broker.NewTopic(name: "t"))
        var builder = RecordBatchBuilder()
        builder.append(timestamp: fixture.now, key: nil, value: [UInt8](repeating: 1, count: 100))
        _ = try fixture.broker.log(topic, 0).append(builder.build(), origin: .client, now: fixture.now)
        var request = Fetch.Request()
        request.maxWaitMs = 60_000
        request.minBytes = 1000
        request.maxBytes = 50
        var asked = Fetch.Request.Topic()
        asked.topic = "t"
        var partition = Fetch.Request.Topic.Partition()
        partition.partitionMaxBytes = 1 << 20
        asked.partitions = [partition]
        request.topics = [asked]
        let response = try fixture.ask(Fetch.self, 4, request)
        #expect((response.responses.first?.partitions.first?.records.count ?? 0) > 100)
    }
}
