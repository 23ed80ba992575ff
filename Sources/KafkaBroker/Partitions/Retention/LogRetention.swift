/// Looks at all logs every `log.retention.check.interval.ms` and deletes what retention gives up, in slices between
/// requests; removes given-up files when their delay is over (Kafka's `LogManager.cleanupLogs`).
package final class LogRetention: BrokerPart {
    private unowned let broker: Broker
    private var nextRoundMillis: Int64
    /// The topics that this round has still to look at, the next one last; and the next partition of that.
    private var topics: [Topic] = []
    private var partition: Int32 = 0
    /// The time of the last slice, by the clock that only runs forward, as all of these.
    private var lastMillis: Int64

    /// What one slice may do, as the work of looking at so many short logs: well below a millisecond.
    private static let sliceBudget = 256
    /// What opening a log costs in that measure.
    private static let openingCost = 64
    /// What the deletion of a segment costs in that measure.
    private static let deletionCost = 16

    init(broker: Broker, now: Int64) {
        self.broker = broker
        lastMillis = now
        nextRoundMillis = Deadline.after(broker.configuration.logInitialTaskDelayMillis, from: now)
    }

    package var isMeasuredSteadily: Bool { true }

    package var nextDeadlineMillis: Int64? {
        guard topics.isEmpty else { return lastMillis }
        return min(nextRoundMillis, broker.logs.nextDueMillis ?? .max)
    }

    package func advance(to now: Int64) {
        lastMillis = now
        broker.logs.removeGivenUpFiles(now: now)
        broker.logs.flushDue(now: now)
        if topics.isEmpty, now >= nextRoundMillis {
            topics = broker.catalog.topics.reversed()
            partition = 0
            nextRoundMillis = Deadline.after(
                max(1, broker.configuration.logRetentionCheckIntervalMillis), from: now)
        }
        guard !topics.isEmpty else { return }
        var budget = Self.sliceBudget
        while budget > 0, let topic = topics.last {
            guard topic.hasPartition(partition), broker.catalog.topic(id: topic.id) === topic else {
                topics.removeLast()
                partition = 0
                continue
            }
            // How old a record is, the clock of the day says.
            let cost = look(at: topic, now: broker.now)
            budget -= cost.units
            if cost.isDone { partition += 1 }
        }
        if topics.isEmpty { broker.logs.writeCheckpoints() }
    }

    package func disconnected(_ client: ClientID) {}

    /// Looks at one partition; a log whose files cannot be read is left for the next round.
    private func look(at topic: Topic, now: Int64) -> (units: Int, isDone: Bool) {
        var units = 1
        if broker.logs.openLog(topicID: topic.id, partition: partition) == nil {
            guard broker.logs.canOpenQuickly(topic: topic.name, partition: partition) else { return (units, true) }
            units += Self.openingCost
        }
        guard let log = try? broker.log(topic, partition) else { return (units, true) }
        units += log.segments.count / 8
        log.expireProducers(now: now)
        let limit = Self.sliceBudget / Self.deletionCost
        guard let deleted = try? log.deleteOldSegments(now: now, limit: limit) else { return (units, true) }
        return (units + deleted * Self.deletionCost, deleted < limit)
    }
}
