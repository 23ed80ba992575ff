/// Compacts logs, the one that needs it most first, one at a time; rests for `log.cleaner.backoff.ms` when none does
/// (Kafka's `LogCleaner`).
package final class LogCleaner: BrokerPart {
    private unowned let broker: Broker
    /// When to look next, by the clock that only runs forward; nil while a log is being compacted.
    private var nextMillis: Int64?

    init(broker: Broker, now: Int64) {
        self.broker = broker
        if broker.configuration.logCleanerEnable { rest(from: now) }
    }

    package var isMeasuredSteadily: Bool { true }

    private func rest(from now: Int64) {
        nextMillis = Deadline.after(max(1, broker.configuration.logCleanerBackoffMillis), from: now)
    }

    package var nextDeadlineMillis: Int64? { nextMillis }

    package func advance(to steady: Int64) {
        guard let next = nextMillis, steady >= next else { return }
        rest(from: steady)
        // How old a record is, the clock of the day says.
        let now = broker.now
        var filthiest: (log: PartitionLog, range: DirtyRange)?
        for log in broker.logs.compactedLogs {
            _ = try? log.deleteOldSegments(now: now, limit: 16)
            guard let range = (try? log.dirtyRange(checkpoint: broker.logs.cleanerOffset(of: log), now: now)) ?? nil,
                range.isWorthCleaning(log.configuration)
            else { continue }
            // Between equals the name decides, so that the order does not depend on chance.
            if let other = filthiest, (range.ratio, other.log.name) <= (other.range.ratio, log.name) { continue }
            filthiest = (log, range)
        }
        guard let filthiest else { return }
        nextMillis = nil
        filthiest.log.compact(
            filthiest.range, bufferBytes: broker.configuration.logCleanerDedupeBufferBytes, now: now
        ) { [unowned broker, weak self] end in
            if let end { broker.logs.note(compacted: filthiest.log, to: end) }
            // There may be more to do.
            self?.nextMillis = steady
        }
    }

    package func disconnected(_ client: ClientID) {}
}
