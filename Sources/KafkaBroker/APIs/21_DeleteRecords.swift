import KafkaWire

extension DeleteRecords: ServedAPI {
    /// Stands for the high watermark in a request.
    private static let toHighWatermark: Int64 = -1

    private struct TopicPartition: Hashable {
        var topic: String
        var partition: Int32
    }

    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        var topics: [String: Int] = [:]
        // Of a partition that is asked for several times, the last counts.
        var asked: [TopicPartition: Int64] = [:]
        for topic in request.topics {
            for partition in topic.partitions {
                let name = TopicPartition(topic: topic.name, partition: partition.partitionIndex)
                let isNew = asked.updateValue(partition.offset, forKey: name) == nil
                guard isNew else { continue }
                let index = topics[topic.name] ?? response.topics.count
                if index == response.topics.count {
                    topics[topic.name] = index
                    var result = Response.Topic()
                    result.name = topic.name
                    response.topics.append(result)
                }
                var result = Response.Topic.Partition()
                result.partitionIndex = partition.partitionIndex
                response.topics[index].partitions.append(result)
            }
        }
        for topic in response.topics.indices {
            for index in response.topics[topic].partitions.indices {
                let name = TopicPartition(
                    topic: response.topics[topic].name,
                    partition: response.topics[topic].partitions[index].partitionIndex)
                do throws(KafkaError) {
                    response.topics[topic].partitions[index].lowWatermark = try delete(
                        name, before: asked[name] ?? 0, broker)
                } catch {
                    response.topics[topic].partitions[index].lowWatermark = -1
                    response.topics[topic].partitions[index].errorCode = error
                }
            }
        }
        // An answer says that the records stay deleted.
        do throws(StorageError) { try broker.logs.writeStartOffsets() } catch { fail(&response) }
        return .now(response)
    }

    /// Returns the partition's low watermark: with one replica, where its log begins.
    private static func delete(
        _ name: TopicPartition, before offset: Int64, _ broker: Broker
    ) throws(KafkaError) -> Int64 {
        guard let topic = broker.catalog.topic(named: name.topic), topic.hasPartition(name.partition) else {
            throw .unknownTopicOrPartition
        }
        guard !topic.isInternal else { throw .invalidTopicException }
        let log = try broker.openLog(topic, name.partition)
        guard log.configuration.isDeleted else { throw .policyViolation }
        let target = offset == toHighWatermark ? log.highWatermark : offset
        guard target >= 0 else { throw .offsetOutOfRange }
        try log.deleteRecords(before: target)
        return log.logStartOffset
    }

    private static func fail(_ response: inout Response) {
        for topic in response.topics.indices {
            for index in response.topics[topic].partitions.indices
            where response.topics[topic].partitions[index].errorCode == .none {
                response.topics[topic].partitions[index].lowWatermark = -1
                response.topics[topic].partitions[index].errorCode = .kafkaStorageError
            }
        }
    }
}
