import KafkaWire

// LeaveGroup: members go, or an administrator removes static ones by their instance ids.
extension Group {
    mutating func leave(_ identities: [MemberIdentity], _ reply: ReplyID, _ step: inout Step) {
        let outcomes = identities.map { GroupReply.LeaveOutcome(identity: $0, error: leave($0, &step)) }
        if outcomes.contains(where: { $0.error == .none }) { rebalanceAfterLoss(&step) }
        step.reply(reply, .leave(outcomes))
    }

    private mutating func leave(_ identity: MemberIdentity, _ step: inout Step) -> KafkaError {
        if state == .dead { return .coordinatorNotAvailable }
        if identity.memberID.isEmpty {
            guard let instanceID = identity.instanceID, let id = members.id(ofInstance: instanceID) else {
                return .unknownMemberID
            }
            remove(id, answering: .unknownMemberID, &step)
            return .none
        }
        if isPending(identity.memberID) {
            pendingMembers.removeAll { $0.id == identity.memberID }
            return .none
        }
        let error = validate(memberID: identity.memberID, instanceID: identity.instanceID)
        if error == .none { remove(identity.memberID, answering: .unknownMemberID, &step) }
        return error
    }

    /// Those who stay share what the others had.
    mutating func rebalanceAfterLoss(_ step: inout Step) {
        switch state {
        case .stable, .completingRebalance, .preparingRebalance: rebalanceOrCompleteJoin(&step)
        case .empty, .dead: break
        }
    }
}
