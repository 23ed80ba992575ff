import KafkaWire

// The durable state: the only place where it changes, in operation and in recovery alike.
extension Group {
    mutating func replay(_ record: GroupRecord) {
        switch record {
        case .metadata(let metadata?): replay(metadata)
        case .metadata(nil): state = .dead
        case .offset(let partition, let offset?):
            offsets[partition.topic, default: [:]][partition.partition] = offset
        case .offset(let partition, nil):
            offsets[partition.topic]?[partition.partition] = nil
            if offsets[partition.topic]?.isEmpty == true { offsets[partition.topic] = nil }
        }
    }

    private mutating func replay(_ metadata: GroupMetadata) {
        generation = metadata.generation
        protocolType = metadata.protocolType.isEmpty ? nil : metadata.protocolType
        protocolName = metadata.protocolName
        leader = metadata.leader
        state = metadata.members.isEmpty ? .empty : .stable
        stateTimestamp = metadata.stateTimestamp

        var replayed = GroupMembers()
        for stored in metadata.members where !replayed.contains(stored.id) {
            let chosen = metadata.protocolName.map { GroupProtocol(name: $0, metadata: stored.subscription) }
            var member =
                members[stored.id]
                ?? GroupMember(
                    id: stored.id, instanceID: stored.instanceID, clientID: stored.clientID,
                    clientHost: stored.clientHost, sessionTimeoutMillis: stored.sessionTimeoutMillis,
                    rebalanceTimeoutMillis: stored.rebalanceTimeoutMillis, protocols: [])
            // In operation the member's other protocols are known too, and are kept.
            if let chosen, !member.protocols.contains(chosen) { member.protocols = [chosen] }
            member.clientID = stored.clientID
            member.clientHost = stored.clientHost
            member.sessionTimeoutMillis = stored.sessionTimeoutMillis
            // Records from before version 1 have none.
            member.rebalanceTimeoutMillis =
                stored.rebalanceTimeoutMillis == -1 ? stored.sessionTimeoutMillis : stored.rebalanceTimeoutMillis
            member.assignment = stored.assignment
            replayed.append(member)
        }
        members = replayed
    }

    /// The group as it would be stored now.
    func metadata() -> GroupMetadata {
        GroupMetadata(
            protocolType: protocolType ?? "", generation: generation, protocolName: protocolName, leader: leader,
            stateTimestamp: stateTimestamp,
            members: members.map {
                .init(
                    id: $0.id, instanceID: $0.instanceID, clientID: $0.clientID, clientHost: $0.clientHost,
                    rebalanceTimeoutMillis: $0.rebalanceTimeoutMillis,
                    sessionTimeoutMillis: $0.sessionTimeoutMillis,
                    subscription: $0.metadata(for: protocolName), assignment: $0.assignment)
            })
    }

    mutating func unload(_ step: inout Step) {
        for member in Array(members) { remove(member.id, answering: .notCoordinator, &step) }
        pendingMembers = []
        enter(.dead, at: step.now)
    }

    mutating func beginSessions(_ step: inout Step) {
        for index in members.indices {
            members[index].sessionDeadline = step.after(members[index].sessionTimeoutMillis)
        }
        // The limit may have been lowered since.
        if members.count > configuration.maxSize { prepareRebalance(&step) }
    }
}
