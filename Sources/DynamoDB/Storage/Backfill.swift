import SQLite

/// The building of an index from the items that were in its table before it.
final class Backfill {
    /// Items with keys before this one have their entries; empty is none. Kept in the database.
    var position: [UInt8]

    init(position: [UInt8]) {
        self.position = position
    }
}

extension Storage {
    /// Keeps how far an index is built; nil is all the way.
    func persist(_ backfill: Backfill?, of index: SecondaryIndex) throws(SQLiteError) {
        let update = try statement(SQL.updateBackfill)
        update.bind(1, index.id)
        if let backfill { update.bind(2, copying: backfill.position) } else { update.bindNull(2) }
        try update.run()
    }
}
