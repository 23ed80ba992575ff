/// The names of configs that the help of Kafka 3.4's tools lists, by the kind of what has them.
enum ConfigNames {
    /// Of topics.
    static let topics = [
        "cleanup.policy", "compression.type", "delete.retention.ms", "file.delete.delay.ms", "flush.messages",
        "flush.ms", "follower.replication.throttled.replicas", "index.interval.bytes",
        "leader.replication.throttled.replicas", "local.retention.bytes", "local.retention.ms",
        "max.compaction.lag.ms", "max.message.bytes", "message.downconversion.enable", "message.format.version",
        "message.timestamp.difference.max.ms", "message.timestamp.type", "min.cleanable.dirty.ratio",
        "min.compaction.lag.ms", "min.insync.replicas", "preallocate", "remote.storage.enable", "retention.bytes",
        "retention.ms", "segment.bytes", "segment.index.bytes", "segment.jitter.ms", "segment.ms",
        "unclean.leader.election.enable",
    ]
    /// Of brokers, those that can be changed while they run.
    static let brokers = [
        "advertised.listeners", "background.threads", "compression.type", "follower.replication.throttled.rate",
        "leader.replication.throttled.rate", "listener.security.protocol.map", "listeners", "log.cleaner.backoff.ms",
        "log.cleaner.dedupe.buffer.size", "log.cleaner.delete.retention.ms", "log.cleaner.io.buffer.load.factor",
        "log.cleaner.io.buffer.size", "log.cleaner.io.max.bytes.per.second", "log.cleaner.max.compaction.lag.ms",
        "log.cleaner.min.cleanable.ratio", "log.cleaner.min.compaction.lag.ms", "log.cleaner.threads",
        "log.cleanup.policy", "log.flush.interval.messages", "log.flush.interval.ms", "log.index.interval.bytes",
        "log.index.size.max.bytes", "log.message.downconversion.enable", "log.message.timestamp.difference.max.ms",
        "log.message.timestamp.type", "log.preallocate", "log.retention.bytes", "log.retention.ms",
        "log.roll.jitter.ms", "log.roll.ms", "log.segment.bytes", "log.segment.delete.delay.ms",
        "max.connection.creation.rate", "max.connections", "max.connections.per.ip",
        "max.connections.per.ip.overrides", "message.max.bytes", "metric.reporters", "min.insync.replicas",
        "num.io.threads", "num.network.threads", "num.recovery.threads.per.data.dir", "num.replica.fetchers",
        "principal.builder.class", "producer.id.expiration.ms", "replica.alter.log.dirs.io.max.bytes.per.second",
        "sasl.enabled.mechanisms", "sasl.jaas.config", "sasl.kerberos.kinit.cmd",
        "sasl.kerberos.min.time.before.relogin", "sasl.kerberos.principal.to.local.rules",
        "sasl.kerberos.service.name", "sasl.kerberos.ticket.renew.jitter", "sasl.kerberos.ticket.renew.window.factor",
        "sasl.login.refresh.buffer.seconds", "sasl.login.refresh.min.period.seconds",
        "sasl.login.refresh.window.factor", "sasl.login.refresh.window.jitter", "sasl.mechanism.inter.broker.protocol",
        "ssl.cipher.suites", "ssl.client.auth", "ssl.enabled.protocols", "ssl.endpoint.identification.algorithm",
        "ssl.engine.factory.class", "ssl.key.password", "ssl.keymanager.algorithm", "ssl.keystore.certificate.chain",
        "ssl.keystore.key", "ssl.keystore.location", "ssl.keystore.password", "ssl.keystore.type", "ssl.protocol",
        "ssl.provider", "ssl.secure.random.implementation", "ssl.trustmanager.algorithm",
        "ssl.truststore.certificates", "ssl.truststore.location", "ssl.truststore.password", "ssl.truststore.type",
        "unclean.leader.election.enable",
    ]
    /// Of users: credentials and quotas.
    static let users = [
        "SCRAM-SHA-256", "SCRAM-SHA-512", "consumer_byte_rate", "controller_mutation_rate", "producer_byte_rate",
        "request_percentage",
    ]
    /// Of clients: quotas.
    static let clients = [
        "consumer_byte_rate", "controller_mutation_rate", "producer_byte_rate", "request_percentage",
    ]
    /// Of addresses: quotas.
    static let ips = [
        "connection_creation_rate"
    ]
}

extension [String] {
    /// The names as the help lists them: one on a line, after a tab.
    var helpLines: String { map { "\t" + $0 }.joined(separator: "\n") }
}
