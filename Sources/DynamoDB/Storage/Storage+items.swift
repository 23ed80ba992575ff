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
    /// Calls `body` with an item in place: its size and JSON. Returns nil when there is no such item.
    @inline(__always)
    func withItem<Result>(
        _ table: Table, key: UnsafeRawBufferPointer, _ body: (Int, UnsafeRawBufferPointer) -> Result
    ) throws(DynamoDBError) -> Result? {
        try attempt { () throws(SQLiteError) in
            try find(key, table.statements.get()) { body(Int($0.integer(0)), $0.bytes(1)) }
        }
    }

    /// A copy of an item, and its row.
    func item(_ table: Table, key: [UInt8]) throws(DynamoDBError) -> StoredItem? {
        try attempt { () throws(SQLiteError) in
            try key.withBytes { (key) throws(SQLiteError) in
                try find(key, table.statements.getRow()) {
                    StoredItem(rowID: $0.integer(2), size: Int($0.integer(0)), json: Array($0.bytes(1)))
                }
            }
        }
    }

    @inline(__always)
    private func find<Result>(
        _ key: UnsafeRawBufferPointer, _ statement: Statement, _ body: (Statement) -> Result
    ) throws(SQLiteError) -> Result? {
        statement.bind(1, inPlace: key)
        guard try statement.step() else {
            statement.reset()
            return nil
        }
        let result = body(statement)
        statement.reset()
        return result
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
        return try changeIndexes(table, key: key, from: oldItem, to: item, json: json, rowID: rowID)
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
        return try changeIndexes(table, key: key, from: oldItem, to: nil, json: [], rowID: old.rowID)
    }

    private func change(
        _ expiry: ExpiryIndex, of table: Table, row: Int64, _ item: Item, isNew: Bool
    ) throws(DynamoDBError) {
        let expires = table.schema.timeToLive.flatMap { item[$0.attributeName]?.expirySeconds }
        try attempt { () throws(SQLiteError) in try expiry.change(row: row, to: expires, isNew: isNew) }
        nextExpiry = min(nextExpiry, expires ?? .max)
    }

    private func changeIndexes(
        _ table: Table, key: KeyValue, from old: Item?, to new: Item?, json: [UInt8], rowID: Int64
    ) throws(DynamoDBError) -> [IndexChange] {
        guard !table.indexes.isEmpty else { return [] }
        var changes: [IndexChange] = []
        for index in table.indexes {
            let before = old.flatMap { index.entry(of: $0, in: table, tableKey: key) }
            let after = new.flatMap { index.entry(of: $0, in: table, tableKey: key) }
            let isMoved = before != nil && after != nil && before!.key.bytes != after!.key.bytes
            let isChanged = before?.content != after?.content
            changes.append(
                IndexChange(
                    oldSize: before?.size, newSize: after?.size, isMoved: isMoved, isChanged: isChanged))
            try attempt { () throws(SQLiteError) in
                if let backfill = index.backfill {
                    try remove(before, from: index, during: backfill)
                    guard let after else { return }
                    try put(after, into: index, of: json, rowID: rowID)
                    index.counts.items += 1
                    index.counts.bytes += after.size
                } else {
                    if let before, before.key.bytes != after?.key.bytes { try remove(before, from: index) }
                    if let after, isChanged { try put(after, into: index, of: json, rowID: rowID) }
                    index.counts.items += (after == nil ? 0 : 1) - (before == nil ? 0 : 1)
                    index.counts.bytes += (after?.size ?? 0) - (before?.size ?? 0)
                }
            }
        }
        return changes
    }

    /// Removes an entry.
    func remove(_ entry: IndexEntry, from index: SecondaryIndex) throws(SQLiteError) {
        let delete = try index.statements.delete()
        try entry.key.bytes.withBytes { (bytes) throws(SQLiteError) in
            delete.bind(1, inPlace: bytes)
            try delete.run()
        }
    }

    /// Stores an entry of the item with this JSON.
    private func put(
        _ entry: IndexEntry, into index: SecondaryIndex, of json: [UInt8], rowID: Int64
    ) throws(SQLiteError) {
        let put = try index.statements.put()
        let content = index.storedContent(of: json, size: entry.size, entry.content)
        try entry.key.bytes.withBytes { (key) throws(SQLiteError) in
            try (content ?? []).withBytes { (bytes) throws(SQLiteError) in
                put.bind(1, inPlace: key)
                put.bind(2, Int64(entry.key.hash))
                put.bind(3, entry.size)
                put.bind(4, rowID)
                if content == nil { put.bindNull(5) } else { put.bind(5, inPlace: bytes) }
                try put.run()
            }
        }
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

    /// What is stored of an entry beside its key, so that it is read without the item: canonical JSON. Nil when it is so long that the
    /// index would get deep, or overflow SQLite's pages; it is read from the item then, as are entries that were stored before format 4.
    func storedContent(of json: [UInt8], size: Int, _ content: @autoclosure () -> Item) -> [UInt8]? {
        guard size <= Self.storedContentMax else { return nil }
        var stored = json
        if schema.projection != .all {
            stored.removeAll()
            JSONWriter.append(to: &stored) { $0.item(content()) }
        }
        return stored.count <= Self.storedContentMax ? stored : nil
    }

    /// The longest content that is stored with an entry, in bytes of JSON: at least six entries to a page of 4 KiB.
    static let storedContentMax = 512
}
