import KafkaWire

/// Where the records of groups are kept: the partitions of `__consumer_offsets`.
protocol GroupLog: AnyObject {
    /// Writes the records as one batch to the group's partition; none of them is there when it throws.
    func append(_ records: [GroupRecord], of group: GroupID, at now: Int64) throws(KafkaError)

    /// Calls `body` when all that was appended for the group is as durable as it has to be: at once, or later; with false when
    /// that failed.
    func whenDurable(_ group: GroupID, _ body: @escaping (_ isDurable: Bool) -> Void)
}

/// Runs the broker's classic groups: gives them events, does what they say, and keeps one deadline for all.
///
/// A request is answered in `submit`, or waits under a `ReplyID` until `deliver` is called with it. Every request is answered
/// exactly once, whatever becomes of its connection.
final class GroupCoordinator {
    /// What has come of a request.
    enum Submission: Equatable {
        case answered(GroupReply)
        case waiting(ReplyID)
    }

    let configuration: GroupConfiguration
    /// Gets the answers of requests that had to wait.
    var deliver: (ReplyID, GroupReply) -> Void = { _, _ in }

    let log: any GroupLog
    var groups: [GroupID: Group] = [:]
    private var deadlines = GroupDeadlines()
    var retention = RetentionRound()
    private var lastReply: UInt64 = 0
    /// The request that is being submitted, and its answer.
    private var submitted: (reply: ReplyID, answer: GroupReply?)?
    /// What the event that is being handled has brought so far.
    private var replies: [(reply: ReplyID, answer: GroupReply)] = []
    private var hasAppended = false
    /// Answers of requests that had to wait: they leave when the event is over, as what gets them may bring the next request.
    private var outbox: [(reply: ReplyID, answer: GroupReply)] = []

    init(configuration: GroupConfiguration, log: any GroupLog) {
        self.configuration = configuration
        self.log = log
    }

    // MARK: - Requests

    /// Gives a request to its group.
    func submit(_ request: GroupRequest, to id: GroupID, at now: Moment) -> Submission {
        endOverdue(at: now)
        if let refusal = refusal(of: request, to: id, at: now) { return .answered(refusal) }
        lastReply += 1
        let reply = ReplyID(value: lastReply)
        submitted = (reply, nil)
        apply(.request(request, reply), to: id, at: now)
        let answer = submitted?.answer
        submitted = nil
        flush()
        return answer.map { .answered($0) } ?? .waiting(reply)
    }

    /// The answer of the coordinator itself: to a request that no group can take. A group comes into being with the first
    /// join of a new member, or with the first commit of a client that is in no group.
    private func refusal(of request: GroupRequest, to id: GroupID, at now: Moment) -> GroupReply? {
        let isKnown = groups[id] != nil
        switch request {
        case .join(let join):
            return refusal(of: join, to: id, isKnown: isKnown, at: now)
        case .sync:
            if id.description.isEmpty { return .sync(.init(error: .invalidGroupID)) }
            return isKnown ? nil : .sync(.init(error: .unknownMemberID))
        case .heartbeat:
            if id.description.isEmpty { return .heartbeat(.invalidGroupID) }
            return isKnown ? nil : .heartbeat(.unknownMemberID)
        case .leave(let identities):
            guard !isKnown || id.description.isEmpty else { return nil }
            let error = id.description.isEmpty ? KafkaError.invalidGroupID : .unknownMemberID
            return .leave(identities.map { .init(identity: $0, error: error) })
        case .commit(let commit):
            if isKnown { return nil }
            guard commit.generation < 0 else {
                return .commit(commit.offsets.map { _ in commit.unknownGroupError })
            }
            groups[id] = Group(id: id, configuration: configuration)
            return nil
        }
    }

    private func refusal(
        of join: GroupRequest.JoinRequest, to id: GroupID, isKnown: Bool, at now: Moment
    ) -> GroupReply? {
        func refuse(_ error: KafkaError) -> GroupReply { .join(.init(error: error, memberID: join.memberID)) }
        if id.description.isEmpty { return refuse(.invalidGroupID) }
        let sessions = configuration.minSessionTimeoutMillis...configuration.maxSessionTimeoutMillis
        guard sessions.contains(join.sessionTimeoutMillis) else { return refuse(.invalidSessionTimeout) }
        if isKnown { return nil }
        guard join.memberID.isEmpty else { return refuse(.unknownMemberID) }
        var group = Group(id: id, configuration: configuration)
        group.stateTimestamp = now.wallMillis
        let created = GroupRecord.metadata(group.metadata())
        do throws(KafkaError) {
            try log.append([created], of: id, at: now.wallMillis)
        } catch {
            return refuse(GroupAppend.emptied.answer(to: error))
        }
        group.replay(created)
        groups[id] = group
        return nil
    }

    /// A group that a refused commit has brought into being goes again.
    func forgetIfUnused(_ id: GroupID) {
        if let group = groups[id], group.isUnused { groups[id] = nil }
    }

    // MARK: - Events

    private func apply(_ event: GroupEvent, to id: GroupID, at now: Moment) {
        guard let effects = groups[id]?.apply(event, at: now) else { return }
        perform(effects, of: id, at: now)
        release(for: id)
        if groups[id]?.state == .dead { groups[id] = nil }
        forgetIfUnused(id)
        if let next = groups[id]?.nextDeadline { deadlines.schedule(id, at: next) }
    }

    private func perform(_ effects: [GroupEffect], of id: GroupID, at now: Moment) {
        for effect in effects {
            switch effect {
            case .reply(let reply, let answer):
                replies.append((reply, answer))
            case .append(let records, let append):
                var event = GroupEvent.appended(append)
                do throws(KafkaError) {
                    try log.append(records, of: id, at: now.wallMillis)
                    hasAppended = true
                    for record in records { groups[id]?.replay(record) }
                } catch {
                    event = .appendFailed(append, error)
                }
                perform(groups[id]?.apply(event, at: now) ?? [], of: id, at: now)
            }
        }
    }

    /// Lets the event's answers go: when it has written something, not before that is durable.
    private func release(for id: GroupID) {
        let answers = replies
        replies = []
        guard hasAppended else { return answers.forEach(post) }
        hasAppended = false
        log.whenDurable(id) { [weak self] isDurable in
            guard let self else { return }
            for (reply, answer) in answers { post(reply, isDurable ? answer : answer.failed(.notCoordinator)) }
            if submitted == nil { flush() }
        }
    }

    private func post(_ reply: ReplyID, _ answer: GroupReply) {
        if submitted?.reply == reply { submitted?.answer = answer } else { outbox.append((reply, answer)) }
    }

    private func flush() {
        while !outbox.isEmpty {
            let answers = outbox
            outbox = []
            for (reply, answer) in answers { deliver(reply, answer) }
        }
    }

    /// The first time at which `advance` may have something to do, by the clock that only runs forward.
    var nextDeadline: Int64? {
        guard let retained = nextRetentionCheck else { return deadlines.first }
        return min(deadlines.first ?? .max, retained)
    }

    /// Ends joins, syncs and sessions whose time has come, and gives up what retention does not keep.
    func advance(to now: Moment) {
        endDue(upTo: now.steadyMillis, at: now)
        checkRetention(at: now)
        flush()
    }

    /// What is over has ended for the request that comes next, also when the loop has not yet come to its timer.
    private func endOverdue(at now: Moment) {
        guard let first = deadlines.first, first < now.steadyMillis else { return }
        endDue(upTo: now.steadyMillis - 1, at: now)
        flush()
    }

    private func endDue(upTo millis: Int64, at now: Moment) {
        while let id = deadlines.next(upTo: millis) {
            guard let due = groups[id]?.nextDeadline else { continue }
            if due <= millis { apply(.deadline, to: id, at: now) } else { deadlines.schedule(id, at: due) }
        }
    }

    // MARK: - Records from elsewhere

    /// Removes what all groups have committed for a topic that is no more.
    func topicDeleted(_ topic: String, at now: Moment) {
        for id in groups.keys.sorted() {
            guard let tombstones = groups[id]?.tombstones(ofTopic: topic), !tombstones.isEmpty else { continue }
            // What cannot be written now is found when the broker starts again: the topic is not there.
            guard (try? log.append(tombstones, of: id, at: now.wallMillis)) != nil else { continue }
            for tombstone in tombstones { groups[id]?.replay(tombstone) }
            forgetIfUnused(id)
        }
    }

    /// Deletes a group that has no members, with its offsets.
    func delete(_ id: GroupID, at now: Moment) -> KafkaError {
        endOverdue(at: now)
        guard let group = groups[id] else { return .groupIDNotFound }
        guard group.state == .empty else { return .nonEmptyGroup }
        let records = group.offsets.keys.sorted().flatMap { group.tombstones(ofTopic: $0) } + [.metadata(nil)]
        do throws(KafkaError) {
            try log.append(records, of: id, at: now.wallMillis)
        } catch {
            return GroupAppend.emptied.answer(to: error)
        }
        groups[id] = nil
        return .none
    }

    /// Deletes committed offsets, except those of topics that members read. Says of each what became of it, and whether anything was written.
    func deleteOffsets(
        _ partitions: [TopicPartition], of id: GroupID, at now: Moment
    ) -> Result<(errors: [KafkaError], hasWritten: Bool), KafkaError> {
        guard !id.description.isEmpty else { return .failure(.invalidGroupID) }
        guard let group = groups[id] else { return .failure(.groupIDNotFound) }
        guard group.offsetDeletionError == .none else { return .failure(group.offsetDeletionError) }
        var isSubscribed: [String: Bool] = [:]
        var records: [GroupRecord] = []
        let errors = partitions.map { partition in
            let isRead = isSubscribed[partition.topic] ?? group.isSubscribed(to: partition.topic)
            isSubscribed[partition.topic] = isRead
            if isRead { return KafkaError.groupSubscribedToTopic }
            if group.committedOffset(partition.topic, partition.partition) != nil {
                records.append(.offset(partition, nil))
            }
            return .none
        }
        guard !records.isEmpty else { return .success((errors, false)) }
        do throws(KafkaError) {
            try log.append(records, of: id, at: now.wallMillis)
        } catch {
            return .failure(GroupAppend.emptied.answer(to: error))
        }
        for record in records { groups[id]?.replay(record) }
        forgetIfUnused(id)
        return .success((errors, true))
    }

    /// Forgets all groups, as their log is gone; who waits is told to look for the coordinator again.
    func unload(at now: Moment) {
        for id in groups.keys.sorted() {
            apply(.unloaded, to: id, at: now)
            groups[id] = nil
        }
        flush()
    }

    /// Takes a record that was read from the log, in the log's order.
    func replay(_ record: GroupRecord, of id: GroupID) {
        if groups[id] == nil {
            switch record {
            case .metadata(nil), .offset(_, nil): return
            default: groups[id] = Group(id: id, configuration: configuration)
            }
        }
        groups[id]?.replay(record)
        if groups[id]?.state == .dead { groups[id] = nil }
    }

    /// The whole log was replayed: offsets of topics that are no more go, and the members' sessions begin.
    func recovered(at now: Moment, topicExists: (String) -> Bool) {
        retention.begins(at: now.steadyMillis + configuration.offsetsRetentionCheckIntervalMillis)
        let committed = Set(groups.values.flatMap { $0.offsets.keys })
        for topic in committed.sorted() where !topicExists(topic) { topicDeleted(topic, at: now) }
        for id in groups.keys.sorted() {
            forgetIfUnused(id)
            apply(.recovered, to: id, at: now)
        }
        flush()
    }

    // MARK: - Reading

    /// The group, as it is.
    func group(_ id: GroupID) -> Group? { groups[id] }

    /// The names of all groups, in order.
    var groupIDs: [GroupID] { groups.keys.sorted() }
}
