import KafkaWire

extension ListOffsets: ServedAPI {
    /// The timestamps that mean something else.
    private enum Special {
        static let latest: Int64 = -1
        static let earliest: Int64 = -2
        static let maxTimestamp: Int64 = -3
        static let earliestLocal: Int64 = -4
        static let latestTiered: Int64 = -5
        static let earliestPendingUpload: Int64 = -6

        /// The first version that has it.
        static func firstVersion(_ timestamp: Int64) -> Int16 {
            switch timestamp {
            case latest, earliest: 0
            case maxTimestamp: 7
            case earliestLocal: 8
            case latestTiered: 9
            case earliestPendingUpload: 11
            default: timestamp >= 0 ? 0 : .max
            }
        }
    }

    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        var seen: [String: Set<Int32>] = [:]
        var repeated: [String: Set<Int32>] = [:]
        for topic in request.topics {
            for partition in topic.partitions
            where !seen[topic.name, default: []].insert(partition.partitionIndex).inserted {
                repeated[topic.name, default: []].insert(partition.partitionIndex)
            }
        }
        response.topics = request.topics.map { asked in
            var answered = Response.Topic()
            answered.name = asked.name
            answered.partitions = asked.partitions.map { partition in
                var result = Response.Topic.Partition()
                result.partitionIndex = partition.partitionIndex
                do throws(KafkaError) {
                    guard repeated[asked.name]?.contains(partition.partitionIndex) != true else {
                        throw .invalidRequest
                    }
                    try find(partition, asked.name, context, broker, &result)
                } catch {
                    result.errorCode = error
                }
                return result
            }
            return answered
        }
        return .now(response)
    }

    private static func find(
        _ asked: Request.Topic.Partition, _ name: String, _ context: RequestContext, _ broker: Broker,
        _ result: inout Response.Topic.Partition
    ) throws(KafkaError) {
        guard let topic = broker.catalog.topic(named: name), topic.hasPartition(asked.partitionIndex) else {
            throw .unknownTopicOrPartition
        }
        guard context.version >= Special.firstVersion(asked.timestamp) else { throw .unsupportedVersion }
        let log = try broker.openLog(topic, asked.partitionIndex)
        try log.check(currentLeaderEpoch: asked.currentLeaderEpoch)
        if context.version == 0 {
            result.oldStyleOffsets = log.offsets(
                before: asked.timestamp, countMax: Int(asked.maxNumOffsets),
                isLatest: asked.timestamp == Special.latest,
                isEarliest: asked.timestamp == Special.earliest)
            return
        }
        switch asked.timestamp {
        case Special.latest:
            // Without transactions the last stable offset is the high watermark.
            result.offset = log.highWatermark
            result.leaderEpoch = log.leaderEpoch
        case Special.earliest, Special.earliestLocal:
            result.offset = log.logStartOffset
            result.leaderEpoch = log.leaderEpoch(of: log.logStartOffset)
        case Special.latestTiered, Special.earliestPendingUpload:
            // There is no tiered storage.
            break
        case Special.maxTimestamp:
            set(try log.offsetOfMaxTimestamp(), log, &result)
        default:
            set(try log.offset(forTimestamp: asked.timestamp), log, &result)
        }
    }

    private static func set(
        _ found: PartitionLog.TimestampedOffset?, _ log: PartitionLog, _ result: inout Response.Topic.Partition
    ) {
        guard let found, found.offset < log.highWatermark else { return }
        result.offset = found.offset
        result.timestamp = found.timestamp
        result.leaderEpoch = found.leaderEpoch
    }
}
