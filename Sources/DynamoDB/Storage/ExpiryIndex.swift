import SQLite

/// The items of a table with time to live, by the time of their expiry. Each write keeps it; what was there before is added
/// in slices.
final class ExpiryIndex {
    let id: Int64
    /// Items from this row on may lack their entries; nil when none does. Kept in the database.
    var fill: Int64?
    /// No item expires before this, in seconds since 1970.
    var next = Int64.min
    private let table: Int64
    private let connection: Connection
    private var kept: [Statement?] = Array(repeating: nil, count: 5)

    init(id: Int64, table: Int64, fill: Int64?, connection: Connection) {
        self.id = id
        self.table = table
        self.fill = fill
        self.connection = connection
    }

    private func statement(_ slot: Int, _ sql: @autoclosure () -> String) throws(SQLiteError) -> Statement {
        if let statement = kept[slot] { return statement }
        let statement = try connection.prepare(sql())
        kept[slot] = statement
        return statement
    }

    /// An item of this row has this time of expiry, or none.
    func change(row: Int64, to seconds: Int64?, isNew: Bool) throws(SQLiteError) {
        guard let seconds else {
            if !isNew { try remove(row: row) }
            return
        }
        let set = try statement(0, SQL.setExpiry(id))
        set.bind(1, row)
        set.bind(2, seconds)
        try set.run()
        next = min(next, seconds)
    }

    /// The item of this row is gone.
    func remove(row: Int64) throws(SQLiteError) {
        let remove = try statement(1, SQL.removeExpiry(id))
        remove.bind(1, row)
        try remove.run()
    }

    /// The rows that expire after one time and until another one, at most so many.
    fileprivate func due(after start: Int64, until end: Int64, rows: Int) throws(SQLiteError) -> [Int64] {
        let due = try statement(2, SQL.due(id))
        due.bind(1, start)
        due.bind(2, end)
        due.bind(3, rows)
        defer { due.reset() }
        var found: [Int64] = []
        while try due.step() { found.append(due.integer(0)) }
        return found
    }

    /// The next time of expiry after this one.
    fileprivate func next(after start: Int64) throws(SQLiteError) -> Int64? {
        let next = try statement(3, SQL.nextExpiry(id))
        next.bind(1, start)
        defer { next.reset() }
        return try next.step() ? next.integer(0) : nil
    }

    /// Goes on adding items that were there before; where to go on, nil at the end.
    fileprivate func fill(
        from start: Int64, items rowsMax: Int, bytes bytesMax: Int, _ attribute: Text
    ) throws(SQLiteError) -> Int64? {
        let items = try statement(4, SQL.itemsFrom(table))
        items.bind(1, start)
        defer { items.reset() }
        var (rows, bytes) = (0, 0)
        while try items.step() {
            let row = items.integer(0)
            if rows == rowsMax || bytes >= bytesMax { return row }
            rows += 1
            bytes += items.bytes(1).count
            let seconds = Item(stored: items.bytes(1))[attribute]?.expirySeconds
            try change(row: row, to: seconds, isNew: true)
        }
        return nil
    }
}

extension AttributeValue {
    /// The time of expiry that a value stands for, in seconds since 1970: a number above zero, without its fraction. Others
    /// never expire.
    var expirySeconds: Int64? {
        guard case .n(let number) = self, !number.isNegative, !number.isZero, (0...17).contains(number.magnitude) else {
            return nil
        }
        let mantissa = number.mantissa
        if number.exponent >= 0 { return Int64(mantissa * Number.powersOfTen[number.exponent]) }
        return Int64(mantissa / Number.powersOfTen[-number.exponent])
    }
}

extension Storage {
    /// The expiry index that a table has from now on, when its schema becomes this one. To be called in the turn's transaction.
    func expiry(of table: Table, as schema: TableSchema) throws(SQLiteError) -> ExpiryIndex? {
        func attribute(_ schema: TableSchema) -> Text? {
            schema.timeToLive.flatMap { $0.isEnabled ? $0.attributeName : nil }
        }
        guard attribute(schema) != attribute(table.schema) else { return table.expiry }
        if let old = table.expiry {
            try discard(SQL.expiryName(old.id))
            let delete = try statement(SQL.deleteIndex)
            delete.bind(1, old.id)
            try delete.run()
            hasDiscarded = true
        }
        guard attribute(schema) != nil else { return nil }
        let insert = try statement(SQL.insertIndex)
        insert.bind(1, table.id)
        insert.bind(2, text: SQL.expiryCatalogName)
        try insert.run()
        let id = connection.lastInsertRowID
        for sql in SQL.createExpiry(id) { try connection.execute(sql) }
        let made = ExpiryIndex(id: id, table: table.id, fill: table.counts.items > 0 ? 0 : nil, connection: connection)
        try persist(fill: made.fill, of: made)
        nextExpiry = .min
        return made
    }

    /// The expiry index of a table as the database has it.
    func loadExpiry(of table: Int64) throws(SQLiteError) -> ExpiryIndex? {
        let row = try statement(SQL.expiry)
        row.bind(1, table)
        defer { row.reset() }
        guard try row.step() else { return nil }
        return ExpiryIndex(
            id: row.integer(0), table: table, fill: row.isNull(1) ? nil : row.integer(1), connection: connection)
    }

    private func persist(fill: Int64?, of index: ExpiryIndex) throws(SQLiteError) {
        let update = try statement(SQL.updateBackfill)
        update.bind(1, index.id)
        if let fill { update.bind(2, fill) } else { update.bindNull(2) }
        try update.run()
    }

    /// How old a time of expiry may be, in seconds: items that say they expired before are kept. Source: the developer guide,
    /// "Time to Live": five years.
    static let expiryAgeMax: Int64 = 5 * 365 * 86_400

    /// What a slice of expiry does at most, which takes about a millisecond: items, and their bytes.
    static let expiryItems = 32
    static let expiryBytes = 64 << 10

    /// Does a slice of the work of expiry, in a transaction of its own: adds items to an expiry index, or removes items that
    /// have expired. Whether there was anything to do.
    func expire(now: Int64) throws(DynamoDBError) -> Bool {
        // An item has expired once the time is past the second that it names.
        let seconds = (now - 1) / 1000
        guard seconds >= nextExpiry else { return false }
        var earliest = Int64.max
        for table in tables {
            guard let index = table.expiry else { continue }
            if seconds >= index.next, try sweep(index, of: table, seconds) { return true }
            earliest = min(earliest, index.next)
        }
        // What is due goes before what may be due: a large table that begins to have time to live holds up no other.
        for table in tables {
            guard let index = table.expiry else { continue }
            if try fill(index, of: table) { return true }
        }
        nextExpiry = earliest
        return false
    }

    private func fill(_ index: ExpiryIndex, of table: Table) throws(DynamoDBError) -> Bool {
        guard let start = index.fill, let attribute = table.schema.timeToLive?.attributeName else { return false }
        try beginWriting()
        let reached = try attempt { () throws(SQLiteError) in
            let reached = try index.fill(
                from: start, items: Storage.expiryItems * 4, bytes: Storage.expiryBytes * 2, attribute)
            try persist(fill: reached, of: index)
            return reached
        }
        try commitTurn()
        index.fill = reached
        return true
    }

    /// Removes some of the items that have expired; false when there are none.
    private func sweep(_ index: ExpiryIndex, of table: Table, _ seconds: Int64) throws(DynamoDBError) -> Bool {
        let start = seconds - Storage.expiryAgeMax
        let due = try attempt { () throws(SQLiteError) in
            try index.due(after: start, until: seconds, rows: Storage.expiryItems)
        }
        guard !due.isEmpty else {
            let next = try attempt { () throws(SQLiteError) in try index.next(after: seconds) }
            index.next = next ?? .max
            return false
        }
        try beginWriting()
        var bytes = 0
        for row in due where bytes < Storage.expiryBytes {
            bytes += try expire(row, index, of: table, after: start, until: seconds)
        }
        try commitTurn()
        return true
    }

    /// Removes the item of a row, if it is what its entry says. Returns the item's size.
    private func expire(
        _ row: Int64, _ index: ExpiryIndex, of table: Table, after start: Int64, until end: Int64
    ) throws(DynamoDBError) -> Int {
        let stored = try attempt { () throws(SQLiteError) -> StoredItem? in
            let item = try table.statements.itemAt()
            item.bind(1, row)
            defer { item.reset() }
            guard try item.step() else { return nil }
            return StoredItem(rowID: row, size: Int(item.integer(0)), json: Array(item.bytes(1)))
        }
        let item = stored?.item
        let expires = table.schema.timeToLive.flatMap { item?[$0.attributeName]?.expirySeconds }
        guard let stored, let item, let expires, expires > start, expires <= end,
            let key = table.schema.key.value(of: item)
        else {
            try attempt { () throws(SQLiteError) in try index.change(row: row, to: expires, isNew: false) }
            return 0
        }
        try delete(table, key: key, old: stored, oldItem: item)
        return stored.size
    }
}
