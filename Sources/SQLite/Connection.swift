import CSQLite
import CSQLiteFileLayer
import CSQLitePageCache

/// A connection to a database file; the only one, on one thread.
public final class Connection {
    /// How a database is opened.
    public struct Options: Sendable {
        /// When SQLite waits for the disk.
        public enum Synchronous: String, Sendable {
            /// Never: a crash of the machine may corrupt the file, a crash of the process does not.
            case off = "OFF"
            /// At checkpoints: a power loss may lose the last commits, a crash of the process loses none.
            case normal = "NORMAL"
            /// At every commit.
            case full = "FULL"
        }

        /// Where what undoes a transaction is kept.
        public enum Journal: String, Sendable {
            /// In a log beside the file, which new pages go to: a transaction is whole or not there after a crash of the process.
            case writeAheadLog = "WAL"
            /// In memory, and new pages go to the file at once: half the writing, and after a crash the file is of no use.
            case memory = "MEMORY"
        }

        /// When SQLite waits for the disk.
        public var synchronous = Synchronous.normal
        /// Where what undoes a transaction is kept.
        public var journal = Journal.writeAheadLog
        /// The page cache, in KiB.
        public var cacheKiB = 64 << 10
        /// How much of the file is read through a memory map, in bytes.
        public var mmapBytes: Int64 = 1 << 30
        /// Pages that the write-ahead log may hold before a commit checkpoints by itself, whatever else waits.
        public var checkpointPagesMax = 16_384
        /// A database without a path is in memory up to so many bytes; a larger one is in a file.
        public var temporaryBytesInMemory: Int64 = 8 << 20
        /// The name under which SQLite knows the layer (VFS) that files are read and written through; nil for the system's.
        public var fileLayer: String?

        /// The defaults.
        public init() {}
    }

    /// Whether SQLite was told, before its first use, what it must be told then: not to count the bytes of each allocation, which it does under a
    /// lock, and to use the page cache of `CSQLitePageCache`. Whoever uses SQLite before the first connection asks first. False in a process
    /// in which somebody else was earlier: everything works there too, only slower.
    package static let isConfigured: Bool = {
        let codes = [nestbox_sqlite_disable_statistics(), nestbox_sqlite_use_page_cache()]
        return codes.allSatisfy { $0 == SQLITE_OK }
    }()

    /// The open database.
    let handle: OpaquePointer
    private let layer: UnsafeMutablePointer<sqlite3_vfs>
    private let walPages: UnsafeMutablePointer<Int32>
    private let checkpointPagesMax: Int32
    private let mmapBytes: Int64
    private let isTemporary: Bool
    private(set) var isClosed = false

    /// Opens or creates the file at `path`, for this connection alone. An empty path is a database that goes with the connection: up to 8 MiB it is in
    /// memory, beyond in a file without a name, in the system's directory for such files.
    ///
    /// Throws when the file cannot be opened, is not a database, or another process has it open.
    public init(path: String, options: Options = Options()) throws(SQLiteError) {
        _ = Self.isConfigured
        guard let layer = nestbox_sqlite_layer_files(options.fileLayer, options.temporaryBytesInMemory) else {
            throw SQLiteError(code: SQLITE_NOMEM, message: "out of memory")
        }
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = sqlite3_open_v2(path, &opened, flags, layer.pointee.zName)
        guard code == SQLITE_OK, let opened else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            nestbox_sqlite_forget_layer(layer)
            throw SQLiteError(code: code, message: message)
        }
        handle = opened
        self.layer = layer
        walPages = .allocate(capacity: 1)
        walPages.pointee = 0
        checkpointPagesMax = Int32(clamping: options.checkpointPagesMax)
        mmapBytes = options.mmapBytes
        isTemporary = path.isEmpty
        // The log is checkpointed at idle turns, see `checkpoint`; this hook only counts what it holds.
        sqlite3_wal_hook(
            handle,
            { context, _, _, pages in
                context!.assumingMemoryBound(to: Int32.self).pointee = pages
                return SQLITE_OK
            }, walPages)
        try execute("PRAGMA locking_mode=EXCLUSIVE")
        try execute("PRAGMA journal_mode=\(options.journal.rawValue)")
        try execute("PRAGMA synchronous=\(options.synchronous.rawValue)")
        try execute("PRAGMA cache_size=-\(options.cacheKiB)")
        try execute("PRAGMA mmap_size=\(options.mmapBytes)")
        try execute("PRAGMA temp_store=MEMORY")
        // Debian's SQLite overwrites with zeros whatever it deletes, which every update would pay for.
        try execute("PRAGMA secure_delete=OFF")
        // A log that grew under load is cut back once it has been copied.
        try execute("PRAGMA journal_size_limit=67108864")
    }

    deinit {
        close()
        walPages.deallocate()
    }

    /// Checkpoints and closes. Statements of this connection must not be used after it.
    public func close() {
        guard !isClosed else { return }
        isClosed = true
        // SQLite keeps the file, and the lock on it, while a statement is left.
        while let statement = sqlite3_next_stmt(handle, nil) { sqlite3_finalize(statement) }
        sqlite3_close_v2(handle)
        nestbox_sqlite_forget_layer(layer)
    }

    /// Runs SQL without parameters and without rows of interest.
    public func execute(_ sql: String) throws(SQLiteError) {
        try check(sqlite3_exec(handle, sql, nil, nil, nil))
    }

    /// Compiles one SQL statement, to be kept and used many times.
    public func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        var statement: OpaquePointer?
        try check(sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil))
        guard let statement else { throw SQLiteError(code: SQLITE_MISUSE, message: "no statement in: \(sql)") }
        return Statement(statement, connection: self)
    }

    /// The value of a pragma that is a number.
    public func integer(_ sql: String) throws(SQLiteError) -> Int64 {
        let statement = try prepare(sql)
        defer { statement.reset() }
        return try statement.step() ? statement.integer(0) : 0
    }

    /// The rowid of the row inserted last.
    public var lastInsertRowID: Int64 { sqlite3_last_insert_rowid(handle) }

    /// The rows that the last INSERT, UPDATE or DELETE changed.
    public var changes: Int { Int(sqlite3_changes64(handle)) }

    /// Pages in the write-ahead log after the last commit.
    public var pagesInLog: Int { Int(walPages.pointee) }

    /// Copies the write-ahead log into the database file. It takes time in proportion to `pagesInLog`.
    public func checkpoint() throws(SQLiteError) {
        endReading()
        var total: Int32 = 0
        var copied: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, &total, &copied)
        if code == SQLITE_OK && total == copied { walPages.pointee = 0 }
        try check(code)
    }

    /// Whether the log has outgrown its bound and is to be copied now, idle or not.
    public var isCheckpointDue: Bool { walPages.pointee > checkpointPagesMax }

    /// Gives the page cache, the mapped pages and the log's room back to the system, the log's content copied into the file; what is needed
    /// again is read again.
    public func release() {
        endReading()
        // Without room on the disk for what is copied and written here, it stays where it is.
        if sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil) == SQLITE_OK {
            walPages.pointee = 0
        }
        sqlite3_db_release_memory(handle)
        // A mapping goes when its size changes, and with it its pages leave the process.
        _ = try? integer("PRAGMA mmap_size=0")
        _ = try? integer("PRAGMA mmap_size=\(mmapBytes)")
        nestbox_sqlite_trim_heap()
    }

    /// Throws unless the code means success.
    @inline(__always)
    func check(_ code: Int32) throws(SQLiteError) {
        if code != SQLITE_OK { throw error(code) }
    }

    func error(_ code: Int32) -> SQLiteError {
        SQLiteError(
            code: code, message: String(cString: sqlite3_errmsg(handle)),
            isTransactionLost: expectsTransaction && sqlite3_get_autocommit(handle) != 0)
    }

    // MARK: Transactions

    private var expectsTransaction = false

    /// Whether a transaction is open.
    public var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    // Not Statements: those keep their connection, which would then never go.
    private var readStatement: OpaquePointer?
    private var beginStatement: OpaquePointer?
    private var commitStatement: OpaquePointer?
    private var rollbackStatement: OpaquePointer?

    private func run(_ statement: inout OpaquePointer?, _ sql: String) throws(SQLiteError) {
        if statement == nil {
            try check(sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil))
        }
        let code = sqlite3_step(statement)
        let failure = code == SQLITE_DONE ? nil : error(code)
        sqlite3_reset(statement)
        if let failure { throw failure }
    }

    /// Opens a transaction for reading unless one is open, so that the statements to come need not each open and end one of their own: half of
    /// what a point read costs besides its search. It stays open until `endReading`, a checkpoint, or the end of the writing that `begin` turns
    /// it to; nobody else waits for it, as the database has only this connection.
    @inline(__always)
    public func keepReading() throws(SQLiteError) {
        guard !isInTransaction, !expectsTransaction else { return }
        try run(&readStatement, "BEGIN")
    }

    /// Ends the transaction of `keepReading`.
    public func endReading() {
        if !expectsTransaction, isInTransaction { try? run(&commitStatement, "COMMIT") }
    }

    /// Begins a transaction that will write.
    public func begin() throws(SQLiteError) {
        if !isInTransaction { try run(&beginStatement, "BEGIN IMMEDIATE") }
        expectsTransaction = true
    }

    /// Commits. When it throws, the transaction has been rolled back.
    public func commit() throws(SQLiteError) {
        do {
            // Left to itself SQLite keeps the changed pages of such a database in its cache, and goes through all of them at each commit.
            if isTemporary { try check(sqlite3_db_cacheflush(handle)) }
            try run(&commitStatement, "COMMIT")
            expectsTransaction = false
        } catch {
            rollback()
            throw error
        }
    }

    /// Rolls back what is open, if anything is.
    public func rollback() {
        expectsTransaction = false
        guard isInTransaction else { return }
        try? run(&rollbackStatement, "ROLLBACK")
    }

    /// Runs `body` in a transaction of its own; rolls it back when `body` throws.
    public func transaction<Result>(_ body: () throws(SQLiteError) -> Result) throws(SQLiteError) -> Result {
        try begin()
        do {
            let result = try body()
            try commit()
            return result
        } catch {
            rollback()
            throw error
        }
    }
}
