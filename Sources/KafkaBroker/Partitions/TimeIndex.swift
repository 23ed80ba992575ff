/// A segment's `.timeindex`: entries of twelve bytes, the largest timestamp so far and the last offset of its batch
/// relative to the segment's base. Timestamps ascend strictly.
struct TimeIndex {
    /// The largest timestamp of a segment up to some batch, in milliseconds since 1970, and the last offset of the
    /// batch that has it.
    struct Entry: Equatable {
        var timestamp: Int64
        var offset: Int64
    }

    static let entryLength = 12

    let baseOffset: Int64
    let file: LogFile
    private(set) var count: Int
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
        let opened = try file.use()
        return Entry(
            timestamp: try opened.integer(Int64.self, at: number * Self.entryLength),
            offset: baseOffset + Int64(try opened.integer(Int32.self, at: number * Self.entryLength + 8)))
    }

    /// Adds an entry when its timestamp is larger than the last one's; left out when the file takes no more bytes.
    mutating func appendIfLater(_ entry: Entry) {
        if let last, entry.timestamp <= last.timestamp { return }
        guard entry.timestamp >= 0 else { return }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.entryLength)
        withUnsafeBytes(of: entry.timestamp.bigEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: Int32(truncatingIfNeeded: entry.offset - baseOffset).bigEndian) {
            bytes.append(contentsOf: $0)
        }
        let written = bytes.withUnsafeBytes { (try? file.append($0, at: count * Self.entryLength)) != nil }
        guard written else { return }
        count += 1
        last = entry
    }

    /// The last entry whose timestamp is below `timestamp`: every batch up to its offset is older. Nil when there is
    /// none.
    func entry(before timestamp: Int64) throws(StorageError) -> Entry? {
        if let last, last.timestamp < timestamp { return last }
        var low = 0
        var high = count
        var found: Entry?
        while low < high {
            let middle = (low + high) / 2
            let candidate = try entry(middle)
            if candidate.timestamp < timestamp {
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
