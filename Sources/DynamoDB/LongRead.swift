import SQLite

/// A Query or a Scan on its way: it evaluates one page, in steps short enough for a turn.
final class LongRead: LongOperation {
    /// What is read and what becomes of it.
    struct Plan {
        /// Query or Scan.
        let operation: Metric.Operation
        let table: Table
        let index: SecondaryIndex?
        /// The keys that are left to look at.
        var range: KeyRange
        var isForward = true
        /// The places of a parallel scan's segment, if it is one.
        var segment: Range<Int64>?
        /// Items to evaluate, at most.
        var limit: Int?
        var filter: ConditionExpression?
        var projection: ProjectionExpression?
        /// Whether the items themselves are wanted, or only how many.
        var isCount = false
        /// Whether a local index's query reads what the index does not hold from the table.
        var readsTable = false
        var isConsistent = false
        /// Of a scan of a table: what it reads of each storage partition.
        var partitions: ScannedPartitions?
        var level = ConsumedCapacity.Level.none
    }

    /// The bytes of a page, before any filter. Source: the developer guide, "Paginating table query results".
    static let pageBytes = 1 << 20
    /// The bytes that one step evaluates: as they are, and with a filter or a projection, which take the items apart.
    static let stepBytes = 256 << 10
    static let stepBytesParsed = 32 << 10
    /// The rows that one step looks at.
    static let stepRows = 4096

    private var plan: Plan
    /// Whether an item, where it is read, is read with all its attributes.
    private let isWhole: Bool
    /// The answer up to its last item so far.
    private var answer: [UInt8] = []
    /// Where the answer says how many items it has: its first two digits are put in when that is known.
    private var countPlace: Int?
    private var count = 0
    private var scanned = 0
    private var bytes = 0
    private var tableUnits = 0.0
    /// The item evaluated last, when the page ended before the keys did.
    private var lastItem: Item?
    private var position: [UInt8] = []
    private var stepStart = 0
    private var stepRowCount = 0

    init(_ plan: consuming Plan) {
        isWhole = plan.index == nil || plan.readsTable || plan.index!.schema.projection == .all
        self.plan = plan
        super.init()
    }

    /// Why a step ended.
    private enum End {
        case keys, page, step
    }

    /// Goes on; whether there is more to do. At the end the answer is appended.
    override func step(on engine: Engine, into output: inout [UInt8]) throws(DynamoDBError) -> Bool {
        if plan.table.isDeleted { throw DynamoDBError(.resourceNotFound, Messages.resourceNotFound) }
        if let index = plan.index, index.isDeleted { throw .validation(Messages.noIndex(index.schema.name)) }
        stepStart = bytes
        stepRowCount = 0
        if countPlace == nil { beginAnswer(in: &output) }
        let end = plan.segment == nil ? try readPage(engine.storage) : try readSegment(engine.storage)
        guard end == .step else {
            endAnswer(on: engine, in: &output)
            return false
        }
        if plan.isForward {
            plan.range.lower = KeyBytes.next(after: position)
        } else {
            plan.range.upper = position
        }
        return true
    }

    // MARK: Rows

    private func readPage(_ storage: Storage) throws(DynamoDBError) -> End {
        try storage.attempt { () throws(SQLiteError) in
            let range = plan.range
            return try range.lower.withBytes { (lower) throws(SQLiteError) in
                guard let upper = range.upper else { return try readPage(from: lower, to: nil) }
                return try upper.withBytes { (upper) throws(SQLiteError) in try readPage(from: lower, to: upper) }
            }
        }
    }

    private func readPage(
        from lower: UnsafeRawBufferPointer, to upper: UnsafeRawBufferPointer?
    ) throws(SQLiteError) -> End {
        let (isForward, isBounded) = (plan.isForward, upper != nil)
        let rows: Statement
        if let index = plan.index {
            rows = try index.statements.page(content: !plan.readsTable, forward: isForward, bounded: isBounded)
        } else {
            rows = try plan.table.statements.page(forward: isForward, bounded: isBounded)
        }
        rows.bind(1, inPlace: lower)
        if let upper { rows.bind(2, inPlace: upper) }
        defer { rows.reset() }
        if plan.index != nil {
            while try rows.step() {
                if let end = try evaluateEntry(rows, size: 0, held: 1) { return end }
            }
            return .keys
        }
        while try rows.step() {
            let size = Int(rows.integer(1))
            plan.partitions?.add(size, key: rows.bytes(0))
            guard let end = evaluate(rows.bytes(2), size: size) else { continue }
            if end == .step { position = Array(rows.bytes(0)) }
            return end
        }
        return .keys
    }

    private func readSegment(_ storage: Storage) throws(DynamoDBError) -> End {
        let segment = plan.segment!
        return try storage.attempt { () throws(SQLiteError) in
            let index = plan.index
            let places: Statement
            if let index {
                places = try index.statements.places(content: !plan.readsTable)
            } else {
                places = try plan.table.statements.places()
            }
            places.bind(1, copying: plan.range.lower)
            defer { places.reset() }
            while try places.step() {
                stepRowCount += 1
                guard segment.contains(places.integer(1)) else {
                    if stepRowCount >= LongRead.stepRows {
                        position = Array(places.bytes(0))
                        return .step
                    }
                    continue
                }
                if index != nil {
                    if let end = try evaluateEntry(places, size: 2, held: 3) { return end }
                    continue
                }
                guard let end = try evaluateItem(at: places.integer(2), key: places.bytes(0)) else { continue }
                if end == .step { position = Array(places.bytes(0)) }
                return end
            }
            return .keys
        }
    }

    /// Evaluates the entry of an index in this row: what is stored with it, or else its item. At the end of a step its key becomes the
    /// position: the row is without it, as a read of few entries would pay for it.
    @inline(__always)
    private func evaluateEntry(_ row: Statement, size: Int32, held: Int32) throws(SQLiteError) -> End? {
        let size = Int(row.integer(size))
        if let content = row.blob(held) { return evaluateEntry(content, size: size, isWhole: true) }
        let items = try plan.table.statements.itemAt()
        items.bind(1, row.integer(held))
        defer { items.reset() }
        guard try items.step() else { return nil }
        if plan.readsTable { addTableUnits(Int(items.integer(0))) }
        return evaluateEntry(items.bytes(1), size: size, isWhole: isWhole)
    }

    private func evaluateEntry(_ json: UnsafeRawBufferPointer, size: Int, isWhole: Bool) -> End? {
        let end = evaluate(json, size: size, isWhole: isWhole)
        if end == .step {
            let item = Item(stored: json)
            position = [plan.index!.schema.key, plan.table.schema.key].flatMap { $0.value(of: item)!.bytes }
        }
        return end
    }

    /// Evaluates the item in this row of the table.
    private func evaluateItem(at row: Int64, key: UnsafeRawBufferPointer) throws(SQLiteError) -> End? {
        let items = try plan.table.statements.itemAt()
        items.bind(1, row)
        defer { items.reset() }
        guard try items.step() else { return nil }
        let size = Int(items.integer(0))
        plan.partitions?.add(size, key: key)
        return evaluate(items.bytes(1), size: size)
    }

    /// Evaluates one item; not nil when the page or the step ends with it. `isWhole` says that it is all that is to be read of it, and
    /// nothing else.
    private func evaluate(_ json: UnsafeRawBufferPointer, size: Int, isWhole: Bool = true) -> End? {
        stepRowCount += 1
        scanned += 1
        bytes += size
        let isParsed = take(json, isWhole: isWhole)
        if scanned == plan.limit || bytes >= LongRead.pageBytes {
            lastItem = Item(stored: json)
            return .page
        }
        let isStepOver =
            bytes - stepStart >= (isParsed ? LongRead.stepBytesParsed : LongRead.stepBytes)
            || stepRowCount >= LongRead.stepRows
        return isStepOver ? .step : nil
    }

    private func addTableUnits(_ itemSize: Int) {
        tableUnits += CapacityUnits.read(itemSize, isConsistent: plan.isConsistent)
    }

    /// Filters, projects and keeps one item; whether it had to be taken apart.
    private func take(_ json: UnsafeRawBufferPointer, isWhole: Bool) -> Bool {
        if plan.filter == nil, plan.projection == nil, isWhole || plan.isCount {
            count += 1
            if !plan.isCount { append(json) }
            return false
        }
        var item = Item(stored: json)
        if !isWhole { item = plan.index!.schema.project(item, tableKey: plan.table.schema.key) }
        if let filter = plan.filter, !filter.evaluate(item) { return true }
        count += 1
        guard !plan.isCount else { return true }
        if plan.projection == nil, isWhole {
            append(json)
        } else {
            if let projection = plan.projection { item = projection.apply(to: item) }
            if count > 1 { answer.append(UInt8(ascii: ",")) }
            JSONWriter.append(to: &answer) { $0.item(item) }
        }
        return true
    }

    @inline(__always)
    private func append(_ json: UnsafeRawBufferPointer) {
        if count > 1 { answer.append(UInt8(ascii: ",")) }
        answer.append(contentsOf: json)
    }

    // MARK: Answer

    /// Begins the answer in the room that `output` has, if it is free, so that an item is copied once.
    private func beginAnswer(in output: inout [UInt8]) {
        if output.isEmpty { swap(&answer, &output) }
        JSONWriter.append(to: &answer) { writer in
            writer.beginObject()
            writer.key("Count")
            countPlace = writer.bytes.count
            // Most pages have as many items as two digits say: then nothing moves when they are put in.
            writer.integer(99)
            guard !plan.isCount else { return }
            writer.key("Items")
            writer.beginArray()
        }
    }

    private func endAnswer(on engine: Engine, in output: inout [UInt8]) {
        let capacity = capacity
        engine.measure(plan.operation, capacity, .read, returnedItems: count)
        let digits = countPlace!..<countPlace! + 2
        if 10..<100 ~= count {
            answer[digits.lowerBound] = UInt8(ascii: "0") + UInt8(count / 10)
            answer[digits.lowerBound + 1] = UInt8(ascii: "0") + UInt8(count % 10)
        } else {
            answer.replaceSubrange(digits, with: String(count).utf8)
        }
        JSONWriter.append(to: &answer) { writer in
            if plan.isCount { writer.endValue() } else { writer.endArray() }
            if let lastItem {
                writer.key("LastEvaluatedKey")
                var key = plan.table.schema.key.attributes(of: lastItem)
                for entry in (plan.index?.schema.key.attributes(of: lastItem) ?? Item()).entries {
                    key[entry.name] = entry.value
                }
                writer.item(key)
            }
            writer.key("ScannedCount")
            writer.integer(scanned)
            capacity.writeMember(plan.level, to: &writer)
            writer.endObject()
        }
        if output.isEmpty { swap(&answer, &output) } else { output += answer }
    }

    private var capacity: ConsumedCapacity {
        let units =
            plan.partitions?.units(isWhole: lastItem == nil, isConsistent: plan.isConsistent)
            ?? CapacityUnits.read(bytes, isConsistent: plan.isConsistent)
        guard let index = plan.index else { return ConsumedCapacity(plan.table, tableUnits: units) }
        var capacity = ConsumedCapacity(plan.table, tableUnits: tableUnits)
        capacity.add(units, to: index)
        return capacity
    }
}
