import KafkaWire

/// What a group wants done, in order.
enum GroupEffect: Equatable, Sendable {
    case reply(ReplyID, GroupReply)
    /// Write the records as one batch, replay them and say `appended`; or say `appendFailed`.
    case append([GroupRecord], GroupAppend)
}

/// What records are written for: it comes back to the group with the outcome.
enum GroupAppend: Equatable, Sendable {
    /// The leader's assignment of this generation.
    case assignment(generation: Int32)
    /// The group has lost its last member.
    case emptied
    /// A static member came back under a new id and nothing else changes.
    case staticMember(StaticReplacement)
    case commit(ReplyID, [KafkaError])

    /// What clients are told when the log answers with an error: Kafka lets them look for another coordinator, or try again.
    func answer(to error: KafkaError) -> KafkaError {
        switch error {
        case .unknownTopicOrPartition: return .coordinatorNotAvailable
        case .kafkaStorageError: return .notCoordinator
        case .messageTooLarge:
            if case .commit = self { return .invalidCommitOffsetSize }
            return .unknownServerError
        default: return error
        }
    }

    struct StaticReplacement: Equatable, Sendable {
        var reply: ReplyID
        var memberID: String
        var protocols: [GroupProtocol]
        /// The leader as the members know it.
        var previousLeader: String?
        var supportsSkippingAssignment: Bool
    }
}

/// An answer.
enum GroupReply: Equatable, Sendable {
    case join(JoinReply)
    case sync(SyncReply)
    case heartbeat(KafkaError)
    case leave([LeaveOutcome])
    /// An error each offset, in the request's order.
    case commit([KafkaError])

    /// The same answer when what it acknowledges was not made durable.
    func failed(_ error: KafkaError) -> GroupReply {
        switch self {
        case .join(let reply): .join(.init(error: error, memberID: reply.memberID))
        case .sync: .sync(.init(error: error))
        case .heartbeat: .heartbeat(error)
        case .leave(let outcomes): .leave(outcomes.map { .init(identity: $0.identity, error: error) })
        case .commit(let errors): .commit(errors.map { $0 == .none ? error : $0 })
        }
    }

    struct LeaveOutcome: Equatable, Sendable {
        var identity: MemberIdentity
        var error: KafkaError
    }

    struct JoinReply: Equatable, Sendable {
        var error: KafkaError = .none
        var generation: Int32 = -1
        var protocolType: String?
        var protocolName: String?
        var leader: String = ""
        var skipAssignment = false
        var memberID: String
        /// For the leader only.
        var members: [Member] = []

        struct Member: Equatable, Sendable {
            var id: String
            var instanceID: String?
            var metadata: [UInt8]
        }
    }

    struct SyncReply: Equatable, Sendable {
        var error: KafkaError = .none
        var protocolType: String?
        var protocolName: String?
        var assignment: [UInt8] = []
    }
}
