/// Lists the names of the tables, in ascending order.
enum ListTables {
    static let operation: Operation = Operation(
        "ListTables", supported: ["ExclusiveStartTableName", "Limit"],
        handle: handle)

    /// Reads the request, carries it out, writes the answer.
    private static func handle(
        _ engine: Engine, _: RequestContext, _ reader: inout JSONReader, _ output: inout [UInt8]
    ) throws(DynamoDBError) -> LongOperation? {
        var start: Text?
        var limit: Int?
        try reader.beginRequest()
        while let key = try reader.nextKey() {
            switch key {
            case "ExclusiveStartTableName": start = try reader.text()
            case "Limit": limit = try reader.integer()
            default: try reader.skip()
            }
        }
        try reader.end()
        var violations = Violations()
        if let start { violations.check(newName: start, at: "exclusiveStartTableName") }
        if let limit, limit < 1 { violations.add("\(limit)", at: "limit", Messages.minValue(1)) }
        if let limit, limit > 100 { violations.add("\(limit)", at: "limit", Messages.maxValue(100)) }
        try violations.check()
        let names = engine.storage.tables.lazy.map(\.schema.name).drop { name in start.map { name <= $0 } ?? false }
        let page = Array(names.prefix(limit ?? 100))
        let hasMore = names.count > page.count
        JSONWriter.append(to: &output) { writer in
            writer.beginObject()
            writer.key("TableNames")
            writer.beginArray()
            for name in page { writer.string(name) }
            writer.endArray()
            if hasMore, let last = page.last {
                writer.key("LastEvaluatedTableName")
                writer.string(last)
            }
            writer.endObject()
        }
        return nil
    }
}
