import Testing

@testable import KafkaWire

/// Frames as kafka-python 3.0.12's encoder writes them, size and header included.
@Suite("Frames of a real client")
struct ClientFrameTests {
    private func decode<API: KafkaAPI>(_: API.Type, _ hex: String) throws -> API.Request {
        let frame = hexadecimal(hex)
        return try frame.withUnsafeBytes { buffer in
            #expect(Int32(bigEndian: buffer.loadUnaligned(as: Int32.self)) == Int32(frame.count - 4))
            let (header, body) = try Frame.header(of: UnsafeRawBufferPointer(rebasing: buffer[4...])) { key, version in
                key == API.key && API.isFlexible(version)
            }
            #expect(header.apiKey == API.key)
            #expect(header.correlationID == 77 && header.clientID == "kp")
            var wire = Wire(reading: body, version: header.apiVersion, flexible: API.isFlexible(header.apiVersion))
            var request = API.Request()
            try request.layout(&wire)
            #expect(wire.remaining == 0)
            return request
        }
    }

    @Test("ApiVersions 4")
    func apiVersions() throws {
        let request = try decode(
            ApiVersions.self, "00000022001200040000004d00026b70000d6b61666b612d707974686f6e07332e302e313200")
        #expect(request.clientSoftwareName == "kafka-python" && request.clientSoftwareVersion == "3.0.12")
    }

    @Test("Metadata 1 and 12")
    func metadata() throws {
        let old = try decode(Metadata.self, "00000018000300010000004d00026b700000000100066f7264657273")
        #expect(old.topics?.map(\.name) == ["orders"] && old.allowAutoTopicCreation)
        let new = try decode(
            Metadata.self,
            "000000290003000c0000004d00026b70000200000000000000000000000000000000076f726465727300000100")
        #expect(new.topics?.map(\.name) == ["orders"] && new.topics?.first?.topicID == .zero)
        #expect(!new.allowAutoTopicCreation && new.includeTopicAuthorizedOperations)
    }

    @Test("FindCoordinator 4")
    func findCoordinator() throws {
        let request = try decode(FindCoordinator.self, "00000016000a00040000004d00026b7000000303673103673200")
        #expect(request.keyType == 0 && request.coordinatorKeys == ["g1", "g2"])
    }

    @Test(
        "Produce 7 and 9",
        arguments: [
            "0000002f000000070000004d00026b70ffffffff000075300000000100066f7264657273000000010000000200000003010203",
            "00000028000000090000004d00026b700000ffff0000753002076f7264657273020000000204010203000000",
        ])
    func produce(_ hex: String) throws {
        let request = try decode(Produce.self, hex)
        #expect(request.transactionalID == nil && request.acks == -1 && request.timeoutMs == 30_000)
        let topic = try #require(request.topicData.first)
        #expect(topic.name == "orders" && topic.partitionData.map(\.index) == [2])
        #expect(topic.partitionData.map(\.records) == [.bytes([1, 2, 3])])
    }

    @Test(
        "Fetch 11 and 12",
        arguments: [
            """
            0000006a0001000b0000004d00026b70ffffffff000001f4000000010320000001000000090000000300000001
            00066f72646572730000000100000001000000040000001cbe991a14ffffffffffffffff0010000000000001
            00036f6c6400000002000000000000000500027231
            """,
            """
            000000640001000c0000004d00026b7000ffffffff000001f40000000103200000010000000900000003
            02076f72646572730200000001000000040000001cbe991a14ffffffffffffffffffffffff0010000000
            0002046f6c640300000000000000050003723100
            """,
        ])
    func fetch(_ hex: String) throws {
        let request = try decode(Fetch.self, hex)
        #expect(request.maxWaitMs == 500 && request.minBytes == 1 && request.maxBytes == 52_428_800)
        #expect(request.isolationLevel == 1 && request.sessionID == 9 && request.sessionEpoch == 3)
        #expect(request.replicaID == -1 && request.rackID == "r1")
        let topic = try #require(request.topics.first)
        let partition = try #require(topic.partitions.first)
        #expect(topic.topic == "orders" && partition.partition == 1 && partition.currentLeaderEpoch == 4)
        #expect(partition.fetchOffset == 123_456_789_012 && partition.logStartOffset == -1)
        #expect(partition.partitionMaxBytes == 1_048_576)
        #expect(request.forgottenTopicsData.map(\.topic) == ["old"])
        #expect(request.forgottenTopicsData.map(\.partitions) == [[0, 5]])
    }

    @Test("JoinGroup 7")
    func joinGroup() throws {
        let request = try decode(
            JoinGroup.self,
            """
            00000046000b00070000004d00026b7000076f7264657273000027100000ea60046d2d3104692d3109636f6e73756d6572
            030672616e6765030001000b726f756e64726f62696e010000
            """)
        #expect(request.groupID == "orders" && request.memberID == "m-1" && request.groupInstanceID == "i-1")
        #expect(request.sessionTimeoutMs == 10_000 && request.rebalanceTimeoutMs == 60_000)
        #expect(request.protocolType == "consumer")
        #expect(request.protocols.map(\.name) == ["range", "roundrobin"])
        #expect(request.protocols.map(\.metadata) == [[0, 1], []])
    }

    @Test(
        "OffsetCommit 2 and 8",
        arguments: [
            (
                """
                00000040000800020000004d00026b700001670000000600016dffffffffffffffff0000000100066f7264657273
                0000000100000001000000000000002a00046e6f7465
                """, Int32(-1)
            ),
            (
                """
                00000037000800080000004d00026b7000026700000006026d0002076f7264657273
                0200000001000000000000002a00000003056e6f7465000000
                """, 3
            ),
        ])
    func offsetCommit(_ hex: String, leaderEpoch: Int32) throws {
        let request = try decode(OffsetCommit.self, hex)
        #expect(request.groupID == "g" && request.generationIDOrMemberEpoch == 6 && request.memberID == "m")
        let partition = try #require(request.topics.first?.partitions.first)
        #expect(partition.partitionIndex == 1 && partition.committedOffset == 42)
        #expect(partition.committedLeaderEpoch == leaderEpoch && partition.committedMetadata == "note")
    }

    @Test("OffsetFetch 8")
    func offsetFetch() throws {
        let request = try decode(
            OffsetFetch.self,
            "00000029000900080000004d00026b700003026702076f72646572730300000000000000010000026800000100")
        #expect(request.groups.map(\.groupID) == ["g", "h"] && request.requireStable)
        #expect(request.groups[0].topics?.map(\.partitionIndexes) == [[0, 1]])
        #expect(request.groups[1].topics == nil)
    }
}
