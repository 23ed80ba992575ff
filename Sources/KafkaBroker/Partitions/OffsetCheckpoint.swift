/// A file with an offset of each partition, as Kafka writes it: a version (0), the number of lines, then topic, partition
/// and offset a line. `log-start-offset-checkpoint` says where logs begin when that is not where their first segment
/// does; `cleaner-offset-checkpoint` says up to where they are compacted.
final class OffsetCheckpoint {
    private let path: String
    private let syncs: Bool
    private let disk: any Disk
    /// By the partition's directory name.
    private var offsets: [String: Int64]
    /// Whether the file says something else.
    private(set) var isChanged = false

    /// Reads the file; one that is missing or is no checkpoint holds nothing.
    init(path: String, syncs: Bool, on disk: any Disk) {
        self.disk = disk
        self.path = path
        self.syncs = syncs
        offsets = disk.contents(of: path).flatMap { Self.parse(String(decoding: $0, as: UTF8.self)) } ?? [:]
    }

    /// The offset of the partition with that directory name.
    func offset(of name: String) -> Int64? { offsets[name] }

    /// Notes a partition's offset; nil forgets it. `write` puts it on disk.
    func set(_ offset: Int64?, of name: String) {
        guard offsets[name] != offset else { return }
        offsets[name] = offset
        isChanged = true
    }

    /// Forgets the partitions whose directory name is not known.
    func keep(_ isKnown: (String) -> Bool) {
        for name in offsets.keys.sorted() where !isKnown(name) { set(nil, of: name) }
    }

    /// Writes what has changed.
    func write() throws(StorageError) {
        guard isChanged else { return }
        try disk.replace(path, with: Array(text.utf8), sync: syncs)
        isChanged = false
    }

    private var text: String {
        var text = "0\n\(offsets.count)\n"
        for (name, offset) in offsets.sorted(by: { $0.key < $1.key }) {
            guard let dash = name.lastIndex(of: "-") else { continue }
            text += "\(name[..<dash]) \(name[name.index(after: dash)...]) \(offset)\n"
        }
        return text
    }

    private static func parse(_ text: String) -> [String: Int64]? {
        let lines = text.split(separator: "\n")
        guard lines.count >= 2, lines[0] == "0", let count = Int(lines[1]), lines.count == count + 2 else { return nil }
        var offsets: [String: Int64] = [:]
        for line in lines.dropFirst(2) {
            let words = line.split(separator: " ")
            guard words.count == 3, let partition = Int32(words[1]), let offset = Int64(words[2]) else { return nil }
            offsets["\(words[0])-\(partition)"] = offset
        }
        return offsets
    }
}
