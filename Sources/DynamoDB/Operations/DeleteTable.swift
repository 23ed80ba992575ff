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
        try check(table)
        let transitions = try engine.begin([.deletion], of: table, now: context.now)
        JSONWriter.append(to: &output) { writer in
            writer.beginObject()
            writer.key("TableDescription")
            TableDescription(table, engine: engine, context).write(.deleting, transitions: transitions, to: &writer)
            writer.endObject()
        }
        if table.isAvailable { try engine.storage.delete(table) }
        return nil
    }

    /// Whether it may be deleted now.
    private static func check(_ table: Table) throws(DynamoDBError) {
        let name = table.schema.name
        let kinds = table.transitions.map(\.kind)
        if kinds.contains(.creation) { throw DynamoDBError(.resourceInUse, Messages.beingCreated(name)) }
        if kinds.contains(.deletion) { throw DynamoDBError(.resourceInUse, Messages.beingDeleted(name)) }
        if table.schema.isDeletionProtected { throw .validation(Messages.deletionProtected) }
        let isIndexChanging = table.indexes.contains { index in
            index.backfill != nil || kinds.contains { $0.changes(index: index.schema.name) }
        }
        if isIndexChanging { throw DynamoDBError(.resourceInUse, Messages.indexesBeingChanged) }
        if kinds.contains(where: \.isUpdate) { throw DynamoDBError(.resourceInUse, Messages.beingUpdated(name)) }
    }
}
