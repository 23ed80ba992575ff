import KafkaWire

// Heartbeat: a member lives.
extension Group {
    mutating func heartbeat(_ request: GroupRequest.HeartbeatRequest, _ reply: ReplyID, _ step: inout Step) {
        step.reply(reply, .heartbeat(heartbeat(request, at: step)))
    }

    private mutating func heartbeat(_ request: GroupRequest.HeartbeatRequest, at step: Step) -> KafkaError {
        if state == .dead { return .coordinatorNotAvailable }
        let error = validate(memberID: request.memberID, instanceID: request.instanceID)
        guard error == .none else { return error }
        guard request.generation == generation else { return .illegalGeneration }
        guard state != .empty else { return .unknownMemberID }
        keepAlive(request.memberID, step)
        return state == .preparingRebalance ? .rebalanceInProgress : .none
    }

    /// Starts the member's session anew.
    mutating func keepAlive(_ id: String, _ step: Step) {
        members.update(id) { $0.sessionDeadline = step.after($0.sessionTimeoutMillis) }
    }
}
