/// Shows the account's quotas of provisioned throughput: those that AWS gives a new account. Nothing here is throttled.
enum DescribeLimits {
    static let operation: Operation = Operation("DescribeLimits", supported: [], handle: handle)

    /// In units a second. Source: AWS's quotas, default values.
    private static let accountUnitsMax = 80_000
    private static let tableUnitsMax = 40_000

    /// Reads the request, carries it out, writes the answer.
    private static func handle(
        _: Engine, _: RequestContext, _ reader: inout JSONReader, _ output: inout [UInt8]
    ) throws(DynamoDBError) -> LongOperation? {
        try reader.readNothing()
        JSONWriter.append(to: &output) { writer in
            writer.beginObject()
            writer.key("AccountMaxReadCapacityUnits")
            writer.integer(accountUnitsMax)
            writer.key("AccountMaxWriteCapacityUnits")
            writer.integer(accountUnitsMax)
            writer.key("TableMaxReadCapacityUnits")
            writer.integer(tableUnitsMax)
            writer.key("TableMaxWriteCapacityUnits")
            writer.integer(tableUnitsMax)
            writer.endObject()
        }
        return nil
    }
}
