import Testing

@testable import KafkaBroker

@Suite("Records of groups")
struct GroupsRecordTests {
    private func decoded(_ key: [UInt8], _ value: [UInt8]?) -> (group: GroupID, record: GroupRecord)? {
        key.withUnsafeBytes { key in
            guard let value else { return GroupRecord.decoded(key: key, value: nil) }
            return value.withUnsafeBytes { GroupRecord.decoded(key: key, value: $0) }
        }
    }

    @Test("An offset is stored as Kafka stores it: key version 1, value version 3")
    func offset() throws {
        let record = GroupRecord.offset(
            .init(topic: "t", partition: 2),
            .init(offset: 258, leaderEpoch: 4, metadata: "m", commitTimestamp: 1, expireTimestamp: nil))
        let (key, value) = try #require(record.encoded(of: "g"))
        #expect(key == [0, 1, 0, 1, 0x67, 0, 1, 0x74, 0, 0, 0, 2])
        #expect(
            value == [0, 3, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 4, 0, 1, 0x6d, 0, 0, 0, 0, 0, 0, 0, 1])
        let read = try #require(decoded(key, value))
        #expect(read.group == "g")
        #expect(read.record == record)
    }

    @Test("An offset with an expiry of its own is stored in value version 1")
    func expiringOffset() throws {
        let record = GroupRecord.offset(
            .init(topic: "t", partition: 2),
            .init(offset: 258, leaderEpoch: -1, metadata: "", commitTimestamp: 1, expireTimestamp: 3))
        let (key, value) = try #require(record.encoded(of: "g"))
        #expect(
            value
                == [0, 1, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 3])
        #expect(decoded(key, value)?.record == record)
    }

    @Test("A group is stored as Kafka stores it: key version 2, value version 3")
    func metadata() throws {
        let record = GroupRecord.metadata(
            .init(
                protocolType: "c", generation: 5, protocolName: "r", leader: "a", stateTimestamp: 9,
                members: [
                    .init(
                        id: "a", instanceID: nil, clientID: "b", clientHost: "/", rebalanceTimeoutMillis: 2,
                        sessionTimeoutMillis: 3, subscription: [1], assignment: [])
                ]))
        let (key, value) = try #require(record.encoded(of: "g"))
        #expect(key == [0, 2, 0, 1, 0x67])
        #expect(
            value == [
                0, 3, 0, 1, 0x63, 0, 0, 0, 5, 0, 1, 0x72, 0, 1, 0x61, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1, 0, 1, 0x61,
                0xff, 0xff, 0, 1, 0x62, 0, 1, 0x2f, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 1, 1, 0, 0, 0, 0,
            ])
        #expect(decoded(key, value)?.record == record)
    }

    @Test("Tombstones are read for what they end")
    func tombstones() {
        #expect(decoded([0, 2, 0, 1, 0x67], nil)?.record == .metadata(nil))
        #expect(
            decoded([0, 1, 0, 1, 0x67, 0, 1, 0x74, 0, 0, 0, 2], nil)?.record
                == .offset(.init(topic: "t", partition: 2), nil))
    }

    @Test("The flexible value of version 4 with a topic id is read")
    func flexibleOffset() {
        let value: [UInt8] =
            [0, 4, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 4, 2, 0x6d, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 16]
            + [UInt8](repeating: 7, count: 16)
        guard case .offset(_, let offset?)? = decoded([0, 1, 0, 1, 0x67, 0, 1, 0x74, 0, 0, 0, 2], value)?.record else {
            Issue.record("not read")
            return
        }
        #expect(offset.offset == 258)
        #expect(offset.metadata == "m")
    }

    @Test(
        "What is not a classic group's record, is cut short, or is of a newer version is passed over, whatever its bytes"
    )
    func damaged() throws {
        #expect(decoded([0, 3, 0, 1, 0x67], [0, 0]) == nil)
        #expect(decoded([0, 2, 0, 1, 0x67], [0, 5, 0]) == nil)
        #expect(decoded([], []) == nil)
        let record = GroupRecord.metadata(
            .init(
                protocolType: "c", generation: 5, protocolName: "r", leader: "a", stateTimestamp: 9,
                members: [
                    .init(
                        id: "a", instanceID: "i", clientID: "b", clientHost: "/", rebalanceTimeoutMillis: 2,
                        sessionTimeoutMillis: 3, subscription: [1], assignment: [2])
                ]))
        let (key, value) = try #require(record.encoded(of: "g"))
        let bytes = try #require(value)
        for length in 0..<bytes.count { #expect(decoded(key, Array(bytes[..<length])) == nil) }
        for index in bytes.indices {
            for flip: UInt8 in [0x01, 0x80, 0xff] {
                var damaged = bytes
                damaged[index] ^= flip
                _ = decoded(key, damaged)
            }
        }
    }
}
