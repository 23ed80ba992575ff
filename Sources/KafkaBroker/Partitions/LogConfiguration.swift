import KafkaWire

/// What a topic's configs say of its logs, with units; the names are those of the configs.
public struct LogConfiguration: Equatable, Sendable {
    /// `segment.bytes`
    public var segmentBytes = 1 << 30
    /// `segment.ms`
    public var segmentMillis: Int64 = 7 * 24 * 3_600_000
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
        isCompacted = topic.isCompacted
        isDeleted = topic.isDeletedByRetention
        timestampType = topic.usesLogAppendTime ? .logAppendTime : .createTime
        timestampBeforeMaxMillis = topic.timestampBeforeMillisMax
        timestampAfterMaxMillis = topic.timestampAfterMillisMax
        compression = topic.compressionType == "producer" ? nil : Compression(name: topic.compressionType)
    }
}
