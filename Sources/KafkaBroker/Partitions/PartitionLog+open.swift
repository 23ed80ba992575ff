import KafkaWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension PartitionLog {
    private var metadataPath: String { directory + "/partition.metadata" }
    private var epochsPath: String { directory + "/leader-epoch-checkpoint" }

    /// Reads what is on disk, if anything is.
    func open(_ shutdown: Shutdown, logStartOffset: Int64, now: Int64) throws(StorageError) {
        guard disk.isDirectory(directory) else { return }
        if let found = storedTopicID(), found != topicID {
            // A topic of this name was deleted, and the process died before its directories were renamed.
            try setAside(found)
            return
        }
        let swapped = try finishSwaps()
        let names = disk.names(in: directory)
        for offset in names.compactMap({ Segment.offset(ofName: $0, ".log") }).sorted() {
            segments.append(try Segment(baseOffset: offset, directory: directory, openFiles: openFiles, now: now))
        }
        for segment in segments where swapped.contains(segment.baseOffset) {
            _ = try segment.recover(fully: true, indexIntervalBytes: configuration.indexIntervalBytes)
        }
        guard let first = segments.first else {
            if logStartOffset > 0 { try begin(at: logStartOffset, now: now) }
            highWatermark = logEndOffset
            readableEnd = (logEndOffset, 0)
            return
        }
        self.logStartOffset = max(first.baseOffset, logStartOffset)
        try openSegments(shutdown)
        if shutdown != .clean, durability == .full { try secure() }
        if logEndOffset < self.logStartOffset { try begin(at: self.logStartOffset, now: now) }
        try loadEpochs()
        try loadProducers(names, shutdown: shutdown, now: now)
        highWatermark = logEndOffset
        readableEnd = (segments[segments.count - 1].baseOffset, segments[segments.count - 1].size)
    }

    /// Waits until what was found is on the disk. A process that died before its fsync has left records that consumers read from now on:
    /// a loss of power must not take them back.
    private func secure() throws(StorageError) {
        for segment in segments { try segment.sync() }
        guard disk.syncDirectory(directory) == 0 else { throw StorageError("sync", directory) }
    }

    /// Begins anew at `offset`: the machine has lost all records that were not deleted.
    private func begin(at offset: Int64, now: Int64) throws(StorageError) {
        segments.forEach { $0.remove() }
        segments = []
        logEndOffset = offset
        _ = try beginSegment(now: now)
    }

    private func openSegments(_ shutdown: Shutdown) throws(StorageError) {
        let last = segments.count - 1
        if shutdown == .clean, let end = try segments[last].load() {
            logEndOffset = end
            return
        }
        // A rolled segment is synced in the background: after a loss of power the last two may be torn, else only the
        // last.
        let firstDoubtful = shutdown == .machineCrash ? max(0, last - 1) : last
        for index in firstDoubtful...last {
            let segment = segments[index]
            let sizeBefore = segment.size
            logEndOffset = try segment.recover(
                fully: shutdown == .machineCrash, indexIntervalBytes: configuration.indexIntervalBytes)
            // Compaction leaves gaps; elsewhere one says that records are lost, and those behind it were not answered for.
            let next = index < last ? segments[index + 1].baseOffset : logEndOffset
            let isBroken =
                segment.size < sizeBefore || next < logEndOffset || next > logEndOffset && !configuration.isCompacted
            if isBroken, index < last {
                segments[(index + 1)...].forEach { $0.remove() }
                segments.removeSubrange((index + 1)...)
                break
            }
        }
    }

    /// The topic id in `partition.metadata`; nil when there is none.
    private func storedTopicID() -> UUID? {
        guard let bytes = disk.contents(of: metadataPath) else { return nil }
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where line.hasPrefix("topic_id: ") {
            return UUID(String(line.dropFirst("topic_id: ".count)))
        }
        return nil
    }

    /// Gives the directory of an older topic of the same name the name of a deleted one, which is removed at the next
    /// start.
    private func setAside(_ id: UUID) throws(StorageError) {
        let target = PartitionLog.deletedName(name, id)
        let parent = directory.dropLast(name.count)
        guard disk.rename(directory, to: parent + target) == 0 else {
            throw StorageError("rename", directory)
        }
    }

    /// The name that a deleted partition's directory gets, within the 255 bytes of a file name.
    static func deletedName(_ name: String, _ id: UUID) -> String {
        let suffix = "." + String(id.high, radix: 16) + String(id.low, radix: 16) + "-delete"
        return String(name.prefix(255 - suffix.utf8.count)) + suffix
    }

    /// Makes the directory with its metadata before the first batch.
    func makeDirectory() throws(StorageError) {
        try disk.create(directory)
        let root = String(directory.dropLast(name.utf8.count + 1))
        if durability == .full, disk.syncDirectory(root) != 0 { throw StorageError("sync", root) }
        let text = "version: 0\ntopic_id: \(topicID)"
        try disk.replace(metadataPath, with: Array(text.utf8), sync: durability == .full)
    }

    // MARK: Leader epochs

    private func loadEpochs() throws(StorageError) {
        if let bytes = disk.contents(of: epochsPath),
            let found = LeaderEpochs(text: String(decoding: bytes, as: UTF8.self))
        {
            epochs = found
        }
        if epochs.truncate(toEnd: logEndOffset) { try writeEpochs() }
    }

    /// Notes that the current epoch begins with the next record, when it does.
    func assignEpoch() throws(StorageError) {
        let before = epochs
        guard epochs.assign(leaderEpoch, startOffset: logEndOffset) else { return }
        do throws(StorageError) {
            try writeEpochs()
        } catch {
            epochs = before
            throw error
        }
    }

    func writeEpochs() throws(StorageError) {
        try disk.replace(epochsPath, with: Array(epochs.text.utf8), sync: durability == .full)
    }

    // MARK: Producer state

    /// The end of the log that is read again to know more than the last batch of each producer.
    private static let windowBytes = 1 << 20
    /// A snapshot is written at least this often, so that a start after a crash reads no more.
    static let snapshotIntervalBytes = 32 << 20

    private func loadProducers(_ names: [String], shutdown: Shutdown, now: Int64) throws(StorageError) {
        // Records that were deleted, and are there, tell of producers too: a batch that comes again is known by them.
        var from = segments.first?.baseOffset ?? logStartOffset
        for offset in names.compactMap({ Segment.offset(ofName: $0, ".snapshot") }).sorted(by: >) {
            let path = directory + "/" + Segment.name(offset, ".snapshot")
            guard offset <= logEndOffset, let bytes = disk.contents(of: path),
                let state = ProducerSnapshot.decode(bytes)
            else {
                disk.unlink(path)
                continue
            }
            producers = state
            from = offset
            snapshotOffset = offset
            break
        }
        producers.expire(now: now, expirationMillis: configuration.producerIDExpirationMillis)
        if !producers.isEmpty, let active, from >= active.baseOffset { try fillWindows(active, before: from) }
        try replayProducers(from: from)
        if shutdown != .clean { writeSnapshot(now: now) }
    }

    private func fillWindows(_ active: Segment, before offset: Int64) throws(StorageError) {
        var tail = ProducerState()
        let start = try active.offsetIndex.floor(position: max(0, active.size - Self.windowBytes))?.position ?? 0
        _ = try active.scan(from: start) { (batch, _) in
            guard batch.baseOffset < offset else { return false }
            tail.update(batch)
            return true
        }
        producers.fillWindows(from: tail)
    }

    private func replayProducers(from offset: Int64) throws(StorageError) {
        for (index, segment) in segments.enumerated() {
            if index + 1 < segments.count, segments[index + 1].baseOffset <= offset { continue }
            guard logEndOffset > offset else { return }
            let start = try segment.offsetIndex.floor(offset: offset)?.position ?? 0
            _ = try segment.scan(from: start) { (batch, _) in
                if batch.baseOffset >= offset { producers.update(batch) }
                return true
            }
        }
    }

    /// Writes the producer state at the log's end and removes older snapshots that no segment begins with. It is only a
    /// help for the next start, as long as no segment goes: a failure leaves it to the scan. False when it could not be written.
    @discardableResult
    func writeSnapshot(now: Int64) -> Bool {
        producers.expire(now: now, expirationMillis: configuration.producerIDExpirationMillis)
        let path = directory + "/" + Segment.name(logEndOffset, ".snapshot")
        guard (try? disk.replace(path, with: ProducerSnapshot.encode(producers), sync: durability == .full)) != nil
        else { return false }
        bytesSinceSnapshot = 0
        snapshotOffset = logEndOffset
        for name in disk.names(in: directory) {
            guard let offset = Segment.offset(ofName: name, ".snapshot"), offset != logEndOffset,
                !segments.contains(where: { $0.baseOffset == offset })
            else { continue }
            disk.unlink(directory + "/" + name)
        }
        return true
    }
}
