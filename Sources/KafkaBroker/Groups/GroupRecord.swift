/// What a group keeps in `__consumer_offsets`: the only form in which its durable state changes.
enum GroupRecord: Equatable, Sendable {
    /// The group's generation, protocol and members with their assignments; `nil` (a tombstone) ends the group.
    case metadata(GroupMetadata?)
    /// A committed offset; `nil` (a tombstone) deletes it.
    case offset(TopicPartition, CommittedOffset?)
}

/// A partition by its topic's name.
struct TopicPartition: Hashable, Sendable {
    var topic: String
    var partition: Int32
}

/// A group as it is stored: written when an assignment is complete and when the group becomes empty.
struct GroupMetadata: Equatable, Sendable {
    /// `consumer` for consumers, `connect` for Connect workers; empty for a group that never had a member.
    var protocolType: String
    var generation: Int32
    /// The assignor that the members chose; `nil` without members.
    var protocolName: String?
    /// The member id of the leader; `nil` without members.
    var leader: String?
    /// When the group came into its state, in milliseconds since 1970; -1 when unknown.
    var stateTimestamp: Int64
    var members: [Member]

    struct Member: Equatable, Sendable {
        var id: String
        var instanceID: String?
        var clientID: String
        var clientHost: String
        var rebalanceTimeoutMillis: Int32
        var sessionTimeoutMillis: Int32
        /// The member's metadata for the chosen protocol.
        var subscription: [UInt8]
        var assignment: [UInt8]
    }
}

/// How far a group has read a partition.
struct CommittedOffset: Equatable, Sendable {
    /// The next offset that the group reads.
    var offset: Int64
    /// The epoch of the last record read; -1 when the client does not say.
    var leaderEpoch: Int32
    /// The client's own note.
    var metadata: String
    /// In milliseconds since 1970.
    var commitTimestamp: Int64
    /// In milliseconds since 1970; `nil` leaves it to the broker's retention.
    var expireTimestamp: Int64?
}
