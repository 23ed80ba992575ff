/// All SQL text of the tables.
///
/// A DynamoDB table is `items_N`: a rowid table, so that items of any size are appended, and an index on the key in key order, which also
/// carries the partition's place in a parallel scan. A secondary index is `index_N`: index key and table key to what the index holds of
/// the item, if that is short, and to the item's rowid.
enum SQL {
    /// "NEST": says whose file this is.
    static let applicationID = 0x4E45_5354
    /// The format that this program reads and writes.
    static let formatVersion = 4
    /// Says so in the file; a write that changes nothing when it says so already.
    static let setFormatVersion = "PRAGMA user_version = \(formatVersion)"

    /// What leads from one format to the next.
    struct Migration {
        var statements: [String] = []
        /// What is done to each index, by its id.
        var ofIndex: (@Sendable (Int64) -> String)?
    }

    /// `migrations[n]` leads from format n to n + 1.
    static let migrations: [Migration] = [
        Migration(statements: [
            """
            CREATE TABLE tables(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, table_id TEXT NOT NULL,
              created INTEGER NOT NULL, definition BLOB NOT NULL, items INTEGER NOT NULL, bytes INTEGER NOT NULL)
            """,
            """
            CREATE TABLE indexes(id INTEGER PRIMARY KEY AUTOINCREMENT, table_id INTEGER NOT NULL, name TEXT NOT NULL,
              items INTEGER NOT NULL, bytes INTEGER NOT NULL, UNIQUE(table_id, name))
            """,
            "CREATE TABLE discarded(name TEXT PRIMARY KEY) WITHOUT ROWID",
            """
            CREATE TABLE tokens(token TEXT PRIMARY KEY, digest BLOB NOT NULL, created INTEGER NOT NULL) WITHOUT ROWID
            """,
            "CREATE INDEX tokens_created ON tokens(created)",
        ]),
        // Of an index, up to which row it is built (NULL is all the way) and that it is going; of a table, that it is going.
        Migration(statements: [
            "ALTER TABLE indexes ADD COLUMN backfill INTEGER",
            "ALTER TABLE indexes ADD COLUMN deleting INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE tables ADD COLUMN deleting INTEGER NOT NULL DEFAULT 0",
        ]),
        // Metrics, and of each the samples of a minute.
        Migration(statements: [
            """
            CREATE TABLE metrics(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, table_name TEXT NOT NULL,
              index_name TEXT NOT NULL, operation TEXT NOT NULL, UNIQUE(name, table_name, index_name, operation))
            """,
            """
            CREATE TABLE samples(metric INTEGER NOT NULL, minute INTEGER NOT NULL, samples INTEGER NOT NULL,
              sum REAL NOT NULL, minimum REAL NOT NULL, maximum REAL NOT NULL, PRIMARY KEY(metric, minute)) WITHOUT ROWID
            """,
        ]),
        // In the entries of indexes, what they hold.
        Migration(ofIndex: { "ALTER TABLE index_\($0) ADD COLUMN content BLOB" }),
    ]

    // MARK: Catalog

    static let tables =
        "SELECT id, name, table_id, created, definition, items, bytes, deleting FROM tables ORDER BY name"
    static let insertTable =
        "INSERT INTO tables(name, table_id, created, definition, items, bytes) VALUES (?1, ?2, ?3, ?4, 0, 0)"
    static let deleteTable = "DELETE FROM tables WHERE id = ?1"
    static let changeTable = "UPDATE tables SET definition = ?2 WHERE id = ?1"
    static let updateTableCounts = "UPDATE tables SET items = ?2, bytes = ?3 WHERE id = ?1"
    static let indexes = "SELECT id, name, items, bytes, backfill, deleting FROM indexes WHERE table_id = ?1"
    static let indexIDs = "SELECT id FROM indexes"
    static let insertIndex = "INSERT INTO indexes(table_id, name, items, bytes) VALUES (?1, ?2, 0, 0)"
    static let deleteIndex = "DELETE FROM indexes WHERE id = ?1"
    static let updateBackfill = "UPDATE indexes SET backfill = ?2 WHERE id = ?1"
    /// Tables and indexes that are being deleted: id of the table, id of the index or 0.
    static let deleting =
        "SELECT id, 0 FROM tables WHERE deleting UNION ALL SELECT table_id, id FROM indexes WHERE deleting"
    static let markIndexDeleting = "UPDATE indexes SET deleting = 1 WHERE id = ?1"
    static let markTableDeleting = "UPDATE tables SET deleting = 1 WHERE id = ?1"
    static let deleteIndexes = "DELETE FROM indexes WHERE table_id = ?1"
    static let updateIndexCounts = "UPDATE indexes SET items = ?2, bytes = ?3 WHERE id = ?1"

    static let discard = "INSERT INTO discarded(name) VALUES (?1)"
    static let nextDiscarded = "SELECT name FROM discarded LIMIT 1"
    static let forgetDiscarded = "DELETE FROM discarded WHERE name = ?1"

    // MARK: Items

    static func itemsName(_ id: Int64) -> String { "items_\(id)" }

    static func createItems(_ id: Int64) -> [String] {
        [
            """
            CREATE TABLE items_\(id)(id INTEGER PRIMARY KEY, key BLOB NOT NULL, hash INTEGER NOT NULL,
              size INTEGER NOT NULL, item BLOB NOT NULL)
            """,
            "CREATE UNIQUE INDEX items_\(id)_key ON items_\(id)(key, hash)",
        ]
    }

    static func getItem(_ id: Int64) -> String { "SELECT size, item FROM items_\(id) WHERE key = ?1" }
    /// The same with the rowid, for what is to be changed.
    static func getRow(_ id: Int64) -> String { "SELECT size, item, id FROM items_\(id) WHERE key = ?1" }
    static func insertItem(_ id: Int64) -> String {
        "INSERT INTO items_\(id)(key, hash, size, item) VALUES (?1, ?2, ?3, ?4)"
    }
    static func updateItem(_ id: Int64) -> String { "UPDATE items_\(id) SET size = ?2, item = ?3 WHERE id = ?1" }
    static func deleteItem(_ id: Int64) -> String { "DELETE FROM items_\(id) WHERE id = ?1" }

    // MARK: Indexes

    static func indexName(_ id: Int64) -> String { "index_\(id)" }

    static func createIndex(_ id: Int64) -> String {
        """
        CREATE TABLE index_\(id)(key BLOB PRIMARY KEY, hash INTEGER NOT NULL, size INTEGER NOT NULL,
          item INTEGER NOT NULL, content BLOB) WITHOUT ROWID
        """
    }

    static func putEntry(_ id: Int64) -> String {
        "INSERT OR REPLACE INTO index_\(id)(key, hash, size, item, content) VALUES (?1, ?2, ?3, ?4, ?5)"
    }
    static func deleteEntry(_ id: Int64) -> String { "DELETE FROM index_\(id) WHERE key = ?1" }

    // MARK: Building of an index

    static func lastItem(_ id: Int64) -> String { "SELECT max(id) FROM items_\(id)" }
    /// Items in the order in which they were stored: rowid, key, size, item.
    static func itemsAfter(_ id: Int64) -> String {
        "SELECT id, key, size, item FROM items_\(id) WHERE id > ?1 AND id <= ?2 ORDER BY id"
    }
    /// Entries that are still to be put into an index, sorted, in memory.
    static func createRun(_ index: Int64) -> String {
        """
        CREATE TEMP TABLE IF NOT EXISTS run_\(index)(key BLOB PRIMARY KEY, hash INTEGER NOT NULL, size INTEGER NOT NULL,
          item INTEGER NOT NULL) WITHOUT ROWID
        """
    }
    static func clearRun(_ index: Int64) -> String { "DELETE FROM temp.run_\(index)" }
    static func dropRun(_ index: Int64) -> String { "DROP TABLE IF EXISTS temp.run_\(index)" }
    static func putRun(_ index: Int64) -> String {
        "INSERT OR REPLACE INTO temp.run_\(index)(key, hash, size, item) VALUES (?1, ?2, ?3, ?4)"
    }
    static func deleteRun(_ index: Int64) -> String { "DELETE FROM temp.run_\(index) WHERE key = ?1" }
    static func run(_ index: Int64) -> String {
        "SELECT key, hash, size, item FROM temp.run_\(index) WHERE key > ?1 ORDER BY key LIMIT ?2"
    }
    static func addEntry(_ id: Int64) -> String {
        "INSERT OR IGNORE INTO index_\(id)(key, hash, size, item, content) VALUES (?1, ?2, ?3, ?4, ?5)"
    }
    static func entry(_ id: Int64) -> String { "SELECT size FROM index_\(id) WHERE key = ?1" }

    // MARK: Pages

    /// The items of a stretch of keys in order: key, size, item.
    static func page(_ id: Int64, forward: Bool, bounded: Bool) -> String {
        "SELECT key, size, item FROM items_\(id)" + stretch(forward: forward, bounded: bounded)
    }

    /// The same of an index: the entry's size, and what it holds, or the item's rowid where it does not say. Without `content` always that.
    static func indexPage(_ id: Int64, content: Bool, forward: Bool, bounded: Bool) -> String {
        "SELECT size, \(held(content)) FROM index_\(id)" + stretch(forward: forward, bounded: bounded)
    }

    private static func held(_ content: Bool) -> String { content ? "coalesce(content, item)" : "item" }

    private static func stretch(forward: Bool, bounded: Bool) -> String {
        " WHERE key >= ?1\(bounded ? " AND key < ?2" : "") ORDER BY key\(forward ? "" : " DESC")"
    }

    /// For a segment of a parallel scan, without the items: key, place, item's rowid. Only the index is read.
    static func places(_ id: Int64) -> String { "SELECT key, hash, id FROM items_\(id) WHERE key >= ?1 ORDER BY key" }

    /// The same of an index: key, place, entry's size, and what it holds or item's rowid.
    static func indexPlaces(_ index: Int64, content: Bool) -> String {
        "SELECT key, hash, size, \(held(content)) FROM index_\(index) WHERE key >= ?1 ORDER BY key"
    }

    static func itemAt(_ id: Int64) -> String { "SELECT size, item FROM items_\(id) WHERE id = ?1" }

    // MARK: Slices

    static func deleteSlice(_ name: String) -> String {
        name.hasPrefix("index_")
            ? "DELETE FROM \(name) WHERE key IN (SELECT key FROM \(name) LIMIT ?1)"
            : "DELETE FROM \(name) WHERE id IN (SELECT id FROM \(name) LIMIT ?1)"
    }
    static func dropKey(_ name: String) -> String { "DROP INDEX IF EXISTS \(name)_key" }
    /// Of items, in the order of their rows: rowid, size.
    static func sizes(_ name: String) -> String { "SELECT id, size FROM \(name) ORDER BY id LIMIT ?1" }
    static func deleteUpTo(_ name: String) -> String { "DELETE FROM \(name) WHERE id <= ?1" }
    static func drop(_ name: String) -> String { "DROP TABLE \(name)" }

    // MARK: Tokens

    static let token = "SELECT digest, created FROM tokens WHERE token = ?1"
    static let insertToken = "INSERT OR REPLACE INTO tokens(token, digest, created) VALUES (?1, ?2, ?3)"
    static let forgetTokens = "DELETE FROM tokens"
    static let dueToken = "SELECT 1 FROM tokens WHERE created < ?1 LIMIT 1"
    static let sweepTokens =
        "DELETE FROM tokens WHERE token IN (SELECT token FROM tokens WHERE created < ?1 ORDER BY created LIMIT ?2)"
}
