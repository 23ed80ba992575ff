import KafkaWire

/// One member of a classic consumer group: joins, stays by heartbeats, commits, and leaves.
final class GroupMembership {
    private let settings: ConsumerSettings
    private let cluster: Cluster
    private var memberID = ""
    private var generation: Int32 = -1
    private var nextHeartbeat = Deadline.never
    /// Whether the group has to be joined (again).
    private(set) var mustJoin = true

    init(_ settings: ConsumerSettings, _ cluster: Cluster) {
        self.settings = settings
        self.cluster = cluster
    }

    /// How long a call to the coordinator may take beside what it is asked to wait for.
    private static let callMillis: Int64 = 30_000

    // MARK: - Joining

    /// Joins the group until it has an assignment, and returns that. `topics` are those that this member reads; `partitionCounts` is asked
    /// for the topics of all members when this one leads the group.
    ///
    /// Throws a TimeoutException at the deadline, and the coordinator's reason when it will not have the member.
    func join(
        _ topics: [String], by deadline: Deadline,
        partitionCounts: ([String]) throws(ToolError) -> [String: Int]
    ) throws(ToolError) -> [TopicPartition] {
        while true {
            guard let joined = try joinOnce(topics, by: deadline) else { continue }
            var request = SyncGroup.Request()
            request.groupID = settings.groupID
            request.generationID = generation
            request.memberID = memberID
            request.groupInstanceID = settings.groupInstanceID
            request.protocolType = ConsumerProtocol.type
            request.protocolName = joined.protocolName
            if joined.leader == memberID {
                request.assignments = try assignments(joined, partitionCounts)
            }
            let response = try callCoordinator(SyncGroup.self, request, by: deadline, "syncGroup") { $0.errorCode }
            if response.errorCode == .none {
                mustJoin = false
                nextHeartbeat = .after(millis: settings.heartbeatMillis)
                return ConsumerProtocol.Assignment.decode(response.assignment)?.partitions ?? []
            }
            try take(response.errorCode)
        }
    }

    /// One attempt to join; nil when it has to be made again.
    private func joinOnce(_ topics: [String], by deadline: Deadline) throws(ToolError) -> JoinGroup.Response? {
        var offered = JoinGroup.Request.SupportedProtocol()
        offered.name = settings.assignor.rawValue
        offered.metadata = ConsumerProtocol.Subscription(topics: topics).encoded
        var request = JoinGroup.Request()
        request.groupID = settings.groupID
        request.sessionTimeoutMs = Int32(clamping: settings.sessionMillis)
        request.rebalanceTimeoutMs = Int32(clamping: settings.rebalanceMillis)
        request.memberID = memberID
        request.groupInstanceID = settings.groupInstanceID
        request.protocolType = ConsumerProtocol.type
        request.protocols = [offered]
        // The coordinator answers when all members have joined, or it has waited long enough for them.
        let patience = Deadline.after(millis: settings.rebalanceMillis + Self.callMillis)
        let response = try callCoordinator(JoinGroup.self, request, by: min(deadline, patience), "joinGroup") {
            $0.errorCode
        }
        switch response.errorCode {
        case .none:
            memberID = response.memberID
            generation = response.generationID
            return response
        case .memberIDRequired:
            memberID = response.memberID
            return nil
        default:
            try take(response.errorCode)
            return nil
        }
    }

    /// What the leader gives each member.
    private func assignments(
        _ joined: JoinGroup.Response, _ partitionCounts: ([String]) throws(ToolError) -> [String: Int]
    ) throws(ToolError) -> [SyncGroup.Request.Assignment] {
        let members = joined.members.map { member in
            Assignor.Member(
                id: member.memberID, instanceID: member.groupInstanceID,
                topics: ConsumerProtocol.Subscription.decode(member.metadata)?.topics ?? [])
        }
        let counts = try partitionCounts(Set(members.flatMap(\.topics)).sorted())
        let assigned = settings.assignor.assign(members, counts)
        return members.map { member in
            var assignment = SyncGroup.Request.Assignment()
            assignment.memberID = member.id
            assignment.assignment = ConsumerProtocol.Assignment(partitions: assigned[member.id] ?? []).encoded
            return assignment
        }
    }

    /// Goes on after an error that a member lives with. Throws the others.
    private func take(_ error: KafkaError) throws(ToolError) {
        switch error {
        case .none: return
        case .unknownMemberID, .illegalGeneration:
            generation = -1
            if error == .unknownMemberID { memberID = "" }
            mustJoin = true
        case .rebalanceInProgress: mustJoin = true
        default: throw .exception(.init(error))
        }
    }

    // MARK: - Staying

    /// When the next heartbeat is due.
    var heartbeatDue: Deadline { mustJoin ? .never : nextHeartbeat }

    /// Sends a heartbeat when one is due; afterwards `mustJoin` says whether the group is changing.
    func heartbeatIfDue() throws(ToolError) {
        guard !mustJoin, nextHeartbeat.hasPassed else { return }
        var request = Heartbeat.Request()
        request.groupID = settings.groupID
        request.generationID = generation
        request.memberID = memberID
        request.groupInstanceID = settings.groupInstanceID
        let deadline = Deadline.after(millis: settings.sessionMillis)
        let response = try callCoordinator(Heartbeat.self, request, by: deadline, "heartbeat") { $0.errorCode }
        nextHeartbeat = .after(millis: settings.heartbeatMillis)
        try take(response.errorCode)
    }

    /// Asks for a new assignment: what there is to read has changed.
    func rejoin() { mustJoin = true }

    // MARK: - Offsets

    /// The offsets that the group has committed of some partitions.
    func committed(_ partitions: [TopicPartition]) throws(ToolError) -> [TopicPartition: Int64] {
        var request = OffsetFetch.Request()
        request.groupID = settings.groupID
        request.requireStable = settings.readsCommittedOnly
        request.topics = partitions.byTopic.map { name, numbers in
            var topic = OffsetFetch.Request.Topic()
            topic.name = name
            topic.partitionIndexes = numbers
            return topic
        }
        var group = OffsetFetch.Request.Group()
        group.groupID = settings.groupID
        group.topics = partitions.byTopic.map { name, numbers in
            var topic = OffsetFetch.Request.Group.GroupTopic()
            topic.name = name
            topic.partitionIndexes = numbers
            return topic
        }
        request.groups = [group]
        let deadline = Deadline.after(millis: Self.callMillis)
        let response = try callCoordinator(OffsetFetch.self, request, by: deadline, "offsetFetch") {
            $0.groups.first?.errorCode ?? $0.errorCode
        }
        let error = response.groups.first?.errorCode ?? response.errorCode
        guard error == .none else { throw .exception(.init(error)) }
        var found: [TopicPartition: Int64] = [:]
        for topic in response.topics {
            for each in topic.partitions where each.committedOffset >= 0 {
                found[TopicPartition(topic: topic.name, partition: each.partitionIndex)] = each.committedOffset
            }
        }
        for topic in response.groups.first?.topics ?? [] {
            for each in topic.partitions where each.committedOffset >= 0 {
                found[TopicPartition(topic: topic.name, partition: each.partitionIndex)] = each.committedOffset
            }
        }
        return found
    }

    /// Commits the offsets to go on from. A group that is changing refuses, which is no error: another member reads on from before.
    func commit(_ positions: [TopicPartition: Int64]) throws(ToolError) {
        guard generation >= 0, !positions.isEmpty else { return }
        var request = OffsetCommit.Request()
        request.groupID = settings.groupID
        request.generationIDOrMemberEpoch = generation
        request.memberID = memberID
        request.groupInstanceID = settings.groupInstanceID
        request.topics = positions.keys.sorted().byTopic.map { name, numbers in
            var topic = OffsetCommit.Request.Topic()
            topic.name = name
            topic.partitions = numbers.map { number in
                var partition = OffsetCommit.Request.Topic.Partition()
                partition.partitionIndex = number
                partition.committedOffset = positions[TopicPartition(topic: name, partition: number)] ?? 0
                partition.committedMetadata = ""
                return partition
            }
            return topic
        }
        let deadline = Deadline.after(millis: Self.callMillis)
        let response = try callCoordinator(OffsetCommit.self, request, by: deadline, "offsetCommit") {
            $0.topics.first?.partitions.first?.errorCode ?? .none
        }
        for partition in response.topics.flatMap(\.partitions) { try take(partition.errorCode) }
    }

    /// Leaves the group, so that its partitions go to others at once. A static member stays, as in Java.
    func leave() throws(ToolError) {
        guard !memberID.isEmpty, settings.groupInstanceID == nil else { return }
        var request = LeaveGroup.Request()
        request.groupID = settings.groupID
        request.memberID = memberID
        var member = LeaveGroup.Request.Member()
        member.memberID = memberID
        member.reason = "the consumer is being closed"
        request.members = [member]
        _ = try callCoordinator(LeaveGroup.self, request, by: .after(millis: 5000), "leaveGroup") { $0.errorCode }
    }

    /// Calls the coordinator, and again where it has moved or is not ready yet.
    private func callCoordinator<API: KafkaAPI>(
        _: API.Type, _ request: API.Request, by deadline: Deadline, _ call: String,
        error: (API.Response) -> KafkaError
    ) throws(ToolError) -> API.Response {
        while true {
            let node = try cluster.coordinator(of: settings.groupID, known: &coordinator, by: deadline)
            let response: API.Response
            do throws(ToolError) {
                response = try cluster.call(
                    API.self, request, to: .coordinator(node.id), by: deadline, call: call)
            } catch {
                coordinator = nil
                throw error
            }
            guard Cluster.coordinatorErrors.contains(error(response)), !deadline.hasPassed else { return response }
            coordinator = nil
            try cluster.pause(millis: Cluster.retryMillis, by: deadline)
        }
    }

    private var coordinator: Cluster.Node?
}
