/// An operation of the API.
public final class Operation: Sendable {
    /// Its name in AWS's API.
    public let name: String
    /// Its parameters in AWS's API.
    public let parameters: [Parameter]
    /// Whether it looks at the context's host.
    public let wantsHost: Bool
    let handle: Handler

    /// Reads the request, carries it out, writes the answer. What is returned goes on later.
    typealias Handler =
        @Sendable (Engine, RequestContext, inout JSONReader, inout [UInt8]) throws(DynamoDBError) -> LongOperation?

    /// A parameter of an operation.
    public struct Parameter: Sendable {
        /// Its name in AWS's API.
        public let name: String
        /// What becomes of it.
        public let support: Support
    }

    /// What becomes of a parameter.
    public enum Support: Sendable {
        /// It does what AWS says.
        case supported
        /// It does, with some values; others are refused for now.
        case partly(String)
        /// It is refused for now.
        case refused
    }

    init(
        _ name: String, supported: [String], partly: KeyValuePairs<String, String> = [:], refused: [String] = [],
        wantsHost: Bool = false, handle: @escaping Handler
    ) {
        self.name = name
        parameters =
            supported.map { Parameter(name: $0, support: .supported) }
            + partly.map { Parameter(name: $0.key, support: .partly($0.value)) }
            + refused.map { Parameter(name: $0, support: .refused) }
        self.wantsHost = wantsHost
        self.handle = handle
    }
}

/// The operations that there are: dispatch, documents and tests derive from this list.
public enum Operations {
    /// By name, ascending.
    public static let all: [Operation] = [
        BatchGetItem.operation,
        BatchWriteItem.operation,
        CreateTable.operation,
        DeleteItem.operation,
        DeleteTable.operation,
        DescribeContinuousBackups.operation,
        DescribeEndpoints.operation,
        DescribeLimits.operation,
        DescribeTable.operation,
        DescribeTimeToLive.operation,
        GetItem.operation,
        ListTables.operation,
        ListTagsOfResource.operation,
        PutItem.operation,
        Query.operation,
        Scan.operation,
        TagResource.operation,
        TransactGetItems.operation,
        TransactWriteItems.operation,
        UntagResource.operation,
        UpdateItem.operation,
        UpdateTable.operation,
        UpdateTimeToLive.operation,
    ]

    /// AWS's other operations, which are not there yet: they are answered as AWS answers a name that it does not know.
    public static let absent: [String] = [
        "BatchExecuteStatement", "CancelBulkOperation", "CreateBackup", "CreateGlobalTable", "DeleteBackup",
        "DeleteResourcePolicy", "DescribeBackup", "DescribeBulkOperation", "DescribeContributorInsights",
        "DescribeExport", "DescribeGlobalTable", "DescribeGlobalTableSettings", "DescribeImport",
        "DescribeKinesisStreamingDestination", "DescribeTableReplicaAutoScaling",
        "DisableKinesisStreamingDestination", "EnableKinesisStreamingDestination", "ExecuteStatement",
        "ExecuteTransaction", "ExportTableToPointInTime", "GetResourcePolicy", "ImportTable", "ListBackups",
        "ListBulkOperations", "ListContributorInsights", "ListExports", "ListGlobalTables", "ListImports",
        "PutResourcePolicy", "RestoreTableFromBackup", "RestoreTableToPointInTime", "SearchVectors",
        "StartBulkPutItems", "UpdateContinuousBackups", "UpdateContributorInsights", "UpdateGlobalTable",
        "UpdateGlobalTableSettings", "UpdateKinesisStreamingDestination", "UpdateTableReplicaAutoScaling",
    ]

    /// The operation of this name.
    public static func named(_ name: UnsafeRawBufferPointer) -> Operation? {
        guard name.count < byLength.count else { return nil }
        for (bytes, operation) in byLength[name.count] {
            if bytes.withUnsafeBytes({ ByteOrder.compare($0, name) == 0 }) { return operation }
        }
        return nil
    }

    /// By the length of the name, since one is looked for in every request.
    private static let byLength: [[(name: [UInt8], operation: Operation)]] = {
        let named = all.map { (name: Array($0.name.utf8), operation: $0) }
        return (0...named.map(\.name.count).max()!).map { length in named.filter { $0.name.count == length } }
    }()
}

/// What the caller knows of a request besides its body.
public struct RequestContext: Sendable {
    /// Milliseconds since 1970.
    public var now: Int64
    /// The region in the answer's ARNs.
    public var region: String
    /// When the request came, in nanoseconds of a clock that never goes back; nil for what is not to be measured.
    public var arrivalNanos: Int64?
    /// The host and port that the request was sent to; only operations that say so look at it.
    public var host: String

    /// Makes a context.
    public init(now: Int64, region: String, arrivalNanos: Int64? = nil, host: String = "localhost") {
        self.now = now
        self.region = region
        self.arrivalNanos = arrivalNanos
        self.host = host
    }
}

/// Parameters in a request that its operation does not read.
struct Unread {
    private(set) var refused: [String] = []

    /// Notes a parameter; what AWS does not know either it passes over.
    mutating func note(_ key: JSONKey, _ operation: Operation) {
        guard let parameter = operation.parameters.first(where: { $0.name == key.text.string }) else { return }
        switch parameter.support {
        case .supported, .partly: break
        case .refused: refused.append(parameter.name)
        }
    }

    /// Throws when there was any: to leave out a condition would be an unconditional write.
    func check(_ operation: Operation) throws(DynamoDBError) {
        guard let parameter = refused.first else { return }
        throw .validation(Messages.notSupported(parameter, of: operation.name))
    }
}
