import KafkaWire

/// What consumers put into the opaque fields of a group: the names and versions are Kafka's (ConsumerProtocolSubscription and -Assignment).
enum ConsumerProtocol {
    /// The name of the protocol's kind.
    static let type = "consumer"

    /// The partitions of one topic.
    struct TopicPartitions: WireStructure, Equatable, Sendable {
        var topic = ""
        var partitions: [Int32] = []

        mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&topic)
            try w.field(&partitions)
        }
    }

    /// What a member reads.
    struct Subscription: Equatable, Sendable {
        var topics: [String] = []
        var owned: [TopicPartitions] = []

        /// As Kafka 3.4's consumers send it: version 1, with the partitions that the member has.
        var encoded: [UInt8] {
            ConsumerProtocol.encode { (w) throws(WireError) in
                var version: Int16 = 1
                var topics = topics
                var userData: [UInt8]?
                var owned = owned
                try w.field(&version)
                try w.field(&topics)
                try w.field(&userData)
                try w.field(&owned)
            }
        }

        /// Nil when the bytes are no subscription.
        static func decode(_ bytes: [UInt8]) -> Subscription? {
            ConsumerProtocol.decode(bytes) { (w) throws(WireError) in
                var subscription = Subscription()
                try w.field(&subscription.topics)
                return subscription
            }
        }
    }

    /// What a member is given.
    struct Assignment: Equatable, Sendable {
        var partitions: [TopicPartition] = []

        var encoded: [UInt8] {
            ConsumerProtocol.encode { (w) throws(WireError) in
                var version: Int16 = 1
                var topics = partitions.byTopic.map { TopicPartitions(topic: $0.topic, partitions: $0.partitions) }
                var userData: [UInt8]?
                try w.field(&version)
                try w.field(&topics)
                try w.field(&userData)
            }
        }

        /// Nil when the bytes are no assignment; an empty one for no bytes, which members between generations have.
        static func decode(_ bytes: [UInt8]) -> Assignment? {
            if bytes.isEmpty { return Assignment() }
            return ConsumerProtocol.decode(bytes) { (w) throws(WireError) in
                var topics: [TopicPartitions] = []
                try w.field(&topics)
                return Assignment(
                    partitions: topics.flatMap { topic in
                        topic.partitions.map { TopicPartition(topic: topic.topic, partition: $0) }
                    })
            }
        }
    }

    private static func encode(_ body: (inout Wire) throws(WireError) -> Void) -> [UInt8] {
        var w = Wire(writingVersion: 0, flexible: false)
        // Writing does not fail.
        do throws(WireError) { try body(&w) } catch { return [] }
        return w.output
    }

    /// Reads what follows the version: newer versions only add at the end.
    private static func decode<Value>(
        _ bytes: [UInt8], _ body: (inout Wire) throws(WireError) -> Value
    ) -> Value? {
        bytes.withUnsafeBytes { all in
            var w = Wire(reading: all, version: 0, flexible: false)
            do throws(WireError) {
                var version: Int16 = 0
                try w.field(&version)
                return version < 0 ? nil : try body(&w)
            } catch { return nil }
        }
    }
}
