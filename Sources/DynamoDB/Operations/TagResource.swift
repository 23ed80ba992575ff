/// Sets tags of a table: new ones are added, known keys get the new value.
enum TagResource {
    static let operation: Operation = Operation("TagResource", supported: ["ResourceArn", "Tags"], handle: handle)

    /// Reads the request and carries it out. AWS answers with no body at all.
    private static func handle(
        _ engine: Engine, _: RequestContext, _ reader: inout JSONReader, _: inout [UInt8]
    ) throws(DynamoDBError) -> LongOperation? {
        var arn: Text?
        var given: [Tags.Given]?
        try reader.beginRequest()
        while let key = try reader.nextKey() {
            switch key {
            case "ResourceArn": arn = try reader.text()
            case "Tags": given = try Tags.read(&reader)
            default: try reader.skip()
            }
        }
        try reader.end()
        guard let arn else { throw .validation(Messages.noARN) }
        var violations = Violations()
        violations.check(resourceARN: arn)
        if given == nil { violations.add(nil, at: "tags", Messages.notNull) }
        try violations.check()
        let table = Result { () throws(DynamoDBError) in try engine.taggedTable(arn) }
        if case .failure(let error) = table, error.kind != .resourceNotFound { throw error }
        guard let given, !given.isEmpty else { throw .validation(Messages.noTags) }
        let tags = try Tags.checked(given)
        try set(tags, of: table.get(), engine)
        return nil
    }

    private static func set(_ tags: [Tag], of table: Table, _ engine: Engine) throws(DynamoDBError) {
        var all = table.schema.tags
        for tag in tags {
            if let position = all.firstIndex(where: { $0.key == tag.key }) {
                all[position] = tag
            } else {
                all.append(tag)
            }
        }
        if all.count > Tags.countMax { throw .validation(Messages.tooManyTags) }
        try engine.change(table, tags: all)
    }
}
