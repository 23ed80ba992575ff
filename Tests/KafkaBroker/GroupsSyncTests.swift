import KafkaWire
import Testing

@testable import KafkaBroker

@Suite("SyncGroup, Heartbeat, LeaveGroup and sessions")
struct GroupsSyncTests {
    let f = GroupsFixture()

    /// Members a (leader) and b in the phase that awaits the assignment; the generation.
    private func completing() -> Int32 {
        f.join(version: 3, newID: "a")
        f.join(version: 3, newID: "b")
        f.join("a")
        return f.group?.generation ?? -1
    }

    @Test("Followers wait for the leader's assignment; whom it leaves out gets an empty one")
    func assignment() {
        let generation = completing()
        let b = f.sync("b", generation)
        #expect(f.syncReply(b) == nil)
        let a = f.syncReply(f.sync("a", generation, ["a": [1, 2]]))
        #expect(a == .init(protocolType: "consumer", protocolName: "range", assignment: [1, 2]))
        #expect(f.syncReply(b)?.error == KafkaError.none)
        #expect(f.syncReply(b)?.assignment == [])
        #expect(f.state == .stable)
    }

    @Test("The assignment is in the log before anyone has it")
    func stored() {
        let generation = completing()
        f.sync("a", generation, ["a": [1], "b": [2]])
        let stored = f.log.lastMetadata()
        #expect(stored?.generation == generation)
        #expect(stored?.protocolName == "range")
        #expect(stored?.leader == "a")
        #expect(stored?.members.map(\.assignment) == [[1], [2]])
        #expect(stored?.members.map(\.subscription) == [[1], [1]])
        #expect(f.restarted().group?.members["b"]?.assignment == [2])
    }

    @Test("An assignment that cannot be stored is given to nobody, and the group rebalances")
    func notStored() {
        let generation = completing()
        let b = f.sync("b", generation)
        f.log.failure = .kafkaStorageError
        #expect(f.syncReply(f.sync("a", generation, ["a": [1], "b": [2]]))?.error == .notCoordinator)
        #expect(f.syncReply(b)?.error == .notCoordinator)
        #expect(f.state == .preparingRebalance)
    }

    @Test("A late follower gets its assignment from the stable group")
    func lateSync() {
        let generation = completing()
        f.sync("a", generation, ["b": [2]])
        #expect(f.syncReply(f.sync("b", generation))?.assignment == [2])
    }

    @Test("SyncGroup's errors: unknown group, unknown member, generation, protocol, a rebalance that has begun")
    func errors() {
        #expect(f.syncReply(f.sync("a", 1))?.error == .unknownMemberID)
        let generation = completing()
        #expect(f.syncReply(f.sync("x", generation))?.error == .unknownMemberID)
        #expect(f.syncReply(f.sync("a", generation - 1))?.error == .illegalGeneration)
        #expect(f.syncReply(f.sync("a", generation + 1))?.error == .illegalGeneration)
        #expect(f.syncReply(f.sync("a", generation, type: "connect"))?.error == .inconsistentGroupProtocol)
        #expect(f.syncReply(f.sync("a", generation, name: "sticky"))?.error == .inconsistentGroupProtocol)
        f.sync("a", generation, type: "consumer", name: "range")
        f.join("a")
        #expect(f.syncReply(f.sync("b", generation))?.error == .rebalanceInProgress)
    }

    @Test("Who has joined and does not sync within the rebalance timeout is removed")
    func syncTimeout() {
        f.join(session: 300_000, version: 3, newID: "a")
        f.join(session: 300_000, version: 3, newID: "b")
        f.join("a", session: 300_000)
        let generation = f.group?.generation ?? -1
        f.sync("a", generation, ["a": [1]])
        f.advance(60_000)
        #expect(f.group?.members.map(\.id) == ["a"])
        #expect(f.state == .preparingRebalance)
    }

    @Test("When all have synced, the sync deadline is off")
    func syncDeadlineOff() {
        f.stable("a", "b", session: 300_000)
        #expect(f.group?.syncDeadline == nil)
        f.advance(200_000)
        #expect(f.state == .stable)
    }

    @Test("A second sync of a waiting member takes the place of the first, which is answered")
    func secondSync() {
        let generation = completing()
        let first = f.sync("b", generation)
        let second = f.sync("b", generation)
        #expect(f.syncReply(first)?.error == .rebalanceInProgress)
        f.sync("a", generation, ["b": [2]])
        #expect(f.syncReply(second)?.assignment == [2])
    }

    @Test(
        "Heartbeat by state: none, REBALANCE_IN_PROGRESS while joins are awaited, UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION"
    )
    func heartbeats() {
        #expect(f.heartbeat("a", 1) == .unknownMemberID)
        let generation = completing()
        #expect(f.heartbeat("a", generation) == KafkaError.none)
        f.sync("a", generation)
        #expect(f.heartbeat("a", generation) == KafkaError.none)
        #expect(f.heartbeat("a", generation - 1) == .illegalGeneration)
        #expect(f.heartbeat("x", generation) == .unknownMemberID)
        f.join("a")
        #expect(f.heartbeat("b", generation) == .rebalanceInProgress)
    }

    @Test("A member without heartbeats is removed after its session timeout, and the others rebalance")
    func sessionTimeout() {
        let generation = f.stable("a", "b", session: 6_000)
        f.advance(5_999)
        #expect(f.heartbeat("a", generation) == KafkaError.none)
        f.advance(1)
        #expect(f.group?.members.map(\.id) == ["a"])
        #expect(f.state == .preparingRebalance)
        #expect(f.heartbeat("a", generation) == .rebalanceInProgress)
        #expect(f.heartbeat("b", generation) == .unknownMemberID)
        #expect(f.joinReply(f.join("a"))?.generation == generation + 1)
    }

    @Test("The last session's end leaves an empty group with the next generation, stored")
    func lastSessionEnds() {
        let generation = f.stable("a")
        f.advance(10_000)
        #expect(f.state == .empty)
        #expect(f.group?.generation == generation + 1)
        #expect(f.log.lastMetadata()?.generation == generation + 1)
        #expect(f.log.lastMetadata()?.members == [])
        #expect(f.log.lastMetadata()?.protocolType == "consumer")
        #expect(f.log.lastMetadata()?.protocolName == nil)
        #expect(f.log.lastMetadata()?.leader == nil)
    }

    @Test("An empty group that cannot be stored is empty all the same")
    func emptyNotStored() {
        let generation = f.stable("a")
        f.log.failure = .kafkaStorageError
        f.advance(10_000)
        #expect(f.state == .empty)
        f.log.failure = nil
        #expect(f.joinReply(f.join(version: 3))?.generation == generation + 2)
    }

    @Test("A member that leaves makes the others rebalance at once; the last one leaves the group empty")
    func leave() {
        let generation = f.stable("a", "b")
        #expect(f.leave(.init(memberID: "a", instanceID: nil)) == [.none])
        #expect(f.state == .preparingRebalance)
        #expect(f.group?.leader == "b")
        #expect(f.joinReply(f.join("b"))?.generation == generation + 1)
        f.syncAll()
        f.leave(.init(memberID: "b", instanceID: nil))
        #expect(f.state == .empty)
    }

    @Test("LeaveGroup answers each member: by id, by instance id, pending, fenced, unknown")
    func leaveBatch() {
        f.join(instance: "i1", newID: "a")
        f.join(instance: "i2", newID: "b")
        f.join(newID: "p")
        let outcomes = f.leave(
            .init(memberID: "", instanceID: "i1"), .init(memberID: "x", instanceID: "i2"),
            .init(memberID: "p", instanceID: nil), .init(memberID: "", instanceID: "i9"),
            .init(memberID: "x", instanceID: nil), .init(memberID: "", instanceID: nil))
        #expect(outcomes == [.none, .fencedInstanceID, .none, .unknownMemberID, .unknownMemberID, .unknownMemberID])
        #expect(f.group?.members.map(\.id) == ["b"])
        #expect(f.group?.pendingMembers.isEmpty == true)
    }

    @Test("LeaveGroup to an unknown group is UNKNOWN_MEMBER_ID for each")
    func leaveUnknownGroup() {
        #expect(f.leave(.init(memberID: "a", instanceID: nil)) == [.unknownMemberID])
        #expect(f.group == nil)
    }

    @Test("A leaving member's waiting requests are answered with UNKNOWN_MEMBER_ID")
    func leaveWhileWaiting() {
        let generation = completing()
        let sync = f.sync("b", generation)
        f.leave(.init(memberID: "b", instanceID: nil))
        #expect(f.syncReply(sync)?.error == .unknownMemberID)

        let g = GroupsFixture()
        g.stable("a", "b")
        let join = g.join("a")
        g.leave(.init(memberID: "a", instanceID: nil))
        #expect(g.joinReply(join)?.error == .unknownMemberID)
    }

    @Test("A rebalance that waits only for the one who leaves goes on")
    func leaveCompletesJoin() {
        f.stable("a", "b")
        let a = f.join("a")
        f.leave(.init(memberID: "b", instanceID: nil))
        #expect(f.joinReply(a)?.members.map(\.id) == ["a"])
    }

    @Test("After a restart the members of a stable group go on; their sessions begin anew")
    func restart() {
        let generation = f.stable("a", "b", session: 6_000)
        f.advance(5_000)
        let g = f.restarted()
        g.advance(5_000)
        #expect(g.heartbeat("a", generation) == KafkaError.none)
        #expect(g.syncReply(g.sync("b", generation))?.assignment == Array("b".utf8))
        g.advance(1_000)
        #expect(g.group?.members.map(\.id) == ["a"])
        #expect(g.joinReply(g.join("a"))?.generation == generation + 1)
    }

    @Test("After a restart a generation whose assignment was not stored is ILLEGAL_GENERATION")
    func restartBeforeSync() {
        let generation = f.stable("a")
        f.join("a")
        #expect(f.group?.generation == generation + 1)
        let g = f.restarted()
        #expect(g.syncReply(g.sync("a", generation + 1, ["a": [1]]))?.error == .illegalGeneration)
        #expect(g.joinReply(g.join("a"))?.generation == generation + 1)
    }
}
