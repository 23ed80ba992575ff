/// The samples of one table's requests since they were stored last.
final class TableMetrics {
    private let table: String
    private var read = StatisticSet()
    private var written = StatisticSet()
    private var conditionsFailed = StatisticSet()
    private var indexes: [(name: String, read: StatisticSet, written: StatisticSet)] = []
    /// By the operation's place in the list of all.
    private var latencies: [StatisticSet]
    private var returned: [StatisticSet]
    /// Whether there is anything since then.
    var isDirty = false

    init(_ table: String) {
        self.table = table
        latencies = Array(repeating: StatisticSet(), count: Metric.Operation.allCases.count)
        returned = latencies
    }

    /// Adds the samples of a request that took so many milliseconds.
    func add(_ measurement: Measurement, millis: Double) {
        let place = measurement.operation.place
        if measurement.isConditionFailed {
            conditionsFailed.add(1)
        } else {
            latencies[place].add(millis)
            if let items = measurement.returnedItems { returned[place].add(Double(items)) }
        }
        guard let direction = measurement.direction else { return }
        let capacity = measurement.capacity
        var units = capacity.tableUnits
        for (index, consumed) in capacity.indexUnits {
            if index.isGlobal { add(consumed, direction, index: index.name.string) } else { units += consumed }
        }
        // A query of a global index does not touch the table.
        if units == 0, !capacity.indexUnits.isEmpty { return }
        if direction == .read { read.add(units) } else { written.add(units) }
    }

    private func add(_ units: Double, _ direction: ConsumedCapacity.Direction, index name: String) {
        var position = indexes.firstIndex { $0.name == name } ?? indexes.endIndex
        if position == indexes.endIndex {
            indexes.append((name, StatisticSet(), StatisticSet()))
            position = indexes.endIndex - 1
        }
        if direction == .read { indexes[position].read.add(units) } else { indexes[position].written.add(units) }
    }

    /// Gives away what there is.
    func drain(into take: (Metric, StatisticSet) -> Void) {
        func drain(_ set: inout StatisticSet, _ metric: @autoclosure () -> Metric) {
            if !set.isEmpty { take(metric(), set.take()) }
        }
        drain(&read, Metric(.consumedReadCapacityUnits, table: table))
        drain(&written, Metric(.consumedWriteCapacityUnits, table: table))
        drain(&conditionsFailed, Metric(.conditionalCheckFailedRequests, table: table))
        for position in indexes.indices {
            let name = indexes[position].name
            drain(&indexes[position].read, Metric(.consumedReadCapacityUnits, table: table, index: name))
            drain(&indexes[position].written, Metric(.consumedWriteCapacityUnits, table: table, index: name))
        }
        indexes.removeAll()
        for operation in Metric.Operation.allCases {
            drain(&latencies[operation.place], Metric(.successfulRequestLatency, table: table, operation: operation))
            drain(&returned[operation.place], Metric(.returnedItemCount, table: table, operation: operation))
        }
        isDirty = false
    }
}

extension Metric.Operation {
    /// Its place in the list of all.
    fileprivate var place: Int {
        switch self {
        case .batchGetItem: 0
        case .batchWriteItem: 1
        case .deleteItem: 2
        case .getItem: 3
        case .putItem: 4
        case .query: 5
        case .scan: 6
        case .transactGetItems: 7
        case .transactWriteItems: 8
        case .updateItem: 9
        }
    }
}
