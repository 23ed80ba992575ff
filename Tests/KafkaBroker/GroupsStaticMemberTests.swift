import KafkaWire
import Testing

@testable import KafkaBroker

@Suite("Static members")
struct GroupsStaticMemberTests {
    let f = GroupsFixture()

    /// A stable group of static members i1 and i2 with member ids a and b; a leads.
    private func twoStaticMembers() -> Int32 {
        f.join(instance: "i1", newID: "a")
        f.join(instance: "i2", newID: "b")
        f.join("a", instance: "i1")
        return f.syncAll()
    }

    @Test("A static member needs no second join for its id")
    func joinsAtOnce() {
        let a = f.joinReply(f.join(instance: "i1", newID: "a"))
        #expect(a?.error == KafkaError.none)
        #expect(a?.members == [.init(id: "a", instanceID: "i1", metadata: [1])])
    }

    @Test("A follower that comes back under a new id goes on without a rebalance; its former self is fenced")
    func followerReplaced() {
        let generation = twoStaticMembers()
        let back = f.joinReply(f.join(instance: "i2", newID: "b2"))
        #expect(back?.error == KafkaError.none)
        #expect(back?.generation == generation)
        #expect(back?.memberID == "b2")
        #expect(back?.leader == "a")
        #expect(back?.skipAssignment == false)
        #expect(f.state == .stable)
        #expect(f.syncReply(f.sync("b2", generation, instance: "i2"))?.assignment == Array("b".utf8))
        #expect(f.heartbeat("b", generation, instance: "i2") == .fencedInstanceID)
        #expect(f.heartbeat("b", generation) == .unknownMemberID)
        #expect(f.syncReply(f.sync("b", generation, instance: "i2"))?.error == .fencedInstanceID)
        #expect(f.joinReply(f.join("b", instance: "i2"))?.error == .fencedInstanceID)
        #expect(f.commit(1, "b", generation, instance: "i2") == .fencedInstanceID)
        #expect(f.log.lastMetadata()?.members.map(\.id) == ["a", "b2"])
        #expect(f.restarted().group?.members.map(\.id) == ["a", "b2"])
    }

    @Test("From version 9 a leader that comes back is told to skip the assignment")
    func leaderReplaced() {
        let generation = twoStaticMembers()
        let back = f.joinReply(f.join(instance: "i1", version: 9, newID: "a2"))
        #expect(back?.leader == "a2")
        #expect(back?.skipAssignment == true)
        #expect(back?.members.map(\.id) == ["a2", "b"])
        #expect(back?.generation == generation)
        #expect(f.syncReply(f.sync("a2", generation, instance: "i1"))?.assignment == Array("a".utf8))
    }

    @Test("Before version 9 a leader that comes back is told that its former self leads, so that it does not assign")
    func leaderReplacedBefore9() {
        _ = twoStaticMembers()
        let back = f.joinReply(f.join(instance: "i1", version: 8, newID: "a2"))
        #expect(back?.leader == "a")
        #expect(back?.members == [])
        #expect(back?.skipAssignment == false)
        #expect(f.group?.leader == "a2")
    }

    @Test("When the new id cannot be stored nothing changes, and the joining member is told")
    func replacementNotStored() {
        let generation = twoStaticMembers()
        f.log.failure = .kafkaStorageError
        #expect(f.joinReply(f.join(instance: "i2", newID: "b2"))?.error == .notCoordinator)
        f.log.failure = nil
        #expect(f.heartbeat("b", generation, instance: "i2") == KafkaError.none)
        #expect(f.group?.members["b2"] == nil)
    }

    @Test("A static member that comes back with other metadata of the same protocol causes no rebalance")
    func metadataChanges() {
        _ = twoStaticMembers()
        f.join(instance: "i2", protocols: [.init(name: "range", metadata: [5])], newID: "b2")
        #expect(f.state == .stable)
        #expect(f.group?.members["b2"]?.metadata(for: "range") == [5])
    }

    @Test("A static member that comes back and so changes the chosen protocol causes a rebalance")
    func protocolChanges() {
        let both = [GroupProtocol(name: "range", metadata: []), GroupProtocol(name: "sticky", metadata: [])]
        f.join(instance: "i1", protocols: both, newID: "a")
        f.join(instance: "i2", protocols: both, newID: "b")
        f.join("a", instance: "i1", protocols: both)
        f.syncAll()
        let back = f.join(instance: "i2", protocols: [both[1]], newID: "b2")
        #expect(f.joinReply(back) == nil)
        #expect(f.state == .preparingRebalance)
        f.join("a", instance: "i1", protocols: both)
        #expect(f.joinReply(back)?.protocolName == "sticky")
    }

    @Test("A static member that comes back during the join phase fences its waiting former self")
    func replacedWhileJoining() {
        _ = twoStaticMembers()
        let former = f.join("a", instance: "i1")
        let back = f.join(instance: "i1", newID: "a2")
        #expect(f.joinReply(former)?.error == .fencedInstanceID)
        #expect(f.joinReply(back) == nil)
        f.join("b", instance: "i2")
        #expect(f.joinReply(back)?.leader == "a2")
    }

    @Test("A static member that comes back while the assignment is awaited causes a new rebalance")
    func replacedWhileCompleting() {
        _ = twoStaticMembers()
        f.join("a", instance: "i1")
        f.join("b", instance: "i2")
        let former = f.sync("b", f.group?.generation ?? 0, instance: "i2")
        let back = f.join(instance: "i2", newID: "b2")
        #expect(f.syncReply(former)?.error == .fencedInstanceID)
        #expect(f.state == .preparingRebalance)
        f.join("a", instance: "i1")
        #expect(f.joinReply(back)?.error == KafkaError.none)
    }

    @Test("A static member that is away at a rebalance stays in the group until its session ends")
    func awayAtRebalance() {
        f.join(instance: "i1", session: 200_000, newID: "a")
        f.join(instance: "i2", session: 200_000, newID: "b")
        f.join("a", instance: "i1", session: 200_000)
        f.syncAll()
        let a = f.join("a", instance: "i1", session: 200_000)
        f.advance(60_000)
        #expect(f.joinReply(a)?.members.map(\.id) == ["a", "b"])
    }

    @Test("An unknown instance id with a member id is UNKNOWN_MEMBER_ID")
    func unknownInstance() {
        let generation = twoStaticMembers()
        #expect(f.heartbeat("a", generation, instance: "i9") == .unknownMemberID)
        #expect(f.joinReply(f.join("a", instance: "i9"))?.error == .unknownMemberID)
    }

    @Test("A rebalance that only absent static members could join waits, also with a rebalance timeout of 0")
    func nobodyJoins() {
        f.join(instance: "i1", session: 6_000, rebalance: 0, newID: "a")
        f.join(instance: "i2", session: 10_000, rebalance: 0, newID: "b")
        f.join("a", instance: "i1", session: 6_000, rebalance: 0)
        f.syncAll()
        f.advance(5_000)
        _ = f.heartbeat("b", 2, instance: "i2")
        f.advance(1_000)
        #expect(f.state == .preparingRebalance)
        f.advance(10_000)
        #expect(f.state == .empty)
    }
}
