/// Writes several items, all or none.
enum TransactWriteItems {
    static let operation: Operation = Operation(
        "TransactWriteItems",
        supported: ["TransactItems", "ClientRequestToken", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics"],
        handle: handle)

    /// Reads the request, carries it out, writes the answer.
    private static func handle(
        _ engine: Engine, _ context: RequestContext, _ reader: inout JSONReader, _ output: inout [UInt8]
    ) throws(DynamoDBError) -> LongOperation? {
        var request = Request()
        try request.read(&reader)
        try request.checkShape()
        let expressions = try request.validate(engine.parsed)
        var actions = try request.resolve(engine, expressions)
        guard let token = request.token else {
            try prepare(&actions, engine)
            for index in actions.indices { try actions[index].carryOut(engine) }
            request.answer(actions, isReplay: false, engine, to: &output)
            return nil
        }
        let digest = request.digest
        if let known = try engine.storage.digest(ofToken: token, now: context.now) {
            let sizes = ReplaySizes(in: known, after: digest.count)
            guard known.starts(with: digest), let sizes, sizes.all.count == actions.count else {
                throw DynamoDBError(.idempotentParameterMismatch, Messages.tokenMismatch)
            }
            for index in actions.indices { actions[index].charge(replayOf: sizes.all[index]) }
            request.answer(actions, isReplay: true, engine, to: &output)
            return nil
        }
        try prepare(&actions, engine)
        for index in actions.indices { try actions[index].carryOut(engine) }
        let sizes = ReplaySizes(all: actions.map(\.imageSize))
        try engine.storage.remember(token: token, digest: digest + sizes.bytes, now: context.now)
        request.answer(actions, isReplay: false, engine, to: &output)
        return nil
    }

    /// The items of one transaction, at most. Source: AWS's quotas.
    static let actionsMax = 100
    /// The bytes of a transaction's items together, at most. Source: AWS's quotas.
    static let bytesMax = 4 << 20
    /// The length of a ClientRequestToken, at most. Source: AWS's API reference.
    static let tokenBytesMax = 36

    struct Request {
        var actions: [WriteRequest] = []
        /// The number of elements, with those that hold no action; nil when the member is missing.
        var elementCount: Int?
        /// Whether some element holds no action.
        var lacksAction = false
        /// Whether some element holds several.
        var hasSeveral = false
        var token: Text?
        var returnConsumedCapacity: Text?
        var returnItemCollectionMetrics: Text?
    }

    /// The expressions of one action.
    typealias Expressions = (condition: ConditionExpression?, update: UpdateExpression?)

    /// One action, its table found, its key checked as far as its own values go.
    struct Action {
        let request: WriteRequest
        let expressions: Expressions
        let table: Table
        let target: Item
        /// The key, or why it is none.
        let key: Result<KeyValue, DynamoDBError>
        var old = PutPlan.Old()
        var new: Item?
        var outcome: WriteOutcome?
    }

    /// Decides every action against what is there; nothing is written before all have been decided.
    ///
    /// An empty key, of a table or of an index, is the whole request's error and no action's. Whatever else does not fit the table cancels the transaction before any item is read, and AWS reports the first such action only; what
    /// the items themselves say is reported of every action.
    ///
    /// There is no reason TransactionConflict, nor a TransactionConflictException or TransactionInProgressException: a transaction
    /// is decided and written within one turn of the one thread that owns the tables, so no other request is ever in the middle of
    /// something. Operations that go on over several turns (Query, Scan, BatchGetItem) write nothing, and AWS too lets them read
    /// past a transaction; each of their items is as of one moment.
    private static func prepare(_ actions: inout [Action], _ engine: Engine) throws(DynamoDBError) {
        for index in actions.indices {
            do throws(DynamoDBError) {
                try actions[index].checkAgainstTable()
            } catch {
                throw error.isEmptyKey ? error : DynamoDBError.cancelled(by: error, at: index, of: actions.count)
            }
        }
        var reasons: [DynamoDBError.CancellationReason] = []
        for index in actions.indices {
            do throws(DynamoDBError) {
                try actions[index].decide(engine)
                reasons.append(.none)
            } catch {
                guard let reason = DynamoDBError.CancellationReason(error), !error.isEmptyKey else { throw error }
                reasons.append(reason)
            }
        }
        guard reasons.contains(where: { $0.code != "None" }) else { return }
        for (action, reason) in zip(actions, reasons) where reason.code == "ConditionalCheckFailed" {
            engine.measureFailedCondition(.transactWriteItems, action.table, action.old)
        }
        throw DynamoDBError.cancelled(reasons)
    }

    /// Throws when a transaction has no or too many actions; in the newer words, and alone.
    static func check(actionCount count: Int) throws(DynamoDBError) {
        var violations = Violations()
        if count == 0 { violations.add(Messages.newerConstraint(at: "TransactItems", Messages.minLength(1))) }
        if count > actionsMax {
            violations.add(Messages.newerConstraint(at: "TransactItems", Messages.maxLength(actionsMax)))
        }
        try violations.check()
    }

    /// What a token remembers for its second request, which is charged as reads: of each action, the larger of the item before and
    /// after.
    struct ReplaySizes {
        var all: [Int]

        init(all: [Int]) { self.all = all }

        init?(in bytes: [UInt8], after start: Int) {
            guard bytes.count >= start, (bytes.count - start) % 4 == 0 else { return nil }
            all = stride(from: start, to: bytes.count, by: 4).map { index in
                bytes[index..<(index + 4)].reversed().reduce(0) { $0 << 8 | Int($1) }
            }
        }

        /// Four bytes each, little-endian.
        var bytes: [UInt8] {
            all.flatMap { size in withUnsafeBytes(of: UInt32(clamping: size).littleEndian) { Array($0) } }
        }
    }
}

extension DynamoDBError {
    /// Whether it is about an empty key, of the table or of an index.
    fileprivate var isEmptyKey: Bool {
        kind == .validation && message?.contains("attribute cannot contain an empty") == true
    }
}

extension TransactWriteItems.Request {
    mutating func read(_ reader: inout JSONReader) throws(DynamoDBError) {
        try reader.beginRequest()
        while let key = try reader.nextKey() {
            switch key {
            case "TransactItems": try readActions(&reader)
            case "ClientRequestToken": token = try reader.text()
            case "ReturnConsumedCapacity": returnConsumedCapacity = try reader.text()
            case "ReturnItemCollectionMetrics": returnItemCollectionMetrics = try reader.text()
            default: try reader.skip()
            }
        }
        try reader.end()
    }

    private mutating func readActions(_ reader: inout JSONReader) throws(DynamoDBError) {
        elementCount = 0
        actions = []
        try reader.beginList()
        while try reader.nextElement() {
            elementCount! += 1
            var count = 0
            try reader.beginElementStructure("TransactWriteItem")
            while let key = try reader.nextKey() {
                guard let kind = WriteRequest.Action(rawValue: key.text.string) else {
                    try reader.skip()
                    continue
                }
                count += 1
                var action = WriteRequest(kind)
                try reader.beginStructure(kind.rawValue)
                while let key = try reader.nextKey() {
                    if try !action.read(key, &reader) { try reader.skip() }
                }
                if count == 1 { actions.append(action) }
            }
            if count == 0 { lacksAction = true }
            if count > 1 { hasSeveral = true }
        }
    }

    /// The constraints of the request's shape. The number of actions and the token are checked in the newer words, each alone.
    func checkShape() throws(DynamoDBError) {
        var violations = Violations()
        if let elementCount { try TransactWriteItems.check(actionCount: elementCount) }
        if let token, token.isEmpty {
            violations.add(Messages.newerConstraint(at: "ClientRequestToken", Messages.minLength(1)))
        }
        if let token, token.count > TransactWriteItems.tokenBytesMax {
            violations.add(
                Messages.newerConstraint(
                    at: "ClientRequestToken", Messages.maxLength(TransactWriteItems.tokenBytesMax)))
        }
        try violations.check()
        violations.check(
            returnConsumedCapacity, at: "returnConsumedCapacity", in: Messages.returnConsumedCapacityValues)
        violations.check(
            returnItemCollectionMetrics, at: "returnItemCollectionMetrics",
            in: Messages.returnItemCollectionMetricsValues)
        if elementCount == nil { violations.add(nil, at: "transactItems", Messages.notNull) }
        if lacksAction { violations.add("", at: "transactItems", Messages.noAction) }
        for (number, action) in actions.enumerated() {
            action.checkShape(at: "transactItems.\(number + 1).member", &violations)
        }
        try violations.check()
        if hasSeveral { throw .validation(Messages.exactlyOneAction) }
    }

    /// Checks values and compiles expressions, action by action; what is wrong here is the whole request's error.
    mutating func validate(
        _ parsed: ParsedExpressions
    ) throws(DynamoDBError) -> [TransactWriteItems.Expressions] {
        var expressions: [TransactWriteItems.Expressions] = []
        for index in actions.indices {
            if actions[index].action == .put, try actions[index].target!.get().size > TableSchema.itemBytesMax {
                throw .validation(Messages.itemSize)
            }
            try actions[index].checkPlaceholders(isNewer: false)
            expressions.append(try actions[index].compile(parsed))
            if let update = expressions[index].update, update.statementSize > TableSchema.itemBytesMax {
                throw .validation(Messages.updatedItemSize)
            }
            _ = try actions[index].target!.get()
        }
        return expressions
    }

    /// Finds the tables and keys. An empty key and an item named twice are the whole request's error, a key that does not match the
    /// schema is its action's.
    func resolve(
        _ engine: Engine, _ expressions: [TransactWriteItems.Expressions]
    ) throws(DynamoDBError) -> [TransactWriteItems.Action] {
        var resolved: [TransactWriteItems.Action] = []
        var seen: Set<[UInt8]> = []
        var bytes = 0
        for (request, expressions) in zip(actions, expressions) {
            let table = try engine.table(request.tableName!)
            let target = try request.target!.get()
            let key = Result { () throws(DynamoDBError) in
                try request.action == .put
                    ? table.schema.key.value(ofItem: target) : table.schema.key.value(ofKey: target)
            }
            if case .failure(let error) = key, error.isEmptyKey { throw error }
            if case .success(let value) = key {
                let name = withUnsafeBytes(of: table.id) { Array($0) } + value.bytes
                guard seen.insert(name).inserted else { throw .validation(Messages.manyOperationsOnOneItem) }
            }
            bytes += target.size
            resolved.append(
                .init(request: request, expressions: expressions, table: table, target: target, key: key))
        }
        if bytes > TransactWriteItems.bytesMax { throw .validation(Messages.transactionSize) }
        return resolved
    }

    /// What makes two requests with one token the same: everything that they do.
    var digest: [UInt8] {
        var text: [UInt8] = []
        JSONWriter.append(to: &text) { writer in
            writer.beginArray()
            for action in actions {
                writer.string(action.action.rawValue)
                writer.string(action.tableName ?? "")
                if case .success(let target) = action.target { writer.item(target) }
                writer.string(action.conditionExpression ?? "")
                writer.string(action.updateExpression ?? "")
                writer.string(action.returnOnFailure ?? "")
                action.attributes.write(to: &writer)
            }
            writer.endArray()
        }
        return Digest.of(text)
    }

    // MARK: Answer

    /// Measures what was done, and writes the answer.
    func answer(
        _ actions: [TransactWriteItems.Action], isReplay: Bool, _ engine: Engine, to output: inout [UInt8]
    ) {
        let capacities = ConsumedCapacity.byTable(actions.compactMap(\.outcome?.capacity))
        for capacity in capacities { engine.measure(.transactWriteItems, capacity, isReplay ? .read : .write) }
        let level = ConsumedCapacity.Level(returnConsumedCapacity)
        JSONWriter.append(to: &output) { writer in
            writer.beginObject()
            if level != .none {
                writer.key("ConsumedCapacity")
                writer.beginArray()
                for capacity in capacities {
                    capacity.write(level, direction: isReplay ? .read : .write, to: &writer)
                }
                writer.endArray()
            }
            if returnItemCollectionMetrics == "SIZE" {
                let writes = actions.filter { $0.request.action != .check }
                ItemCollectionMetrics.write(writes.map { ($0.table, $0.target) }, to: &writer)
            }
            writer.endObject()
        }
    }
}

extension TransactWriteItems.Action {
    /// Checks the action's own values against the table.
    func checkAgainstTable() throws(DynamoDBError) {
        let key = try key.get()
        switch request.action {
        case .put:
            try table.checkIndexKeys(of: target, before: nil, isUpdate: false)
        case .update: try UpdatePlan(table: table, key: key, target: target, update: expressions.update).checkTargets()
        case .delete, .check: break
        }
    }

    /// Decides the action against what is there now.
    mutating func decide(_ engine: Engine) throws(DynamoDBError) {
        let key = try key.get()
        let update = UpdatePlan(table: table, key: key, target: target, update: expressions.update)
        old = try update.old(engine)
        if let condition = expressions.condition, !condition.evaluate(old.item) { throw request.failure(old.item) }
        switch request.action {
        case .put: new = target
        case .update: new = try update.outcome(of: old)
        case .delete, .check: break
        }
    }

    /// Writes what was decided. Transactions cost the table twice.
    mutating func carryOut(_ engine: Engine) throws(DynamoDBError) {
        let key = try key.get()
        var outcome: WriteOutcome
        switch request.action {
        case .put: outcome = try PutPlan(table: table, key: key, item: target).write(engine, old)
        case .update:
            let plan = UpdatePlan(table: table, key: key, target: target, update: expressions.update)
            outcome = try plan.write(engine, old, new)
        case .delete: outcome = try DeletePlan(table: table, key: key).write(engine, old)
        case .check:
            let units = CapacityUnits.write(old.stored?.size ?? 0)
            outcome = WriteOutcome(
                table: table, old: nil, new: nil, capacity: ConsumedCapacity(table, tableUnits: units))
        }
        outcome.capacity.tableUnits *= 2
        self.outcome = outcome
    }

    /// The size of the item before or after, whichever is larger.
    var imageSize: Int { max(old.stored?.size ?? 0, new?.size ?? 0) }

    /// What a token's second request costs: a transactional read of what the first one was charged for.
    mutating func charge(replayOf size: Int) {
        let units = CapacityUnits.read(size, isConsistent: true) * 2
        outcome = WriteOutcome(table: table, old: nil, new: nil, capacity: ConsumedCapacity(table, tableUnits: units))
    }
}

extension WriteRequest {
    /// The constraints of an action of a transaction.
    func checkShape(at path: String, _ violations: inout Violations) {
        let member = path + "." + action.rawValue.prefix(1).lowercased() + action.rawValue.dropFirst()
        violations.check(tableName: tableName, at: member + ".tableName")
        if target == nil {
            violations.add(nil, at: member + (action == .put ? ".item" : ".key"), Messages.notNull)
        }
        if action == .update, updateExpression == nil {
            violations.add(nil, at: member + ".updateExpression", Messages.notNull)
        }
        if action == .check, conditionExpression == nil {
            violations.add(nil, at: member + ".conditionExpression", Messages.notNull)
        }
        violations.check(
            returnOnFailure, at: member + ".returnValuesOnConditionCheckFailure", in: Messages.returnOnFailureValues)
    }
}

/// A digest of 128 bits, for telling requests apart; not for secrets.
enum Digest {
    static func of(_ bytes: [UInt8]) -> [UInt8] {
        var a: UInt64 = 0xCBF2_9CE4_8422_2325
        var b: UInt64 = 0x9E37_79B9_7F4A_7C15
        for byte in bytes {
            a = (a ^ UInt64(byte)) &* 0x100_0000_01B3
            b = ((b << 5 | b >> 59) ^ UInt64(byte)) &* 0xFF51_AFD7_ED55_8CCD
        }
        a ^= UInt64(bytes.count)
        a = (a ^ a >> 33) &* 0xC4CE_B9FE_1A85_EC53
        b = (b ^ b >> 29) &* 0xBF58_476D_1CE4_E5B9
        return withUnsafeBytes(of: (a.littleEndian, (b ^ a >> 32).littleEndian)) { Array($0) }
    }
}
