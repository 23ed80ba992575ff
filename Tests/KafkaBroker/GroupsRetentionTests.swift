import KafkaWire
import Testing

@testable import KafkaBroker

@Suite("Retention of offsets and groups")
struct GroupsRetentionTests {
    private static let minute: Int64 = 60_000
    private static let retention: Int64 = 10 * minute

    let f: GroupsFixture

    init() {
        var configuration = GroupConfiguration()
        configuration.offsetsRetentionMillis = Self.retention
        configuration.offsetsRetentionCheckIntervalMillis = Self.minute
        f = GroupsFixture(configuration)
        f.wallOffset = 1_700_000_000_000
        f.coordinator.recovered(at: f.moment) { _ in true }
    }

    private func committed(_ topic: String = "t", group: GroupID = "g") -> Int64? {
        f.coordinator.group(group)?.committedOffset(topic, 0)?.offset
    }

    /// A subscription as consumers send it.
    private func subscription(_ topics: String...) -> [GroupProtocol] {
        var bytes: [UInt8] = [0, 1, 0, 0, 0, UInt8(topics.count)]
        for topic in topics { bytes += [0, UInt8(topic.utf8.count)] + Array(topic.utf8) }
        return [.init(name: "range", metadata: bytes + [0xFF, 0xFF, 0xFF, 0xFF])]
    }

    /// A stable group of one consumer that reads the topics; its generation.
    private func consumer(of topics: [GroupProtocol], session: Int32 = 1_800_000) -> Int32 {
        f.join(session: session, protocols: topics, version: 3, newID: "a")
        return f.syncAll()
    }

    @Test(
        "A client in no group loses an offset when the retention has passed since its commit, and then the group goes")
    func simpleGroup() {
        f.commit(1, topic: "old")
        f.advance(5 * Self.minute)
        f.commit(2, topic: "young")
        f.advance(5 * Self.minute - 1)
        #expect(committed("old") == 1)
        f.advance(Self.minute)
        #expect(committed("old") == nil)
        #expect(committed("young") == 2)
        f.advance(5 * Self.minute)
        #expect(f.group == nil)
        #expect(f.log.batches.last?.records.last == .metadata(nil))
        #expect(f.restarted().group == nil, "the tombstones are in the log")
    }

    @Test(
        "An empty group keeps its offsets until the retention has passed since its last member went, however old they are"
    )
    func emptyGroup() {
        let generation = consumer(of: subscription("t"))
        f.commit(1, "a", generation)
        f.advance(9 * Self.minute)
        f.leave(.init(memberID: "a", instanceID: nil))
        #expect(f.state == .empty)
        f.advance(9 * Self.minute)
        #expect(committed() == 1)
        f.advance(2 * Self.minute)
        #expect(f.group == nil)
    }

    @Test("A group with consumers loses only offsets of topics that they do not read")
    func subscribed() {
        let generation = consumer(of: subscription("read", "also"))
        f.commit(1, "a", generation, topic: "read")
        f.commit(2, "a", generation, topic: "left")
        f.advance(9 * Self.minute)
        #expect(committed("left") == 2)
        f.advance(2 * Self.minute)
        #expect(committed("left") == nil)
        #expect(committed("read") == 1)
        #expect(f.state == .stable)
    }

    @Test("A group whose members' metadata cannot be read loses nothing as long as it has members")
    func unknownSubscription() {
        let generation = consumer(of: [.init(name: "range", metadata: [7])])
        f.commit(1, "a", generation)
        f.advance(15 * Self.minute)
        #expect(committed() == 1)
    }

    @Test("A group of another kind loses nothing as long as it has members")
    func otherKind() {
        f.join(session: 1_800_000, type: "connect", version: 3, newID: "a")
        let generation = f.syncAll()
        f.commit(1, "a", generation)
        f.advance(15 * Self.minute)
        #expect(committed() == 1)
    }

    @Test("An offset with an expiry of its own, as old clients set it, goes at that time")
    func ownExpiry() {
        let offset = CommittedOffset(
            offset: 1, leaderEpoch: -1, metadata: "", commitTimestamp: f.moment.wallMillis,
            expireTimestamp: f.moment.wallMillis + 2 * Self.minute)
        _ = f.submit(
            .commit(
                .init(
                    memberID: "", instanceID: nil, generation: -1, unknownGroupError: .groupIDNotFound,
                    offsets: [(.init(topic: "t", partition: 0), offset)])))
        f.advance(2 * Self.minute - 1)
        #expect(committed() == 1)
        f.advance(Self.minute)
        #expect(f.group == nil)
    }

    @Test(
        "A group that is empty and has no offsets goes with the next look; one whose member has yet to join with its id stays"
    )
    func emptyWithoutOffsets() {
        _ = consumer(of: subscription("t"))
        f.leave(.init(memberID: "a", instanceID: nil))
        f.join(session: 600_000, version: 9, to: "pending")
        f.advance(Self.minute)
        #expect(f.group == nil)
        #expect(f.coordinator.group("pending") != nil)
    }

    @Test("What cannot be written stays, and goes with a later look")
    func notWritten() {
        f.commit(1)
        f.log.failure = .kafkaStorageError
        f.advance(11 * Self.minute)
        #expect(committed() == 1)
        f.log.failure = nil
        f.advance(Self.minute)
        #expect(f.group == nil)
    }

    @Test("Many groups are looked at in slices, all of them by one look")
    func slices() {
        for number in 0..<400 { f.commit(1, to: GroupID("g\(number)")) }
        f.now += Self.retention
        var slices = 0
        while let next = f.coordinator.nextDeadline, next <= f.now {
            #expect(next >= 0, "a time that can be reckoned with")
            f.coordinator.advance(to: f.moment)
            slices += 1
        }
        #expect(f.coordinator.groupIDs.isEmpty)
        #expect(slices >= 4)
    }

    @Test("A session that is over has ended for the next request, also before the broker has looked at the time")
    func overdue() {
        _ = f.stable("a", session: 6_000)
        f.now += 6_001
        #expect(f.coordinator.delete("g", at: f.moment) == .none)
        _ = f.stable("b", session: 6_000)
        f.now += 6_001
        #expect(f.heartbeat("b", 1) == .unknownMemberID)
    }

    @Test("A broker without groups waits for nothing")
    func idle() {
        #expect(f.coordinator.nextDeadline == nil)
        f.commit(1)
        #expect(f.coordinator.nextDeadline != nil)
    }

    @Test(
        "Sessions are measured by a clock that only runs forward: setting the clock of the day ends none and lengthens none"
    )
    func clockIsSet() {
        _ = f.stable("a", session: 10_000)
        f.wallOffset += 3_600_000
        f.advance(9_999)
        #expect(f.state == .stable)
        f.wallOffset -= 7_200_000
        f.advance(1)
        #expect(f.state == .empty)
    }
}
