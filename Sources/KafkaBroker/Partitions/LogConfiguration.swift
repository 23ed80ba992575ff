import KafkaWire

/// What a topic's configs say of its logs, with units; the names are those of the configs.
public struct LogConfiguration: Equatable, Sendable {
    /// `segment.bytes`
    public var segmentBytes = 1 << 30
    /// `segment.ms`
    public var segmentMillis: Int64 = 7 * 24 * 3_600_000
    /// `segment.jitter.ms`
    public var segmentJitterMillis: Int64 = 0
    /// `segment.index.bytes`
    public var segmentIndexBytes = 10 << 20
    /// `index.interval.bytes`
    public var indexIntervalBytes = 4096
    /// `max.message.bytes`
    public var maxMessageBytes = 1_048_588
    /// Whether `cleanup.policy` has `compact`.
    public var isCompacted = false
    /// Whether `cleanup.policy` has `delete`.
    public var isDeleted = true
    /// `retention.ms`; negative for no bound.
    public var retentionMillis: Int64 = 7 * 24 * 3_600_000
    /// `retention.bytes`; negative for no bound.
    public var retentionBytes: Int64 = -1
    /// `file.delete.delay.ms`
    public var fileDeleteDelayMillis: Int64 = 60_000
    /// `delete.retention.ms`
    public var deleteRetentionMillis: Int64 = 86_400_000
    /// `min.compaction.lag.ms`
    public var compactionLagMillisMin: Int64 = 0
    /// `max.compaction.lag.ms`
    public var compactionLagMillisMax = Int64.max
    /// `min.cleanable.dirty.ratio`
    public var cleanableDirtyRatioMin = 0.5
    /// `flush.messages`
    public var flushMessages = Int64.max
    /// `flush.ms`
    public var flushMillis = Int64.max
    /// `message.timestamp.type`
    public var timestampType = TimestampType.createTime
    /// `message.timestamp.before.max.ms`
    public var timestampBeforeMaxMillis = Int64.max
    /// `message.timestamp.after.max.ms`
    public var timestampAfterMaxMillis: Int64 = 3_600_000
    /// `compression.type`; nil keeps the producer's codec.
    public var compression: Compression?
    /// The level of `compression`, when it has one.
    public var compressionLevel: Int32?
    /// How long an idempotent producer that writes nothing is remembered (`producer.id.expiration.ms` of the broker).
    public var producerIDExpirationMillis: Int64 = 86_400_000

    /// Kafka's defaults.
    public init() {}

    /// What a topic's configs say.
    package init(_ topic: TopicConfiguration) {
        segmentBytes = Int(topic.segmentBytes)
        segmentMillis = topic.segmentMillis
        segmentIndexBytes = Int(topic.segmentIndexBytes)
        indexIntervalBytes = Int(topic.indexIntervalBytes)
        maxMessageBytes = Int(topic.maxMessageBytes)
        segmentJitterMillis = topic.segmentJitterMillis
        retentionMillis = topic.retentionMillis
        retentionBytes = topic.retentionBytes
        fileDeleteDelayMillis = topic.fileDeleteDelayMillis
        deleteRetentionMillis = topic.deleteRetentionMillis
        compactionLagMillisMin = topic.compactionLagMillisMin
        compactionLagMillisMax = topic.compactionLagMillisMax
        cleanableDirtyRatioMin = topic.cleanableDirtyRatioMin
        flushMessages = topic.flushMessages
        flushMillis = topic.flushMillis
        isCompacted = topic.isCompacted
        isDeleted = topic.isDeletedByRetention
        timestampType = topic.usesLogAppendTime ? .logAppendTime : .createTime
        timestampBeforeMaxMillis = topic.timestampBeforeMillisMax
        timestampAfterMaxMillis = topic.timestampAfterMillisMax
        compression = topic.compressionType == "producer" ? nil : Compression(name: topic.compressionType)
        compressionLevel =
            switch compression {
            case .gzip: topic.compressionGzipLevel
            case .lz4: topic.compressionLZ4Level
            case .zstd: topic.compressionZstdLevel
            default: nil
            }
    }

    /// The age at which a segment is full: a compacted topic's records must not stay out of compaction for longer than
    /// `max.compaction.lag.ms`.
    var segmentMillisMax: Int64 {
        isCompacted && compactionLagMillisMax > 0 ? min(compactionLagMillisMax, segmentMillis) : segmentMillis
    }
}
