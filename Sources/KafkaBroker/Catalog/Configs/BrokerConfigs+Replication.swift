extension BrokerConfigs {
    /// Configs of replication, transactions and quotas.
    static let replication: [ConfigDefinition] = [
        ConfigDefinition(
            "add.partitions.to.txn.retry.backoff.max.ms", .int, "100", .atLeast(0),
            "The longest wait for another transaction's end on AddPartitionsToTxn."),
        ConfigDefinition(
            "add.partitions.to.txn.retry.backoff.ms", .int, "20", .atLeast(1),
            "The pause between two looks for another transaction's end."),
        ConfigDefinition(
            "alter.log.dirs.replication.quota.window.num", .int, "11", .atLeast(1),
            "How many samples the quota of moves between directories is computed from."),
        ConfigDefinition(
            "alter.log.dirs.replication.quota.window.size.seconds", .int, "1", .atLeast(1),
            "How long one sample of the quota of moves between directories is."),
        ConfigDefinition(
            "auto.leader.rebalance.enable", .boolean, "true",
            "Whether leadership goes back to the preferred replicas by itself."),
        ConfigDefinition("client.quota.callback.class", .class, nil, "The class that decides clients' quotas."),
        ConfigDefinition(
            "controller.quota.window.num", .int, "11", .atLeast(1),
            "How many samples the quota of changes of metadata is computed from."),
        ConfigDefinition(
            "controller.quota.window.size.seconds", .int, "1", .atLeast(1),
            "How long one sample of the quota of changes of metadata is."),
        ConfigDefinition(
            "controller.socket.timeout.ms", .int, "30000", "How long a broker waits for the controller's answer."),
        ConfigDefinition(
            "default.replication.factor", .int, "1", "The replicas of a topic that does not say how many."),
        ConfigDefinition(
            "delete.records.purgatory.purge.interval.requests", .int, "1",
            "After how many requests waiting deletions of records are swept."),
        ConfigDefinition(
            "fetch.purgatory.purge.interval.requests", .int, "1000",
            "After how many requests waiting fetches are swept."),
        ConfigDefinition(
            "follower.fetch.last.tiered.offset.enable", .boolean, "false", update: .clusterWide,
            "Whether a new follower starts where tiered storage ends."),
        ConfigDefinition("inter.broker.listener.name", .string, nil, "The listener for traffic among brokers."),
        ConfigDefinition(
            "leader.imbalance.check.interval.seconds", .long, "300", .atLeast(1),
            "How often leaderships are looked at for balance."),
        ConfigDefinition(
            "num.replica.fetchers", .int, "1", .atLeast(1), update: .clusterWide,
            "The threads that fetch from each other broker."),
        ConfigDefinition(
            "producer.id.expiration.ms", .int, "86400000", .atLeast(1), update: .clusterWide,
            "After how long an idle producer's state is forgotten."),
        ConfigDefinition(
            "producer.purgatory.purge.interval.requests", .int, "1000",
            "After how many requests waiting produces are swept."),
        ConfigDefinition(
            "quota.window.num", .int, "11", .atLeast(1), "How many samples clients' quotas are computed from."),
        ConfigDefinition(
            "quota.window.size.seconds", .int, "1", .atLeast(1), "How long one sample of clients' quotas is."),
        ConfigDefinition("replica.fetch.backoff.ms", .int, "1000", .atLeast(0), "A follower's pause after an error."),
        ConfigDefinition(
            "replica.fetch.max.bytes", .int, "1048576", .atLeast(0),
            "The most bytes of a partition that a follower fetches at once."),
        ConfigDefinition("replica.fetch.min.bytes", .int, "1", "The fewest bytes that a follower's fetch waits for."),
        ConfigDefinition(
            "replica.fetch.response.max.bytes", .int, "10485760", .atLeast(0),
            "The most bytes in the answer to a follower's fetch."),
        ConfigDefinition("replica.fetch.wait.max.ms", .int, "500", "The longest wait of a follower's fetch."),
        ConfigDefinition(
            "replica.high.watermark.checkpoint.interval.ms", .long, "5000",
            "How often high watermarks are written down."),
        ConfigDefinition(
            "replica.lag.time.max.ms", .long, "30000", "After how long a follower that lags is no longer in sync."),
        ConfigDefinition("replica.selector.class", .string, nil, "The class that chooses the replica to read from."),
        ConfigDefinition(
            "replica.socket.receive.buffer.bytes", .int, "65536", "The size of a follower's receive buffer."),
        ConfigDefinition("replica.socket.timeout.ms", .int, "30000", "How long a follower waits for an answer."),
        ConfigDefinition(
            "replication.quota.window.num", .int, "11", .atLeast(1),
            "How many samples the quota of replication is computed from."),
        ConfigDefinition(
            "replication.quota.window.size.seconds", .int, "1", .atLeast(1),
            "How long one sample of the quota of replication is."),
        ConfigDefinition(
            "security.inter.broker.protocol", .string, "PLAINTEXT",
            .oneOf(["PLAINTEXT", "SASL_PLAINTEXT", "SASL_SSL", "SSL"]), "The security protocol among brokers."),
        ConfigDefinition(
            "transaction.abort.timed.out.transaction.cleanup.interval.ms", .int, "10000", .atLeast(1),
            "How often transactions are looked through for what has timed out."),
        ConfigDefinition(
            "transaction.max.timeout.ms", .int, "900000", .atLeast(1), "The longest time-out of a transaction."),
        ConfigDefinition(
            "transaction.partition.verification.enable", .boolean, "true", update: .clusterWide,
            "Whether a partition checks that it belongs to a transaction."),
        ConfigDefinition(
            "transaction.remove.expired.transaction.cleanup.interval.ms", .int, "3600000", .atLeast(1),
            "How often transactional ids are looked through for what has expired."),
        ConfigDefinition(
            "transaction.state.log.load.buffer.size", .int, "5242880", .atLeast(1),
            "How many bytes at a time are read when transactions are loaded."),
        ConfigDefinition(
            "transaction.state.log.min.isr", .int, "2", .atLeast(1),
            "The replicas that must have a record of the topic of transactions."),
        ConfigDefinition(
            "transaction.state.log.num.partitions", .int, "50", .atLeast(1),
            "The partitions of the topic of transactions."),
        ConfigDefinition(
            "transaction.state.log.replication.factor", .short, "3", .atLeast(1),
            "The replicas of the topic of transactions."),
        ConfigDefinition(
            "transaction.state.log.segment.bytes", .int, "104857600", .atLeast(1),
            "The size of segments of the topic of transactions."),
        ConfigDefinition(
            "transaction.two.phase.commit.enable", .boolean, "false",
            "Whether transactions may take part in two-phase commit."),
        ConfigDefinition(
            "transactional.id.expiration.ms", .int, "604800000", .atLeast(1),
            "After how long an idle transactional id is forgotten."),
        ConfigDefinition(
            "unclean.leader.election.enable", .boolean, "false", update: .clusterWide,
            "The default of the topic config unclean.leader.election.enable."),
    ]
}
