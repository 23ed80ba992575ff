/// Puts and deletes items of several tables, each for itself and without conditions.
enum BatchWriteItem {
    static let operation: Operation = Operation(
        "BatchWriteItem",
        supported: ["RequestItems", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics"],
        handle: handle)

    /// Reads the request, carries it out, writes the answer.
    ///
    /// All writes are checked before the first is done: a batch that is refused has written nothing. Nothing is ever left
    /// unprocessed.
    private static func handle(
        _ engine: Engine, _: RequestContext, _ reader: inout JSONReader, _ output: inout [UInt8]
    ) throws(DynamoDBError) -> LongOperation? {
        var request = Request()
        try request.read(&reader)
        try request.checkShape()
        try request.validate()
        var writes = try request.resolve(engine)
        for index in writes.indices { try writes[index].carryOut(engine) }
        for capacity in ConsumedCapacity.byTable(writes.compactMap(\.capacity)) {
            engine.measure(.batchWriteItem, capacity, .write)
        }
        request.write(writes, to: &output)
        return nil
    }

    /// The writes of one batch, at most. Source: AWS's quotas. (The 16 MB of a batch are those of any request.)
    static let writesMax = 25

    struct Request {
        /// Nil when the member is missing.
        var tables: [TableWrites]?
        var returnConsumedCapacity: Text?
        var returnItemCollectionMetrics: Text?
    }

    /// The writes of one table.
    struct TableWrites {
        /// As the request gives it: a name or an ARN.
        let name: Text
        var writes: [Write] = []
    }

    /// One element: a PutRequest or a DeleteRequest.
    struct Write {
        var isPut = false
        var isDelete = false
        var item: Result<Item, DynamoDBError>?
        var key: Result<Item, DynamoDBError>?

        /// The item or the key, whichever is to be looked at.
        var target: Result<Item, DynamoDBError>? { isPut ? item : key }
    }

    /// A write, its table found and its key checked.
    struct Action {
        let table: Table
        let isPut: Bool
        let target: Item
        let key: KeyValue
        var capacity: ConsumedCapacity?

        mutating func carryOut(_ engine: Engine) throws(DynamoDBError) {
            if isPut {
                let plan = PutPlan(table: table, key: key, item: target)
                capacity = try plan.write(engine, plan.old(engine, needsItem: false)).capacity
            } else {
                let plan = DeletePlan(table: table, key: key)
                capacity = try plan.write(engine, plan.old(engine, needsItem: false)).capacity
            }
        }
    }
}

extension BatchWriteItem.Request {
    mutating func read(_ reader: inout JSONReader) throws(DynamoDBError) {
        reader.usesOlderWords = true
        try reader.beginRequest()
        while let key = try reader.nextKey() {
            switch key {
            case "RequestItems": try readTables(&reader)
            case "ReturnConsumedCapacity": returnConsumedCapacity = try reader.text()
            case "ReturnItemCollectionMetrics": returnItemCollectionMetrics = try reader.text()
            default: try reader.skip()
            }
        }
        try reader.end()
    }

    private mutating func readTables(_ reader: inout JSONReader) throws(DynamoDBError) {
        var tables: [BatchWriteItem.TableWrites] = []
        var positions: [Text: Int] = [:]
        try reader.beginMap(of: "java.util.List<com.amazonaws.dynamodb.v20120810.WriteRequest>")
        while let key = try reader.nextKey() {
            var table = BatchWriteItem.TableWrites(name: key.text)
            try reader.beginList()
            while try reader.nextElement() { table.writes.append(try readWrite(&reader)) }
            if let position = positions[table.name] {
                tables[position] = table
            } else {
                positions[table.name] = tables.count
                tables.append(table)
            }
        }
        self.tables = tables
    }

    private func readWrite(_ reader: inout JSONReader) throws(DynamoDBError) -> BatchWriteItem.Write {
        var write = BatchWriteItem.Write()
        try reader.beginElementStructure("WriteRequest")
        while let key = try reader.nextKey() {
            switch key {
            case "PutRequest":
                write.isPut = true
                write.item = try readMember("Item", of: "PutRequest", &reader)
            case "DeleteRequest":
                write.isDelete = true
                write.key = try readMember("Key", of: "DeleteRequest", &reader)
            default: try reader.skip()
            }
        }
        return write
    }

    private func readMember(
        _ name: StaticString, of structure: String, _ reader: inout JSONReader
    ) throws(DynamoDBError) -> Result<Item, DynamoDBError>? {
        var item: Result<Item, DynamoDBError>?
        try reader.beginStructure(structure)
        while let key = try reader.nextKey() {
            if name ~= key { item = try reader.item() } else { try reader.skip() }
        }
        return item
    }

    // MARK: Validation

    /// The constraints of the request's shape. AWS's newer check knows the number of tables and of their writes, and stops at the
    /// first; the older one reports the enums before it looks into RequestItems.
    func checkShape() throws(DynamoDBError) {
        var violations = Violations()
        if let tables {
            if tables.isEmpty {
                violations.add(Messages.newerConstraint(at: "RequestItems", Messages.minLength(1)))
                try violations.check()
            }
            for table in tables where table.writes.count > BatchWriteItem.writesMax {
                violations.add(
                    Messages.newerConstraint(
                        at: "RequestItems.\(table.name).member", Messages.maxLength(BatchWriteItem.writesMax)))
                try violations.check()
            }
        }
        violations.check(
            returnConsumedCapacity, at: "returnConsumedCapacity", in: Messages.returnConsumedCapacityValues)
        violations.check(
            returnItemCollectionMetrics, at: "returnItemCollectionMetrics",
            in: Messages.returnItemCollectionMetricsValues)
        guard let tables else {
            violations.add(nil, at: "requestItems", Messages.notNull)
            return try violations.check()
        }
        try violations.check()
        violations.check(tableNames: tables.map(\.name), at: "requestItems") { JavaText.of(tables) }
        if tables.contains(where: \.writes.isEmpty) {
            violations.add(JavaText.of(tables), at: "requestItems", Messages.writeRequestCounts)
        }
        for table in tables {
            for (index, write) in table.writes.enumerated() {
                let path = "requestItems.\(table.name).member.\(index + 1).member"
                if write.isDelete, write.key == nil {
                    violations.add(nil, at: path + ".deleteRequest.key", Messages.notNull)
                }
                if write.isPut, write.item == nil {
                    violations.add(nil, at: path + ".putRequest.item", Messages.notNull)
                }
            }
        }
        try violations.check()
        if tables.reduce(0, { $0 + $1.writes.count }) > BatchWriteItem.writesMax {
            throw .validation(Messages.tooManyItems("BatchWriteItem"))
        }
    }

    /// Checks the writes by themselves, table by table.
    func validate() throws(DynamoDBError) {
        for table in tables ?? [] {
            if table.writes.contains(where: { $0.isPut == $0.isDelete }) {
                throw .validation(Messages.oneWriteRequest)
            }
            for write in table.writes {
                guard let item = try write.target?.get() else { continue }
                if write.isPut, item.size > TableSchema.itemBytesMax { throw .validation(Messages.itemSize) }
            }
        }
    }

    /// Finds the tables and checks the keys.
    func resolve(_ engine: Engine) throws(DynamoDBError) -> [BatchWriteItem.Action] {
        var actions: [BatchWriteItem.Action] = []
        var seen: Set<[UInt8]> = []
        var found: [Table] = []
        for table in tables ?? [] { found.append(try engine.table(table.name)) }
        for (given, table) in zip(tables ?? [], found) {
            for write in given.writes {
                guard let target = try write.target?.get() else { continue }
                let key =
                    write.isPut
                    ? try table.schema.key.value(ofBatchItem: target) : try table.schema.key.value(ofKey: target)
                if write.isPut { try table.checkIndexKeys(of: target, before: nil, isUpdate: false) }
                guard seen.insert(withUnsafeBytes(of: table.id) { Array($0) } + key.bytes).inserted else {
                    throw .validation(Messages.duplicateKeys)
                }
                actions.append(.init(table: table, isPut: write.isPut, target: target, key: key))
            }
        }
        return actions
    }

    // MARK: Answer

    func write(_ actions: [BatchWriteItem.Action], to output: inout [UInt8]) {
        let level = ConsumedCapacity.Level(returnConsumedCapacity)
        JSONWriter.append(to: &output) { writer in
            writer.beginObject()
            if level != .none {
                writer.key("ConsumedCapacity")
                writer.beginArray()
                for capacity in ConsumedCapacity.byTable(actions.compactMap(\.capacity)) {
                    capacity.write(level, to: &writer)
                }
                writer.endArray()
            }
            if returnItemCollectionMetrics == "SIZE" {
                ItemCollectionMetrics.write(actions.map { ($0.table, $0.target) }, to: &writer)
            }
            writer.key("UnprocessedItems")
            writer.beginObject()
            writer.endObject()
            writer.endObject()
        }
    }
}

extension KeySchema {
    /// The key of an item in a batch, where AWS does not say what is wrong with it.
    func value(ofBatchItem item: Item) throws(DynamoDBError) -> KeyValue {
        guard attributes.allSatisfy({ item[$0.name]?.type == $0.type }) else {
            throw .validation(Messages.keyDoesNotMatch)
        }
        return try value(ofItem: item)
    }
}

/// RequestItems as AWS prints it in messages: the text that Java makes of it.
private enum JavaText {
    /// A message repeats no more of a request than this.
    static let bytesMax = 64 << 10

    static func of(_ tables: [BatchWriteItem.TableWrites]) -> String {
        var text = "{"
        for (index, table) in tables.enumerated() {
            text += index > 0 ? ", " : ""
            text += "\(table.name)=[\(table.writes.map(of).joined(separator: ", "))]"
            if text.utf8.count > bytesMax { break }
        }
        return text + "}"
    }

    private static func of(_ write: BatchWriteItem.Write) -> String {
        let put = write.isPut ? "PutRequest(item=\(of(write.item)), workloadProfileName=null)" : "null"
        let delete = write.isDelete ? "DeleteRequest(key=\(of(write.key)), workloadProfileName=null)" : "null"
        return "WriteRequest(putRequest=\(put), deleteRequest=\(delete))"
    }

    /// Values are shown as objects without a text of their own: a class and a hash.
    private static func of(_ item: Result<Item, DynamoDBError>?) -> String {
        guard case .success(let item) = item else { return "null" }
        let shown = item.entries.prefix(bytesMax / 64).map { entry in
            var json: [UInt8] = []
            JSONWriter.append(to: &json) { $0.attributeValue(entry.value) }
            let hash = json.reduce(UInt32(1)) { $0 &* 31 &+ UInt32($1) }
            return "\(entry.name)=\(Messages.modelPackage)AttributeValue@\(String(hash, radix: 16))"
        }
        return "{\(shown.joined(separator: ", "))}"
    }
}
