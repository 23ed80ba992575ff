/// Changes an item, or makes it.
enum UpdateItem {
    static let operation: Operation = Operation(
        "UpdateItem",
        supported: [
            "TableName", "Key", "UpdateExpression", "ConditionExpression", "ExpressionAttributeNames",
            "ExpressionAttributeValues", "ReturnValues", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics",
            "ReturnValuesOnConditionCheckFailure", "AttributeUpdates", "Expected", "ConditionalOperator",
        ],
        handle: handle)

    /// Reads the request, carries it out, writes the answer.
    private static func handle(
        _ engine: Engine, _: RequestContext, _ reader: inout JSONReader, _ output: inout [UInt8]
    ) throws(DynamoDBError) -> LongOperation? {
        var request = WriteRequest(.update)
        try request.read(&reader, operation)
        try request.checkShape()
        let (target, condition, update) = try enveloped { () throws(DynamoDBError) in
            try validate(&request, engine.parsed)
        }
        let table = try engine.table(request.tableName!)
        let key = try table.schema.key.value(ofKey: target)
        let plan = UpdatePlan(table: table, key: key, target: target, update: update)
        try plan.checkTargets()
        if request.updateExpression != nil, let update, update.statementSize > TableSchema.itemBytesMax {
            throw .validation(Messages.updatedItemSize)
        }
        let old = try plan.old(engine)
        if let condition, !condition.evaluate(old.item) {
            engine.measureFailedCondition(.updateItem, table, old)
            throw request.failure(old.item)
        }
        let outcome = try plan.write(engine, old, plan.outcome(of: old))
        engine.measure(.updateItem, outcome.capacity, .write)
        JSONWriter.append(to: &output) { writer in
            writer.beginObject()
            if let attributes = attributes(request.returnValues, outcome, update) {
                writer.key("Attributes")
                writer.item(attributes)
            }
            request.writeMembers(outcome, key: target, to: &writer)
            writer.endObject()
        }
        return nil
    }

    private static func validate(
        _ request: inout WriteRequest, _ parsed: ParsedExpressions
    ) throws(DynamoDBError) -> (Item, ConditionExpression?, UpdateExpression?) {
        try request.unread.check(operation)
        try request.checkKinds()
        try request.checkPlaceholders(isNewer: true)
        let key = try request.target!.get()
        let (condition, update) = try request.compile(parsed)
        return (key, condition, update)
    }

    /// What ReturnValues asks for; nil when the answer has no Attributes.
    private static func attributes(
        _ returnValues: Text?, _ outcome: WriteOutcome, _ update: UpdateExpression?
    ) -> Item? {
        switch returnValues?.string {
        case "ALL_OLD": return outcome.old
        case "ALL_NEW": return outcome.new
        case "UPDATED_OLD":
            guard let old = outcome.old, let update else { return nil }
            let attributes = update.updatedAttributes(of: old)
            return attributes.isEmpty ? nil : attributes
        case "UPDATED_NEW":
            guard let new = outcome.new, let update else { return nil }
            let attributes = update.updatedAttributes(of: new)
            return attributes.isEmpty ? nil : attributes
        default: return nil
        }
    }
}

/// An item that is to be updated, its key checked.
struct UpdatePlan {
    let table: Table
    let key: KeyValue
    /// The key as attributes.
    let target: Item
    let update: UpdateExpression?

    /// The key itself may not be updated, what is set for an index key by the update's text must be of its type, and no path
    /// may go into a key.
    func checkTargets() throws(DynamoDBError) {
        guard let update else { return }
        try update.checkKeys(table.schema.key)
        try table.checkIndexKeys(of: update)
        try table.checkScalarKeys(update.paths)
    }

    /// Reads what is there now.
    func old(_ engine: Engine) throws(DynamoDBError) -> PutPlan.Old {
        guard let stored = try engine.storage.item(table, key: key.bytes) else { return .init() }
        return .init(stored: stored, item: stored.item)
    }

    /// The item after the update; nil when there is none before and the update gives it nothing but its key.
    func outcome(of old: PutPlan.Old) throws(DynamoDBError) -> Item? {
        guard let update else { return old.item ?? target }
        let new = try update.apply(to: old.item, key: target)
        if old.item == nil, new == target { return nil }
        try table.checkIndexKeys(of: new, before: old.item, isUpdate: true)
        if new.size > TableSchema.itemBytesMax { throw .validation(Messages.updatedItemSize) }
        return new
    }

    /// Writes it, unless nothing changed.
    func write(_ engine: Engine, _ old: PutPlan.Old, _ new: Item?) throws(DynamoDBError) -> WriteOutcome {
        guard let new, new != old.item else {
            let units = CapacityUnits.write(old.stored?.size ?? 0)
            return WriteOutcome(
                table: table, old: old.item, new: new, capacity: ConsumedCapacity(table, tableUnits: units))
        }
        return try PutPlan(table: table, key: key, item: new).write(engine, old)
    }
}
