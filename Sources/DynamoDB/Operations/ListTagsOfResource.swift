/// Lists the tags of a table. They are one page always; as AWS does, a NextToken is not looked at.
enum ListTagsOfResource {
    static let operation: Operation = Operation(
        "ListTagsOfResource", supported: ["ResourceArn", "NextToken"], handle: handle)

    /// Reads the request, carries it out, writes the answer.
    private static func handle(
        _ engine: Engine, _: RequestContext, _ reader: inout JSONReader, _ output: inout [UInt8]
    ) throws(DynamoDBError) -> LongOperation? {
        var arn: Text?
        try reader.beginRequest()
        while let key = try reader.nextKey() {
            switch key {
            case "ResourceArn": arn = try reader.text()
            case "NextToken": _ = try reader.text()
            default: try reader.skip()
            }
        }
        try reader.end()
        guard let arn else { throw .validation(Messages.noARN) }
        var violations = Violations()
        violations.check(resourceARN: arn)
        try violations.check()
        let table = try engine.taggedTable(arn)
        JSONWriter.append(to: &output) { writer in
            writer.beginObject()
            writer.key("Tags")
            writer.beginArray()
            for tag in table.schema.tags {
                writer.beginObject()
                writer.key("Key")
                writer.string(tag.key)
                writer.key("Value")
                writer.string(tag.value)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        }
        return nil
    }
}
