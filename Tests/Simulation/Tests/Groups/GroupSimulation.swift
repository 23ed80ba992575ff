import KafkaWire
import Simulation

@testable import KafkaBroker

/// Groups, clients that come, go, stall and lie, a broker that crashes, and a log that fails, all in virtual time and by one seed.
///
/// It checks that
/// - every request is answered exactly once, and in the end all are answered (but for those that a crash swallowed);
/// - in one generation a partition has one owner;
/// - generations only grow;
/// - an acknowledged offset stays until the client commits another;
/// - a replay gives the durable state that operation has;
/// - left in peace, the clients end in a stable group with every partition assigned once.
final class GroupSimulation {
    static let partitions = 6
    static let groups: [GroupID] = ["orders", "stock"]

    var random: SeededRandom
    var now: Int64 = 1_700_000_000_000
    private var moment: Moment { Moment(wallMillis: now, steadyMillis: now) }
    let log = SimulatedLog()
    private(set) var coordinator: GroupCoordinator
    private var clients: [SimulatedClient] = []
    private var configuration = GroupConfiguration()
    private var nextName = 0

    /// Requests that wait, with who gets the answer.
    private var waiting: [ReplyID: (GroupReply) throws -> Void] = [:]
    private var failure: (any Error)?
    private var owners: [Ownership: String] = [:]
    private var committed: [Commit: Set<Int64?>] = [:]
    private var generations: [GroupID: Int32] = [:]

    struct Ownership: Hashable {
        var group: GroupID
        var generation: Int32
        var partition: UInt8
    }

    struct Commit: Hashable {
        var group: GroupID
        var partition: Int32
    }

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        configuration.initialRebalanceDelayMillis = random.once(in: 3) ? 3_000 : 0
        if random.once(in: 4) { configuration.maxSize = 4 }
        coordinator = GroupCoordinator(configuration: configuration, log: log)
        connect()
    }

    func run(steps: Int) throws {
        for _ in 0..<steps {
            try step()
            try check()
        }
        try calmDown()
    }

    // MARK: - Steps

    private func step() throws {
        log.isFailing = random.once(in: 40)
        switch Int.random(in: 0..<100, using: &random) {
        case ..<8 where clients.count < 10: clients.append(newClient())
        case ..<11 where !clients.isEmpty: clients.remove(at: clients.indices.randomElement(using: &random)!)
        case ..<14 where !clients.isEmpty: try random.pick(clients).restart(in: self)
        case ..<16: try restartBroker()
        case ..<18: try lie()
        case ..<20: try commit(group: random.pick(Self.groups), memberID: "", generation: -1)
        case ..<21: try administer()
        case ..<45: try advance(Int64.random(in: 1...4_000, using: &random))
        case ..<47: try advance(Int64.random(in: 5_000...70_000, using: &random))
        default: if !clients.isEmpty { try random.pick(clients).act(in: self) }
        }
        log.isFailing = false
    }

    private func newClient() -> SimulatedClient {
        SimulatedClient(
            name: newName("c"), group: random.pick(Self.groups),
            instanceID: random.once(in: 3) ? "i\(Int.random(in: 0..<3, using: &random))" : nil,
            version: random.pick([3, 5, 8, 9]), sessionMillis: random.pick([6_000, 10_000, 45_000]),
            rebalanceMillis: random.pick([5_000, 20_000, 60_000]))
    }

    func newName(_ prefix: String) -> String {
        nextName += 1
        return "\(prefix)\(nextName)"
    }

    /// Requests that no good client sends.
    private func lie() throws {
        let group = random.pick(Self.groups)
        let ids = (coordinator.group(group)?.members.map(\.id) ?? []) + ["", "nobody"]
        let generation = Int32.random(in: -1...8, using: &random)
        let memberID = random.pick(ids)
        let instanceID = random.once(in: 2) ? "i\(Int.random(in: 0..<4, using: &random))" : nil
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            try submit(
                .heartbeat(.init(memberID: memberID, instanceID: instanceID, generation: generation)), to: group)
        case 1:
            try submit(.leave([.init(memberID: memberID, instanceID: instanceID)]), to: group)
        case 2:
            // It does not bring an assignment: that of the leader is the leader's.
            guard memberID != coordinator.group(group)?.leader else { return }
            try submit(
                .sync(
                    .init(
                        memberID: memberID, instanceID: instanceID, generation: generation, protocolType: "consumer",
                        protocolName: nil, assignments: [])), to: group)
        default:
            try submit(
                .join(
                    .init(
                        memberID: memberID, newMemberID: newName("liar"), instanceID: nil, clientID: "liar",
                        clientHost: "/127.0.0.1", sessionTimeoutMillis: 6_000, rebalanceTimeoutMillis: 0,
                        protocolType: random.once(in: 2) ? "connect" : "consumer",
                        protocols: [.init(name: "range", metadata: [66])], requiresKnownMemberID: true,
                        supportsSkippingAssignment: false)), to: group)
        }
    }

    private func administer() throws {
        let instance = "i\(Int.random(in: 0..<3, using: &random))"
        try submit(.leave([.init(memberID: "", instanceID: instance)]), to: random.pick(Self.groups))
    }

    func advance(_ millis: Int64) throws {
        let end = now + millis
        while let next = coordinator.nextDeadline, next <= end {
            now = max(now, next)
            try guarded { coordinator.advance(to: moment) }
        }
        now = end
    }

    // MARK: - Requests

    /// Sends a request; `answered` gets the answer now, later, or never if the broker crashes.
    func submit(
        _ request: GroupRequest, to group: GroupID, _ answered: @escaping (GroupReply) throws -> Void = { _ in }
    ) throws {
        // The broker dies as it writes, before or after the write.
        if random.once(in: 150) { log.crash = random.once(in: 2) ? .beforeWriting : .afterWriting }
        let asked = coordinator
        var submission: GroupCoordinator.Submission?
        try guarded { submission = coordinator.submit(request, to: group, at: moment) }
        if log.hasCrashed { return try restartBroker() }
        log.crash = nil
        switch submission {
        case .answered(let reply): try answered(reply)
        case .waiting(let id): if coordinator === asked { waiting[id] = answered }
        case nil: break
        }
    }

    func commit(group: GroupID, memberID: String, generation: Int32) throws {
        let partition = Int32.random(in: 0..<Int32(Self.partitions), using: &random)
        let offset = Int64.random(in: 0...1_000, using: &random)
        let request = GroupRequest.CommitRequest(
            memberID: memberID, instanceID: nil, generation: generation, unknownGroupError: .groupIDNotFound,
            offsets: [
                (
                    .init(topic: "t", partition: partition),
                    .init(
                        offset: offset, leaderEpoch: -1, metadata: "", commitTimestamp: now, expireTimestamp: nil)
                )
            ])
        let key = Commit(group: group, partition: partition)
        // Until it is answered it may be there or not.
        let before = committed[key] ?? [nil]
        committed[key] = before.union([offset])
        try submit(.commit(request), to: group) { [self] reply in
            guard case .commit(let errors) = reply else {
                throw SimulationFailure("not a commit's answer")
            }
            committed[key] = errors == [.none] ? [offset] : before
            if errors == [.none], generation >= 0 {
                guard let group = coordinator.group(group), group.generation == generation,
                    group.members.contains(memberID)
                else { throw SimulationFailure("\(memberID) of the past has committed") }
            }
        }
    }

    /// A member has its assignment.
    func owns(_ assignment: [UInt8], _ client: SimulatedClient) throws {
        let owner = client.instanceID ?? client.memberID
        for partition in assignment {
            let key = Ownership(group: client.group, generation: client.generation, partition: partition)
            if let other = owners[key], other != owner {
                throw SimulationFailure(

                    "\(key.group) generation \(key.generation) partition \(partition): \(other) and \(owner)")
            }
            owners[key] = owner
        }
    }

    // MARK: - The broker

    private func connect() {
        coordinator.deliver = { [unowned self] reply, answer in
            guard let answered = waiting.removeValue(forKey: reply) else {
                failure = SimulationFailure("\(reply) is answered though it does not wait")
                return
            }
            do { try answered(answer) } catch { failure = error }
        }
    }

    private func guarded(_ body: () -> Void) throws {
        body()
        if let failure { throw failure }
    }

    /// A crash: what waited is not answered, and clients try again.
    private func restartBroker() throws {
        coordinator.deliver = { _, _ in }
        waiting = [:]
        log.reset()
        coordinator = replayed()
        connect()
        for client in clients { client.connectionLost() }
        generations = [:]
        try guarded { coordinator.recovered(at: moment) { _ in true } }
    }

    private func replayed() -> GroupCoordinator {
        let fresh = GroupCoordinator(configuration: configuration, log: log)
        for batch in log.batches { for record in batch.records { fresh.replay(record, of: batch.group) } }
        return fresh
    }

    // MARK: - Invariants

    private func check() throws {
        for id in Self.groups {
            let group = coordinator.group(id)
            for partition in 0..<Int32(Self.partitions) {
                let offset = group?.committedOffset("t", partition)?.offset
                guard (committed[Commit(group: id, partition: partition)] ?? [nil]).contains(offset) else {
                    throw SimulationFailure(
                        "\(id) partition \(partition) is at \(String(describing: offset))")
                }
            }
            guard let group else { continue }
            guard group.generation >= generations[id] ?? 0 else {
                throw SimulationFailure("\(id) goes back to generation \(group.generation)")
            }
            generations[id] = group.generation
            if group.state == .stable { try checkReplay(group) }
            if group.state == .empty, !group.members.isEmpty {
                throw SimulationFailure("\(id) is empty with members")
            }
        }
    }

    private func checkReplay(_ group: Group) throws {
        guard random.once(in: 10) else { return }
        let fresh = replayed().group(group.id)
        guard fresh?.metadata() == group.metadata(), fresh?.offsets == group.offsets else {
            throw SimulationFailure(
                "replay gives \(String(describing: fresh?.metadata())), operation \(group.metadata())")
        }
    }

    /// Nobody crashes or lies any more: the groups must become stable, before the longest session has ended thrice.
    private func calmDown() throws {
        var unsettled: String?
        for _ in 0..<400 {
            clients.removeAll { $0.isFenced }
            for client in clients { try client.act(in: self, isCalm: true) }
            try advance(500)
            try check()
            unsettled = whatIsUnsettled()
            if unsettled == nil { return }
        }
        throw SimulationFailure("in peace, \(unsettled ?? "")")
    }

    private func whatIsUnsettled() -> String? {
        guard waiting.isEmpty else { return "\(waiting.count) requests are not answered" }
        for id in Self.groups {
            let live = clients.filter { $0.group == id }
            guard !live.isEmpty, live.count <= configuration.maxSize else { continue }
            let group = coordinator.group(id)
            guard group?.state == .stable else { return "\(id) is \(String(describing: group?.state))" }
            let assigned = live.flatMap(\.assignment).sorted()
            guard assigned == Array(0..<UInt8(Self.partitions)) else { return "\(id) has assigned \(assigned)" }
        }
        return nil
    }
}

/// A log in memory that can fail, and die in the middle of a write.
final class SimulatedLog: GroupLog {
    enum Crash { case beforeWriting, afterWriting }

    private(set) var batches: [(group: GroupID, records: [GroupRecord])] = []
    var isFailing = false
    var crash: Crash?
    private(set) var hasCrashed = false

    func append(_ records: [GroupRecord], of group: GroupID, at now: Int64) throws(KafkaError) {
        if hasCrashed || crash != nil {
            if !hasCrashed, crash == .afterWriting { batches.append((group, records)) }
            hasCrashed = true
            throw .kafkaStorageError
        }
        if isFailing { throw .kafkaStorageError }
        batches.append((group, records))
    }

    func whenDurable(_ group: GroupID, _ body: @escaping (Bool) -> Void) { body(true) }

    func reset() {
        crash = nil
        hasCrashed = false
    }
}
