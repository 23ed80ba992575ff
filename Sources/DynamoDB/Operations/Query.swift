/// Reads the items of one partition of a table or an index, page by page, in the order of the sort key.
enum Query {
    static let operation: Operation = Operation(
        "Query",
        supported: [
            "TableName", "IndexName", "KeyConditionExpression", "FilterExpression", "ProjectionExpression",
            "ExpressionAttributeNames", "ExpressionAttributeValues", "Select", "Limit", "ExclusiveStartKey",
            "ConsistentRead", "ScanIndexForward", "ReturnConsumedCapacity", "AttributesToGet", "KeyConditions",
            "QueryFilter", "ConditionalOperator",
        ],
        handle: handle)

    /// Reads the request, carries it out, writes the answer.
    private static func handle(
        _ engine: Engine, _: RequestContext, _ reader: inout JSONReader, _ output: inout [UInt8]
    ) throws(DynamoDBError) -> LongOperation? {
        var request = ReadRequest()
        try request.read(&reader, operation)
        let expressions = try validate(&request, engine.parsed)
        let table = try engine.table(request.tableName!)
        let index = try request.index(of: table)
        let schema = index?.schema.key ?? table.schema.key
        try request.checkStartKeyCount(table, index, isQuery: true)
        try request.checkStartKey(has: schema.partitionAttributes)
        let condition = try KeyConditionExpression.resolve(expressions.conditions, schema)
        try request.checkStartKey(has: schema.sortAttributes)
        let start = try request.startPosition(table, index)
        var range = try KeyRange(condition)
        if let start {
            try check(start, try request.startKey!.get(), schema, condition)
            if index == nil, schema.sort == nil {
                throw .validation(Messages.startKeyOfOne(try request.startKey!.get()))
            }
            range.begin(after: start.bytes, isForward: request.isForward)
        }
        try table.checkScalarKeys(expressions.projection?.paths)
        if let filter = expressions.filter {
            for key in schema.attributes where filter.paths.contains(where: { $0.attribute == key.name }) {
                let isLegacy = request.legacyFilter != nil
                throw .validation(isLegacy ? Messages.queryFilterOnKey(key.name) : Messages.filterOnKey(key.name))
            }
        }
        let readsTable = try request.checkProjection(expressions.projection, index, table)
        try table.checkScalarKeys(expressions.filter?.paths)
        // A partition of a table without a sort key is one item: nothing is left after it, and no page may begin there.
        let limit = index == nil && schema.sort == nil ? nil : request.limit
        let read = LongRead(
            LongRead.Plan(
                operation: .query, table: table, index: index, range: range, isForward: request.isForward, limit: limit,
                filter: expressions.filter, projection: expressions.projection, isCount: request.isCount,
                readsTable: readsTable, isConsistent: request.isConsistent,
                level: ConsumedCapacity.Level(request.returnConsumedCapacity)))
        return try read.step(on: engine, into: &output) ? read : nil
    }

    private struct Expressions {
        var conditions: [KeyConditionExpression.Condition]
        var filter: ConditionExpression?
        var projection: ProjectionExpression?
    }

    /// What can be checked without the table, in AWS's order.
    private static func validate(
        _ request: inout ReadRequest, _ parsed: ParsedExpressions
    ) throws(DynamoDBError) -> Expressions {
        let limit = request.limit
        // Bare, and before all else, in the newer check's words.
        if let text = request.conditionalOperator, text != "AND", text != "OR" {
            throw .validation(Messages.newerEnum(Messages.conditionalOperatorNewerValues))
        }
        try request.checkShape(filter: "queryFilter") { violations in
            // AWS says this one in the newer check's words.
            if let limit, limit < 1 {
                violations.add(Messages.newerConstraint(at: "Limit", Messages.minValue(1)))
            }
        }
        try request.unread.check(operation)
        try request.checkKinds(filter: "QueryFilter")
        try request.checkPlaceholders("FilterExpression and KeyConditionExpression are")
        let legacyFilter = try request.compileLegacyFilter()
        let legacyProjection = try request.compileAttributesToGet()
        try request.checkStartKeyValues()
        try request.attributes.validate(namesPlaceholder: false)
        let key = try request.keyCondition.map { (text) throws(DynamoDBError) in
            try KeyConditionExpression(parsing: text, &request.attributes, parsed)
        }
        let filter = try request.filter.map { (text) throws(DynamoDBError) in
            try ConditionExpression(parsing: text, parameter: "FilterExpression", &request.attributes, parsed)
        }
        let projection = try request.projection.map { (text) throws(DynamoDBError) in
            try ProjectionExpression(parsing: text, &request.attributes, parsed)
        }
        let mayBeMany = request.indexName != nil
        var conditions = try key?.checkForm()
        if key == nil { conditions = try request.keyConditions?.keyConditions(mayBeMany: mayBeMany) }
        try request.attributes.checkAllUsed()
        try enveloped { () throws(DynamoDBError) in try request.checkSelect() }
        guard let conditions else { throw .validation(Messages.keyConditionMissing) }
        return Expressions(
            conditions: conditions, filter: filter ?? legacyFilter, projection: projection ?? legacyProjection)
    }

    /// Checks that a page can begin at `start`.
    private static func check(
        _ position: KeyValue, _ start: Item, _ schema: KeySchema, _ condition: KeyConditionExpression.Resolved
    ) throws(DynamoDBError) {
        let isInPartition = zip(schema.partitionAttributes, condition.partition).allSatisfy { start[$0.name] == $1 }
        for (sort, predicate) in zip(schema.sortAttributes, condition.sort) {
            guard let value = start[sort.name] else { continue }
            guard predicate.holds(for: value) else { throw .validation(Messages.startKeyAgainstRange) }
            guard isInPartition else { throw .validation(Messages.startKeyCannotRestart) }
        }
        guard isInPartition else { throw .validation(Messages.startKeyOutside) }
    }
}

extension KeyRange {
    /// The keys that satisfy a condition.
    init(_ condition: KeyConditionExpression.Resolved) throws(DynamoDBError) {
        var prefix: [UInt8] = []
        prefix.reserveCapacity(64)
        for value in condition.partition { _ = KeyBytes.append(value, to: &prefix) }
        // All but the last are equalities.
        for case .equal(let value) in condition.sort.dropLast() { _ = KeyBytes.append(value, to: &prefix) }
        self.init(prefix: prefix)
        guard let predicate = condition.sort.last else { return }
        func closed(_ value: AttributeValue) -> [UInt8] {
            var bytes = prefix
            _ = KeyBytes.append(value, to: &bytes)
            return bytes
        }
        switch predicate {
        case .notIndexable: return  // Not reached: such conditions are not resolved.
        case .equal(let value): self = KeyRange(prefix: closed(value))
        case .less(let value): upper = closed(value)
        case .lessOrEqual(let value): upper = KeyBytes.successor(ofPrefix: closed(value))
        case .greater(let value): lower = KeyBytes.successor(ofPrefix: closed(value)) ?? lower
        case .greaterOrEqual(let value): lower = closed(value)
        case .between(let low, let high):
            lower = closed(low)
            upper = KeyBytes.successor(ofPrefix: closed(high))
        case .beginsWith(let value):
            var bytes = prefix
            _ = KeyBytes.appendOpen(value, to: &bytes)
            self = KeyRange(prefix: bytes)
        }
    }

    /// Leaves out everything up to a position, in the direction of reading.
    mutating func begin(after position: [UInt8], isForward: Bool) {
        if isForward {
            let next = KeyBytes.next(after: position)
            if lower.lexicographicallyPrecedes(next) { lower = next }
        } else if upper == nil || position.lexicographicallyPrecedes(upper!) {
            upper = position
        }
    }
}
