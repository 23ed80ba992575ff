import KafkaWire

extension PartitionLog {
    /// The stored batches from the one that holds `offset` on, at most `maxBytes` of them and whole; nil when there is
    /// nothing to read yet.
    ///
    /// With `minOneBatch`, the first batch is returned even when it is larger. One region is of one segment, so a read
    /// may return less than there is. Throws `offsetOutOfRange` outside the log, `kafkaStorageError` when the files
    /// cannot be read.
    public func read(from offset: Int64, maxBytes: Int, minOneBatch: Bool) throws(KafkaError) -> LogRegion? {
        guard offset >= logStartOffset, offset <= logEndOffset else { throw .offsetOutOfRange }
        guard offset < highWatermark else { return nil }
        do throws(StorageError) {
            return try region(from: offset, maxBytes: max(0, maxBytes), minOneBatch: minOneBatch)
        } catch {
            throw .kafkaStorageError
        }
    }

    /// The bytes that can be read from `offset` on, across all segments; at most about `limit`.
    public func readableBytes(from offset: Int64, limit: Int) -> Int {
        guard offset >= logStartOffset, offset < highWatermark,
            var (index, position) = (try? locate(offset)) ?? nil
        else { return 0 }
        var total = 0
        while index < segments.count, total < limit {
            total += max(0, readableSize(of: segments[index]) - position)
            position = 0
            index += 1
        }
        return min(total, limit)
    }

    private func region(from offset: Int64, maxBytes: Int, minOneBatch: Bool) throws(StorageError) -> LogRegion? {
        guard let (index, start) = try locate(offset) else { return nil }
        let segment = segments[index]
        let end = readableSize(of: segment)
        var length = 0
        if end - start <= maxBytes {
            length = end - start
            let next = index + 1 < segments.count ? segments[index + 1].baseOffset : highWatermark
            let isLast = index + 1 == segments.count
            hints.add(
                .init(offset: next, baseOffset: isLast ? segment.baseOffset : next, position: isLast ? end : 0))
        } else {
            // An indexed batch's start is the cheapest boundary to find.
            let boundary = try segment.offsetIndex.floor(position: start + maxBytes)?.position ?? 0
            if boundary > start {
                length = boundary - start
            } else {
                _ = try segment.scan(from: start, end: end) { (batch, position) in
                    let size = position - start + batch.sizeInBytes
                    guard size <= maxBytes || length == 0 && minOneBatch else { return false }
                    length = size
                    return size < maxBytes
                }
            }
            if length > 0, start + length < end {
                hints.add(
                    .init(
                        offset: try segment.batchBaseOffset(at: start + length), baseOffset: segment.baseOffset,
                        position: start + length))
            }
        }
        guard length > 0 else { return nil }
        return LogRegion(try segment.log.use(), at: start, length: length)
    }

    /// The segment's bytes below the high watermark.
    private func readableSize(of segment: Segment) -> Int {
        if segment.baseOffset < readableEnd.baseOffset { return segment.size }
        return segment.baseOffset == readableEnd.baseOffset ? readableEnd.position : 0
    }

    /// The segment and the position of the first batch with `offset` or a later one.
    func locate(_ offset: Int64) throws(StorageError) -> (index: Int, position: Int)? {
        if let hint = hints.find(offset), let index = index(ofBase: hint.baseOffset),
            hint.position < readableSize(of: segments[index])
        {
            return (index, hint.position)
        }
        guard var index = index(holding: offset) else { return nil }
        // Compaction may leave a segment without the offset that its range has: the next one then begins above it.
        while index < segments.count {
            if let position = try segments[index].position(of: offset, end: readableSize(of: segments[index])) {
                return (index, position)
            }
            index += 1
        }
        return nil
    }

    /// The last segment that begins at `offset` or before.
    private func index(holding offset: Int64) -> Int? {
        var low = 0
        var high = segments.count
        while low < high {
            let middle = (low + high) / 2
            if segments[middle].baseOffset <= offset { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? low - 1 : nil
    }

    private func index(ofBase offset: Int64) -> Int? {
        guard let index = index(holding: offset), segments[index].baseOffset == offset else { return nil }
        return index
    }

    // MARK: By time

    /// A record that was looked for by its time.
    public struct TimestampedOffset: Equatable {
        /// Milliseconds since 1970.
        public var timestamp: Int64
        /// The record's offset.
        public var offset: Int64
        /// The epoch of its batch.
        public var leaderEpoch: Int32
    }

    /// The first record whose timestamp is at least `timestamp`; nil when all are earlier.
    public func offset(forTimestamp timestamp: Int64) throws(KafkaError) -> TimestampedOffset? {
        do throws(StorageError) {
            for segment in segments where segment.maxTimestamp?.timestamp ?? -1 >= timestamp {
                let older = try segment.timeIndex.entry(before: timestamp)
                let from = max(older?.offset ?? 0, logStartOffset)
                let position = try segment.offsetIndex.floor(offset: from)?.position ?? 0
                var found: TimestampedOffset?
                _ = try segment.scan(from: position, end: readableSize(of: segment)) {
                    (batch, at) throws(StorageError) in
                    guard batch.maxTimestamp >= timestamp else { return true }
                    found = try record(in: segment, at: at, size: batch.sizeInBytes) {
                        $0 >= timestamp && $1 >= logStartOffset
                    }
                    return found == nil
                }
                if let found { return found }
            }
            return nil
        } catch {
            throw .kafkaStorageError
        }
    }

    /// The first record that has the largest timestamp of the log; nil in a log without timestamps.
    public func offsetOfMaxTimestamp() throws(KafkaError) -> TimestampedOffset? {
        var best: (segment: Segment, entry: TimeIndex.Entry)?
        for segment in segments {
            guard let entry = segment.maxTimestamp, entry.timestamp > best?.entry.timestamp ?? -1 else { continue }
            best = (segment, entry)
        }
        guard let best else { return nil }
        do throws(StorageError) {
            let start = try best.segment.offsetIndex.floor(offset: best.entry.offset)?.position ?? 0
            var found: TimestampedOffset?
            _ = try best.segment.scan(from: start, end: readableSize(of: best.segment)) {
                (batch, at) throws(StorageError) in
                guard batch.maxTimestamp == best.entry.timestamp else { return true }
                found = try record(in: best.segment, at: at, size: batch.sizeInBytes) { time, _ in
                    time == best.entry.timestamp
                }
                return found == nil
            }
            return found
        } catch {
            throw .kafkaStorageError
        }
    }

    /// The first record of the batch at `position` whose timestamp and offset `isWanted`.
    private func record(
        in segment: Segment, at position: Int, size: Int, _ isWanted: (Int64, Int64) -> Bool
    ) throws(StorageError) -> TimestampedOffset? {
        let bytes = try segment.log.use().bytes(at: position, length: size)
        defer { scratch.shrink() }
        return bytes.withUnsafeBytes { all in
            guard let batch = RecordBatch(at: all) else { return nil }
            let found = try? batch.withRecords(scratch: &scratch.bytes) {
                (cursor) throws(RecordsError) -> TimestampedOffset? in
                while let record = try cursor.next() {
                    let timestamp = batch.timestamp(of: record)
                    let offset = batch.offset(of: record)
                    if isWanted(timestamp, offset) {
                        return TimestampedOffset(
                            timestamp: timestamp, offset: offset, leaderEpoch: batch.partitionLeaderEpoch)
                    }
                }
                return nil
            }
            return found ?? nil
        }
    }
}

extension PartitionLog {
    /// What version 0 of ListOffsets asks for: the beginnings of segments whose newest record is not after `timestamp`,
    /// and the log's end, from the last one down; at most `countMax`.
    func offsets(before timestamp: Int64, countMax: Int, isLatest: Bool, isEarliest: Bool) -> [Int64] {
        var bounds = segments.map {
            (offset: max($0.baseOffset, logStartOffset), time: $0.maxTimestamp?.timestamp ?? -1)
        }
        if sizeInBytes > 0 || bounds.isEmpty { bounds.append((highWatermark, .max)) }
        let last: Int
        if isLatest {
            last = bounds.count - 1
        } else if isEarliest {
            last = 0
        } else {
            guard let found = bounds.lastIndex(where: { $0.time <= timestamp }) else { return [] }
            last = found
        }
        return bounds[...last].reversed().prefix(max(0, countMax)).map(\.offset)
    }
}
