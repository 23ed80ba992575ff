extension BrokerConfigs {
    /// Configs of the node: threads, sockets, listeners, the controller.
    static let server: [ConfigDefinition] = [
        ConfigDefinition("advertised.listeners", .list, nil, "Where clients are told to find the broker."),
        ConfigDefinition("authorizer.class.name", .string, "", "The class that authorizes requests; empty for none."),
        ConfigDefinition(
            "background.threads", .int, "10", .atLeast(1), update: .clusterWide, "The threads for background work."),
        ConfigDefinition(
            "broker.heartbeat.interval.ms", .int, "2000", "The time between a broker's heartbeats to the controller."),
        ConfigDefinition("broker.id", .int, "-1", "The number of the broker; node.id has taken its place."),
        ConfigDefinition("broker.rack", .string, nil, "The rack of the broker."),
        ConfigDefinition(
            "broker.session.timeout.ms", .int, "9000", "How long a broker without heartbeats stays in the cluster."),
        ConfigDefinition(
            "compression.gzip.level", .int, "-1", .between(-1, 9), update: .clusterWide,
            "The default of the topic config compression.gzip.level."),
        ConfigDefinition(
            "compression.lz4.level", .int, "9", .between(1, 17), update: .clusterWide,
            "The default of the topic config compression.lz4.level."),
        ConfigDefinition(
            "compression.type", .string, "producer",
            .oneOf(["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]), update: .clusterWide,
            "The default of the topic config compression.type."),
        ConfigDefinition(
            "compression.zstd.level", .int, "3", .between(-131072, 22), update: .clusterWide,
            "The default of the topic config compression.zstd.level."),
        ConfigDefinition(
            "config.providers", .list, "", update: .clusterWide, "Aliases of classes that provide config values."),
        ConfigDefinition(
            "connection.failed.authentication.delay.ms", .int, "100", .atLeast(0),
            "How long the close of a connection that did not authenticate is put off."),
        ConfigDefinition("connections.max.idle.ms", .long, "600000", "After how long an idle connection is closed."),
        ConfigDefinition(
            "controlled.shutdown.enable", .boolean, "true",
            "Whether the broker gives its leaderships away before it stops."),
        ConfigDefinition("controller.listener.names", .list, nil, "The listeners of the controller."),
        ConfigDefinition(
            "controller.quorum.append.linger.ms", .int, "25", .atLeast(0),
            "How long the leader gathers metadata before it writes."),
        ConfigDefinition(
            "controller.quorum.auto.join.enable", .boolean, "false", "Whether a controller adds itself to the quorum."),
        ConfigDefinition("controller.quorum.bootstrap.servers", .list, "", "Where the controllers' quorum is found."),
        ConfigDefinition(
            "controller.quorum.election.backoff.max.ms", .int, "1000", .atLeast(0),
            "The longest pause before another election."),
        ConfigDefinition(
            "controller.quorum.election.timeout.ms", .int, "1000", .atLeast(0),
            "How long a controller waits for a leader before it calls an election."),
        ConfigDefinition(
            "controller.quorum.fetch.max.bytes", .int, "1048576", .atLeast(1),
            "The most bytes in the answer to a fetch of metadata."),
        ConfigDefinition(
            "controller.quorum.fetch.snapshot.max.bytes", .int, "1048576", .atLeast(1),
            "The most bytes in the answer to a fetch of a snapshot."),
        ConfigDefinition(
            "controller.quorum.fetch.timeout.ms", .int, "2000", .atLeast(0),
            "How long a controller goes without a fetch before it acts."),
        ConfigDefinition(
            "controller.quorum.request.timeout.ms", .int, "2000", .atLeast(0),
            "How long a controller waits for an answer."),
        ConfigDefinition(
            "controller.quorum.retry.backoff.ms", .int, "20", .atLeast(0),
            "The pause before a request among controllers is sent again."),
        ConfigDefinition(
            "controller.quorum.voters", .list, "", "The voters of the controllers' quorum, as id@host:port."),
        ConfigDefinition("delete.topic.enable", .boolean, "true", "Whether topics can be deleted."),
        ConfigDefinition(
            "early.start.listeners", .list, nil, "Listeners that start before the authorizer has read its data."),
        ConfigDefinition(
            "fetch.max.bytes", .int, "57671680", .atLeast(1024), "The most bytes in the answer to a fetch."),
        ConfigDefinition(
            "initial.broker.registration.timeout.ms", .int, "60000",
            "How long a broker tries to register before it gives up."),
        ConfigDefinition(
            "kafka.metrics.polling.interval.secs", .int, "10", .atLeast(1), "How often the older metrics are polled."),
        ConfigDefinition("kafka.metrics.reporters", .list, "", "Classes that report the older metrics."),
        ConfigDefinition(
            "listener.security.protocol.map", .string,
            "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT", update: .perBroker,
            "The security protocol of each listener's name."),
        ConfigDefinition("listeners", .list, "PLAINTEXT://:9092", update: .perBroker, "Where the node listens."),
        ConfigDefinition(
            "max.connection.creation.rate", .int, "2147483647", .atLeast(0), update: .clusterWide,
            "The most new connections in a second."),
        ConfigDefinition(
            "max.connections", .int, "2147483647", .atLeast(0), update: .clusterWide, "The most connections."),
        ConfigDefinition(
            "max.connections.per.ip", .int, "2147483647", .atLeast(0), update: .clusterWide,
            "The most connections from one address."),
        ConfigDefinition(
            "max.connections.per.ip.overrides", .string, "", update: .clusterWide,
            "The most connections of particular addresses, as address:number."),
        ConfigDefinition(
            "max.incremental.fetch.session.cache.slots", .int, "1000", .atLeast(0),
            "The most incremental fetch sessions that are kept."),
        ConfigDefinition(
            "max.request.partition.size.limit", .int, "2000", .atLeast(1),
            "The most partitions in the answer to DescribeTopicPartitions."),
        ConfigDefinition(
            "message.max.bytes", .int, "1048588", .atLeast(0), update: .clusterWide,
            "The default of the topic config max.message.bytes."),
        ConfigDefinition(
            "metadata.log.dir", .string, nil, "Where the metadata log is; the first log directory when not set."),
        ConfigDefinition(
            "metadata.log.max.record.bytes.between.snapshots", .long, "20971520", .atLeast(1),
            "How many bytes of metadata lie between two snapshots."),
        ConfigDefinition(
            "metadata.log.max.snapshot.interval.ms", .long, "3600000", .atLeast(0),
            "The longest time between two snapshots of metadata."),
        ConfigDefinition(
            "metadata.log.segment.bytes", .int, "1073741824", .atLeast(8388608),
            "The largest segment of the metadata log."),
        ConfigDefinition(
            "metadata.log.segment.ms", .long, "604800000", "How long a segment of the metadata log is written."),
        ConfigDefinition(
            "metadata.max.idle.interval.ms", .int, "500", .atLeast(0), "How often an idle controller writes a record."),
        ConfigDefinition(
            "metadata.max.retention.bytes", .long, "104857600", "How large the metadata log and its snapshots may grow."
        ),
        ConfigDefinition(
            "metadata.max.retention.ms", .long, "604800000",
            "How long the metadata log's old segments and snapshots stay."),
        ConfigDefinition(
            "metric.reporters", .list, "org.apache.kafka.common.metrics.JmxReporter", update: .clusterWide,
            "Classes that report metrics."),
        ConfigDefinition("metrics.num.samples", .int, "2", .atLeast(1), "How many samples a metric is computed from."),
        ConfigDefinition("metrics.recording.level", .string, "INFO", "The level from which metrics are recorded."),
        ConfigDefinition(
            "metrics.sample.window.ms", .long, "30000", .atLeast(1), "How long one sample of a metric is taken."),
        ConfigDefinition("node.id", .int, nil, .atLeast(0), "The number of the node."),
        ConfigDefinition(
            "num.io.threads", .int, "8", .atLeast(1), update: .clusterWide, "The threads that handle requests."),
        ConfigDefinition(
            "num.network.threads", .int, "3", .atLeast(1), update: .clusterWide,
            "The threads that read requests and write answers."),
        ConfigDefinition(
            "num.replica.alter.log.dirs.threads", .int, nil, "The threads that move replicas between directories."),
        ConfigDefinition(
            "process.roles", .list, nil, .listOf(["broker", "controller"]),
            "What this node does: broker, controller or both."),
        ConfigDefinition(
            "queued.max.request.bytes", .long, "-1", "How many bytes of requests may wait; -1 for no bound."),
        ConfigDefinition(
            "queued.max.requests", .int, "500", .atLeast(1),
            "How many requests may wait before the network threads stop reading."),
        ConfigDefinition(
            "request.timeout.ms", .int, "30000", "How long the node waits for an answer to its own requests."),
        ConfigDefinition(
            "sasl.mechanism.controller.protocol", .string, "GSSAPI", "The SASL mechanism to the controller."),
        ConfigDefinition(
            "socket.connection.setup.timeout.max.ms", .long, "30000",
            "The longest wait for a connection that the node opens, after failures."),
        ConfigDefinition(
            "socket.connection.setup.timeout.ms", .long, "10000",
            "How long the node waits for a connection that it opens."),
        ConfigDefinition(
            "socket.listen.backlog.size", .int, "50", .atLeast(1), "How many connections may wait to be accepted."),
        ConfigDefinition(
            "socket.receive.buffer.bytes", .int, "102400",
            "The size of a socket's receive buffer; -1 leaves it to the system."),
        ConfigDefinition("socket.request.max.bytes", .int, "104857600", .atLeast(1), "The largest request."),
        ConfigDefinition(
            "socket.send.buffer.bytes", .int, "102400",
            "The size of a socket's send buffer; -1 leaves it to the system."),
        ConfigDefinition("telemetry.max.bytes", .int, "1048576", .atLeast(1), "The largest push of client metrics."),
    ]
}
