import KafkaBroker

/// What was set of Kafka's broker configs: by `KAFKA_*` variables, named as the images of Apache and Confluent have them, and by
/// `--kafka-property`, which wins.
struct KafkaProperties: Equatable, Sendable {
    /// Configs that the broker has, by name, in the order in which they were given; a later one wins.
    private(set) var values: [Value] = []
    /// What was given and is no broker config.
    private(set) var unknown: [String] = []
    /// The cluster's id, for a data directory that has none yet.
    private(set) var clusterID: String?
    /// Where the broker listens, when that was set.
    private(set) var listeners: [KafkaListener] = []
    /// The topics of KAFKA_CREATE_TOPICS.
    private(set) var topics: [TopicDefinition] = []
    /// What else is worth saying of what was given.
    private var remarks: [EmulatorReport.Note] = []

    struct Value: Equatable, Sendable {
        var name: String
        var text: String
        /// The variable or flag that it was given by.
        var source: String
    }

    /// None.
    init() {}

    /// Reads what was given, and checks it.
    /// - Parameters:
    ///   - properties: what `--kafka-property` was given, a line each
    ///   - port: where Kafka listens unless `listeners` says it; nil for a free port
    ///   - usesListenersOfEnvironment: whether variables may say where the broker listens, as not when it is to take free ports
    init(
        environment: [String: String], properties: String?, port: UInt16?, usesListenersOfEnvironment: Bool
    ) throws(Failure) {
        noteZooKeeper(environment)
        if let text = environment[CreatedTopics.variable] {
            let created = try CreatedTopics(text, separators: environment[CreatedTopics.separatorVariable] ?? "")
            topics = created.topics
            remarks += created.notes
        }
        for (variable, text) in environment.sorted(by: { $0.key < $1.key }) where !text.isEmpty {
            guard let name = Self.configName(of: variable) else { continue }
            if Self.listenerNames.contains(name), !usesListenersOfEnvironment { continue }
            add(Value(name: name, text: text, source: variable))
        }
        for line in (properties ?? "").split(separator: "\n", omittingEmptySubsequences: true) {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            add(
                Value(
                    name: String(parts[0]), text: String(parts.count == 2 ? parts[1] : ""), source: Self.flag))
        }
        if let id = environment["CLUSTER_ID"], !id.isEmpty { clusterID = id }
        var configuration = Broker.Configuration(directory: "")
        for value in values {
            if let fault = configuration.set(value.name, value.text) {
                throw Failure(.configuration, "\(value.source): \(fault); correct \(value.name)")
            }
        }
        guard configuration.nodeID >= 0 else {
            throw Failure(.configuration, "node.id must not be negative; correct it")
        }
        if self["listeners"] != nil || self["advertised.listeners"] != nil {
            // A variable is the images' way to say it, a flag Kafka's own.
            let isAdvertisedByVariable = values.last { $0.name == "advertised.listeners" }?.source != Self.flag
            listeners = try KafkaListener.all(
                listeners: self["listeners"] ?? "", port: port ?? 0, advertised: self["advertised.listeners"],
                followsAdvertised: isAdvertisedByVariable, protocols: self["listener.security.protocol.map"],
                controllers: self["controller.listener.names"])
        }
    }

    private static let listenerNames = ["listeners", "advertised.listeners"]
    private static let flag = "--kafka-property"

    /// Brokers that still had ZooKeeper are set up with variables that mean nothing here.
    private mutating func noteZooKeeper(_ environment: [String: String]) {
        let given = environment.keys.filter { $0.hasPrefix("KAFKA_ZOOKEEPER_") && environment[$0] != "" }.sorted()
        guard !given.isEmpty else { return }
        let verb = given.count == 1 ? "is" : "are"
        let id = environment["KAFKA_BROKER_ID"].map { "; KAFKA_BROKER_ID \($0) is only this node's number" } ?? ""
        remarks.append(
            .init(
                level: .info,
                text: "\(given.joined(separator: ", ")) \(verb) ignored: this broker has no ZooKeeper\(id)."))
    }

    private mutating func add(_ value: Value) {
        if BrokerConfigs.named(value.name) == nil { unknown.append(value.name) } else { values.append(value) }
    }

    /// The text of a config, if it was given.
    subscript(name: String) -> String? { values.last { $0.name == name }?.text }

    /// `KAFKA_LOG_RETENTION_MS` stands for `log.retention.ms`; two underscores for one, three for a hyphen. Nil for a variable that is no
    /// config: those that Kafka's own scripts read, and those that tell clients where a broker is.
    static func configName(of variable: String) -> String? {
        let prefix = "KAFKA_"
        guard variable.hasPrefix(prefix), variable.utf8.count > prefix.utf8.count, !others.contains(variable),
            !clientSecurityVariables.contains(variable), !otherPrefixes.contains(where: variable.hasPrefix)
        else { return nil }
        var name = ""
        var underscores = 0
        func flush() {
            switch underscores {
            case 0: break
            case 1: name += "."
            case 2: name += "_"
            default: name += "-"
            }
            underscores = 0
        }
        for character in variable.dropFirst(prefix.count) {
            if character == "_" {
                underscores += 1
            } else {
                flush()
                name += character.lowercased()
            }
        }
        return name
    }

    /// How clients are to speak to a broker, as librdkafka's programs and our services read it.
    static let clientSecurityVariables = [
        "KAFKA_SECURITY_PROTOCOL", "KAFKA_SASL_MECHANISM", "KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD",
        "KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL", "KAFKA_SASL_OAUTHBEARER_SCOPE", "KAFKA_SSL_CA_LOCATION",
        "KAFKA_SSL_CERTIFICATE_LOCATION", "KAFKA_SSL_KEY_LOCATION", "KAFKA_SSL_KEY_PASSWORD",
    ]

    private static let others: Set<String> = [
        CreatedTopics.variable, CreatedTopics.separatorVariable, "KAFKA_BOOTSTRAP_SERVERS", "KAFKA_BROKER",
        "KAFKA_BROKERS", "KAFKA_BROKER_LIST", "KAFKA_BROKER_URL",
        "KAFKA_CLUSTER_ID", "KAFKA_DEBUG", "KAFKA_ENABLED", "KAFKA_GROUP", "KAFKA_GROUP_ID", "KAFKA_HEAP_OPTS",
        "KAFKA_HOME", "KAFKA_HOST", "KAFKA_OPTS", "KAFKA_PASSWORD", "KAFKA_PORT", "KAFKA_URL", "KAFKA_USERNAME",
        "KAFKA_VERSION",
        "KAFKA_ADVERTISED_HOST_NAME", "KAFKA_ADVERTISED_PORT",
    ]
    private static let otherPrefixes = [
        "KAFKA_CLIENT_", "KAFKA_CONSUMER_", "KAFKA_GC_", "KAFKA_JMX_", "KAFKA_JVM_", "KAFKA_LOG4J", "KAFKA_PRODUCER_",
        "KAFKA_SCHEMA_REGISTRY_", "KAFKA_TOOLS_",
        "KAFKA_TOPIC",
        "KAFKA_ZOOKEEPER_",
    ]

    /// Gives the broker what was set.
    func apply(to configuration: inout Broker.Configuration) {
        // They have been checked.
        for value in values { _ = configuration.set(value.name, value.text) }
    }

    /// What people should know of what was given: in one sentence what the broker does not know.
    var notes: [EmulatorReport.Note] {
        guard !unknown.isEmpty else { return remarks }
        let names = unknown.count == 1 ? "is no broker config" : "are no broker configs"
        return remarks + [
            .init(level: .warn, text: "\(unknown.joined(separator: ", ")) \(names) of Kafka and changed nothing.")
        ]
    }
}
