import KafkaWire

/// The quorum of controllers is this node.
extension DescribeQuorum: ServedAPI {
    private static let topicName = "__cluster_metadata"

    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        let isValid =
            request.topics.count == 1 && request.topics[0].topicName == topicName
            && request.topics[0].partitions.map(\.partitionIndex) == [0]
        response.topics = request.topics.map { asked in
            var topic = Response.TopicData()
            topic.topicName = asked.topicName
            topic.partitions = asked.partitions.map { asked in
                var partition = Response.TopicData.Partition()
                partition.partitionIndex = asked.partitionIndex
                if isValid {
                    describe(&partition, broker, context)
                } else {
                    partition.errorCode = .unknownTopicOrPartition
                    partition.errorMessage = "This server does not host this topic-partition."
                }
                return partition
            }
            return topic
        }
        guard isValid else { return .now(response) }
        var node = Response.Node()
        node.nodeID = broker.configuration.nodeID
        var listener = Response.Node.Listener()
        listener.name = broker.configuration.fixed["controller.listener.names"] ?? ""
        listener.host = context.client.advertisedHost
        listener.port = UInt16(clamping: context.client.advertisedPort)
        node.listeners = [listener]
        response.nodes = [node]
        return .now(response)
    }

    private static func describe(
        _ partition: inout Response.TopicData.Partition, _ broker: Broker, _ context: RequestContext
    ) {
        let end = broker.catalog.changeCount
        partition.leaderID = broker.configuration.nodeID
        partition.leaderEpoch = broker.logs.leaderEpoch
        partition.highWatermark = end
        var voter = Response.ReplicaState()
        voter.replicaID = broker.configuration.nodeID
        voter.logEndOffset = end
        voter.lastFetchTimestamp = context.now
        voter.lastCaughtUpTimestamp = context.now
        partition.currentVoters = [voter]
    }
}
