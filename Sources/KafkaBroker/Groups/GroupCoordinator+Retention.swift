import KafkaWire

/// How far the look at all groups' offsets has come, which happens every `offsets.retention.check.interval.ms`.
struct RetentionRound {
    /// When the next look is due, by the clock that only runs forward.
    private(set) var nextMillis: Int64 = .max
    /// The groups that this look has still to come to, the next one last.
    var left: [GroupID] = []

    /// How many groups are looked at between two requests.
    static let sliceLength = 128

    mutating func begins(at millis: Int64) { nextMillis = millis }
}

// Offsets that nobody uses are given up.
extension GroupCoordinator {
    /// When offsets are looked at next: at once (0) in the middle of a look; nil while there is nothing to look at.
    var nextRetentionCheck: Int64? {
        guard !groups.isEmpty else { return nil }
        return retention.left.isEmpty ? retention.nextMillis : 0
    }

    /// Looks at some groups' offsets if it is time.
    func checkRetention(at now: Moment) {
        if retention.left.isEmpty {
            guard !groups.isEmpty, retention.nextMillis <= now.steadyMillis else { return }
            retention.left = groups.keys.sorted().reversed()
            retention.begins(at: now.steadyMillis + configuration.offsetsRetentionCheckIntervalMillis)
        }
        for id in retention.left.suffix(RetentionRound.sliceLength).reversed() { giveUpExpired(id, at: now) }
        retention.left.removeLast(min(RetentionRound.sliceLength, retention.left.count))
    }

    private func giveUpExpired(_ id: GroupID, at now: Moment) {
        guard let group = groups[id] else { return }
        let tombstones = group.tombstonesOfExpired(
            at: now.wallMillis, retentionMillis: configuration.offsetsRetentionMillis)
        // What cannot be written now is found by the next look.
        guard !tombstones.isEmpty, (try? log.append(tombstones, of: id, at: now.wallMillis)) != nil else { return }
        for tombstone in tombstones { groups[id]?.replay(tombstone) }
        if groups[id]?.state == .dead { groups[id] = nil }
        forgetIfUnused(id)
    }
}
