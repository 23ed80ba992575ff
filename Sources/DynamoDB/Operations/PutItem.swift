/// Stores an item in the place of the one with its key.
enum PutItem {
    static let operation: Operation = Operation(
        "PutItem",
        supported: [
            "TableName", "Item", "ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues",
            "ReturnValues", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics",
            "ReturnValuesOnConditionCheckFailure", "Expected", "ConditionalOperator",
        ],
        handle: handle)

    /// Reads the request, carries it out, writes the answer.
    private static func handle(
        _ engine: Engine, _: RequestContext, _ reader: inout JSONReader, _ output: inout [UInt8]
    ) throws(DynamoDBError) -> LongOperation? {
        var request = WriteRequest(.put)
        try request.read(&reader, operation)
        try request.checkShape()
        let (item, condition) = try enveloped { () throws(DynamoDBError) in try validate(&request, engine.parsed) }
        let table = try engine.table(request.tableName!)
        if item.size > TableSchema.itemBytesMax { throw .validation(Messages.itemSize) }
        let key = try table.schema.key.value(ofItem: item)
        try table.checkIndexKeys(of: item, before: nil, isUpdate: false)
        let plan = PutPlan(table: table, key: key, item: item)
        let old = try plan.old(engine, needsItem: condition != nil || request.returnValues == "ALL_OLD")
        if let condition, !condition.evaluate(old.item) {
            engine.measureFailedCondition(.putItem, table, old)
            throw request.failure(old.item)
        }
        let outcome = try plan.write(engine, old)
        engine.measure(.putItem, outcome.capacity, .write)
        JSONWriter.append(to: &output) { writer in
            writer.beginObject()
            if request.returnValues == "ALL_OLD", let old = outcome.old {
                writer.key("Attributes")
                writer.item(old)
            }
            request.writeMembers(outcome, key: item, to: &writer)
            writer.endObject()
        }
        return nil
    }

    private static func validate(
        _ request: inout WriteRequest, _ parsed: ParsedExpressions
    ) throws(DynamoDBError) -> (Item, ConditionExpression?) {
        try request.unread.check(operation)
        try request.checkKinds()
        try request.checkPlaceholders(isNewer: true)
        let item = try request.target!.get()
        if let values = request.returnValues, values != "ALL_OLD", values != "NONE" {
            throw .validation(Messages.returnValuesOfPut)
        }
        return (item, try request.compile(parsed).condition)
    }
}

/// An item that is to be put, its key checked.
struct PutPlan {
    let table: Table
    let key: KeyValue
    let item: Item

    /// What is there now.
    struct Old {
        var stored: StoredItem?
        /// The attributes, when they are needed.
        var item: Item?
    }

    /// Reads what is there now; its attributes only where something looks at them.
    func old(_ engine: Engine, needsItem: Bool) throws(DynamoDBError) -> Old {
        guard let stored = try engine.storage.item(table, key: key.bytes) else { return Old() }
        return Old(stored: stored, item: needsItem || !table.indexes.isEmpty ? stored.item : nil)
    }

    /// Writes the item.
    func write(_ engine: Engine, _ old: Old) throws(DynamoDBError) -> WriteOutcome {
        var json: [UInt8] = []
        json.reserveCapacity(512)
        JSONWriter.append(to: &json) { $0.item(item) }
        let size = item.size
        let changes = try engine.storage.put(
            table, key: key, item: item, json: json, size: size, replacing: old.stored, oldItem: old.item)
        let units = CapacityUnits.write(max(size, old.stored?.size ?? 0))
        return WriteOutcome(
            table: table, old: old.item, new: item, capacity: ConsumedCapacity(table, tableUnits: units, changes))
    }
}
