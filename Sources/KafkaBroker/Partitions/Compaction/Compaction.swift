import KafkaWire
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One compaction of a log: the part that runs on another thread.
///
/// It reads files that nobody changes and writes files of its own. The loop begins one job after the other and touches
/// nothing of this in between, so that its state belongs to one thread at a time; that is why it may be unchecked.
final class Compaction: @unchecked Sendable {
    /// A segment to read.
    struct Source: Sendable {
        var path: String
        var baseOffset: Int64
        var sizeInBytes: Int
    }

    /// What stands behind the names of files that are being written.
    static let cleanedSuffix = ".cleaned"
    /// What stands behind the names of whole files that are to take their place.
    static let swapSuffix = ".swap"

    let directory: String
    private let disk: any Disk
    /// The segments from the log's first one up to the first that stays as it is.
    let sources: [Source]
    let range: DirtyRange
    private let configuration: LogConfiguration
    private let lastOffsets: [Int64: Int64]
    private let now: Int64
    private var keys: KeyOffsets
    private var scratch: [UInt8] = []
    private let isCancelled = Atomic(false)

    init(
        directory: String, on disk: any Disk, sources: [Source], range: DirtyRange, _ configuration: LogConfiguration,
        lastOffsets: [Int64: Int64], bufferBytes: Int64, now: Int64
    ) {
        self.directory = directory
        self.disk = disk
        self.sources = sources
        self.range = range
        self.configuration = configuration
        self.lastOffsets = lastOffsets
        self.now = now
        keys = KeyOffsets(bytes: bufferBytes)
    }

    /// Lets a running job end soon.
    func cancel() { isCancelled.store(true, ordering: .relaxed) }

    /// Whether there was room for all keys of the dirty part.
    private var hasAllKeys = false

    /// Up to where the log is compacted afterwards; known when the keys are.
    var endOffset: Int64 {
        hasAllKeys ? range.firstUncleanableOffset : max(range.firstDirtyOffset, keys.latestOffset + 1)
    }

    private enum Failure: Error {
        case cancelled
        case files(StorageError)
        case records(RecordsError)
    }

    // MARK: Keys

    /// Reads the keys of the dirty part. When there are more than the buffer takes, the rest waits for the next round.
    func readKeys() -> Bool {
        do throws(Failure) {
            for (index, source) in sources.enumerated() {
                let next = index + 1 < sources.count ? sources[index + 1].baseOffset : range.firstUncleanableOffset
                guard next > range.firstDirtyOffset else { continue }
                let hasRoom = try readKeys(of: source)
                if !hasRoom { return true }
            }
            hasAllKeys = true
            return true
        } catch {
            return false
        }
    }

    private func readKeys(of source: Source) throws(Failure) -> Bool {
        var hasRoom = true
        try scan(source) { (batch) throws(Failure) in
            guard batch.lastOffset >= range.firstDirtyOffset else { return true }
            if !batch.isControlBatch, batch.count > 0 { hasRoom = try readKeys(of: batch) }
            if hasRoom { keys.advance(to: batch.lastOffset) }
            return hasRoom
        }
        return hasRoom
    }

    private func readKeys(of batch: RecordBatch) throws(Failure) -> Bool {
        do throws(RecordsError) {
            return try batch.withRecords(scratch: &scratch) { (cursor) throws(RecordsError) in
                while let record = try cursor.next() {
                    let offset = batch.offset(of: record)
                    guard let key = record.key, offset >= range.firstDirtyOffset else { continue }
                    guard keys.put(key, offset) else { return false }
                }
                return true
            }
        } catch {
            throw .records(error)
        }
    }

    // MARK: Segments

    /// Writes what stays of the sources in `group` into one segment whose files have `.cleaned` behind their names, and
    /// syncs it. Leaves nothing behind when it returns false.
    func clean(_ group: Range<Int>) -> Bool {
        removeCleaned(group)
        do throws(Failure) {
            let segment = try files { () throws(StorageError) in
                try Segment(
                    baseOffset: sources[group.lowerBound].baseOffset, directory: directory,
                    openFiles: OpenFiles(capacity: 8, on: disk), now: now, suffix: Self.cleanedSuffix)
            }
            let filter = BatchFilter(
                keys: keys, endOffset: range.firstUncleanableOffset, lastOffsets: lastOffsets,
                deleteRetentionMillis: configuration.deleteRetentionMillis, now: now)
            for source in sources[group] { try copy(source, to: segment, filter) }
            segment.seal()
            let last = sources[group.upperBound - 1].path
            try files { () throws(StorageError) in
                try segment.sync()
                // Records without timestamps are as old as their file.
                try segment.log.use().setModified(like: last)
            }
            return true
        } catch {
            removeCleaned(group)
            return false
        }
    }

    /// Removes what `clean` has written.
    func removeCleaned(_ group: Range<Int>) {
        let base = sources[group.lowerBound].baseOffset
        for suffix in Segment.suffixes {
            disk.unlink(directory + "/" + Segment.name(base, suffix + Self.cleanedSuffix))
        }
    }

    private func copy(_ source: Source, to segment: Segment, _ filter: BatchFilter) throws(Failure) {
        try scan(source) { (batch) throws(Failure) in
            let outcome: BatchFilter.Outcome
            do throws(RecordsError) {
                outcome = try filter.outcome(batch, scratch: &scratch)
            } catch {
                throw .records(error)
            }
            switch outcome {
            case .drop: break
            case .keep: try append(batch, to: segment)
            case .replace(let bytes):
                let result: Result<Void, Failure> = bytes.withUnsafeBytes { all in
                    do throws(Failure) {
                        return .success(try append(RecordBatch(header: all), to: segment))
                    } catch {
                        return .failure(error)
                    }
                }
                try result.get()
            }
            return true
        }
    }

    private func append(_ batch: RecordBatch, to segment: Segment) throws(Failure) {
        try files { () throws(StorageError) in
            try segment.append(
                batch.bytes, lastOffset: batch.lastOffset, maxTimestamp: batch.indexedTimestamp,
                indexIntervalBytes: configuration.indexIntervalBytes)
        }
    }

    /// Calls `body` with every whole batch of a source, until it returns false. A source that ends in the middle of a
    /// batch is an error.
    private func scan(_ source: Source, _ body: (RecordBatch) throws(Failure) -> Bool) throws(Failure) {
        var failure: Failure?
        var isStopped = false
        let end = try files { () throws(StorageError) in
            let file = try SegmentFile(path: source.path, create: false, on: disk)
            var scanner = BatchScanner(file: file, end: source.sizeInBytes)
            return try scanner.scan(from: 0, whole: true) { (batch, _) in
                do throws(Failure) {
                    if isCancelled.load(ordering: .relaxed) { throw .cancelled }
                    if batch.magic != RecordBatch.magic { throw .records(.corrupt("Unknown format")) }
                    isStopped = try !body(batch)
                } catch {
                    failure = error
                }
                return failure == nil && !isStopped
            }
        }
        if let failure { throw failure }
        if !isStopped, end != source.sizeInBytes { throw .files(StorageError("\(source.path) ends too early.")) }
    }

    private func files<T>(_ body: () throws(StorageError) -> T) throws(Failure) -> T {
        do throws(StorageError) {
            return try body()
        } catch {
            throw .files(error)
        }
    }
}

extension RecordBatch {
    /// The timestamp that a segment's indexes take from the batch: none from one that compaction has emptied.
    var indexedTimestamp: Int64 { count > 0 ? maxTimestamp : RecordBatch.noTimestamp }
}
