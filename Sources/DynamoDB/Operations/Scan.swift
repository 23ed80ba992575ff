/// Reads a table or an index page by page, whole or in segments.
enum Scan {
    static let operation: Operation = Operation(
        "Scan",
        supported: [
            "TableName", "IndexName", "FilterExpression", "ProjectionExpression", "ExpressionAttributeNames",
            "ExpressionAttributeValues", "Select", "Limit", "ExclusiveStartKey", "ConsistentRead", "Segment",
            "TotalSegments", "ReturnConsumedCapacity", "AttributesToGet", "ScanFilter", "ConditionalOperator",
        ],
        handle: handle)

    /// Reads the request, carries it out, writes the answer.
    private static func handle(
        _ engine: Engine, _: RequestContext, _ reader: inout JSONReader, _ output: inout [UInt8]
    ) throws(DynamoDBError) -> LongOperation? {
        var request = ReadRequest()
        try request.read(&reader, operation)
        let (filter, projection) = try validate(&request, engine.parsed)
        let table = try engine.table(request.tableName!)
        let index = try request.index(of: table)
        try request.checkStartKeyCount(table, index, isQuery: false)
        if let index { try request.checkStartKey(has: index.schema.key.attributes[...]) }
        let readsTable = try request.checkProjection(projection, index, table)
        let start = try request.startPosition(table, index)
        var plan = LongRead.Plan(operation: .scan, table: table, index: index, range: .all)
        plan.segment = segment(request)
        if let start {
            if let segment = plan.segment, !segment.contains(Int64(start.hash)) {
                throw .validation(Messages.startKeySegment(request.segment!, of: request.totalSegments!))
            }
            plan.range.lower = KeyBytes.next(after: start.bytes)
        }
        try table.checkScalarKeys(projection?.paths)
        try table.checkScalarKeys(filter?.paths)
        plan.limit = request.limit
        plan.filter = filter
        plan.projection = projection
        plan.isCount = request.isCount
        plan.readsTable = readsTable
        plan.isConsistent = request.isConsistent
        plan.level = ConsumedCapacity.Level(request.returnConsumedCapacity)
        if index == nil { plan.partitions = ScannedPartitions(of: table.schema, segment: plan.segment) }
        let read = LongRead(plan)
        return try read.step(on: engine, into: &output) ? read : nil
    }

    /// What can be checked without the table, in AWS's order.
    private static func validate(
        _ request: inout ReadRequest, _ parsed: ParsedExpressions
    ) throws(DynamoDBError) -> (ConditionExpression?, ProjectionExpression?) {
        let (limit, segment, total) = (request.limit, request.segment, request.totalSegments)
        try request.checkShape(filter: "scanFilter") { violations in
            if let limit, limit < 1 { violations.add("\(limit)", at: "limit", Messages.minValue(1)) }
            if let segment, segment < 0 { violations.add("\(segment)", at: "segment", Messages.minValue(0)) }
            if let segment, segment > 999_999 {
                violations.add("\(segment)", at: "segment", Messages.maxValue(999_999))
            }
            if let total, total < 1 { violations.add("\(total)", at: "totalSegments", Messages.minValue(1)) }
            if let total, total > 1_000_000 {
                violations.add("\(total)", at: "totalSegments", Messages.maxValue(1_000_000))
            }
        }
        try request.unread.check(operation)
        try request.checkKinds(filter: "ScanFilter")
        try request.checkPlaceholders("FilterExpression is")
        let legacyProjection = try request.compileAttributesToGet()
        let legacyFilter = try request.compileLegacyFilter()
        try request.checkStartKeyValues()
        switch (segment, total) {
        case (nil, .some): throw .validation(Messages.segmentMissing)
        case (.some, nil): throw .validation(Messages.totalSegmentsMissing)
        case (let segment?, let total?) where segment >= total:
            throw .validation(Messages.segmentTooLarge(segment, of: total))
        default: break
        }
        try request.attributes.validate()
        let filter = try request.filter.map { (text) throws(DynamoDBError) in
            try ConditionExpression(parsing: text, parameter: "FilterExpression", &request.attributes, parsed)
        }
        let projection = try request.projection.map { (text) throws(DynamoDBError) in
            try ProjectionExpression(parsing: text, &request.attributes, parsed)
        }
        try request.attributes.checkAllUsed()
        try request.checkSelect()
        return (filter ?? legacyFilter, projection ?? legacyProjection)
    }

    /// The places of the segment: an equal share of all places, so that segments are disjoint and together everything.
    static func segment(_ request: ReadRequest) -> Range<Int64>? {
        guard let segment = request.segment, let total = request.totalSegments, total > 1 else { return nil }
        let places = Int64(1) << 32
        return (Int64(segment) * places / Int64(total))..<(Int64(segment + 1) * places / Int64(total))
    }
}
