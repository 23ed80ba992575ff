import KafkaWire

extension DescribeConfigs: ServedAPI {
    typealias Config = Response.Resource.Config
    typealias Source = BrokerSettings.Source

    /// How many groups and subscriptions one request describes: they need not exist, and the answer is much longer than a name.
    private static let namesMax = 10_000

    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        // A kind of resource that Kafka does not know fails the whole request.
        let unknown = request.resources.first { ConfigResource.Kind(rawValue: $0.resourceType) == nil }
        // What is asked for many times is answered once: an answer is much longer than its question.
        var seen: Set<Request.Resource> = []
        var namesLeft = namesMax
        let settings = broker.settings
        response.results = request.resources.compactMap { resource in
            guard seen.insert(resource).inserted else { return nil }
            var result = Response.Resource()
            result.resourceType = resource.resourceType
            result.resourceName = resource.resourceName
            do throws(Broker.TopicRefusal) {
                if let unknown {
                    throw .init(
                        error: .invalidRequest,
                        message: "Unexpected resource type UNKNOWN for resource \(unknown.resourceName)")
                }
                if resource.resourceType == ConfigResource.Kind.group.rawValue
                    || resource.resourceType == ConfigResource.Kind.clientMetrics.rawValue
                {
                    namesLeft -= 1
                    guard namesLeft >= 0 else {
                        throw .init(
                            error: .invalidRequest,
                            message: "A request describes at most \(namesMax) groups and subscriptions.")
                    }
                }
                let asked = resource.configurationKeys.flatMap { $0.isEmpty ? nil : Set($0) }
                result.configs = try describe(resource, asked, settings, context, broker)
                for index in result.configs.indices {
                    result.configs[index].isDefault =
                        result.configs[index].configSource == Source.default.rawValue
                    if !request.includeSynonyms { result.configs[index].synonyms = [] }
                    if !request.includeDocumentation { result.configs[index].documentation = nil }
                }
            } catch {
                result.errorCode = error.error
                result.errorMessage = error.message
            }
            return result
        }
        return .now(response)
    }

    private static func describe(
        _ resource: Request.Resource, _ asked: Set<String>?, _ settings: BrokerSettings, _ context: RequestContext,
        _ broker: Broker
    ) throws(Broker.TopicRefusal) -> [Config] {
        func refuse(_ error: KafkaError, _ message: String?) -> Broker.TopicRefusal {
            .init(error: error, message: message)
        }
        let name = resource.resourceName
        func selected(_ all: [ConfigDefinition]) -> [ConfigDefinition] {
            asked.map { asked in all.filter { asked.contains($0.name) } } ?? all
        }
        switch ConfigResource.Kind(rawValue: resource.resourceType) {
        case .topic:
            if let fault = TopicName.fault(in: name) { throw refuse(.invalidTopicException, fault) }
            // Kafka says nothing, which is not null.
            guard let topic = broker.catalog.topic(named: name) else { throw refuse(.unknownTopicOrPartition, "") }
            return selected(TopicConfigs.all).map { topicConfig($0, overrides: topic.overrides, settings) }
        case .broker:
            return try describeBroker(name, asked, settings, context, broker)
        case .brokerLogger:
            guard !name.isEmpty else { throw refuse(.invalidRequest, "Broker id must not be empty") }
            try checkBrokerID(name, broker, orEmpty: false)
            // This broker has no loggers whose level can be set.
            return []
        case .clientMetrics:
            guard !name.isEmpty else {
                throw refuse(.invalidRequest, "Client metrics subscription name must not be empty")
            }
            let set = broker.catalog.configs(of: ConfigResource(.clientMetrics, name))
            return selected(ClientMetricsConfigs.all).map { definition in
                config(
                    definition, set[definition.name] ?? definition.defaultValue,
                    set[definition.name].map { [(definition.name, $0, .clientMetrics)] } ?? [])
            }
        case .group:
            guard !name.isEmpty else { throw refuse(.invalidRequest, "Group name must not be empty") }
            let set = broker.catalog.configs(of: ConfigResource(.group, name))
            return selected(GroupConfigs.all).map { groupConfig($0, set[$0.name], settings) }
        case nil: throw refuse(.invalidRequest, "Unsupported resource type: \(resource.resourceType)")
        }
    }

    private static func checkBrokerID(_ name: String, _ broker: Broker, orEmpty: Bool) throws(Broker.TopicRefusal) {
        guard let id = Int32(name) else {
            throw .init(error: .invalidRequest, message: "Broker id must be an integer, but it is: \(name)")
        }
        guard id == broker.configuration.nodeID else {
            let expected = "\(broker.configuration.nodeID)\(orEmpty ? " or empty string," : "")"
            throw .init(
                error: .invalidRequest, message: "Unexpected broker id, expected \(expected) but received \(name)")
        }
    }

    // MARK: - One config

    private static func describeBroker(
        _ name: String, _ asked: Set<String>?, _ settings: BrokerSettings, _ context: RequestContext,
        _ broker: Broker
    ) throws(Broker.TopicRefusal) -> [Config] {
        var settings = settings
        // The empty name asks for what was set for all brokers.
        let isDefault = name.isEmpty
        if !isDefault { try checkBrokerID(name, broker, orEmpty: true) }
        let address = "PLAINTEXT://\(context.client.advertisedHost):\(context.client.advertisedPort)"
        for name in ["listeners", "advertised.listeners"] where settings.fixed[name] == nil {
            settings.fixed[name] = address
        }
        var names = isDefault ? settings.cluster.keys.sorted() : BrokerConfigs.all.map(\.name)
        // What was set beside Kafka's own configs is for plug-ins, and is told too.
        if !isDefault {
            let others = Set(settings.node.keys).union(settings.cluster.keys).filter { BrokerConfigs.named($0) == nil }
            names += others.sorted()
        }
        return names.filter { asked?.contains($0) ?? true }.map { name in
            let definition = BrokerConfigs.named(name)
            let synonyms = settings.synonyms(of: name)
            let value = isDefault ? settings.cluster[name] : settings.value(name)
            guard let definition else {
                var config = Config()
                config.name = name
                // What is not known may be a secret.
                config.isSensitive = true
                config.readOnly = true
                config.configSource = (synonyms.first?.source ?? .default).rawValue
                return config
            }
            var described = config(
                definition, value, isDefault ? synonyms.filter { $0.source == .dynamicDefaultBroker } : synonyms)
            described.readOnly = definition.update == .readOnly
            return described
        }
    }

    private static func topicConfig(
        _ definition: ConfigDefinition, overrides: [String: String], _ settings: BrokerSettings
    ) -> Config {
        var synonyms = definition.synonyms.first.map { settings.synonyms(of: $0) } ?? []
        if let override = overrides[definition.name] {
            synonyms.insert((definition.name, override, .dynamicTopic), at: 0)
        }
        return config(definition, overrides[definition.name] ?? settings.topicDefault(definition), synonyms)
    }

    private static func groupConfig(
        _ definition: ConfigDefinition, _ override: String?, _ settings: BrokerSettings
    ) -> Config {
        var synonyms: [(name: String, value: String, source: Source)]
        var value = override ?? definition.defaultValue
        if let name = definition.synonyms.first {
            synonyms = settings.synonyms(of: name)
            value = override ?? settings.value(name) ?? value
        } else {
            synonyms = definition.defaultValue.map { [(definition.name, $0, .default)] } ?? []
        }
        if let override { synonyms.insert((definition.name, override, .group), at: 0) }
        return config(definition, value, synonyms)
    }

    private static func config(
        _ definition: ConfigDefinition, _ value: String?, _ synonyms: [(name: String, value: String, source: Source)]
    ) -> Config {
        var config = Config()
        config.name = definition.name
        config.configType = definition.kind.rawValue
        config.documentation = definition.documentation
        config.isSensitive = definition.isSensitive
        config.value = definition.isSensitive ? nil : value
        config.configSource = (synonyms.first?.source ?? .default).rawValue
        config.synonyms = synonyms.map {
            var synonym = Config.Synonym()
            synonym.name = $0.name
            synonym.value = definition.isSensitive ? nil : $0.value
            synonym.source = $0.source.rawValue
            return synonym
        }
        return config
    }
}
