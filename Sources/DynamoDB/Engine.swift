import SQLite

/// DynamoDB: tables in one SQLite database, operations on them. Synchronous, on one thread, without clock or randomness of
/// its own.
///
/// Requests come in turns. What a turn writes is in one transaction, which `commitTurn` commits; no answer of the turn may
/// leave before that, and when it throws, nothing of the turn is left and every answer of it is to be that error.
public final class Engine {
    /// How an engine is set up.
    public struct Configuration {
        /// What survives.
        public enum Durability: Sendable {
            /// Nothing: the tables go with the engine.
            case memory
            /// What is there when the engine is closed. A crash leaves a file that is of no use.
            case close
            /// An answered write survives the death of the process.
            case process
            /// An answered write survives power loss.
            case full
        }

        /// The account in ARNs unless another is given.
        public static let standardAccount = "000000000000"

        /// The directory of the database file; it exists. Tables in memory need none.
        public var directory: String
        /// What survives.
        public var durability = Durability.process
        /// Tables in memory stay there up to so many bytes; larger ones are in a file without a name.
        public var bytesInMemory = Connection.Options().temporaryBytesInMemory
        /// The name under which SQLite knows the layer (VFS) that files are read and written through; nil for the system's.
        public var fileLayer: String?
        /// The account in ARNs.
        public var account = Configuration.standardAccount
        /// Where TableIds come from.
        public var random: () -> UInt64

        /// Makes a configuration.
        public init(directory: String, durability: Durability = .process, random: (() -> UInt64)? = nil) {
            self.directory = directory
            self.durability = durability
            self.random = random ?? { UInt64.random(in: .min ... .max) }
        }
    }

    let configuration: Configuration
    /// How long tables and indexes show that they are being made, changed or deleted; none is at once.
    public var tableDelay = Duration.zero
    let storage: Storage
    /// The expressions of the requests before.
    let parsed = ParsedExpressions()
    let metrics = Metrics()
    /// When the request under way came; nil when nobody said so.
    private(set) var arrivalNanos: Int64?
    /// The region that the request under way is signed for.
    private(set) var region = ""
    /// Whether something has been committed since the last call of `settleLog`.
    private var hasCommitted = false
    /// Whether no request has come since the last call of `rest`.
    private var isIdle = true
    private var hasMemory = false
    /// The job whose turn it is in `step`.
    private var nextJob = 0

    /// Opens the database in the directory, or makes it.
    ///
    /// Throws when it cannot be opened, when another process has it open, or when a newer version wrote it.
    public init(_ configuration: Configuration) throws {
        self.configuration = configuration
        var options = Connection.Options()
        switch configuration.durability {
        case .memory, .close: (options.synchronous, options.journal) = (.off, .memory)
        case .process: options.synchronous = .normal
        case .full: options.synchronous = .full
        }
        options.fileLayer = configuration.fileLayer
        options.temporaryBytesInMemory = configuration.bytesInMemory
        let path = configuration.durability == .memory ? "" : configuration.directory + "/tables.sqlite"
        storage = try Storage(path: path, options: options)
    }

    /// Carries out an operation by its name and appends the answer's JSON to `output`. Unknown names are refused.
    ///
    /// Throws what is to be answered instead; `output` is then as it was.
    public func execute(
        operation name: String, body: UnsafeRawBufferPointer, context: RequestContext, into output: inout [UInt8]
    ) throws(DynamoDBError) {
        var name = name
        guard let operation = name.withUTF8({ Operations.named(UnsafeRawBufferPointer($0)) }) else {
            throw DynamoDBError(.unknownOperation, nil)
        }
        guard let long = try begin(operation, body: body, context: context, into: &output) else { return }
        while try resume(long, into: &output) {}
    }

    /// Begins an operation. When something is returned, the answer is not there yet: call `resume` with it, turn by turn.
    public func begin(
        _ operation: Operation, body: UnsafeRawBufferPointer, context: RequestContext, into output: inout [UInt8]
    ) throws(DynamoDBError) -> LongOperation? {
        let count = output.count
        isIdle = false
        region = context.region
        arrivalNanos = context.arrivalNanos
        do throws(DynamoDBError) {
            if context.now >= storage.nextTransition { try storage.settle(now: context.now) }
            storage.keepReading()
            var reader = JSONReader(body)
            let long = try operation.handle(self, context, &reader, &output)
            long?.arrivalNanos = arrivalNanos
            long?.noteStep(on: storage)
            return long
        } catch {
            output.removeSubrange(count...)
            measure(error)
            throw error
        }
    }

    /// Goes on with an operation for about as long as a turn may take; whether there is more. At the end the answer is
    /// appended to `output`.
    public func resume(_ operation: LongOperation, into output: inout [UInt8]) throws(DynamoDBError) -> Bool {
        let count = output.count
        arrivalNanos = operation.arrivalNanos
        do throws(DynamoDBError) {
            try operation.check(storage)
            let hasMore = try operation.step(on: self, into: &output)
            operation.noteStep(on: storage)
            return hasMore
        } catch {
            output.removeSubrange(count...)
            measure(error)
            throw error
        }
    }

    /// Whether the turn has written anything: its answers must wait for `commitTurn`.
    public var hasWritten: Bool { storage.hasWritten }

    /// Makes what the turn wrote durable; nothing to do when it wrote nothing.
    ///
    /// Throws InternalServerError when that failed. Then nothing of the turn is left, on disk or in memory.
    public func commitTurn() throws(DynamoDBError) {
        guard storage.hasWritten else { return }
        hasCommitted = true
        do throws(DynamoDBError) {
            try storage.commitTurn()
        } catch {
            metrics.abandonTurn()
            throw error
        }
        if storage.connection.isCheckpointDue { try? storage.connection.checkpoint() }
    }

    /// Whether an index is being built, which is not to wait for a pause.
    public var isBuildingIndex: Bool { storage.tables.contains { $0.indexes.contains { $0.backfill != nil } } }

    /// What SQLite said last when it failed, for the log.
    public var lastFailure: String? { storage.lastFailure?.description }

    /// One slice of background work, about a millisecond: a job of `BackgroundJob.all`, each in its turn.
    /// Call it when no turn is open; whether there is more to do.
    public func step(now: Int64) -> Bool {
        guard !storage.hasWritten else { return true }
        storage.connection.endReading()
        storage.overwriteRefused()
        let jobs = BackgroundJob.all
        for offset in jobs.indices {
            let position = (nextJob + offset) % jobs.count
            do throws(DynamoDBError) {
                guard try jobs[position].slice(self, now) else { continue }
                hasCommitted = true
                nextJob = (position + 1) % jobs.count
                // What many slices write is copied in small portions, none of which keeps requests waiting long.
                if storage.connection.pagesInLog >= Engine.slicePages { try? storage.connection.checkpoint() }
                return true
            } catch {
                // Another job may get on; this one is tried again at the next call.
                continue
            }
        }
        return false
    }

    /// Copies the write-ahead log into the database file, once nothing has been committed between two calls: under load the log grows up to
    /// its bound, as what is copied often is written often. To be called between turns, some hundred milliseconds after a commit and
    /// again as long as it says so.
    public func settleLog() -> Bool {
        guard storage.connection.pagesInLog >= Engine.checkpointPages else { return false }
        if hasCommitted || storage.hasWritten {
            hasCommitted = false
            return true
        }
        try? storage.connection.checkpoint()
        return false
    }

    /// When the next item expires, in milliseconds since 1970, not before which `step` has nothing to do for that; nil when none
    /// does.
    public var nextExpiryMillis: Int64? {
        let next = storage.nextExpiry
        return next == .max ? nil : max(0, min(next, .max / 2000)) * 1000 + 1
    }

    /// The pages in the write-ahead log that background work copies at a time: 4 MB.
    static let slicePages = 1024
    /// The pages in the write-ahead log from which on an idle moment is used to copy them.
    static let checkpointPages = 64

    /// Whether a request has come since caches were given back, so that `rest` has something to do.
    public var isRestDue: Bool { hasMemory || !isIdle }

    /// To be called from time to time: when no request has come since the last time, caches are given back,
    /// and the log's room on the disk.
    public func rest() {
        if isIdle, hasMemory {
            hasMemory = false
            storage.connection.release()
        }
        if !isIdle { hasMemory = true }
        isIdle = true
    }

    /// The account in ARNs.
    public var account: String { configuration.account }

    /// Deletes every table, whatever protects it or is going on in it, and forgets the tokens of requests that are not to be
    /// repeated; in the turn's transaction, which is yet to be committed.
    public func deleteAllTables() throws(DynamoDBError) {
        for table in storage.tables { try storage.delete(table) }
        try storage.forgetTokens()
    }

    /// Whether there is no table.
    public var isEmpty: Bool { storage.tables.isEmpty }

    /// The connection to the database, for whoever checks from outside what is in it; not while a turn is open.
    package var connection: Connection { storage.connection }

    /// Bounds how many items and entries a slice of the building of an index takes, and the memory of a run in bytes.
    package func limitBackfill(rows: Int, entries: Int, runBytes: Int) {
        storage.backfillLimits.rows = rows
        storage.backfillLimits.entries = entries
        storage.backfillLimits.runBytes = runBytes
    }

    /// Stores the metrics and closes the database. What is not committed is gone.
    public func close() {
        storeLastMetrics()
        storage.close()
    }
}

extension Engine {
    /// Begins changes of a table that take their time. Returns what the answer shows: they, and those that are not done yet.
    func begin(
        _ kinds: [Transition.Kind], of table: Table, now: Int64
    ) throws(DynamoDBError) -> [Transition] {
        let delay = tableDelay.components
        let millis = delay.seconds * 1000 + delay.attoseconds / 1_000_000_000_000_000
        let transitions = table.transitions + kinds.map { Transition(kind: $0, until: now + millis) }
        if millis > 0, !kinds.isEmpty { try storage.change(table, to: transitions) }
        return transitions
    }

    /// A random UUID in its usual form.
    func makeUUID() -> String {
        let high = configuration.random() & ~0xF000 | 0x4000
        let low = configuration.random() & ~(3 << 62) | 2 << 62
        let digits = StaticString("0123456789abcdef")
        var text: [UInt8] = []
        for (index, shift) in stride(from: 60, through: 0, by: -4).enumerated() {
            if index == 8 || index == 12 { text.append(UInt8(ascii: "-")) }
            text.append(digits.utf8Start[Int(high >> UInt64(shift) & 15)])
        }
        text.append(UInt8(ascii: "-"))
        for (index, shift) in stride(from: 60, through: 0, by: -4).enumerated() {
            if index == 4 { text.append(UInt8(ascii: "-")) }
            text.append(digits.utf8Start[Int(low >> UInt64(shift) & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
