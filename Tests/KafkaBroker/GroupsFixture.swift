import KafkaWire

@testable import KafkaBroker

/// A log of groups' records in memory.
final class MemoryGroupLog: GroupLog {
    var batches: [(group: GroupID, records: [GroupRecord])] = []
    var failure: KafkaError?

    func append(_ records: [GroupRecord], of group: GroupID, at now: Int64) throws(KafkaError) {
        if let failure { throw failure }
        batches.append((group, records))
    }

    /// What waits for durability; `nil` when everything is durable at once.
    var waiters: [(Bool) -> Void]?

    func whenDurable(_ group: GroupID, _ body: @escaping (Bool) -> Void) {
        if waiters == nil { body(true) } else { waiters?.append(body) }
    }

    /// The last stored form of a group; `.some(nil)` for a tombstone.
    func lastMetadata(of group: GroupID = "g") -> GroupMetadata? {
        for batch in batches.reversed() where batch.group == group {
            for case .metadata(let metadata) in batch.records.reversed() { return metadata }
        }
        return nil
    }
}

/// A coordinator in virtual time, with one group "g" to talk to.
final class GroupsFixture {
    /// By the clock that only runs forward.
    var now: Int64 = 1_000_000
    /// How much the clock of the day is ahead of it.
    var wallOffset: Int64 = 0
    var moment: Moment { Moment(wallMillis: now + wallOffset, steadyMillis: now) }
    let log: MemoryGroupLog
    let coordinator: GroupCoordinator
    private(set) var delivered: [ReplyID: GroupReply] = [:]
    private var lastID = 0

    init(_ configuration: GroupConfiguration = .init(), log: MemoryGroupLog = .init()) {
        self.log = log
        coordinator = GroupCoordinator(configuration: configuration, log: log)
        coordinator.deliver = { [unowned self] reply, answer in
            precondition(delivered[reply] == nil, "a request is answered once")
            delivered[reply] = answer
        }
    }

    /// A broker that starts on the same log.
    func restarted(_ configuration: GroupConfiguration? = nil, topics: Set<String>? = nil) -> GroupsFixture {
        let next = GroupsFixture(configuration ?? coordinator.configuration, log: log)
        next.now = now
        next.wallOffset = wallOffset
        for batch in log.batches { for record in batch.records { next.coordinator.replay(record, of: batch.group) } }
        next.coordinator.recovered(at: next.moment) { topics?.contains($0) ?? true }
        return next
    }

    var group: Group? { coordinator.group("g") }
    var state: Group.State? { group?.state }

    func advance(_ millis: Int64) {
        let end = now + millis
        while let next = coordinator.nextDeadline, next <= end {
            now = max(now, next)
            coordinator.advance(to: moment)
        }
        now = end
        coordinator.advance(to: moment)
    }

    func submit(_ request: GroupRequest, to group: GroupID = "g") -> GroupCoordinator.Submission {
        coordinator.submit(request, to: group, at: moment)
    }

    func joinRequest(
        _ memberID: String = "", instance: String? = nil, session: Int32 = 10_000, rebalance: Int32 = 60_000,
        type: String = "consumer", protocols: [GroupProtocol] = [.init(name: "range", metadata: [1])],
        version: Int = 9, newID: String? = nil
    ) -> GroupRequest {
        lastID += 1
        return .join(
            .init(
                memberID: memberID, newMemberID: newID ?? "m\(lastID)", instanceID: instance, clientID: "client",
                clientHost: "/127.0.0.1", sessionTimeoutMillis: session, rebalanceTimeoutMillis: rebalance,
                protocolType: type, protocols: protocols, requiresKnownMemberID: version >= 4,
                supportsSkippingAssignment: version >= 9))
    }

    @discardableResult
    func join(
        _ memberID: String = "", instance: String? = nil, session: Int32 = 10_000, rebalance: Int32 = 60_000,
        type: String = "consumer", protocols: [GroupProtocol] = [.init(name: "range", metadata: [1])],
        version: Int = 9, newID: String? = nil, to group: GroupID = "g"
    ) -> GroupCoordinator.Submission {
        submit(
            joinRequest(
                memberID, instance: instance, session: session, rebalance: rebalance, type: type,
                protocols: protocols, version: version, newID: newID), to: group)
    }

    @discardableResult
    func sync(
        _ memberID: String, _ generation: Int32, instance: String? = nil, type: String? = nil, name: String? = nil,
        _ assignments: [String: [UInt8]] = [:], to group: GroupID = "g"
    ) -> GroupCoordinator.Submission {
        let assignments = assignments.sorted { $0.key < $1.key }.map { (memberID: $0.key, assignment: $0.value) }
        return submit(
            .sync(
                .init(
                    memberID: memberID, instanceID: instance, generation: generation, protocolType: type,
                    protocolName: name, assignments: assignments)), to: group)
    }

    func heartbeat(
        _ memberID: String, _ generation: Int32, instance: String? = nil, to group: GroupID = "g"
    ) -> KafkaError? {
        let request = GroupRequest.HeartbeatRequest(memberID: memberID, instanceID: instance, generation: generation)
        guard case .answered(.heartbeat(let error)) = submit(.heartbeat(request), to: group) else { return nil }
        return error
    }

    @discardableResult
    func leave(_ identities: MemberIdentity..., from group: GroupID = "g") -> [KafkaError] {
        guard case .answered(.leave(let outcomes)) = submit(.leave(identities), to: group) else { return [] }
        return outcomes.map(\.error)
    }

    @discardableResult
    func commit(
        _ offset: Int64, _ memberID: String = "", _ generation: Int32 = -1, instance: String? = nil,
        topic: String = "t", partition: Int32 = 0, metadata: String = "", to group: GroupID = "g"
    ) -> KafkaError? {
        let offset = CommittedOffset(
            offset: offset, leaderEpoch: -1, metadata: metadata, commitTimestamp: moment.wallMillis,
            expireTimestamp: nil)
        let request = GroupRequest.CommitRequest(
            memberID: memberID, instanceID: instance, generation: generation, unknownGroupError: .groupIDNotFound,
            offsets: [(.init(topic: topic, partition: partition), offset)])
        guard case .answered(.commit(let errors)) = submit(.commit(request), to: group) else { return nil }
        return errors.first
    }

    /// The answer that a request has by now.
    func answer(_ submission: GroupCoordinator.Submission) -> GroupReply? {
        switch submission {
        case .answered(let reply): reply
        case .waiting(let id): delivered[id]
        }
    }

    func joinReply(_ submission: GroupCoordinator.Submission) -> GroupReply.JoinReply? {
        guard case .join(let reply)? = answer(submission) else { return nil }
        return reply
    }

    func syncReply(_ submission: GroupCoordinator.Submission) -> GroupReply.SyncReply? {
        guard case .sync(let reply)? = answer(submission) else { return nil }
        return reply
    }

    /// A stable group of dynamic members "a", "b", ... (the first leads) in one generation; the generation.
    @discardableResult
    func stable(_ ids: String..., session: Int32 = 10_000) -> Int32 {
        stable(ids, session: session)
    }

    @discardableResult
    func stable(_ ids: [String], session: Int32 = 10_000) -> Int32 {
        join(session: session, version: 3, newID: ids[0])
        for id in ids.dropFirst() { join(session: session, version: 3, newID: id) }
        if ids.count > 1 { join(ids[0], session: session) }
        for id in ids.dropFirst() where group?.members[id]?.awaitingJoin == nil && state != .completingRebalance {
            join(id, session: session)
        }
        return syncAll()
    }

    /// Everybody syncs; member X is assigned the bytes of its id. The generation.
    @discardableResult
    func syncAll() -> Int32 {
        let generation = group?.generation ?? -1
        let ids = group?.members.map(\.id) ?? []
        let leader = group?.leader ?? ""
        let assignments = Dictionary(uniqueKeysWithValues: ids.map { ($0, Array($0.utf8)) })
        for id in ids where id != leader { sync(id, generation) }
        sync(leader, generation, assignments)
        return generation
    }
}
