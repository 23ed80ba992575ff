/// Reads items of several tables by their keys.
enum BatchGetItem {
    static let operation: Operation = Operation(
        "BatchGetItem",
        supported: ["RequestItems", "ReturnConsumedCapacity"],
        handle: handle)

    /// Reads the request and begins to carry it out.
    private static func handle(
        _ engine: Engine, _: RequestContext, _ reader: inout JSONReader, _ output: inout [UInt8]
    ) throws(DynamoDBError) -> LongOperation? {
        var request = Request()
        try request.read(&reader)
        try request.checkShape()
        let projections = try request.validate(engine.parsed)
        let parts = try request.resolve(engine, projections)
        let read = BatchRead(parts, ConsumedCapacity.Level(request.returnConsumedCapacity))
        return try read.step(on: engine, into: &output) ? read : nil
    }

    /// The keys of one batch, at most. Source: AWS's quotas.
    static let keysMax = 100

    struct Request {
        /// Nil when the member is missing.
        var tables: [KeysAndAttributes]?
        /// The member RequestItems as it came.
        var json = UnsafeRawBufferPointer(start: nil, count: 0)
        var returnConsumedCapacity: Text?
    }

    /// What is asked of one table.
    struct KeysAndAttributes {
        /// As the request gives it: a name or an ARN.
        let name: Text
        /// Nil when the member is missing.
        var keys: [Result<Item, DynamoDBError>]?
        var attributesToGet: [Text]?
        var isConsistent: Bool?
        var projection: Text?
        var attributes = ExpressionAttributes()
    }
}

extension BatchGetItem.Request {
    mutating func read(_ reader: inout JSONReader) throws(DynamoDBError) {
        try reader.beginRequest()
        while let key = try reader.nextKey() {
            switch key {
            case "RequestItems":
                let start = reader.position
                try readTables(&reader)
                json = UnsafeRawBufferPointer(rebasing: reader.bytes[start..<reader.position])
            case "ReturnConsumedCapacity": returnConsumedCapacity = try reader.text()
            default: try reader.skip()
            }
        }
        try reader.end()
    }

    private mutating func readTables(_ reader: inout JSONReader) throws(DynamoDBError) {
        var tables: [BatchGetItem.KeysAndAttributes] = []
        var positions: [Text: Int] = [:]
        try reader.beginMap(of: "KeysAndAttributes")
        while let key = try reader.nextKey() {
            var table = BatchGetItem.KeysAndAttributes(name: key.text)
            try table.read(&reader)
            if let position = positions[table.name] {
                tables[position] = table
            } else {
                positions[table.name] = tables.count
                tables.append(table)
            }
        }
        self.tables = tables
    }

    // MARK: Validation

    /// The constraints of the request's shape. AWS's newer check knows the number of tables and of their keys, and stops at the
    /// first; what the older one finds is reported together.
    func checkShape() throws(DynamoDBError) {
        var violations = Violations()
        if let tables, tables.isEmpty {
            violations.add(Messages.newerConstraint(at: "RequestItems", Messages.minLength(1)))
        }
        for table in tables ?? [] {
            let path = "RequestItems.\(table.name).member.Keys"
            if let keys = table.keys, keys.isEmpty {
                violations.add(Messages.newerConstraint(at: path, Messages.minLength(1)))
            }
            if let keys = table.keys, keys.count > BatchGetItem.keysMax {
                violations.add(Messages.newerConstraint(at: path, Messages.maxLength(BatchGetItem.keysMax)))
            }
            try violations.check()
        }
        try violations.check()
        if let tables {
            violations.check(tableNames: tables.map(\.name), at: "requestItems") { shownJSON }
            for table in tables {
                let path = "requestItems.\(table.name).member"
                if table.keys == nil { violations.add(nil, at: path + ".keys", Messages.notNull) }
                violations.check(attributesToGet: table.attributesToGet, at: path + ".attributesToGet")
            }
        } else {
            violations.add(nil, at: "requestItems", Messages.notNull)
        }
        violations.check(
            returnConsumedCapacity, at: "returnConsumedCapacity", in: Messages.returnConsumedCapacityValues)
        try violations.check()
    }

    /// RequestItems as AWS prints it in messages: its JSON without space.
    private var shownJSON: String {
        var shown: [UInt8] = []
        var isInString = false
        var isEscaped = false
        for byte in json.prefix(64 << 10) {
            if isInString {
                if byte == UInt8(ascii: "\""), !isEscaped { isInString = false }
                isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
            } else if byte <= 0x20 {
                continue
            } else if byte == UInt8(ascii: "\"") {
                isInString = true
                isEscaped = false
            }
            shown.append(byte)
        }
        return String(decoding: shown, as: UTF8.self)
    }

    /// What can be checked without the tables, in AWS's order. The projections, one for each table.
    mutating func validate(_ parsed: ParsedExpressions) throws(DynamoDBError) -> [ProjectionExpression?] {
        var tables = tables ?? []
        if tables.reduce(0, { $0 + ($1.keys?.count ?? 0) }) > BatchGetItem.keysMax {
            throw .validation(Messages.tooManyItems("BatchGetItem"))
        }
        // The two kinds may not meet anywhere in the request, even on different tables.
        if tables.contains(where: { $0.attributesToGet != nil }), tables.contains(where: { $0.projection != nil }) {
            throw .validation(Messages.bothKinds(legacy: ["AttributesToGet"], expression: ["ProjectionExpression"]))
        }
        var projections: [ProjectionExpression?] = []
        for index in tables.indices { projections.append(try tables[index].validate(parsed)) }
        return projections
    }

    /// Finds the tables and checks the keys.
    func resolve(
        _ engine: Engine, _ projections: [ProjectionExpression?]
    ) throws(DynamoDBError) -> [BatchRead.Part] {
        var found: [Table] = []
        for request in tables ?? [] { found.append(try engine.table(request.name)) }
        var parts: [BatchRead.Part] = []
        for (index, request) in (tables ?? []).enumerated() {
            let table = found[index]
            var keys: [KeyValue] = []
            for key in request.keys ?? [] { keys.append(try table.schema.key.value(ofKey: key.get())) }
            parts.append(.init(request: request, table: table, keys: keys, projection: projections[index]))
        }
        return parts
    }
}

extension BatchGetItem.KeysAndAttributes {
    mutating func read(_ reader: inout JSONReader) throws(DynamoDBError) {
        try reader.beginElementStructure("KeysAndAttributes")
        while let key = try reader.nextKey() {
            switch key {
            case "Keys":
                var keys: [Result<Item, DynamoDBError>] = []
                try reader.beginList()
                while try reader.nextElement() { keys.append(try reader.item()) }
                self.keys = keys
            case "AttributesToGet": attributesToGet = try reader.texts()
            case "ConsistentRead": isConsistent = try reader.bool()
            case "ProjectionExpression": projection = try reader.text()
            case "ExpressionAttributeNames": try attributes.readNames(&reader)
            default: try reader.skip()
            }
        }
    }

    /// Checks everything that does not need the table.
    mutating func validate(_ parsed: ParsedExpressions) throws(DynamoDBError) -> ProjectionExpression? {
        if attributes.hasNames, projection == nil { throw .validation(Messages.namesWithoutExpression) }
        if let attributesToGet { try ProjectionExpression.check(attributesToGet: attributesToGet) }
        try attributes.validate()
        var expression = attributesToGet.map { ProjectionExpression(attributesToGet: $0) }
        if let projection {
            expression = try ProjectionExpression(parsing: projection, &attributes, parsed)
            try attributes.checkAllUsed()
        }
        // AWS compares numbers as they are written, and so lets 10 and 1e1 pass as two keys; here they are one.
        var seen: Set<Item> = []
        for key in keys ?? [] {
            guard seen.insert(try key.get()).inserted else { throw .validation(Messages.duplicateKeys) }
        }
        return expression
    }

    /// Writes what is left to do, so that it can be sent again.
    func write(keys left: ArraySlice<Result<Item, DynamoDBError>>, to writer: inout JSONWriter) {
        writer.key(text: name)
        writer.beginObject()
        if let attributesToGet {
            writer.key("AttributesToGet")
            writer.beginArray()
            for name in attributesToGet { writer.string(name) }
            writer.endArray()
        }
        if let isConsistent {
            writer.key("ConsistentRead")
            writer.bool(isConsistent)
        }
        if attributes.hasNames {
            writer.key("ExpressionAttributeNames")
            writer.beginObject()
            for entry in attributes.sortedNames {
                writer.key(text: entry.placeholder)
                writer.string(entry.name)
            }
            writer.endObject()
        }
        writer.key("Keys")
        writer.beginArray()
        for case .success(let key) in left { writer.item(key) }
        writer.endArray()
        if let projection {
            writer.key("ProjectionExpression")
            writer.string(projection)
        }
        writer.endObject()
    }
}
