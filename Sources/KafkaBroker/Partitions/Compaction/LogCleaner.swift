/// Compacts logs, the one that needs it most first, one at a time; rests for `log.cleaner.backoff.ms` when none does
/// (Kafka's `LogCleaner`).
package final class LogCleaner: BrokerPart {
    private unowned let broker: Broker
    /// When to look next; nil while a log is being compacted.
    private var nextMillis: Int64?

    init(broker: Broker, now: Int64) {
        self.broker = broker
        if broker.configuration.logCleanerEnable { nextMillis = now + broker.configuration.logCleanerBackoffMillis }
    }

    package var nextDeadlineMillis: Int64? { nextMillis }

    package func advance(to now: Int64) {
        guard let next = nextMillis, now >= next else { return }
        nextMillis = now + broker.configuration.logCleanerBackoffMillis
        var filthiest: (log: PartitionLog, range: DirtyRange)?
        for log in broker.logs.openLogs where log.configuration.isCompacted {
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
            self?.nextMillis = now
        }
    }

    package func disconnected(_ client: ClientID) {}
}
