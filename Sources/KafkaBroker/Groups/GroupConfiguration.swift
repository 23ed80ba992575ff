/// The broker's settings for classic groups, with Kafka's defaults but one: the first join is not delayed.
public struct GroupConfiguration: Sendable {
    /// `group.min.session.timeout.ms`: a shorter session is refused with INVALID_SESSION_TIMEOUT.
    public var minSessionTimeoutMillis: Int32 = 6_000
    /// `group.max.session.timeout.ms`: a longer session is refused with INVALID_SESSION_TIMEOUT.
    public var maxSessionTimeoutMillis: Int32 = 1_800_000
    /// `group.initial.rebalance.delay.ms`: how long an empty group waits for more members; Kafka's default is 3 s.
    public var initialRebalanceDelayMillis: Int32 = 0
    /// `group.max.size`: a further member is refused with GROUP_MAX_SIZE_REACHED.
    public var maxSize: Int = Int(Int32.max)
    /// How long a new member may wait for its first join: it cannot send heartbeats yet (Kafka's constant, 5 minutes).
    public var newMemberJoinTimeoutMillis: Int32 = 300_000
    /// `offset.metadata.max.bytes`: a longer note is refused with OFFSET_METADATA_TOO_LARGE. Counted as Kafka counts it,
    /// in UTF-16 code units.
    public var maxOffsetMetadataSize: Int = 4_096
    /// `offsets.retention.minutes`, in milliseconds: how long offsets are kept that nobody uses.
    public var offsetsRetentionMillis: Int64 = 7 * 24 * 3_600_000
    /// `offsets.retention.check.interval.ms`: how often offsets are looked at for that.
    public var offsetsRetentionCheckIntervalMillis: Int64 = 600_000

    /// Kafka's defaults.
    public init() {}
}
