/// Removes an item.
enum DeleteItem {
    static let operation: Operation = Operation(
        "DeleteItem",
        supported: [
            "TableName", "Key", "ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues",
            "ReturnValues", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics",
            "ReturnValuesOnConditionCheckFailure", "Expected", "ConditionalOperator",
        ],
        handle: handle)

    /// Reads the request, carries it out, writes the answer.
    private static func handle(
        _ engine: Engine, _: RequestContext, _ reader: inout JSONReader, _ output: inout [UInt8]
    ) throws(DynamoDBError) -> LongOperation? {
        var request = WriteRequest(.delete)
        try request.read(&reader, operation)
        try request.checkShape()
        let (target, condition) = try enveloped { () throws(DynamoDBError) in try validate(&request, engine.parsed) }
        let table = try engine.table(request.tableName!)
        let key = try table.schema.key.value(ofKey: target)
        let plan = DeletePlan(table: table, key: key)
        let old = try plan.old(engine, needsItem: condition != nil || request.returnValues == "ALL_OLD")
        if let condition, !condition.evaluate(old.item) {
            engine.measureFailedCondition(.deleteItem, table, old)
            throw request.failure(old.item)
        }
        let outcome = try plan.write(engine, old)
        engine.measure(.deleteItem, outcome.capacity, .write)
        JSONWriter.append(to: &output) { writer in
            writer.beginObject()
            if request.returnValues == "ALL_OLD", let old = outcome.old {
                writer.key("Attributes")
                writer.item(old)
            }
            request.writeMembers(outcome, key: target, to: &writer)
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
        let key = try request.target!.get()
        if let values = request.returnValues, values != "ALL_OLD", values != "NONE" {
            throw .validation(Messages.returnValuesOfPut)
        }
        return (key, try request.compile(parsed).condition)
    }
}

/// An item that is to be removed, its key checked.
struct DeletePlan {
    let table: Table
    let key: KeyValue

    /// Reads what is there now; its attributes only where something looks at them.
    func old(_ engine: Engine, needsItem: Bool) throws(DynamoDBError) -> PutPlan.Old {
        guard let stored = try engine.storage.item(table, key: key.bytes) else { return .init() }
        return .init(stored: stored, item: needsItem || !table.indexes.isEmpty ? stored.item : nil)
    }

    /// Removes it, if it is there.
    func write(_ engine: Engine, _ old: PutPlan.Old) throws(DynamoDBError) -> WriteOutcome {
        guard let stored = old.stored else {
            return WriteOutcome(
                table: table, old: nil, new: nil, capacity: ConsumedCapacity(table, tableUnits: 1))
        }
        let changes = try engine.storage.delete(table, key: key, old: stored, oldItem: old.item)
        let capacity = ConsumedCapacity(table, tableUnits: CapacityUnits.write(stored.size), changes)
        return WriteOutcome(table: table, old: old.item, new: nil, capacity: capacity)
    }
}
