/// Reads several items as of one moment.
enum TransactGetItems {
    static let operation: Operation = Operation(
        "TransactGetItems",
        supported: ["TransactItems", "ReturnConsumedCapacity"],
        handle: handle)

    /// Reads the request, carries it out, writes the answer. All in one turn, as nothing may be written in between.
    private static func handle(
        _ engine: Engine, _: RequestContext, _ reader: inout JSONReader, _ output: inout [UInt8]
    ) throws(DynamoDBError) -> LongOperation? {
        var request = Request()
        try request.read(&reader)
        try request.checkShape()
        let projections = try request.validate(engine.parsed)
        let actions = try request.resolve(engine, projections)
        try answer(request, actions, engine, &output)
        return nil
    }

    struct Request {
        /// Nil when the member is missing; an element is nil when it has no Get.
        var gets: [Get?]?
        var returnConsumedCapacity: Text?
    }

    struct Get {
        var tableName: Text?
        var key: Result<Item, DynamoDBError>?
        var projection: Text?
        var attributes = ExpressionAttributes()
    }

    /// A Get, its table found and its key checked.
    struct Action {
        let table: Table
        let key: KeyValue
        let projection: ProjectionExpression?
    }

    private static func answer(
        _ request: Request, _ actions: [Action], _ engine: Engine, _ output: inout [UInt8]
    ) throws(DynamoDBError) {
        var capacities: [ConsumedCapacity] = []
        var bytes = 0
        output.append(contentsOf: "{\"Responses\":[".utf8)
        for (index, action) in actions.enumerated() {
            output.append(contentsOf: (index > 0 ? ",{" : "{").utf8)
            let size = try action.key.bytes.withBytes { (key) throws(DynamoDBError) in
                try engine.storage.withItem(action.table, key: key) { size, json in
                    append(json, action.projection, to: &output)
                    return size
                }
            }
            output.append(UInt8(ascii: "}"))
            bytes += size ?? 0
            if bytes > TransactWriteItems.bytesMax { throw .validation(Messages.transactionSize) }
            // Transactions cost twice.
            let units = 2 * CapacityUnits.read(size ?? 0, isConsistent: true)
            capacities.append(ConsumedCapacity(action.table, tableUnits: units))
        }
        output.append(UInt8(ascii: "]"))
        capacities = ConsumedCapacity.byTable(capacities)
        for capacity in capacities { engine.measure(.transactGetItems, capacity, .read) }
        let level = ConsumedCapacity.Level(request.returnConsumedCapacity)
        if level != .none {
            output.append(UInt8(ascii: ","))
            JSONWriter.append(to: &output) { writer in
                writer.key("ConsumedCapacity")
                writer.beginArray()
                for capacity in capacities {
                    capacity.write(level, direction: .read, to: &writer)
                }
                writer.endArray()
            }
        }
        output.append(UInt8(ascii: "}"))
    }

    /// Writes the member Item, which is left out when the projection leads to nothing.
    private static func append(
        _ json: UnsafeRawBufferPointer, _ projection: ProjectionExpression?, to output: inout [UInt8]
    ) {
        let item = projection?.apply(to: Item(stored: json))
        if let item, item.isEmpty { return }
        JSONWriter.append(to: &output) { writer in
            writer.key("Item")
            if let item { writer.item(item) } else { writer.raw(json) }
        }
    }
}

extension TransactGetItems.Request {
    mutating func read(_ reader: inout JSONReader) throws(DynamoDBError) {
        try reader.beginRequest()
        while let key = try reader.nextKey() {
            switch key {
            case "TransactItems":
                var gets: [TransactGetItems.Get?] = []
                try reader.beginList()
                while try reader.nextElement() { gets.append(try readElement(&reader)) }
                self.gets = gets
            case "ReturnConsumedCapacity": returnConsumedCapacity = try reader.text()
            default: try reader.skip()
            }
        }
        try reader.end()
    }

    private func readElement(_ reader: inout JSONReader) throws(DynamoDBError) -> TransactGetItems.Get? {
        var element: TransactGetItems.Get?
        try reader.beginElementStructure("TransactGetItem")
        while let key = try reader.nextKey() {
            guard "Get" ~= key else {
                try reader.skip()
                continue
            }
            var get = TransactGetItems.Get()
            try reader.beginStructure("Get")
            while let key = try reader.nextKey() {
                switch key {
                case "TableName": get.tableName = try reader.text()
                case "Key": get.key = try reader.item()
                case "ProjectionExpression": get.projection = try reader.text()
                case "ExpressionAttributeNames": try get.attributes.readNames(&reader)
                default: try reader.skip()
                }
            }
            element = get
        }
        return element
    }

    /// The constraints of the request's shape. The number of actions is checked in the newer words, and alone.
    func checkShape() throws(DynamoDBError) {
        var violations = Violations()
        if let gets { try TransactWriteItems.check(actionCount: gets.count) }
        for (number, get) in (gets ?? []).enumerated() {
            let path = "transactItems.\(number + 1).member.get"
            guard let get else {
                violations.add(nil, at: path, Messages.notNull)
                continue
            }
            violations.check(tableName: get.tableName, at: path + ".tableName")
            if get.key == nil { violations.add(nil, at: path + ".key", Messages.notNull) }
        }
        if gets == nil { violations.add(nil, at: "transactItems", Messages.notNull) }
        violations.check(
            returnConsumedCapacity, at: "returnConsumedCapacity", in: Messages.returnConsumedCapacityValues)
        try violations.check()
    }

    /// Checks values and compiles projections; what is wrong here is the whole request's error.
    mutating func validate(_ parsed: ParsedExpressions) throws(DynamoDBError) -> [ProjectionExpression?] {
        var projections: [ProjectionExpression?] = []
        for case var get? in gets ?? [] {
            if get.attributes.hasNames, get.projection == nil { throw .validation(Messages.namesWithoutExpression) }
            try get.attributes.validate()
            let projection = try get.projection.map { (text) throws(DynamoDBError) in
                try ProjectionExpression(parsing: text, &get.attributes, parsed)
            }
            try get.attributes.checkAllUsed()
            _ = try get.key!.get()
            projections.append(projection)
        }
        return projections
    }

    /// Finds the tables and checks the keys. A key that does not fit cancels the transaction; the first such is the only one that
    /// is reported.
    func resolve(
        _ engine: Engine, _ projections: [ProjectionExpression?]
    ) throws(DynamoDBError) -> [TransactGetItems.Action] {
        let gets = (gets ?? []).compactMap { $0 }
        var tables: [Table] = []
        for get in gets { tables.append(try engine.table(get.tableName!)) }
        var actions: [TransactGetItems.Action] = []
        var seen: Set<[UInt8]> = []
        for (index, get) in gets.enumerated() {
            let table = tables[index]
            let key: KeyValue
            do throws(DynamoDBError) {
                key = try table.schema.key.value(ofKey: get.key!.get())
            } catch {
                throw DynamoDBError.cancelled(by: error, at: index, of: gets.count)
            }
            guard seen.insert(withUnsafeBytes(of: table.id) { Array($0) } + key.bytes).inserted else {
                throw .validation(Messages.manyOperationsOnOneItem)
            }
            actions.append(.init(table: table, key: key, projection: projections[index]))
        }
        return actions
    }
}
