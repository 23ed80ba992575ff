import KafkaWire

/// `kafka-configs`: shows and changes the configs of topics, brokers, groups and subscriptions.
enum ConfigsTool: Tool {
    static let name = "kafka-configs"
    static let classes = ["kafka.admin.ConfigCommand", "org.apache.kafka.tools.ConfigCommand"]
    static let summary =
        "This tool helps to manipulate and describe entity config for a topic, client, user, broker or ip"

    static let refused = ["quotas of users, clients and addresses", "SCRAM credentials", "`--zookeeper`"]

    static func run(_ options: ParsedOptions, _ console: Console) throws(ToolError) -> Int32 {
        do throws(ToolError) {
            let entity = try ConfigEntity(options)
            let client = try AdminClient(options, bootstrap: options.value("bootstrap-server") ?? "", console)
            if options.has("describe") {
                try describe(entity, all: options.has("all"), client, console)
            } else {
                try alter(entity, ConfigChanges(options), client, console)
            }
            return 0
        } catch {
            guard case .exception(let exception) = error else { throw error }
            let isOfTheCommandLine = [Exception.Kind.illegalArgument.rawValue, invalidConfiguration].contains(
                exception.type)
            if isOfTheCommandLine {
                console.printError(exception.message ?? "null")
            } else {
                console.printError(
                    "Error while executing config command with args '\(options.words.joined(separator: " "))'")
                console.writeError(exception.stackTrace)
            }
            return 1
        }
    }

    /// What Kafka's tool throws for names that it cannot take away.
    private static let invalidConfiguration = "org.apache.kafka.common.errors.InvalidConfigurationException"

    // MARK: - Describe

    private static func describe(
        _ entity: ConfigEntity, all: Bool, _ client: AdminClient, _ console: Console
    ) throws(ToolError) {
        for name in try names(of: entity, client) {
            if name.isEmpty {
                console.print("Default configs for \(entity.kind.plural) in the cluster are:")
            } else {
                console.print("\(all ? "All" : "Dynamic") configs for \(entity.kind.rawValue) \(name) are:")
            }
            for config in try configs(of: entity.kind, name, synonyms: true, client)
            where all || entity.isDynamic(config, name) {
                console.print(line(config))
            }
        }
    }

    /// Those that are described: one, or all that there are.
    private static func names(of entity: ConfigEntity, _ client: AdminClient) throws(ToolError) -> [String] {
        if let name = entity.name { return [name] }
        switch entity.kind {
        case .topic: return try client.topics().compactMap(\.name)
        case .broker, .brokerLogger:
            _ = try client.cluster.metadata(of: [], by: client.deadline, call: "describeCluster")
            return client.cluster.nodes.keys.sorted().map(String.init) + [""]
        case .group: return try GroupsClient(client).list().map(\.groupID)
        case .clientMetrics:
            throw .exception(
                .init(.illegalArgument, "An entity name must be specified with --describe of client-metrics"))
        }
    }

    private static func configs(
        of kind: ConfigEntity.Kind, _ name: String, synonyms: Bool, _ client: AdminClient
    ) throws(ToolError) -> [DescribeConfigs.Response.Resource.Config] {
        do throws(ToolError) {
            let found = try client.configs(of: [(kind.type, name)], synonyms: synonyms).first ?? []
            return JavaHashOrder.sorted(found) { JavaHashOrder.hash($0.name) }
        } catch {
            throw error.executing(StackTraces.describeConfigs)
        }
    }

    /// One config as Kafka's tool prints it.
    static func line(_ config: DescribeConfigs.Response.Resource.Config) -> String {
        let synonyms = config.synonyms.map { synonym in
            "\(ConfigEntity.sourceName(synonym.source)):\(synonym.name)=\(synonym.value ?? "null")"
        }
        return "  \(config.name)=\(config.value ?? "null") sensitive=\(config.isSensitive) "
            + "synonyms={\(synonyms.joined(separator: ", "))}"
    }

    // MARK: - Alter

    private static func alter(
        _ entity: ConfigEntity, _ changes: ConfigChanges, _ client: AdminClient, _ console: Console
    ) throws(ToolError) {
        let name = entity.name ?? ""
        if !changes.deleted.isEmpty {
            let present = Set(
                try configs(of: entity.kind, name, synonyms: false, client)
                    .filter { entity.isDynamic($0, name) }.map(\.name))
            let missing = changes.deleted.filter { !present.contains($0) }
            guard missing.isEmpty else {
                throw .exception(.init(invalidConfiguration, "Invalid config(s): \(missing.joined(separator: ","))"))
            }
        }
        var resource = IncrementalAlterConfigs.Request.Resource()
        resource.resourceType = entity.kind.type.rawValue
        resource.resourceName = name
        resource.configs = changes.operations
        var request = IncrementalAlterConfigs.Request()
        request.resources = [resource]
        var target = Cluster.Target.controller
        if entity.kind == .broker || entity.kind == .brokerLogger, let id = Int32(name) {
            _ = try client.cluster.metadata(of: [], by: client.deadline, call: "incrementalAlterConfigs")
            target = .node(id)
        }
        let response = try client.cluster.call(
            IncrementalAlterConfigs.self, request, to: target, by: client.deadline, call: "incrementalAlterConfigs")
        for result in response.responses where result.errorCode != .none {
            throw ToolError.exception(.init(result.errorCode, result.errorMessage)).executing([])
        }
        if name.isEmpty {
            console.print("Completed updating default config for \(entity.kind.plural) in the cluster.")
        } else {
            console.print("Completed updating config for \(entity.kind.rawValue) \(name).")
        }
    }
}

extension ToolError {
    /// An exception as the one that Java's futures throw for it.
    func executing(_ frames: [String]) -> ToolError {
        guard case .exception(let cause) = self else { return self }
        return .exception(Exception(.execution, cause.description).at(frames))
    }
}
