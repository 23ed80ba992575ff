/// The items of a table by the time of their expiry: `expiry_N` has the rowids of those that have one. It stands in the
/// list of the table's indexes under a name that no index can have.
extension SQL {
    static let expiryCatalogName = ":expiry"

    static func expiryName(_ id: Int64) -> String { "expiry_\(id)" }

    static func createExpiry(_ id: Int64) -> [String] {
        [
            "CREATE TABLE expiry_\(id)(id INTEGER PRIMARY KEY, expires INTEGER NOT NULL)",
            "CREATE INDEX expiry_\(id)_expires ON expiry_\(id)(expires)",
        ]
    }

    static let expiry = "SELECT id, backfill FROM indexes WHERE table_id = ?1 AND name = '\(expiryCatalogName)'"

    static func setExpiry(_ id: Int64) -> String {
        """
        INSERT INTO expiry_\(id)(id, expires) VALUES (?1, ?2)
          ON CONFLICT(id) DO UPDATE SET expires = excluded.expires WHERE expires <> excluded.expires
        """
    }
    static func removeExpiry(_ id: Int64) -> String { "DELETE FROM expiry_\(id) WHERE id = ?1" }

    /// Those that expired after ?1 and until ?2.
    static func due(_ id: Int64) -> String {
        "SELECT id FROM expiry_\(id) WHERE expires > ?1 AND expires <= ?2 ORDER BY expires LIMIT ?3"
    }
    static func nextExpiry(_ id: Int64) -> String {
        "SELECT expires FROM expiry_\(id) WHERE expires > ?1 ORDER BY expires LIMIT 1"
    }
    /// The items of a table from a row on: rowid, item.
    static func itemsFrom(_ table: Int64) -> String {
        "SELECT id, item FROM items_\(table) WHERE id >= ?1 ORDER BY id"
    }
}
