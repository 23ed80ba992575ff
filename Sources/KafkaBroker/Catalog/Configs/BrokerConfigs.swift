/// The broker configs that this broker has, with the values that it runs with.
package enum BrokerConfigs {
    /// One config and its value.
    package struct Entry: Sendable {
        let definition: ConfigDefinition
        /// The value in force.
        let value: String?
        /// Whether it differs from Kafka's default because this broker was set up so.
        var isStatic: Bool { value != definition.defaultValue }
    }

    /// Every broker config, by name: those that this broker is set up with, and those that give topic configs their defaults.
    package static func entries(_ configuration: Broker.Configuration, advertised: String) -> [Entry] {
        var entries = own(configuration, advertised: advertised)
        let taken = Set(entries.map(\.definition.name))
        var seen = taken
        for topic in TopicConfigs.all {
            guard let name = topic.synonyms.first, seen.insert(name).inserted else { continue }
            let definition = ConfigDefinition(
                name, topic.kind, topic.defaultValue, topic.validity,
                "The default of the topic config \(topic.name). \(topic.documentation)")
            entries.append(Entry(definition: definition, value: definition.defaultValue))
        }
        return entries.sorted { $0.definition.name < $1.definition.name }
    }

    private static func own(_ configuration: Broker.Configuration, advertised: String) -> [Entry] {
        func entry(
            _ name: String, _ kind: ConfigDefinition.Kind, _ defaultValue: String?, _ value: String?,
            _ documentation: String
        ) -> Entry {
            Entry(definition: ConfigDefinition(name, kind, defaultValue, documentation), value: value)
        }
        return [
            entry(
                "advertised.listeners", .list, nil, "PLAINTEXT://\(advertised)",
                "Where clients are told to find the broker."),
            entry(
                "auto.create.topics.enable", .boolean, "true", "\(configuration.autoCreateTopics)",
                "Whether a topic is made by being asked for."),
            entry("broker.id", .int, "-1", "\(configuration.nodeID)", "The number of the broker."),
            entry("default.replication.factor", .int, "1", "1", "The replicas of a topic that does not say how many."),
            entry("delete.topic.enable", .boolean, "true", "true", "Whether topics can be deleted."),
            entry(
                "group.initial.rebalance.delay.ms", .int, "3000", "\(configuration.groupInitialRebalanceDelayMillis)",
                "How long a new group waits for more members."),
            entry(
                "group.max.session.timeout.ms", .int, "1800000", "\(configuration.groupMaxSessionTimeoutMillis)",
                "The longest session time-out of a group's member."),
            entry(
                "group.min.session.timeout.ms", .int, "6000", "\(configuration.groupMinSessionTimeoutMillis)",
                "The shortest session time-out of a group's member."),
            entry("log.dirs", .string, nil, configuration.directory, "Where the partitions are."),
            entry(
                "message.max.bytes", .int, "1048588", "\(configuration.messageMaxBytes)",
                "The largest record batch that is taken, after compression."),
            entry("node.id", .int, nil, "\(configuration.nodeID)", "The number of the node."),
            entry(
                "num.partitions", .int, "1", "\(configuration.numPartitions)",
                "The partitions of a topic that does not say how many."),
            entry(
                "offsets.topic.num.partitions", .int, "50", "50", "The partitions of the topic of groups and offsets."),
            entry(
                "offsets.topic.replication.factor", .short, "3", "1",
                "The replicas of the topic of groups and offsets."),
            entry("process.roles", .list, "", "broker,controller", "What this node does."),
            entry("socket.request.max.bytes", .int, "104857600", "104857600", "The largest request."),
        ]
    }
}
