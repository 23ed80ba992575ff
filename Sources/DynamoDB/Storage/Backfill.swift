import SQLite

/// The building of an index from the items that were in its table before it, a slice at a time.
///
/// Items are read in the order of their rows. Their entries are collected in a table in memory, which sorts them, and then put into
/// the index in order: in any other order each entry would write a page of its own. A run is what fits into memory; after each, the
/// progress is kept in the database, in the transaction of the run's last entries. A run that is lost is made again, and finds what of
/// it is there already.
///
/// Requests meanwhile write to the index as to any other, whether their item's turn has come or not. So what the index holds is
/// always true, and an entry that waits in the run is taken out when its item changes.
final class Backfill {
    /// Items up to this row have their entries. Kept in the database.
    fileprivate(set) var position: Int64
    fileprivate var phase = Phase.idle

    fileprivate enum Phase {
        /// There is no run.
        case idle
        /// Reads items up to `last`; those up to `position` are in the run, with so many bytes of keys.
        case collecting(position: Int64, last: Int64, bytes: Int)
        /// Entries up to `key` are in the index; the run came up to the row `position`, and `isLast` says whether that was all.
        case storing(after: [UInt8], position: Int64, isLast: Bool)
    }

    init(position: Int64) {
        self.position = position
    }

    /// How much is done at a time.
    struct Limits {
        /// What a slice takes at most: about a millisecond. Items, their bytes, entries.
        var rows = 512
        var bytes = 128 << 10
        var entries = 256
        /// What the entries of a run take in memory, about, in bytes.
        var runBytes = 32 << 20
    }
}

extension Storage {
    /// Keeps how far an index is built; nil is all the way.
    func persist(_ backfill: Backfill?, of index: SecondaryIndex) throws(SQLiteError) {
        let update = try statement(SQL.updateBackfill)
        update.bind(1, index.id)
        if let backfill { update.bind(2, backfill.position) } else { update.bindNull(2) }
        try update.run()
    }

    /// The first index that is to be built.
    private var nextBackfill: (Table, SecondaryIndex, Backfill)? {
        for table in tables {
            for index in table.indexes {
                guard let backfill = index.backfill,
                    !table.transitions.contains(where: { $0.kind == .indexCreation(index.schema.name) })
                else { continue }
                return (table, index, backfill)
            }
        }
        return nil
    }

    /// Does a slice of the building of an index, in a transaction of its own; whether there was any to do.
    func backfill() throws(DynamoDBError) -> Bool {
        guard let (table, index, backfill) = nextBackfill else { return false }
        let position = backfill.position
        do throws(DynamoDBError) {
            try beginWriting()
            let phase = try attempt { () throws(SQLiteError) in
                switch backfill.phase {
                case .idle: try beginRun(table, index, backfill)
                case .collecting(let position, let last, let bytes):
                    try collect(table, index, after: position, last: last, bytes: bytes)
                case .storing(let key, let position, let isLast):
                    try store(table, index, backfill, after: key, upTo: position, isLast: isLast)
                }
            }
            try commitTurn()
            if let phase { backfill.phase = phase } else { index.backfill = nil }
        } catch {
            // The transaction took the run with it: it is made again from what the database knows.
            backfill.phase = .idle
            backfill.position = position
            throw error
        }
        return true
    }

    private func beginRun(
        _ table: Table, _ index: SecondaryIndex, _ backfill: Backfill
    ) throws(SQLiteError) -> Backfill.Phase {
        try connection.execute(SQL.createRun(index.id))
        try connection.execute(SQL.clearRun(index.id))
        let last = try connection.integer(SQL.lastItem(table.id))
        return .collecting(position: backfill.position, last: last, bytes: 0)
    }

    private func collect(
        _ table: Table, _ index: SecondaryIndex, after position: Int64, last: Int64, bytes: Int
    ) throws(SQLiteError) -> Backfill.Phase {
        var (position, bytes, rows, read) = (position, bytes, 0, 0)
        let items = try table.statements.itemsAfter()
        let put = try index.statements.putRun()
        items.bind(1, position)
        items.bind(2, last)
        defer { items.reset() }
        var isAll = false
        while rows < backfillLimits.rows, read < backfillLimits.bytes {
            guard try items.step() else {
                isAll = true
                break
            }
            rows += 1
            position = items.integer(0)
            let json = items.bytes(3)
            read += json.count
            let tableKey = KeyValue(bytes: Array(items.bytes(1)), partitionCount: 0)
            guard let entry = index.entry(of: Item(stored: json), in: table, tableKey: tableKey) else { continue }
            bytes += entry.key.bytes.count + 32
            try entry.key.bytes.withBytes { (key) throws(SQLiteError) in
                put.bind(1, inPlace: key)
                put.bind(2, Int64(entry.key.hash))
                put.bind(3, entry.size)
                put.bind(4, position)
                try put.run()
            }
        }
        if isAll { return .storing(after: [], position: last, isLast: true) }
        if bytes >= backfillLimits.runBytes { return .storing(after: [], position: position, isLast: false) }
        return .collecting(position: position, last: last, bytes: bytes)
    }

    /// Nil when the index is built.
    private func store(
        _ table: Table, _ index: SecondaryIndex, _ backfill: Backfill, after key: [UInt8], upTo position: Int64,
        isLast: Bool
    ) throws(SQLiteError) -> Backfill.Phase? {
        markDirty(table)
        let run = try index.statements.run()
        let add = try index.statements.add()
        run.bind(1, copying: key)
        run.bind(2, backfillLimits.entries)
        defer { run.reset() }
        var rows = 0
        var key = key
        while try run.step() {
            rows += 1
            key = Array(run.bytes(0))
            let content = try storedContent(of: run.integer(3), size: Int(run.integer(2)), table, index)
            try (content ?? []).withBytes { (bytes) throws(SQLiteError) in
                add.bind(1, inPlace: run.bytes(0))
                add.bind(2, run.integer(1))
                add.bind(3, run.integer(2))
                add.bind(4, run.integer(3))
                if content == nil { add.bindNull(5) } else { add.bind(5, inPlace: bytes) }
                try add.run()
            }
            guard connection.changes > 0 else { continue }
            index.counts.items += 1
            index.counts.bytes += Int(run.integer(2))
        }
        if rows == backfillLimits.entries { return .storing(after: key, position: position, isLast: isLast) }
        run.reset()
        backfill.position = position
        try persist(isLast ? nil : backfill, of: index)
        if !isLast { return .idle }
        try end(index)
        return nil
    }

    /// Lets go of an index's run.
    func end(_ index: SecondaryIndex) throws(SQLiteError) {
        index.statements.forgetRun()
        try connection.execute(SQL.dropRun(index.id))
    }

    /// What is stored, beside its key, of the entry of the item in this row; `size` is the entry's.
    private func storedContent(
        of rowID: Int64, size: Int, _ table: Table, _ index: SecondaryIndex
    ) throws(SQLiteError) -> [UInt8]? {
        guard size <= SecondaryIndex.storedContentMax else { return nil }
        let items = try table.statements.itemAt()
        items.bind(1, rowID)
        defer { items.reset() }
        guard try items.step() else { return nil }
        let json = Array(items.bytes(1))
        return index.storedContent(
            of: json, size: size, index.schema.project(Item(stored: json), tableKey: table.schema.key))
    }

    /// Takes out an item's entry while the index is being built: whether it is there already, in the run, or nowhere yet, afterwards the
    /// index has nothing of the item.
    func remove(_ entry: IndexEntry?, from index: SecondaryIndex, during backfill: Backfill) throws(SQLiteError) {
        guard let entry else { return }
        try entry.key.bytes.withBytes { (key) throws(SQLiteError) in
            if backfill.hasRun {
                let delete = try index.statements.deleteRun()
                delete.bind(1, inPlace: key)
                try delete.run()
            }
            let stored = try index.statements.entry()
            stored.bind(1, inPlace: key)
            defer { stored.reset() }
            guard try stored.step() else { return }
            index.counts.items -= 1
            index.counts.bytes -= Int(stored.integer(0))
            stored.reset()
            try remove(entry, from: index)
        }
    }
}

extension Backfill {
    fileprivate var hasRun: Bool {
        if case .idle = phase { false } else { true }
    }
}
