import KafkaWire
import Simulation

@testable import KafkaBroker

/// A consumer as the client libraries behave: joins, syncs, sends heartbeats, commits, and starts over when it is told to.
final class SimulatedClient {
    let name: String
    let group: GroupID
    let instanceID: String?
    let version: Int
    let sessionMillis: Int32
    let rebalanceMillis: Int32

    private(set) var memberID = ""
    private(set) var generation: Int32 = -1
    private(set) var assignment: [UInt8] = []
    /// Another client has its instance id.
    private(set) var isFenced = false
    private var metadata: [UInt8] = [0]
    private var isMember = false
    private var isWaiting = false
    /// The answer to its join, until it syncs: a slow client does so when the group has gone on.
    private var joined: GroupReply.JoinReply?
    /// Grows when the client gives up what it waits for.
    private var connection = 0

    init(
        name: String, group: GroupID, instanceID: String?, version: Int, sessionMillis: Int32, rebalanceMillis: Int32
    ) {
        self.name = name
        self.group = group
        self.instanceID = version >= 5 ? instanceID : nil
        self.version = version
        self.sessionMillis = sessionMillis
        self.rebalanceMillis = rebalanceMillis
    }

    /// Does what it does next; in peace only what a quiet client does.
    func act(in world: GroupSimulation, isCalm: Bool = false) throws {
        if isFenced { return }
        if isWaiting {
            // A request's time is over: the client comes back over another connection.
            if !isCalm, world.random.once(in: 20) { connectionLost() }
            return
        }
        if let joined {
            self.joined = nil
            return try sync(joined, in: world)
        }
        guard isMember else { return try join(in: world) }
        if isCalm { return try heartbeat(in: world) }
        switch Int.random(in: 0..<20, using: &world.random) {
        case 0: try leave(in: world)
        case 1:
            metadata = [UInt8.random(in: 0...3, using: &world.random)]
            isMember = false
        case 2: isMember = false
        case 3..<8: try world.commit(group: group, memberID: memberID, generation: generation)
        default: try heartbeat(in: world)
        }
    }

    /// The process starts anew: a static member keeps its instance id, nothing keeps the member id.
    func restart(in world: GroupSimulation) throws {
        connectionLost()
        forget()
    }

    func connectionLost() {
        connection += 1
        isWaiting = false
        joined = nil
        if assignment.isEmpty { isMember = false }
    }

    private func forget() {
        memberID = ""
        generation = -1
        assignment = []
        isMember = false
        joined = nil
    }

    // MARK: - Requests

    private func send(
        _ request: GroupRequest, in world: GroupSimulation, _ answered: @escaping (GroupReply) throws -> Void
    ) throws {
        isWaiting = true
        let sent = connection
        try world.submit(request, to: group) { [weak self] reply in
            guard let self, connection == sent else { return }
            isWaiting = false
            try answered(reply)
        }
    }

    private func join(in world: GroupSimulation) throws {
        let request = GroupRequest.JoinRequest(
            memberID: memberID, newMemberID: world.newName("m"), instanceID: instanceID, clientID: name,
            clientHost: "/127.0.0.1", sessionTimeoutMillis: sessionMillis, rebalanceTimeoutMillis: rebalanceMillis,
            protocolType: "consumer",
            protocols: [.init(name: "sticky", metadata: metadata), .init(name: "range", metadata: metadata)],
            requiresKnownMemberID: version >= 4, supportsSkippingAssignment: version >= 9)
        assignment = []
        try send(.join(request), in: world) { [self] reply in
            guard case .join(let reply) = reply else { throw SimulationFailure("not a join's answer") }
            switch reply.error {
            case .none:
                (memberID, generation) = (reply.memberID, reply.generation)
                joined = reply
                if world.random.once(in: 2) { try act(in: world) }
            case .memberIDRequired: memberID = reply.memberID
            case .fencedInstanceID: isFenced = true
            case .unknownMemberID, .groupMaxSizeReached: forget()
            case .inconsistentGroupProtocol, .rebalanceInProgress, .notCoordinator: break
            default: throw SimulationFailure("a join is answered with \(reply.error)")
            }
        }
    }

    private func sync(_ joined: GroupReply.JoinReply, in world: GroupSimulation) throws {
        var assignments: [(memberID: String, assignment: [UInt8])] = []
        if joined.leader == memberID, !joined.skipAssignment {
            guard !joined.members.isEmpty else { throw SimulationFailure("a leader without members") }
            assignments = joined.members.map { ($0.id, []) }
            for partition in 0..<GroupSimulation.partitions {
                assignments[partition % assignments.count].assignment.append(UInt8(partition))
            }
        }
        let request = GroupRequest.SyncRequest(
            memberID: memberID, instanceID: instanceID, generation: generation, protocolType: joined.protocolType,
            protocolName: joined.protocolName, assignments: assignments)
        try send(.sync(request), in: world) { [self] reply in
            guard case .sync(let reply) = reply else { throw SimulationFailure("not a sync's answer") }
            switch reply.error {
            case .none:
                assignment = reply.assignment
                isMember = true
                try world.owns(assignment, self)
            case .fencedInstanceID: isFenced = true
            case .unknownMemberID, .illegalGeneration: forget()
            case .rebalanceInProgress, .notCoordinator: break
            default: throw SimulationFailure("a sync is answered with \(reply.error)")
            }
        }
    }

    private func heartbeat(in world: GroupSimulation) throws {
        let request = GroupRequest.HeartbeatRequest(
            memberID: memberID, instanceID: instanceID, generation: generation)
        try send(.heartbeat(request), in: world) { [self] reply in
            guard case .heartbeat(let error) = reply else {
                throw SimulationFailure("not a heartbeat's answer")
            }
            switch error {
            case .none: break
            case .rebalanceInProgress: isMember = false
            case .fencedInstanceID: isFenced = true
            case .unknownMemberID, .illegalGeneration: forget()
            default: throw SimulationFailure("a heartbeat is answered with \(error)")
            }
        }
    }

    private func leave(in world: GroupSimulation) throws {
        let identity = MemberIdentity(memberID: memberID, instanceID: instanceID)
        try send(.leave([identity]), in: world) { [self] _ in forget() }
    }
}
