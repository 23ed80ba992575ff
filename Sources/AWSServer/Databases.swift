import DynamoDB

/// One engine behind the port, and what the port remembers of it.
final class Database {
    let engine: Engine
    /// Whether there may be background work.
    var isStepDue = true
    /// Whether its caches may be given back.
    var isRestDue = false
    fileprivate let credential: SignedCredential?
    fileprivate var lastUse: UInt64 = 0

    fileprivate init(_ engine: Engine, of credential: SignedCredential?) {
        self.engine = engine
        self.credential = credential
    }
}

/// The databases behind the port: one for everybody, or one for each access key and region.
public final class Databases {
    /// Makes, finds and removes the engines of credentials.
    public struct Isolation {
        /// Opens the engine of a directory of this name, or makes it.
        public var open: (_ directoryName: String) throws -> Engine
        /// Removes the directory of an engine that was closed with no table in it.
        public var remove: (_ directoryName: String) -> Void
        /// So many engines are open at most; then the one that rested longest is closed. More only while each of them has work.
        public var openMax = 64

        /// With the two actions.
        public init(
            open: @escaping (_ directoryName: String) throws -> Engine,
            remove: @escaping (_ directoryName: String) -> Void
        ) {
            self.open = open
            self.remove = remove
        }
    }

    /// The one database of everybody; nil when each credential has its own.
    let shared: Database?
    private let isolation: Isolation?
    private(set) var open: [Database] = []
    private var byCredential: [SignedCredential: Database] = [:]
    private var uses: UInt64 = 0
    private var nextStep = 0
    /// Whether a database is at work over more than one turn.
    var isBusy: (Database) -> Bool = { _ in false }
    /// Called when one was opened: there may be background work that was left.
    var onOpen: () -> Void = {}

    /// The account in ARNs, which is everybody's.
    let account: String

    /// One engine, whoever asks.
    public init(shared engine: Engine) {
        let database = Database(engine, of: nil)
        shared = database
        isolation = nil
        account = engine.account
        open = [database]
    }

    /// An engine for each credential, opened when it is asked for.
    public init(isolation: Isolation) {
        shared = nil
        self.isolation = isolation
        account = Engine.Configuration.standardAccount
    }

    /// The engine of a credential, as its requests see it.
    public func engine(of credential: SignedCredential) throws -> Engine { try database(of: credential).engine }

    /// The database of a credential; throws when it cannot be opened.
    func database(of credential: SignedCredential) throws -> Database {
        guard let isolation else { return shared! }
        uses += 1
        if let database = byCredential[credential] {
            database.lastUse = uses
            return database
        }
        if open.count >= isolation.openMax { closeOne() }
        let database = Database(try isolation.open(credential.directoryName), of: credential)
        database.lastUse = uses
        byCredential[credential] = database
        open.append(database)
        onOpen()
        return database
    }

    /// The next one that may have background work.
    func nextForStep() -> Database? {
        for offset in open.indices {
            let index = (nextStep + offset) % open.count
            if open[index].isStepDue {
                nextStep = index + 1
                return open[index]
            }
        }
        return nil
    }

    private func closeOne() {
        var oldest: Int?
        for index in open.indices where !open[index].engine.hasWritten && !isBusy(open[index]) {
            if open[index].lastUse < oldest.map({ open[$0].lastUse }) ?? .max { oldest = index }
        }
        if let oldest { close(open.remove(at: oldest)) }
    }

    private func close(_ database: Database) {
        let isEmpty = database.engine.isEmpty
        database.engine.close()
        guard let credential = database.credential else { return }
        byCredential[credential] = nil
        if isEmpty { isolation?.remove(credential.directoryName) }
    }

    /// The directories of the databases of credentials that are open.
    public var openDirectoryNames: Set<String> { Set(open.compactMap { $0.credential?.directoryName }) }

    /// Deletes every table of the databases that are open, each in a transaction of its own but for `engine`'s, which is yet to be
    /// committed.
    public func deleteAllTables(leavingOpen engine: Engine) throws(DynamoDBError) {
        for database in open {
            try database.engine.deleteAllTables()
            database.isStepDue = true
            if database.engine !== engine { try database.engine.commitTurn() }
        }
    }

    /// Closes them all. What is not committed is gone.
    public func close() {
        while let database = open.popLast() { close(database) }
    }
}
