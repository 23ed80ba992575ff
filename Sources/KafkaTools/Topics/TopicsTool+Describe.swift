import KafkaWire

/// The reports of `kafka-topics --describe` that show only some partitions.
enum Report: String, CaseIterable {
    case underReplicated = "under-replicated-partitions"
    case underMinISR = "under-min-isr-partitions"
    case atMinISR = "at-min-isr-partitions"
    case unavailable = "unavailable-partitions"
}

extension TopicsTool {
    static func describe(_ options: ParsedOptions, _ client: AdminClient, _ console: Console) throws(ToolError) {
        let topics: [Metadata.Response.Topic]
        if let text = try options.value("topic-id"), let id = UUID(text), id != .zero {
            topics = try client.topics().filter { $0.topicID == id }
            if topics.isEmpty, !options.has("if-exists") {
                throw .exception(.init(.illegalArgument, "TopicId '\(text)' does not exist as expected"))
            }
        } else {
            topics = try self.topics(options, client)
            try checkFound(topics, options, "describe", line: 313, main: 61)
        }
        guard !topics.isEmpty else { return }
        let configs = try client.configs(of: topics.map { (.topic, $0.name ?? "") })
        let reports = Report.allCases.filter { options.has($0.rawValue) }
        let onlyOverrides = options.has("topics-with-overrides")
        for (topic, configs) in zip(topics, configs) {
            let overrides = TopicDescription.overrides(configs)
            if reports.isEmpty, !onlyOverrides || !overrides.isEmpty {
                console.print(TopicDescription.headline(topic, overrides))
            }
            guard !onlyOverrides else { continue }
            let minISR = configs.first { $0.name == "min.insync.replicas" }?.value.flatMap { Int($0) } ?? 1
            let partitions = topic.partitions.sorted { $0.partitionIndex < $1.partitionIndex }
            for partition in partitions {
                let isMeant = reports.contains {
                    TopicDescription.isIn($0, partition, minISR: minISR, live: Set(client.cluster.nodes.keys))
                }
                if reports.isEmpty || isMeant { console.print(TopicDescription.line(topic, partition)) }
            }
        }
    }
}

/// The lines of `kafka-topics --describe`.
enum TopicDescription {
    typealias Topic = Metadata.Response.Topic
    typealias Config = DescribeConfigs.Response.Resource.Config

    /// Kafka's number for a default as a config's source.
    private static let defaultSource: Int8 = 5

    /// The configs that are no defaults, in the order in which Kafka's tool has them.
    static func overrides(_ configs: [Config]) -> [Config] {
        JavaHashOrder.sorted(configs) { JavaHashOrder.hash($0.name) }
            .filter { $0.configSource == -1 ? !$0.isDefault : $0.configSource != defaultSource }
    }

    /// The line of a topic.
    static func headline(_ topic: Topic, _ overrides: [Config]) -> String {
        let factor = topic.partitions.first?.replicaNodes.count ?? 0
        let configs = overrides.map { "\($0.name)=\($0.value ?? "null")" }.joined(separator: ",")
        return "Topic: \(topic.name ?? "")\t"
            + (topic.topicID == .zero ? "" : "TopicId: \(topic.topicID)\t")
            + "PartitionCount: \(topic.partitions.count)\tReplicationFactor: \(factor)\tConfigs: \(configs)"
    }

    /// The line of a partition.
    static func line(_ topic: Topic, _ partition: Topic.Partition) -> String {
        func list(_ ids: [Int32]) -> String { ids.map(String.init).joined(separator: ",") }
        let leader = partition.leaderID >= 0 ? "\(partition.leaderID)" : "none"
        return "\tTopic: \(topic.name ?? "")\tPartition: \(partition.partitionIndex)\tLeader: \(leader)\t"
            + "Replicas: \(list(partition.replicaNodes))\tIsr: \(list(partition.isrNodes))"
    }

    /// Whether a report shows a partition.
    static func isIn(_ report: Report, _ partition: Topic.Partition, minISR: Int, live: Set<Int32>) -> Bool {
        switch report {
        case .underReplicated: partition.isrNodes.count < partition.replicaNodes.count
        case .underMinISR: partition.leaderID >= 0 ? partition.isrNodes.count < minISR : minISR > 0
        case .atMinISR: partition.isrNodes.count == minISR
        case .unavailable: partition.leaderID < 0 || !live.contains(partition.leaderID)
        }
    }
}
