/// Shows a table.
enum DescribeTable {
    static let operation: Operation = Operation(
        "DescribeTable", supported: ["TableName"],
        handle: handle)

    /// Reads the request, carries it out, writes the answer.
    private static func handle(
        _ engine: Engine, _ context: RequestContext, _ reader: inout JSONReader, _ output: inout [UInt8]
    ) throws(DynamoDBError) -> LongOperation? {
        let table = try engine.tableOfControl(&reader, in: operation)
        JSONWriter.append(to: &output) { writer in
            writer.beginObject()
            writer.key("Table")
            TableDescription(table, engine: engine, context).write(
                .describing, transitions: table.transitions, to: &writer)
            writer.endObject()
        }
        return nil
    }
}

extension Engine {
    /// Reads a request that has a TableName only, and finds the table.
    func tableOfControl(_ reader: inout JSONReader, in operation: Operation) throws(DynamoDBError) -> Table {
        try controlledTable(nameOfControl(&reader, in: operation))
    }

    /// Reads a request that has a TableName only.
    func nameOfControl(_ reader: inout JSONReader, in operation: Operation) throws(DynamoDBError) -> Text {
        var name: Text?
        var unread = Unread()
        try reader.beginRequest()
        while let key = try reader.nextKey() {
            switch key {
            case "TableName": name = try reader.text()
            default:
                unread.note(key, operation)
                try reader.skip()
            }
        }
        try reader.end()
        guard let name else { throw .validation(Messages.tableNameRequired) }
        var violations = Violations()
        violations.check(controlledName: name)
        try violations.check()
        try unread.check(operation)
        return name
    }
}
