import KafkaWire

extension Broker {
    /// One change of one config.
    package struct ConfigChange {
        /// What is done, with its number in the protocol (org.apache.kafka.clients.admin.AlterConfigOp).
        package enum Operation: Int8 {
            case set = 0
            case delete = 1
            case append = 2
            case subtract = 3
        }

        package let name: String
        /// Nil for a number that the protocol does not have.
        package let operation: Operation?
        /// The number, for what is said of it.
        package let operationID: Int8
        package let value: String?

        package init(_ name: String, _ operationID: Int8, _ value: String?) {
            self.name = name
            operation = Operation(rawValue: operationID)
            self.operationID = operationID
            self.value = value
        }
    }

    /// Changes single configs of a resource, all or none, or only checks that it could.
    package func alter(
        _ type: Int8, _ name: String, _ changes: [ConfigChange], validateOnly: Bool
    ) throws(TopicRefusal) {
        let missing = changes.filter { $0.operation != .delete && $0.value == nil }.map(\.name)
        try checkKeys(changes.map(\.name), missing: missing)
        let resource = try resource(type, name)
        if resource.kind == .brokerLogger { return try refuseLoggers(changes) }
        var configs = catalog.configs(of: resource)
        for change in changes { try apply(change, of: resource, to: &configs) }
        try check(configs, of: resource)
        if !validateOnly { try store(configs, of: resource) }
    }

    /// Sets all configs of a resource: those that are not named are taken away.
    package func replaceConfigs(
        _ type: Int8, _ name: String, _ new: [(name: String, value: String?)], validateOnly: Bool
    ) throws(TopicRefusal) {
        try checkKeys(new.map(\.name), missing: new.filter { $0.value == nil }.map(\.name))
        let resource = try resource(type, name)
        // Loggers' levels can only be changed one by one.
        guard resource.kind != .brokerLogger else { throw refusal(.invalidRequest, "Unknown resource type \(type)") }
        let configs = Dictionary(new.map { ($0.name, $0.value ?? "") }) { $1 }
        try check(configs, of: resource)
        if !validateOnly { try store(configs, of: resource) }
    }

    private func refusal(_ error: KafkaError, _ message: String) -> TopicRefusal {
        TopicRefusal(error: error, message: message)
    }

    private func checkKeys(_ names: [String], missing: [String]) throws(TopicRefusal) {
        guard Set(names).count == names.count else {
            throw refusal(.invalidRequest, "Error due to duplicate config keys")
        }
        guard missing.isEmpty else {
            throw refusal(.invalidRequest, "Null value not supported for : \(missing.joined(separator: ", "))")
        }
    }

    private func resource(_ type: Int8, _ name: String) throws(TopicRefusal) -> ConfigResource {
        guard let kind = ConfigResource.Kind(rawValue: type) else {
            throw refusal(.invalidRequest, "Unknown resource type \(type)")
        }
        if kind == .broker || kind == .brokerLogger, !(kind == .broker && name.isEmpty) {
            guard let id = Int32(name) else {
                throw refusal(.invalidRequest, "Node id must be an integer, but it is: \(name)")
            }
            guard id == configuration.nodeID else {
                throw refusal(
                    .invalidRequest, "Unexpected broker id, expected \(configuration.nodeID), but received \(name)")
            }
        }
        return ConfigResource(kind, name)
    }

    /// This broker has no loggers whose level could be set.
    private func refuseLoggers(_ changes: [ConfigChange]) throws(TopicRefusal) {
        for change in changes {
            switch change.operation {
            case .append, .subtract:
                let operation = change.operation == .append ? "APPEND" : "SUBTRACT"
                throw refusal(
                    .invalidRequest, "\(operation) operation is not allowed for the BROKER_LOGGER resource")
            case .set, .delete: throw refusal(.invalidConfig, "Logger \(change.name) does not exist!")
            case nil: throw refusal(.invalidRequest, "Unknown operations type \(change.operationID)")
            }
        }
    }

    // MARK: - Values

    private func apply(
        _ change: ConfigChange, of resource: ConfigResource, to configs: inout [String: String]
    ) throws(TopicRefusal) {
        switch change.operation {
        case .set: configs[change.name] = change.value ?? ""
        case .delete: configs[change.name] = nil
        case .append, .subtract:
            let isAppend = change.operation == .append
            let definition = definition(change.name, of: resource.kind)
            if resource.kind == .broker {
                guard let definition else { throw refusal(.invalidConfig, "Unknown config name: \(change.name)") }
                guard definition.kind == .list else {
                    throw refusal(
                        .invalidConfig,
                        "Config value \(isAppend ? "append" : "subtract") is not allowed for config key: \(change.name)"
                    )
                }
            }
            guard definition?.kind == .list else {
                throw refusal(
                    .invalidConfig,
                    "Can't \(isAppend ? "APPEND" : "SUBTRACT") to key \(change.name) because its type is not LIST.")
            }
            let present = configs[change.name] ?? definition?.defaultValue ?? ""
            let entries = present.split(separator: ",").map(String.init)
            let named = (change.value ?? "").split(separator: ",").map(String.init)
            let changed = isAppend ? Self.appending(named, to: entries) : Self.subtracting(named, from: entries)
            configs[change.name] = changed.joined(separator: ",")
        case nil:
            throw refusal(.invalidRequest, "Unknown operations type \(change.operationID)")
        }
    }

    /// A list with what it does not have yet behind it.
    private static func appending(_ named: [String], to entries: [String]) -> [String] {
        var known = Set(entries)
        return entries + named.filter { known.insert($0).inserted }
    }

    /// A list without the first of each that is named.
    private static func subtracting(_ named: [String], from entries: [String]) -> [String] {
        var left: [String: Int] = [:]
        for name in named { left[name, default: 0] += 1 }
        return entries.filter { entry in
            guard let count = left[entry], count > 0 else { return true }
            left[entry] = count - 1
            return false
        }
    }

    private func definition(_ name: String, of kind: ConfigResource.Kind) -> ConfigDefinition? {
        switch kind {
        case .topic: TopicConfigs.named(name)
        case .broker: BrokerConfigs.named(name)
        case .group: GroupConfigs.named(name)
        case .clientMetrics: ClientMetricsConfigs.named(name)
        case .brokerLogger: nil
        }
    }

    /// Checks what the resource would have.
    private func check(_ configs: [String: String], of resource: ConfigResource) throws(TopicRefusal) {
        let sorted = configs.sorted { $0.key < $1.key }
        guard sorted.allSatisfy({ $0.value.utf16.count <= Int16.max }) else {
            throw refusal(
                .invalidConfig,
                "The configuration value cannot be added because it exceeds the maximum value size of 32767 bytes.")
        }
        switch resource.kind {
        case .topic:
            if resource.name.isEmpty { throw refusal(.invalidRequest, "Default topic resources are not allowed.") }
            if let fault = TopicName.fault(in: resource.name) { throw refusal(.invalidTopicException, fault) }
            if let fault = TopicConfigs.fault(in: sorted.map { ($0.key, $0.value) }) {
                throw refusal(.invalidConfig, fault)
            }
            guard catalog.topic(named: resource.name) != nil else {
                throw refusal(.unknownTopicOrPartition, "The topic '\(resource.name)' does not exist.")
            }
        case .broker: try checkBroker(sorted.map { ($0.key, $0.value) }, isDefault: resource.name.isEmpty)
        case .group:
            if resource.name.isEmpty { throw refusal(.invalidRequest, "Default group resources are not allowed.") }
            if let fault = GroupConfigs.fault(in: sorted.map { ($0.key, $0.value) }, settings) {
                throw refusal(.invalidConfig, fault)
            }
        case .clientMetrics:
            if resource.name.isEmpty { throw refusal(.invalidRequest, "Subscription name can't be empty") }
            if let fault = ClientMetricsConfigs.fault(in: sorted.map { ($0.key, $0.value) }) {
                throw refusal(fault.error, fault.message)
            }
        case .brokerLogger: break
        }
    }

    /// What Kafka checks of changes of a running broker (org.apache.kafka.server.config.DynamicBrokerConfig). Names that are no broker
    /// config may be set: they are for plug-ins.
    private func checkBroker(_ configs: [(name: String, value: String)], isDefault: Bool) throws(TopicRefusal) {
        func names(_ isMeant: (ConfigDefinition) -> Bool) -> String? {
            let names = configs.map(\.name).filter { BrokerConfigs.named($0).map(isMeant) ?? false }
            return names.isEmpty ? nil : "[\(names.joined(separator: ", "))]"
        }
        // Where it listens Kafka can change while it runs; this broker does so only when it starts.
        if let names = names({ $0.update == .readOnly || BrokerConfigs.ofStart.contains($0.name) }) {
            throw refusal(.invalidRequest, "Cannot update these configs dynamically: \(names)")
        }
        if let names = names({ BrokerConfigs.perListener.contains($0.name) }) {
            throw refusal(
                .invalidRequest,
                "These security configs can be dynamically updated only per-listener using the listener prefix: \(names)"
            )
        }
        for (name, value) in configs {
            if let fault = BrokerConfigs.named(name)?.fault(in: value) { throw refusal(.invalidRequest, fault) }
        }
        if isDefault, let names = names({ $0.update == .perBroker }) {
            throw refusal(
                .invalidRequest,
                "Cannot update these configs at default cluster level, broker id must be specified: \(names)")
        }
    }

    private func store(_ configs: [String: String], of resource: ConfigResource) throws(TopicRefusal) {
        var canonical: [String: String] = [:]
        for (name, value) in configs {
            canonical[name] = definition(name, of: resource.kind)?.canonical(value) ?? value
        }
        guard canonical != catalog.configs(of: resource) else { return }
        do throws(StorageError) {
            try catalog.setConfigs(canonical, of: resource)
        } catch {
            throw refusal(.kafkaStorageError, error.description)
        }
        switch resource.kind {
        case .topic: catalog.topic(named: resource.name).map { logs.reconfigure($0) }
        case .broker: applyBrokerConfigs()
        case .group, .clientMetrics, .brokerLogger: break
        }
    }

    // MARK: - The broker's own

    /// The broker configs in force.
    package var settings: BrokerSettings { BrokerSettings(setUp, catalog) }
}

extension BrokerSettings {
    /// Those that a broker was set up with, and what the catalog has on top.
    init(_ configuration: Broker.Configuration, _ catalog: Catalog) {
        self.init(fixed: configuration.fixed)
        cluster = catalog.configs(of: ConfigResource(.broker, ""))
        node = catalog.configs(of: ConfigResource(.broker, "\(configuration.nodeID)"))
    }
}
