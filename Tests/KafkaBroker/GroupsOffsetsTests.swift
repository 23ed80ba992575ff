import KafkaWire
import Testing

@testable import KafkaBroker

@Suite("Committed offsets")
struct GroupsOffsetsTests {
    let f = GroupsFixture()

    private func committed(_ partition: Int32 = 0, topic: String = "t", in f: GroupsFixture? = nil) -> Int64? {
        (f ?? self.f).group?.committedOffset(topic, partition)?.offset
    }

    @Test("A client in no group commits to a group that is unknown or empty")
    func simpleCommit() {
        #expect(f.commit(7) == KafkaError.none)
        #expect(committed() == 7)
        #expect(f.commit(5) == KafkaError.none)
        #expect(committed() == 5, "later writes win, also when they go back")
        #expect(f.log.lastMetadata() == nil, "a simple group has no metadata record")
    }

    @Test("A client in no group may not commit to a group with members: UNKNOWN_MEMBER_ID")
    func simpleCommitToMembers() {
        f.stable("a")
        #expect(f.commit(7) == .unknownMemberID)
        #expect(committed() == nil)
    }

    @Test("A member of a group that is not there is told so by its version's error")
    func unknownGroup() {
        #expect(f.commit(7, "a", 3) == .groupIDNotFound)
        #expect(f.group == nil)
    }

    @Test("A member commits in its generation: stable and while a rebalance is prepared, not while it completes")
    func memberCommit() {
        let generation = f.stable("a", "b")
        #expect(f.commit(1, "a", generation) == KafkaError.none)
        #expect(f.commit(2, "a", generation - 1) == .illegalGeneration)
        #expect(f.commit(2, "x", generation) == .unknownMemberID)
        f.join("b", protocols: [.init(name: "range", metadata: [3])])
        #expect(f.commit(2, "a", generation) == KafkaError.none)
        f.join("a")
        #expect(f.state == .completingRebalance)
        #expect(f.commit(3, "a", generation + 1) == .rebalanceInProgress)
        #expect(committed() == 2)
    }

    @Test("A member of the past may not commit to an emptied group")
    func commitAfterEmptied() {
        let generation = f.stable("a")
        f.leave(.init(memberID: "a", instanceID: nil))
        #expect(f.commit(1, "a", generation) == .unknownMemberID)
        #expect(f.commit(1) == KafkaError.none)
    }

    @Test("A commit is a sign of life")
    func commitKeepsAlive() {
        let generation = f.stable("a", session: 6_000)
        f.advance(5_000)
        f.commit(1, "a", generation)
        f.advance(5_999)
        #expect(f.state == .stable)
        f.advance(1)
        #expect(f.state == .empty)
    }

    @Test("A note longer than the limit is OFFSET_METADATA_TOO_LARGE, for its partition only")
    func metadataTooLarge() {
        let long = String(repeating: "x", count: 4_097)
        func offset(_ metadata: String) -> CommittedOffset {
            .init(offset: 1, leaderEpoch: -1, metadata: metadata, commitTimestamp: 0, expireTimestamp: nil)
        }
        let outcome = f.submit(
            .commit(
                .init(
                    memberID: "", instanceID: nil, generation: -1, unknownGroupError: .groupIDNotFound,
                    offsets: [
                        (.init(topic: "t", partition: 0), offset(long)),
                        (.init(topic: "t", partition: 1), offset(String(long.dropLast()))),
                    ])))
        #expect(outcome == .answered(.commit([.offsetMetadataTooLarge, .none])))
        #expect(committed(0) == nil)
        #expect(committed(1) == 1)
    }

    @Test("A group made by a commit that was refused goes again")
    func refusedSimpleCommit() {
        #expect(f.commit(1, metadata: String(repeating: "x", count: 5_000)) == .offsetMetadataTooLarge)
        #expect(f.group == nil)
        f.log.failure = .kafkaStorageError
        #expect(f.commit(1) == .notCoordinator)
        #expect(f.group == nil)
    }

    @Test("A commit that cannot be written is not acknowledged and changes nothing")
    func commitNotWritten() {
        f.commit(1)
        f.log.failure = .messageTooLarge
        #expect(f.commit(2) == .invalidCommitOffsetSize)
        f.log.failure = .kafkaStorageError
        #expect(f.commit(2) == .notCoordinator)
        #expect(committed() == 1)
    }

    @Test("An answer that acknowledges a record waits until the record is durable; other requests go on meanwhile")
    func durability() {
        let generation = f.stable("a")
        f.log.waiters = []
        let offset = CommittedOffset(
            offset: 1, leaderEpoch: -1, metadata: "", commitTimestamp: 0, expireTimestamp: nil)
        let request = GroupRequest.commit(
            .init(
                memberID: "a", instanceID: nil, generation: generation, unknownGroupError: .groupIDNotFound,
                offsets: [(.init(topic: "t", partition: 0), offset)]))
        let first = f.submit(request)
        let second = f.submit(request)
        #expect(f.answer(first) == nil)
        #expect(f.heartbeat("a", generation) == KafkaError.none)
        f.log.waiters?[0](true)
        #expect(f.answer(first) == .commit([.none]))
        f.log.waiters?[1](false)
        #expect(f.answer(second) == .commit([.notCoordinator]))
    }

    @Test("Offsets outlive a restart, with their notes")
    func restart() {
        f.commit(3, partition: 1, metadata: "note")
        f.commit(4, partition: 2)
        let g = f.restarted()
        #expect(committed(1, in: g) == 3)
        #expect(committed(2, in: g) == 4)
        #expect(g.group?.committedOffset("t", 1)?.metadata == "note")
        #expect(g.state == .empty)
    }

    @Test("A deleted topic's offsets go, in the log too; other topics' stay")
    func topicDeleted() {
        f.commit(1, topic: "gone")
        f.commit(2, topic: "kept")
        f.commit(3, topic: "gone", to: "other")
        f.coordinator.topicDeleted("gone", at: f.moment)
        #expect(committed(topic: "gone") == nil)
        #expect(committed(topic: "kept") == 2)
        #expect(f.coordinator.group("other") == nil, "nothing is left of the simple group")
        let g = f.restarted()
        #expect(committed(topic: "gone", in: g) == nil)
        #expect(committed(topic: "kept", in: g) == 2)
    }

    @Test("Offsets of a topic whose deletion was cut short go when the broker starts")
    func topicDeletedBeforeCrash() {
        f.commit(1, topic: "gone")
        f.commit(2, topic: "kept")
        let g = f.restarted(topics: ["kept"])
        #expect(committed(topic: "gone", in: g) == nil)
        #expect(committed(topic: "gone", in: g.restarted()) == nil, "a tombstone was written")
        #expect(committed(topic: "kept", in: g) == 2)
    }

    @Test("A tombstone of the group's metadata ends it, whatever came before")
    func groupTombstone() {
        f.stable("a")
        f.log.batches.append(("g", [.metadata(nil)]))
        #expect(f.restarted().group == nil)
    }

    @Test("All offsets of a group come in the order of topic and partition")
    func allOffsets() {
        for (topic, partition) in [("b", 1), ("a", 10), ("a", 2), ("b", 0)] as [(String, Int32)] {
            f.commit(1, topic: topic, partition: partition)
        }
        let all = f.group?.allOffsets.flatMap { topic in topic.partitions.map { "\(topic.topic)\($0.partition)" } }
        #expect(all == ["a2", "a10", "b0", "b1"])
    }

    @Test(
        "A group's partition is Java's abs(hashCode) modulo 50",
        arguments: [
            ("", 0), ("test", 48), ("my-group", 36), ("order-service", 26), ("polygenelubricants", 0), ("h\u{e9}", 7),
            ("\u{1F600}", 49),
        ] as [(String, Int32)])
    func partition(name: String, expected: Int32) {
        #expect(GroupID(name).partition(of: 50) == expected)
    }

    @Test("Group names are compared by their bytes, not by canonical equivalence")
    func groupIDs() {
        #expect(GroupID("\u{e9}") != GroupID("e\u{301}"))
        #expect(Set([GroupID("\u{e9}"), GroupID("e\u{301}")]).count == 2)
    }
}
