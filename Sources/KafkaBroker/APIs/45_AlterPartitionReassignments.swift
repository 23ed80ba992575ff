import KafkaWire

/// There is one broker: a partition stays where it is, or is refused another place.
extension AlterPartitionReassignments: ServedAPI {
    /// How many partitions of a topic get an error's text.
    private static let textsMax = 10_000

    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        response.allowReplicationFactorChange = request.allowReplicationFactorChange
        response.responses = request.topics.map { asked in
            var result = Response.Topic()
            result.name = asked.name
            result.partitions = asked.partitions.enumerated().map { place, wanted in
                var partition = Response.Topic.Partition()
                partition.partitionIndex = wanted.partitionIndex
                do throws(Broker.TopicRefusal) {
                    try reassign(asked.name, wanted, broker)
                } catch {
                    partition.errorCode = error.error
                    // A text is much longer than the number that asks for it: millions get none.
                    if place < Self.textsMax { partition.errorMessage = error.message }
                }
                return partition
            }
            return result
        }
        return .now(response)
    }

    private static func reassign(
        _ name: String, _ wanted: Request.Topic.Partition, _ broker: Broker
    ) throws(Broker.TopicRefusal) {
        guard let topic = broker.catalog.topic(named: name) else {
            throw .init(error: .unknownTopicOrPartition, message: "Unable to find a topic named \(name).")
        }
        guard topic.hasPartition(wanted.partitionIndex) else {
            throw .init(
                error: .unknownTopicOrPartition, message: "Unable to find partition \(name):\(wanted.partitionIndex).")
        }
        guard let replicas = wanted.replicas else {
            throw .init(error: .noReassignmentInProgress, message: "No partition reassignment is in progress.")
        }
        try broker.checkReplicas(replicas)
    }
}
