import KafkaWire

/// A segment's `.index`: entries of eight bytes, the last offset of a batch relative to the segment's base and the
/// batch's position in the `.log`, one for about every `index.interval.bytes` of log. Both columns ascend.
struct OffsetIndex {
    /// A batch's last offset and where the batch begins.
    struct Entry: Equatable {
        var offset: Int64
        var position: Int
    }

    static let entryLength = 8

    let baseOffset: Int64
    let file: LogFile
    private(set) var count: Int
    /// The last entry, kept at hand because most look-ups are at the end.
    private(set) var last: Entry?

    /// Opens the index; a trailing part of an entry is left out.
    init(baseOffset: Int64, file: LogFile) throws(StorageError) {
        self.baseOffset = baseOffset
        self.file = file
        count = try file.use().size() / Self.entryLength
        last = count > 0 ? try entry(count - 1) : nil
    }

    /// The entry number `number`, which exists.
    func entry(_ number: Int) throws(StorageError) -> Entry {
        let raw = try file.use().integer(UInt64.self, at: number * Self.entryLength)
        return Entry(
            offset: baseOffset + Int64(Int32(truncatingIfNeeded: raw >> 32)),
            position: Int(UInt32(truncatingIfNeeded: raw)))
    }

    /// Adds an entry after the others; it is left out when the file takes no more bytes, because an index is only an
    /// aid.
    mutating func append(_ entry: Entry) -> Bool {
        var raw = (UInt64(UInt32(truncatingIfNeeded: entry.offset - baseOffset)) << 32 | UInt64(UInt32(entry.position)))
            .bigEndian
        let written = withUnsafeBytes(of: &raw) { (try? file.append($0, at: count * Self.entryLength)) != nil }
        guard written else { return false }
        count += 1
        last = entry
        return true
    }

    /// The last entry whose offset is at most `offset`: the batch with `offset` begins there or behind. Nil when it is
    /// before all entries.
    func floor(offset: Int64) throws(StorageError) -> Entry? {
        if let last, last.offset <= offset { return last }
        return try search { $0.offset <= offset }
    }

    /// The last entry whose batch begins at `position` or before.
    func floor(position: Int) throws(StorageError) -> Entry? {
        if let last, last.position <= position { return last }
        return try search { $0.position <= position }
    }

    /// The last entry for which `isBefore` holds; it holds for a first part of the entries and for none behind.
    private func search(_ isBefore: (Entry) -> Bool) throws(StorageError) -> Entry? {
        var low = 0
        var high = count
        var found: Entry?
        while low < high {
            let middle = (low + high) / 2
            let candidate = try entry(middle)
            if isBefore(candidate) {
                found = candidate
                low = middle + 1
            } else {
                high = middle
            }
        }
        return found
    }

    /// Keeps the first `count` entries.
    mutating func truncate(to count: Int) throws(StorageError) {
        try file.use().truncate(to: count * Self.entryLength)
        self.count = count
        last = count > 0 ? try entry(count - 1) : nil
    }
}

extension SegmentFile {
    /// The big-endian integer at `position`. Throws when the file ends before it does.
    func integer<T: FixedWidthInteger>(_ type: T.Type, at position: Int) throws(StorageError) -> T {
        var raw: T = 0
        let pointer = UnsafeMutablePointer<T>.allocate(capacity: 1)
        defer { pointer.deallocate() }
        let count = try read(
            at: position, into: UnsafeMutableRawBufferPointer(start: pointer, count: MemoryLayout<T>.size))
        guard count == MemoryLayout<T>.size else { throw StorageError("\(path) ends too early.") }
        raw = pointer.pointee
        return T(bigEndian: raw)
    }
}
