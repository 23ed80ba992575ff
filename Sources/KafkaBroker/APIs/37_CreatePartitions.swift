import KafkaWire

extension CreatePartitions: ServedAPI {
    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        var counts: [String: Int] = [:]
        for topic in request.topics { counts[topic.name, default: 0] += 1 }
        for asked in request.topics {
            var result = Response.Topic()
            result.name = asked.name
            do throws(Broker.TopicRefusal) {
                switch counts.updateValue(0, forKey: asked.name) {
                case 1: try create(asked, validateOnly: request.validateOnly, broker)
                // The first of several stands for all of them.
                case 0: continue
                default: throw .init(error: .invalidRequest, message: "Duplicate topic name.")
                }
            } catch {
                result.errorCode = error.error
                result.errorMessage = error.message
            }
            response.results.append(result)
        }
        return .now(response)
    }

    private static func create(
        _ asked: Request.Topic, validateOnly: Bool, _ broker: Broker
    ) throws(Broker.TopicRefusal) {
        func refuse(_ error: KafkaError, _ message: String?) -> Broker.TopicRefusal {
            .init(error: error, message: message)
        }
        guard let topic = broker.catalog.topic(named: asked.name) else {
            throw refuse(.unknownTopicOrPartition, "This server does not host this topic-partition.")
        }
        // Which partition has a group follows from their number: with another number, what is committed would not be found.
        guard !topic.isInternal else {
            throw refuse(.invalidRequest, "The number of partitions of \(asked.name) cannot be changed.")
        }
        let present = topic.partitionCount
        if asked.count == present { throw refuse(.invalidPartitions, "Topic already has \(present) partition(s).") }
        guard asked.count > present else {
            throw refuse(
                .invalidPartitions,
                "The topic \(asked.name) currently has \(present) partition(s); \(asked.count) would not be an increase."
            )
        }
        let additional = Int(asked.count) - Int(present)
        guard additional <= Int(Broker.partitionsPerRequestMax) else {
            throw refuse(.policyViolation, "Excessively large number of partitions per request.")
        }
        if let assignments = asked.assignments {
            guard assignments.count == additional else {
                throw refuse(
                    .invalidReplicaAssignment,
                    "Attempted to add \(additional) additional partition(s), but only \(assignments.count) "
                        + "assignment(s) were specified.")
            }
            for assignment in assignments { try broker.checkReplicas(assignment.brokerIDs) }
        }
        guard !validateOnly else { return }
        do throws(StorageError) {
            try broker.catalog.setPartitionCount(asked.count, of: topic)
        } catch {
            throw refuse(.kafkaStorageError, error.description)
        }
    }
}
