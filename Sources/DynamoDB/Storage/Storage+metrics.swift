import SQLite

extension Storage {
    /// Stores samples, adding them to those that are there, in a transaction of its own.
    func store(_ samples: ArraySlice<(metric: Metric, datum: MetricDatum)>) throws(DynamoDBError) {
        try beginWriting()
        try attempt { () throws(SQLiteError) in
            for (metric, datum) in samples {
                let add = try statement(SQL.addMetric)
                bind(metric, to: add)
                try add.run()
                let store = try statement(SQL.addDatum)
                bind(metric, to: store)
                store.bind(5, datum.minute)
                store.bind(6, datum.statistics.samples)
                store.bind(7, datum.statistics.sum)
                store.bind(8, datum.statistics.minimum)
                store.bind(9, datum.statistics.maximum)
                try store.run()
            }
        }
        try commitTurn()
    }

    /// The metrics that have samples, with the last minute of these.
    func storedMetrics() throws(DynamoDBError) -> [(metric: Metric, lastMinute: Int64)] {
        try attempt { () throws(SQLiteError) in
            let statement = try statement(SQL.metrics)
            defer { statement.reset() }
            var all: [(metric: Metric, lastMinute: Int64)] = []
            while try statement.step() {
                // A name that a later version has published.
                guard let name = Metric.Name(rawValue: statement.text(0)) else { continue }
                let (table, index) = (statement.text(1), statement.text(2))
                let metric = Metric(
                    name, table: table.isEmpty ? nil : table, index: index.isEmpty ? nil : index,
                    operation: Metric.Operation(rawValue: statement.text(3)))
                all.append((metric, statement.integer(4)))
            }
            return all
        }
    }

    /// The samples of a metric in a range of minutes.
    func storedData(of metric: Metric, minutes: Range<Int64>) throws(DynamoDBError) -> [MetricDatum] {
        try attempt { () throws(SQLiteError) in
            let statement = try statement(SQL.data)
            bind(metric, to: statement)
            statement.bind(5, minutes.lowerBound)
            statement.bind(6, minutes.upperBound)
            defer { statement.reset() }
            var data: [MetricDatum] = []
            while try statement.step() {
                let statistics = StatisticSet(
                    samples: Int(statement.integer(1)), sum: statement.double(2), minimum: statement.double(3),
                    maximum: statement.double(4))
                data.append(MetricDatum(minute: statement.integer(0), statistics: statistics))
            }
            return data
        }
    }

    /// Removes the samples of one metric from before a minute, and the metric when it has no others: of the metric after `id`. Its id, or
    /// nil when there is none.
    func prune(after id: Int64, before minute: Int64) throws(DynamoDBError) -> Int64? {
        let next: Int64? = try attempt { () throws(SQLiteError) in
            let statement = try statement(SQL.nextMetric)
            statement.bind(1, id)
            defer { statement.reset() }
            return try statement.step() ? statement.integer(0) : nil
        }
        guard let next else { return nil }
        try beginWriting()
        try attempt { () throws(SQLiteError) in
            let prune = try statement(SQL.pruneData)
            prune.bind(1, next)
            prune.bind(2, minute)
            try prune.run()
            let forget = try statement(SQL.forgetMetric)
            forget.bind(1, next)
            try forget.run()
        }
        try commitTurn()
        return next
    }

    private func bind(_ metric: Metric, to statement: Statement) {
        statement.bind(1, text: metric.name.rawValue)
        statement.bind(2, text: metric.table ?? "")
        statement.bind(3, text: metric.index ?? "")
        statement.bind(4, text: metric.operation?.rawValue ?? "")
    }
}

extension Engine {
    /// Stores samples when it is time for that, a few hundred a slice. Whether it did anything.
    func storeMetrics(now: Int64) throws(DynamoDBError) -> Bool {
        if !metrics.isStoring {
            guard metrics.beginStoring(nowMillis: now) else { return false }
        }
        return try storeSomeMetrics()
    }

    private func storeSomeMetrics() throws(DynamoDBError) -> Bool {
        let samples = metrics.waiting.prefix(256)
        guard !samples.isEmpty else {
            metrics.isStoring = false
            return false
        }
        do throws(DynamoDBError) {
            try storage.store(samples)
        } catch {
            metrics.isStoring = false
            throw error
        }
        metrics.stored(samples.count)
        return true
    }

    /// Stores all samples, when the database is closed.
    func storeLastMetrics() {
        guard !storage.hasWritten else { return }
        metrics.beginLastStoring()
        do throws(DynamoDBError) { while try storeSomeMetrics() {} } catch {}
    }

    /// Removes what is too old, one metric a slice, once an hour.
    func pruneMetrics(now: Int64) throws(DynamoDBError) -> Bool {
        if metrics.pruning == nil {
            guard now >= metrics.nextPruningMillis else { return false }
            metrics.nextPruningMillis = now + 3_600_000
            metrics.pruning = 0
        }
        let before = now / 60_000 - Metrics.keptMinutes
        metrics.pruning = try storage.prune(after: metrics.pruning ?? 0, before: before)
        return metrics.pruning != nil
    }
}
