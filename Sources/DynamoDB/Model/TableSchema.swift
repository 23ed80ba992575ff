/// A key attribute: its name and its type, which is S, N or B.
struct KeyAttribute: Hashable, Sendable {
    var name: Text
    var type: DataType
}

/// The key of a table or an index: partition key attributes, then sort key attributes.
struct KeySchema: Hashable, Sendable {
    /// All of them, partition key first.
    var attributes: [KeyAttribute]

    /// The partition key.
    var partition: KeyAttribute { attributes[0] }
    /// The sort key, if there is one.
    var sort: KeyAttribute? { attributes.count > 1 ? attributes[1] : nil }

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
}

/// A secondary index as it was asked for.
struct IndexSchema: Hashable, Sendable {
    var name: Text
    var isGlobal: Bool
    var key: KeySchema
    var projection: Projection
    var throughput: Throughput?
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
