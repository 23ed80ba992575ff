import KafkaWire

/// What kafka-topics and its like ask of a cluster.
struct AdminClient {
    let cluster: Cluster
    /// How long a call may take, in milliseconds.
    let timeoutMillis: Int64

    /// Until when a call that begins now must have its answer.
    var deadline: Deadline { .after(millis: timeoutMillis) }

    /// Kafka's default.api.timeout.ms.
    static let timeoutMillisDefault: Int64 = 60_000

    /// A client of the cluster at `bootstrap`, with the properties of the file that --command-config names.
    ///
    /// Throws what is wrong with either.
    init(
        _ options: ParsedOptions, bootstrap: String, timeoutMillis: Int64? = nil, _ console: Console
    ) throws(ToolError) {
        var properties = ClientProperties()
        if let path = try options.value("command-config") {
            properties = try .file(path)
            try properties.refuseSecurity(of: "the file \(path)")
        }
        let configured = try properties.number("default.api.timeout.ms")
        self.timeoutMillis = timeoutMillis ?? configured ?? Self.timeoutMillisDefault
        cluster = Cluster(
            bootstrap: try Address.list(bootstrap), kind: "AdminClient",
            clientID: properties["client.id"] ?? "adminclient-1", console: console)
    }

    /// A client over connections that are there.
    init(_ cluster: Cluster, timeoutMillis: Int64) {
        self.cluster = cluster
        self.timeoutMillis = timeoutMillis
    }

    /// What a request says of how long a broker may take for it.
    var timeoutMs: Int32 { Int32(clamping: timeoutMillis) }

    /// All topics, by name.
    func topics() throws(ToolError) -> [Metadata.Response.Topic] {
        let response = try cluster.metadata(of: nil, by: deadline, call: "listTopics")
        return response.topics.filter { $0.name != nil }.sorted { $0.name ?? "" < $1.name ?? "" }
    }

    /// The configs of resources, in their order. Throws the first error that one of them has.
    func configs(
        of resources: [(type: ConfigResourceType, name: String)], synonyms: Bool = false
    ) throws(ToolError) -> [[DescribeConfigs.Response.Resource.Config]] {
        var request = DescribeConfigs.Request()
        request.includeSynonyms = synonyms
        request.resources = resources.map { type, name in
            var resource = DescribeConfigs.Request.Resource()
            resource.resourceType = type.rawValue
            resource.resourceName = name
            resource.configurationKeys = nil
            return resource
        }
        // A broker tells only its own configs.
        var target = Cluster.Target.any
        if let first = resources.first, first.type != .topic, let id = Int32(first.name) {
            if cluster.nodes[id] == nil {
                _ = try cluster.metadata(of: [], by: deadline, call: "describeConfigs")
            }
            target = .node(id)
        }
        let response = try cluster.call(
            DescribeConfigs.self, request, to: target, by: deadline, call: "describeConfigs")
        return try resources.map { (type, name) throws(ToolError) in
            let found = response.results.first { $0.resourceType == type.rawValue && $0.resourceName == name }
            guard let found else { return [] }
            guard found.errorCode == .none else { throw .exception(.init(found.errorCode, found.errorMessage)) }
            return found.configs
        }
    }

    /// The offsets of partitions by time or by one of Kafka's special times; each partition with its error.
    ///
    /// The request goes to each partition's leader by the metadata of `topics`.
    func offsets(
        of partitions: [TopicPartition: Int64], in topics: [Metadata.Response.Topic], isolationLevel: Int8 = 0
    ) throws(ToolError) -> [TopicPartition: ListOffsets.Response.Topic.Partition] {
        var found: [TopicPartition: ListOffsets.Response.Topic.Partition] = [:]
        for (leader, mine) in Leaders.byNode(partitions.keys.sorted(), in: topics) {
            var request = ListOffsets.Request()
            request.replicaID = -1
            request.isolationLevel = isolationLevel
            request.timeoutMs = timeoutMs
            request.topics = mine.byTopic.map { name, indexes in
                var topic = ListOffsets.Request.Topic()
                topic.name = name
                topic.partitions = indexes.map { index in
                    var partition = ListOffsets.Request.Topic.Partition()
                    partition.partitionIndex = index
                    partition.timestamp = partitions[TopicPartition(topic: name, partition: index)] ?? -1
                    return partition
                }
                return topic
            }
            let response = try cluster.call(
                ListOffsets.self, request, to: .node(leader), by: deadline, call: "listOffsets")
            for topic in response.topics {
                for var partition in topic.partitions {
                    // The first version answers with a list.
                    if let oldest = partition.oldStyleOffsets.first { partition.offset = oldest }
                    found[TopicPartition(topic: topic.name, partition: partition.partitionIndex)] = partition
                }
            }
        }
        return found
    }
}

/// The kinds of resources that have configs, with their numbers in the protocol.
enum ConfigResourceType: Int8, Sendable {
    case topic = 2
    case broker = 4
    case brokerLogger = 8
    case clientMetrics = 16
    case group = 32
}

/// Which broker leads a partition.
enum Leaders {
    /// Partitions by the broker that leads them, in the order of brokers. Those without a leader are left out.
    static func byNode(
        _ partitions: [TopicPartition], in topics: [Metadata.Response.Topic]
    ) -> [(node: Int32, partitions: [TopicPartition])] {
        var leaders: [TopicPartition: Int32] = [:]
        for topic in topics {
            guard let name = topic.name else { continue }
            for partition in topic.partitions where partition.leaderID >= 0 {
                leaders[TopicPartition(topic: name, partition: partition.partitionIndex)] = partition.leaderID
            }
        }
        var found: [Int32: [TopicPartition]] = [:]
        for partition in partitions {
            if let leader = leaders[partition] { found[leader, default: []].append(partition) }
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension [TopicPartition] {
    /// The partitions' numbers by topic, topics in the order in which they first come.
    var byTopic: [(topic: String, partitions: [Int32])] {
        var order: [String] = []
        var found: [String: [Int32]] = [:]
        for each in self {
            if found[each.topic] == nil { order.append(each.topic) }
            found[each.topic, default: []].append(each.partition)
        }
        return order.map { ($0, found[$0] ?? []) }
    }
}
