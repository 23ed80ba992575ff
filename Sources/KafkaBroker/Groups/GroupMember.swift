/// A member of a group.
struct GroupMember: Equatable, Sendable {
    let id: String
    let instanceID: String?
    var clientID: String
    var clientHost: String
    var sessionTimeoutMillis: Int32
    var rebalanceTimeoutMillis: Int32
    /// In the member's order of preference. After a recovery only the group's chosen one is known.
    var protocols: [GroupProtocol]
    /// What the leader gave it in the last generation that was stored.
    var assignment: [UInt8] = []

    /// True until its first join is answered: it cannot send heartbeats yet, so that its session runs while it waits.
    var isNew = false
    /// The JoinGroup request that waits for the rebalance.
    var awaitingJoin: ReplyID?
    /// The SyncGroup request that waits for the leader's assignment.
    var awaitingSync: ReplyID?
    /// True from the answer to its join until its SyncGroup request.
    var isPendingSync = false
    /// When the session ends; `nil` while a waiting request keeps it alive.
    var sessionDeadline: Int64?

    /// The member's metadata for a protocol that it supports.
    func metadata(for name: String?) -> [UInt8] {
        protocols.first { $0.name == name }?.metadata ?? []
    }

    /// True while one of its own requests keeps its session alive.
    var hasSatisfiedHeartbeat: Bool { !isNew && (awaitingJoin != nil || awaitingSync != nil) }
}

/// The members in the order in which they joined, found by id, by instance id and by the protocols they support.
struct GroupMembers: Sequence, Sendable {
    private var members: [GroupMember] = []
    private var indexByID: [String: Int] = [:]
    private var idByInstanceID: [String: String] = [:]
    private var supporters: [String: Int] = [:]

    var isEmpty: Bool { members.isEmpty }
    var count: Int { members.count }
    var indices: Range<Int> { members.indices }
    var first: GroupMember? { members.first }

    func makeIterator() -> IndexingIterator<[GroupMember]> { members.makeIterator() }

    func contains(_ id: String) -> Bool { indexByID[id] != nil }

    /// The id of the static member with the instance id.
    func id(ofInstance instanceID: String) -> String? { idByInstanceID[instanceID] }

    /// A member by its place; its protocols are changed by `setProtocols` only.
    subscript(index: Int) -> GroupMember {
        _read { yield members[index] }
        _modify { yield &members[index] }
    }

    subscript(id: String) -> GroupMember? { indexByID[id].map { members[$0] } }

    /// Changes a member in place; does nothing when there is none with the id.
    mutating func update(_ id: String, _ change: (inout GroupMember) -> Void) {
        guard let index = indexByID[id] else { return }
        change(&members[index])
    }

    mutating func setProtocols(_ protocols: [GroupProtocol], of id: String) {
        guard let index = indexByID[id], members[index].protocols != protocols else { return }
        count(members[index], by: -1)
        members[index].protocols = protocols
        count(members[index], by: 1)
    }

    mutating func append(_ member: GroupMember) {
        precondition(indexByID[member.id] == nil, "a member id stands for one member")
        indexByID[member.id] = members.count
        if let instanceID = member.instanceID { idByInstanceID[instanceID] = member.id }
        members.append(member)
        count(member, by: 1)
    }

    @discardableResult
    mutating func remove(_ id: String) -> GroupMember? {
        guard let index = indexByID.removeValue(forKey: id) else { return nil }
        let member = members.remove(at: index)
        for later in index..<members.count { indexByID[members[later].id] = later }
        forget(member)
        return member
    }

    /// Puts a member in the place of another.
    mutating func replace(_ id: String, with member: GroupMember) {
        guard let index = indexByID.removeValue(forKey: id) else { return append(member) }
        forget(members[index])
        members[index] = member
        indexByID[member.id] = index
        if let instanceID = member.instanceID { idByInstanceID[instanceID] = member.id }
        count(member, by: 1)
    }

    /// True when every member supports the protocol; of an empty group, any protocol.
    func allSupport(_ name: String) -> Bool { supporters[name, default: 0] == members.count }

    private mutating func forget(_ member: GroupMember) {
        if let instanceID = member.instanceID, idByInstanceID[instanceID] == member.id {
            idByInstanceID[instanceID] = nil
        }
        count(member, by: -1)
    }

    private mutating func count(_ member: GroupMember, by step: Int) {
        // A member that names a protocol twice supports it once.
        for name in Set(member.protocols.map(\.name)) {
            let count = supporters[name, default: 0] + step
            supporters[name] = count == 0 ? nil : count
        }
    }
}
