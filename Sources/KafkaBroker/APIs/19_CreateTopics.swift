import KafkaWire

extension CreateTopics: ServedAPI {
    /// Each topic is checked and made by itself, except what only the whole request shows: a name that stands twice.
    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        var counts: [String: Int] = [:]
        for topic in request.topics { counts[topic.name, default: 0] += 1 }
        for asked in request.topics {
            switch counts.updateValue(0, forKey: asked.name) {
            case 1: response.topics.append(create(asked, validateOnly: request.validateOnly, broker))
            // The first of several stands for all of them.
            case 0: break
            default: response.topics.append(refused(asked, .invalidRequest, "Duplicate topic name."))
            }
        }
        return .now(response)
    }

    private static func refused(
        _ asked: Request.Topic, _ error: KafkaError, _ message: String?
    ) -> Response.Topic {
        var result = Response.Topic()
        result.name = asked.name
        result.errorCode = error
        result.errorMessage = message
        result.configs = nil
        return result
    }

    private static func create(_ asked: Request.Topic, validateOnly: Bool, _ broker: Broker) -> Response.Topic {
        guard asked.name != "__cluster_metadata" else {
            return refused(asked, .invalidRequest, "Creation of internal topic __cluster_metadata is prohibited.")
        }
        var new = Broker.NewTopic(name: asked.name)
        new.partitionCount = asked.numPartitions
        new.replicationFactor = asked.replicationFactor
        new.assignments = asked.assignments.map { ($0.partitionIndex, $0.brokerIDs) }
        new.configs = asked.configs.map { ($0.name, $0.value) }
        do throws(Broker.TopicRefusal) {
            var result = Response.Topic()
            result.name = asked.name
            result.replicationFactor = 1
            if validateOnly {
                result.numPartitions = try broker.check(new)
                result.configs = configs(overrides: new.configs.map { ($0.name, $0.value) }, broker.settings)
            } else {
                let topic = try broker.create(new)
                result.topicID = topic.id
                result.numPartitions = topic.partitionCount
                result.configs = configs(overrides: topic.overrides.map { ($0.key, $0.value) }, broker.settings)
            }
            return result
        } catch {
            return refused(asked, error.error, error.message)
        }
    }

    /// The configs of the new topic as DescribeConfigs would tell them.
    private static func configs(
        overrides: [(name: String, value: String?)], _ settings: BrokerSettings
    ) -> [Response.Topic.Config] {
        let overrides = Dictionary(overrides.map { ($0.name, $0.value ?? "") }) { $1 }
        return TopicConfigs.all.map { definition in
            var config = Response.Topic.Config()
            config.name = definition.name
            config.value = overrides[definition.name] ?? settings.topicDefault(definition)
            let source =
                overrides[definition.name] == nil ? settings.topicDefaultSource(definition) : .dynamicTopic
            config.configSource = source.rawValue
            config.isSensitive = definition.isSensitive
            return config
        }
    }
}
