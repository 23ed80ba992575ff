import KafkaWire

/// What `kafka-consumer-groups` asks of a cluster.
struct GroupsClient {
    let admin: AdminClient
    private var cluster: Cluster { admin.cluster }

    init(_ admin: AdminClient) { self.admin = admin }

    /// A group with its members, as far as the broker tells.
    struct Description: Equatable, Sendable {
        var group: String
        var state: String
        var assignor = ""
        var members: [Member] = []
        /// The broker that coordinates it, and its id.
        var coordinator: Cluster.Node
    }

    /// A member of a group.
    struct Member: Equatable, Sendable {
        var id: String
        var instanceID = ""
        var clientID = ""
        var host = ""
        var partitions: [TopicPartition] = []
    }

    // MARK: - Groups

    /// The groups of consumers on all brokers, in their order.
    func list(states: [String] = []) throws(ToolError) -> [ListGroups.Response.Group] {
        do throws(ToolError) {
            _ = try cluster.metadata(of: [], by: admin.deadline, call: "findAllBrokers")
        } catch {
            guard case .exception(let exception) = error, exception.type == Exception.Kind.timeout.rawValue else {
                throw error
            }
            throw .exception(Exception(.kafka, "Failed to find brokers to send ListGroups"))
        }
        var request = ListGroups.Request()
        request.statesFilter = states
        var groups: [ListGroups.Response.Group] = []
        for node in cluster.nodes.keys.sorted() {
            let response = try cluster.call(
                ListGroups.self, request, to: .node(node), by: admin.deadline, call: "listConsumerGroups")
            guard response.errorCode == .none else { throw .exception(.init(response.errorCode)) }
            groups += response.groups.filter { [ConsumerProtocol.type, ""].contains($0.protocolType) }
        }
        return groups
    }

    /// One group. One that is not there is described as Dead, as brokers do.
    func describe(_ group: String) throws(ToolError) -> Description {
        var request = DescribeGroups.Request()
        request.groups = [group]
        do throws(ToolError) {
            let (response, node) = try callCoordinator(of: group, DescribeGroups.self, request, "describeGroups") {
                $0.groups.first?.errorCode ?? .none
            }
            guard let found = response.groups.first else { throw .exception(.init(.groupIDNotFound)) }
            guard found.errorCode == .none else { throw .exception(.init(found.errorCode, found.errorMessage)) }
            return Description(
                group: group, state: found.groupState, assignor: found.protocolData,
                members: found.members.map { member in
                    Member(
                        id: member.memberID, instanceID: member.groupInstanceID ?? "", clientID: member.clientID,
                        host: member.clientHost,
                        partitions: ConsumerProtocol.Assignment.decode(member.memberAssignment)?.partitions ?? [])
                }, coordinator: node)
        } catch {
            guard case .exception(let exception) = error,
                exception.type == Exception.Kind.versionUnsupported.rawValue
            else { throw error }
            return try describeByOffsets(group)
        }
    }

    /// A broker that describes no groups (librdkafka's mock cluster) still has their offsets: a group with some is there, without members
    /// that could be shown.
    private func describeByOffsets(_ group: String) throws(ToolError) -> Description {
        cluster.console.log(
            "WARN", "The broker does not support DESCRIBE_GROUPS: the members of group '\(group)' are not shown.",
            by: "kafka.admin.ConsumerGroupCommand$")
        let node = try coordinator(of: group)
        let offsets = try committed(group)
        return Description(group: group, state: offsets.isEmpty ? "Dead" : "Empty", coordinator: node)
    }

    /// Deletes a group. Throws the broker's reason when it does not.
    func delete(_ group: String) throws(ToolError) {
        var request = DeleteGroups.Request()
        request.groupsNames = [group]
        let (response, _) = try callCoordinator(of: group, DeleteGroups.self, request, "deleteConsumerGroups") {
            $0.results.first?.errorCode ?? .none
        }
        if let result = response.results.first, result.errorCode != .none {
            throw .exception(.init(result.errorCode, result.errorMessage))
        }
    }

    // MARK: - Offsets

    /// The offsets that a group has committed, in the order of Java's HashMap.
    func committed(_ group: String) throws(ToolError) -> [(partition: TopicPartition, offset: Int64)] {
        let partitions = try partitionsToName()
        var request = OffsetFetch.Request()
        request.groupID = group
        request.topics = partitions?.byTopic.map { name, numbers in
            var topic = OffsetFetch.Request.Topic()
            topic.name = name
            topic.partitionIndexes = numbers
            return topic
        }
        var asked = OffsetFetch.Request.Group()
        asked.groupID = group
        asked.topics = partitions?.byTopic.map { name, numbers in
            var topic = OffsetFetch.Request.Group.GroupTopic()
            topic.name = name
            topic.partitionIndexes = numbers
            return topic
        }
        request.groups = [asked]
        let (response, _) = try callCoordinator(of: group, OffsetFetch.self, request, "listConsumerGroupOffsets") {
            $0.groups.first?.errorCode ?? $0.errorCode
        }
        let error = response.groups.first?.errorCode ?? response.errorCode
        guard error == .none else { throw .exception(.init(error)) }
        var found: [(partition: TopicPartition, offset: Int64)] = []
        for topic in response.topics {
            for each in topic.partitions where each.committedOffset >= 0 {
                found.append((TopicPartition(topic: topic.name, partition: each.partitionIndex), each.committedOffset))
            }
        }
        for topic in response.groups.first?.topics ?? [] {
            for each in topic.partitions where each.committedOffset >= 0 {
                found.append((TopicPartition(topic: topic.name, partition: each.partitionIndex), each.committedOffset))
            }
        }
        return JavaHashOrder.sorted(found.sorted { $0.partition < $1.partition }) { JavaHashOrder.hash($0.partition) }
    }

    /// The partitions to name when a group's offsets are asked for; nil where all of them can be asked for. librdkafka's mock cluster, which
    /// describes no groups, closes the connection over that.
    private func partitionsToName() throws(ToolError) -> [TopicPartition]? {
        let deadline = admin.deadline
        let connection = try cluster.connection(to: .any, by: deadline, call: "listConsumerGroupOffsets")
        guard connection.version(of: DescribeGroups.self) == nil else { return nil }
        return try admin.topics().flatMap { topic in
            topic.partitions.map { TopicPartition(topic: topic.name ?? "", partition: $0.partitionIndex) }
        }.sorted()
    }

    /// Sets the offsets of a group without members.
    func commit(_ offsets: [(partition: TopicPartition, offset: Int64)], _ group: String) throws(ToolError) {
        let values = Dictionary(offsets.map { ($0.partition, $0.offset) }) { $1 }
        var request = OffsetCommit.Request()
        request.groupID = group
        request.topics = offsets.map(\.partition).byTopic.map { name, indexes in
            var topic = OffsetCommit.Request.Topic()
            topic.name = name
            topic.partitions = indexes.map { index in
                var partition = OffsetCommit.Request.Topic.Partition()
                partition.partitionIndex = index
                partition.committedOffset = values[TopicPartition(topic: name, partition: index)] ?? 0
                partition.committedMetadata = ""
                return partition
            }
            return topic
        }
        let (response, _) = try callCoordinator(of: group, OffsetCommit.self, request, "alterConsumerGroupOffsets") {
            $0.topics.first?.partitions.first?.errorCode ?? .none
        }
        for partition in response.topics.flatMap(\.partitions) where partition.errorCode != .none {
            throw .exception(.init(partition.errorCode))
        }
    }

    /// Deletes offsets of a group. Returns the error of the whole and that of each partition.
    func deleteOffsets(
        of partitions: [TopicPartition], _ group: String
    ) throws(ToolError) -> (whole: KafkaError, each: [TopicPartition: KafkaError]) {
        var request = OffsetDelete.Request()
        request.groupID = group
        request.topics = partitions.byTopic.map { name, indexes in
            var topic = OffsetDelete.Request.Topic()
            topic.name = name
            topic.partitions = indexes.map { index in
                var partition = OffsetDelete.Request.Topic.Partition()
                partition.partitionIndex = index
                return partition
            }
            return topic
        }
        let (response, _) = try callCoordinator(
            of: group, OffsetDelete.self, request, "deleteConsumerGroupOffsets"
        ) { $0.errorCode }
        var each: [TopicPartition: KafkaError] = [:]
        for topic in response.topics {
            for partition in topic.partitions {
                each[TopicPartition(topic: topic.name, partition: partition.partitionIndex)] = partition.errorCode
            }
        }
        return (response.errorCode, each)
    }

    // MARK: - Coordinators

    /// The broker that coordinates a group. Waits until there is one.
    func coordinator(of group: String) throws(ToolError) -> Cluster.Node {
        try cluster.coordinator(of: group, by: admin.deadline)
    }

    /// Calls the coordinator of a group, and again where it has moved or is not ready yet.
    private func callCoordinator<API: KafkaAPI>(
        of group: String, _: API.Type, _ request: API.Request, _ call: String,
        error: (API.Response) -> KafkaError
    ) throws(ToolError) -> (API.Response, Cluster.Node) {
        let deadline = admin.deadline
        while true {
            let node = try cluster.coordinator(of: group, by: deadline)
            let response = try cluster.call(
                API.self, request, to: .node(node.id), by: deadline, call: call)
            guard Cluster.coordinatorErrors.contains(error(response)), !deadline.hasPassed else {
                return (response, node)
            }
            try cluster.pause(millis: Cluster.retryMillis, by: deadline)
        }
    }
}
