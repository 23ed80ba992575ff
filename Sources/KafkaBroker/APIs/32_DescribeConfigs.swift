import KafkaWire

/// Where a config's value comes from, with its number in the protocol.
enum ConfigSource: Int8 {
    case dynamicTopic = 1
    case dynamicBroker = 2
    case dynamicDefaultBroker = 3
    case staticBroker = 4
    case `default` = 5
}

extension DescribeConfigs: ServedAPI {
    /// What has configs, with its number in the protocol.
    private enum ResourceType {
        static let topic: Int8 = 2
        static let broker: Int8 = 4
    }

    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        // What is asked for many times is answered once: an answer is much longer than its question.
        var seen: Set<Request.Resource> = []
        response.results = request.resources.compactMap { resource in
            guard seen.insert(resource).inserted else { return nil }
            var result = Response.Resource()
            result.resourceType = resource.resourceType
            result.resourceName = resource.resourceName
            switch describe(resource, context, broker) {
            case .success(let configs):
                result.configs = configs.filter { resource.configurationKeys?.contains($0.name) ?? true }.map {
                    config in
                    var config = config
                    if !request.includeSynonyms { config.synonyms = [] }
                    if !request.includeDocumentation { config.documentation = nil }
                    return config
                }
            case .failure(let refusal):
                result.errorCode = refusal.error
                result.errorMessage = refusal.message
            }
            return result
        }
        return .now(response)
    }

    private static func describe(
        _ resource: Request.Resource, _ context: RequestContext, _ broker: Broker
    ) -> Result<[Response.Resource.Config], Broker.TopicRefusal> {
        func refuse(_ error: KafkaError, _ message: String?) -> Result<[Response.Resource.Config], Broker.TopicRefusal>
        {
            .failure(Broker.TopicRefusal(error: error, message: message))
        }
        switch resource.resourceType {
        case ResourceType.topic:
            if let fault = TopicName.fault(in: resource.resourceName) { return refuse(.invalidTopicException, fault) }
            guard let topic = broker.catalog.topic(named: resource.resourceName) else {
                return refuse(.unknownTopicOrPartition, nil)
            }
            return .success(TopicConfigs.all.map { config($0, of: topic) })
        case ResourceType.broker:
            let node = "\(broker.configuration.nodeID)"
            // The empty name asks for the cluster's dynamic defaults, of which there are none.
            if resource.resourceName.isEmpty { return .success([]) }
            guard resource.resourceName == node else {
                return refuse(
                    .invalidRequest,
                    "Unexpected broker id, expected \(node) or empty string, but received \(resource.resourceName)")
            }
            let advertised = "\(context.client.advertisedHost):\(context.client.advertisedPort)"
            return .success(BrokerConfigs.entries(broker.configuration, advertised: advertised).map(config))
        default:
            return refuse(.invalidRequest, "Unsupported resource type: \(resource.resourceType)")
        }
    }

    private static func config(_ definition: ConfigDefinition, of topic: Topic) -> Response.Resource.Config {
        var config = Response.Resource.Config()
        config.name = definition.name
        config.configType = definition.kind.rawValue
        config.documentation = definition.documentation
        let override = topic.overrides[definition.name]
        config.value = override ?? definition.defaultValue
        config.isDefault = override == nil
        config.configSource = (override == nil ? ConfigSource.default : .dynamicTopic).rawValue
        if let override { config.synonyms.append(synonym(definition.name, override, .dynamicTopic)) }
        if let name = definition.synonyms.first {
            config.synonyms.append(synonym(name, definition.defaultValue, .default))
        }
        return config
    }

    private static func config(_ entry: BrokerConfigs.Entry) -> Response.Resource.Config {
        var config = Response.Resource.Config()
        config.name = entry.definition.name
        config.configType = entry.definition.kind.rawValue
        config.documentation = entry.definition.documentation
        config.value = entry.value
        config.readOnly = true
        config.isDefault = !entry.isStatic
        config.configSource = (entry.isStatic ? ConfigSource.staticBroker : .default).rawValue
        if entry.isStatic { config.synonyms.append(synonym(entry.definition.name, entry.value, .staticBroker)) }
        if entry.definition.defaultValue != nil {
            config.synonyms.append(synonym(entry.definition.name, entry.definition.defaultValue, .default))
        }
        return config
    }

    private static func synonym(
        _ name: String, _ value: String?, _ source: ConfigSource
    ) -> Response.Resource.Config.Synonym {
        var synonym = Response.Resource.Config.Synonym()
        synonym.name = name
        synonym.value = value
        synonym.source = source.rawValue
        return synonym
    }
}
