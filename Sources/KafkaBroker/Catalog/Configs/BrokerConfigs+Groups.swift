extension BrokerConfigs {
    /// Configs of groups.
    static let groups: [ConfigDefinition] = [
        ConfigDefinition(
            "errors.deadletterqueue.auto.create.topics.enable", .boolean, "false", update: .clusterWide,
            "Whether dead letter queues are made when needed."),
        ConfigDefinition(
            "errors.deadletterqueue.topic.name.prefix", .string, "dlq.", update: .clusterWide,
            "How the names of dead letter queues begin."),
        ConfigDefinition(
            "group.consumer.assignment.interval.ms", .int, "1000", .atLeast(0), update: .clusterWide,
            "The default time between two assignments of a consumer group, in milliseconds."),
        ConfigDefinition(
            "group.consumer.assignor.offload.enable", .boolean, "true", update: .clusterWide,
            "Whether assignments of a consumer group are computed beside the coordinator."),
        ConfigDefinition(
            "group.consumer.assignors", .list, "uniform,range",
            "The assignors that the broker has for a consumer group."),
        ConfigDefinition(
            "group.consumer.heartbeat.interval.ms", .int, "5000", .atLeast(1),
            "The default heartbeat interval of a consumer group, in milliseconds."),
        ConfigDefinition(
            "group.consumer.max.assignment.interval.ms", .int, "15000", .atLeast(0),
            "The largest time between two assignments of a consumer group, in milliseconds."),
        ConfigDefinition(
            "group.consumer.max.heartbeat.interval.ms", .int, "15000", .atLeast(1),
            "The largest heartbeat interval of a consumer group, in milliseconds."),
        ConfigDefinition(
            "group.consumer.max.session.timeout.ms", .int, "60000", .atLeast(1),
            "The largest session time-out of a consumer group, in milliseconds."),
        ConfigDefinition(
            "group.consumer.max.size", .int, "2147483647", .atLeast(1), "The most members of a consumer group."),
        ConfigDefinition(
            "group.consumer.migration.policy", .string, "bidirectional",
            .oneOf(["bidirectional", "disabled", "downgrade", "upgrade"]),
            "Which ways groups may change between the classic and the new protocol."),
        ConfigDefinition(
            "group.consumer.min.assignment.interval.ms", .int, "0", .atLeast(0),
            "The smallest time between two assignments of a consumer group, in milliseconds."),
        ConfigDefinition(
            "group.consumer.min.heartbeat.interval.ms", .int, "5000", .atLeast(1),
            "The smallest heartbeat interval of a consumer group, in milliseconds."),
        ConfigDefinition(
            "group.consumer.min.session.timeout.ms", .int, "45000", .atLeast(1),
            "The smallest session time-out of a consumer group, in milliseconds."),
        ConfigDefinition(
            "group.consumer.session.timeout.ms", .int, "45000", .atLeast(1),
            "The default session time-out of a consumer group, in milliseconds."),
        ConfigDefinition(
            "group.coordinator.append.linger.ms", .int, "-1", .atLeast(-1),
            "How long the group coordinator gathers writes; -1 adapts."),
        ConfigDefinition(
            "group.coordinator.background.threads", .int, "2", .atLeast(1),
            "The threads of the group coordinator for background work."),
        ConfigDefinition(
            "group.coordinator.cached.buffer.max.bytes", .int, "1048588", .atLeast(524288), update: .clusterWide,
            "The largest buffer that the group coordinator keeps."),
        ConfigDefinition(
            "group.coordinator.rebalance.protocols", .list, "classic,consumer,streams",
            .listOf(["consumer", "classic", "share", "streams"]), "The kinds of groups that the coordinator serves."),
        ConfigDefinition("group.coordinator.threads", .int, "4", .atLeast(1), "The threads of the group coordinator."),
        ConfigDefinition(
            "group.initial.rebalance.delay.ms", .int, "3000", "How long a new group waits for more members."),
        ConfigDefinition(
            "group.max.session.timeout.ms", .int, "1800000", "The longest session time-out of a classic group's member."
        ),
        ConfigDefinition("group.max.size", .int, "2147483647", .atLeast(1), "The most members of a classic group."),
        ConfigDefinition(
            "group.min.session.timeout.ms", .int, "6000", "The shortest session time-out of a classic group's member."),
        ConfigDefinition(
            "group.share.assignment.interval.ms", .int, "1000", .atLeast(0), update: .clusterWide,
            "The default time between two assignments of a share group, in milliseconds."),
        ConfigDefinition(
            "group.share.assignor.offload.enable", .boolean, "true", update: .clusterWide,
            "Whether assignments of a share group are computed beside the coordinator."),
        ConfigDefinition(
            "group.share.assignors", .list, "simple", "The assignors that the broker has for a share group."),
        ConfigDefinition(
            "group.share.delivery.count.limit", .int, "5", .between(2, 10),
            "The default number of times that a share group delivers a record."),
        ConfigDefinition(
            "group.share.heartbeat.interval.ms", .int, "5000", .atLeast(1),
            "The default heartbeat interval of a share group, in milliseconds."),
        ConfigDefinition(
            "group.share.max.assignment.interval.ms", .int, "15000", .atLeast(0),
            "The largest time between two assignments of a share group, in milliseconds."),
        ConfigDefinition(
            "group.share.max.delivery.count.limit", .int, "10", .between(5, 25),
            "The largest number of times that a share group delivers a record."),
        ConfigDefinition(
            "group.share.max.heartbeat.interval.ms", .int, "15000", .atLeast(1),
            "The largest heartbeat interval of a share group, in milliseconds."),
        ConfigDefinition(
            "group.share.max.partition.max.record.locks", .int, "4000", .between(2000, 10000),
            "The largest number of records of a partition that a share group locks at once."),
        ConfigDefinition(
            "group.share.max.record.lock.duration.ms", .int, "60000", .between(30000, 3600000),
            "The largest time for which a share group locks a record, in milliseconds."),
        ConfigDefinition(
            "group.share.max.session.timeout.ms", .int, "60000", .atLeast(1),
            "The largest session time-out of a share group, in milliseconds."),
        ConfigDefinition("group.share.max.share.sessions", .int, "2000", .atLeast(1), "The most share sessions."),
        ConfigDefinition("group.share.max.size", .int, "200", .between(1, 1000), "The most members of a share group."),
        ConfigDefinition(
            "group.share.min.assignment.interval.ms", .int, "0", .atLeast(0),
            "The smallest time between two assignments of a share group, in milliseconds."),
        ConfigDefinition(
            "group.share.min.delivery.count.limit", .int, "2", .between(2, 5),
            "The smallest number of times that a share group delivers a record."),
        ConfigDefinition(
            "group.share.min.heartbeat.interval.ms", .int, "5000", .atLeast(1),
            "The smallest heartbeat interval of a share group, in milliseconds."),
        ConfigDefinition(
            "group.share.min.partition.max.record.locks", .int, "100", .between(100, 2000),
            "The smallest number of records of a partition that a share group locks at once."),
        ConfigDefinition(
            "group.share.min.record.lock.duration.ms", .int, "15000", .between(1000, 30000),
            "The smallest time for which a share group locks a record, in milliseconds."),
        ConfigDefinition(
            "group.share.min.session.timeout.ms", .int, "45000", .atLeast(1),
            "The smallest session time-out of a share group, in milliseconds."),
        ConfigDefinition(
            "group.share.partition.max.record.locks", .int, "2000", .between(100, 10000),
            "The default number of records of a partition that a share group locks at once."),
        ConfigDefinition(
            "group.share.record.lock.duration.ms", .int, "30000", .between(1000, 3600000),
            "The default time for which a share group locks a record, in milliseconds."),
        ConfigDefinition(
            "group.share.session.timeout.ms", .int, "45000", .atLeast(1),
            "The default session time-out of a share group, in milliseconds."),
        ConfigDefinition(
            "group.streams.acceptable.recovery.lag", .long, "10000", .atLeast(0),
            "How far behind a streams task may be and still count as caught up."),
        ConfigDefinition(
            "group.streams.assignment.interval.ms", .int, "1000", .atLeast(0), update: .clusterWide,
            "The default time between two assignments of a streams group, in milliseconds."),
        ConfigDefinition(
            "group.streams.assignor.offload.enable", .boolean, "true", update: .clusterWide,
            "Whether assignments of a streams group are computed beside the coordinator."),
        ConfigDefinition(
            "group.streams.assignors", .list, "sticky", "The assignors that the broker has for a streams group."),
        ConfigDefinition(
            "group.streams.heartbeat.interval.ms", .int, "5000", .atLeast(1),
            "The default heartbeat interval of a streams group, in milliseconds."),
        ConfigDefinition(
            "group.streams.initial.rebalance.delay.ms", .int, "3000", .atLeast(0),
            "How long a new streams group waits for more members."),
        ConfigDefinition(
            "group.streams.max.assignment.interval.ms", .int, "15000", .atLeast(0),
            "The largest time between two assignments of a streams group, in milliseconds."),
        ConfigDefinition(
            "group.streams.max.heartbeat.interval.ms", .int, "15000", .atLeast(1),
            "The largest heartbeat interval of a streams group, in milliseconds."),
        ConfigDefinition(
            "group.streams.max.session.timeout.ms", .int, "60000", .atLeast(1),
            "The largest session time-out of a streams group, in milliseconds."),
        ConfigDefinition(
            "group.streams.max.size", .int, "2147483647", .atLeast(1), "The most members of a streams group."),
        ConfigDefinition(
            "group.streams.max.standby.replicas", .int, "2", .atLeast(0),
            "The largest number of standby replicas of a task."),
        ConfigDefinition(
            "group.streams.max.warmup.replicas", .int, "20", .atLeast(0),
            "The largest number of warm-up replicas of a streams group."),
        ConfigDefinition(
            "group.streams.min.assignment.interval.ms", .int, "0", .atLeast(0),
            "The smallest time between two assignments of a streams group, in milliseconds."),
        ConfigDefinition(
            "group.streams.min.heartbeat.interval.ms", .int, "5000", .atLeast(1),
            "The smallest heartbeat interval of a streams group, in milliseconds."),
        ConfigDefinition(
            "group.streams.min.session.timeout.ms", .int, "45000", .atLeast(1),
            "The smallest session time-out of a streams group, in milliseconds."),
        ConfigDefinition(
            "group.streams.min.task.offset.interval.ms", .int, "15000", .atLeast(1),
            "The smallest time between reports of task offsets by a streams group, in milliseconds."),
        ConfigDefinition(
            "group.streams.num.standby.replicas", .int, "0", .atLeast(0),
            "The default number of standby replicas of a task."),
        ConfigDefinition(
            "group.streams.num.warmup.replicas", .int, "2", .atLeast(0),
            "The default number of warm-up replicas of a streams group."),
        ConfigDefinition(
            "group.streams.rack.aware.assignment.tags", .list, "",
            "Client tags over which a streams group spreads its tasks."),
        ConfigDefinition(
            "group.streams.session.timeout.ms", .int, "45000", .atLeast(1),
            "The default session time-out of a streams group, in milliseconds."),
        ConfigDefinition(
            "group.streams.task.offset.interval.ms", .int, "60000", .atLeast(1),
            "The default time between reports of task offsets by a streams group, in milliseconds."),
        ConfigDefinition(
            "group.streams.topology.description.plugin.class", .class, nil,
            "The class that stores descriptions of topologies."),
        ConfigDefinition("offset.metadata.max.bytes", .int, "4096", "The longest note with a committed offset."),
        ConfigDefinition(
            "offsets.commit.timeout.ms", .int, "5000", .atLeast(1),
            "How long a commit of offsets may wait for its replicas."),
        ConfigDefinition(
            "offsets.load.buffer.size", .int, "5242880", .atLeast(1),
            "How many bytes at a time are read when groups are loaded."),
        ConfigDefinition(
            "offsets.retention.check.interval.ms", .long, "600000", .atLeast(1),
            "How often offsets are looked through for what has expired."),
        ConfigDefinition(
            "offsets.retention.minutes", .int, "10080", .atLeast(1),
            "How many minutes a group without members, or an offset nobody uses, is kept."),
        ConfigDefinition(
            "offsets.topic.compression.codec", .int, "0",
            "The compression of the topic of groups and offsets, as its number."),
        ConfigDefinition(
            "offsets.topic.num.partitions", .int, "50", .atLeast(1),
            "The partitions of the topic of groups and offsets."),
        ConfigDefinition(
            "offsets.topic.replication.factor", .short, "3", .atLeast(1),
            "The replicas of the topic of groups and offsets."),
        ConfigDefinition(
            "offsets.topic.segment.bytes", .int, "104857600", .atLeast(1),
            "The size of segments of the topic of groups and offsets."),
        ConfigDefinition(
            "share.coordinator.append.linger.ms", .int, "-1", .atLeast(-1),
            "How long the share coordinator gathers writes; -1 adapts."),
        ConfigDefinition(
            "share.coordinator.cached.buffer.max.bytes", .int, "1048588", .atLeast(524288), update: .clusterWide,
            "The largest buffer that the share coordinator keeps."),
        ConfigDefinition(
            "share.coordinator.load.buffer.size", .int, "5242880", .atLeast(1),
            "How many bytes at a time are read when share group state is loaded."),
        ConfigDefinition(
            "share.coordinator.snapshot.update.records.per.snapshot", .int, "500", .between(0, 500),
            "How many updates lie between two snapshots of share group state."),
        ConfigDefinition(
            "share.coordinator.state.topic.compression.codec", .int, "0",
            "The compression of the topic of share group state, as its number."),
        ConfigDefinition(
            "share.coordinator.state.topic.min.isr", .short, "2", .atLeast(1),
            "The replicas that must have a record of share group state."),
        ConfigDefinition(
            "share.coordinator.state.topic.num.partitions", .int, "50", .atLeast(1),
            "The partitions of the topic of share group state."),
        ConfigDefinition(
            "share.coordinator.state.topic.replication.factor", .short, "3", .atLeast(1),
            "The replicas of the topic of share group state."),
        ConfigDefinition(
            "share.coordinator.state.topic.segment.bytes", .int, "104857600", .atLeast(1),
            "The size of segments of the topic of share group state."),
        ConfigDefinition("share.coordinator.threads", .int, "1", .atLeast(1), "The threads of the share coordinator."),
        ConfigDefinition(
            "share.coordinator.write.timeout.ms", .int, "5000", .atLeast(1),
            "How long a write of share group state may wait for its replicas."),
        ConfigDefinition(
            "share.fetch.purgatory.purge.interval.requests", .int, "1000",
            "After how many requests waiting share fetches are swept."),
    ]
}
