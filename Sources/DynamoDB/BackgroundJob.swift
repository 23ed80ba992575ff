/// Work that goes on between requests, in slices of about a millisecond, each in a transaction of its own.
struct BackgroundJob: Sendable {
    /// What it does, in a word.
    let name: StaticString
    /// Does one slice at a time, in milliseconds since 1970. Whether it did anything: then there may be more.
    let slice: @Sendable (Engine, Int64) throws(DynamoDBError) -> Bool

    /// All of them. `Engine.step` gives each its turn.
    static let all: [BackgroundJob] = [
        BackgroundJob(name: "rows of what was deleted") { (engine, _) throws(DynamoDBError) in
            try engine.storage.removeDiscarded(rows: 256)
        },
        BackgroundJob(name: "expired items") { (engine, now) throws(DynamoDBError) in
            try engine.storage.expire(now: now)
        },
        BackgroundJob(name: "the end of what a table shows for a while") { (engine, now) throws(DynamoDBError) in
            guard now >= engine.storage.nextTransition else { return false }
            try engine.storage.settle(now: now)
            try engine.storage.commitTurn()
            return true
        },
        BackgroundJob(name: "indexes that are being built") { (engine, _) throws(DynamoDBError) in
            try engine.storage.backfill()
        },
        BackgroundJob(name: "old tokens") { (engine, now) throws(DynamoDBError) in
            try engine.storage.sweepTokens(now: now, rows: 256)
        },
        BackgroundJob(name: "metrics") { (engine, now) throws(DynamoDBError) in
            try engine.storeMetrics(now: now)
        },
        BackgroundJob(name: "old metrics") { (engine, now) throws(DynamoDBError) in
            try engine.pruneMetrics(now: now)
        },
    ]
}
