/// Deletes a table with all that is in it.
enum DeleteTable {
    static let operation: Operation = Operation(
        "DeleteTable", supported: ["TableName"],
        handle: handle)

    /// Reads the request, carries it out, writes the answer.
    private static func handle(
        _ engine: Engine, _ context: RequestContext, _ reader: inout JSONReader, _ output: inout [UInt8]
    ) throws(DynamoDBError) -> LongOperation? {
        let table = try engine.tableOfControl(&reader, in: operation)
        JSONWriter.append(to: &output) { writer in
            writer.beginObject()
            writer.key("TableDescription")
            TableDescription(table, engine: engine, region: context.region).write(.deleting, to: &writer)
            writer.endObject()
        }
        try engine.storage.delete(table)
        return nil
    }
}
