/// Provisioned, on-demand and warm throughput, as they follow from each other.
extension TableSchema {
    /// What the table can take at once: what was asked for, else what AWS gives. It never drops.
    var effectiveWarmThroughput: RequestedUnits { warm(warmThroughput, throughput) }

    /// The same of an index.
    func effectiveWarmThroughput(of index: IndexSchema) -> RequestedUnits {
        warm(index.warmThroughput, index.throughput ?? Throughput())
    }

    private func warm(_ asked: RequestedUnits?, _ throughput: Throughput) -> RequestedUnits {
        let given = isOnDemand ? .initialOnDemand : RequestedUnits(throughput)
        return asked.map { $0.merged(over: given) } ?? given
    }
}

extension Throughput {
    /// How often it was lowered on the day of a time in milliseconds since 1970.
    func decreases(onDayOf millis: Int64) -> Int {
        guard let decreasedMillis else { return 0 }
        return decreasedMillis / CalendarDate.millisPerDay == millis / CalendarDate.millisPerDay ? decreases : 0
    }

    /// Takes other units at a time in milliseconds since 1970. Lowering them is limited: four times a day, then once an hour.
    /// Source: AWS's service quotas, "Decreasing provisioned throughput".
    mutating func change(read: Int, write: Int, now: Int64) throws(DynamoDBError) {
        if read < readUnits || write < writeUnits {
            let count = decreases(onDayOf: now)
            if count >= 4, let last = decreasedMillis, now < last + 3_600_000 {
                let midnight = (now / CalendarDate.millisPerDay + 1) * CalendarDate.millisPerDay
                throw DynamoDBError(
                    .limitExceeded,
                    Messages.tooManyDecreases(count, last: last, next: min(last + 3_600_000, midnight)))
            }
            decreases = count + 1
            decreasedMillis = now
        }
        if read > readUnits || write > writeUnits { increasedMillis = now }
        readUnits = read
        writeUnits = write
    }
}

extension RequestedUnits {
    init(_ throughput: Throughput) {
        self.init(read: throughput.readUnits, write: throughput.writeUnits)
    }

    /// The larger of each.
    func raised(to other: RequestedUnits) -> RequestedUnits {
        RequestedUnits(read: max(read ?? 0, other.read ?? 0), write: max(write ?? 0, other.write ?? 0))
    }
}
