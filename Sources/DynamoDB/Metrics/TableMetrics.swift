/// The samples of one table's requests since they were stored last.
final class TableMetrics {
    private let table: String
    private var read = StatisticSet()
    private var written = StatisticSet()
    private var conditionsFailed = StatisticSet()
    private var indexes: [(name: String, read: StatisticSet, written: StatisticSet)] = []
    /// By the operation's place in the list of all: two for each, its milliseconds and the items of its answers. Not an array, as every
    /// request adds to it.
    private let operations: UnsafeMutablePointer<StatisticSet>
    /// Whether there is anything since then.
    var isDirty = false

    init(_ table: String) {
        self.table = table
        operations = .allocate(capacity: Self.operationCount)
        operations.initialize(repeating: StatisticSet(), count: Self.operationCount)
    }

    deinit { operations.deallocate() }

    private static let operationCount = 2 * Metric.Operation.allCases.count

    /// Adds the samples of a request that is over by now, on the clock by which it came.
    @inline(__always)
    func add(_ measurement: Measurement, nanos: Int64) {
        if measurement.isConditionFailed {
            conditionsFailed.add(1)
        } else {
            let place = 2 * measurement.operation.place
            operations[place].add(Double(max(0, nanos - measurement.arrivalNanos)) / 1_000_000)
            if measurement.returnedItems >= 0 { operations[place + 1].add(Double(measurement.returnedItems)) }
        }
        switch measurement.direction {
        case .read: read.add(measurement.units)
        case .write: written.add(measurement.units)
        case nil: break
        }
    }

    /// Adds what a request consumed of an index.
    func add(_ measurement: IndexMeasurement) {
        var position = indexes.firstIndex { $0.name == measurement.index } ?? indexes.endIndex
        if position == indexes.endIndex {
            indexes.append((measurement.index, StatisticSet(), StatisticSet()))
            position = indexes.endIndex - 1
        }
        if measurement.direction == .read {
            indexes[position].read.add(measurement.units)
        } else {
            indexes[position].written.add(measurement.units)
        }
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
            let place = 2 * operation.place
            drain(&operations[place], Metric(.successfulRequestLatency, table: table, operation: operation))
            drain(&operations[place + 1], Metric(.returnedItemCount, table: table, operation: operation))
        }
        isDirty = false
    }
}

extension Metric.Operation {
    /// Its place in the list of all.
    @inline(__always)
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
