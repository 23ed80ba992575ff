import KafkaWire

// Time passes: joins, syncs and sessions end.
extension Group {
    private enum Expiry {
        case join, sync
        case pendingMember(Int)
        case session(Int)
    }

    /// Handles all deadlines up to now, earliest first.
    mutating func expire(_ step: inout Step) {
        while let expiry = firstExpiry(upTo: step.now.steadyMillis) {
            switch expiry {
            case .join: joinExpired(&step)
            case .sync: syncExpired(&step)
            case .pendingMember(let index):
                pendingMembers.remove(at: index)
                completeJoinIfAllJoined(&step)
            case .session(let index): sessionExpired(index, &step)
            }
            // What is to be stored comes first: the rest follows when the runner asks again.
            if case .append = step.effects.last { return }
        }
    }

    private func firstExpiry(upTo now: Int64) -> Expiry? {
        var first: (deadline: Int64, expiry: Expiry)?
        func consider(_ deadline: Int64?, _ expiry: Expiry) {
            guard let deadline, deadline <= now, deadline < first?.deadline ?? .max else { return }
            first = (deadline, expiry)
        }
        consider(joinDeadline, .join)
        consider(syncDeadline, .sync)
        for index in pendingMembers.indices { consider(pendingMembers[index].deadline, .pendingMember(index)) }
        for index in members.indices { consider(members[index].sessionDeadline, .session(index)) }
        return first?.expiry
    }

    private mutating func sessionExpired(_ index: Int, _ step: inout Step) {
        guard !members[index].hasSatisfiedHeartbeat else {
            // Its waiting request keeps it alive; the answer starts its session anew.
            members[index].sessionDeadline = nil
            return
        }
        // A new member may still wait for its join: if it lives, it tries again.
        remove(members[index].id, answering: .unknownMemberID, &step)
        rebalanceAfterLoss(&step)
    }

    /// Whoever has joined but never synced is gone.
    private mutating func syncExpired(_ step: inout Step) {
        syncDeadline = nil
        guard state == .completingRebalance || state == .stable else { return }
        let absent = members.filter(\.isPendingSync)
        guard !absent.isEmpty else { return }
        for member in absent { remove(member.id, answering: .unknownMemberID, &step) }
        prepareRebalance(&step)
    }
}
