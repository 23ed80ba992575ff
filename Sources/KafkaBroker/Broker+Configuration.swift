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
        /// Where the files lie: on the system's disks, or on a simulated one.
        package var disk: any Disk = SystemDisk()
        /// `node.id`.
        public var nodeID: Int32 = 1
        /// The cluster's id: 22 characters of Base64.
        public var clusterID: String
        /// Whether a topic may ask for more replicas than there are brokers: it has one all the same.
        public var lenientReplication = false

        /// `num.partitions`, of topics that are made by being asked for.
        public var numPartitions: Int32 = 1
        /// `default.replication.factor`.
        public var defaultReplicationFactor: Int32 = 1
        /// `auto.create.topics.enable`.
        public var autoCreateTopics = true
        /// `delete.topic.enable`.
        public var deleteTopics = true
        /// `fetch.max.bytes`: the most that one answer carries.
        public var fetchMaxBytes: Int32 = 55 << 20
        /// `max.incremental.fetch.session.cache.slots`.
        public var fetchSessionsMax: Int32 = 1_000
        /// `max.request.partition.size.limit`: the most partitions of one answer to DescribeTopicPartitions.
        public var describedPartitionsMax: Int32 = 2_000
        /// `group.initial.rebalance.delay.ms`: Kafka has 3000; a developer's machine wants none.
        public var groupInitialRebalanceDelayMillis: Int32 = 0
        /// `group.min.session.timeout.ms`.
        public var groupMinSessionTimeoutMillis: Int32 = 6_000
        /// `group.max.session.timeout.ms`.
        public var groupMaxSessionTimeoutMillis: Int32 = 1_800_000
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
        /// `group.max.size`.
        public var groupMaxSize = Int32.max
        /// `offset.metadata.max.bytes`.
        public var offsetMetadataMaxBytes: Int32 = 4_096
        /// `offsets.retention.minutes`.
        public var offsetsRetentionMinutes: Int32 = 10_080
        /// `offsets.retention.check.interval.ms`.
        public var offsetsRetentionCheckIntervalMillis: Int64 = 600_000
        /// `offsets.topic.num.partitions`.
        public var offsetsTopicPartitionCount: Int32 = 50
        /// `offsets.topic.segment.bytes`.
        public var offsetsTopicSegmentBytes: Int32 = 100 << 20
        /// `socket.request.max.bytes`.
        public var socketRequestMaxBytes: Int32 = 100 << 20
        /// `connections.max.idle.ms`.
        public var connectionsMaxIdleMillis: Int64 = 600_000
        /// `telemetry.max.bytes`.
        public var telemetryMaxBytes: Int32 = 1 << 20

        /// Every other broker config that was set, by name, in its canonical text.
        public private(set) var properties: [String: String] = [:]

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

        // MARK: By name

        private enum Field: Sendable {
            case boolean(any WritableKeyPath<Configuration, Bool> & Sendable)
            case int(any WritableKeyPath<Configuration, Int32> & Sendable)
            case long(any WritableKeyPath<Configuration, Int64> & Sendable)
        }

        /// The configs that are values of this structure, by name.
        private static let fields: [(name: String, field: Field)] = [
            ("auto.create.topics.enable", .boolean(\.autoCreateTopics)),
            ("connections.max.idle.ms", .long(\.connectionsMaxIdleMillis)),
            ("default.replication.factor", .int(\.defaultReplicationFactor)),
            ("delete.topic.enable", .boolean(\.deleteTopics)),
            ("fetch.max.bytes", .int(\.fetchMaxBytes)),
            ("group.initial.rebalance.delay.ms", .int(\.groupInitialRebalanceDelayMillis)),
            ("group.max.session.timeout.ms", .int(\.groupMaxSessionTimeoutMillis)),
            ("group.max.size", .int(\.groupMaxSize)),
            ("group.min.session.timeout.ms", .int(\.groupMinSessionTimeoutMillis)),
            ("log.cleaner.backoff.ms", .long(\.logCleanerBackoffMillis)),
            ("log.cleaner.dedupe.buffer.size", .long(\.logCleanerDedupeBufferBytes)),
            ("log.cleaner.enable", .boolean(\.logCleanerEnable)),
            ("log.initial.task.delay.ms", .long(\.logInitialTaskDelayMillis)),
            ("log.retention.check.interval.ms", .long(\.logRetentionCheckIntervalMillis)),
            ("max.incremental.fetch.session.cache.slots", .int(\.fetchSessionsMax)),
            ("max.request.partition.size.limit", .int(\.describedPartitionsMax)),
            ("node.id", .int(\.nodeID)),
            ("num.partitions", .int(\.numPartitions)),
            ("offset.metadata.max.bytes", .int(\.offsetMetadataMaxBytes)),
            ("offsets.retention.check.interval.ms", .long(\.offsetsRetentionCheckIntervalMillis)),
            ("offsets.retention.minutes", .int(\.offsetsRetentionMinutes)),
            ("offsets.topic.num.partitions", .int(\.offsetsTopicPartitionCount)),
            ("offsets.topic.segment.bytes", .int(\.offsetsTopicSegmentBytes)),
            ("socket.request.max.bytes", .int(\.socketRequestMaxBytes)),
            ("telemetry.max.bytes", .int(\.telemetryMaxBytes)),
        ]

        /// The names of the configs that change what the broker itself does, beside those that give topics their defaults.
        static let fieldNames = Set(fields.map(\.name))

        /// Sets a broker config by its name; returns why it cannot be, as Kafka says it, or nil.
        public mutating func set(_ name: String, _ value: String) -> String? {
            guard let definition = BrokerConfigs.named(name) else { return "Unknown broker config name: \(name)" }
            if let fault = definition.fault(in: value) { return fault }
            let text = definition.canonical(value)
            // The older name of the node's number; below 0 it is not set.
            if name == "broker.id", let id = Int32(text) {
                if id >= 0 { nodeID = id }
                return nil
            }
            switch Self.fields.first(where: { $0.name == name })?.field {
            case .boolean(let path)?: self[keyPath: path] = text == "true"
            case .int(let path)?: self[keyPath: path] = Int32(text) ?? self[keyPath: path]
            case .long(let path)?: self[keyPath: path] = Int64(text) ?? self[keyPath: path]
            case nil: properties[name] = text
            }
            return nil
        }

        /// Takes over the values of configs that can be changed while the broker runs.
        mutating func takeOver(_ settings: BrokerSettings) {
            for (name, _) in Self.fields where BrokerConfigs.named(name)?.update != .readOnly {
                if let value = settings.value(name) { _ = set(name, value) }
            }
        }

        /// What was set where the broker was set up: all that is not Kafka's default.
        var fixed: [String: String] {
            var fixed = properties
            for (name, field) in Self.fields {
                let text: String
                switch field {
                case .boolean(let path): text = "\(self[keyPath: path])"
                case .int(let path): text = "\(self[keyPath: path])"
                case .long(let path): text = "\(self[keyPath: path])"
                }
                if text != BrokerConfigs.named(name)?.defaultValue { fixed[name] = text }
            }
            fixed["broker.id"] = "\(nodeID)"
            fixed["controller.listener.names"] = fixed["controller.listener.names"] ?? "CONTROLLER"
            fixed["log.dirs"] = directory
            fixed["offsets.topic.replication.factor"] = fixed["offsets.topic.replication.factor"] ?? "1"
            fixed["process.roles"] = fixed["process.roles"] ?? "broker,controller"
            return fixed
        }
    }
}
