import KafkaWire
import Testing

@testable import KafkaBroker

@Suite("Storage APIs") struct StorageAPITests {
    /// A broker with topic t of two partitions; the first has ten records.
    private func fixture(configs: [(String, String?)] = []) throws -> BrokerFixture {
        let fixture = try BrokerFixture()
        var new = Broker.NewTopic(name: "t")
        new.partitionCount = 2
        new.configs = configs.map { (name: $0.0, value: $0.1) }
        let topic = try fixture.broker.create(new)
        try fixture.broker.log(topic, 0).put(batch(count: 10), now: fixture.now)
        return fixture
    }

    private func deleteRecords(
        _ fixture: BrokerFixture, _ topic: String, _ partitions: [(Int32, Int64)]
    ) throws -> [(KafkaError, Int64)] {
        var request = DeleteRecords.Request()
        var asked = DeleteRecords.Request.Topic()
        asked.name = topic
        asked.partitions = partitions.map {
            var partition = DeleteRecords.Request.Topic.Partition()
            partition.partitionIndex = $0.0
            partition.offset = $0.1
            return partition
        }
        request.topics = [asked]
        let response = try fixture.ask(DeleteRecords.self, 2, request)
        return response.topics.flatMap(\.partitions).map { ($0.errorCode, $0.lowWatermark) }
    }

    @Test("DeleteRecords moves the start, to the high watermark for -1, and never back")
    func deleteRecords() throws {
        let fixture = try fixture()
        #expect(try deleteRecords(fixture, "t", [(0, 4)]).first! == (.none, 4))
        #expect(try deleteRecords(fixture, "t", [(0, 2)]).first! == (.none, 4))
        #expect(try deleteRecords(fixture, "t", [(0, 5), (0, 6)]).map(\.1) == [6])
        #expect(try deleteRecords(fixture, "t", [(0, -1), (1, -1)]).map(\.1) == [10, 0])
    }

    @Test("DeleteRecords refuses what Kafka refuses")
    func deleteRecordsRefused() throws {
        let fixture = try fixture()
        #expect(try deleteRecords(fixture, "t", [(0, 11)]).first! == (.offsetOutOfRange, -1))
        #expect(try deleteRecords(fixture, "t", [(0, -2)]).first! == (.offsetOutOfRange, -1))
        #expect(try deleteRecords(fixture, "t", [(2, 0)]).first! == (.unknownTopicOrPartition, -1))
        #expect(try deleteRecords(fixture, "u", [(0, 0)]).first! == (.unknownTopicOrPartition, -1))
        _ = try fixture.broker.consumerOffsetsTopic()
        #expect(try deleteRecords(fixture, Topic.consumerOffsets, [(0, 0)]).first! == (.invalidTopicException, -1))
        let compacted = try self.fixture(configs: [("cleanup.policy", "compact")])
        #expect(try deleteRecords(compacted, "t", [(0, 1)]).first! == (.policyViolation, -1))
        let both = try self.fixture(configs: [("cleanup.policy", "compact,delete")])
        #expect(try deleteRecords(both, "t", [(0, 1)]).first! == (.none, 1))
    }

    @Test("OffsetForLeaderEpoch tells where an epoch ends, -1 for one that is not known, and fences")
    func leaderEpochs() throws {
        let fixture = try fixture()
        func ask(_ topic: String, _ partition: Int32, current: Int32, epoch: Int32) throws -> (KafkaError, Int32, Int64)
        {
            var request = OffsetForLeaderEpoch.Request()
            var asked = OffsetForLeaderEpoch.Request.Topic()
            asked.topic = topic
            var part = OffsetForLeaderEpoch.Request.Topic.Partition()
            part.partition = partition
            part.currentLeaderEpoch = current
            part.leaderEpoch = epoch
            asked.partitions = [part]
            request.topics = [asked]
            let found = try fixture.ask(OffsetForLeaderEpoch.self, 4, request).topics[0].partitions[0]
            return (found.errorCode, found.leaderEpoch, found.endOffset)
        }
        #expect(try ask("t", 0, current: -1, epoch: 0) == (.none, 0, 10))
        #expect(try ask("t", 0, current: 0, epoch: 1) == (.none, -1, -1))
        #expect(try ask("t", 0, current: 1, epoch: 0) == (.unknownLeaderEpoch, -1, -1))
        #expect(try ask("t", 7, current: -1, epoch: 0) == (.unknownTopicOrPartition, -1, -1))
        #expect(try ask("u", 0, current: -1, epoch: 0) == (.unknownTopicOrPartition, -1, -1))
    }

    @Test("DescribeLogDirs has every partition's size in the one directory, or those that are asked for")
    func logDirs() throws {
        let fixture = try fixture()
        var request = DescribeLogDirs.Request()
        request.topics = nil
        let all = try fixture.ask(DescribeLogDirs.self, 5, request).results
        #expect(all.count == 1 && all[0].logDir == SystemDisk().absolutePath(of: fixture.directory.path))
        #expect(all[0].totalBytes > 0 && all[0].usableBytes > 0 && all[0].usableBytes <= all[0].totalBytes)
        #expect(all[0].topics.map(\.name) == ["t"])
        #expect(all[0].topics[0].partitions.map(\.partitionSize) == [Int64(batch(count: 10).count), 0])
        var asked = DescribeLogDirs.Request.Topic()
        asked.topic = "t"
        asked.partitions = [1, 1, 9]
        var unknown = asked
        unknown.topic = "u"
        request.topics = [asked, unknown]
        let one = try fixture.ask(DescribeLogDirs.self, 0, request).results[0].topics
        #expect(one.map(\.name) == ["t"] && one[0].partitions.map(\.partitionIndex) == [1])
        // A log that is not open is measured all the same.
        let topic = try #require(fixture.broker.catalog.topic(named: "t"))
        let closed = try PartitionLogs(
            root: fixture.directory.path, durability: .process, openFiles: OpenFiles(on: SystemDisk()),
            background: BackgroundWork())
        #expect(closed.sizeInBytes(of: topic, 0) == batch(count: 10).count)
    }

    @Test("DescribeProducers has each idempotent producer's last sequence and time")
    func producers() throws {
        let fixture = try fixture()
        let topic = try #require(fixture.broker.catalog.topic(named: "t"))
        let log = try fixture.broker.log(topic, 0)
        try log.put(batch([[1], [2]], timestamp: fixture.now, producer: 8, epoch: 3, sequence: 0), now: fixture.now)
        try log.put(batch([[1]], timestamp: fixture.now, producer: 5, epoch: 0, sequence: 4), now: fixture.now)
        func ask(_ name: String, _ partition: Int32) throws -> DescribeProducers.Response.Topic.Partition {
            var request = DescribeProducers.Request()
            var asked = DescribeProducers.Request.Topic()
            asked.name = name
            asked.partitionIndexes = [partition]
            request.topics = [asked]
            return try fixture.ask(DescribeProducers.self, 0, request).topics[0].partitions[0]
        }
        let found = try ask("t", 0)
        #expect(found.errorCode == .none && found.errorMessage == nil)
        #expect(found.activeProducers.map(\.producerID) == [5, 8])
        #expect(found.activeProducers.map(\.lastSequence) == [4, 1])
        #expect(found.activeProducers.map(\.producerEpoch) == [0, 3])
        #expect(found.activeProducers.map(\.lastTimestamp) == [fixture.now, fixture.now + 1])
        #expect(found.activeProducers.allSatisfy { $0.currentTxnStartOffset == -1 && $0.coordinatorEpoch == -1 })
        #expect(try ask("t", 2).errorCode == .unknownTopicOrPartition)
        #expect(try ask("u", 0).errorMessage == "This server does not host this topic-partition.")
        #expect(try ask("a b", 0).errorCode == .invalidTopicException)
    }
}
