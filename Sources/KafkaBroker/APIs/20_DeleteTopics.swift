import KafkaWire

extension DeleteTopics: ServedAPI {
    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var asked = request.topics
        asked += request.topicNames.map { name in
            var topic = Request.Topic()
            topic.name = name
            return topic
        }
        var counts: [Request.Topic: Int] = [:]
        for topic in asked { counts[topic, default: 0] += 1 }
        var response = Response()
        guard broker.configuration.deleteTopics else {
            // Old versions have no error of their own for this.
            let error: KafkaError = context.version < 3 ? .invalidRequest : .topicDeletionDisabled
            response.responses = asked.map { topic in
                var result = Response.Topic()
                result.name = topic.name
                result.topicID = topic.topicID
                result.errorCode = error
                return result
            }
            return .now(response)
        }
        response.responses = asked.map { delete($0, isRepeated: counts[$0] != 1, broker) }
        return .now(response)
    }

    private static func delete(_ asked: Request.Topic, isRepeated: Bool, _ broker: Broker) -> Response.Topic {
        var result = Response.Topic()
        result.name = asked.name
        result.topicID = asked.topicID
        func fail(_ error: KafkaError, _ message: String) -> Response.Topic {
            result.errorCode = error
            result.errorMessage = message
            return result
        }
        switch (asked.name, asked.topicID == .zero) {
        case (nil, true): return fail(.invalidRequest, "Neither topic name nor id were specified.")
        case (.some, false): return fail(.invalidRequest, "You may not specify both topic name and topic id.")
        case (.some, true) where isRepeated: return fail(.invalidRequest, "Duplicate topic name.")
        case (nil, false) where isRepeated: return fail(.invalidRequest, "Duplicate topic id.")
        default: break
        }
        let found = asked.name.map { broker.catalog.topic(named: $0) } ?? broker.catalog.topic(id: asked.topicID)
        guard let topic = found else {
            return asked.name == nil
                ? fail(.unknownTopicID, "This server does not host this topic ID.")
                : fail(.unknownTopicOrPartition, "This server does not host this topic-partition.")
        }
        do throws(StorageError) {
            try broker.delete(topic)
        } catch {
            return fail(.kafkaStorageError, error.description)
        }
        result.name = topic.name
        result.topicID = topic.id
        return result
    }
}
