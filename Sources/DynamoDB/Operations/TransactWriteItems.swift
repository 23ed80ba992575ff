/// Writes several items, all or none.
enum TransactWriteItems {
    static let operation: Operation = Operation(
        "TransactWriteItems",
        supported: ["TransactItems", "ClientRequestToken", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics"],
        handle: handle)

    /// Reads the request, carries it out, writes the answer.
    private static func handle(
        _ engine: Engine, _ context: RequestContext, _ reader: inout JSONReader, _ output: inout [UInt8]
    ) throws(DynamoDBError) -> LongRead? {
        var request = Request()
        try request.read(&reader)
        try request.checkShape()
        let expressions = try request.validate()
        var actions = try request.resolve(engine, expressions)
        if let token = request.token {
            let digest = request.digest
            if let known = try engine.storage.digest(ofToken: token, now: context.now) {
                guard known == digest else {
                    throw DynamoDBError(.idempotentParameterMismatch, Messages.tokenMismatch)
                }
                for index in actions.indices { try actions[index].chargeReplay(engine) }
                request.write(actions, isReplay: true, to: &output)
                return nil
            }
            try prepare(&actions, engine)
            try engine.storage.remember(token: token, digest: digest, now: context.now)
        } else {
            try prepare(&actions, engine)
        }
        for index in actions.indices { try actions[index].carryOut(engine) }
        request.write(actions, isReplay: false, to: &output)
        return nil
    }

    /// The items of one transaction, at most. Source: AWS's quotas.
    static let actionsMax = 100
    /// The bytes of a transaction's items together, at most. Source: AWS's quotas.
    static let bytesMax = 4 << 20

    struct Request {
        var actions: [WriteRequest] = []
        var hasActions = false
        /// Whether some element holds none or several actions.
        var isMalformed = false
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
    private static func prepare(_ actions: inout [Action], _ engine: Engine) throws(DynamoDBError) {
        var reasons: [DynamoDBError.CancellationReason] = []
        for index in actions.indices {
            do throws(DynamoDBError) {
                try actions[index].decide(engine)
                reasons.append(.none)
            } catch {
                switch error.kind {
                case .validation: reasons.append(.init(code: "ValidationError", message: error.message))
                case .conditionalCheckFailed:
                    var item: Item?
                    if case .item(let old) = error.detail { item = old }
                    reasons.append(.init(code: "ConditionalCheckFailed", message: error.message, item: item))
                default: throw error
                }
            }
        }
        guard reasons.contains(where: { $0.code != "None" }) else { return }
        throw DynamoDBError(
            .transactionCanceled, Messages.cancelled(reasons.map(\.code)), detail: .cancellationReasons(reasons))
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
        hasActions = true
        actions = []
        try reader.beginList()
        while try reader.nextElement() {
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
            if count != 1 { isMalformed = true }
        }
    }

    /// The constraints of the request's shape. The number of actions is checked in the newer words.
    func checkShape() throws(DynamoDBError) {
        var violations = Violations()
        guard hasActions else {
            violations.add(nil, at: "transactItems", Messages.notNull)
            return try violations.check()
        }
        if actions.isEmpty, !isMalformed {
            violations.add(Messages.newerConstraint(at: "TransactItems", Messages.minLength(1)))
        }
        if actions.count > TransactWriteItems.actionsMax {
            violations.add(
                Messages.newerConstraint(at: "TransactItems", Messages.maxLength(TransactWriteItems.actionsMax)))
        }
        try violations.check()
        violations.check(
            returnConsumedCapacity, at: "returnConsumedCapacity", in: Messages.returnConsumedCapacityValues)
        violations.check(
            returnItemCollectionMetrics, at: "returnItemCollectionMetrics",
            in: Messages.returnItemCollectionMetricsValues)
        if let token, token.isEmpty { violations.add("", at: "clientRequestToken", Messages.minLength(1)) }
        if let token, token.count > 36 {
            violations.add(token.string, at: "clientRequestToken", Messages.maxLength(36))
        }
        for (number, action) in actions.enumerated() {
            action.checkShape(at: "transactItems.\(number + 1).member", &violations)
        }
        try violations.check()
        if isMalformed { throw .validation(Messages.exactlyOneAction) }
    }

    /// Checks values and compiles expressions; what is wrong here is the whole request's error.
    mutating func validate() throws(DynamoDBError) -> [TransactWriteItems.Expressions] {
        var expressions: [TransactWriteItems.Expressions] = []
        for index in actions.indices {
            try actions[index].checkPlaceholders(isNewer: false)
            let target = try actions[index].target!.get()
            if actions[index].action == .put, target.size > TableSchema.itemBytesMax {
                throw .validation(Messages.itemSize)
            }
            expressions.append(try actions[index].compile())
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
                    ? table.schema.keyValue(ofItem: target) : table.schema.keyValue(ofKey: target)
            }
            if case .failure(let error) = key, error.message?.contains("cannot contain an empty") == true {
                throw error
            }
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

    func write(_ actions: [TransactWriteItems.Action], isReplay: Bool, to output: inout [UInt8]) {
        let level = ConsumedCapacity.Level(returnConsumedCapacity)
        JSONWriter.append(to: &output) { writer in
            writer.beginObject()
            if level != .none {
                writer.key("ConsumedCapacity")
                writer.beginArray()
                for capacity in capacities(actions) {
                    capacity.write(level, direction: isReplay ? .read : .write, to: &writer)
                }
                writer.endArray()
            }
            if returnItemCollectionMetrics == "SIZE" { writeMetrics(actions, to: &writer) }
            writer.endObject()
        }
    }

    /// One for each table, in the order of their first actions.
    private func capacities(_ actions: [TransactWriteItems.Action]) -> [ConsumedCapacity] {
        var all: [ConsumedCapacity] = []
        for action in actions {
            guard let capacity = action.outcome?.capacity else { continue }
            if let index = all.firstIndex(where: { $0.table === capacity.table }) {
                all[index].add(capacity)
            } else {
                all.append(capacity)
            }
        }
        return all
    }

    private func writeMetrics(_ actions: [TransactWriteItems.Action], to writer: inout JSONWriter) {
        var tables: [Table] = []
        for action in actions where !tables.contains(where: { $0 === action.table }) {
            if action.table.indexes.contains(where: { !$0.schema.isGlobal }) { tables.append(action.table) }
        }
        guard !tables.isEmpty else { return }
        writer.key("ItemCollectionMetrics")
        writer.beginObject()
        for table in tables {
            writer.key(text: table.schema.name)
            writer.beginArray()
            for action in actions where action.table === table && action.request.action != .check {
                ItemCollectionMetrics.writeStructure(table, key: action.target, to: &writer)
            }
            writer.endArray()
        }
        writer.endObject()
    }
}

extension TransactWriteItems.Action {
    /// Decides the action against what is there now.
    mutating func decide(_ engine: Engine) throws(DynamoDBError) {
        let key = try key.get()
        let update = UpdatePlan(table: table, key: key, target: target, update: expressions.update)
        switch request.action {
        case .put: try table.schema.checkIndexKeys(of: target, before: nil, isUpdate: false)
        case .update: try update.checkTargets()
        case .delete, .check: break
        }
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

    /// What a token's second request costs: a transactional read of the item.
    mutating func chargeReplay(_ engine: Engine) throws(DynamoDBError) {
        let stored = try engine.storage.item(table, key: key.get().bytes)
        let units = CapacityUnits.read(stored?.size ?? 0, isConsistent: true) * 2
        outcome = WriteOutcome(table: table, old: nil, new: nil, capacity: ConsumedCapacity(table, tableUnits: units))
    }
}

extension WriteRequest {
    /// The constraints of an action of a transaction.
    func checkShape(at path: String, _ violations: inout Violations) {
        let member = path + "." + action.rawValue.prefix(1).lowercased() + action.rawValue.dropFirst()
        if tableName == nil { violations.add(nil, at: member + ".tableName", Messages.notNull) }
        if tableName?.isEmpty == true { violations.add("", at: member + ".tableName", Messages.minLength(1)) }
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
