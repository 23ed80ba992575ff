import DynamoDB

/// The turn, as the endpoint has it: the answers of a turn that has written are held, the turn is committed once, then they leave.
extension TablesWorld {
    func answer(_ request: Int, _ text: String) {
        if engine!.hasWritten, bug != .answerBeforeCommit {
            held.append((request, text))
        } else {
            deliver(request, isWrite: engine!.hasWritten)
        }
    }

    private func deliver(_ request: Int, isWrite: Bool) {
        precondition(outstanding.remove(request) != nil, "request \(request) is answered twice")
        if isWrite { isTurnAcknowledged = true }
    }

    /// Commits what the turn wrote, then sends what was held; when the commit fails, errors.
    func endTurn() throws {
        guard let engine, !disk.isDead else { return }
        if engine.hasWritten {
            let failuresBefore = disk.failureCount
            var refusal: DynamoDBError?
            do throws(DynamoDBError) { try engine.commitTurn() } catch { refusal = error }
            // Whether a write that was cut off by the death was the last of the commit, the next start will show.
            if disk.isDead { return }
            if refusal == nil {
                guard !isTurnLost else { throw SimulationFailure("a turn that was lost is committed") }
                turnCommitted()
            } else {
                guard disk.failureCount > failuresBefore || isTurnLost else {
                    throw SimulationFailure("a commit fails, and nothing has failed")
                }
                // One failure was the turn's own; only more of them, or a full disk, can keep its traces in the log.
                if disk.failureCount > failuresBefore + 1 || disk.isFull { refused = current }
                try turnFailed()
            }
            trace.note("turn of \(held.count)")
        }
        let answers = held
        held = []
        for answer in answers { deliver(answer.request, isWrite: false) }
        isTurnAcknowledged = false
        isTurnLost = false
    }

    private func turnCommitted() {
        committed = current
        refused = nil
        for scan in long { scan.scan.turnCommitted() }
        plantTriggers()
    }

    private func turnFailed() throws {
        if isTurnAcknowledged { throw SimulationFailure("a turn is refused that was acknowledged") }
        current = committed
        for scan in long { scan.scan.turnFailed(committed) }
    }

    /// A slice of background work, between two turns; whether there is more.
    @discardableResult
    func slice() throws -> Bool {
        try endTurn()
        try restartIfDead()
        latestStep = max(latestStep, now)
        let hasMore = engine!.step(now: now)
        if !hasMore, !disk.isDead { _ = engine!.settleLog() }
        if disk.isDead { return true }
        try absorbExpired(until: now)
        return hasMore
    }

    /// Goes on with the scan that has waited longest.
    func resume(_ random: inout SeededRandom) throws {
        guard !long.isEmpty, !disk.isDead else { return }
        var pending = long.removeFirst()
        if bug == .forgetWaiter, random.once(in: 2) { return }
        let failuresBefore = disk.failureCount
        do throws(DynamoDBError) {
            if try engine!.resume(pending.operation, into: &pending.body) {
                long.append(pending)
                return
            }
            guard let answer = JSONText(pending.body) else { throw DynamoDBError.validation("no JSON") }
            if let fault = pending.scan.fault(in: answer["Items"]?.elements ?? []) { throw .validation(fault) }
            trace.note(pending.body)
            self.answer(pending.request, "200")
        } catch {
            if disk.isDead { return long.append(pending) }
            try checkRefusal(error, of: pending.scan, hasFailed: disk.failureCount > failuresBefore)
            trace.note(error.kind.rawValue)
            self.answer(pending.request, error.kind.rawValue)
        }
    }

    private func checkRefusal(_ error: DynamoDBError, of scan: LongScan, hasFailed: Bool) throws {
        switch error.kind {
        case .internalServerError where hasFailed || isTurnLost || scan.hasSeenFailedTurn: break
        case .resourceNotFound where scan.mayBeRefused, .validation where scan.mayBeRefused: break
        default: throw SimulationFailure("a scan is answered with \(error.kind.rawValue): \(error.message ?? "")")
        }
    }

    // MARK: - Crashes

    func restartIfDead() throws {
        if disk.isDead { try crash(hasLostPower: false) }
    }

    /// The process dies, and starts again on what the disk has.
    func crash(hasLostPower: Bool) throws {
        trace.note(hasLostPower ? "power loss" : "kill")
        disk.kill()
        long = []
        engine?.close()
        engine = nil
        held = []
        outstanding = []
        var candidates = [committed, current]
        if isTurnAcknowledged { candidates = [current] }
        if let refused { candidates.append(refused) }
        try restart(hasLostPower: hasLostPower, candidates)
    }

    /// A clean stop and a start.
    func stop() throws {
        try endTurn()
        if disk.isDead { return }
        trace.note("stop")
        for pending in long { deliver(pending.request, isWrite: false) }
        long = []
        engine!.close()
        engine = nil
        try restart(hasLostPower: false, [committed] + [refused].compactMap { $0 })
    }

    private func restart(hasLostPower: Bool, _ candidates: [TablesModel]) throws {
        isTurnAcknowledged = false
        isTurnLost = false
        refused = nil
        disk.restart(hasLostPower: hasLostPower)
        while engine == nil {
            let failuresBefore = disk.failureCount
            do {
                try open()
            } catch {
                engine = nil
                // A disk that fails at the start is put right, and the program started again.
                if disk.isDead {
                    disk.restart(hasLostPower: hasLostPower)
                } else if disk.failureCount > failuresBefore {
                    disk.heal()
                } else {
                    throw SimulationFailure("after a restart: \(error)")
                }
            }
        }
        try adopt(candidates)
    }
}
