import KafkaWire

// What the members of a consumer group read: the one part of their metadata that the broker looks into.
extension Group {
    /// The kind of protocol that consumers speak.
    static let consumerProtocolType = "consumer"

    /// The topics that members are subscribed to; nil when that cannot be known: a group of another kind, one that is choosing its
    /// protocol, or one whose metadata is not a consumer's.
    var subscribedTopics: Set<String>? {
        guard protocolType == Self.consumerProtocolType else { return nil }
        if members.isEmpty { return [] }
        guard let protocolName else { return nil }
        var topics: Set<String> = []
        for member in members {
            guard let own = Self.topics(in: member.metadata(for: protocolName)) else { return nil }
            topics.formUnion(own)
        }
        return topics
    }

    /// Whether a topic's offsets are in use. Where it cannot be known, consumers use all of them.
    func isSubscribed(to topic: String) -> Bool {
        subscribedTopics?.contains(topic) ?? (protocolType == Self.consumerProtocolType)
    }

    /// The topics of a ConsumerProtocolSubscription, whose beginning is alike in all versions; nil when it is none.
    private static func topics(in metadata: [UInt8]) -> [String]? {
        metadata.withUnsafeBytes { bytes in
            var wire = Wire(reading: bytes, version: 0, flexible: false)
            var version: Int16 = 0
            var topics: [String] = []
            do throws(WireError) {
                try wire.field(&version)
                try wire.field(&topics)
            } catch { return nil }
            return version < 0 ? nil : topics
        }
    }

    /// Why a group's offsets may not be deleted; `.none` when they may.
    var offsetDeletionError: KafkaError {
        switch state {
        case .dead: .groupIDNotFound
        case .empty: .none
        case .stable, .preparingRebalance, .completingRebalance:
            protocolType == Self.consumerProtocolType ? .none : .nonEmptyGroup
        }
    }
}
