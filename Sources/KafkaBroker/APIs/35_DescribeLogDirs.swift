import KafkaWire

extension DescribeLogDirs: ServedAPI {
    /// The one log directory with the sizes of all partitions, or of those that are asked for.
    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var directory = Response.LogDir()
        directory.logDir = broker.configuration.disk.absolutePath(of: broker.configuration.directory)
        if let space = broker.configuration.disk.space(at: broker.configuration.directory) {
            directory.totalBytes = space.total
            directory.usableBytes = space.usable
        }
        if let asked = request.topics {
            var partitions: [String: Set<Int32>] = [:]
            for topic in asked { partitions[topic.topic, default: []].formUnion(topic.partitions) }
            directory.topics = partitions.keys.sorted().compactMap { name in
                guard let topic = broker.catalog.topic(named: name) else { return nil }
                let known = (partitions[name] ?? []).filter(topic.hasPartition).sorted()
                return known.isEmpty ? nil : describe(topic, known, broker)
            }
        } else {
            directory.topics = broker.catalog.topics.map { describe($0, Array(0..<$0.partitionCount), broker) }
        }
        var response = Response()
        response.results = [directory]
        return .now(response)
    }

    private static func describe(_ topic: Topic, _ partitions: [Int32], _ broker: Broker) -> Response.LogDir.Topic {
        var result = Response.LogDir.Topic()
        result.name = topic.name
        result.partitions = partitions.map { index in
            var partition = Response.LogDir.Topic.Partition()
            partition.partitionIndex = index
            partition.partitionSize = Int64(broker.logs.sizeInBytes(of: topic, index))
            return partition
        }
        return result
    }
}
