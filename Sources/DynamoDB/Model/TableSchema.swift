/// A key attribute: its name and its type, which is S, N or B.
struct KeyAttribute: Hashable, Sendable {
    var name: Text
    var type: DataType
}

/// The key of a table or an index: partition key attributes, then sort key attributes.
struct KeySchema: Hashable, Sendable {
    /// All of them, partition key first.
    var attributes: [KeyAttribute]
    /// How many of them are the partition key: one, or up to four in a global index.
    var partitionCount = 1

    /// The partition key's first attribute: the only one in a table's key.
    var partition: KeyAttribute { attributes[0] }
    /// The sort key's first attribute, if there is one: the only one in a table's key.
    var sort: KeyAttribute? { attributes.count > partitionCount ? attributes[partitionCount] : nil }

    /// The partition key's attributes, in their order.
    var partitionAttributes: ArraySlice<KeyAttribute> { attributes[..<partitionCount] }
    /// The sort key's attributes, in their order.
    var sortAttributes: ArraySlice<KeyAttribute> { attributes[partitionCount...] }

    /// Whether an attribute of this name is part of the key.
    func contains(_ name: Text) -> Bool { attributes.contains { $0.name == name } }
}

/// The attributes that an index holds besides the keys.
enum Projection: Hashable, Sendable {
    case all
    case keysOnly
    case include([Text])

    var name: StaticString {
        switch self {
        case .all: "ALL"
        case .keysOnly: "KEYS_ONLY"
        case .include: "INCLUDE"
        }
    }
}

/// Provisioned throughput in units a second; zero on demand.
struct Throughput: Hashable, Sendable {
    var readUnits = 0
    var writeUnits = 0
    /// When it was last raised, in milliseconds since 1970.
    var increasedMillis: Int64?
    /// When it was last lowered.
    var decreasedMillis: Int64?
    /// How often it was lowered on the day of `decreasedMillis`.
    var decreases = 0
}

/// Units a second that were asked for in reading and in writing.
struct RequestedUnits: Hashable, Sendable {
    var read: Int?
    var write: Int?
}

/// Where a table's items say when they expire.
struct TimeToLive: Hashable, Sendable {
    /// The attribute with the time of expiry in seconds since 1970.
    var attributeName: Text
    /// Whether items expire.
    var isEnabled: Bool
    /// When this was last changed, in milliseconds since 1970.
    var changedMillis: Int64
}

/// Encryption with a key of the account's.
struct Encryption: Hashable, Sendable {
    /// The key's id or ARN; nil is AWS's own key.
    var key: Text?
}

/// A secondary index as it was asked for.
struct IndexSchema: Hashable, Sendable {
    var name: Text
    var isGlobal: Bool
    var key: KeySchema
    var projection: Projection
    var throughput: Throughput?
    /// The most that is served on demand.
    var onDemandThroughput: RequestedUnits?
    /// What is to be served at once.
    var warmThroughput: RequestedUnits?
}

/// A tag of a table.
struct Tag: Hashable, Sendable {
    var key: Text
    var value: Text
}

/// A table as it was asked for.
struct TableSchema: Hashable, Sendable {
    var name: Text
    /// In the order in which they were given.
    var attributeDefinitions: [KeyAttribute]
    var key: KeySchema
    /// Global ones in their order, then local ones in theirs.
    var indexes: [IndexSchema]
    var isOnDemand: Bool
    var throughput: Throughput
    var isDeletionProtected: Bool
    /// STANDARD unless given.
    var tableClass: Text?
    var tags: [Tag]
    /// When the table last became one on demand, in milliseconds since 1970; nil is never, or when it was made.
    var onDemandMillis: Int64?
    /// When the table class was last changed.
    var tableClassMillis: Int64?
    /// The most that is served on demand.
    var onDemandThroughput: RequestedUnits?
    /// What is to be served at once.
    var warmThroughput: RequestedUnits?
    var encryption: Encryption?
    var timeToLive: TimeToLive?
}

extension IndexSchema {
    /// Whether an index entry carries an attribute, beside the keys of index and table.
    func projects(_ name: Text, tableKey: KeySchema) -> Bool {
        switch projection {
        case .all: true
        case .keysOnly: key.contains(name) || tableKey.contains(name)
        case .include(let names): names.contains(name) || key.contains(name) || tableKey.contains(name)
        }
    }

    /// What an index entry holds of an item.
    func project(_ item: Item, tableKey: KeySchema) -> Item {
        if case .all = projection { return item }
        return AttributeMap(item.entries.filter { projects($0.name, tableKey: tableKey) })
    }
}

extension TableSchema {
    /// The same without an index, and without the definitions that only that index used.
    func without(index name: Text) -> TableSchema {
        var schema = self
        schema.indexes.removeAll { $0.name == name }
        schema.dropUnusedDefinitions()
        return schema
    }

    /// Drops the attribute definitions that no key uses.
    mutating func dropUnusedDefinitions() {
        attributeDefinitions.removeAll { definition in
            !key.contains(definition.name) && !indexes.contains { $0.key.contains(definition.name) }
        }
    }
}
