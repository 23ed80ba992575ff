import KafkaBroker
import KafkaWire

extension BrokerWorld {
    /// The process dies, and another one starts on what the disk has.
    func crash(hasLostPower: Bool) throws {
        trace.note(hasLostPower ? "power loss" : "kill")
        disk.kill()
        forgetProcess()
        try restart(hasLostPower: hasLostPower)
    }

    /// A clean stop and a start.
    func stop() throws {
        guard let broker, !disk.isDead else { return }
        trace.note("stop")
        broker.close(now: now)
        if disk.isDead { return }
        forgetProcess()
        try restart(hasLostPower: false)
    }

    private func forgetProcess() {
        broker?.deliver = { _, _ in }
        broker = nil
        work = []
        waiting = [:]
        gone = []
    }

    private func restart(hasLostPower: Bool) throws {
        disk.restart(hasLostPower: hasLostPower)
        if hasLostPower { files.bootNumber += 1 }
        while broker == nil {
            let failuresBefore = disk.failureCount
            do {
                try open()
            } catch {
                if disk.isDead {
                    disk.restart(hasLostPower: false)
                } else if disk.failureCount > failuresBefore {
                    disk.heal()
                } else {
                    throw SimulationFailure("after a restart: \(error)")
                }
            }
            if disk.isDead { forgetProcess() }
        }
        try check()
    }

    // MARK: - Invariants

    /// Everything that must hold: every partition is read as a whole, every group's offsets.
    func check() throws {
        for partition in PartitionName.all {
            guard try checkLog(partition) else { return }
        }
        for group in ["g0", "g1", "g2"] { try checkOffsets(of: group) }
    }

    /// Where a partition begins; nil when the broker cannot say.
    private func start(of partition: PartitionName) throws -> Int64? {
        var asked = ListOffsets.Request.Topic.Partition()
        asked.partitionIndex = partition.index
        // The earliest offset, in the protocol's numbers.
        asked.timestamp = -2
        var topic = ListOffsets.Request.Topic()
        topic.name = partition.topic.rawValue
        topic.partitions = [asked]
        var request = ListOffsets.Request()
        request.replicaID = -1
        request.topics = [topic]
        var start: Int64?
        try ask(ListOffsets.self, 2, request) { response in
            guard let result = response.topics.first?.partitions.first, result.errorCode == .none else { return }
            start = result.offset
        }
        return start
    }

    /// What a partition holds from an offset on, and its high watermark; nil when the broker cannot read it.
    private func records(
        of partition: PartitionName, from start: Int64
    ) throws -> (found: [Int64: KnownRecord], end: Int64)? {
        var found: [Int64: KnownRecord] = [:]
        var next = start
        while true {
            let offset = next
            var end: Int64?
            try ask(Fetch.self, 11, fetchRequest(partition, from: offset, waitMillis: 0)) { response in
                guard let result = response.responses.first?.partitions.first, result.errorCode == .none else { return }
                end = result.highWatermark
                guard case .bytes(let bytes) = result.records else { return }
                for (place, record) in try BrokerExchange.records(bytes) where place >= offset {
                    found[place] = record
                    next = place + 1
                }
            }
            guard let end, !disk.isDead else { return nil }
            if next == offset { return (found, end) }
        }
    }

    /// Reads a partition as a whole; false when the broker has died or cannot read it for the disk's sake.
    private func checkLog(_ partition: PartitionName) throws -> Bool {
        let failuresBefore = disk.failureCount
        guard let start = try start(of: partition), let (found, end) = try records(of: partition, from: start) else {
            guard disk.isDead || disk.failureCount > failuresBefore || disk.isFull else {
                throw SimulationFailure("\(partition) cannot be read")
            }
            return false
        }
        guard start >= logs[partition]!.deletedBefore else {
            throw SimulationFailure("\(partition) begins at \(start), and was deleted up to further")
        }
        let latest = Dictionary(found.map { ($0.value.key, $0.key) }, uniquingKeysWith: max)
        var model = logs[partition]!
        let deletedBeforeMax = model.deletedBeforeMax
        let fault = model.takeWhole(found) { offset, record in
            guard offset < end || offset < start else { return false }
            switch partition.topic {
            case .aging: return offset < start && record.timestamp < latestNow - SimulatedTopic.retentionMillis
            case .kept: return offset < start && offset < deletedBeforeMax
            case .compacted: return latest[record.key].map { $0 > offset } ?? false
            }
        }
        if let fault { throw SimulationFailure("\(partition): \(fault)") }
        logs[partition] = model
        return true
    }
}
