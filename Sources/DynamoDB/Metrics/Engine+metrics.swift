/// Metrics: what requests put in, and what CloudWatch reads.
extension Engine {
    /// Notes what a request consumed of a table, and that it succeeded. Without a time of arrival, as for the items that a stack
    /// begins with, nothing is noted.
    @inline(__always)
    func measure(
        _ operation: Metric.Operation, _ table: Table, units: Double, _ direction: ConsumedCapacity.Direction
    ) {
        guard let arrivalNanos else { return }
        metrics.note(
            Measurement(
                table: table, units: units, arrivalNanos: arrivalNanos, returnedItems: -1, operation: operation,
                direction: direction, isConditionFailed: false))
    }

    /// Notes what a request consumed of a table and its indexes, and that it succeeded.
    func measure(
        _ operation: Metric.Operation, _ capacity: ConsumedCapacity, _ direction: ConsumedCapacity.Direction,
        returnedItems: Int = -1
    ) {
        guard let arrivalNanos else { return }
        var units = capacity.tableUnits
        for (index, consumed) in capacity.indexUnits {
            if index.schema.isGlobal {
                metrics.note(
                    IndexMeasurement(
                        table: capacity.table, index: index.schema.name.string, units: consumed, direction: direction))
            } else {
                units += consumed
            }
        }
        // A query of a global index does not touch the table.
        let isTableTouched = units > 0 || capacity.indexUnits.isEmpty
        metrics.note(
            Measurement(
                table: capacity.table, units: units, arrivalNanos: arrivalNanos, returnedItems: returnedItems,
                operation: operation, direction: isTableTouched ? direction : nil, isConditionFailed: false))
    }

    /// Notes that a condition on a table's item did not hold. AWS charges a write for that, by the item that is there; of a transaction
    /// it is not known what is charged, and nothing is counted.
    func measureFailedCondition(_ operation: Metric.Operation, _ table: Table, _ old: PutPlan.Old) {
        guard let arrivalNanos else { return }
        metrics.note(
            Measurement(
                table: table, units: CapacityUnits.write(old.stored?.size ?? 0), arrivalNanos: arrivalNanos,
                returnedItems: -1, operation: operation, direction: operation == .transactWriteItems ? nil : .write,
                isConditionFailed: true))
    }

    /// Notes the error of the request under way.
    func measure(_ error: DynamoDBError) {
        if arrivalNanos != nil { measureRefusal(error) }
    }

    /// Notes an error that is answered, if it is one that counts as the user's; for requests that do not come to the engine.
    public func measureRefusal(_ error: DynamoDBError) {
        guard error.kind.httpStatus == 400 else { return }
        switch error.kind {
        case .conditionalCheckFailed, .provisionedThroughputExceeded: break
        default: metrics.noteUserError()
        }
    }

    /// Whether requests have been noted that no turn has counted yet.
    public var hasMeasured: Bool { metrics.hasPending }

    /// Counts what the turn's requests did, when nothing can undo it any more.
    /// - Parameters:
    ///   - nowMillis: milliseconds since 1970: the samples are of this minute
    ///   - nanos: the clock by which requests came, now: their time is from their arrival to this
    public func countTurn(nowMillis: Int64, nanos: Int64) { metrics.commitTurn(nowMillis: nowMillis, nanos: nanos) }

    /// The metrics that there are, with the last minute, since 1970, of which they have samples.
    public func publishedMetrics() throws(DynamoDBError) -> [(metric: Metric, lastMinute: Int64)] {
        var all = try storage.storedMetrics()
        for (metric, datum) in metrics.unstored() {
            if let position = all.firstIndex(where: { $0.metric == metric }) {
                all[position].lastMinute = max(all[position].lastMinute, datum.minute)
            } else {
                all.append((metric, datum.minute))
            }
        }
        return all
    }

    /// The samples of a metric, one for each minute of a range that has any, in order. Minutes count from 1970.
    public func data(of metric: Metric, minutes: Range<Int64>) throws(DynamoDBError) -> [MetricDatum] {
        var data = try storage.storedData(of: metric, minutes: minutes)
        for (other, datum) in metrics.unstored() where other == metric && minutes.contains(datum.minute) {
            let position = data.firstIndex { $0.minute >= datum.minute } ?? data.endIndex
            if position < data.endIndex, data[position].minute == datum.minute {
                var both = data[position].statistics
                both.add(datum.statistics)
                data[position] = MetricDatum(minute: datum.minute, statistics: both)
            } else {
                data.insert(datum, at: position)
            }
        }
        return data
    }
}
