import KafkaWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The logs of all partitions in the data directory, opened when they are first used.
package final class PartitionLogs {
    /// The data directory.
    let root: String
    let durability: Broker.Durability
    private let openFiles: OpenFiles
    private let background: BackgroundWork
    private var disk: any Disk { openFiles.disk }
    private var state: ShutdownState
    private let scratch = RecordScratch()
    private let startOffsets: OffsetCheckpoint
    private let cleanerOffsets: OffsetCheckpoint
    private var deletions = DelayedDeletions()
    /// Logs with records that `flush.ms` wants on the disk, and when.
    private var flushes: [(dueMillis: Int64, log: PartitionLog)] = []
    private var open: [Key: PartitionLog] = [:]

    private struct Key: Hashable {
        let topicID: UUID
        let partition: Int32
    }

    /// Called when a partition's high watermark has moved, with the bytes that came.
    package var onAppend: ((PartitionLog, Int) -> Void)?
    /// Called when a partition's log is gone, with its topic.
    package var onAbandon: ((PartitionLog) -> Void)?

    /// Reads how the broker stopped the last time and notes that it runs.
    package init(
        root: String, durability: Broker.Durability, openFiles: OpenFiles, background: BackgroundWork,
        bootID: String? = nil
    ) throws(StorageError) {
        self.root = root
        self.durability = durability
        self.openFiles = openFiles
        self.background = background
        let disk = openFiles.disk
        try disk.create(root)
        startOffsets = OffsetCheckpoint(
            path: root + "/log-start-offset-checkpoint", syncs: durability == .full, on: disk)
        cleanerOffsets = OffsetCheckpoint(
            path: root + "/cleaner-offset-checkpoint", syncs: durability == .full, on: disk)
        state = ShutdownState.begin(
            after: disk.contents(of: root + "/" + ShutdownState.fileName), bootID: bootID ?? disk.bootID)
        try disk.replace(root + "/" + ShutdownState.fileName, with: state.running, sync: durability == .full)
    }

    /// The leader epoch of every partition: the number of times the broker was not stopped cleanly.
    package var leaderEpoch: Int32 { state.leaderEpoch }

    /// The log of one partition if it is open.
    package func openLog(topicID: UUID, partition: Int32) -> PartitionLog? {
        open[Key(topicID: topicID, partition: partition)]
    }

    /// Opens the log of one partition. Throws when its files cannot be read.
    package func openLog(
        topic: String, partition: Int32, topicID: UUID, configuration: LogConfiguration, now: Int64
    ) throws(StorageError) -> PartitionLog {
        let name = "\(topic)-\(partition)"
        let log = try PartitionLog(
            topic: topic, partition: partition, topicID: topicID, root: root, configuration: configuration,
            leaderEpoch: state.leaderEpoch, shutdown: state.shutdown(of: name),
            logStartOffset: startOffsets.offset(of: name) ?? 0, durability: durability, openFiles: openFiles,
            scratch: scratch, background: background, now: now)
        log.onAppend = { [weak self] log, count in self?.onAppend?(log, count) }
        log.onAbandon = { [weak self] log in self?.onAbandon?(log) }
        log.onStartOffset = { [weak self] log in self?.note(startOf: log) }
        log.onFlushDue = { [weak self] log, now in
            guard let self else { return }
            flushes.append((Deadline.after(log.configuration.flushMillis, from: steadyMillis?() ?? now), log))
        }
        log.onGiveUp = { [weak self] log, paths, now in
            guard let self else { return }
            deletions.add(
                paths, now: steadyMillis?() ?? now, delayMillis: log.configuration.fileDeleteDelayMillis)
        }
        state.recovered(name)
        open[Key(topicID: topicID, partition: partition)] = log
        return log
    }

    /// Gives a topic's open logs its present configs, which hold from their next append or look of the cleaner on.
    package func reconfigure(_ topic: Topic) {
        let configuration = LogConfiguration(topic.configuration)
        for partition in 0..<topic.partitionCount {
            open[Key(topicID: topic.id, partition: partition)]?.configuration = configuration
        }
    }

    /// Whether a partition was ever written: then it has a directory.
    package func hasFiles(topic: String, partition: Int32) -> Bool {
        disk.isDirectory(root + "/\(topic)-\(partition)")
    }

    /// The bytes of a partition's segments; a log that is not open is not opened for that.
    package func sizeInBytes(of topic: Topic, _ partition: Int32) -> Int {
        openLog(topicID: topic.id, partition: partition)?.sizeInBytes
            ?? disk.size(of: root + "/\(topic.name)-\(partition)", suffix: ".log")
    }

    /// Gives the topic's directories the names of deleted ones and removes them in the background.
    package func delete(topicNamed topic: String, id: UUID, partitionCount: Int32) {
        for partition in 0..<partitionCount {
            let name = "\(topic)-\(partition)"
            open.removeValue(forKey: Key(topicID: id, partition: partition))?.abandon()
            startOffsets.set(nil, of: name)
            cleanerOffsets.set(nil, of: name)
            setAside(name, id)
        }
        writeCheckpoints()
    }

    /// Removes directories of deleted topics, and those that no topic of the catalog has: the process died in the
    /// middle of a deletion.
    package func removeStrays(isKnown: (String) -> Bool) {
        for checkpoint in [startOffsets, cleanerOffsets] {
            checkpoint.keep { name in name.lastIndex(of: "-").map { isKnown(String(name[..<$0])) } ?? false }
        }
        writeCheckpoints()
        for name in disk.names(in: root) {
            if name.hasSuffix("-delete") {
                remove(name)
            } else if isPartition(name), !isKnown(String(name[..<(name.lastIndex(of: "-") ?? name.endIndex)])) {
                setAside(name, .zero)
            }
        }
    }

    // MARK: Start offsets and given-up files

    private func note(startOf log: PartitionLog) {
        // Where the first segment begins needs no saying.
        let isInside = log.segments.first.map { $0.baseOffset < log.logStartOffset } ?? true
        startOffsets.set(isInside ? log.logStartOffset : nil, of: log.name)
    }

    /// Writes the checkpoints that have changed. A failure leaves them to the next time.
    package func writeCheckpoints() {
        try? startOffsets.write()
        try? cleanerOffsets.write()
    }

    /// The open logs of compacted topics, by name, so that what is done to one after the other does not depend on chance.
    var compactedLogs: [PartitionLog] {
        open.values.filter(\.configuration.isCompacted).sorted { $0.name < $1.name }
    }

    /// Up to where a log was compacted.
    func cleanerOffset(of log: PartitionLog) -> Int64? { cleanerOffsets.offset(of: log.name) }

    /// Notes up to where a log is compacted now, unless it is gone.
    func note(compacted log: PartitionLog, to end: Int64) {
        guard openLog(topicID: log.topicID, partition: log.partition) === log else { return }
        cleanerOffsets.set(end, of: log.name)
        writeCheckpoints()
    }

    /// Writes where logs begin, so that records that were deleted on demand stay deleted.
    package func writeStartOffsets() throws(StorageError) { try startOffsets.write() }

    /// The time by a clock that only runs forward, by which files wait to be removed and logs to be flushed; unless set,
    /// that of the day.
    var steadyMillis: (() -> Int64)?

    /// When files are to be removed or logs to be flushed next.
    var nextDueMillis: Int64? {
        [deletions.nextDueMillis, flushes.lazy.map(\.dueMillis).min()].lazy.compactMap { $0 }.min()
    }

    /// Begins the fsync of logs whose `flush.ms` is over.
    func flushDue(now: Int64) {
        guard flushes.contains(where: { $0.dueMillis <= now }) else { return }
        let due = flushes.filter { $0.dueMillis <= now }
        flushes.removeAll { $0.dueMillis <= now }
        for (_, log) in due { log.flush() }
    }

    /// Removes, in the background, the given-up files whose delay is over.
    func removeGivenUpFiles(now: Int64) {
        let paths = deletions.takeDue(now: now)
        guard !paths.isEmpty else { return }
        let disk = disk
        background.run(
            {
                for path in paths { disk.unlink(path) }
                return true
            }, { _ in })
    }

    /// Whether a partition's log is there and can be opened without reading it as a whole.
    func canOpenQuickly(topic: String, partition: Int32) -> Bool {
        state.shutdown(of: "\(topic)-\(partition)") != .machineCrash && hasFiles(topic: topic, partition: partition)
    }

    /// Whether the name is that of a partition's directory.
    private func isPartition(_ name: String) -> Bool {
        guard let dash = name.lastIndex(of: "-"), let number = Int32(name[name.index(after: dash)...]) else {
            return false
        }
        return number >= 0 && disk.isDirectory(root + "/" + name)
    }

    private func setAside(_ name: String, _ id: UUID) {
        let target = PartitionLog.deletedName(name, id)
        guard disk.rename(root + "/" + name, to: root + "/" + target) == 0 else { return }
        remove(target)
    }

    private func remove(_ name: String) {
        let path = root + "/" + name
        let disk = disk
        background.run(
            {
                disk.removeTree(path)
                return true
            }, { _ in })
    }

    /// Closes every log and notes that the stop was clean.
    package func close(now: Int64) {
        let logs = open.values.sorted { $0.name < $1.name }
        let areSafe = logs.map { $0.close(now: now) }.allSatisfy { $0 }
        writeCheckpoints()
        let names = Set(logs.map(\.name))
        let unopened =
            state.isClean ? [] : disk.names(in: root).filter { !names.contains($0) && isPartition($0) }
        open = [:]
        guard areSafe else { return }
        try? disk.replace(
            root + "/" + ShutdownState.fileName, with: state.closed(unopened: unopened), sync: durability == .full)
    }
}

/// How the broker stopped: a small file that is written at the start and at a clean stop.
///
/// Logs are opened lazily, so one may go through several runs unopened; the file names those that still have to be
/// recovered.
package struct ShutdownState {
    /// The file's name in the data directory.
    static let fileName = "shutdown-state"

    /// Raised by one after each stop that was not clean.
    private(set) var leaderEpoch: Int32 = 0
    private var bootID: String
    /// What a partition has gone through unless `exceptions` says otherwise.
    private var usual = Shutdown.clean
    private var exceptions: [String: Shutdown] = [:]
    private var recovered: Set<String> = []

    /// The state of a run that begins after a run that left `contents` (nil: there was none).
    static func begin(after contents: [UInt8]?, bootID: String) -> ShutdownState {
        var state = ShutdownState(bootID: bootID)
        guard let contents else { return state }
        var wasClosed = false
        for line in String(decoding: contents, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 2 else { continue }
            switch words[0] {
            case "leader-epoch": state.leaderEpoch = Int32(words[1]) ?? 0
            case "state": wasClosed = words[1] == "closed"
            case "boot-id": state.bootID = String(words[1])
            case "process-crash": state.exceptions[String(words[1])] = .processCrash
            case "machine-crash": state.exceptions[String(words[1])] = .machineCrash
            default: break
            }
        }
        if !wasClosed {
            state.leaderEpoch &+= 1
            state.usual = state.bootID == bootID ? .processCrash : .machineCrash
            // What is worse stays.
            state.exceptions =
                state.usual == .machineCrash ? [:] : state.exceptions.filter { $0.value == .machineCrash }
        }
        if state.bootID != bootID { state.exceptions = state.exceptions.mapValues { _ in .machineCrash } }
        state.bootID = bootID
        return state
    }

    private init(bootID: String) { self.bootID = bootID }

    var isClean: Bool { usual == .clean && exceptions.isEmpty }

    /// What the partition of that directory name has gone through.
    func shutdown(of name: String) -> Shutdown {
        recovered.contains(name) ? .clean : exceptions[name] ?? usual
    }

    /// Notes that the partition has been recovered.
    mutating func recovered(_ name: String) {
        guard !isClean else { return }
        recovered.insert(name)
        exceptions[name] = nil
    }

    /// The file's content while the broker runs.
    var running: [UInt8] { text("running", exceptions) }

    /// The file's content after a clean stop; `unopened` are the names in the data directory that no log was opened
    /// for.
    func closed(unopened: [String]) -> [UInt8] {
        var left = exceptions
        if usual != .clean { for name in unopened where left[name] == nil { left[name] = usual } }
        return text("closed", left)
    }

    private func text(_ state: String, _ exceptions: [String: Shutdown]) -> [UInt8] {
        var text = "version 0\nleader-epoch \(leaderEpoch)\nboot-id \(bootID)\nstate \(state)\n"
        for (name, shutdown) in exceptions.sorted(by: { $0.key < $1.key }) {
            text += "\(shutdown == .machineCrash ? "machine-crash" : "process-crash") \(name)\n"
        }
        return Array(text.utf8)
    }
}
