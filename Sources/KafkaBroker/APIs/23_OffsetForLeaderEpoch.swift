import KafkaWire

extension OffsetForLeaderEpoch: ServedAPI {
    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        response.topics = request.topics.map { asked in
            var answered = Response.Topic()
            answered.topic = asked.topic
            let topic = broker.catalog.topic(named: asked.topic)
            answered.partitions = asked.partitions.map { partition in
                var result = Response.Topic.EpochEndOffset()
                result.partition = partition.partition
                do throws(KafkaError) {
                    guard let topic, topic.hasPartition(partition.partition) else { throw .unknownTopicOrPartition }
                    let log = try broker.openLog(topic, partition.partition)
                    try log.check(currentLeaderEpoch: partition.currentLeaderEpoch)
                    let end = log.endOffset(ofEpoch: partition.leaderEpoch)
                    if end.offset >= 0 {
                        result.leaderEpoch = end.epoch
                        result.endOffset = end.offset
                    }
                } catch {
                    result.errorCode = error
                }
                return result
            }
            return answered
        }
        return .now(response)
    }
}
