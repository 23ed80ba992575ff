import KafkaWire

/// Names a request that a group has to answer, once; the machine knows nothing else of who asks.
struct ReplyID: Hashable, Sendable {
    let value: UInt64
}

/// What can happen to a group.
enum GroupEvent: Sendable {
    case request(GroupRequest, ReplyID)
    /// The time has come to `nextDeadline`.
    case deadline
    /// The group was read from the log: its members' sessions begin.
    case recovered
    /// The group's log is gone.
    case unloaded
    /// The records of an `append` effect are in the log and replayed.
    case appended(GroupAppend)
    /// The records of an `append` effect could not be written.
    case appendFailed(GroupAppend, KafkaError)
}

/// What a member or an administrator asks of a group.
enum GroupRequest: Sendable {
    case join(JoinRequest)
    case sync(SyncRequest)
    case heartbeat(HeartbeatRequest)
    case leave([MemberIdentity])
    case commit(CommitRequest)

    struct JoinRequest: Sendable {
        /// Empty for a member that has no id yet.
        var memberID: String
        /// The id that the member gets if it has none.
        var newMemberID: String
        var instanceID: String?
        var clientID: String
        var clientHost: String
        var sessionTimeoutMillis: Int32
        var rebalanceTimeoutMillis: Int32
        var protocolType: String
        /// In the member's order of preference.
        var protocols: [GroupProtocol]
        /// From version 4 a new member is told its id and has to join again with it (KIP-394).
        var requiresKnownMemberID: Bool
        /// From version 9 a static leader that comes back can be told not to assign (KIP-814).
        var supportsSkippingAssignment: Bool
    }

    struct SyncRequest: Sendable {
        var memberID: String
        var instanceID: String?
        var generation: Int32
        /// `nil` before version 5.
        var protocolType: String?
        /// `nil` before version 5.
        var protocolName: String?
        /// From the leader only.
        var assignments: [(memberID: String, assignment: [UInt8])]
    }

    struct HeartbeatRequest: Sendable {
        var memberID: String
        var instanceID: String?
        var generation: Int32
    }

    struct CommitRequest: Sendable {
        /// Empty for a client that is in no group.
        var memberID: String
        var instanceID: String?
        /// Negative for a client that is in no group.
        var generation: Int32
        /// What a member of a group that does not exist is told: it depends on the version.
        var unknownGroupError: KafkaError
        var offsets: [(partition: TopicPartition, offset: CommittedOffset)]
    }
}

/// A way to assign partitions that a member supports, with what it tells the leader for it.
struct GroupProtocol: Equatable, Sendable {
    var name: String
    var metadata: [UInt8]
}

/// Who leaves: a member by its id, or a static member by its instance id with an empty member id.
struct MemberIdentity: Equatable, Sendable {
    var memberID: String
    var instanceID: String?
}
