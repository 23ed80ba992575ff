import SQLite

/// An item as it is stored.
struct StoredItem {
    let rowID: Int64
    /// DynamoDB's size in bytes.
    let size: Int
    /// Canonical JSON.
    let json: [UInt8]

    /// The attributes.
    var item: Item { Item(stored: json) }
}

extension AttributeMap {
    /// Reads what `JSONWriter.item` wrote.
    init(stored json: UnsafeRawBufferPointer) {
        var reader = JSONReader(json)
        guard let result = try? reader.item(), case .success(let item) = result else {
            preconditionFailure("a stored item cannot be read")
        }
        self = item
    }

    init(stored json: [UInt8]) {
        self = json.withUnsafeBytes { Item(stored: $0) }
    }
}

/// What changed in one index by a write.
struct IndexChange: Hashable, Sendable {
    /// The entry's size before, nil when there was none.
    var oldSize: Int?
    /// The entry's size after, nil when there is none.
    var newSize: Int?
    /// Whether the entry moved to another key.
    var isMoved: Bool
    /// Whether what the entry holds changed.
    var isChanged: Bool
}

extension Storage {
    /// Calls `body` with an item in place: its rowid, size and JSON. Returns nil when there is no such item.
    @inline(__always)
    func withItem<Result>(
        _ table: Table, key: UnsafeRawBufferPointer, _ body: (Int64, Int, UnsafeRawBufferPointer) -> Result
    ) throws(DynamoDBError) -> Result? {
        try attempt { () throws(SQLiteError) in
            let statement = try table.statements.get()
            statement.bind(1, inPlace: key)
            guard try statement.step() else {
                statement.reset()
                return nil
            }
            let result = body(statement.integer(0), Int(statement.integer(1)), statement.bytes(2))
            statement.reset()
            return result
        }
    }

    /// A copy of an item.
    func item(_ table: Table, key: [UInt8]) throws(DynamoDBError) -> StoredItem? {
        try key.withBytes { (key) throws(DynamoDBError) in
            try withItem(table, key: key) { StoredItem(rowID: $0, size: $1, json: Array($2)) }
        }
    }

    /// Stores an item in the place of `old`. Its keys are valid. Returns what changed in each index.
    @discardableResult
    func put(
        _ table: Table, key: KeyValue, item: Item, json: [UInt8], size: Int, replacing old: StoredItem?, oldItem: Item?
    ) throws(DynamoDBError) -> [IndexChange] {
        try beginWriting()
        markDirty(table)
        let rowID = try attempt { () throws(SQLiteError) in
            try json.withBytes { (json) throws(SQLiteError) in
                if let old {
                    let update = try table.statements.update()
                    update.bind(1, old.rowID)
                    update.bind(2, size)
                    update.bind(3, inPlace: json)
                    try update.run()
                    return old.rowID
                }
                return try key.bytes.withBytes { (bytes) throws(SQLiteError) in
                    let insert = try table.statements.insert()
                    insert.bind(1, inPlace: bytes)
                    insert.bind(2, Int64(key.hash))
                    insert.bind(3, size)
                    insert.bind(4, inPlace: json)
                    try insert.run()
                    return connection.lastInsertRowID
                }
            }
        }
        table.counts.items += old == nil ? 1 : 0
        table.counts.bytes += size - (old?.size ?? 0)
        if let expiry = table.expiry { try change(expiry, of: table, row: rowID, item, isNew: old == nil) }
        return try changeIndexes(table, key: key, from: oldItem, to: item, rowID: rowID)
    }

    /// Removes an item. Returns what changed in each index.
    @discardableResult
    func delete(
        _ table: Table, key: KeyValue, old: StoredItem, oldItem: Item?
    ) throws(DynamoDBError) -> [IndexChange] {
        try beginWriting()
        markDirty(table)
        try attempt { () throws(SQLiteError) in
            let delete = try table.statements.delete()
            delete.bind(1, old.rowID)
            try delete.run()
        }
        table.counts.items -= 1
        table.counts.bytes -= old.size
        if let expiry = table.expiry {
            try attempt { () throws(SQLiteError) in try expiry.remove(row: old.rowID) }
        }
        return try changeIndexes(table, key: key, from: oldItem, to: nil, rowID: old.rowID)
    }

    private func change(
        _ expiry: ExpiryIndex, of table: Table, row: Int64, _ item: Item, isNew: Bool
    ) throws(DynamoDBError) {
        let expires = table.schema.timeToLive.flatMap { item[$0.attributeName]?.expirySeconds }
        try attempt { () throws(SQLiteError) in try expiry.change(row: row, to: expires, isNew: isNew) }
        nextExpiry = min(nextExpiry, expires ?? .max)
    }

    private func changeIndexes(
        _ table: Table, key: KeyValue, from old: Item?, to new: Item?, rowID: Int64
    ) throws(DynamoDBError) -> [IndexChange] {
        guard !table.indexes.isEmpty else { return [] }
        var changes: [IndexChange] = []
        for index in table.indexes {
            let before = old.flatMap { index.entry(of: $0, in: table, tableKey: key) }
            let after = new.flatMap { index.entry(of: $0, in: table, tableKey: key) }
            let isMoved = before != nil && after != nil && before!.key.bytes != after!.key.bytes
            changes.append(
                IndexChange(
                    oldSize: before?.size, newSize: after?.size, isMoved: isMoved,
                    isChanged: before?.content != after?.content))
            try attempt { () throws(SQLiteError) in
                if let backfill = index.backfill {
                    try change(index, during: backfill, from: before, to: after, rowID: rowID)
                } else {
                    try change(index, from: before, to: after, rowID: rowID)
                }
            }
        }
        return changes
    }

    private func change(
        _ index: SecondaryIndex, from before: IndexEntry?, to after: IndexEntry?, rowID: Int64
    ) throws(SQLiteError) {
        if let before, before.key.bytes != after?.key.bytes {
            let delete = try index.statements.delete()
            try before.key.bytes.withBytes { (bytes) throws(SQLiteError) in
                delete.bind(1, inPlace: bytes)
                try delete.run()
            }
        }
        if let after, before?.key.bytes != after.key.bytes || before?.size != after.size {
            let put = try index.statements.put()
            try after.key.bytes.withBytes { (bytes) throws(SQLiteError) in
                put.bind(1, inPlace: bytes)
                put.bind(2, Int64(after.key.hash))
                put.bind(3, after.size)
                put.bind(4, rowID)
                try put.run()
            }
        }
        index.counts.items += (after == nil ? 0 : 1) - (before == nil ? 0 : 1)
        index.counts.bytes += (after?.size ?? 0) - (before?.size ?? 0)
    }
}

/// An item's entry in an index.
struct IndexEntry {
    /// Index key and table key.
    let key: KeyValue
    /// The size of what the index holds.
    let size: Int
    /// What the index holds.
    let content: Item
}

extension SecondaryIndex {
    /// The entry of an item, nil when the item does not have the index's keys, or keys that an index cannot have: indexes
    /// are sparse.
    func entry(of item: Item, in table: Table, tableKey: KeyValue) -> IndexEntry? {
        guard var key = schema.key.value(of: item), schema.key.hasValidSizes(item) else { return nil }
        key.bytes.append(contentsOf: tableKey.bytes)
        let content = schema.project(item, tableKey: table.schema.key)
        return IndexEntry(key: key, size: content.size, content: content)
    }
}
