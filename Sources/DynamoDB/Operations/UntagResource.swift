/// Removes tags of a table; keys that it does not have are passed over.
enum UntagResource {
    static let operation: Operation = Operation("UntagResource", supported: ["ResourceArn", "TagKeys"], handle: handle)

    /// Reads the request and carries it out. AWS answers with no body at all.
    private static func handle(
        _ engine: Engine, _: RequestContext, _ reader: inout JSONReader, _: inout [UInt8]
    ) throws(DynamoDBError) -> LongOperation? {
        var arn: Text?
        var keys: [Text]?
        try reader.beginRequest()
        while let key = try reader.nextKey() {
            switch key {
            case "ResourceArn": arn = try reader.text()
            case "TagKeys": keys = try reader.texts()
            default: try reader.skip()
            }
        }
        try reader.end()
        guard let arn else { throw .validation(Messages.noARN) }
        var violations = Violations()
        violations.check(resourceARN: arn)
        if keys == nil { violations.add(nil, at: "tagKeys", Messages.notNull) }
        try violations.check()
        let table = Result { () throws(DynamoDBError) in try engine.taggedTable(arn) }
        if case .failure(let error) = table, error.kind != .resourceNotFound { throw error }
        guard let keys, !keys.isEmpty else { throw .validation(Messages.noTagKeys) }
        try Tags.check(keys: keys)
        let found = try table.get()
        try engine.change(found, tags: found.schema.tags.filter { !keys.contains($0.key) })
        return nil
    }
}
