import KafkaWire

/// How far a consumer group is: what it has committed of each partition that it reads, and where that ends.
package struct GroupLag: Equatable, Sendable {
    /// One partition.
    package struct Partition: Equatable, Sendable {
        package var topic: String
        package var partition: Int32
        /// What was committed; nil when nothing was.
        package var committed: Int64?
        /// The first offset that is there.
        package var start: Int64
        /// The offset of the next record.
        package var end: Int64

        /// How many offsets are left to read; where nothing was committed, all that are there.
        package var lag: Int64 { max(0, end - max(committed ?? start, start)) }
    }

    /// Its name.
    package var name: String
    /// Kafka's name of its state.
    package var state: String
    /// How many members it has.
    package var memberCount: Int
    /// The partitions it has committed and those of the topics that its members subscribe to, in order.
    package var partitions: [Partition]
}

extension Broker {
    /// How far the consumer groups are, by name; those of other protocols, such as Connect's, read no topics of their own.
    package func groupLags() throws(StorageError) -> [GroupLag] {
        var all: [GroupLag] = []
        for id in groups.coordinator.groupIDs {
            guard let group = groups.coordinator.group(id),
                [nil, "", Group.consumerProtocolType].contains(group.protocolType)
            else { continue }
            var lag = GroupLag(
                name: id.description, state: group.state.rawValue, memberCount: group.members.indices.count,
                partitions: [])
            let subscribed = group.subscribedTopics ?? []
            for name in Set(group.offsets.keys).union(subscribed).sorted() {
                guard let topic = catalog.topic(named: name) else { continue }
                for index in 0..<topic.partitionCount {
                    let committed = group.committedOffset(name, index)?.offset
                    guard committed != nil || subscribed.contains(name) else { continue }
                    let log = try log(topic, index)
                    lag.partitions.append(
                        .init(
                            topic: name, partition: index, committed: committed, start: log.logStartOffset,
                            end: log.highWatermark))
                }
            }
            all.append(lag)
        }
        return all
    }
}
