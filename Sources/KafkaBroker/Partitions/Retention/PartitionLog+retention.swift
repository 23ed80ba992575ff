import KafkaWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension PartitionLog {
    /// Deletes up to `limit` segments that retention gives up, and says how many they were. Their files get `.deleted`
    /// behind their names and go when `file.delete.delay.ms` is over.
    ///
    /// Does nothing while the log is compacted.
    func deleteOldSegments(now: Int64, limit: Int = .max) throws(StorageError) -> Int {
        guard !segments.isEmpty, compaction == nil else { return 0 }
        let count = Retention.deletableCount(
            of: try segments.mapTyped { (segment) throws(StorageError) in
                Retention.Candidate(
                    baseOffset: segment.baseOffset, sizeInBytes: segment.size,
                    largestTimestamp: try segment.largestTimestamp())
            },
            logStartOffset: logStartOffset, highWatermark: highWatermark, logEndOffset: logEndOffset, configuration,
            now: now)
        let deleted = min(count, limit)
        return deleted > 0 ? try deleteSegments(deleted, now: now) : 0
    }

    /// Deletes the first segments; how many could be.
    private func deleteSegments(_ count: Int, now: Int64) throws(StorageError) -> Int {
        // There is always a segment that takes the next batch.
        if count == segments.count { try roll(now: now) }
        try keepProducers(from: segments[count].baseOffset, now: now)
        let deleted = Array(segments[..<giveUp(segments[..<count], now: now)])
        segments.removeFirst(deleted.count)
        hints.removeAll()
        advanceLogStartOffset(to: segments[0].baseOffset)
        for segment in deleted { disk.unlink(directory + "/" + Segment.name(segment.baseOffset, ".snapshot")) }
        return deleted.count
    }

    /// Makes sure that what the segments before `offset` say of producers is known without them, so that a batch of theirs that comes again
    /// is not taken for a new one.
    private func keepProducers(from offset: Int64, now: Int64) throws(StorageError) {
        if producers.isEmpty || snapshotOffset ?? -1 >= offset { return }
        guard writeSnapshot(now: now) else {
            throw StorageError("A snapshot of the producers of \(name) could not be written.")
        }
    }

    /// Forgets idempotent producers that have been silent for `producer.id.expiration.ms`.
    func expireProducers(now: Int64) {
        guard !producers.isEmpty else { return }
        producers.expire(now: now, expirationMillis: configuration.producerIDExpirationMillis)
    }

    /// Renames the files of segments that are no longer to be part of the log, so that they are removed later. Returns how many: those behind
    /// one that has to stay stay as well, else there would be a hole, which a start takes for lost records.
    func giveUp(_ segments: ArraySlice<Segment>, now: Int64) -> Int {
        var paths: [String] = []
        var count = 0
        for segment in segments {
            guard let marked = segment.markDeleted(onFileStep) else { break }
            paths += marked
            count += 1
        }
        if !paths.isEmpty { onGiveUp?(self, paths, now) }
        return count
    }

    /// Closes the active segment and begins the next one.
    private func roll(now: Int64) throws(StorageError) {
        active?.seal()
        let isAtEnd = highWatermark == logEndOffset
        let segment = try beginSegment(now: now)
        if isAtEnd { readableEnd = (segment.baseOffset, 0) }
        writeSnapshot(now: now)
    }

    /// Forgets the records before `offset` (DeleteRecords); their segments go with the next look at retention. Throws
    /// `offsetOutOfRange` behind the high watermark.
    package func deleteRecords(before offset: Int64) throws(KafkaError) {
        guard offset <= highWatermark else { throw .offsetOutOfRange }
        advanceLogStartOffset(to: offset)
    }

    private func advanceLogStartOffset(to offset: Int64) {
        guard offset > logStartOffset else { return }
        logStartOffset = offset
        // Without a segment there is no epoch to cut.
        if epochs.truncate(toStart: offset) { try? writeEpochs() }
        onStartOffset?(self)
    }
}

extension Segment {
    /// The largest timestamp of the records, or the time of the last change when they have none; in milliseconds since
    /// 1970.
    func largestTimestamp() throws(StorageError) -> Int64 {
        if let maxTimestamp { return maxTimestamp.timestamp }
        return try log.use().modifiedMillis()
    }
}

extension Array {
    /// `map` for a body that throws a typed error.
    func mapTyped<T, E: Error>(_ body: (Element) throws(E) -> T) throws(E) -> [T] {
        var result: [T] = []
        result.reserveCapacity(count)
        for element in self { result.append(try body(element)) }
        return result
    }
}
