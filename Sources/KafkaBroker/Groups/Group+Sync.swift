import KafkaWire

// SyncGroup: the leader brings the assignment, the others fetch theirs.
extension Group {
    mutating func sync(_ request: GroupRequest.SyncRequest, _ reply: ReplyID, _ step: inout Step) {
        let error = validate(request)
        guard error == .none else { return step.reply(reply, .sync(.init(error: error))) }
        switch state {
        case .preparingRebalance:
            step.reply(reply, .sync(.init(error: .rebalanceInProgress)))
        case .completingRebalance:
            awaitSync(request.memberID, reply, &step)
            guard request.memberID == leader else { return }
            let metadata = metadata(assigning: request.assignments, at: step.now)
            step.effects.append(.append([.metadata(metadata)], .assignment(generation: generation)))
        case .stable:
            synced(request.memberID)
            step.reply(reply, .sync(currentAssignment(of: members[request.memberID])))
        case .empty, .dead:
            step.reply(reply, .sync(.init(error: .unknownMemberID)))
        }
    }

    private func validate(_ request: GroupRequest.SyncRequest) -> KafkaError {
        if state == .dead { return .coordinatorNotAvailable }
        let error = validate(memberID: request.memberID, instanceID: request.instanceID)
        guard error == .none else { return error }
        guard request.generation == generation else { return .illegalGeneration }
        func differs(_ theirs: String?, _ ours: String?) -> Bool { theirs != nil && ours != nil && theirs != ours }
        if differs(request.protocolType, protocolType) || differs(request.protocolName, protocolName) {
            return .inconsistentGroupProtocol
        }
        return .none
    }

    private mutating func awaitSync(_ id: String, _ reply: ReplyID, _ step: inout Step) {
        var replaced: ReplyID?
        members.update(id) {
            replaced = $0.awaitingSync
            $0.awaitingSync = reply
        }
        // Kafka never answers the request that is replaced; here every request is answered.
        if let replaced { step.reply(replaced, .sync(.init(error: .rebalanceInProgress))) }
        synced(id)
    }

    private mutating func synced(_ id: String) {
        members.update(id) { $0.isPendingSync = false }
        if !members.contains(where: \.isPendingSync) { syncDeadline = nil }
    }

    /// The group as it is stored when the leader's assignment is accepted: whom the leader left out gets nothing.
    private func metadata(
        assigning assignments: [(memberID: String, assignment: [UInt8])], at now: Moment
    ) -> GroupMetadata {
        let byMember = Dictionary(assignments.map { ($0.memberID, $0.assignment) }) { _, last in last }
        var metadata = metadata()
        metadata.stateTimestamp = now.wallMillis
        for index in metadata.members.indices {
            metadata.members[index].assignment = byMember[metadata.members[index].id] ?? []
        }
        return metadata
    }

    mutating func assignmentStored(_ generation: Int32, _ step: inout Step) {
        guard generation == self.generation else { return }
        answerSyncs(.none, &step)
    }

    mutating func assignmentFailed(_ generation: Int32, _ error: KafkaError, _ step: inout Step) {
        guard state == .completingRebalance, generation == self.generation else { return }
        answerSyncs(error, &step)
        rebalanceOrCompleteJoin(&step)
    }

    mutating func answerSyncs(_ error: KafkaError, _ step: inout Step) {
        for index in members.indices {
            guard let reply = members[index].awaitingSync else { continue }
            members[index].awaitingSync = nil
            // Its session may have ended while the request kept it alive.
            members[index].sessionDeadline = step.after(members[index].sessionTimeoutMillis)
            step.reply(reply, .sync(error == .none ? currentAssignment(of: members[index]) : .init(error: error)))
        }
    }

    private func currentAssignment(of member: GroupMember?) -> GroupReply.SyncReply {
        .init(protocolType: protocolType, protocolName: protocolName, assignment: member?.assignment ?? [])
    }

    mutating func endSyncPhase() {
        syncDeadline = nil
        for index in members.indices { members[index].isPendingSync = false }
    }
}
