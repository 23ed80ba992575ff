import DynamoDB

extension TablesWorld {
    /// A request of this kind, as a client may send it.
    func request(_ kind: String, _ random: inout SeededRandom) -> TablesRequest {
        let table = random.pick(TableShape.allCases)
        switch kind {
        case "batch":
            return .batch(
                distinct(&random).map { write in
                    var write = write
                    write.condition = .none
                    if case .put = write.action { return write }
                    write.action = .delete
                    return write
                })
        case "transact":
            var writes = distinct(&random)
            for index in writes.indices where random.once(in: 6) && writes[index].condition != .none {
                writes[index].action = .check
            }
            return .transact(writes, token: random.once(in: 3) ? nil : "token-\(random.next())")
        case "get": return .get(table, key(table, &random))
        case "query":
            return .query(
                table, partition: "p\(random.below(4))", isForward: random.once(in: 2), limit: 1 + random.below(8))
        case "scan": return .scan(table, random.once(in: 3) ? nil : random.pick(IndexShape.allCases))
        case "create-table": return .createTable(table, Set(IndexShape.allCases.filter { _ in random.once(in: 3) }))
        case "delete-table": return .deleteTable(table)
        case "create-index": return .createIndex(table, random.pick(IndexShape.allCases))
        case "delete-index": return .deleteIndex(table, random.pick(IndexShape.allCases))
        case "time-to-live": return .setTimeToLive(table, random.once(in: 2))
        default: return .write(write(&random))
        }
    }

    private func key(_ table: TableShape, _ random: inout SeededRandom) -> ItemKey {
        ItemKey(partition: "p\(random.below(table == .plain ? 30 : 4))", sort: table == .plain ? 0 : random.below(8))
    }

    private func write(_ random: inout SeededRandom) -> ItemWrite {
        let table = random.pick(TableShape.allCases)
        let action: ItemWrite.Action =
            switch random.below(8) {
            case 0: .delete
            case 1, 2, 3:
                .add(
                    1 + random.below(9),
                    group: random.once(in: 3) ? (random.once(in: 2) ? .removed : .set("g\(random.below(3))")) : .asItIs)
            default: .put(item(&random))
            }
        let condition: ItemWrite.Condition =
            switch random.below(9) {
            case 0: .exists
            case 1: .absent
            case 2: .value(random.below(6))
            default: .none
            }
        return ItemWrite(table: table, key: key(table, &random), action: action, condition: condition)
    }

    private func item(_ random: inout SeededRandom) -> ModelItem {
        var item = ModelItem()
        if !random.once(in: 3) { item.group = "g\(random.below(3))" }
        if !random.once(in: 3) { item.number = random.below(12) - 4 }
        if random.once(in: 2) { item.value = random.below(6) }
        if random.once(in: 6) { item.expires = now / 1000 + Int64(random.below(200)) - 40 }
        if random.once(in: 2) { item.fill = 1 + random.below(random.once(in: 2) ? 30_000 : 400) }
        return item
    }

    /// Writes of items that differ.
    private func distinct(_ random: inout SeededRandom) -> [ItemWrite] {
        var seen: Set<String> = []
        return (0...random.below(5)).map { _ in write(&random) }.filter {
            seen.insert("\($0.table.rawValue) \($0.key.partition) \($0.key.sort)").inserted
        }
    }

    // MARK: - Sending

    /// Sends a request, and lets the turn end or not.
    func submit(_ request: TablesRequest, _ random: inout SeededRandom) throws {
        try restartIfDead()
        guard isAskable(request) else { return }
        recent.append(request)
        if recent.count > 12 { recent.removeFirst() }
        requestCount += 1
        outstanding.insert(requestCount)
        if case .transact(_, .some) = request { unanswered.append(request) }
        if unanswered.count > 6 { unanswered.removeFirst() }
        try execute(request, number: requestCount)
        if bug == .applyTwice, case .write(let write) = request, case .add = write.action, random.once(in: 4) {
            var output: [UInt8] = []
            _ = try? begin(request, into: &output)
        }
        if random.once(in: 3) { try endTurn() }
    }

    /// A token that is as old as tokens get may be known or not, as the clock has been set: no client asks for such a thing.
    private func isAskable(_ request: TablesRequest) -> Bool {
        guard case .transact(_, let token?) = request, let known = current.tokens[token] else { return true }
        return known.createdMillis + 600_000 > max(now, latestStep)
    }

    private func begin(_ request: TablesRequest, into output: inout [UInt8]) throws(DynamoDBError) -> LongOperation? {
        let name = request.operation
        let operation = Operations.all.first { $0.name == name }!
        let body = Array(request.body.utf8)
        let context = RequestContext(now: now, region: "eu-north-1")
        var result: Result<LongOperation?, DynamoDBError> = .success(nil)
        body.withUnsafeBytes { bytes in
            do throws(DynamoDBError) {
                result = .success(try engine!.begin(operation, body: bytes, context: context, into: &output))
            } catch {
                result = .failure(error)
            }
        }
        return try result.get()
    }

    private func execute(_ request: TablesRequest, number: Int) throws {
        var next = current
        let expected = next.apply(request, now: now)
        let failuresBefore = disk.failureCount
        var output: [UInt8] = []
        do throws(DynamoDBError) {
            if let operation = try begin(request, into: &output) {
                guard case .scan(let shape, let index) = request, expected == .scan else {
                    throw failure(request, "takes several turns")
                }
                let scan = LongScan(shape, index, of: current)
                long.append(PendingScan(request: number, operation: operation, scan: scan))
                return
            }
        } catch {
            trace.note(error.kind.rawValue)
            if disk.isDead { return }
            try checkRefusal(error, of: request, expected, hasFailed: disk.failureCount > failuresBefore)
            answer(number, error.kind.rawValue)
            return
        }
        if disk.isDead { return take(next, request) }
        trace.note(output)
        try checkAnswer(output, of: request, expected)
        take(next, request)
        answer(number, "200")
    }

    private func failure(_ request: TablesRequest, _ text: String) -> DynamoDBError {
        .validation("\(request.operation) \(request.body) \(text)")
    }

    /// The model after a request that was carried out.
    private func take(_ next: TablesModel, _ request: TablesRequest) {
        let before = current
        current = next
        for scan in long.map(\.scan) {
            scan.noteTables(next)
            for write in request.writes where write.table == scan.shape {
                scan.noteChange(from: before, to: next, key: write.key)
            }
        }
    }

    private func checkRefusal(
        _ error: DynamoDBError, of request: TablesRequest, _ expected: ExpectedAnswer, hasFailed: Bool
    ) throws {
        let text =
            "\(request.operation) \(request.body) is answered with \(error.kind.rawValue): \(error.message ?? "")"
        if error.kind == .internalServerError {
            // A turn that has lost its transaction refuses the rest too.
            guard hasFailed || isTurnLost else { throw SimulationFailure(text + ", and nothing has failed") }
            isTurnLost = isTurnLost || engine!.hasWritten
            return
        }
        if case .scan(let shape, let index?) = request, expected == .scan, error.kind == .validation,
            try isBuilding(index, of: shape)
        {
            return
        }
        switch expected {
        case .refused(let kinds), .doneUnless(let kinds):
            guard kinds.contains(error.kind) else { throw SimulationFailure(text) }
        default: throw SimulationFailure(text)
        }
    }

    private func checkAnswer(_ output: [UInt8], of request: TablesRequest, _ expected: ExpectedAnswer) throws {
        guard let answer = JSONText(output) else {
            throw SimulationFailure("the answer is no JSON: \(String(decoding: output, as: UTF8.self))")
        }
        func fail(_ text: String) -> SimulationFailure {
            SimulationFailure("\(request.operation) \(request.body) is answered with \(answer) instead of \(text)")
        }
        switch expected {
        case .done, .doneUnless: break
        case .refused(let kinds): throw fail("\(kinds.map(\.rawValue).sorted())")
        case .item(let member, let item):
            let found = answer[member].flatMap { ItemText.of($0) }
            if found != item { throw fail(item ?? "no item") }
        case .items(let items):
            let found = answer["Items"]?.elements.map { ItemText.of($0) ?? "?" } ?? []
            if found != items { throw fail("\(items)") }
        case .scan:
            guard case .scan(let shape, let index) = request else { return }
            if let fault = LongScan(shape, index, of: current).fault(in: answer["Items"]?.elements ?? []) {
                throw SimulationFailure(fault)
            }
        }
    }
}

extension TablesRequest {
    /// The writes of items in it.
    var writes: [ItemWrite] {
        switch self {
        case .write(let write): [write]
        case .batch(let writes), .transact(let writes, _): writes
        default: []
        }
    }
}
