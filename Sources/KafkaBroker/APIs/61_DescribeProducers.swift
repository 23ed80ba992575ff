import KafkaWire

extension DescribeProducers: ServedAPI {
    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        response.topics = request.topics.map { asked in
            var answered = Response.Topic()
            answered.name = asked.name
            let fault = TopicName.fault(in: asked.name)
            let topic = broker.catalog.topic(named: asked.name)
            answered.partitions = asked.partitionIndexes.map { index in
                var result = Response.Topic.Partition()
                result.partitionIndex = index
                if let fault {
                    result.errorCode = .invalidTopicException
                    result.errorMessage = fault
                } else if let topic, topic.hasPartition(index) {
                    do throws(KafkaError) {
                        result.activeProducers = try broker.openLog(topic, index).activeProducers
                    } catch {
                        result.errorCode = error
                    }
                } else {
                    result.errorCode = .unknownTopicOrPartition
                    if topic == nil { result.errorMessage = "This server does not host this topic-partition." }
                }
                return result
            }
            return answered
        }
        return .now(response)
    }
}

extension PartitionLog {
    /// What is remembered of each idempotent producer, by ascending id.
    fileprivate var activeProducers: [DescribeProducers.Response.Topic.Partition.Producer] {
        producers.producers.sorted { $0.key < $1.key }.map { id, known in
            var producer = DescribeProducers.Response.Topic.Partition.Producer()
            producer.producerID = id
            producer.producerEpoch = Int32(known.epoch)
            producer.lastSequence = known.batches.last?.lastSequence ?? -1
            producer.lastTimestamp = known.lastTimestamp
            producer.coordinatorEpoch = known.coordinatorEpoch
            producer.currentTxnStartOffset = known.transactionFirstOffset
            return producer
        }
    }
}
