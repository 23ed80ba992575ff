/// A change of a table that takes AWS its time; here it takes what `--table-delay` says, which is none unless it is asked for.
struct Transition: Hashable, Sendable {
    /// What changes.
    enum Kind: Hashable, Sendable {
        case creation
        case deletion
        /// The table's provisioned throughput; until it is done, the units before are shown.
        case throughput(before: Throughput)
        /// The billing mode.
        case billingMode
        case tableClass(Text)
        /// The allocation of an index, before it is built.
        case indexCreation(Text)
        /// Throughput of an index; until it is done, the units before are shown.
        case indexUpdate(Text, before: Throughput)
        case indexDeletion(Text)
        /// Of the table, or of an index of this name; until it is done, the units before are shown.
        case warmThroughput(index: Text?, before: RequestedUnits)
        case encryption
        case timeToLive
    }

    var kind: Kind
    /// When it is done, in milliseconds since 1970.
    var until: Int64
}

extension Transition.Kind {
    /// Whether the table's status is UPDATING meanwhile.
    var isUpdate: Bool {
        switch self {
        case .throughput, .billingMode, .tableClass, .indexCreation, .indexDeletion: true
        case .creation, .deletion, .indexUpdate, .warmThroughput, .encryption, .timeToLive: false
        }
    }

    /// Whether the units that the table or its indexes provide are changing.
    var isThroughput: Bool {
        switch self {
        case .throughput, .billingMode: true
        default: false
        }
    }

    /// Whether it makes, changes or deletes the index of this name.
    func changes(index name: Text) -> Bool {
        switch self {
        case .indexCreation(name), .indexUpdate(name, before: _), .indexDeletion(name): true
        default: false
        }
    }
}
