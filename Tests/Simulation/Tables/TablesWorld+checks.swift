import DynamoDB
import SQLite

extension TablesWorld {
    // MARK: - What is there

    /// Asks the engine, outside of everything that is counted.
    private func ask(_ operation: String, _ body: String) throws -> JSONText {
        var output: [UInt8] = []
        let bytes = Array(body.utf8)
        var refusal: DynamoDBError?
        bytes.withUnsafeBytes { bytes in
            do throws(DynamoDBError) {
                try engine!.execute(
                    operation: operation, body: bytes, context: .init(now: now, region: "eu-north-1"), into: &output)
            } catch {
                refusal = error
            }
        }
        if let refusal {
            throw SimulationFailure("\(operation) \(body): \(refusal.kind.rawValue) \(refusal.message ?? "")")
        }
        guard let answer = JSONText(output) else { throw SimulationFailure("\(operation) answers what is no JSON") }
        return answer
    }

    /// The items that a scan shows.
    private func scanned(_ shape: TableShape, _ index: IndexShape?) throws -> [JSONText] {
        let index = index.map { #","IndexName":"\#($0.rawValue)""# } ?? ""
        return try ask("Scan", #"{"TableName":"\#(shape.rawValue)"\#(index)}"#)["Items"]?.elements ?? []
    }

    /// Everything that the engine shows: tables, indexes, items, but tokens.
    private func everything() throws -> TablesModel {
        var model = TablesModel()
        for name in try ask("ListTables", "{}")["TableNames"]?.elements.compactMap(\.text) ?? [] {
            guard let shape = TableShape(rawValue: name) else { throw SimulationFailure("there is a table \(name)") }
            var table = ModelTable(shape: shape)
            let description = try ask("DescribeTable", #"{"TableName":"\#(name)"}"#)["Table"]
            for index in description?["GlobalSecondaryIndexes"]?.elements ?? [] {
                guard let index = index["IndexName"]?.text.flatMap(IndexShape.init(rawValue:)) else {
                    throw SimulationFailure("there is an index \(index)")
                }
                table.indexes.insert(index)
            }
            let expiry = try ask("DescribeTimeToLive", #"{"TableName":"\#(name)"}"#)["TimeToLiveDescription"]
            table.hasTimeToLive = expiry?["TimeToLiveStatus"]?.text?.hasPrefix("ENABL") == true
            for item in try scanned(shape, nil) {
                guard let attributes = ItemText.attributes(item), let key = shape.key(attributes),
                    let read = ModelItem(attributes)
                else { throw SimulationFailure("there is an item \(item)") }
                if table.items.updateValue(read, forKey: key) != nil {
                    throw SimulationFailure("\(name) has two items of key \(key)")
                }
            }
            model.tables[name] = table
        }
        return model
    }

    /// After a start: what is there must be one of these, but for items whose time had come.
    func adopt(_ candidates: [TablesModel]) throws {
        var found = try everything()
        for candidate in candidates {
            found.tokens = candidate.tokens
            guard difference(found, candidate) == nil else { continue }
            current = found
            committed = found
            return try check()
        }
        let differences = candidates.map { difference(found, $0) ?? "" }
        throw SimulationFailure("after a restart " + differences.joined(separator: "; and "))
    }

    /// The first difference between what is there and what must be, but for items that have expired.
    private func difference(_ found: TablesModel, _ expected: TablesModel) -> String? {
        guard found.tables.keys.sorted() == expected.tables.keys.sorted() else {
            return "there are the tables \(found.tables.keys.sorted()) instead of \(expected.tables.keys.sorted())"
        }
        for (name, table) in expected.sortedTables {
            let there = found.tables[name]!
            guard there.indexes == table.indexes, there.hasTimeToLive == table.hasTimeToLive else {
                return
                    "\(name) has \(there.indexes.map(\.rawValue).sorted()), time to live \(there.hasTimeToLive), instead of "
                    + "\(table.indexes.map(\.rawValue).sorted()), \(table.hasTimeToLive)"
            }
            for key in Set(there.items.keys).union(table.items.keys).sorted() where there.items[key] != table.items[key]
            {
                if there.items[key] == nil, hasExpired(table.items[key]!, in: table, by: latestStep) { continue }
                return "\(name) \(key) is \(String(describing: there.items[key]))"
                    + " instead of \(String(describing: table.items[key]))"
            }
        }
        return nil
    }

    // MARK: - Expiry

    private func hasExpired(_ item: ModelItem, in table: ModelTable, by now: Int64) -> Bool {
        guard table.hasTimeToLive, let expires = item.expires else { return false }
        return expires <= (now - 1) / 1000
    }

    /// Takes from the model what background work has removed because its time had come.
    func absorbExpired(until now: Int64) throws {
        for (name, table) in current.sortedTables where table.hasTimeToLive {
            let due = table.items.filter { hasExpired($0.value, in: table, by: now) }.keys.sorted()
            guard !due.isEmpty else { continue }
            let there = Set(
                try scanned(table.shape, nil).compactMap { ItemText.attributes($0).flatMap(table.shape.key) })
            let before = current
            for key in due where !there.contains(key) { current.tables[name]!.items[key] = nil }
            committed = current
            for scan in long.map(\.scan) where scan.shape == table.shape {
                for key in due where !there.contains(key) { scan.noteChange(from: before, to: current, key: key) }
                scan.turnCommitted()
            }
        }
    }

    /// Once background work has nothing more to do, nothing is left whose time has come.
    func checkExpired() throws {
        for (name, table) in current.sortedTables {
            for (key, item) in table.items.sorted(by: { $0.key < $1.key }) where hasExpired(item, in: table, by: now) {
                guard item.expires! > (now - 1) / 1000 - 5 * 365 * 86_400 else { continue }
                throw SimulationFailure("\(name) \(key) has expired and is there")
            }
        }
    }

    // MARK: - Invariants

    /// Everything that must hold between two turns.
    func check() throws {
        if disk.isDead { return }
        var found = try everything()
        found.tokens = current.tokens
        if let difference = difference(found, current) { throw SimulationFailure(difference) }
        for (name, table) in current.sortedTables {
            for index in table.indexes.sorted(by: { $0.rawValue < $1.rawValue }) {
                guard try !isBuilding(index, of: table.shape) else { continue }
                let entries = try scanned(table.shape, index).map { ItemText.of($0) ?? "?" }.sorted()
                let expected = table.projected(index)
                guard entries == expected else {
                    throw SimulationFailure(
                        "index \(index.rawValue) of \(name) holds \(entries) instead of \(expected)")
                }
            }
        }
        do throws(SQLiteError) { try checkDatabase() } catch { throw SimulationFailure("\(error)") }
        if let fault = databaseFault {
            databaseFault = nil
            throw SimulationFailure(fault)
        }
    }

    /// Whether an index is not built up to its end.
    func isBuilding(_ index: IndexShape, of shape: TableShape) throws -> Bool {
        try engine!.connection.integer(
            """
            SELECT count(*) FROM indexes i JOIN tables t ON i.table_id = t.id
              WHERE t.name = '\(shape.rawValue)' AND i.name = '\(index.rawValue)' AND i.backfill IS NOT NULL
            """) > 0
    }

    /// The database itself: kept counts, entries without items, tables without owners.
    private func checkDatabase() throws(SQLiteError) {
        let connection = engine!.connection
        func numbers(_ sql: String) throws(SQLiteError) -> [Int64] {
            let statement = try connection.prepare(sql)
            defer { statement.reset() }
            var found: [Int64] = []
            while try statement.step() { found.append(statement.integer(0)) }
            return found
        }
        func expectNone(_ sql: String, _ what: String) throws(SQLiteError) {
            if try connection.integer(sql) != 0, databaseFault == nil { databaseFault = what }
        }
        var owned = ["tables", "indexes", "discarded", "tokens", "metrics", "samples", "sqlite_sequence"]
        for table in try numbers("SELECT id FROM tables ORDER BY id") {
            owned.append("items_\(table)")
            try expectNone(
                """
                SELECT count(*) FROM tables WHERE id = \(table) AND (items <> (SELECT count(*) FROM items_\(table))
                  OR bytes <> (SELECT coalesce(sum(size), 0) FROM items_\(table)))
                """, "the kept counts of table \(table) are not those that counting gives")
            for index in try numbers("SELECT id FROM indexes WHERE table_id = \(table) AND name <> ':expiry'") {
                owned.append("index_\(index)")
                try expectNone(
                    """
                    SELECT count(*) FROM indexes WHERE id = \(index) AND (items <> (SELECT count(*) FROM index_\(index))
                      OR bytes <> (SELECT coalesce(sum(size), 0) FROM index_\(index)))
                    """, "the kept counts of index \(index) are not those that counting gives")
                try expectNone(
                    "SELECT count(*) FROM index_\(index) WHERE item NOT IN (SELECT id FROM items_\(table))",
                    "index \(index) has entries without items")
            }
            for expiry in try numbers("SELECT id FROM indexes WHERE table_id = \(table) AND name = ':expiry'") {
                owned.append("expiry_\(expiry)")
                try expectNone(
                    "SELECT count(*) FROM expiry_\(expiry) WHERE id NOT IN (SELECT id FROM items_\(table))",
                    "the expiry of table \(table) has entries without items")
            }
        }
        let names = owned.map { "'\($0)'" }.joined(separator: ",")
        try expectNone(
            """
            SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name NOT IN (\(names))
              AND name NOT IN (SELECT name FROM discarded)
            """, "the database has tables that belong to nobody")
        let integrity = try connection.prepare("PRAGMA integrity_check")
        defer { integrity.reset() }
        if try integrity.step(), integrity.text(0) != "ok", databaseFault == nil { databaseFault = integrity.text(0) }
    }

    // MARK: - Planted bugs

    /// Lets every index lose some of its entries, by triggers that belong to the connection alone.
    func plantTriggers() {
        guard bug == .skipIndexRow, let connection = engine?.connection, !disk.isDead else { return }
        guard let names = try? connection.prepare("SELECT id FROM indexes WHERE name <> ':expiry'") else { return }
        var ids: [Int64] = []
        while (try? names.step()) == true { ids.append(names.integer(0)) }
        names.reset()
        for id in ids {
            try? connection.execute(
                """
                CREATE TEMP TRIGGER IF NOT EXISTS plant_\(id) BEFORE INSERT ON main.index_\(id) WHEN NEW.size % 3 = 0
                  BEGIN SELECT RAISE(IGNORE); END
                """)
        }
    }
}

extension ModelItem {
    /// The item of these attributes, as `ItemText` has them; nil when it is none that was ever written.
    init?(_ attributes: [String: String]) {
        self.init()
        for (name, text) in attributes {
            let value = String(text.dropFirst(2))
            switch name {
            case "pk", "sk": break
            case "g": group = value
            case "n": number = Int(value)
            case "v": self.value = Int(value)
            case "ttl": expires = Int64(value)
            case "x": fill = Int(value.dropLast(" bytes".count)) ?? -1
            default: return nil
            }
        }
    }
}
