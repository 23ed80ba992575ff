import SQLite

extension Storage {
    /// How long a ClientRequestToken is remembered, in milliseconds. Source: AWS's API reference, TransactWriteItems.
    static let tokenMillis: Int64 = 600_000

    /// The digest of the request that a token stood for, while it is remembered.
    func digest(ofToken token: Text, now: Int64) throws(DynamoDBError) -> [UInt8]? {
        try attempt { () throws(SQLiteError) in
            let statement = try statement(SQL.token)
            statement.bind(1, text: token.string)
            defer { statement.reset() }
            guard try statement.step(), statement.integer(1) + Storage.tokenMillis > now else { return nil }
            return Array(statement.bytes(0))
        }
    }

    /// Remembers a token, in the turn's transaction.
    func remember(token: Text, digest: [UInt8], now: Int64) throws(DynamoDBError) {
        try beginWriting()
        try attempt { () throws(SQLiteError) in
            let statement = try statement(SQL.insertToken)
            statement.bind(1, text: token.string)
            statement.bind(2, copying: digest)
            statement.bind(3, now)
            try statement.run()
        }
    }

    /// Forgets all tokens, in the turn's transaction.
    func forgetTokens() throws(DynamoDBError) {
        try beginWriting()
        try attempt { () throws(SQLiteError) in try connection.execute(SQL.forgetTokens) }
    }

    /// Forgets up to `rows` tokens whose time is over; whether there may be more.
    func sweepTokens(now: Int64, rows: Int) throws(DynamoDBError) -> Bool {
        let before = now - Storage.tokenMillis
        let due = try attempt { () throws(SQLiteError) in
            let statement = try statement(SQL.dueToken)
            statement.bind(1, before)
            defer { statement.reset() }
            return try statement.step()
        }
        guard due else { return false }
        try beginWriting()
        let removed = try attempt { () throws(SQLiteError) in
            let statement = try statement(SQL.sweepTokens)
            statement.bind(1, before)
            statement.bind(2, rows)
            try statement.run()
            return connection.changes
        }
        try commitTurn()
        return removed == rows
    }
}
