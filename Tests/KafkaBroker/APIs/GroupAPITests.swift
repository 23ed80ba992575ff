import KafkaWire
import Testing

@testable import KafkaBroker

/// The ten APIs of groups over frames, with a real `__consumer_offsets` under them.
@Suite("Group APIs")
struct GroupAPITests {
    let f: BrokerFixture

    init() throws {
        f = try BrokerFixture()
        var new = Broker.NewTopic(name: "t")
        new.partitionCount = 2
        _ = try f.broker.create(new)
    }

    /// The same directory after a kill: nothing was closed.
    private func restarted() throws -> Broker { try Broker(f.broker.configuration, now: f.now) }

    private func joinRequest(_ memberID: String = "", group: String = "g", instance: String? = nil) -> JoinGroup.Request
    {
        var request = JoinGroup.Request()
        request.groupID = group
        request.sessionTimeoutMs = 10_000
        request.rebalanceTimeoutMs = 60_000
        request.memberID = memberID
        request.groupInstanceID = instance
        request.protocolType = "consumer"
        var range = JoinGroup.Request.SupportedProtocol()
        range.name = "range"
        range.metadata = [1, 2]
        request.protocols = [range]
        return request
    }

    /// One stable member; its id.
    private func member(_ version: Int16 = 9, group: String = "g") throws -> String {
        let told = try f.ask(JoinGroup.self, version, joinRequest(group: group))
        let id = told.memberID
        if version >= 4 { _ = try f.ask(JoinGroup.self, version, joinRequest(id, group: group)) }
        _ = try sync(id, 1, group: group)
        return id
    }

    private func sync(
        _ id: String, _ generation: Int32, version: Int16 = 5, group: String = "g"
    ) throws -> SyncGroup.Response {
        var request = SyncGroup.Request()
        request.groupID = group
        request.generationID = generation
        request.memberID = id
        request.protocolType = "consumer"
        request.protocolName = "range"
        var assignment = SyncGroup.Request.Assignment()
        assignment.memberID = id
        assignment.assignment = [7]
        request.assignments = [assignment]
        return try f.ask(SyncGroup.self, version, request)
    }

    private func commit(
        _ offset: Int64, partition: Int32 = 0, topic: String = "t", memberID: String = "", generation: Int32 = -1,
        version: Int16 = 9, metadata: String? = "note", group: String = "g"
    ) throws -> KafkaError? {
        var request = OffsetCommit.Request()
        request.groupID = group
        request.memberID = memberID
        request.generationIDOrMemberEpoch = generation
        var asked = OffsetCommit.Request.Topic()
        asked.name = topic
        asked.topicID = f.broker.catalog.topic(named: topic)?.id ?? UUID(high: 9, low: 9)
        var place = OffsetCommit.Request.Topic.Partition()
        place.partitionIndex = partition
        place.committedOffset = offset
        place.committedMetadata = metadata
        asked.partitions = [place]
        request.topics = [asked]
        return try f.ask(OffsetCommit.self, version, request).topics.first?.partitions.first?.errorCode
    }

    private func fetch(_ version: Int16, topics: [String]? = ["t"], group: String = "g") throws -> OffsetFetch.Response
    {
        var request = OffsetFetch.Request()
        if version < 8 {
            request.groupID = group
            request.topics = topics.map {
                $0.map { name in
                    var topic = OffsetFetch.Request.Topic()
                    topic.name = name
                    topic.partitionIndexes = [0, 1]
                    return topic
                }
            }
        } else {
            var asked = OffsetFetch.Request.Group()
            asked.groupID = group
            asked.topics = topics.map {
                $0.map { name in
                    var topic = OffsetFetch.Request.Group.GroupTopic()
                    topic.name = name
                    topic.topicID = f.broker.catalog.topic(named: name)?.id ?? UUID(high: 9, low: 9)
                    topic.partitionIndexes = [0, 1]
                    return topic
                }
            }
            request.groups = [asked]
        }
        return try f.ask(OffsetFetch.self, version, request)
    }

    // MARK: - Membership

    @Test("A member joins, syncs, beats and leaves in every version", arguments: Int16(0)...9)
    func life(version: Int16) throws {
        let id = try member(version)
        #expect(id.hasPrefix("test-"))
        #expect(id.utf8.count == "test-".utf8.count + 36)
        var beat = Heartbeat.Request()
        beat.groupID = "g"
        beat.generationID = 1
        beat.memberID = id
        #expect(try f.ask(Heartbeat.self, min(version, 4), beat).errorCode == .none)
        let again = try f.ask(JoinGroup.self, version, joinRequest(id))
        #expect(again.generationID == 2)
        #expect(again.leader == id)
        #expect(again.protocolName == "range")
        #expect(again.protocolType == (version >= 7 ? "consumer" : nil))
        #expect(again.members.map(\.metadata) == [[1, 2]])
        let synced = try sync(id, 2, version: min(version, 5))
        #expect(synced.assignment == [7])
        var leave = LeaveGroup.Request()
        leave.groupID = "g"
        leave.memberID = id
        var member = LeaveGroup.Request.Member()
        member.memberID = id
        leave.members = [member]
        let left = try f.ask(LeaveGroup.self, min(version, 5), leave)
        #expect(left.errorCode == .none)
        #expect(left.members.map(\.errorCode) == (version >= 3 ? [.none] : []))
        #expect(f.broker.groups.coordinator.group("g")?.state == .empty)
        let gone = try f.ask(LeaveGroup.self, min(version, 5), leave)
        #expect(gone.errorCode == (version >= 3 ? .none : .unknownMemberID))
        #expect(gone.members.map(\.errorCode) == (version >= 3 ? [.unknownMemberID] : []))
    }

    @Test("Before version 7 a refused join has an empty protocol name, from then on none")
    func refusedJoin() throws {
        #expect(try f.ask(JoinGroup.self, 6, joinRequest("x")).protocolName == "")
        #expect(try f.ask(JoinGroup.self, 7, joinRequest("x")).protocolName == nil)
        #expect(try f.ask(JoinGroup.self, 7, joinRequest("x")).errorCode == .unknownMemberID)
    }

    @Test("A static member's id begins with its instance id")
    func staticMemberID() throws {
        #expect(try f.ask(JoinGroup.self, 5, joinRequest(instance: "i1")).memberID.hasPrefix("i1-"))
    }

    @Test("A join that has to wait parks the connection, and is answered when the rebalance is over")
    func parked() throws {
        let a = try member()
        f.client = Client(id: 2, host: "::1", advertisedHost: "localhost", advertisedPort: 9092)
        guard case .parked(let token) = f.send(JoinGroup.self, 3, joinRequest()) else {
            Issue.record("the second member has to wait")
            return
        }
        f.client = Client(id: 1, host: "127.0.0.1", advertisedHost: "localhost", advertisedPort: 9092)
        _ = try f.ask(JoinGroup.self, 9, joinRequest(a))
        let answered = try #require(f.delivered.first)
        #expect(answered.token == token)
        let joined = try f.response(JoinGroup.self, 3, answered.frame)
        #expect(joined.generationID == 2)
        #expect(f.broker.groups.coordinator.group("g")?.members[joined.memberID]?.clientHost == "/::1")
    }

    @Test("A connection that goes while its join waits gets no answer, and its member stays")
    func disconnected() throws {
        let a = try member()
        f.client = Client(id: 2, host: "127.0.0.1", advertisedHost: "localhost", advertisedPort: 9092)
        _ = f.send(JoinGroup.self, 3, joinRequest())
        f.broker.disconnected(2, now: f.now)
        f.client = Client(id: 1, host: "127.0.0.1", advertisedHost: "localhost", advertisedPort: 9092)
        #expect(try f.ask(JoinGroup.self, 9, joinRequest(a)).members.count == 2)
        #expect(f.delivered.isEmpty)
    }

    @Test("The broker's deadline is the first session's end")
    func deadline() throws {
        _ = try member()
        #expect(f.broker.nextDeadlineMillis == f.now + 10_000)
        f.broker.advance(to: f.now + 10_000)
        #expect(f.broker.groups.coordinator.group("g")?.state == .empty)
    }

    @Test("From version 5 a sync without protocol type and name is INCONSISTENT_GROUP_PROTOCOL")
    func syncWithoutProtocol() throws {
        var request = SyncGroup.Request()
        request.groupID = "g"
        #expect(try f.ask(SyncGroup.self, 5, request).errorCode == .inconsistentGroupProtocol)
        #expect(try f.ask(SyncGroup.self, 4, request).errorCode == .unknownMemberID)
    }

    @Test("LeaveGroup without a group id is INVALID_GROUP_ID for the whole response")
    func leaveWithoutGroup() throws {
        #expect(try f.ask(LeaveGroup.self, 5, LeaveGroup.Request()).errorCode == .invalidGroupID)
    }

    // MARK: - Offsets

    @Test("Offsets are committed and fetched in every version", arguments: Int16(0)...10)
    func offsets(version: Int16) throws {
        #expect(try commit(42, version: version) == KafkaError.none)
        let fetched = try fetch(version)
        if version < 8 {
            #expect(fetched.errorCode == .none)
            #expect(fetched.topics.map(\.name) == ["t"])
            #expect(fetched.topics.first?.partitions.map(\.committedOffset) == [42, -1])
            #expect(fetched.topics.first?.partitions.map(\.metadata) == ["note", ""])
        } else {
            #expect(fetched.groups.map(\.groupID) == ["g"])
            #expect(fetched.groups.first?.topics.first?.partitions.map(\.committedOffset) == [42, -1])
            #expect(fetched.groups.first?.topics.first?.partitions.map(\.metadata) == ["note", ""])
        }
    }

    @Test("No topics asked for means all that the group has committed", arguments: Int16(2)...10)
    func allTopics(version: Int16) throws {
        _ = try commit(1, partition: 1)
        _ = try commit(2, partition: 0)
        let fetched = try fetch(version, topics: nil)
        let offsets =
            version < 8
            ? fetched.topics.first?.partitions.map(\.committedOffset)
            : fetched.groups.first?.topics.first?.partitions.map(\.committedOffset)
        #expect(offsets == [2, 1])
    }

    @Test("An unknown group has committed nothing, which is no error")
    func unknownGroup() throws {
        #expect(try fetch(7, group: "nobody").errorCode == .none)
        #expect(try fetch(7, group: "nobody").topics.first?.partitions.map(\.committedOffset) == [-1, -1])
        #expect(try fetch(9, topics: nil, group: "nobody").groups.map(\.errorCode) == [.none])
    }

    @Test("An unknown topic, partition or topic id is refused by itself")
    func unknownTopics() throws {
        #expect(try commit(1, topic: "x") == .unknownTopicOrPartition)
        #expect(try commit(1, partition: 2) == .unknownTopicOrPartition)
        #expect(try commit(1, partition: -1) == .unknownTopicOrPartition)
        #expect(try commit(1, topic: "x", version: 10) == .unknownTopicID)
        #expect(f.broker.groups.coordinator.group("g") == nil)
        let fetched = try fetch(10, topics: ["x"]).groups.first?.topics.first
        #expect(fetched?.partitions.map(\.errorCode) == [.unknownTopicID, .unknownTopicID])
        #expect(fetched?.partitions.map(\.committedOffset) == [-1, -1])
    }

    @Test("A member of a group that does not exist: ILLEGAL_GENERATION, from version 9 GROUP_ID_NOT_FOUND")
    func commitToUnknownGroup() throws {
        #expect(try commit(1, memberID: "m", generation: 1, version: 8) == .illegalGeneration)
        #expect(try commit(1, memberID: "m", generation: 1, version: 9) == .groupIDNotFound)
    }

    @Test("A null note is stored as an empty one")
    func nullMetadata() throws {
        #expect(try commit(1, metadata: nil) == KafkaError.none)
        #expect(try fetch(7).topics.first?.partitions.first?.metadata == "")
    }

    @Test("A retention beyond the end of time does not overflow")
    func retention() throws {
        var request = OffsetCommit.Request()
        request.groupID = "g"
        request.retentionTimeMs = .max
        var topic = OffsetCommit.Request.Topic()
        topic.name = "t"
        topic.partitions = [.init()]
        request.topics = [topic]
        #expect(try f.ask(OffsetCommit.self, 4, request).topics[0].partitions[0].errorCode == .none)
        #expect(f.broker.groups.coordinator.group("g")?.committedOffset("t", 0)?.expireTimestamp == .max)
        #expect(try restarted().groups.coordinator.group("g")?.committedOffset("t", 0)?.expireTimestamp == .max)
    }

    @Test("Groups and offsets are there after the broker was killed")
    func restart() throws {
        let id = try member()
        #expect(try commit(5, memberID: id, generation: 1) == KafkaError.none)
        #expect(try commit(6, partition: 1, group: "simple") == KafkaError.none)
        let coordinator = try restarted().groups.coordinator
        #expect(coordinator.group("g")?.state == .stable)
        #expect(coordinator.group("g")?.generation == 1)
        #expect(coordinator.group("g")?.members[id]?.assignment == [7])
        #expect(coordinator.group("g")?.committedOffset("t", 0)?.offset == 5)
        #expect(coordinator.group("g")?.committedOffset("t", 0)?.metadata == "note")
        #expect(coordinator.group("simple")?.committedOffset("t", 1)?.offset == 6)
    }

    @Test("A deleted topic's offsets are gone, also for a topic that takes its name, also after a restart")
    func topicDeleted() throws {
        _ = try commit(5)
        try f.broker.delete(try #require(f.broker.catalog.topic(named: "t")))
        var new = Broker.NewTopic(name: "t")
        new.partitionCount = 2
        _ = try f.broker.create(new)
        #expect(try fetch(7).topics.first?.partitions.map(\.committedOffset) == [-1, -1])
        #expect(try restarted().groups.coordinator.group("g") == nil)
    }

    @Test("When __consumer_offsets is deleted, the groups are gone and begin anew")
    func offsetsTopicDeleted() throws {
        let id = try member()
        try f.broker.delete(try #require(f.broker.catalog.topic(named: Topic.consumerOffsets)))
        #expect(try f.ask(JoinGroup.self, 9, joinRequest(id)).errorCode == .unknownMemberID)
        _ = try member()
        #expect(f.broker.groups.coordinator.group("g")?.generation == 1)
        #expect(try restarted().groups.coordinator.group("g")?.generation == 1)
    }

    @Test("A group name that a record cannot hold is refused, not stored under another name")
    func longGroupName() throws {
        let name = String(repeating: "g", count: 40_000)
        #expect(try commit(1, group: name) == .unknownServerError)
        #expect(f.broker.groups.coordinator.group(GroupID(name)) == nil)
    }

    // MARK: - FindCoordinator

    @Test("This node coordinates every group; __consumer_offsets comes into being", arguments: Int16(0)...6)
    func findCoordinator(version: Int16) throws {
        var request = FindCoordinator.Request()
        request.key = "g"
        request.coordinatorKeys = ["g", "h"]
        let found = try f.ask(FindCoordinator.self, version, request)
        if version < 4 {
            #expect(found.errorCode == .none)
            #expect((found.nodeID, found.host, found.port) == (1, "localhost", 9092))
        } else {
            #expect(found.coordinators.map(\.key) == ["g", "h"])
            #expect(found.coordinators.map(\.nodeID) == [1, 1])
            #expect(found.coordinators.map(\.errorCode) == [.none, .none])
        }
        #expect(f.broker.catalog.topic(named: Topic.consumerOffsets)?.partitionCount == 50)
    }

    @Test(
        "A transactional id is refused with an error that is fatal to producers; an unknown key type with INVALID_REQUEST"
    )
    func otherCoordinators() throws {
        var request = FindCoordinator.Request()
        request.key = "tx"
        request.coordinatorKeys = ["tx"]
        for (type, error) in [(1, .transactionalIDAuthorizationFailed), (2, .invalidRequest), (9, .invalidRequest)]
            as [(Int8, KafkaError)]
        {
            request.keyType = type
            #expect(try f.ask(FindCoordinator.self, 2, request).errorCode == error)
            #expect(try f.ask(FindCoordinator.self, 2, request).nodeID == -1)
            #expect(try f.ask(FindCoordinator.self, 6, request).coordinators.map(\.errorCode) == [error])
        }
    }

    // MARK: - Administration

    @Test("DescribeGroups shows state, protocol and members with assignments", arguments: Int16(0)...6)
    func describe(version: Int16) throws {
        let id = try member()
        var request = DescribeGroups.Request()
        request.groups = ["g", "nobody"]
        let described = try f.ask(DescribeGroups.self, version, request).groups
        #expect(described.map(\.groupState) == ["Stable", "Dead"])
        #expect(described.map(\.errorCode) == [.none, version >= 6 ? .groupIDNotFound : .none])
        #expect(described[0].protocolType == "consumer")
        #expect(described[0].protocolData == "range")
        let member = try #require(described[0].members.first)
        #expect(member.memberID == id)
        #expect(member.clientID == "test")
        #expect(member.clientHost == "/127.0.0.1")
        #expect(member.memberMetadata == [1, 2])
        #expect(member.memberAssignment == [7])
    }

    @Test("ListGroups lists by state and type")
    func list() throws {
        _ = try member(group: "b")
        _ = try commit(1, group: "a")
        func listed(_ states: [String] = [], _ types: [String] = []) throws -> [String] {
            var request = ListGroups.Request()
            request.statesFilter = states
            request.typesFilter = types
            return try f.ask(ListGroups.self, 5, request).groups.map(\.groupID)
        }
        #expect(try listed() == ["a", "b"])
        #expect(try listed(["stable"]) == ["b"])
        #expect(try listed(["Empty", "Stable"]) == ["a", "b"])
        #expect(try listed([], ["Classic"]) == ["a", "b"])
        #expect(try listed([], ["consumer"]) == [])
        #expect(try f.ask(ListGroups.self, 0, .init()).groups.map(\.protocolType) == ["", "consumer"])
    }

    @Test("DeleteGroups deletes groups without members, with their offsets, for good")
    func delete() throws {
        _ = try member(group: "busy")
        _ = try commit(1, group: "old")
        var request = DeleteGroups.Request()
        request.groupsNames = ["busy", "old", "old", "nobody", ""]
        #expect(
            try f.ask(DeleteGroups.self, 2, request).results.map(\.errorCode)
                == [.nonEmptyGroup, .none, .groupIDNotFound, .groupIDNotFound])
        #expect(try restarted().groups.coordinator.groupIDs == ["busy"])
    }

    @Test(
        "The group without a name is a group like any other to those who commit, fetch, describe and delete, as old clients do"
    )
    func namelessGroup() throws {
        #expect(try commit(5, group: "") == KafkaError.none)
        var describe = DescribeGroups.Request()
        describe.groups = [""]
        #expect(try f.ask(DescribeGroups.self, 6, describe).groups.map(\.errorCode) == [.none])
        #expect(try f.ask(DescribeGroups.self, 6, describe).groups.map(\.groupState) == ["Empty"])
        var delete = DeleteGroups.Request()
        delete.groupsNames = [""]
        #expect(try f.ask(DeleteGroups.self, 2, delete).results.map(\.errorCode) == [.none])
        #expect(try f.ask(JoinGroup.self, 9, joinRequest(group: "")).errorCode == .invalidGroupID)
    }
}
