/// Files that nobody uses any more and that stay for a while (`file.delete.delay.ms`).
struct DelayedDeletions {
    private struct Entry {
        var dueMillis: Int64
        var paths: [String]
    }

    /// The earliest last.
    private var entries: [Entry] = []

    /// Takes files that are removed `delayMillis` after `now`, in milliseconds of any clock that is always the same.
    mutating func add(_ paths: [String], now: Int64, delayMillis: Int64) {
        let due = Deadline.after(delayMillis, from: now)
        let index = entries.firstIndex { $0.dueMillis <= due } ?? entries.count
        entries.insert(Entry(dueMillis: due, paths: paths), at: index)
    }

    /// When the next files are due.
    var nextDueMillis: Int64? { entries.last?.dueMillis }

    /// The files that are due; they are forgotten here.
    mutating func takeDue(now: Int64) -> [String] {
        var paths: [String] = []
        while let last = entries.last, last.dueMillis <= now {
            paths += last.paths
            entries.removeLast()
        }
        return paths
    }
}
