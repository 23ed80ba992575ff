import KafkaWire
import Testing

@testable import KafkaBroker

@Suite("JoinGroup")
struct GroupsJoinTests {
    let f = GroupsFixture()

    @Test("From version 4 a new member is told its id with MEMBER_ID_REQUIRED and joins with it")
    func memberIDRequired() {
        let told = f.joinReply(f.join(newID: "a"))
        #expect(told?.error == .memberIDRequired)
        #expect(told?.memberID == "a")
        #expect(f.group?.members.isEmpty == true)
        let joined = f.joinReply(f.join("a"))
        #expect(joined?.error == KafkaError.none)
        #expect(joined?.generation == 1)
        #expect(joined?.leader == "a")
        #expect(joined?.protocolName == "range")
        #expect(joined?.protocolType == "consumer")
        #expect(joined?.members == [.init(id: "a", instanceID: nil, metadata: [1])])
    }

    @Test("Before version 4 a new member joins at once")
    func noMemberIDRequired() {
        #expect(f.joinReply(f.join(version: 3, newID: "a"))?.generation == 1)
    }

    @Test("A member that was told its id and never joins with it is forgotten after its session timeout")
    func pendingMemberExpires() {
        f.join(session: 10_000, newID: "a")
        f.advance(9_999)
        #expect(f.group?.isPending("a") == true)
        f.advance(1)
        #expect(f.group?.isPending("a") == false)
        #expect(f.joinReply(f.join("a"))?.error == .unknownMemberID)
    }

    @Test("A rebalance waits for a member that was told its id, and goes on when that member is given up")
    func pendingMemberIsAwaited() {
        f.stable("a")
        f.join(session: 10_000, newID: "b")
        f.join(version: 3, newID: "c")
        let a = f.join("a", session: 30_000)
        #expect(f.joinReply(a) == nil)
        f.advance(10_000)
        #expect(f.joinReply(a)?.generation == 2)
    }

    @Test("Session timeouts outside the bounds are refused with INVALID_SESSION_TIMEOUT, and no group is made")
    func sessionBounds() {
        #expect(f.joinReply(f.join(session: 5_999))?.error == .invalidSessionTimeout)
        #expect(f.joinReply(f.join(session: 1_800_001))?.error == .invalidSessionTimeout)
        #expect(f.group == nil)
        #expect(f.joinReply(f.join(session: 6_000))?.error == .memberIDRequired)
        #expect(f.joinReply(f.join(session: 1_800_000))?.error == .memberIDRequired)
    }

    @Test("An empty group id is refused with INVALID_GROUP_ID")
    func invalidGroupID() {
        #expect(f.joinReply(f.join(to: ""))?.error == .invalidGroupID)
        #expect(f.syncReply(f.sync("a", 1, to: ""))?.error == .invalidGroupID)
        #expect(f.heartbeat("a", 1, to: "") == .invalidGroupID)
        #expect(f.leave(.init(memberID: "a", instanceID: nil), from: "") == [.invalidGroupID])
    }

    @Test("A member id that the group does not know is refused with UNKNOWN_MEMBER_ID")
    func unknownMember() {
        #expect(f.joinReply(f.join("x"))?.error == .unknownMemberID)
        f.stable("a")
        let refused = f.joinReply(f.join("x"))
        #expect(refused?.error == .unknownMemberID)
        #expect(refused?.memberID == "x")
    }

    @Test("A first join makes the group, and the log has it with generation 0 and no members")
    func creation() {
        f.join(newID: "a")
        let stored = f.log.lastMetadata()
        #expect(stored?.generation == 0)
        #expect(stored?.members.isEmpty == true)
        #expect(stored?.protocolType == "")
    }

    @Test("A group whose first record cannot be written does not come into being")
    func creationFails() {
        f.log.failure = .kafkaStorageError
        #expect(f.joinReply(f.join())?.error == .notCoordinator)
        #expect(f.group == nil)
    }

    @Test("An empty protocol type or no protocols are refused with INCONSISTENT_GROUP_PROTOCOL")
    func emptyProtocols() {
        #expect(f.joinReply(f.join(type: ""))?.error == .inconsistentGroupProtocol)
        #expect(f.joinReply(f.join(protocols: []))?.error == .inconsistentGroupProtocol)
    }

    @Test("Another protocol type, or no protocol that all members support, is INCONSISTENT_GROUP_PROTOCOL")
    func inconsistentProtocols() {
        f.stable("a")
        #expect(f.joinReply(f.join(type: "connect", version: 3))?.error == .inconsistentGroupProtocol)
        let other = [GroupProtocol(name: "roundrobin", metadata: [])]
        #expect(f.joinReply(f.join(protocols: other, version: 3))?.error == .inconsistentGroupProtocol)
        #expect(f.state == .stable)
    }

    @Test("An emptied group takes another protocol type")
    func protocolTypeOfEmptyGroup() {
        f.stable("a")
        f.leave(.init(memberID: "a", instanceID: nil))
        #expect(f.joinReply(f.join(type: "connect", version: 3))?.protocolType == "connect")
    }

    @Test("The protocol with most votes among those that all support is chosen, at a tie the earliest member's")
    func vote() {
        func protocols(_ names: String...) -> [GroupProtocol] {
            names.map { .init(name: $0, metadata: Array($0.utf8)) }
        }
        f.join(protocols: protocols("x", "y", "z"), version: 3, newID: "a")
        f.join(protocols: protocols("y", "z"), version: 3, newID: "b")
        f.join(protocols: protocols("z", "y"), version: 3, newID: "c")
        let a = f.joinReply(f.join("a", protocols: protocols("x", "y", "z")))
        #expect(a?.protocolName == "y")
        #expect(a?.members.map(\.metadata) == [Array("y".utf8), Array("y".utf8), Array("y".utf8)])

        f.join("b", protocols: protocols("z", "y"))
        f.join("c", protocols: protocols("y", "z"))
        f.leave(.init(memberID: "a", instanceID: nil))
        #expect(f.group?.protocolName == "z", "one vote each: b came first")
    }

    @Test("The first to join leads; only the leader is told the members")
    func leader() {
        f.join(version: 3, newID: "a")
        let b = f.join(version: 3, newID: "b")
        #expect(f.joinReply(b) == nil, "b waits for a")
        let a = f.joinReply(f.join("a"))
        #expect(a?.generation == 2)
        #expect(a?.members.map(\.id) == ["a", "b"])
        #expect(f.joinReply(b)?.leader == "a")
        #expect(f.joinReply(b)?.members == [])
        #expect(f.joinReply(b)?.memberID == "b")
        #expect(f.state == .completingRebalance)
    }

    @Test("The rebalance timeout is the longest of the members'; then who has not joined is removed")
    func rebalanceTimeout() {
        f.stable("a", "b", session: 300_000)
        f.join("a", session: 300_000, rebalance: 20_000)
        let before = f.group?.generation ?? 0
        f.advance(59_999)
        #expect(f.state == .preparingRebalance)
        f.advance(1)
        #expect(f.state == .completingRebalance)
        #expect(f.group?.generation == before + 1)
        #expect(f.group?.members.map(\.id) == ["a"])
        #expect(f.heartbeat("b", before) == .unknownMemberID)
    }

    @Test("A leader that has not joined when the rebalance ends is replaced by one that has")
    func newLeader() {
        f.stable("a", "b", "c", session: 300_000)
        let c = f.join("c", session: 300_000, protocols: [.init(name: "range", metadata: [9])])
        let b = f.join("b", session: 300_000)
        f.advance(60_000)
        #expect(f.joinReply(b)?.leader == "b")
        #expect(f.joinReply(c)?.leader == "b")
        #expect(f.joinReply(b)?.members.map(\.id) == ["b", "c"])
    }

    @Test(
        "A follower that rejoins a stable group with the same metadata gets the generation that is, without a rebalance"
    )
    func followerRejoins() {
        let generation = f.stable("a", "b")
        let b = f.joinReply(f.join("b"))
        #expect(b?.error == KafkaError.none)
        #expect(b?.generation == generation)
        #expect(b?.members == [])
        #expect(f.state == .stable)
    }

    @Test("A follower that rejoins a stable group with other metadata causes a rebalance")
    func followerChanges() {
        f.stable("a", "b")
        #expect(f.joinReply(f.join("b", protocols: [.init(name: "range", metadata: [2])])) == nil)
        #expect(f.state == .preparingRebalance)
    }

    @Test("A leader that rejoins a stable group causes a rebalance though nothing has changed")
    func leaderRejoins() {
        f.stable("a", "b")
        #expect(f.joinReply(f.join("a")) == nil)
        #expect(f.state == .preparingRebalance)
    }

    @Test("A member that missed the answer to its join gets it again while the assignment is awaited")
    func lostJoinAnswer() {
        f.join(version: 3, newID: "a")
        let again = f.joinReply(f.join("a"))
        #expect(again?.generation == 1)
        #expect(again?.members.map(\.id) == ["a"], "the leader gets the members again")
        #expect(f.state == .completingRebalance)
    }

    @Test("A member that joins with other metadata while the assignment is awaited causes a new rebalance")
    func changeWhileCompleting() {
        f.stable("a", "b")
        f.join("a")
        f.join("b")
        let generation = f.group?.generation ?? 0
        let sync = f.sync("b", generation)
        f.join("a", protocols: [.init(name: "range", metadata: [7])])
        #expect(f.syncReply(sync)?.error == .rebalanceInProgress)
        #expect(f.state == .preparingRebalance)
    }

    @Test("A second join of a waiting member takes the place of the first, which is answered")
    func secondJoinWhileWaiting() {
        f.stable("a", "b")
        let first = f.join("a")
        let second = f.join("a")
        #expect(f.joinReply(first)?.error == .rebalanceInProgress)
        #expect(f.joinReply(second) == nil)
        f.join("b")
        #expect(f.joinReply(second)?.error == KafkaError.none)
    }

    @Test("A group of the maximal size refuses further members with GROUP_MAX_SIZE_REACHED, not those it has")
    func maxSize() {
        var configuration = GroupConfiguration()
        configuration.maxSize = 2
        let f = GroupsFixture(configuration)
        f.stable("a", "b")
        let refused = f.joinReply(f.join(version: 3))
        #expect(refused?.error == .groupMaxSizeReached)
        #expect(refused?.memberID == "")
        #expect(f.state == .stable)
        f.join("a")
        #expect(f.joinReply(f.join("b"))?.error == KafkaError.none)
    }

    @Test("When the maximal size was lowered, a recovered group rebalances and the last to rejoin is refused")
    func maxSizeLowered() {
        f.stable("a", "b")
        var configuration = GroupConfiguration()
        configuration.maxSize = 1
        let f = self.f.restarted(configuration)
        #expect(f.state == .preparingRebalance)
        let b = f.join("b")
        #expect(f.joinReply(f.join("a"))?.error == .groupMaxSizeReached)
        #expect(f.joinReply(b)?.generation == 3)
        #expect(f.group?.members.map(\.id) == ["b"])
    }

    @Test("With an initial delay an empty group waits for members, longer while they come, up to the rebalance timeout")
    func initialDelay() {
        var configuration = GroupConfiguration()
        configuration.initialRebalanceDelayMillis = 3_000
        let f = GroupsFixture(configuration)
        let a = f.join(rebalance: 8_000, version: 3, newID: "a")
        f.advance(2_000)
        let b = f.join(rebalance: 8_000, version: 3, newID: "b")
        f.advance(1_000)
        #expect(f.joinReply(a) == nil, "b came: three more seconds")
        f.advance(2_000)
        let c = f.join(rebalance: 8_000, version: 3, newID: "c")
        f.advance(1_000)
        #expect(f.joinReply(a) == nil, "c came: two seconds are left of the rebalance timeout")
        f.advance(2_000)
        #expect(f.joinReply(a)?.generation == 1)
        #expect(f.joinReply(b)?.generation == 1)
        #expect(f.joinReply(c)?.generation == 1)
    }

    @Test("A new member's session runs while it waits for its first join: after five minutes it is removed")
    func newMemberTimesOut() {
        f.stable("a", session: 1_800_000)
        let b = f.join(rebalance: 1_000_000, version: 3, newID: "b")
        f.advance(300_000)
        #expect(f.joinReply(b)?.error == .unknownMemberID)
        #expect(f.group?.members.map(\.id) == ["a"])
    }

    @Test("A member that waits in JoinGroup is kept alive past its session timeout")
    func waitingKeepsAlive() {
        f.stable("a", "b", session: 6_000)
        let a = f.join("a", session: 6_000)
        for _ in 0..<10 {
            f.advance(5_000)
            _ = f.heartbeat("b", 2)
        }
        #expect(f.joinReply(a) == nil)
        #expect(f.group?.members.map(\.id) == ["a", "b"])
        f.join("b", session: 6_000)
        #expect(f.joinReply(a)?.error == KafkaError.none)
        f.advance(6_000)
        #expect(f.group?.members.isEmpty == true, "answered, it has to send heartbeats again")
    }
}

@Suite("Requests that no good client sends")
struct GroupsAbuseTests {
    @Test("A join with very many protocols, named twice, is taken in no time")
    func manyProtocols() {
        let f = GroupsFixture()
        let names = (0..<20_000).map { GroupProtocol(name: "p\($0)", metadata: []) }
        let clock = ContinuousClock()
        let taken = clock.measure {
            f.join(protocols: names + names, version: 3, newID: "a")
            f.join("a", protocols: names + names)
        }
        #expect(f.group?.protocolName == "p0")
        #expect(taken < .seconds(2))
        f.join(protocols: [names[7], names[7]], version: 3, newID: "b")
        f.join("a", protocols: names + names)
        #expect(f.group?.protocolName == "p7")
    }
}
