import SQLite

extension Storage {
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
            for index in schema.indexes { indexes.append(try create(index, of: id)) }
            return Table(
                id: id, schema: schema, tableID: tableID, createdMillis: now, counts: Counts(), indexes: indexes,
                connection: connection)
        }
        if committedTables == nil { committedTables = tables }
        let position = tables.firstIndex { schema.name < $0.schema.name } ?? tables.count
        tables.insert(table, at: position)
        return table
    }

    private func create(_ index: IndexSchema, of table: Int64) throws(SQLiteError) -> SecondaryIndex {
        let insert = try statement(SQL.insertIndex)
        insert.bind(1, table)
        insert.bind(2, text: index.name.string)
        try insert.run()
        let id = connection.lastInsertRowID
        try connection.execute(SQL.createIndex(id))
        return SecondaryIndex(id: id, schema: index, counts: Counts(), connection: connection)
    }

    /// Gives a table another schema: all but its name and its key. An index of a new name is to be built from the items that are there,
    /// see `Backfill`; the entries of one that is left out go in slices.
    func change(_ table: Table, to schema: TableSchema) throws(DynamoDBError) {
        try beginWriting()
        markChanged(table)
        let indexes = try attempt { () throws(SQLiteError) in
            for index in table.indexes where !schema.indexes.contains(where: { $0.name == index.schema.name }) {
                if index.backfill != nil { try end(index) }
                try discard(SQL.indexName(index.id))
                let delete = try statement(SQL.deleteIndex)
                delete.bind(1, index.id)
                try delete.run()
                hasDiscarded = true
            }
            var indexes: [SecondaryIndex] = []
            for index in schema.indexes {
                if let there = table.index(named: index.name) {
                    indexes.append(there)
                } else {
                    let made = try create(index, of: table.id)
                    made.backfill = Backfill(position: 0)
                    try persist(made.backfill, of: made)
                    indexes.append(made)
                }
            }
            let change = try statement(SQL.changeTable)
            change.bind(1, table.id)
            change.bind(2, copying: schema.stored)
            try change.run()
            return indexes
        }
        table.change(to: try attempt { () throws(SQLiteError) in try expiry(of: table, as: schema) })
        table.change(to: schema, indexes: indexes)
    }

    private func markChanged(_ table: Table) {
        if !changed.contains(where: { $0 === table }) { changed.append(table) }
    }

    /// Gives a table other transitions.
    func change(_ table: Table, to transitions: [Transition]) throws(DynamoDBError) {
        try beginWriting()
        markChanged(table)
        try attempt { () throws(SQLiteError) in
            for transition in transitions where !table.transitions.contains(transition) {
                switch transition.kind {
                case .deletion: try mark(SQL.markTableDeleting, table.id)
                case .indexDeletion(let name):
                    if let index = table.index(named: name) { try mark(SQL.markIndexDeleting, index.id) }
                default: break
                }
            }
        }
        table.change(to: transitions)
        nextTransition = min(nextTransition, transitions.map(\.until).min() ?? .max)
    }

    private func mark(_ sql: String, _ id: Int64) throws(SQLiteError) {
        let statement = try statement(sql)
        statement.bind(1, id)
        try statement.run()
    }

    /// Ends the transitions whose time has come.
    func settle(now: Int64) throws(DynamoDBError) {
        guard now >= nextTransition else { return }
        for table in tables where table.transitions.contains(where: { $0.until <= now }) {
            let due = table.transitions.filter { $0.until <= now }
            try change(table, to: table.transitions.filter { $0.until > now })
            for transition in due {
                switch transition.kind {
                case .deletion: try delete(table)
                case .indexDeletion(let name): try change(table, to: table.schema.without(index: name))
                default: break
                }
            }
        }
        nextTransition = tables.flatMap(\.transitions).map(\.until).min() ?? .max
    }

    func discard(_ name: String) throws(SQLiteError) {
        let discard = try statement(SQL.discard)
        discard.bind(1, text: name)
        try discard.run()
    }

    /// Deletes a table: its name is free at once, its rows go in slices.
    func delete(_ table: Table) throws(DynamoDBError) {
        try beginWriting()
        try attempt { () throws(SQLiteError) in
            for name in table.indexes.map({ SQL.indexName($0.id) }) + [SQL.itemsName(table.id)] { try discard(name) }
            if let expiry = table.expiry { try discard(SQL.expiryName(expiry.id)) }
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

    /// Removes up to `rows` rows of deleted tables, and not many more bytes than `bytes`; whether there are more. In a transaction of
    /// its own.
    func removeDiscarded(rows: Int, bytes: Int = 512 << 10) throws(DynamoDBError) -> Bool {
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
            if try removeSlice(of: name, rows: rows, bytes: bytes) { return true }
            try connection.execute(SQL.drop(name))
            let forget = try statement(SQL.forgetDiscarded)
            forget.bind(1, text: name)
            try forget.run()
            return true
        }
        try commitTurn()
        hasDiscarded = more
        return more
    }

    /// Removes some rows; whether there are more. Large items take time by their bytes, small ones by their number.
    private func removeSlice(of name: String, rows: Int, bytes: Int) throws(SQLiteError) -> Bool {
        guard name.hasPrefix("items_") else {
            let slice = try connection.prepare(SQL.deleteSlice(name))
            slice.bind(1, rows)
            try slice.run()
            return connection.changes == rows
        }
        // With the index on the key each row would write a page of it; without, rows that lie together go together.
        try connection.execute(SQL.dropKey(name))
        let sizes = try connection.prepare(SQL.sizes(name))
        sizes.bind(1, rows)
        var (count, total, last) = (0, 0, Int64.min)
        while total < bytes, try sizes.step() {
            count += 1
            last = sizes.integer(0)
            total += Int(sizes.integer(1))
        }
        sizes.reset()
        let delete = try connection.prepare(SQL.deleteUpTo(name))
        delete.bind(1, last)
        try delete.run()
        return count == rows || total >= bytes
    }
}
