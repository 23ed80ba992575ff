import KafkaWire

/// One classic consumer group: Kafka's group membership protocol as a pure machine.
///
/// `apply` takes an event and the time and says what to do; it reads no clock, writes nothing and waits for nothing. What must
/// outlive the broker (the stored generation, the members' assignments, the committed offsets) changes only in `replay`, which
/// operation and recovery share; what need not (who waits for what, until when) changes in `apply`.
///
/// Each event stands in a file of its own: `Group+Join.swift`, `Group+Sync.swift` and so on.
struct Group: Sendable {
    /// Kafka's states of a classic group; the raw value is the name that clients are shown.
    enum State: String, Sendable {
        /// No members; perhaps committed offsets.
        case empty = "Empty"
        /// Members are joining.
        case preparingRebalance = "PreparingRebalance"
        /// All have joined; the leader's assignment is awaited.
        case completingRebalance = "CompletingRebalance"
        /// Every member can have its assignment.
        case stable = "Stable"
        /// Ended by a tombstone; whoever owns the group forgets it.
        case dead = "Dead"
    }

    /// The wait of a group that was empty for more members.
    struct InitialDelay: Equatable, Sendable {
        var delayMillis: Int32
        var remainingMillis: Int32
        var hasNewMember = false
    }

    let id: GroupID
    let configuration: GroupConfiguration

    var state = State.empty
    /// When the state was entered, in milliseconds since 1970; -1 when unknown.
    var stateTimestamp: Int64 = -1
    /// Grows by one with every completed join; stored with the assignment that follows.
    var generation: Int32 = 0
    var protocolType: String?
    var protocolName: String?
    var leader: String?
    var members = GroupMembers()
    /// Who was told its id and has yet to join with it, and when that is given up.
    var pendingMembers: [(id: String, deadline: Int64)] = []
    /// When the join phase ends whether or not everybody has joined.
    var joinDeadline: Int64?
    var initialDelay: InitialDelay?
    /// When members that have not sent SyncGroup are removed.
    var syncDeadline: Int64?
    /// Committed offsets by topic and partition.
    var offsets: [String: [Int32: CommittedOffset]] = [:]

    init(id: GroupID, configuration: GroupConfiguration) {
        self.id = id
        self.configuration = configuration
    }

    /// Takes an event at a time and says what to do, in order.
    mutating func apply(_ event: GroupEvent, at now: Moment) -> [GroupEffect] {
        var step = Step(now: now)
        switch event {
        case .request(.join(let request), let reply): join(request, reply, &step)
        case .request(.sync(let request), let reply): sync(request, reply, &step)
        case .request(.heartbeat(let request), let reply): heartbeat(request, reply, &step)
        case .request(.leave(let members), let reply): leave(members, reply, &step)
        case .request(.commit(let request), let reply): commit(request, reply, &step)
        case .deadline: expire(&step)
        case .recovered: beginSessions(&step)
        case .unloaded: unload(&step)
        case .appended(let append): appended(append, &step)
        case .appendFailed(let append, let error): appendFailed(append, error, &step)
        }
        return step.effects
    }

    /// One event's time and what came of it so far.
    struct Step {
        let now: Moment
        var effects: [GroupEffect] = []

        mutating func reply(_ id: ReplyID, _ reply: GroupReply) { effects.append(.reply(id, reply)) }

        /// A deadline, by the clock that only runs forward.
        func after(_ millis: Int32) -> Int64 { now.steadyMillis + Int64(max(millis, 0)) }
    }

    private mutating func appended(_ append: GroupAppend, _ step: inout Step) {
        switch append {
        case .assignment(let generation): assignmentStored(generation, &step)
        case .emptied: break
        case .staticMember(let replacement): staticMemberStored(replacement, &step)
        case .commit(let reply, let errors): step.reply(reply, .commit(errors))
        }
    }

    private mutating func appendFailed(_ append: GroupAppend, _ error: KafkaError, _ step: inout Step) {
        let error = append.answer(to: error)
        switch append {
        case .assignment(let generation): assignmentFailed(generation, error, &step)
        case .emptied: enterEmpty(at: step.now)
        case .staticMember(let replacement): staticMemberFailed(replacement, error, &step)
        case .commit(let reply, let errors): step.reply(reply, .commit(errors.map { $0 == .none ? error : $0 }))
        }
    }

    mutating func enter(_ state: State, at now: Moment) {
        self.state = state
        stateTimestamp = now.wallMillis
    }

    /// Kafka's check of a member that says it belongs to the group: a static member's instance id comes before its id.
    func validate(memberID: String, instanceID: String?) -> KafkaError {
        if let instanceID {
            guard let current = members.id(ofInstance: instanceID) else { return .unknownMemberID }
            if current != memberID { return .fencedInstanceID }
        }
        return members.contains(memberID) ? .none : .unknownMemberID
    }

    /// The longest time that a member wants to have for a rebalance, in milliseconds.
    var rebalanceTimeoutMillis: Int32 {
        members.reduce(0) { max($0, $1.rebalanceTimeoutMillis) }
    }

    /// True for a group of which nothing is stored and nothing is going on.
    var isUnused: Bool {
        state == .empty && generation == 0 && protocolType == nil && stateTimestamp == -1 && members.isEmpty
            && pendingMembers.isEmpty
            && offsets.isEmpty
    }

    /// The first time at which `.deadline` has something to do, by the clock that only runs forward.
    var nextDeadline: Int64? {
        var first = min(joinDeadline ?? .max, syncDeadline ?? .max)
        for pending in pendingMembers { first = min(first, pending.deadline) }
        for index in members.indices { first = min(first, members[index].sessionDeadline ?? .max) }
        return first == .max ? nil : first
    }
}
