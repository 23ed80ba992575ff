/// The order in which Java's HashMap gives its entries: what Kafka's tools print from one comes in this order, always the same.
enum JavaHashOrder {
    /// `String.hashCode`.
    static func hash(_ text: String) -> Int32 {
        text.utf16.reduce(0) { $0 &* 31 &+ Int32($1) }
    }

    /// `TopicPartition.hashCode`.
    static func hash(_ partition: TopicPartition) -> Int32 {
        (31 &+ partition.partition) &* 31 &+ hash(partition.topic)
    }

    /// Elements in the order in which a HashMap into which they were put one by one has them.
    static func sorted<Element>(_ elements: [Element], by hash: (Element) -> Int32) -> [Element] {
        var buckets: UInt32 = 16
        while elements.count > Int(buckets) / 4 * 3 { buckets *= 2 }
        return elements.enumerated().map { index, element in
            let bits = UInt32(bitPattern: hash(element))
            return (bucket: (bits ^ bits >> 16) & (buckets - 1), index: index, element: element)
        }.sorted { ($0.bucket, $0.index) < ($1.bucket, $1.index) }.map(\.element)
    }
}

/// One partition of a topic.
struct TopicPartition: Hashable, Comparable, Sendable, CustomStringConvertible {
    let topic: String
    let partition: Int32

    var description: String { "\(topic)-\(partition)" }

    /// By topic, then by partition.
    static func < (one: TopicPartition, other: TopicPartition) -> Bool {
        (one.topic, one.partition) < (other.topic, other.partition)
    }
}
