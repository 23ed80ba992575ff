#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A disk in memory that knows what was written and what was synced, and that fails when it is told to.
///
/// - The process may die in the middle of any change: a write is then torn, and nothing happens until `restart`. What was written before
///   stays, as it does on a real system when only a process dies.
/// - At a loss of power each write that was not synced is there, is not, or is torn, whatever came after it. Names (new files,
///   renames, removals) come back in their order up to some point, which no sync of any file after them lets lie before them: so do
///   journaling file systems.
/// - A write fails with EIO or ENOSPC, after a part of it or at once; a sync fails, and what it was to save may be lost for good although later
///   syncs of the same process succeed, as on Linux. (There a later process may be told so too, which is not simulated.)
package final class SimulatedDisk {
    /// A system call's error number.
    package struct Failure: Error, Equatable {
        package let code: Int32
    }

    /// What a name stands for.
    package enum Node {
        case file(SimulatedFile)
        case directory
    }

    private struct NameChange {
        let path: String
        let before: Node?
    }

    private var names: [String: Node] = ["": .directory]
    /// Changes of names that a loss of power may take back, each a group that happens as one.
    private var nameChanges: [[NameChange]] = []
    /// The files that have changes since their last sync.
    private var unsynced: [ObjectIdentifier: SimulatedFile] = [:]
    private var random: SeededRandom
    /// Whether a loss of power is among what may happen; only then what is not synced is kept apart.
    let keepsUnsynced: Bool

    /// The process died in the middle of a change; all that it does now comes to nothing.
    package private(set) var isDead = false
    /// Grows with every restart: handles from before are of no use.
    package private(set) var generation = 0
    /// The changes since the disk was made.
    package private(set) var changeCount = 0
    /// The changes that were made to fail.
    package private(set) var failureCount = 0
    /// Milliseconds since 1970, for the times of files.
    package var nowMillis: Int64 = 0

    // What is to go wrong.
    private var deathAfter: Int?
    private var failAfter: Int?
    private var failsLeft = 0
    private var failureCode = EIO
    private var dropAfter: Int?
    /// Whether files cannot grow.
    package var isFull = false

    /// An empty disk.
    package init(seed: UInt64, keepsUnsynced: Bool) {
        random = SeededRandom(seed: seed)
        self.keepsUnsynced = keepsUnsynced
    }

    // MARK: - What goes wrong

    /// After so many more changes the process dies in the middle of one.
    package func die(after changes: Int) { deathAfter = changes }

    /// After so many more changes `count` of them fail.
    package func fail(after changes: Int, count: Int, code: Int32) {
        (failAfter, failsLeft, failureCode) = (changes, count, code)
    }

    /// After so many more writes one is not carried out, though it is said to be: a planted bug.
    package func dropWrite(after writes: Int) { dropAfter = writes }

    /// Nothing fails any more.
    package func heal() {
        (deathAfter, failAfter, failsLeft, isFull) = (nil, nil, 0, false)
    }

    /// The process dies between two changes.
    package func kill() { isDead = true }

    /// A new process comes; when `hasLostPower`, on a machine that was switched off.
    package func restart(hasLostPower: Bool) {
        precondition(keepsUnsynced || !hasLostPower, "nobody has noted what was synced")
        if hasLostPower {
            loseNames()
            for file in unsynced.values.sorted(by: { $0.serial < $1.serial }) { file.losePower(&random) }
            unsynced = [:]
        } else {
            for file in unsynced.values { file.forgetFailedSyncs() }
        }
        isDead = false
        deathAfter = nil
        failAfter = nil
        failsLeft = 0
        generation += 1
    }

    private func loseNames() {
        let kept = nameChanges.isEmpty ? 0 : random.below(nameChanges.count + 1)
        for group in nameChanges[kept...].reversed() {
            for change in group.reversed() { names[change.path] = change.before }
        }
        nameChanges = []
    }

    /// What becomes of the next change.
    enum Verdict {
        case goOn
        case fail(Failure)
        case die
        case drop
    }

    func verdict(ofGrowth isGrowth: Bool, isWrite: Bool) -> Verdict {
        if isDead { return .fail(Failure(code: EIO)) }
        changeCount += 1
        if let left = deathAfter {
            deathAfter = left - 1
            if left == 0 {
                isDead = true
                return .die
            }
        }
        if let left = failAfter {
            failAfter = left - 1
            if left <= 0 {
                failsLeft -= 1
                if failsLeft <= 0 { failAfter = nil }
                failureCount += 1
                return .fail(Failure(code: failureCode))
            }
        }
        if isGrowth, isFull {
            failureCount += 1
            return .fail(Failure(code: ENOSPC))
        }
        if isWrite, let left = dropAfter {
            dropAfter = left - 1
            if left == 0 {
                dropAfter = nil
                return .drop
            }
        }
        return .goOn
    }

    /// How much of a write is carried out before it is cut off.
    func tornLength(of count: Int) -> Int { random.below(count + 1) }

    func noteUnsynced(_ file: SimulatedFile) {
        if keepsUnsynced { unsynced[ObjectIdentifier(file)] = file }
    }

    func noteSynced(_ file: SimulatedFile, isWhole: Bool) {
        if isWhole { unsynced[ObjectIdentifier(file)] = nil }
        nameChanges = []
    }

    // MARK: - Names

    /// What a path stands for; nil when it stands for nothing.
    package func node(at path: String) -> Node? { names[path] }

    /// The names in a directory, sorted.
    package func names(in directory: String) -> [String] {
        let start = directory + "/"
        return names.keys.filter { $0.hasPrefix(start) && !$0.dropFirst(start.count).contains("/") }
            .map { String($0.dropFirst(start.count)) }.sorted()
    }

    private func change(_ changes: [(path: String, after: Node?)]) {
        if keepsUnsynced { nameChanges.append(changes.map { NameChange(path: $0.path, before: names[$0.path]) }) }
        for change in changes { names[change.path] = change.after }
    }

    private func mayChangeNames(growing: Bool) throws(Failure) {
        switch verdict(ofGrowth: growing, isWrite: false) {
        case .goOn, .drop: return
        case .fail(let failure): throw failure
        // Whether it was carried out just before the death or not at all.
        case .die: if random.once(in: 2) { throw Failure(code: EIO) }
        }
    }

    /// The file at a path, made when it is not there and `create` is set.
    package func open(_ path: String, create: Bool) throws(Failure) -> SimulatedFile {
        if isDead { throw Failure(code: EIO) }
        switch names[path] {
        case .file(let file): return file
        case .directory: throw Failure(code: EISDIR)
        case nil: break
        }
        guard create else { throw Failure(code: ENOENT) }
        guard case .directory = names[Self.parent(of: path)] else { throw Failure(code: ENOENT) }
        try mayChangeNames(growing: true)
        let file = SimulatedFile(disk: self, serial: changeCount)
        change([(path, .file(file))])
        return file
    }

    /// Makes a directory whose parent is there.
    package func makeDirectory(_ path: String) throws(Failure) {
        if isDead { throw Failure(code: EIO) }
        guard names[path] == nil else { throw Failure(code: EEXIST) }
        guard case .directory = names[Self.parent(of: path)] else { throw Failure(code: ENOENT) }
        try mayChangeNames(growing: true)
        change([(path, .directory)])
    }

    /// Removes a file, or a directory that is empty.
    package func remove(_ path: String, isDirectory: Bool) throws(Failure) {
        if isDead { throw Failure(code: EIO) }
        switch names[path] {
        case nil: throw Failure(code: ENOENT)
        case .file: if isDirectory { throw Failure(code: ENOTDIR) }
        case .directory:
            guard isDirectory else { throw Failure(code: EISDIR) }
            guard names(in: path).isEmpty else { throw Failure(code: ENOTEMPTY) }
        }
        try mayChangeNames(growing: false)
        change([(path, nil)])
    }

    /// Gives a file or a directory another name, in place of the file that has it.
    package func rename(_ path: String, to target: String) throws(Failure) {
        if isDead { throw Failure(code: EIO) }
        guard let node = names[path] else { throw Failure(code: ENOENT) }
        if case .directory = node, !names(in: target).isEmpty { throw Failure(code: ENOTEMPTY) }
        try mayChangeNames(growing: false)
        var changes: [(String, Node?)] = [(path, nil), (target, node)]
        if case .directory = node {
            for (name, inner) in names where name.hasPrefix(path + "/") {
                changes.append((name, nil))
                changes.append((target + name.dropFirst(path.count), inner))
            }
        }
        change(changes)
    }

    /// Waits until names are on the disk.
    package func syncNames() throws(Failure) {
        switch verdict(ofGrowth: false, isWrite: false) {
        case .fail(let failure): throw failure
        case .die: throw Failure(code: EIO)
        case .goOn, .drop: nameChanges = []
        }
    }

    /// The files whose names end so, with what they hold: what a look at the disk from outside finds.
    package func files(endingWith suffix: String) -> [(path: String, bytes: [UInt8])] {
        names.compactMap { path, node in
            guard path.hasSuffix(suffix), case .file(let file) = node else { return nil }
            return (path, file.bytes)
        }.sorted { $0.path < $1.path }
    }

    private static func parent(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }
}
