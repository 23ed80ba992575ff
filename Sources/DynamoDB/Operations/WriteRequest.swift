/// What PutItem, UpdateItem, DeleteItem and the actions of a transaction have in common: a target, a condition, and what is to be
/// returned.
struct WriteRequest {
    /// What is to be done.
    enum Action: String {
        case put = "Put"
        case update = "Update"
        case delete = "Delete"
        case check = "ConditionCheck"
    }

    let action: Action
    var tableName: Text?
    /// The item of a put, the key of the others.
    var target: Result<Item, DynamoDBError>?
    var updateExpression: Text?
    var conditionExpression: Text?
    var attributes = ExpressionAttributes()
    var returnValues: Text?
    var returnConsumedCapacity: Text?
    var returnItemCollectionMetrics: Text?
    var returnOnFailure: Text?
    var attributeUpdates: AttributeUpdates?
    var expected: Expected?
    var conditionalOperator: Text?
    var unread = Unread()

    init(_ action: Action) {
        self.action = action
    }

    /// Reads one member, unless it is not one of a write.
    mutating func read(_ key: JSONKey, _ reader: inout JSONReader) throws(DynamoDBError) -> Bool {
        switch key {
        case "TableName": tableName = try reader.text()
        case "Item" where action == .put: target = try reader.item()
        case "Key" where action != .put: target = try reader.item()
        case "UpdateExpression" where action == .update: updateExpression = try reader.text()
        case "ConditionExpression": conditionExpression = try reader.text()
        case "ExpressionAttributeNames": try attributes.readNames(&reader)
        case "ExpressionAttributeValues": try attributes.readValues(&reader)
        case "ReturnValues": returnValues = try reader.text()
        case "ReturnConsumedCapacity": returnConsumedCapacity = try reader.text()
        case "ReturnItemCollectionMetrics": returnItemCollectionMetrics = try reader.text()
        case "ReturnValuesOnConditionCheckFailure": returnOnFailure = try reader.text()
        default: return false
        }
        return true
    }

    /// Reads one of the older parameters, which requests of their own have and a transaction's actions have not.
    private mutating func readLegacy(_ key: JSONKey, _ reader: inout JSONReader) throws(DynamoDBError) -> Bool {
        switch key {
        case "AttributeUpdates" where action == .update: attributeUpdates = try AttributeUpdates(&reader)
        case "Expected": expected = try Expected(&reader)
        case "ConditionalOperator": conditionalOperator = try reader.text()
        default: return false
        }
        return true
    }

    /// Reads a whole request.
    mutating func read(_ reader: inout JSONReader, _ operation: Operation) throws(DynamoDBError) {
        try reader.beginRequest()
        while let key = try reader.nextKey() {
            if try read(key, &reader) { continue }
            if try readLegacy(key, &reader) { continue }
            unread.note(key, operation)
            try reader.skip()
        }
        try reader.end()
    }

    // MARK: Shape

    /// The constraints of PutItem, UpdateItem and DeleteItem. AWS's newer check stops at the first; it leaves those of the
    /// table's name, and all when the item or key is missing, to the older one.
    func checkShape() throws(DynamoDBError) {
        if target == nil { try checkShapeWithoutTarget() }
        var violations = Violations()
        if tableName?.isEmpty == true {
            violations.add(Messages.newerConstraint(at: "TableName", Messages.minLength(1)))
        } else {
            violations.check(tableName: tableName)
        }
        try violations.check()
        try violations.checkNewer(
            returnValues, in: Messages.returnValuesValues, shown: Messages.returnValuesNewerValues)
        try violations.checkNewer(returnConsumedCapacity, in: Messages.returnConsumedCapacityValues)
        try violations.checkNewer(returnItemCollectionMetrics, in: Messages.returnItemCollectionMetricsValues)
        try violations.checkNewer(returnOnFailure, in: Messages.returnOnFailureValues)
        try violations.checkNewer(
            conditionalOperator, in: Messages.conditionalOperatorValues,
            shown: Messages.conditionalOperatorNewerValues)
        checkLegacyShape(&violations)
        try violations.check()
    }

    private func checkShapeWithoutTarget() throws(DynamoDBError) {
        var violations = Violations()
        violations.check(
            returnConsumedCapacity, at: "returnConsumedCapacity", in: Messages.returnConsumedCapacityValues)
        violations.check(tableName: tableName)
        violations.check(returnValues, at: "returnValues", in: Messages.returnValuesValues)
        violations.check(
            returnItemCollectionMetrics, at: "returnItemCollectionMetrics",
            in: Messages.returnItemCollectionMetricsValues)
        violations.check(conditionalOperator, at: "conditionalOperator", in: Messages.conditionalOperatorValues)
        checkLegacyShape(&violations)
        violations.add(nil, at: action == .put ? "item" : "key", Messages.notNull)
        try violations.check()
    }

    private func checkLegacyShape(_ violations: inout Violations) {
        expected?.checkShape(&violations)
        for (attribute, action) in attributeUpdates?.actions ?? [] {
            violations.check(
                action, at: "attributeUpdates.\(attribute).member.action", in: Messages.attributeActionValues)
        }
    }

    /// Throws when there are both expressions and older parameters.
    func checkKinds() throws(DynamoDBError) {
        guard attributeUpdates != nil || expected != nil || conditionalOperator != nil else { return }
        try ParameterKinds.check(
            legacy: [
                ("AttributeUpdates", attributeUpdates != nil), ("Expected", expected != nil),
                ("ConditionalOperator", conditionalOperator != nil),
            ],
            expressions: [
                ("UpdateExpression", updateExpression != nil), ("ConditionExpression", conditionExpression != nil),
            ])
    }

    /// Names and values without an expression to use them.
    func checkPlaceholders(isNewer: Bool) throws(DynamoDBError) {
        guard conditionExpression == nil, updateExpression == nil else { return }
        if attributes.hasNames { throw .validation(Messages.namesWithoutExpression) }
        if attributes.hasValues {
            let parameters =
                action == .update ? "UpdateExpression and ConditionExpression are" : "ConditionExpression is"
            throw .validation(
                isNewer
                    ? Messages.valuesWithoutExpressionNewer
                    : Messages.valuesWithoutExpression(parameters))
        }
    }

    // MARK: Expressions

    /// The condition, and with `update` the update; every name and value must have been used.
    mutating func compile(
        _ parsed: ParsedExpressions
    ) throws(DynamoDBError) -> (condition: ConditionExpression?, update: UpdateExpression?) {
        if attributeUpdates != nil || expected != nil || conditionalOperator != nil {
            // These and expressions exclude each other.
            let update = try attributeUpdates?.expression()
            try LegacyConditions.check(conditionalOperator, joining: expected?.count ?? 0)
            return (try expected?.condition(conditionalOperator), update)
        }
        try attributes.validate(namesPlaceholder: false)
        let update = try updateExpression.map { (text) throws(DynamoDBError) in
            try UpdateExpression(parsing: text, &attributes, parsed)
        }
        let condition = try conditionExpression.map { (text) throws(DynamoDBError) in
            try ConditionExpression(parsing: text, parameter: "ConditionExpression", &attributes, parsed)
        }
        try attributes.checkAllUsed()
        return (condition, update)
    }

    /// Throws the error of a condition that does not hold for `old`.
    func failure(_ old: Item?) -> DynamoDBError {
        let detail = returnOnFailure == "ALL_OLD" ? old.map { DynamoDBError.Detail.item($0) } : nil
        return DynamoDBError(.conditionalCheckFailed, Messages.conditionalCheckFailed, detail: detail)
    }
}

/// What a write did, for its answer.
struct WriteOutcome {
    var table: Table
    var old: Item?
    var new: Item?
    var capacity: ConsumedCapacity
}

extension WriteRequest {
    /// Writes the answer's members that all three writes have.
    func writeMembers(_ outcome: WriteOutcome, key: Item, to writer: inout JSONWriter) {
        outcome.capacity.writeMember(ConsumedCapacity.Level(returnConsumedCapacity), to: &writer)
        if returnItemCollectionMetrics == "SIZE" {
            ItemCollectionMetrics.write(outcome.table, key: key, to: &writer)
        }
    }
}

/// The member ItemCollectionMetrics, which only tables with local indexes have.
enum ItemCollectionMetrics {
    /// Writes it with its name, if the table has item collections.
    static func write(_ table: Table, key: Item, to writer: inout JSONWriter) {
        guard table.indexes.contains(where: { !$0.schema.isGlobal }) else { return }
        writer.key("ItemCollectionMetrics")
        writeStructure(table, key: key, to: &writer)
    }

    /// Writes the member of an operation with several writes: of each table with item collections, one structure for each write.
    static func write(_ writes: [(table: Table, key: Item)], to writer: inout JSONWriter) {
        var tables: [Table] = []
        for (table, _) in writes where !tables.contains(where: { $0 === table }) {
            if table.indexes.contains(where: { !$0.schema.isGlobal }) { tables.append(table) }
        }
        guard !tables.isEmpty else { return }
        writer.key("ItemCollectionMetrics")
        writer.beginObject()
        for table in tables {
            writer.key(text: table.schema.name)
            writer.beginArray()
            for write in writes where write.table === table {
                writeStructure(table, key: write.key, to: &writer)
            }
            writer.endArray()
        }
        writer.endObject()
    }

    /// Writes the structure. The sizes are an estimate in AWS's words: of 0 to 1 GB.
    static func writeStructure(_ table: Table, key: Item, to writer: inout JSONWriter) {
        let name = table.schema.key.partition.name
        writer.beginObject()
        writer.key("ItemCollectionKey")
        writer.item(AttributeMap([.init(name: name, value: key[name] ?? .null)]))
        writer.key("SizeEstimateRangeGB")
        writer.beginArray()
        writer.decimal(0)
        writer.decimal(1)
        writer.endArray()
        writer.endObject()
    }
}
