/// Which configs change what the broker does. All others are kept and told, as tools expect them, and change nothing: they are about what one node
/// without TLS, SASL, quotas and tiers does not have.
package enum ConfigEffects {
    static let topic: Set<String> = [
        "cleanup.policy", "compression.gzip.level", "compression.lz4.level", "compression.type",
        "compression.zstd.level", "delete.retention.ms", "file.delete.delay.ms", "flush.messages", "flush.ms",
        "index.interval.bytes", "max.compaction.lag.ms", "max.message.bytes", "message.timestamp.after.max.ms",
        "message.timestamp.before.max.ms", "message.timestamp.type", "min.cleanable.dirty.ratio",
        "min.compaction.lag.ms", "min.insync.replicas", "retention.bytes", "retention.ms", "segment.bytes",
        "segment.index.bytes", "segment.jitter.ms", "segment.ms",
    ]

    static let broker: Set<String> = {
        var names: Set<String> = [
            "advertised.listeners", "broker.id", "broker.rack", "controller.listener.names",
            "listener.security.protocol.map", "listeners",
        ]
        names.formUnion(Broker.Configuration.fieldNames)
        for definition in TopicConfigs.all where topic.contains(definition.name) {
            for synonym in definition.synonyms { names.formUnion(BrokerConfigs.synonyms(of: synonym)) }
        }
        return names
    }()

    /// Whether a topic config does.
    package static func has(topic name: String) -> Bool { topic.contains(name) }

    /// Whether a broker config does.
    package static func has(broker name: String) -> Bool { broker.contains(name) }
}
