import KafkaWire

// Offsets that nobody uses are given up after a while (KIP-211), and then the group without members.
extension Group {
    /// From when on an offset without an expiry of its own is unused.
    private enum UnusedSince {
        case commit
        /// The group has been without members since then.
        case millis(Int64)
    }

    /// The tombstones of what is to be given up.
    ///
    /// A group that has members, or had some, keeps the offsets of topics that they read; a group that is empty keeps its offsets as long
    /// after its last member went; a client in no group, as long after its commit.
    ///
    /// - Parameters:
    ///   - now: Milliseconds since 1970.
    ///   - retentionMillis: `offsets.retention.minutes`, in milliseconds.
    func tombstonesOfExpired(at now: Int64, retentionMillis: Int64) -> [GroupRecord] {
        guard state != .dead, pendingMembers.isEmpty else { return [] }
        guard !offsets.isEmpty else { return state == .empty ? [.metadata(nil)] : [] }
        guard let unusedSince = unusedSince else { return [] }
        let subscribed = subscribedTopics
        var tombstones: [GroupRecord] = []
        var keepsSome = false
        for (topic, partitions) in allOffsets {
            guard subscribed?.contains(topic) != true else {
                keepsSome = true
                continue
            }
            for (partition, offset) in partitions {
                if isExpired(offset, unusedSince, at: now, retentionMillis: retentionMillis) {
                    tombstones.append(.offset(TopicPartition(topic: topic, partition: partition), nil))
                } else {
                    keepsSome = true
                }
            }
        }
        if !keepsSome, state == .empty { tombstones.append(.metadata(nil)) }
        return tombstones
    }

    private var unusedSince: UnusedSince? {
        guard protocolType != nil else { return .commit }
        switch state {
        // Records of before version 2 do not tell since when.
        case .empty: return stateTimestamp == -1 ? .commit : .millis(stateTimestamp)
        case .stable: return subscribedTopics == nil ? nil : .commit
        case .preparingRebalance, .completingRebalance, .dead: return nil
        }
    }

    private func isExpired(
        _ offset: CommittedOffset, _ unusedSince: UnusedSince, at now: Int64, retentionMillis: Int64
    ) -> Bool {
        if let expireTimestamp = offset.expireTimestamp { return now >= expireTimestamp }
        let since =
            switch unusedSince {
            case .commit: offset.commitTimestamp
            case .millis(let millis): millis
            }
        let (age, overflow) = now.subtractingReportingOverflow(since)
        return overflow ? since < now : age >= retentionMillis
    }
}
