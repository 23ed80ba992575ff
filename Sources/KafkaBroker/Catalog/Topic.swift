import KafkaWire

/// A topic. The catalog alone changes it.
package final class Topic {
    /// Its name.
    package let name: String
    /// Its id: another one when a topic of the same name is made again.
    package let id: UUID
    /// Partitions are numbered from 0.
    package internal(set) var partitionCount: Int32
    /// Configs that were set for this topic, as text, by name.
    package internal(set) var overrides: [String: String] {
        didSet { reconfigure() }
    }
    /// What configs are that were not set for this topic, where it is not Kafka's default.
    var defaults: [String: String] {
        didSet { reconfigure() }
    }
    /// All configs as values.
    package private(set) var configuration: TopicConfiguration

    init(name: String, id: UUID, partitionCount: Int32, overrides: [String: String], defaults: [String: String] = [:]) {
        self.name = name
        self.id = id
        self.partitionCount = partitionCount
        self.overrides = overrides
        self.defaults = defaults
        configuration = TopicConfiguration(defaults.merging(overrides) { $1 })
    }

    private func reconfigure() { configuration = TopicConfiguration(defaults.merging(overrides) { $1 }) }

    /// The topic of groups and their offsets.
    package static let consumerOffsets = "__consumer_offsets"

    /// Whether the broker itself writes it.
    package var isInternal: Bool { name == Self.consumerOffsets }

    /// Whether it has a partition of this number.
    package func hasPartition(_ index: Int32) -> Bool { index >= 0 && index < partitionCount }
}

/// A topic's configs as values, those that are not set at their defaults.
package struct TopicConfiguration: Equatable, Sendable {
    /// `cleanup.policy` has `compact`: every record needs a key.
    package var isCompacted = false
    /// `cleanup.policy` has `delete`.
    package var isDeletedByRetention = true
    /// `compression.type`; `producer` leaves batches as they come.
    package var compressionType = "producer"
    /// `compression.gzip.level`.
    package var compressionGzipLevel: Int32 = -1
    /// `compression.lz4.level`.
    package var compressionLZ4Level: Int32 = 9
    /// `compression.zstd.level`.
    package var compressionZstdLevel: Int32 = 3
    /// `delete.retention.ms`.
    package var deleteRetentionMillis: Int64 = 86_400_000
    /// `file.delete.delay.ms`.
    package var fileDeleteDelayMillis: Int64 = 60_000
    /// `flush.messages`.
    package var flushMessages: Int64 = .max
    /// `flush.ms`.
    package var flushMillis: Int64 = .max
    /// `index.interval.bytes`.
    package var indexIntervalBytes: Int32 = 4096
    /// `max.compaction.lag.ms`.
    package var compactionLagMillisMax: Int64 = .max
    /// `max.message.bytes`: the largest batch.
    package var maxMessageBytes: Int32 = 1_048_588
    /// `message.timestamp.type` is `LogAppendTime`.
    package var usesLogAppendTime = false
    /// `message.timestamp.before.max.ms`.
    package var timestampBeforeMillisMax: Int64 = .max
    /// `message.timestamp.after.max.ms`.
    package var timestampAfterMillisMax: Int64 = 3_600_000
    /// `min.cleanable.dirty.ratio`.
    package var cleanableDirtyRatioMin = 0.5
    /// `min.compaction.lag.ms`.
    package var compactionLagMillisMin: Int64 = 0
    /// `min.insync.replicas`.
    package var minInSyncReplicas: Int32 = 1
    /// `retention.bytes`; -1 for no bound.
    package var retentionBytes: Int64 = -1
    /// `retention.ms`; -1 for no bound.
    package var retentionMillis: Int64 = 604_800_000
    /// `segment.bytes`.
    package var segmentBytes: Int32 = 1 << 30
    /// `segment.index.bytes`.
    package var segmentIndexBytes: Int32 = 10 << 20
    /// `segment.jitter.ms`.
    package var segmentJitterMillis: Int64 = 0
    /// `segment.ms`.
    package var segmentMillis: Int64 = 604_800_000

    package init() {}

    /// From valid texts.
    init(_ texts: [String: String]) {
        func set<Value: LosslessStringConvertible>(_ name: String, _ value: inout Value) {
            if let text = texts[name], let parsed = Value(text) { value = parsed }
        }
        if let policy = texts["cleanup.policy"] {
            let policies = ConfigDefinition.list(policy)
            isCompacted = policies.contains("compact")
            isDeletedByRetention = policies.contains("delete")
        }
        if let type = texts["message.timestamp.type"] { usesLogAppendTime = type == "LogAppendTime" }
        set("compression.type", &compressionType)
        set("compression.gzip.level", &compressionGzipLevel)
        set("compression.lz4.level", &compressionLZ4Level)
        set("compression.zstd.level", &compressionZstdLevel)
        set("delete.retention.ms", &deleteRetentionMillis)
        set("file.delete.delay.ms", &fileDeleteDelayMillis)
        set("flush.messages", &flushMessages)
        set("flush.ms", &flushMillis)
        set("index.interval.bytes", &indexIntervalBytes)
        set("max.compaction.lag.ms", &compactionLagMillisMax)
        set("max.message.bytes", &maxMessageBytes)
        set("message.timestamp.before.max.ms", &timestampBeforeMillisMax)
        set("message.timestamp.after.max.ms", &timestampAfterMillisMax)
        set("min.cleanable.dirty.ratio", &cleanableDirtyRatioMin)
        set("min.compaction.lag.ms", &compactionLagMillisMin)
        set("min.insync.replicas", &minInSyncReplicas)
        set("retention.bytes", &retentionBytes)
        set("retention.ms", &retentionMillis)
        set("segment.bytes", &segmentBytes)
        set("segment.index.bytes", &segmentIndexBytes)
        set("segment.jitter.ms", &segmentJitterMillis)
        set("segment.ms", &segmentMillis)
    }
}
