/// Where each leader epoch of a partition begins; kept in `leader-epoch-checkpoint` as Kafka writes it: a version (0),
/// the number of lines, then an epoch and its first offset a line.
struct LeaderEpochs: Equatable {
    /// One epoch's first offset.
    struct Entry: Equatable {
        var epoch: Int32
        var startOffset: Int64
    }

    /// Ascending in both.
    private(set) var entries: [Entry] = []

    var latest: Int32? { entries.last?.epoch }

    /// Notes that `epoch` begins at `startOffset`; true when that is new.
    mutating func assign(_ epoch: Int32, startOffset: Int64) -> Bool {
        if let latest, epoch <= latest { return false }
        // An epoch in which nothing was written has no place any more.
        entries.removeAll { $0.startOffset >= startOffset }
        entries.append(Entry(epoch: epoch, startOffset: startOffset))
        return true
    }

    /// The epoch that the record at `offset` was written in.
    func epoch(of offset: Int64) -> Int32? {
        entries.last { $0.startOffset <= offset }?.epoch
    }

    /// The largest known epoch up to `epoch`, and where it ends (the start of the next, or `logEndOffset`). -1 and -1
    /// when none is known.
    func endOffset(of epoch: Int32, logEndOffset: Int64) -> (epoch: Int32, offset: Int64) {
        guard let latest else { return (-1, -1) }
        if epoch == latest { return (epoch, logEndOffset) }
        guard epoch < latest, let next = entries.first(where: { $0.epoch > epoch }) else { return (-1, -1) }
        let found = entries.last { $0.epoch <= epoch }?.epoch
        return (found ?? epoch, next.startOffset)
    }

    /// Forgets epochs that begin at `offset` or later: the log ends there.
    mutating func truncate(toEnd offset: Int64) -> Bool {
        let before = entries.count
        entries.removeAll { $0.startOffset >= offset }
        return entries.count != before
    }

    /// Forgets epochs that end at `offset` or before: the log begins there. The epoch that holds it begins with it.
    mutating func truncate(toStart offset: Int64) -> Bool {
        guard let held = entries.lastIndex(where: { $0.startOffset <= offset }), entries[0].startOffset < offset else {
            return false
        }
        entries.removeFirst(held)
        entries[0].startOffset = offset
        return true
    }

    var text: String {
        "0\n\(entries.count)\n" + entries.map { "\($0.epoch) \($0.startOffset)\n" }.joined()
    }

    init() {}

    /// Reads a checkpoint's text; nil when it is not one.
    init?(text: String) {
        let lines = text.split(separator: "\n")
        guard lines.count >= 2, lines[0] == "0", let count = Int(lines[1]), lines.count == count + 2 else { return nil }
        for line in lines.dropFirst(2) {
            let parts = line.split(separator: " ")
            guard parts.count == 2, let epoch = Int32(parts[0]), let offset = Int64(parts[1]) else { return nil }
            entries.append(Entry(epoch: epoch, startOffset: offset))
        }
    }
}
