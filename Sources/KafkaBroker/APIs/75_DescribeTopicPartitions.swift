import KafkaWire

/// Topics by name, a page of partitions at a time: the cursor names the next page's first partition.
extension DescribeTopicPartitions: ServedAPI {
    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        let first = request.cursor?.topicName ?? ""
        let isEverything = request.topics.isEmpty
        let asked = isEverything ? broker.catalog.topics.map(\.name) : Array(Set(request.topics.map(\.name))).sorted()
        let names = asked.filter { $0 >= first }
        if let cursor = request.cursor, cursor.partitionIndex < 0 || (!isEverything && !names.contains(first)) {
            response.topics = request.topics.map { failed($0.name, .invalidRequest) }
            return .now(response)
        }
        var left = max(min(broker.configuration.describedPartitionsMax, request.responsePartitionLimit), 1)
        for name in names {
            guard left > 0 else {
                response.nextCursor = cursor(name, 0)
                break
            }
            guard let topic = broker.catalog.topic(named: name) else {
                response.topics.append(
                    failed(name, TopicName.fault(in: name) == nil ? .unknownTopicOrPartition : .invalidTopicException))
                continue
            }
            let start = min(name == first ? request.cursor?.partitionIndex ?? 0 : 0, topic.partitionCount)
            let end = start + min(left, topic.partitionCount - start)
            response.topics.append(describe(topic, start..<end, broker))
            if end < topic.partitionCount {
                response.nextCursor = cursor(name, end)
                break
            }
            left -= end - start
        }
        return .now(response)
    }

    private static func cursor(_ name: String, _ partition: Int32) -> Response.Cursor {
        var cursor = Response.Cursor()
        cursor.topicName = name
        cursor.partitionIndex = partition
        return cursor
    }

    private static func failed(_ name: String, _ error: KafkaError) -> Response.Topic {
        var topic = Response.Topic()
        topic.name = name
        topic.errorCode = error
        return topic
    }

    private static func describe(_ topic: Topic, _ partitions: Range<Int32>, _ broker: Broker) -> Response.Topic {
        var described = Response.Topic()
        described.name = topic.name
        described.topicID = topic.id
        described.isInternal = topic.isInternal
        described.topicAuthorizedOperations = Metadata.allTopicOperations
        let node = broker.configuration.nodeID
        described.partitions = partitions.map { index in
            var partition = Response.Topic.Partition()
            partition.partitionIndex = index
            partition.leaderID = node
            partition.leaderEpoch = broker.leaderEpoch(of: topic, index)
            partition.replicaNodes = [node]
            partition.isrNodes = [node]
            partition.eligibleLeaderReplicas = []
            partition.lastKnownElr = []
            return partition
        }
        return described
    }
}
