import KafkaWire

// JoinGroup: a member comes, comes back, or wants a rebalance.
extension Group {
    mutating func join(_ request: GroupRequest.JoinRequest, _ reply: ReplyID, _ step: inout Step) {
        guard hasRoom(for: request.memberID) else {
            refuse(reply, .groupMaxSizeReached, memberID: "", &step)
            return removeExcess(request.memberID, &step)
        }
        guard state != .dead else {
            return refuse(reply, .coordinatorNotAvailable, memberID: request.memberID, &step)
        }
        guard supports(request.protocolType, request.protocols) else {
            return refuse(reply, .inconsistentGroupProtocol, memberID: request.memberID, &step)
        }
        if request.memberID.isEmpty {
            joinWithoutID(request, reply, &step)
        } else if isPending(request.memberID) {
            // A pending member has no instance id: one that suddenly claims it is not the member that was told this id.
            guard request.instanceID == nil else {
                return refuse(reply, .unknownMemberID, memberID: request.memberID, &step)
            }
            add(request, id: request.memberID, reply, &step)
        } else {
            rejoin(request, reply, &step)
        }
    }

    // MARK: - The three ways to join

    private mutating func joinWithoutID(
        _ request: GroupRequest.JoinRequest, _ reply: ReplyID, _ step: inout Step
    ) {
        if let instanceID = request.instanceID {
            if let current = members.id(ofInstance: instanceID) {
                return replaceStaticMember(current, request, reply, &step)
            }
            return add(request, id: request.newMemberID, reply, &step)
        }
        guard request.requiresKnownMemberID else {
            return add(request, id: request.newMemberID, reply, &step)
        }
        pendingMembers.append((request.newMemberID, step.after(request.sessionTimeoutMillis)))
        refuse(reply, .memberIDRequired, memberID: request.newMemberID, &step)
    }

    private mutating func rejoin(_ request: GroupRequest.JoinRequest, _ reply: ReplyID, _ step: inout Step) {
        let error = validate(memberID: request.memberID, instanceID: request.instanceID)
        guard error == .none, let member = members[request.memberID] else {
            return refuse(reply, error == .none ? .unknownMemberID : error, memberID: request.memberID, &step)
        }
        switch state {
        case .preparingRebalance:
            break
        case .completingRebalance:
            // The answer to its join may have been lost; it gets it again.
            if member.protocols == request.protocols {
                return step.reply(reply, .join(currentGeneration(for: member.id)))
            }
        case .stable:
            // A leader rejoins to have partitions assigned anew, a follower only with new metadata.
            if leader != member.id, member.protocols == request.protocols {
                return step.reply(reply, .join(currentGeneration(for: member.id, withMembers: false)))
            }
        case .empty, .dead:
            return refuse(reply, .unknownMemberID, memberID: request.memberID, &step)
        }
        update(member.id, request, reply, &step)
        rebalanceOrCompleteJoin(&step)
    }

    private mutating func add(
        _ request: GroupRequest.JoinRequest, id: String, _ reply: ReplyID, _ step: inout Step
    ) {
        var member = GroupMember(
            id: id, instanceID: request.instanceID, clientID: request.clientID, clientHost: request.clientHost,
            sessionTimeoutMillis: request.sessionTimeoutMillis,
            rebalanceTimeoutMillis: request.rebalanceTimeoutMillis, protocols: request.protocols)
        member.isNew = true
        member.awaitingJoin = reply
        // A new member that goes away while it waits would stay for ever, as its request keeps its session alive.
        member.sessionDeadline = step.after(configuration.newMemberJoinTimeoutMillis)
        if members.isEmpty { protocolType = request.protocolType }
        if leader == nil { leader = id }
        pendingMembers.removeAll { $0.id == id }
        members.append(member)
        initialDelay?.hasNewMember = true
        rebalanceOrCompleteJoin(&step)
    }

    /// Takes over what a member says of itself in its latest join, which now waits.
    mutating func update(
        _ id: String, _ request: GroupRequest.JoinRequest, _ reply: ReplyID, _ step: inout Step
    ) {
        members.setProtocols(request.protocols, of: id)
        var replaced: ReplyID?
        members.update(id) {
            $0.sessionTimeoutMillis = request.sessionTimeoutMillis
            $0.rebalanceTimeoutMillis = request.rebalanceTimeoutMillis
            replaced = $0.awaitingJoin
            $0.awaitingJoin = reply
        }
        // Kafka never answers the request that is replaced; here every request is answered.
        if let replaced { refuse(replaced, .rebalanceInProgress, memberID: id, &step) }
    }

    // MARK: - Rules

    private func hasRoom(for memberID: String) -> Bool {
        switch state {
        case .empty, .dead:
            return true
        case .preparingRebalance:
            if members[memberID]?.awaitingJoin != nil { return true }
            return members.count(where: { $0.awaitingJoin != nil }) < configuration.maxSize
        case .completingRebalance, .stable:
            return members.contains(memberID) || members.count < configuration.maxSize
        }
    }

    private mutating func removeExcess(_ memberID: String, _ step: inout Step) {
        pendingMembers.removeAll { $0.id == memberID }
        guard members.contains(memberID) else { return }
        remove(memberID, answering: .unknownMemberID, &step)
        completeJoinIfAllJoined(&step)
    }

    /// True when the member speaks the group's kind of protocol and one that every member supports.
    private func supports(_ type: String, _ protocols: [GroupProtocol]) -> Bool {
        if state == .empty { return !type.isEmpty && !protocols.isEmpty }
        return protocolType == type && protocols.contains { members.allSupport($0.name) }
    }

    func isPending(_ memberID: String) -> Bool { pendingMembers.contains { $0.id == memberID } }

    func refuse(_ reply: ReplyID, _ error: KafkaError, memberID: String, _ step: inout Step) {
        step.reply(reply, .join(.init(error: error, memberID: memberID)))
    }

    /// The answer to a join in the generation that is: the leader gets the members.
    func currentGeneration(for memberID: String, withMembers: Bool = true) -> GroupReply.JoinReply {
        var reply = GroupReply.JoinReply(
            generation: generation, protocolType: protocolType, protocolName: protocolName, leader: leader ?? "",
            memberID: memberID)
        if withMembers, leader == memberID {
            reply.members = members.map {
                .init(id: $0.id, instanceID: $0.instanceID, metadata: $0.metadata(for: protocolName))
            }
        }
        return reply
    }
}
