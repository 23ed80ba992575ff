import SQLite

/// The tables on disk: one database file, one connection, one transaction a turn.
///
/// Every function that fails for a reason of SQLite answers InternalServerError. If that happens while the turn's transaction
/// is open, the turn is lost: nothing of it may stay, and `commitTurn` will say so.
final class Storage {
    let connection: Connection
    /// The tables by name, ascending.
    private(set) var tables: [Table] = []
    /// The tables as of the last commit, when they differ.
    private var committedTables: [Table]?
    private var dirty: [Table] = []
    private var isTurnOpen = false
    private var lost: SQLiteError?
    /// What SQLite said last when it failed.
    private(set) var lastFailure: SQLiteError?
    private var kept: [String: Statement] = [:]
    /// Whether rows of deleted tables are still to be removed.
    private(set) var hasDiscarded = false

    /// Opens the database in `path`, or makes it.
    init(path: String, options: Connection.Options) throws {
        connection = try Connection(path: path, options: options)
        try migrate()
        try load()
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
            for step in SQL.migrations[version...] {
                for sql in step { try connection.execute(sql) }
            }
            try connection.execute("PRAGMA application_id = \(SQL.applicationID)")
            try connection.execute("PRAGMA user_version = \(SQL.formatVersion)")
        }
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
            tables.append(
                Table(
                    id: id, schema: schema, tableID: statement.text(2), createdMillis: statement.integer(3),
                    counts: counts, indexes: try loadIndexes(of: id, schema), connection: connection))
        }
        tables.sort { $0.schema.name < $1.schema.name }
        hasDiscarded = try self.statement(SQL.nextDiscarded).runReturningRow()
    }

    private func loadIndexes(of table: Int64, _ schema: TableSchema) throws -> [SecondaryIndex] {
        let statement = try connection.prepare(SQL.indexes)
        var found: [(id: Int64, name: Text, counts: Counts)] = []
        statement.bind(1, table)
        while try statement.step() {
            let counts = Counts(items: Int(statement.integer(2)), bytes: Int(statement.integer(3)))
            found.append((statement.integer(0), Text(statement.text(1)), counts))
        }
        statement.reset()
        return try schema.indexes.map { index in
            guard let row = found.first(where: { $0.name == index.name }) else {
                throw SQLiteError(code: 11, message: "index \(index.name) of table \(schema.name) has no rows")
            }
            return SecondaryIndex(
                id: row.id, table: table, schema: index, counts: row.counts, connection: connection)
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

    /// Opens the turn's transaction unless it is open. To be called before anything is written.
    func beginWriting() throws(DynamoDBError) {
        guard lost == nil else { throw DynamoDBError(.internalServerError, Messages.internalServerError) }
        guard !isTurnOpen else { return }
        try attempt { () throws(SQLiteError) in try connection.begin() }
        isTurnOpen = true
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
            try connection.commit()
        } catch {
            abandonTurn()
            lastFailure = error
            throw DynamoDBError(.internalServerError, Messages.internalServerError)
        }
        isTurnOpen = false
        for table in dirty {
            table.isDirty = false
            table.committedCounts = table.counts
            for index in table.indexes { index.committedCounts = index.counts }
        }
        dirty.removeAll(keepingCapacity: true)
        committedTables = nil
    }

    private func abandonTurn() {
        connection.rollback()
        isTurnOpen = false
        lost = nil
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

    // MARK: Tables

    /// Makes a table. Its name is known to be free.
    func create(_ schema: TableSchema, tableID: String, now: Int64) throws(DynamoDBError) -> Table {
        try beginWriting()
        let table = try attempt { () throws(SQLiteError) in
            let insert = try statement(SQL.insertTable)
            insert.bind(1, text: schema.name.string)
            insert.bind(2, text: tableID)
            insert.bind(3, now)
            insert.bind(4, copying: schema.stored)
            try insert.run()
            let id = connection.lastInsertRowID
            for sql in SQL.createItems(id) { try connection.execute(sql) }
            var indexes: [SecondaryIndex] = []
            for index in schema.indexes {
                let insert = try statement(SQL.insertIndex)
                insert.bind(1, id)
                insert.bind(2, text: index.name.string)
                try insert.run()
                let indexID = connection.lastInsertRowID
                try connection.execute(SQL.createIndex(indexID))
                indexes.append(
                    SecondaryIndex(id: indexID, table: id, schema: index, counts: Counts(), connection: connection))
            }
            return Table(
                id: id, schema: schema, tableID: tableID, createdMillis: now, counts: Counts(), indexes: indexes,
                connection: connection)
        }
        if committedTables == nil { committedTables = tables }
        let position = tables.firstIndex { schema.name < $0.schema.name } ?? tables.count
        tables.insert(table, at: position)
        return table
    }

    /// Deletes a table: its name is free at once, its rows go in slices.
    func delete(_ table: Table) throws(DynamoDBError) {
        try beginWriting()
        try attempt { () throws(SQLiteError) in
            for name in table.indexes.map({ SQL.indexName($0.id) }) + [SQL.itemsName(table.id)] {
                let discard = try statement(SQL.discard)
                discard.bind(1, text: name)
                try discard.run()
            }
            for sql in [SQL.deleteIndexes, SQL.deleteTable] {
                let delete = try statement(sql)
                delete.bind(1, table.id)
                try delete.run()
            }
        }
        if committedTables == nil { committedTables = tables }
        table.isDeleted = true
        tables.removeAll { $0 === table }
        hasDiscarded = true
    }

    /// Removes up to `rows` rows of deleted tables; whether there are more. In a transaction of its own.
    func removeDiscarded(rows: Int) throws(DynamoDBError) -> Bool {
        guard hasDiscarded else { return false }
        try beginWriting()
        let more = try attempt { () throws(SQLiteError) in
            let next = try statement(SQL.nextDiscarded)
            guard try next.step() else {
                next.reset()
                return false
            }
            let name = next.text(0)
            next.reset()
            let slice = try connection.prepare(SQL.deleteSlice(name))
            slice.bind(1, rows)
            try slice.run()
            if connection.changes < rows {
                try connection.execute(SQL.drop(name))
                let forget = try statement(SQL.forgetDiscarded)
                forget.bind(1, text: name)
                try forget.run()
            }
            return true
        }
        try commitTurn()
        hasDiscarded = more
        return more
    }
}

extension Statement {
    /// Runs to the first row, resets; whether there was one.
    fileprivate func runReturningRow() throws(SQLiteError) -> Bool {
        defer { reset() }
        return try step()
    }
}
