/// A metric that DynamoDB publishes: a name, and what it is of. Source: the developer guide, "DynamoDB Metrics and dimensions".
public struct Metric: Hashable, Sendable {
    /// The names that are published here. What needs throttling, streams, replicas or provisioned capacity is not.
    public enum Name: String, Sendable, CaseIterable {
        /// Failed conditional writes, of a table. Each action of a transaction that fails so counts.
        case conditionalCheckFailedRequests = "ConditionalCheckFailedRequests"
        /// Read units of a table with its local indexes, or of a global index: one sample for each request that read of it.
        case consumedReadCapacityUnits = "ConsumedReadCapacityUnits"
        /// Write units of a table with its local indexes, or of a global index: one sample for each request that wrote to it, also for a
        /// write whose condition failed. Transactions that were cancelled consume nothing here.
        case consumedWriteCapacityUnits = "ConsumedWriteCapacityUnits"
        /// The items in the answers of Query and Scan, of a table and an operation.
        case returnedItemCount = "ReturnedItemCount"
        /// Milliseconds of requests that succeeded, of a table and an operation.
        case successfulRequestLatency = "SuccessfulRequestLatency"
        /// Requests that were answered with status 400, of the account: all but failed conditions.
        case userErrors = "UserErrors"

        /// The unit of its samples.
        public var unit: String { self == .successfulRequestLatency ? "Milliseconds" : "Count" }
    }

    /// The operations that have metrics of their own, by their names in AWS's API.
    public enum Operation: String, Sendable, CaseIterable {
        case batchGetItem = "BatchGetItem"
        case batchWriteItem = "BatchWriteItem"
        case deleteItem = "DeleteItem"
        case getItem = "GetItem"
        case putItem = "PutItem"
        case query = "Query"
        case scan = "Scan"
        case transactGetItems = "TransactGetItems"
        case transactWriteItems = "TransactWriteItems"
        case updateItem = "UpdateItem"
    }

    /// The name.
    public var name: Name
    /// The table; nil for the account.
    public var table: String?
    /// The global index; nil for the table itself.
    public var index: String?
    /// The operation; nil for all of them.
    public var operation: Operation?

    /// A metric.
    public init(_ name: Name, table: String? = nil, index: String? = nil, operation: Operation? = nil) {
        self.name = name
        self.table = table
        self.index = index
        self.operation = operation
    }
}

/// The samples of a metric in one minute.
public struct MetricDatum: Hashable, Sendable {
    /// The minute, counted since 1970.
    public let minute: Int64
    /// The samples.
    public let statistics: StatisticSet

    /// The samples of a minute.
    public init(minute: Int64, statistics: StatisticSet) {
        self.minute = minute
        self.statistics = statistics
    }
}
