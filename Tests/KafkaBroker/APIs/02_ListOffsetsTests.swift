import KafkaWire
import Testing

@testable import KafkaBroker

@Suite("ListOffsets") struct ListOffsetsTests {
    private func list(
        _ fixture: BrokerFixture, _ timestamp: Int64, version: Int16 = 11, partitions: [Int32] = [0], epoch: Int32 = -1
    ) throws -> [ListOffsets.Response.Topic.Partition] {
        var request = ListOffsets.Request()
        request.replicaID = -1
        var topic = ListOffsets.Request.Topic()
        topic.name = "t"
        topic.partitions = partitions.map { index in
            var partition = ListOffsets.Request.Topic.Partition()
            partition.partitionIndex = index
            partition.timestamp = timestamp
            partition.currentLeaderEpoch = epoch
            partition.maxNumOffsets = 10
            return partition
        }
        request.topics = [topic]
        return try fixture.ask(ListOffsets.self, version, request).topics[0].partitions
    }

    private func filled() throws -> BrokerFixture {
        let fixture = try BrokerFixture()
        try fixture.makeTopic("t")
        try fixture.put("t", batch(count: 3, timestamp: noon))
        try fixture.put("t", batch(count: 3, timestamp: noon + 100))
        try fixture.put("t", batch(count: 3, timestamp: noon + 50))
        return fixture
    }

    @Test(
        "Latest, earliest and times, in every version that has single offsets", arguments: 1...11 as ClosedRange<Int16>)
    func versions(_ version: Int16) throws {
        let fixture = try filled()
        func found(_ timestamp: Int64) throws -> [Int64] {
            let partition = try list(fixture, timestamp, version: version)[0]
            #expect(partition.errorCode == .none)
            return [partition.offset, partition.timestamp, Int64(partition.leaderEpoch)]
        }
        let epoch: Int64 = version >= 4 ? 0 : -1
        #expect(try found(-1) == [9, -1, epoch])
        #expect(try found(-2) == [0, -1, epoch])
        #expect(try found(noon + 1) == [1, noon + 1, epoch])
        #expect(try found(noon + 3) == [3, noon + 100, epoch])
        #expect(try found(noon + 103) == [-1, -1, -1])
    }

    @Test("The largest timestamp, the local start and tiered storage have their versions")
    func special() throws {
        let fixture = try filled()
        for (timestamp, first, offset, time) in [
            (-3, 7, 5, noon + 102), (-4, 8, 0, -1), (-5, 9, -1, -1), (-6, 11, -1, -1),
        ] as [(Int64, Int16, Int64, Int64)] {
            let old = try list(fixture, timestamp, version: first - 1)[0]
            #expect(old.errorCode == .unsupportedVersion)
            let new = try list(fixture, timestamp, version: first)[0]
            #expect(new.errorCode == .none)
            #expect(new.offset == offset && new.timestamp == time)
        }
        #expect(try list(fixture, -7)[0].errorCode == .unsupportedVersion)
    }

    @Test("Version 0 lists segment starts and the end, last first")
    func listOfOffsets() throws {
        let fixture = try BrokerFixture()
        let topic = try fixture.makeTopic("t")
        try fixture.broker.log(topic, 0).configuration.segmentBytes = 14_000
        for step in 0..<6 { try fixture.put("t", batch(count: 10, length: 600, timestamp: noon + Int64(step) * 1000)) }
        #expect(try list(fixture, -1, version: 0)[0].oldStyleOffsets == [60, 40, 20, 0])
        #expect(try list(fixture, -2, version: 0)[0].oldStyleOffsets == [0])
        #expect(try list(fixture, noon + 1010, version: 0)[0].oldStyleOffsets == [0])
    }

    @Test("Unknown partitions, repeated ones and other leader epochs are refused")
    func errors() throws {
        let fixture = try filled()
        #expect(try list(fixture, -1, partitions: [0, 1]).map(\.errorCode) == [.none, .unknownTopicOrPartition])
        #expect(try list(fixture, -1, partitions: [0, 0]).map(\.errorCode) == [.invalidRequest, .invalidRequest])
        #expect(try list(fixture, -1, epoch: 3)[0].errorCode == .unknownLeaderEpoch)
    }
}
