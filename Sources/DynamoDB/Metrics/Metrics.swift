/// What one request did, until its turn is over. Small, as every request makes one.
struct Measurement {
    let table: Table
    /// The units of the table and its local indexes.
    let units: Double
    /// When it came, in nanoseconds of the clock that never goes back.
    let arrivalNanos: Int64
    /// The items in its answer; negative where they are not counted.
    let returnedItems: Int
    let operation: Metric.Operation
    /// Which way the units went; nil when the table is not touched.
    let direction: ConsumedCapacity.Direction?
    /// Whether the request failed because a condition did not hold.
    let isConditionFailed: Bool
}

/// What one request consumed of a global index.
struct IndexMeasurement {
    let table: Table
    let index: String
    let units: Double
    let direction: ConsumedCapacity.Direction
}

/// The metrics that the engine publishes.
///
/// What requests do is noted while their turn lasts and counted when it has been committed: a turn that is lost counts nothing. What
/// was counted is kept in memory by the minute and stored every few seconds, in a slice of background work, and when the database is
/// closed: `kill -9` loses the samples of the last seconds, ten at most, and never an item.
final class Metrics {
    /// How often samples are stored, in milliseconds.
    static let storeMillis: Int64 = 5000
    /// How long samples are kept, in minutes: AWS's fifteen days of samples by the minute.
    static let keptMinutes: Int64 = 15 * 24 * 60
    /// How many samples wait at most when they cannot be stored; then the oldest go.
    static let waitingMax = 65_536

    private var pending: [Measurement] = []
    private var pendingIndexes: [IndexMeasurement] = []
    private var pendingErrors = 0
    private var dirty: [TableMetrics] = []
    private var userErrors = StatisticSet()
    /// The minute of what is counted in `dirty` and `userErrors`.
    private var minute: Int64 = 0
    /// What is to be stored: of earlier minutes, and what a storing has begun with.
    private(set) var waiting: [(metric: Metric, datum: MetricDatum)] = []
    /// Whether a storing has begun and goes on.
    var isStoring = false
    /// When samples were stored last, in milliseconds since 1970.
    private var storedMillis: Int64 = 0
    /// Where pruning goes on; nil when it is done.
    var pruning: Int64?
    /// When pruning begins again, in milliseconds since 1970.
    var nextPruningMillis: Int64 = 0

    /// Whether a turn has noted anything.
    var hasPending: Bool { !pending.isEmpty || pendingErrors > 0 }

    @inline(__always)
    func note(_ measurement: Measurement) { pending.append(measurement) }

    func note(_ measurement: IndexMeasurement) { pendingIndexes.append(measurement) }

    func noteUserError() { pendingErrors += 1 }

    /// Forgets what the turn noted.
    func abandonTurn() {
        pending.removeAll(keepingCapacity: true)
        pendingIndexes.removeAll(keepingCapacity: true)
        pendingErrors = 0
    }

    /// Counts what the turn noted. Milliseconds since 1970, and nanoseconds of the other clock.
    func commitTurn(nowMillis: Int64, nanos: Int64) {
        let now = nowMillis / 60_000
        if now != minute {
            drain()
            minute = now
        }
        pending.withUnsafeBufferPointer { pending in
            for measurement in pending {
                let metrics = measurement.table.metrics
                if !metrics.isDirty {
                    metrics.isDirty = true
                    dirty.append(metrics)
                }
                metrics.add(measurement, nanos: nanos)
            }
        }
        // Each of these belongs to one of those.
        for measurement in pendingIndexes { measurement.table.metrics.add(measurement) }
        for _ in 0..<pendingErrors { userErrors.add(1) }
        abandonTurn()
    }

    /// Moves what was counted to what waits to be stored.
    private func drain() {
        for table in dirty { table.drain { append($0, $1) } }
        dirty.removeAll()
        if !userErrors.isEmpty { append(Metric(.userErrors), userErrors.take()) }
        if waiting.count > Self.waitingMax { waiting.removeFirst(waiting.count - Self.waitingMax) }
    }

    private func append(_ metric: Metric, _ statistics: StatisticSet) {
        waiting.append((metric, MetricDatum(minute: minute, statistics: statistics)))
    }

    // MARK: Storing

    /// Begins to store, if it is time: then `waiting` has everything.
    func beginStoring(nowMillis: Int64) -> Bool {
        guard nowMillis - storedMillis >= Self.storeMillis || nowMillis < storedMillis else { return false }
        storedMillis = nowMillis
        drain()
        isStoring = true
        return true
    }

    /// Begins to store now, whatever the time.
    func beginLastStoring() { drain() }

    /// Notes that the first of those that waited are stored.
    func stored(_ count: Int) { waiting.removeFirst(count) }

    // MARK: Reading

    /// What is not stored yet.
    func unstored() -> [(metric: Metric, datum: MetricDatum)] {
        drain()
        return waiting
    }
}
