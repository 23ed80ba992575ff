import SQLite

/// How many there are, and their sizes together in bytes.
struct Counts: Hashable, Sendable {
    var items = 0
    var bytes = 0
}

/// A table that is open: its schema, its counts, its prepared statements.
final class Table {
    let id: Int64
    /// What it is now; its name and key never change.
    private(set) var schema: TableSchema
    /// AWS's TableId.
    let tableID: String
    let createdMillis: Int64
    /// In the order of `schema.indexes`.
    private(set) var indexes: [SecondaryIndex]
    /// The items by the time of their expiry, when the table has time to live.
    private(set) var expiry: ExpiryIndex?
    /// As of the last commit, when this turn changed it.
    private var committedExpiry: ExpiryIndex??
    /// The changes that are not done yet.
    private(set) var transitions: [Transition] = []
    /// Whether items can be read and written: not while the table is being made or deleted.
    private(set) var isAvailable = true
    /// Schema, indexes and transitions as of the last commit, when this turn changed them.
    private var committed: (schema: TableSchema, indexes: [SecondaryIndex], transitions: [Transition])?
    /// As of this turn.
    var counts: Counts
    /// As of the last commit.
    var committedCounts: Counts
    /// Whether the counts of the table or of an index changed in this turn.
    var isDirty = false
    /// Whether it was deleted; long operations look at it when they go on.
    var isDeleted = false
    /// The name's bytes, for finding it without a conversion.
    let nameBytes: [UInt8]
    let statements: TableStatements
    /// What its requests did since it was stored last.
    private(set) lazy var metrics = TableMetrics(schema.name.string)

    init(
        id: Int64, schema: TableSchema, tableID: String, createdMillis: Int64, counts: Counts,
        indexes: [SecondaryIndex], expiry: ExpiryIndex? = nil, connection: Connection
    ) {
        self.id = id
        self.schema = schema
        self.expiry = expiry
        self.tableID = tableID
        self.createdMillis = createdMillis
        self.indexes = indexes
        self.counts = counts
        committedCounts = counts
        nameBytes = Array(schema.name.utf8)
        statements = TableStatements(id: id, connection: connection)
    }

    /// Takes over another schema and its indexes, until the turn is committed or abandoned.
    func change(to schema: TableSchema, indexes: [SecondaryIndex]) {
        keepCommitted()
        adopt(schema, indexes, transitions)
    }

    /// Takes over other transitions, until the turn is committed or abandoned.
    func change(to transitions: [Transition]) {
        keepCommitted()
        adopt(schema, indexes, transitions)
    }

    private func keepCommitted() {
        if committed == nil { committed = (schema, indexes, transitions) }
    }

    /// Takes over another expiry index, until the turn is committed or abandoned.
    func change(to expiry: ExpiryIndex?) {
        if committedExpiry == nil { committedExpiry = .some(self.expiry) }
        self.expiry = expiry
    }

    /// Keeps what the turn changed.
    func commitChange() {
        committedExpiry = nil
        committed = nil
    }

    /// Takes back what the turn changed.
    func abandonChange() {
        if let committedExpiry {
            expiry = committedExpiry
            self.committedExpiry = nil
        }
        guard let committed else { return }
        adopt(committed.schema, committed.indexes, committed.transitions)
        self.committed = nil
    }

    private func adopt(_ schema: TableSchema, _ indexes: [SecondaryIndex], _ transitions: [Transition]) {
        for index in self.indexes { index.isDeleted = true }
        for (index, schema) in zip(indexes, schema.indexes) {
            index.isDeleted = false
            index.schema = schema
        }
        self.schema = schema
        self.indexes = indexes
        self.transitions = transitions
        isAvailable = !transitions.contains { $0.kind == .creation || $0.kind == .deletion }
    }

    /// The index of this name.
    func index(named name: Text) -> SecondaryIndex? { indexes.first { $0.schema.name == name } }
}

/// A secondary index of an open table.
final class SecondaryIndex {
    let id: Int64
    fileprivate(set) var schema: IndexSchema
    /// Whether it was deleted; long operations look at it when they go on.
    fileprivate(set) var isDeleted = false
    /// The work of building it from the items that were there before it; nil when it is built.
    var backfill: Backfill?
    var counts: Counts
    var committedCounts: Counts
    let statements: IndexStatements

    init(id: Int64, schema: IndexSchema, counts: Counts, connection: Connection) {
        self.id = id
        self.schema = schema
        self.counts = counts
        committedCounts = counts
        statements = IndexStatements(id: id, connection: connection)
    }
}

/// The statements on a table's items, prepared when first used.
final class TableStatements {
    private let id: Int64
    private let connection: Connection
    private var kept: [Statement?] = Array(repeating: nil, count: 12)

    init(id: Int64, connection: Connection) {
        self.id = id
        self.connection = connection
    }

    @inline(__always)
    private func statement(_ slot: Int, _ sql: (Int64) -> String) throws(SQLiteError) -> Statement {
        if let statement = kept[slot] { return statement }
        let statement = try connection.prepare(sql(id))
        kept[slot] = statement
        return statement
    }

    func get() throws(SQLiteError) -> Statement { try statement(0, SQL.getItem) }
    func getRow() throws(SQLiteError) -> Statement { try statement(11, SQL.getRow) }
    func insert() throws(SQLiteError) -> Statement { try statement(1, SQL.insertItem) }
    func update() throws(SQLiteError) -> Statement { try statement(2, SQL.updateItem) }
    func delete() throws(SQLiteError) -> Statement { try statement(3, SQL.deleteItem) }
    func itemAt() throws(SQLiteError) -> Statement { try statement(4, SQL.itemAt) }
    func places() throws(SQLiteError) -> Statement { try statement(5, SQL.places) }
    func itemsAfter() throws(SQLiteError) -> Statement { try statement(10, SQL.itemsAfter) }
    func page(forward: Bool, bounded: Bool) throws(SQLiteError) -> Statement {
        try statement(6 + (forward ? 1 : 0) + (bounded ? 2 : 0)) {
            SQL.page($0, forward: forward, bounded: bounded)
        }
    }
}

/// The statements on an index, prepared when first used.
final class IndexStatements {
    private let id: Int64
    private let connection: Connection
    private var kept: [Statement?] = Array(repeating: nil, count: 17)

    init(id: Int64, connection: Connection) {
        self.id = id
        self.connection = connection
    }

    @inline(__always)
    private func statement(_ slot: Int, _ sql: (Int64) -> String) throws(SQLiteError) -> Statement {
        if let statement = kept[slot] { return statement }
        let statement = try connection.prepare(sql(id))
        kept[slot] = statement
        return statement
    }

    func put() throws(SQLiteError) -> Statement { try statement(0, SQL.putEntry) }
    func delete() throws(SQLiteError) -> Statement { try statement(1, SQL.deleteEntry) }
    func entry() throws(SQLiteError) -> Statement { try statement(2, SQL.entry) }
    func add() throws(SQLiteError) -> Statement { try statement(3, SQL.addEntry) }
    func putRun() throws(SQLiteError) -> Statement { try statement(4, SQL.putRun) }
    func deleteRun() throws(SQLiteError) -> Statement { try statement(5, SQL.deleteRun) }
    func run() throws(SQLiteError) -> Statement { try statement(6, SQL.run) }

    /// Lets go of the statements on the run, which would keep its table.
    func forgetRun() {
        for slot in 4...6 { kept[slot] = nil }
    }

    func places(content: Bool) throws(SQLiteError) -> Statement {
        try statement(content ? 7 : 8) { SQL.indexPlaces($0, content: content) }
    }

    func page(content: Bool, forward: Bool, bounded: Bool) throws(SQLiteError) -> Statement {
        try statement(9 + (content ? 1 : 0) + (forward ? 2 : 0) + (bounded ? 4 : 0)) {
            SQL.indexPage($0, content: content, forward: forward, bounded: bounded)
        }
    }
}
