/// What Query and Scan have in common.
struct ReadRequest {
    var tableName: Text?
    var indexName: Text?
    var keyCondition: Text?
    var filter: Text?
    var projection: Text?
    var attributes = ExpressionAttributes()
    var select: Text?
    var limit: Int?
    var startKey: Result<Item, DynamoDBError>?
    var isConsistent = false
    var isForward = true
    var segment: Int?
    var totalSegments: Int?
    var returnConsumedCapacity: Text?
    var attributesToGet: [Text]?
    var keyConditions: LegacyConditions?
    /// QueryFilter or ScanFilter.
    var legacyFilter: LegacyConditions?
    var conditionalOperator: Text?
    var unread = Unread()

    /// Whether only the number of items is asked for.
    var isCount: Bool { select.map { $0 == "COUNT" } ?? false }

    /// Reads the request.
    mutating func read(_ reader: inout JSONReader, _ operation: Operation) throws(DynamoDBError) {
        let isQuery = operation.name == "Query"
        reader.usesOlderWords = !isQuery
        try reader.beginRequest()
        while let key = try reader.nextKey() {
            switch key {
            case "TableName": tableName = try reader.text()
            case "IndexName": indexName = try reader.text()
            case "KeyConditionExpression" where isQuery: keyCondition = try reader.text()
            case "FilterExpression": filter = try reader.text()
            case "ProjectionExpression": projection = try reader.text()
            case "ExpressionAttributeNames": try attributes.readNames(&reader)
            case "ExpressionAttributeValues": try attributes.readValues(&reader)
            case "Select": select = try reader.text()
            case "Limit": limit = try reader.integer()
            case "ExclusiveStartKey": startKey = try reader.item()
            case "ConsistentRead": isConsistent = try reader.bool()
            case "ScanIndexForward" where isQuery: isForward = try reader.bool()
            case "Segment" where !isQuery: segment = try reader.integer()
            case "TotalSegments" where !isQuery: totalSegments = try reader.integer()
            case "ReturnConsumedCapacity": returnConsumedCapacity = try reader.text()
            case "AttributesToGet": attributesToGet = try reader.texts()
            case "KeyConditions" where isQuery: keyConditions = try LegacyConditions(&reader)
            case "QueryFilter" where isQuery: legacyFilter = try LegacyConditions(&reader)
            case "ScanFilter" where !isQuery: legacyFilter = try LegacyConditions(&reader)
            case "ConditionalOperator": conditionalOperator = try reader.text()
            default:
                unread.note(key, operation)
                try reader.skip()
            }
        }
        try reader.end()
    }

    /// The constraints that Query and Scan share, and after them `more`; `filter` is what the older filter is called.
    func checkShape(filter: String, _ more: (inout Violations) -> Void) throws(DynamoDBError) {
        var violations = Violations()
        violations.check(
            returnConsumedCapacity, at: "returnConsumedCapacity", in: Messages.returnConsumedCapacityValues)
        violations.check(tableName: tableName)
        violations.check(indexName: indexName)
        violations.check(select, at: "select", in: Messages.selectValues)
        violations.check(attributesToGet: attributesToGet)
        legacyFilter?.checkShape(&violations, at: filter)
        violations.check(conditionalOperator, at: "conditionalOperator", in: Messages.conditionalOperatorValues)
        more(&violations)
        keyConditions?.checkShape(&violations, at: "keyConditions")
        try violations.check()
    }

    /// Throws when there are both expressions and older parameters; KeyConditions goes with the other expressions, but not
    /// with KeyConditionExpression.
    func checkKinds(filter legacyName: String) throws(DynamoDBError) {
        guard attributesToGet != nil || legacyFilter != nil || conditionalOperator != nil || keyConditions != nil
        else { return }
        try ParameterKinds.check(
            legacy: [
                ("AttributesToGet", attributesToGet != nil), (legacyName, legacyFilter != nil),
                ("ConditionalOperator", conditionalOperator != nil),
                ("KeyConditions", keyConditions != nil && keyCondition != nil),
            ],
            expressions: [
                ("ProjectionExpression", projection != nil), ("FilterExpression", filter != nil),
                ("KeyConditionExpression", keyCondition != nil),
            ])
    }

    /// QueryFilter or ScanFilter as an expression.
    func compileLegacyFilter() throws(DynamoDBError) -> ConditionExpression? {
        try LegacyConditions.check(conditionalOperator, joining: legacyFilter?.count ?? 0)
        return try legacyFilter?.filter(conditionalOperator)
    }

    /// AttributesToGet as an expression.
    func compileAttributesToGet() throws(DynamoDBError) -> ProjectionExpression? {
        guard let attributesToGet else { return nil }
        try ProjectionExpression.check(attributesToGet: attributesToGet)
        return ProjectionExpression(attributesToGet: attributesToGet)
    }

    /// Names and values without an expression to use them.
    func checkPlaceholders(_ nulls: String) throws(DynamoDBError) {
        if attributes.hasNames, keyCondition == nil, filter == nil, projection == nil {
            throw .validation(Messages.namesWithoutExpression)
        }
        if attributes.hasValues, keyCondition == nil, filter == nil {
            throw .validation(Messages.valuesWithoutExpression(nulls))
        }
    }

    /// Checks the values in ExclusiveStartKey.
    func checkStartKeyValues() throws(DynamoDBError) {
        guard case .failure(let error) = startKey else { return }
        let message = error.message ?? ""
        let bare = ["contains duplicates", "number set", "numeric value", "significant digits", "with magnitude"]
        if bare.contains(where: { message.contains($0) }) { throw error }
        throw error.prefixed(Messages.startKeyInvalid + ": ")
    }

    /// Checks Select against the projection and the index.
    func checkSelect() throws(DynamoDBError) {
        guard let select else { return }
        if projection != nil || attributesToGet != nil, select != "SPECIFIC_ATTRIBUTES" {
            let parameter = projection == nil ? "AttributesToGet" : "ProjectionExpression"
            throw .validation(Messages.projectionWithSelect(parameter, select.string))
        }
        if select == "SPECIFIC_ATTRIBUTES", projection == nil, attributesToGet == nil {
            throw .validation(Messages.specificWithoutProjection)
        }
        if select == "ALL_PROJECTED_ATTRIBUTES", indexName == nil {
            throw .validation(Messages.projectedWithoutIndex)
        }
    }

    /// The index that is read, checked.
    func index(of table: Table) throws(DynamoDBError) -> SecondaryIndex? {
        guard let indexName else { return nil }
        guard let index = table.index(named: indexName),
            !table.transitions.contains(where: { $0.kind == .indexDeletion(indexName) })
        else { throw .validation(Messages.noIndex(indexName)) }
        if index.backfill != nil { throw .validation(Messages.indexBackfilling(indexName)) }
        if index.schema.isGlobal, isConsistent { throw .validation(Messages.consistentOnGlobal) }
        return index
    }

    /// Checks what is asked of an index against what it holds. Whether the table must be read as well.
    func checkProjection(
        _ projection: ProjectionExpression?, _ index: SecondaryIndex?, _ table: Table
    ) throws(DynamoDBError) -> Bool {
        guard let index, index.schema.projection != .all else { return false }
        if index.schema.isGlobal, select == "ALL_ATTRIBUTES" {
            throw .validation(Messages.allAttributesOnGlobal(index.schema.name))
        }
        if select == "ALL_ATTRIBUTES" { return true }
        let missing = (projection?.paths.map(\.attribute) ?? []).filter {
            !index.schema.projects($0, tableKey: table.schema.key)
        }
        if missing.isEmpty { return false }
        if index.schema.isGlobal { throw .validation(Messages.notProjected(index.schema.name, missing)) }
        return true
    }

    // MARK: ExclusiveStartKey

    /// Checks that ExclusiveStartKey has as many attributes as the keys of table and index together.
    func checkStartKeyCount(_ table: Table, _ index: SecondaryIndex?, isQuery: Bool) throws(DynamoDBError) {
        guard let start = try startKey?.get() else { return }
        let key = table.schema.key
        let others = index?.schema.key.attributes.filter { !key.contains($0.name) } ?? []
        guard start.count != key.attributes.count + others.count else { return }
        let isBare = isQuery || index != nil
        throw .validation(Messages.startKeyInvalid + (isBare ? "" : ": " + Messages.keyDoesNotMatch))
    }

    /// Checks that ExclusiveStartKey has these attributes of the key that is read.
    func checkStartKey(has attributes: ArraySlice<KeyAttribute>) throws(DynamoDBError) {
        guard let start = try startKey?.get() else { return }
        for attribute in attributes {
            guard let value = start[attribute.name] else { throw .validation(Messages.startKeyInvalid) }
            if value.type != attribute.type { throw .validation(Messages.keyDoesNotMatch) }
        }
    }

    /// The bytes of the position after which the page begins, its table key checked.
    func startPosition(_ table: Table, _ index: SecondaryIndex?) throws(DynamoDBError) -> KeyValue? {
        guard let start = try startKey?.get() else { return nil }
        let tableKey: KeyValue
        do throws(DynamoDBError) {
            tableKey = try table.schema.key.value(ofKey: table.schema.key.attributes(of: start))
        } catch {
            throw error.prefixed(Messages.startKeyInvalid + ": ")
        }
        guard let index else { return tableKey }
        guard var position = index.schema.key.value(of: start) else {
            throw .validation(Messages.startKeyInvalid)
        }
        position.bytes.append(contentsOf: tableKey.bytes)
        return position
    }
}
