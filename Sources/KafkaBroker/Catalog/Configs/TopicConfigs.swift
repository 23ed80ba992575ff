/// Every topic config of Apache Kafka, with Kafka's defaults.
package enum TopicConfigs {
    /// By name.
    package static let all: [ConfigDefinition] = [
        ConfigDefinition(
            "cleanup.policy", .list, "delete", .listOf(["compact", "delete"]), synonyms: ["log.cleanup.policy"],
            "Whether old segments are deleted, compacted to the last record of each key, or both."),
        ConfigDefinition(
            "compression.gzip.level", .int, "-1", .between(-1, 9), synonyms: ["compression.gzip.level"],
            "The level of gzip when the topic's compression type is gzip."),
        ConfigDefinition(
            "compression.lz4.level", .int, "9", .between(1, 17), synonyms: ["compression.lz4.level"],
            "The level of lz4 when the topic's compression type is lz4."),
        ConfigDefinition(
            "compression.type", .string, "producer",
            .oneOf(["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]), synonyms: ["compression.type"],
            "How batches are compressed on disk; producer keeps them as they come."),
        ConfigDefinition(
            "compression.zstd.level", .int, "3", .between(-131072, 22), synonyms: ["compression.zstd.level"],
            "The level of zstd when the topic's compression type is zstd."),
        ConfigDefinition(
            "delete.retention.ms", .long, "86400000", .atLeast(0), synonyms: ["log.cleaner.delete.retention.ms"],
            "How long a compacted topic keeps tombstones."),
        ConfigDefinition(
            "errors.deadletterqueue.group.enable", .boolean, "false",
            "Whether the topic may be a share group's dead letter queue."),
        ConfigDefinition(
            "file.delete.delay.ms", .long, "60000", .atLeast(0), synonyms: ["log.segment.delete.delay.ms"],
            "How long a deleted segment's files stay."),
        ConfigDefinition(
            "flush.messages", .long, "9223372036854775807", .atLeast(1), synonyms: ["log.flush.interval.messages"],
            "After how many records the log is synced to the disk."),
        ConfigDefinition(
            "flush.ms", .long, "9223372036854775807", .atLeast(0), synonyms: ["log.flush.interval.ms"],
            "After how many milliseconds the log is synced to the disk."),
        ConfigDefinition(
            "follower.replication.throttled.replicas", .list, "",
            "Replicas whose replication is throttled on the followers' side."),
        ConfigDefinition(
            "index.interval.bytes", .int, "4096", .atLeast(0), synonyms: ["log.index.interval.bytes"],
            "How many bytes of log lie between two entries of its index."),
        ConfigDefinition(
            "leader.replication.throttled.replicas", .list, "",
            "Replicas whose replication is throttled on the leader's side."),
        ConfigDefinition(
            "local.retention.bytes", .long, "-2", .atLeast(-2), synonyms: ["log.local.retention.bytes"],
            "How much of a tiered partition stays on local disk; -2 takes retention.bytes."),
        ConfigDefinition(
            "local.retention.ms", .long, "-2", .atLeast(-2), synonyms: ["log.local.retention.ms"],
            "How long a tiered partition's segments stay on local disk; -2 takes retention.ms."),
        ConfigDefinition(
            "max.compaction.lag.ms", .long, "9223372036854775807", .atLeast(1),
            synonyms: ["log.cleaner.max.compaction.lag.ms"], "The longest time that a record stays out of compaction."),
        ConfigDefinition(
            "max.message.bytes", .int, "1048588", .atLeast(0), synonyms: ["message.max.bytes"],
            "The largest record batch that is taken, after compression."),
        ConfigDefinition(
            "message.timestamp.after.max.ms", .long, "3600000", .atLeast(0),
            synonyms: ["log.message.timestamp.after.max.ms"],
            "How far a record's timestamp may be ahead of the broker's clock."),
        ConfigDefinition(
            "message.timestamp.before.max.ms", .long, "9223372036854775807", .atLeast(0),
            synonyms: ["log.message.timestamp.before.max.ms"],
            "How far a record's timestamp may be behind the broker's clock."),
        ConfigDefinition(
            "message.timestamp.type", .string, "CreateTime", .oneOf(["CreateTime", "LogAppendTime"]),
            synonyms: ["log.message.timestamp.type"],
            "Whether a record's timestamp is the producer's or the time of its append."),
        ConfigDefinition(
            "min.cleanable.dirty.ratio", .double, "0.5", .fraction, synonyms: ["log.cleaner.min.cleanable.ratio"],
            "How much of a log must be uncompacted before compaction begins."),
        ConfigDefinition(
            "min.compaction.lag.ms", .long, "0", .atLeast(0), synonyms: ["log.cleaner.min.compaction.lag.ms"],
            "The shortest time that a record stays out of compaction."),
        ConfigDefinition(
            "min.insync.replicas", .int, "1", .atLeast(1), synonyms: ["min.insync.replicas"],
            "How many replicas must have a record before a producer with acks=all has its answer."),
        ConfigDefinition(
            "preallocate", .boolean, "false", synonyms: ["log.preallocate"],
            "Whether a new segment's file is made at its full size."),
        ConfigDefinition(
            "remote.copy.lag.bytes", .long, "-1", .atLeast(-1), synonyms: ["log.remote.copy.lag.bytes"],
            "How much lies behind a tiered segment before it is uploaded; -1 takes local.retention.bytes."),
        ConfigDefinition(
            "remote.copy.lag.ms", .long, "0", .atLeast(-1), synonyms: ["log.remote.copy.lag.ms"],
            "How old a tiered segment is before it is uploaded; -1 takes local.retention.ms."),
        ConfigDefinition(
            "remote.log.copy.disable", .boolean, "false", "Whether a tiered topic's segments are no longer uploaded."),
        ConfigDefinition(
            "remote.log.delete.on.disable", .boolean, "false",
            "Whether a topic's remote segments are deleted when tiering is switched off."),
        ConfigDefinition("remote.storage.enable", .boolean, "false", "Whether the topic is tiered."),
        ConfigDefinition(
            "retention.bytes", .long, "-1", synonyms: ["log.retention.bytes"],
            "How large a partition may grow before its oldest segments go; -1 for no bound."),
        ConfigDefinition(
            "retention.ms", .long, "604800000", .atLeast(-1), synonyms: ["log.retention.ms"],
            "How long records are kept before their segments go; -1 for ever."),
        ConfigDefinition(
            "segment.bytes", .int, "1073741824", .atLeast(1048576), synonyms: ["log.segment.bytes"],
            "The size at which a new segment begins."),
        ConfigDefinition(
            "segment.index.bytes", .int, "10485760", .atLeast(4), synonyms: ["log.index.size.max.bytes"],
            "The largest size of a segment's index."),
        ConfigDefinition(
            "segment.jitter.ms", .long, "0", .atLeast(0), synonyms: ["log.roll.jitter.ms"],
            "How much is taken at random from segment.ms, so that not all segments roll at once."),
        ConfigDefinition(
            "segment.ms", .long, "604800000", .atLeast(1), synonyms: ["log.roll.ms"],
            "The age at which a new segment begins."),
        ConfigDefinition(
            "unclean.leader.election.enable", .boolean, "false", synonyms: ["unclean.leader.election.enable"],
            "Whether a replica that is behind may become leader."),
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The config of a name; nil for an unknown one.
    package static func named(_ name: String) -> ConfigDefinition? { byName[name] }

    /// Why configs are refused for a topic, in Kafka's words; nil for good ones.
    package static func fault(in configs: [(name: String, value: String?)]) -> String? {
        for (name, value) in configs {
            guard let definition = named(name) else { return "Unknown topic config name: \(name)" }
            guard let value else { return "Null value not supported for topic configs: \(name)" }
            if let fault = definition.fault(in: value) { return fault }
        }
        func number(_ name: String) -> Int64? {
            configs.last { $0.name == name }.flatMap { $0.value }.flatMap { Int64(named(name)?.canonical($0) ?? $0) }
        }
        let lagMin = number("min.compaction.lag.ms") ?? 0
        let lagMax = number("max.compaction.lag.ms") ?? .max
        guard lagMin <= lagMax else {
            return "conflict topic config setting min.compaction.lag.ms (\(lagMin)) > max.compaction.lag.ms (\(lagMax))"
        }
        if configs.contains(where: { $0.name == "remote.storage.enable" && $0.value?.lowercased() == "true" }) {
            return
                "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage."
        }
        return nil
    }
}
