extension Broker {
    /// When an answered write is safe.
    public enum Durability: Sendable {
        /// It survives the end of the process, also by `kill -9`.
        case process
        /// It survives a power failure: fsync before the answer.
        case full
    }

    /// How a broker is set up. The names are those of Kafka's broker configs where there is one.
    public struct Configuration: Sendable {
        /// The data directory, which exists.
        public var directory: String
        /// When an answered write is safe.
        public var durability: Durability = .process
        /// `node.id`.
        public var nodeID: Int32 = 1
        /// The cluster's id: 22 characters of Base64.
        public var clusterID: String
        /// `num.partitions`, of topics that are made by being asked for.
        public var numPartitions: Int32 = 1
        /// `auto.create.topics.enable`.
        public var autoCreateTopics = true
        /// `group.initial.rebalance.delay.ms`: Kafka has 3000; a developer's machine wants none.
        public var groupInitialRebalanceDelayMillis: Int32 = 0
        /// `group.min.session.timeout.ms`.
        public var groupMinSessionTimeoutMillis: Int32 = 6_000
        /// `group.max.session.timeout.ms`.
        public var groupMaxSessionTimeoutMillis: Int32 = 1_800_000
        /// `message.max.bytes`.
        public var messageMaxBytes: Int32 = 1_048_588
        /// `log.retention.check.interval.ms`: how often logs are looked at for what retention gives up.
        public var logRetentionCheckIntervalMillis: Int64 = 300_000
        /// `log.initial.task.delay.ms`: how long after the start the first look comes.
        public var logInitialTaskDelayMillis: Int64 = 30_000
        /// `log.cleaner.enable`: whether compacted topics are compacted.
        public var logCleanerEnable = true
        /// `log.cleaner.backoff.ms`: how long the cleaner rests when no log needs it.
        public var logCleanerBackoffMillis: Int64 = 15_000
        /// `log.cleaner.dedupe.buffer.size`: the bytes that a compaction may use to remember keys.
        public var logCleanerDedupeBufferBytes: Int64 = 134_217_728
        /// Where random bits come from: ids of topics and members. Called on the broker's thread only.
        public var random: @Sendable () -> UInt64

        /// The defaults for a directory.
        public init(
            directory: String, clusterID: String = "nestbox-cluster-000000",
            random: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
        ) {
            self.directory = directory
            self.clusterID = clusterID
            self.random = random
        }
    }
}
