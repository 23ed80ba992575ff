import KafkaWire

/// Where a batch went.
public struct Appended: Equatable {
    /// The offset of its first record.
    public var baseOffset: Int64
    /// The offset of its last record.
    public var lastOffset: Int64
    /// The broker's time in its records under LogAppendTime, in milliseconds since 1970; else -1.
    public var logAppendTimeMillis: Int64
    /// The first offset that can be read.
    public var logStartOffset: Int64
    /// Whether the batch had been here before, and was not written again.
    public var isDuplicate = false
}

extension PartitionLog {
    /// Appends one batch, which gets its offsets and the leader epoch in place. `now` is in milliseconds since 1970.
    ///
    /// A client's batch is checked as Kafka checks it; what fails is thrown and leaves nothing behind. In
    /// `Broker.Durability.full` the batch is answered for only when `whenDurable` says so.
    public func append(
        _ bytes: UnsafeMutableRawBufferPointer, origin: AppendOrigin, now: Int64
    ) throws(AppendError) -> Appended {
        guard let batch = RecordBatch(at: UnsafeRawBufferPointer(bytes)), batch.bytes.count == bytes.count else {
            throw AppendError(.corruptMessage, "The bytes are not one whole record batch")
        }
        var maxTimestamp = batch.maxTimestamp
        let validation = BatchValidation(topicPartition: name, configuration: configuration, now: now)
        switch origin {
        case .client:
            let outcome = try validation.validate(batch, scratch: &scratch.bytes)
            scratch.shrink()
            maxTimestamp = outcome.maxTimestamp
            if var rebuilt = outcome.rebuilt {
                // The closure cannot throw a typed error, so the outcome comes out as a value.
                let result: Result<Appended, AppendError> = rebuilt.withUnsafeMutableBytes { bytes in
                    do throws(AppendError) {
                        return .success(try store(bytes, origin: origin, maxTimestamp: maxTimestamp, now: now))
                    } catch {
                        return .failure(error)
                    }
                }
                return try result.get()
            }
        case .coordinator:
            try validation.checkSize(bytes.count)
            if configuration.timestampType == .logAppendTime { maxTimestamp = now }
        }
        return try store(bytes, origin: origin, maxTimestamp: maxTimestamp, now: now)
    }

    /// Appends a batch from an array, as `append(_:origin:now:)`; in place, when the caller has let go of it.
    public func append(_ bytes: consuming [UInt8], origin: AppendOrigin, now: Int64) throws(AppendError) -> Appended {
        let result: Result<Appended, AppendError> = bytes.withUnsafeMutableBytes { all in
            do throws(AppendError) {
                return .success(try append(all, origin: origin, now: now))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Gives a checked batch its place and writes it.
    private func store(
        _ bytes: UnsafeMutableRawBufferPointer, origin: AppendOrigin, maxTimestamp: Int64, now: Int64
    ) throws(AppendError) -> Appended {
        guard bytes.count <= configuration.segmentBytes else {
            throw AppendError(
                .recordListTooLarge,
                "Message batch size is \(bytes.count) bytes in append to partition \(name), which exceeds the maximum configured "
                    + "segment size of \(configuration.segmentBytes).")
        }
        guard !hasFailed else {
            throw AppendError(.kafkaStorageError, "The log of \(name) takes no more records: an fsync has failed")
        }
        let batch = RecordBatch(header: UnsafeRawBufferPointer(bytes))
        if origin == .client,
            case .duplicate(let known) = try producers.check(batch, at: logEndOffset, topicPartition: name)
        {
            return Appended(
                baseOffset: known.firstOffset, lastOffset: known.lastOffset, logAppendTimeMillis: known.timestamp,
                logStartOffset: logStartOffset, isDuplicate: true)
        }
        let baseOffset = logEndOffset
        RecordBatchHeader.setMaxTimestamp(maxTimestamp, type: configuration.timestampType, in: bytes)
        RecordBatchHeader.assign(baseOffset: baseOffset, partitionLeaderEpoch: leaderEpoch, in: bytes)
        do throws(StorageError) {
            let segment = try segment(for: batch, maxTimestamp: maxTimestamp, now: now)
            try assignEpoch()
            try segment.append(
                UnsafeRawBufferPointer(bytes), lastOffset: batch.lastOffset, maxTimestamp: maxTimestamp,
                indexIntervalBytes: configuration.indexIntervalBytes)
            if durability == .full || isFlushed { noteUnsynced(try segment.log.use()) }
        } catch {
            throw AppendError(error)
        }
        producers.update(batch)
        logEndOffset = batch.nextOffset
        bytesSinceSnapshot += bytes.count
        if bytesSinceSnapshot >= Self.snapshotIntervalBytes { writeSnapshot(now: now) }
        if mustSync(adding: Int64(batch.count), now: now) {
            bytesUnsynced += bytes.count
            sync()
        } else {
            advanceHighWatermark(bytes.count)
        }
        return Appended(
            baseOffset: baseOffset, lastOffset: batch.lastOffset,
            logAppendTimeMillis: configuration.timestampType == .logAppendTime ? now : RecordBatch.noTimestamp,
            logStartOffset: logStartOffset)
    }

    /// The segment that takes the batch: the active one, or a new one.
    private func segment(for batch: RecordBatch, maxTimestamp: Int64, now: Int64) throws(StorageError) -> Segment {
        guard let active else {
            try makeDirectory()
            return try beginSegment(now: now)
        }
        let isFull = active.shouldRoll(
            adding: batch.bytes.count, lastOffset: batch.lastOffset, maxTimestamp: maxTimestamp, configuration, now: now
        )
        guard isFull || isRollDue, logEndOffset > active.baseOffset else { return active }
        try active.log.mend()
        active.seal()
        if durability == .full { try syncAll(with: active) }
        let rolled = try beginSegment(now: now)
        writeSnapshot(now: now)
        if durability == .process, let files = try? active.files() {
            // Off the loop: what a rolled segment holds is then safe from a loss of power too.
            background.run({ files.allSatisfy { $0.sync() } }, { _ in })
        }
        return rolled
    }

    /// Waits until everything that the next segment comes after is on the disk. A start after a loss of power believes the indexes of older
    /// segments and the snapshot of producers that is written now, and in a compacted log it cannot tell a loss from a gap.
    private func syncAll(with active: Segment) throws(StorageError) {
        for file in try syncing + unsynced + active.files() where !file.sync() {
            hasFailed = true
            throw StorageError("sync", file.path)
        }
    }

    func beginSegment(now: Int64) throws(StorageError) -> Segment {
        // When it fails, its files may be there: the segment before it must take nothing more, and the next batch begins it again.
        isRollDue = true
        let segment = try Segment(baseOffset: logEndOffset, directory: directory, openFiles: openFiles, now: now)
        if durability == .full, disk.syncDirectory(directory) != 0 { throw StorageError("sync", directory) }
        if segments.isEmpty { logStartOffset = logEndOffset }
        segments.append(segment)
        isRollDue = false
        return segment
    }

    // MARK: Durability

    /// Whether `flush.messages` or `flush.ms` bounds what may be lost with the machine.
    private var isFlushed: Bool { configuration.flushMessages < .max || configuration.flushMillis < .max }

    /// Whether records that have just been appended must be on the disk before they count.
    private func mustSync(adding count: Int64, now: Int64) -> Bool {
        guard durability != .full else { return true }
        guard isFlushed else { return isSyncing }
        recordsUnflushed += count
        if isSyncing || recordsUnflushed >= configuration.flushMessages { return true }
        if !awaitsFlush, configuration.flushMillis < .max {
            awaitsFlush = true
            onFlushDue?(self, now)
        }
        return false
    }

    /// Begins an fsync of what `flush.ms` has waited for.
    func flush() {
        awaitsFlush = false
        sync()
    }

    private func advanceHighWatermark(_ count: Int) {
        guard let active else { return }
        highWatermark = logEndOffset
        readableEnd = (active.baseOffset, active.size)
        onAppend?(self, count)
    }

    private func noteUnsynced(_ file: SegmentFile) {
        if unsynced.last !== file { unsynced.append(file) }
    }

    /// Calls `body` when every record before `offset` is durable: at once, or after the next fsync; with false when it
    /// failed.
    public func whenDurable(before offset: Int64, _ body: @escaping (Bool) -> Void) {
        if offset <= highWatermark {
            body(true)
        } else {
            durabilityWaiters.append((offset, body))
        }
    }

    /// Begins an fsync of what was appended, unless one is under way; that one's end begins the next.
    private func sync() {
        guard !isSyncing, !hasFailed, !unsynced.isEmpty, let active else { return }
        isSyncing = true
        recordsUnflushed = 0
        let files = unsynced
        let end = logEndOffset
        let position = (baseOffset: active.baseOffset, position: active.size)
        let count = bytesUnsynced
        (syncing, unsynced) = (unsynced, [])
        bytesUnsynced = 0
        background.run({ files.allSatisfy { $0.sync() } }) { [weak self] isDurable in
            self?.synced(isDurable, end: end, position: position, count: count)
        }
    }

    private func synced(_ isDone: Bool, end: Int64, position: (baseOffset: Int64, position: Int), count: Int) {
        isSyncing = false
        syncing = []
        if !isDone { hasFailed = true }
        // Another one may have failed meanwhile, and the system says so only once.
        let isDurable = !hasFailed
        if isDurable, end > highWatermark {
            highWatermark = end
            readableEnd = position
        }
        // After a failure nobody's turn will come.
        let done = durabilityWaiters.filter { hasFailed || $0.offset <= end }
        durabilityWaiters.removeAll { hasFailed || $0.offset <= end }
        done.forEach { $0.body(isDurable) }
        if isDurable { onAppend?(self, count) }
        sync()
    }
}
