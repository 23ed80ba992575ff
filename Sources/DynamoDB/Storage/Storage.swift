import SQLite

/// The tables on disk: one database file, one connection, one transaction a turn.
///
/// Every function that fails for a reason of SQLite answers InternalServerError. If that happens while the turn's transaction
/// is open, the turn is lost: nothing of it may stay, and `commitTurn` will say so.
final class Storage {
    let connection: Connection
    /// The tables by name, ascending.
    var tables: [Table] = []
    /// The tables as of the last commit, when they differ.
    var committedTables: [Table]?
    /// The tables whose schema or transitions this turn changed.
    var changed: [Table] = []
    /// When the next transition of a table is done, in milliseconds since 1970.
    var nextTransition = Int64.max
    private var dirty: [Table] = []
    private var isTurnOpen = false
    private var lost: SQLiteError?
    /// What SQLite said last when it failed.
    private(set) var lastFailure: SQLiteError?
    /// The number of the turn that is open, or was last.
    private(set) var turn = 0
    /// The turns that were abandoned last, ascending.
    private var abandonedTurns: [Int] = []
    private static let abandonedTurnsMax = 64
    /// Whether the log may hold a commit that was refused.
    private var mayHoldRefused = false
    private var kept: [String: Statement] = [:]
    /// No item of any table expires before this, in seconds since 1970.
    var nextExpiry = Int64.min
    /// Whether rows of deleted tables are still to be removed.
    var hasDiscarded = false

    /// How much of the building of an index is done at a time.
    var backfillLimits = Backfill.Limits()

    /// Opens the database in `path`, or makes it.
    init(path: String, options: Connection.Options) throws {
        connection = try Connection(path: path, options: options)
        if options.synchronous == .full { try secure() }
        try migrate()
        try load()
        try finishDeletions()
    }

    /// Waits until what is there is on the disk. A process that died in the middle of a commit may have left it whole in the log, where
    /// reads find it from now on, but not synced: a loss of power would take back what they were told.
    private func secure() throws(SQLiteError) {
        do {
            try connection.checkpoint()
        } catch  where error.primaryCode == SQLiteError.full {
            // The log is synced before it is copied, so that it lacked room only for the copy.
        }
    }

    /// A database whose format this program does not know.
    struct UnknownFormat: Error, CustomStringConvertible {
        let path: String
        let version: Int
        var description: String {
            version > SQL.formatVersion
                ? "\(path) was written by a newer nestbox (format \(version), this one knows \(SQL.formatVersion)): "
                    + "use that version, or another data directory"
                : "\(path) is not a database of nestbox: use another data directory"
        }
    }

    private func migrate() throws {
        let version = Int(try connection.integer("PRAGMA user_version"))
        let application = Int(try connection.integer("PRAGMA application_id"))
        let path = "the tables' database"
        if version > SQL.formatVersion { throw UnknownFormat(path: path, version: version) }
        if version > 0, application != SQL.applicationID { throw UnknownFormat(path: path, version: 0) }
        guard version < SQL.formatVersion else { return }
        try connection.transaction { () throws(SQLiteError) in
            for migration in SQL.migrations[version...] {
                for sql in migration.statements { try connection.execute(sql) }
                guard let ofIndex = migration.ofIndex else { continue }
                for id in try indexIDs() { try connection.execute(ofIndex(id)) }
            }
            try connection.execute("PRAGMA application_id = \(SQL.applicationID)")
            try connection.execute(SQL.setFormatVersion)
        }
    }

    private func indexIDs() throws(SQLiteError) -> [Int64] {
        let statement = try connection.prepare(SQL.indexIDs)
        defer { statement.reset() }
        var ids: [Int64] = []
        while try statement.step() { ids.append(statement.integer(0)) }
        return ids
    }

    /// Finishes what was being deleted when the program ended.
    private func finishDeletions() throws {
        let statement = try connection.prepare(SQL.deleting)
        var going: [(table: Int64, index: Int64)] = []
        while try statement.step() { going.append((statement.integer(0), statement.integer(1))) }
        statement.reset()
        for (tableID, indexID) in going {
            guard let table = tables.first(where: { $0.id == tableID }) else { continue }
            if indexID == 0 {
                try delete(table)
            } else if let index = table.indexes.first(where: { $0.id == indexID }) {
                try change(table, to: table.schema.without(index: index.schema.name))
            }
        }
        try commitTurn()
    }

    private func load() throws {
        let statement = try connection.prepare(SQL.tables)
        defer { statement.reset() }
        while try statement.step() {
            let id = statement.integer(0)
            var schema = TableSchema(stored: statement.bytes(4))
            schema?.name = Text(statement.text(1))
            guard let schema else {
                throw SQLiteError(code: 11, message: "the definition of table \(statement.text(1)) cannot be read")
            }
            let counts = Counts(items: Int(statement.integer(5)), bytes: Int(statement.integer(6)))
            let table = Table(
                id: id, schema: schema, tableID: statement.text(2), createdMillis: statement.integer(3),
                counts: counts, indexes: try loadIndexes(of: id, schema), expiry: try loadExpiry(of: id),
                connection: connection)
            tables.append(table)
        }
        tables.sort { $0.schema.name < $1.schema.name }
        hasDiscarded = try self.statement(SQL.nextDiscarded).runReturningRow()
    }

    private func loadIndexes(of table: Int64, _ schema: TableSchema) throws -> [SecondaryIndex] {
        let statement = try connection.prepare(SQL.indexes)
        var found: [(id: Int64, name: Text, counts: Counts, backfill: Int64?)] = []
        statement.bind(1, table)
        while try statement.step() {
            let counts = Counts(items: Int(statement.integer(2)), bytes: Int(statement.integer(3)))
            let backfill = statement.isNull(4) ? nil : statement.integer(4)
            found.append((statement.integer(0), Text(statement.text(1)), counts, backfill))
        }
        statement.reset()
        return try schema.indexes.map { index in
            guard let row = found.first(where: { $0.name == index.name }) else {
                throw SQLiteError(code: 11, message: "index \(index.name) of table \(schema.name) has no rows")
            }
            let opened = SecondaryIndex(id: row.id, schema: index, counts: row.counts, connection: connection)
            opened.backfill = row.backfill.map { Backfill(position: $0) }
            return opened
        }
    }

    /// Closes the database. What is not committed is gone.
    func close() {
        connection.rollback()
        tables = []
        kept = [:]
        connection.close()
    }

    // MARK: Finding

    /// The table of this name.
    func table(named name: UnsafeRawBufferPointer) -> Table? {
        var low = 0
        var high = tables.count
        while low < high {
            let middle = (low + high) / 2
            let order = tables[middle].nameBytes.withUnsafeBytes { ByteOrder.compare($0, name) }
            if order == 0 { return tables[middle] }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// The table of this name.
    func table(named name: Text) -> Table? { name.withBytes { table(named: $0) } }

    func statement(_ sql: String) throws(SQLiteError) -> Statement {
        if let statement = kept[sql] { return statement }
        let statement = try connection.prepare(sql)
        kept[sql] = statement
        return statement
    }

    // MARK: Turns

    /// Runs `body` on SQLite; its failure becomes the client's error, and loses the turn if one is open.
    @inline(__always)
    func attempt<Result>(_ body: () throws(SQLiteError) -> Result) throws(DynamoDBError) -> Result {
        do {
            return try body()
        } catch {
            throw failed(error)
        }
    }

    private func failed(_ error: SQLiteError) -> DynamoDBError {
        lastFailure = error
        if isTurnOpen && lost == nil { lost = error }
        return DynamoDBError(.internalServerError, Messages.internalServerError)
    }

    /// Lets the statements to come read within one transaction; without it, each has its own.
    @inline(__always)
    func keepReading() { try? connection.keepReading() }

    /// Opens the turn's transaction unless it is open. To be called before anything is written.
    func beginWriting() throws(DynamoDBError) {
        guard lost == nil else { throw DynamoDBError(.internalServerError, Messages.internalServerError) }
        guard !isTurnOpen else { return }
        try attempt { () throws(SQLiteError) in try connection.begin() }
        isTurnOpen = true
        turn += 1
    }

    /// Whether nothing of a turn has stayed. Of turns before those that are remembered it says so too: on a disk that fails that often a scan is
    /// better refused than wrong.
    func isAbandoned(_ turn: Int) -> Bool {
        abandonedTurns.contains(turn)
            || abandonedTurns.count == Self.abandonedTurnsMax && turn < abandonedTurns[0]
    }

    /// Whether this turn has written anything.
    var hasWritten: Bool { isTurnOpen }

    /// Makes what the turn wrote durable. When it throws, nothing of the turn is left, on disk or in memory.
    func commitTurn() throws(DynamoDBError) {
        guard isTurnOpen else { return }
        do throws(SQLiteError) {
            if let lost { throw lost }
            // Without the transaction the counts would be written by themselves, and stay.
            guard connection.isInTransaction else {
                throw SQLiteError(code: 1, message: "the transaction is gone", isTransactionLost: true)
            }
            try writeCounts()
            mayHoldRefused = true
            try connection.commit()
            mayHoldRefused = false
        } catch {
            abandonTurn()
            lastFailure = error
            overwriteRefused()
            throw DynamoDBError(.internalServerError, Messages.internalServerError)
        }
        isTurnOpen = false
        for table in dirty {
            table.isDirty = false
            table.committedCounts = table.counts
            for index in table.indexes { index.committedCounts = index.counts }
        }
        dirty.removeAll(keepingCapacity: true)
        for table in changed { table.commitChange() }
        changed.removeAll()
        committedTables = nil
    }

    /// A commit that fails at its last step, the sync, stands whole in the write-ahead log, where a start after a crash would find it. One
    /// that succeeds is written over its beginning, and nothing behind it counts. On a disk that goes on failing it is tried again.
    func overwriteRefused() {
        guard mayHoldRefused, !isTurnOpen else { return }
        do throws(SQLiteError) {
            try connection.transaction { () throws(SQLiteError) in try connection.execute(SQL.setFormatVersion) }
            mayHoldRefused = false
        } catch {
            lastFailure = error
        }
    }

    private func abandonTurn() {
        connection.rollback()
        if abandonedTurns.count == Self.abandonedTurnsMax { abandonedTurns.removeFirst() }
        abandonedTurns.append(turn)
        isTurnOpen = false
        lost = nil
        for table in changed { table.abandonChange() }
        if !changed.isEmpty { nextTransition = 0 }
        changed.removeAll()
        for table in dirty {
            table.isDirty = false
            table.counts = table.committedCounts
            for index in table.indexes { index.counts = index.committedCounts }
        }
        dirty.removeAll(keepingCapacity: true)
        if let committedTables {
            for table in committedTables { table.isDeleted = false }
            for table in tables where !committedTables.contains(where: { $0 === table }) { table.isDeleted = true }
            tables = committedTables
        }
        committedTables = nil
    }

    private func writeCounts() throws(SQLiteError) {
        for table in dirty where !table.isDeleted {
            if table.counts != table.committedCounts {
                try run(SQL.updateTableCounts, table.id, table.counts)
            }
            for index in table.indexes where index.counts != index.committedCounts {
                try run(SQL.updateIndexCounts, index.id, index.counts)
            }
        }
    }

    private func run(_ sql: String, _ id: Int64, _ counts: Counts) throws(SQLiteError) {
        let statement = try statement(sql)
        statement.bind(1, id)
        statement.bind(2, counts.items)
        statement.bind(3, counts.bytes)
        try statement.run()
    }

    func markDirty(_ table: Table) {
        guard !table.isDirty else { return }
        table.isDirty = true
        dirty.append(table)
    }
}

extension Statement {
    /// Runs to the first row, resets; whether there was one.
    func runReturningRow() throws(SQLiteError) -> Bool {
        defer { reset() }
        return try step()
    }
}
