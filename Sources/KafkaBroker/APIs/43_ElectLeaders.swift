import KafkaWire

/// The one broker leads every partition: an election is never needed.
extension ElectLeaders: ServedAPI {
    /// How many partitions of a topic get an error's text.
    private static let textsMax = 10_000

    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        guard (0...1).contains(request.electionType) else {
            response.errorCode = .invalidRequest
            return .now(response)
        }
        guard let asked = request.topicPartitions else {
            // Asked for all, Kafka names the topics and leaves the partitions out that need no election.
            response.replicaElectionResults = broker.catalog.topics.map { topic in
                var result = Response.Topic()
                result.topic = topic.name
                return result
            }
            return .now(response)
        }
        response.replicaElectionResults = asked.map { asked in
            var result = Response.Topic()
            result.topic = asked.topic
            let topic = broker.catalog.topic(named: asked.topic)
            result.partitionResult = asked.partitions.enumerated().map { place, index in
                var partition = Response.Topic.Partition()
                partition.partitionID = index
                if topic?.hasPartition(index) == true {
                    partition.errorCode = .electionNotNeeded
                    partition.errorMessage = "Leader election not needed for topic partition."
                } else {
                    partition.errorCode = .unknownTopicOrPartition
                    // A text is much longer than the number that asks for it: millions get none.
                    if place < Self.textsMax {
                        partition.errorMessage =
                            topic == nil
                            ? "No such topic as \(asked.topic)" : "No such partition as \(asked.topic)-\(index)"
                    }
                }
                return partition
            }
            return result
        }
        return .now(response)
    }
}
