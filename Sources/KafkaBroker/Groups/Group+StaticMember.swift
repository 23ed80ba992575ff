import KafkaWire

// A static member (KIP-345) that comes back without its member id takes the place of its former self, which is fenced.
extension Group {
    mutating func replaceStaticMember(
        _ formerID: String, _ request: GroupRequest.JoinRequest, _ reply: ReplyID, _ step: inout Step
    ) {
        guard let former = members[formerID] else { return }
        var candidate = self
        var candidateStep = step
        candidate.put(request, inPlaceOf: former, reply, &candidateStep)

        switch state {
        case .stable where candidate.chosenProtocol() == protocolName:
            // Nothing changes for the others: the new id is stored and the member goes on with the assignment it had.
            let replacement = GroupAppend.StaticReplacement(
                reply: reply, memberID: request.newMemberID, protocols: request.protocols, previousLeader: leader,
                supportsSkippingAssignment: request.supportsSkippingAssignment)
            step.effects.append(.append([.metadata(candidate.metadata())], .staticMember(replacement)))
        case .stable:
            (self, step) = (candidate, candidateStep)
            rebalanceOrCompleteJoin(&step)
        case .completingRebalance:
            // The leader may already have been given the former id to assign to.
            (self, step) = (candidate, candidateStep)
            prepareRebalance(&step)
        case .preparingRebalance, .empty, .dead:
            (self, step) = (candidate, candidateStep)
            completeJoinIfAllJoined(&step)
        }
    }

    private mutating func put(
        _ request: GroupRequest.JoinRequest, inPlaceOf former: GroupMember, _ reply: ReplyID, _ step: inout Step
    ) {
        if let waiting = former.awaitingJoin { refuse(waiting, .fencedInstanceID, memberID: former.id, &step) }
        if let waiting = former.awaitingSync { step.reply(waiting, .sync(.init(error: .fencedInstanceID))) }
        var member = GroupMember(
            id: request.newMemberID, instanceID: former.instanceID, clientID: former.clientID,
            clientHost: former.clientHost, sessionTimeoutMillis: request.sessionTimeoutMillis,
            rebalanceTimeoutMillis: request.rebalanceTimeoutMillis, protocols: request.protocols,
            assignment: former.assignment)
        member.awaitingJoin = reply
        member.sessionDeadline = step.after(member.sessionTimeoutMillis)
        members.replace(former.id, with: member)
        if leader == former.id { leader = member.id }
    }

    mutating func staticMemberStored(_ replacement: GroupAppend.StaticReplacement, _ step: inout Step) {
        let id = replacement.memberID
        members.setProtocols(replacement.protocols, of: id)
        members.update(id) { $0.sessionDeadline = step.after($0.sessionTimeoutMillis) }
        var answer = currentGeneration(for: id, withMembers: replacement.supportsSkippingAssignment)
        if replacement.supportsSkippingAssignment {
            answer.skipAssignment = leader == id
        } else {
            // Before version 9 the only way to keep it from assigning is to name its former self as the leader.
            answer.leader = replacement.previousLeader ?? ""
        }
        step.reply(replacement.reply, .join(answer))
    }

    mutating func staticMemberFailed(
        _ replacement: GroupAppend.StaticReplacement, _ error: KafkaError, _ step: inout Step
    ) {
        step.reply(
            replacement.reply,
            .join(
                .init(
                    error: error, generation: generation, protocolType: protocolType, protocolName: protocolName,
                    leader: replacement.previousLeader ?? "", memberID: "")))
    }
}
