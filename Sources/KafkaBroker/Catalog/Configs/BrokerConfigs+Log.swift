extension BrokerConfigs {
    /// Configs of logs: segments, retention, compaction, tiering.
    static let log: [ConfigDefinition] = [
        ConfigDefinition("alter.config.policy.class.name", .class, nil, "The class that judges changes of configs."),
        ConfigDefinition("auto.create.topics.enable", .boolean, "true", "Whether a topic is made by being asked for."),
        ConfigDefinition(
            "cordoned.log.dirs", .list, "", update: .perBroker, "Directories that take no new partitions."),
        ConfigDefinition("create.topic.policy.class.name", .class, nil, "The class that judges new topics."),
        ConfigDefinition(
            "log.cleaner.backoff.ms", .long, "15000", .atLeast(0), update: .clusterWide,
            "The pause when there is nothing to compact."),
        ConfigDefinition(
            "log.cleaner.dedupe.buffer.size", .long, "134217728", update: .clusterWide,
            "The memory for the keys of logs that are compacted."),
        ConfigDefinition(
            "log.cleaner.delete.retention.ms", .long, "86400000", .atLeast(0), update: .clusterWide,
            "The default of the topic config delete.retention.ms."),
        ConfigDefinition("log.cleaner.enable", .boolean, "true", "Whether logs are compacted."),
        ConfigDefinition(
            "log.cleaner.io.buffer.load.factor", .double, "0.9", update: .clusterWide,
            "How full the memory for keys may become."),
        ConfigDefinition(
            "log.cleaner.io.buffer.size", .int, "524288", .atLeast(0), update: .clusterWide,
            "The memory for reading and writing in compaction."),
        ConfigDefinition(
            "log.cleaner.io.max.bytes.per.second", .double, "1.7976931348623157E308", update: .clusterWide,
            "The most bytes that compaction reads and writes in a second."),
        ConfigDefinition(
            "log.cleaner.max.compaction.lag.ms", .long, "9223372036854775807", .atLeast(1), update: .clusterWide,
            "The default of the topic config max.compaction.lag.ms."),
        ConfigDefinition(
            "log.cleaner.min.cleanable.ratio", .double, "0.5", .fraction, update: .clusterWide,
            "The default of the topic config min.cleanable.dirty.ratio."),
        ConfigDefinition(
            "log.cleaner.min.compaction.lag.ms", .long, "0", .atLeast(0), update: .clusterWide,
            "The default of the topic config min.compaction.lag.ms."),
        ConfigDefinition(
            "log.cleaner.threads", .int, "1", .atLeast(0), update: .clusterWide, "The threads that compact logs."),
        ConfigDefinition(
            "log.cleanup.policy", .list, "delete", .listOf(["compact", "delete"]), update: .clusterWide,
            "The default of the topic config cleanup.policy."),
        ConfigDefinition("log.dir", .list, "/tmp/kafka-logs", "Where the partitions are, unless log.dirs says it."),
        ConfigDefinition(
            "log.dir.failure.timeout.ms", .long, "30000", .atLeast(1),
            "After how long a broker stops when it cannot report a failed directory."),
        ConfigDefinition("log.dirs", .list, nil, "Where the partitions are."),
        ConfigDefinition(
            "log.flush.interval.messages", .long, "9223372036854775807", .atLeast(1), update: .clusterWide,
            "The default of the topic config flush.messages."),
        ConfigDefinition(
            "log.flush.interval.ms", .long, nil, update: .clusterWide, "The default of the topic config flush.ms."),
        ConfigDefinition(
            "log.flush.offset.checkpoint.interval.ms", .int, "60000", .atLeast(0),
            "How often the recovery point is written down."),
        ConfigDefinition(
            "log.flush.scheduler.interval.ms", .long, "9223372036854775807",
            "How often logs are looked through for what is to be synced."),
        ConfigDefinition(
            "log.flush.start.offset.checkpoint.interval.ms", .int, "60000", .atLeast(0),
            "How often logs' start offsets are written down."),
        ConfigDefinition(
            "log.index.interval.bytes", .int, "4096", .atLeast(0), update: .clusterWide,
            "The default of the topic config index.interval.bytes."),
        ConfigDefinition(
            "log.index.size.max.bytes", .int, "10485760", .atLeast(4), update: .clusterWide,
            "The default of the topic config segment.index.bytes."),
        ConfigDefinition(
            "log.local.retention.bytes", .long, "-2", .atLeast(-2), update: .clusterWide,
            "The default of the topic config local.retention.bytes."),
        ConfigDefinition(
            "log.local.retention.ms", .long, "-2", .atLeast(-2), update: .clusterWide,
            "The default of the topic config local.retention.ms."),
        ConfigDefinition(
            "log.message.timestamp.after.max.ms", .long, "3600000", .atLeast(0), update: .clusterWide,
            "The default of the topic config message.timestamp.after.max.ms."),
        ConfigDefinition(
            "log.message.timestamp.before.max.ms", .long, "9223372036854775807", .atLeast(0), update: .clusterWide,
            "The default of the topic config message.timestamp.before.max.ms."),
        ConfigDefinition(
            "log.message.timestamp.type", .string, "CreateTime", .oneOf(["CreateTime", "LogAppendTime"]),
            update: .clusterWide, "The default of the topic config message.timestamp.type."),
        ConfigDefinition(
            "log.preallocate", .boolean, "false", update: .clusterWide, "The default of the topic config preallocate."),
        ConfigDefinition(
            "log.remote.copy.lag.bytes", .long, "-1", .atLeast(-1), update: .clusterWide,
            "The default of the topic config remote.copy.lag.bytes."),
        ConfigDefinition(
            "log.remote.copy.lag.ms", .long, "0", .atLeast(-1), update: .clusterWide,
            "The default of the topic config remote.copy.lag.ms."),
        ConfigDefinition(
            "log.retention.bytes", .long, "-1", update: .clusterWide, "The default of the topic config retention.bytes."
        ),
        ConfigDefinition(
            "log.retention.check.interval.ms", .long, "300000", .atLeast(1),
            "How often segments are looked through for what is to be deleted."),
        ConfigDefinition(
            "log.retention.hours", .int, "168",
            "How many hours records are kept, unless log.retention.ms or log.retention.minutes says it."),
        ConfigDefinition(
            "log.retention.minutes", .int, nil, "How many minutes records are kept, unless log.retention.ms says it."),
        ConfigDefinition(
            "log.retention.ms", .long, nil, update: .clusterWide, "The default of the topic config retention.ms."),
        ConfigDefinition(
            "log.roll.hours", .int, "168", .atLeast(1),
            "The age in hours at which a new segment begins, unless log.roll.ms says it."),
        ConfigDefinition(
            "log.roll.jitter.hours", .int, "0", .atLeast(0),
            "The most hours that are taken from a segment's age at random, unless log.roll.jitter.ms says it."),
        ConfigDefinition(
            "log.roll.jitter.ms", .long, nil, update: .clusterWide, "The default of the topic config segment.jitter.ms."
        ),
        ConfigDefinition(
            "log.roll.ms", .long, nil, update: .clusterWide, "The default of the topic config segment.ms."),
        ConfigDefinition(
            "log.segment.bytes", .int, "1073741824", .atLeast(1048576), update: .clusterWide,
            "The default of the topic config segment.bytes."),
        ConfigDefinition(
            "log.segment.delete.delay.ms", .long, "60000", .atLeast(0), update: .clusterWide,
            "The default of the topic config file.delete.delay.ms."),
        ConfigDefinition(
            "min.insync.replicas", .int, "1", .atLeast(1), update: .clusterWide,
            "The default of the topic config min.insync.replicas."),
        ConfigDefinition(
            "num.partitions", .int, "1", .atLeast(1), "The partitions of a topic that does not say how many."),
        ConfigDefinition(
            "num.recovery.threads.per.data.dir", .int, "2", .atLeast(1), update: .clusterWide,
            "The threads that recover a directory's logs."),
        ConfigDefinition(
            "remote.fetch.max.wait.ms", .int, "500", .atLeast(1), update: .clusterWide,
            "The longest wait of a fetch for remote storage."),
        ConfigDefinition(
            "remote.list.offsets.request.timeout.ms", .long, "30000", .atLeast(1), update: .clusterWide,
            "The longest wait of ListOffsets for remote storage."),
        ConfigDefinition(
            "remote.log.index.file.cache.total.size.bytes", .long, "1073741824", .atLeast(1), update: .clusterWide,
            "The disk space for indexes of remote segments."),
        ConfigDefinition(
            "remote.log.manager.copier.thread.pool.size", .int, "10", .atLeast(1), update: .clusterWide,
            "The threads that upload segments."),
        ConfigDefinition(
            "remote.log.manager.copy.max.bytes.per.second", .long, "9223372036854775807", .atLeast(1),
            update: .clusterWide, "The most bytes uploaded in a second."),
        ConfigDefinition(
            "remote.log.manager.copy.quota.window.num", .int, "11", .atLeast(1),
            "How many samples the quota of uploads is computed from."),
        ConfigDefinition(
            "remote.log.manager.copy.quota.window.size.seconds", .int, "1", .atLeast(1),
            "How long one sample of the quota of uploads is."),
        ConfigDefinition(
            "remote.log.manager.expiration.thread.pool.size", .int, "10", .atLeast(1), update: .clusterWide,
            "The threads that delete remote segments."),
        ConfigDefinition(
            "remote.log.manager.fetch.max.bytes.per.second", .long, "9223372036854775807", .atLeast(1),
            update: .clusterWide, "The most bytes read from remote storage in a second."),
        ConfigDefinition(
            "remote.log.manager.fetch.quota.window.num", .int, "11", .atLeast(1),
            "How many samples the quota of remote reads is computed from."),
        ConfigDefinition(
            "remote.log.manager.fetch.quota.window.size.seconds", .int, "1", .atLeast(1),
            "How long one sample of the quota of remote reads is."),
        ConfigDefinition(
            "remote.log.manager.follower.thread.pool.size", .int, "2", .atLeast(1), update: .clusterWide,
            "The threads for followers of tiered partitions."),
        ConfigDefinition(
            "remote.log.manager.task.interval.ms", .long, "30000", .atLeast(1),
            "How often tiered partitions are looked at."),
        ConfigDefinition(
            "remote.log.manager.thread.pool.size", .int, "2", .atLeast(1), "The threads for tiered storage."),
        ConfigDefinition(
            "remote.log.metadata.custom.metadata.max.bytes", .int, "128", .atLeast(0),
            "The most bytes of a remote segment's own metadata."),
        ConfigDefinition(
            "remote.log.metadata.manager.class.name", .string,
            "org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager",
            "The class of the manager of remote metadata."),
        ConfigDefinition(
            "remote.log.metadata.manager.class.path", .string, nil,
            "Where the manager of remote metadata is loaded from."),
        ConfigDefinition(
            "remote.log.metadata.manager.impl.prefix", .string, "rlmm.config.",
            "The prefix of configs for the manager of remote metadata."),
        ConfigDefinition(
            "remote.log.metadata.manager.listener.name", .string, nil,
            "The listener that the manager of remote metadata uses."),
        ConfigDefinition(
            "remote.log.reader.max.pending.tasks", .int, "100", .atLeast(1), "How many remote reads may wait."),
        ConfigDefinition(
            "remote.log.reader.threads", .int, "10", .atLeast(1), update: .clusterWide,
            "The threads that read remote segments."),
        ConfigDefinition(
            "remote.log.storage.manager.class.name", .string, nil, "The class of the manager of remote storage."),
        ConfigDefinition(
            "remote.log.storage.manager.class.path", .string, nil, "Where the manager of remote storage is loaded from."
        ),
        ConfigDefinition(
            "remote.log.storage.manager.impl.prefix", .string, "rsm.config.",
            "The prefix of configs for the manager of remote storage."),
        ConfigDefinition(
            "remote.log.storage.system.enable", .boolean, "false", "Whether the broker has tiered storage."),
    ]
}
