import KafkaWire

extension OffsetDelete: ServedAPI {
    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        var partitions: [TopicPartition] = []
        // Where in the response the outcome of each belongs.
        var places: [(topic: Int, partition: Int)] = []
        for asked in request.topics {
            let topic = broker.catalog.topic(named: asked.name)
            var result = Response.Topic()
            result.name = asked.name
            for partition in asked.partitions {
                var outcome = Response.Topic.Partition()
                outcome.partitionIndex = partition.partitionIndex
                if topic?.hasPartition(partition.partitionIndex) == true {
                    places.append((response.topics.count, result.partitions.count))
                    partitions.append(TopicPartition(topic: asked.name, partition: partition.partitionIndex))
                } else {
                    outcome.errorCode = .unknownTopicOrPartition
                }
                result.partitions.append(outcome)
            }
            response.topics.append(result)
        }
        let id = GroupID(request.groupID)
        let deleted = broker.groups.coordinator.deleteOffsets(partitions, of: id, at: broker.moment)
        switch deleted {
        case .failure(let error):
            var refused = Response()
            refused.errorCode = error
            return .now(refused)
        case .success(let outcome):
            for (place, error) in zip(places, outcome.errors) {
                response.topics[place.topic].partitions[place.partition].errorCode = error
            }
            guard outcome.hasWritten else { return .now(response) }
        }
        return answerWhenDurable(response, id, context, broker)
    }

    private static func answerWhenDurable(
        _ response: Response, _ id: GroupID, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var isDone: Bool?
        var isParked = false
        broker.groups.offsetsTopic.whenDurable(id) { [unowned broker] isDurable in
            isDone = isDurable
            if isParked { broker.answer(OffsetDelete.self, context.token, isDurable ? response : failed) }
        }
        if let isDone { return .now(isDone ? response : failed) }
        isParked = true
        return .parked
    }

    private static var failed: Response {
        var response = Response()
        response.errorCode = .notCoordinator
        return response
    }
}
