/// Reads one item.
enum GetItem {
    static let operation: Operation = Operation(
        "GetItem",
        supported: [
            "TableName", "Key", "ConsistentRead", "ProjectionExpression", "ExpressionAttributeNames",
            "ReturnConsumedCapacity", "AttributesToGet",
        ],
        handle: handle)

    /// Reads the request, carries it out, writes the answer.
    private static func handle(
        _ engine: Engine, _: RequestContext, _ reader: inout JSONReader, _ output: inout [UInt8]
    ) throws(DynamoDBError) -> LongOperation? {
        var request = Request()
        try request.read(&reader)
        let (given, projection) = try request.validate(engine.parsed)
        let table = try engine.table(request.tableName!)
        let key = try table.schema.key.value(ofKey: given)
        try table.checkScalarKeys(projection?.paths)
        try answer(request, projection, table, key, engine, &output)
        return nil
    }

    struct Request {
        var tableName: Text?
        var key: Result<Item, DynamoDBError>?
        var isConsistent = false
        var projection: Text?
        var attributesToGet: [Text]?
        var attributes = ExpressionAttributes()
        var returnConsumedCapacity: Text?
        var unread = Unread()
    }

    private static func answer(
        _ request: Request, _ projection: ProjectionExpression?, _ table: Table, _ key: KeyValue, _ engine: Engine,
        _ output: inout [UInt8]
    ) throws(DynamoDBError) {
        output.append(UInt8(ascii: "{"))
        let read = try key.bytes.withBytes { (bytes) throws(DynamoDBError) in
            try engine.storage.withItem(table, key: bytes) { size, json in
                if let projection {
                    let item = projection.apply(to: Item(stored: json))
                    GetItem.append(item, to: &output)
                } else {
                    GetItem.append(json, to: &output)
                }
                return size
            }
        }
        let level = ConsumedCapacity.Level(request.returnConsumedCapacity)
        let units = CapacityUnits.read(read ?? 0, isConsistent: request.isConsistent)
        engine.measure(.getItem, table, units: units, .read)
        if level != .none {
            if read != nil { output.append(UInt8(ascii: ",")) }
            JSONWriter.append(to: &output) { writer in
                ConsumedCapacity(table, tableUnits: units).writeMember(level, to: &writer)
            }
        }
        output.append(UInt8(ascii: "}"))
    }

    @inline(__always)
    private static func append(_ json: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        let key = StaticString("\"Item\":")
        output.append(contentsOf: UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
        output.append(contentsOf: json)
    }

    private static func append(_ item: Item, to output: inout [UInt8]) {
        JSONWriter.append(to: &output) { writer in
            writer.key("Item")
            writer.item(item)
        }
    }
}

extension GetItem.Request {
    mutating func read(_ reader: inout JSONReader) throws(DynamoDBError) {
        try reader.beginRequest()
        while let key = try reader.nextKey() {
            switch key {
            case "TableName": tableName = try reader.text()
            case "Key": self.key = try reader.item()
            case "ConsistentRead": isConsistent = try reader.bool()
            case "ProjectionExpression": projection = try reader.text()
            case "AttributesToGet": attributesToGet = try reader.texts()
            case "ExpressionAttributeNames": try attributes.readNames(&reader)
            case "ReturnConsumedCapacity": returnConsumedCapacity = try reader.text()
            default:
                unread.note(key, GetItem.operation)
                try reader.skip()
            }
        }
        try reader.end()
    }

    /// What can be checked without the table.
    mutating func validate(
        _ parsed: ParsedExpressions
    ) throws(DynamoDBError) -> (key: Item, ProjectionExpression?) {
        var violations = Violations()
        violations.check(attributesToGet: attributesToGet)
        violations.check(
            returnConsumedCapacity, at: "returnConsumedCapacity", in: Messages.returnConsumedCapacityValues)
        violations.check(tableName: tableName)
        if key == nil { violations.add(nil, at: "key", Messages.notNull) }
        try violations.check()
        try unread.check(GetItem.operation)
        if attributesToGet != nil {
            try ParameterKinds.check(
                legacy: [("AttributesToGet", true)], expressions: [("ProjectionExpression", projection != nil)])
        }
        if attributes.hasNames, projection == nil { throw .validation(Messages.namesWithoutExpression) }
        let key = try key!.get()
        if let attributesToGet {
            try ProjectionExpression.check(attributesToGet: attributesToGet)
            return (key, ProjectionExpression(attributesToGet: attributesToGet))
        }
        try attributes.validate()
        guard let projection else { return (key, nil) }
        let expression = try ProjectionExpression(parsing: projection, &attributes, parsed)
        try attributes.checkAllUsed()
        return (key, expression)
    }
}
