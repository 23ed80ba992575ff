import KafkaWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A segment of a partition's log: batches in a `.log` file, and the two indexes beside it. All three bear the offset
/// of the first record, in twenty digits.
final class Segment {
    let baseOffset: Int64
    let directory: String
    let log: LogFile
    /// The `.log`'s size in bytes.
    private(set) var size = 0
    var offsetIndex: OffsetIndex
    var timeIndex: TimeIndex
    /// The largest timestamp and the last offset of the first batch that has it; nil in an empty segment.
    private(set) var maxTimestamp: TimeIndex.Entry?
    /// Bytes of log from the last indexed batch on, that batch included.
    private var bytesSinceIndexEntry = 0
    /// The largest timestamp of the first batch, from which `segment.ms` counts.
    private var firstTimestamp: Int64?
    /// When this segment was begun or opened, in milliseconds since 1970.
    private let createdMillis: Int64

    /// The name of a file of the segment that begins at `offset`.
    static func name(_ offset: Int64, _ suffix: String) -> String {
        let digits = String(offset)
        return String(repeating: "0", count: max(0, 20 - digits.count)) + digits + suffix
    }

    /// The ends of the names of a segment's files.
    static let suffixes = [".log", ".index", ".timeindex"]

    /// The base offset in a file's name; nil when it is not a name of that suffix.
    static func offset(ofName name: String, _ suffix: String) -> Int64? {
        guard name.hasSuffix(suffix), name.utf8.count == 20 + suffix.utf8.count else { return nil }
        return Int64(name.dropLast(suffix.count))
    }

    /// Opens the segment, or begins it when its files are not there. What an existing one holds is then read by `load`
    /// or `recover`.
    /// `suffix` stands behind the files' names as long as the segment is not in its place.
    init(
        baseOffset: Int64, directory: String, openFiles: OpenFiles, now: Int64, suffix: String = ""
    ) throws(StorageError) {
        self.baseOffset = baseOffset
        self.directory = directory
        createdMillis = now
        func file(_ kind: String) -> LogFile {
            LogFile(path: directory + "/" + Self.name(baseOffset, kind + suffix), openFiles: openFiles)
        }
        log = file(".log")
        offsetIndex = try OffsetIndex(baseOffset: baseOffset, file: file(".index"))
        timeIndex = try TimeIndex(baseOffset: baseOffset, file: file(".timeindex"))
        size = try log.use().size()
        maxTimestamp = timeIndex.last
    }

    /// Whether a batch of `count` bytes with this last offset and timestamp belongs into a new segment (Kafka's
    /// `LogSegment.shouldRoll`).
    func shouldRoll(
        adding count: Int, lastOffset: Int64, maxTimestamp: Int64, _ configuration: LogConfiguration, now: Int64
    ) -> Bool {
        if size > configuration.segmentBytes - count { return true }
        if lastOffset - baseOffset > Int64(Int32.max) { return true }
        let waited =
            if let firstTimestamp, firstTimestamp >= 0 { maxTimestamp &- firstTimestamp } else { now &- createdMillis }
        if size > 0, waited > configuration.segmentMillisMax - jitter(configuration) { return true }
        return offsetIndex.count >= configuration.segmentIndexBytes / OffsetIndex.entryLength
            || timeIndex.count >= configuration.segmentIndexBytes / TimeIndex.entryLength - 1
    }

    /// What `segment.jitter.ms` takes from this segment's age: another number for each segment, the same one at every
    /// look.
    private func jitter(_ configuration: LogConfiguration) -> Int64 {
        let millisMax = min(configuration.segmentJitterMillis, configuration.segmentMillisMax)
        guard millisMax > 0 else { return 0 }
        // FNV-1a over the directory's name and the base offset.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in directory.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ UInt64(bitPattern: baseOffset)) &* 0x100_0000_01B3
        return Int64(hash % UInt64(millisMax))
    }

    /// Writes a batch behind the others. When it cannot be written whole, nothing of it stays.
    func append(
        _ bytes: UnsafeRawBufferPointer, lastOffset: Int64, maxTimestamp: Int64, indexIntervalBytes: Int
    ) throws(StorageError) {
        try log.append(bytes, at: size)
        note(
            size: bytes.count, lastOffset: lastOffset, maxTimestamp: maxTimestamp, at: size,
            indexIntervalBytes: indexIntervalBytes)
        size += bytes.count
    }

    /// Takes a batch at `position` into the indexes.
    private func note(size: Int, lastOffset: Int64, maxTimestamp: Int64, at position: Int, indexIntervalBytes: Int) {
        if position == 0 { firstTimestamp = maxTimestamp }
        if maxTimestamp > self.maxTimestamp?.timestamp ?? RecordBatch.noTimestamp {
            self.maxTimestamp = .init(timestamp: maxTimestamp, offset: lastOffset)
        }
        if bytesSinceIndexEntry > indexIntervalBytes,
            offsetIndex.append(.init(offset: lastOffset, position: position))
        {
            if let largest = self.maxTimestamp { timeIndex.appendIfLater(largest) }
            bytesSinceIndexEntry = 0
        }
        bytesSinceIndexEntry += size
    }

    /// Notes the largest timestamp in the time index, behind the batches that were indexed: retention goes by it.
    func seal() {
        if let maxTimestamp { timeIndex.appendIfLater(maxTimestamp) }
    }

    /// Lets the descriptors go.
    func release() {
        log.release()
        offsetIndex.file.release()
        timeIndex.file.release()
    }

    /// Lets the descriptors go and renames the files to those of a deleted segment; returns the names of those that are there then, to be
    /// removed. Nil when the system lets the `.log` neither be renamed nor removed: it would be taken for part of the log, and so it is.
    func markDeleted(_ onStep: () -> Void) -> [String]? {
        release()
        var paths: [String] = []
        for file in [log, offsetIndex.file, timeIndex.file] {
            if file.rename(to: file.path + Self.deletedSuffix) {
                paths.append(file.path)
            } else if !file.unlinkName(), file === log {
                return nil
            }
            // An index that stays has no `.log`, and the next start removes it. Its name, and one that was removed, may be another file's by
            // the time at which given-up files go.
            onStep()
        }
        return paths
    }

    /// What stands behind the names of a deleted segment's files.
    static let deletedSuffix = ".deleted"

    /// Removes the files.
    func remove() {
        log.remove()
        offsetIndex.file.remove()
        timeIndex.file.remove()
    }

    // MARK: Opening

    /// Reads the end of a segment that was closed cleanly; returns the offset after its last record, or nil when the
    /// files do not fit together and must be recovered.
    func load() throws(StorageError) -> Int64? {
        var next = baseOffset
        var start = 0
        if let last = offsetIndex.last {
            guard last.position < size, last.offset >= baseOffset else { return nil }
            start = last.position
        }
        let indexed = offsetIndex.last
        var fits = true
        let stopped = try scan(from: start) { (batch, position) in
            if position == start, let indexed, batch.lastOffset != indexed.offset { fits = false }
            guard fits, batch.magic == RecordBatch.magic, batch.baseOffset >= next, batch.lastOffsetDelta >= 0 else {
                return false
            }
            if batch.indexedTimestamp > maxTimestamp?.timestamp ?? RecordBatch.noTimestamp {
                maxTimestamp = .init(timestamp: batch.indexedTimestamp, offset: batch.lastOffset)
            }
            next = batch.nextOffset
            return true
        }
        guard fits, stopped == size else { return nil }
        bytesSinceIndexEntry = size - start
        try loadFirstTimestamp()
        return next
    }

    /// Checks every batch from the last but one indexed one on (from the first one when `fully` is set or the index is
    /// no good), cuts off what does not hold together, and builds the indexes for that part anew. Returns the offset
    /// after the last record.
    ///
    /// The last but one, because the process may have died between the two indexes' entries for the last.
    func recover(fully: Bool, indexIntervalBytes: Int) throws(StorageError) -> Int64 {
        let kept = fully ? 0 : max(0, offsetIndex.count - 1)
        try offsetIndex.truncate(to: kept)
        let start = offsetIndex.last
        var times = timeIndex.count
        if let start {
            while times > 0, try timeIndex.entry(times - 1).offset > start.offset { times -= 1 }
        } else {
            times = 0
        }
        try timeIndex.truncate(to: times)
        maxTimestamp = timeIndex.last
        bytesSinceIndexEntry = 0

        var next = baseOffset
        var fits = true
        let first = start?.position ?? 0
        var end = first
        if first < size {
            end = try scan(from: first, whole: true) { (batch, position) in
                if position == first, let start, batch.lastOffset != start.offset {
                    fits = false
                    return false
                }
                guard batch.magic == RecordBatch.magic, batch.baseOffset >= next, batch.lastOffsetDelta >= 0,
                    batch.lastOffset - baseOffset <= Int64(Int32.max), batch.isChecksumValid
                else { return false }
                note(
                    size: batch.bytes.count, lastOffset: batch.lastOffset, maxTimestamp: batch.indexedTimestamp,
                    at: position,
                    indexIntervalBytes: indexIntervalBytes)
                if position == first, start != nil, let maxTimestamp { timeIndex.appendIfLater(maxTimestamp) }
                next = batch.nextOffset
                return true
            }
        }
        if start != nil, !fits || end == first {
            return try recover(fully: true, indexIntervalBytes: indexIntervalBytes)
        }
        if end < size {
            try log.use().truncate(to: end)
            size = end
        }
        // As a segment that was rolled has it: the next start does not read this one again (Kafka's `LogSegment.recover`).
        seal()
        try loadFirstTimestamp()
        return next
    }

    /// The largest timestamp of the first batch, in milliseconds since 1970; nil in an empty segment.
    func firstBatchTimestamp() throws(StorageError) -> Int64? {
        if firstTimestamp == nil { try loadFirstTimestamp() }
        return firstTimestamp
    }

    /// The three files, open.
    func files() throws(StorageError) -> [SegmentFile] {
        [try log.use(), try offsetIndex.file.use(), try timeIndex.file.use()]
    }

    /// Waits until the files' bytes are on the disk.
    func sync() throws(StorageError) {
        for file in try files() where !file.sync() { throw StorageError("sync", file.path) }
    }

    private func loadFirstTimestamp() throws(StorageError) {
        guard size >= RecordBatch.headerLength else { return }
        firstTimestamp = try log.use().integer(Int64.self, at: RecordBatch.Position.maxTimestamp)
    }

    // MARK: Reading

    /// Calls `body` with the batches from `position` to `end` or the segment's end, as `BatchScanner.scan` does.
    func scan(
        from position: Int, end: Int? = nil, whole: Bool = false,
        _ body: (RecordBatch, Int) throws(StorageError) -> Bool
    ) throws(StorageError) -> Int {
        var scanner = BatchScanner(file: try log.use(), end: min(end ?? size, size))
        return try scanner.scan(from: position, whole: whole, body)
    }

    /// Where the first batch is that has `offset` or a later one; nil when there is none before `end`.
    func position(of offset: Int64, end: Int) throws(StorageError) -> Int? {
        let start = try offsetIndex.floor(offset: offset)?.position ?? 0
        var found: Int?
        _ = try scan(from: start, end: end) { (batch, position) in
            guard batch.lastOffset >= offset else { return true }
            found = position
            return false
        }
        return found
    }

    /// The size of the batch at `position`.
    func batchSize(at position: Int) throws(StorageError) -> Int {
        Int(try log.use().integer(Int32.self, at: position + RecordBatch.Position.length)) + RecordBatch.logOverhead
    }

    /// The base offset of the batch at `position`.
    func batchBaseOffset(at position: Int) throws(StorageError) -> Int64 {
        try log.use().integer(Int64.self, at: position)
    }
}
