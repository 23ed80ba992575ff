import KafkaWire

// The rebalance: members are asked to join again, and the join phase ends in a new generation.
extension Group {
    mutating func rebalanceOrCompleteJoin(_ step: inout Step) {
        switch state {
        case .empty, .completingRebalance, .stable: prepareRebalance(&step)
        case .preparingRebalance: completeJoinIfAllJoined(&step)
        case .dead: break
        }
    }

    mutating func prepareRebalance(_ step: inout Step) {
        if state == .completingRebalance { answerSyncs(.rebalanceInProgress, &step) }
        endSyncPhase()
        let wasEmpty = state == .empty
        enter(.preparingRebalance, at: step.now)
        if wasEmpty, configuration.initialRebalanceDelayMillis > 0 {
            let delay = configuration.initialRebalanceDelayMillis
            initialDelay = InitialDelay(
                delayMillis: delay, remainingMillis: max(rebalanceTimeoutMillis - delay, 0))
            joinDeadline = step.after(delay)
        } else if wasEmpty || allJoined {
            completeJoin(&step)
        } else {
            joinDeadline = step.after(rebalanceTimeoutMillis)
        }
    }

    mutating func completeJoinIfAllJoined(_ step: inout Step) {
        guard state == .preparingRebalance, initialDelay == nil, allJoined else { return }
        completeJoin(&step)
    }

    /// True when nobody is waited for. Who was just told its id is: it will join in a moment.
    private var allJoined: Bool {
        pendingMembers.isEmpty && members.allSatisfy { $0.awaitingJoin != nil }
    }

    /// The join phase's time is over.
    mutating func joinExpired(_ step: inout Step) {
        joinDeadline = nil
        if let delay = initialDelay, delay.hasNewMember, delay.remainingMillis > 0 {
            // Others are arriving: wait a little more, up to the rebalance timeout.
            let next = min(configuration.initialRebalanceDelayMillis, delay.remainingMillis)
            initialDelay = InitialDelay(
                delayMillis: next, remainingMillis: max(delay.remainingMillis - delay.delayMillis, 0))
            joinDeadline = step.after(next)
        } else {
            completeJoin(&step)
        }
    }

    private mutating func completeJoin(_ step: inout Step) {
        joinDeadline = nil
        initialDelay = nil
        // A static member is given its session timeout to come back.
        for absent in members.filter({ $0.awaitingJoin == nil && $0.instanceID == nil }) {
            remove(absent.id, answering: .unknownMemberID, &step)
        }
        guard !members.isEmpty else {
            protocolName = nil
            leader = nil
            var emptied = self
            emptied.enterEmpty(at: step.now)
            return step.effects.append(.append([.metadata(emptied.metadata())], .emptied))
        }
        guard electJoinedLeader() else {
            // Only static members are left, and none has joined: their sessions end, or one comes.
            joinDeadline = step.after(max(rebalanceTimeoutMillis, Self.minRejoinWaitMillis))
            return
        }
        generation = nextGeneration
        protocolName = chosenProtocol()
        enter(.completingRebalance, at: step.now)
        answerJoins(&step)
        syncDeadline = step.after(rebalanceTimeoutMillis)
    }

    /// Keeps a rebalance timeout of 0 from spinning.
    private static let minRejoinWaitMillis: Int32 = 100

    private mutating func answerJoins(_ step: inout Step) {
        for index in members.indices {
            let reply = members[index].awaitingJoin
            members[index].awaitingJoin = nil
            members[index].isNew = false
            members[index].isPendingSync = true
            members[index].sessionDeadline = step.after(members[index].sessionTimeoutMillis)
            if let reply { step.reply(reply, .join(currentGeneration(for: members[index].id))) }
        }
    }

    /// Sees to it that the leader is one who has joined; false when nobody has.
    private mutating func electJoinedLeader() -> Bool {
        if let leader, members[leader]?.awaitingJoin != nil { return true }
        guard let joined = members.first(where: { $0.awaitingJoin != nil }) else { return false }
        leader = joined.id
        return true
    }

    /// Every member votes for the first of its protocols that all support; most votes win, and of equal ones the one that the
    /// earliest member prefers.
    func chosenProtocol() -> String? {
        var votes: [(name: String, count: Int)] = []
        for member in members {
            guard let vote = member.protocols.first(where: { members.allSupport($0.name) }) else { continue }
            if let known = votes.firstIndex(where: { $0.name == vote.name }) {
                votes[known].count += 1
            } else {
                votes.append((vote.name, 1))
            }
        }
        guard let most = votes.map(\.count).max() else { return nil }
        return votes.first { $0.count == most }?.name
    }

    private var nextGeneration: Int32 { generation == .max ? 1 : generation + 1 }

    /// The last member has gone. Also when that could not be stored: the log then still has members, whose sessions end.
    mutating func enterEmpty(at now: Moment) {
        generation = nextGeneration
        enter(.empty, at: now)
    }

    /// Takes a member out, answering what it waits for.
    mutating func remove(_ id: String, answering error: KafkaError, _ step: inout Step) {
        guard let member = members.remove(id) else { return }
        if let waiting = member.awaitingJoin { refuse(waiting, error, memberID: "", &step) }
        if let waiting = member.awaitingSync { step.reply(waiting, .sync(.init(error: error))) }
        if leader == id { leader = members.first?.id }
    }
}
