import KafkaWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What has the configs that `kafka-configs` shows or changes.
struct ConfigEntity: Equatable, Sendable {
    /// The kinds whose configs the tool works on, by the name of one.
    enum Kind: String, CaseIterable {
        case topic
        case broker
        case brokerLogger = "broker-logger"
        case clientMetrics = "client-metrics"
        case group

        /// The name in `--entity-type`.
        var plural: String { self == .clientMetrics ? rawValue : rawValue + "s" }

        var type: ConfigResourceType {
            switch self {
            case .topic: .topic
            case .broker: .broker
            case .brokerLogger: .brokerLogger
            case .clientMetrics: .clientMetrics
            case .group: .group
            }
        }
    }

    let kind: Kind
    /// Empty for the default of all of its kind, nil where none is named.
    let name: String?

    /// The kinds of Kafka that have quotas and credentials instead of configs.
    private static let quotaKinds = ["users", "clients", "ips"]
    private static let plainOptions = ["entity-type", "entity-name", "entity-default"]

    /// From the options. Throws what Kafka's tool throws for options that do not fit together.
    init(_ options: ParsedOptions) throws(ToolError) {
        guard options.has("alter") != options.has("describe") else {
            throw .usage("Command must include exactly one action: --describe, --alter")
        }
        try options.refuse("describe", with: ["add-config", "delete-config"])
        let (types, names) = try Self.entities(options)
        guard options.has("bootstrap-server") else {
            if options.has("zookeeper") {
                throw .refused("--zookeeper is not there, as in Kafka 4; give --bootstrap-server")
            }
            throw Self.fault("One of the required --bootstrap-server or --zookeeper arguments must be specified")
        }
        guard !types.isEmpty else { throw Self.fault("At least one entity type must be specified") }
        let known = Kind.allCases.map(\.plural) + Self.quotaKinds
        for type in types where !known.contains(type) {
            throw Self.fault(
                "Invalid entity type \(type), the entity type must be one of \(known.joined(separator: ", ")) with the "
                    + "--bootstrap-server argument")
        }
        guard Set(types).count == types.count else {
            throw Self.fault("Duplicate entity type(s) specified: \(types.dropFirst().joined(separator: ","))")
        }
        guard let kind = Kind.allCases.first(where: { $0.plural == types[0] }), types.count == 1 else {
            if types.allSatisfy(Self.quotaKinds.contains) {
                throw .refused(
                    "quotas and credentials of users, clients and ips are not there yet; use Apache Kafka's tool")
            }
            throw Self.fault("Only 'users' and 'clients' entity types may be specified together")
        }
        self.kind = kind
        name = names.first
        try check(options)
    }

    private static func fault(_ message: String) -> ToolError { .exception(.init(.illegalArgument, message)) }

    /// The types and names as they are given, by the general options or by those of a kind.
    private static func entities(_ options: ParsedOptions) throws(ToolError) -> (types: [String], names: [String]) {
        let kinds = ["topic", "broker", "broker-logger", "client-metrics", "group", "user", "client", "ip"]
        let defaults = ["broker-defaults", "user-defaults", "client-defaults", "ip-defaults"]
        if plainOptions.contains(where: options.has), (kinds + defaults).contains(where: options.has) {
            throw fault("--entity-{type,name,default} should not be used in conjunction with specific entity flags")
        }
        var types = options.values("entity-type")
        var names: [String] = []
        var given = options.values("entity-name")[...]
        for option in options.order {
            if option == "entity-name", let next = given.popFirst() { names.append(next) }
            if option == "entity-default" { names.append("") }
        }
        for kind in kinds {
            guard let name = try options.value(kind) else { continue }
            types.append(kind == "client-metrics" ? kind : kind + "s")
            names.append(name)
        }
        for option in defaults where options.has(option) {
            types.append(String(option.dropLast("-defaults".count)) + "s")
            names.append("")
        }
        return (types, names)
    }

    private func check(_ options: ParsedOptions) throws(ToolError) {
        if kind == .broker || kind == .brokerLogger, let name, !name.isEmpty, Int32(name) == nil {
            throw Self.fault(
                "The entity name for \(kind.plural) must be a valid integer broker id, but it is: \(name)")
        }
        if options.has("describe") {
            if name == "", kind != .broker {
                throw Self.fault("--entity-default must not be specified with --describe of \(kind.plural)")
            }
            if name == nil, kind == .brokerLogger {
                throw Self.fault("an entity name must be specified with --describe of \(kind.plural)")
            }
            return
        }
        if kind == .broker, name == nil {
            throw Self.fault(
                "an entity-name or default entity must be specified with --alter of users, clients, brokers or ips")
        }
        if kind != .broker, name == nil || name == "" {
            throw Self.fault("An entity name must be specified with --alter of \(kind.plural)")
        }
    }

    // MARK: - Where a config comes from

    /// Whether a config was set for the entity itself, and not somewhere below.
    func isDynamic(_ config: DescribeConfigs.Response.Resource.Config, _ name: String) -> Bool {
        switch kind {
        case .topic: config.configSource == 1
        case .broker: config.configSource == (name.isEmpty ? 3 : 2)
        case .brokerLogger: true
        case .clientMetrics: config.configSource == 7
        case .group: config.configSource == 8
        }
    }

    /// The name of a source by its number (org.apache.kafka.clients.admin.ConfigEntry.ConfigSource).
    static func sourceName(_ number: Int8) -> String {
        switch number {
        case 1: "DYNAMIC_TOPIC_CONFIG"
        case 2: "DYNAMIC_BROKER_CONFIG"
        case 3: "DYNAMIC_DEFAULT_BROKER_CONFIG"
        case 4: "STATIC_BROKER_CONFIG"
        case 5: "DEFAULT_CONFIG"
        case 6: "DYNAMIC_BROKER_LOGGER_CONFIG"
        case 7: "DYNAMIC_CLIENT_METRICS_CONFIG"
        case 8: "DYNAMIC_GROUP_CONFIG"
        default: "UNKNOWN"
        }
    }
}

/// What `kafka-configs --alter` sets and takes away.
struct ConfigChanges: Equatable, Sendable {
    private(set) var added: [(name: String, value: String)] = []
    private(set) var deleted: [String] = []

    /// From the options. Throws what Kafka's tool throws for texts that are no configs.
    init(_ options: ParsedOptions) throws(ToolError) {
        func fault(_ message: String) -> ToolError { .exception(.init(.illegalArgument, message)) }
        if options.has("add-config"), options.has("add-config-file") {
            throw fault("Only one of --add-config or --add-config-file must be specified")
        }
        guard ["add-config", "add-config-file", "delete-config"].contains(where: options.has) else {
            throw fault(
                "At least one of --add-config, --add-config-file, or --delete-config must be specified with --alter")
        }
        if let path = try options.value("add-config-file") {
            added = try ClientProperties.file(path).values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        }
        if let text = try options.value("add-config") { added = try Self.pairs(text) }
        deleted = options.values("delete-config").flatMap { $0.split(separator: ",").map(\.trimmed) }
        let permitted: (Character) -> Bool = { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
        for (name, _) in added where !name.allSatisfy(permitted) {
            throw fault("Invalid character found for config key: \(name)")
        }
    }

    /// Reads `k1=v1,k2=[a,b]`: commas inside of brackets belong to the value.
    static func pairs(_ text: String) throws(ToolError) -> [(name: String, value: String)] {
        var depth = 0
        var parts = [""]
        for character in text {
            if character == "[" { depth += 1 }
            if character == "]" { depth -= 1 }
            if character == ",", depth <= 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
        }
        return try parts.map { (part) throws(ToolError) in
            guard let equals = part.firstIndex(of: "=") else {
                throw .exception(
                    .init(
                        .illegalArgument,
                        "requirement failed: Invalid entity config: all configs to be added must be in the format "
                            + "\"key=val\"."))
            }
            let value = part[part.index(after: equals)...].filter { $0 != "[" && $0 != "]" }
            return (part[..<equals].trimmed, value.trimmed)
        }
    }

    /// The changes as IncrementalAlterConfigs takes them.
    var operations: [IncrementalAlterConfigs.Request.Resource.Config] {
        added.map { name, value in
            var config = IncrementalAlterConfigs.Request.Resource.Config()
            config.name = name
            config.value = value
            return config
        }
            + deleted.map { name in
                var config = IncrementalAlterConfigs.Request.Resource.Config()
                config.name = name
                config.configOperation = 1
                return config
            }
    }

    static func == (one: ConfigChanges, other: ConfigChanges) -> Bool { one.operations == other.operations }
}
