import KafkaWire

/// What may have happened to a partition's files since they were last written.
public enum Shutdown: Sendable {
    /// They were closed: trust them.
    case clean
    /// The process died: the end may be torn.
    case processCrash
    /// The machine died: what was not synced may be missing anywhere.
    case machineCrash
}

/// The log of one partition: a directory of segments in Kafka's own format. Not Sendable: it belongs to the broker's
/// loop.
public final class PartitionLog {
    /// The topic's name.
    public let topic: String
    /// The partition's number.
    public let partition: Int32
    /// "topic-partition", as directories and messages have it.
    public let name: String
    /// The topic's id.
    let topicID: UUID
    /// The partition's directory.
    let directory: String
    let openFiles: OpenFiles
    /// Where the files lie.
    var disk: any Disk { openFiles.disk }
    let durability: Broker.Durability
    /// The topic's configs that concern its logs.
    public var configuration: LogConfiguration
    /// The epoch that new batches get.
    public let leaderEpoch: Int32

    /// Ascending by base offset; empty until the first append, which also makes the directory.
    var segments: [Segment] = []
    /// Whether a segment was to begin at the log's end and did not wholly.
    var isRollDue = false
    /// The offset that the next record gets.
    public internal(set) var logEndOffset: Int64 = 0
    /// The first offset that can be read.
    public internal(set) var logStartOffset: Int64 = 0
    /// The offset up to which records are durable, as `durability` means it, and may be read.
    public internal(set) var highWatermark: Int64 = 0
    /// Where the high watermark is: a segment's base offset and the position behind its last readable batch.
    var readableEnd: (baseOffset: Int64, position: Int) = (0, 0)
    var producers = ProducerState()
    var epochs = LeaderEpochs()
    /// Bytes appended since the last producer snapshot.
    var bytesSinceSnapshot = 0
    /// The log's end in the last producer snapshot; nil before there is one.
    var snapshotOffset: Int64?
    /// Where reads ended, which is where the next ones begin.
    var hints = ReadHints()
    let scratch: RecordScratch
    /// Fetches that wait for records here.
    var fetchWaiters: [FetchWaiter] = []
    /// Called when the high watermark has moved by that many bytes of batches.
    public var onAppend: ((PartitionLog, Int) -> Void)?

    /// Called when the log is gone.
    var onAbandon: ((PartitionLog) -> Void)?
    /// Called when `logStartOffset` has grown.
    var onStartOffset: ((PartitionLog) -> Void)?
    /// Called with files that are to be removed when `file.delete.delay.ms` is over, and the time.
    var onGiveUp: ((PartitionLog, [String], Int64) -> Void)?
    /// Called after each step that changes names of files: simulations of a crash look at the directory there.
    var onFileStep: () -> Void = {}

    /// The compaction that is under way.
    var compaction: Compaction?
    /// Set by a compaction that failed.
    var cannotBeCompacted = false

    // Broker.Durability.full, flush.messages and flush.ms
    /// Called when the log has records that `flush.ms` wants on the disk at that time.
    var onFlushDue: ((PartitionLog, Int64) -> Void)?
    /// Records that were appended since the last fsync was begun; counted when there is a bound for them.
    var recordsUnflushed: Int64 = 0
    /// Whether `onFlushDue` was called and `flush` was not yet.
    var awaitsFlush = false
    /// Files with bytes that are not on the disk yet.
    var unsynced: [SegmentFile] = []
    /// Files whose fsync is under way.
    var syncing: [SegmentFile] = []
    var bytesUnsynced = 0
    var isSyncing = false
    /// Set by a failed fsync. The system may then hold lost bytes for written ones, so nothing is appended any more until the broker is
    /// started again and reads what is really there.
    var hasFailed = false
    var durabilityWaiters: [(offset: Int64, body: (Bool) -> Void)] = []
    /// Runs a job on another thread and calls back on the loop.
    let background: BackgroundWork

    /// Opens the log, recovering it as `shutdown` asks. `logStartOffset` is the smallest offset that may be read when it
    /// lies behind the first segment's beginning. Nothing is made on disk before the first append.
    package init(
        topic: String, partition: Int32, topicID: UUID, root: String, configuration: LogConfiguration,
        leaderEpoch: Int32, shutdown: Shutdown, logStartOffset: Int64 = 0,
        durability: Broker.Durability = .process, openFiles: OpenFiles, scratch: RecordScratch = RecordScratch(),
        background: BackgroundWork, now: Int64
    ) throws(StorageError) {
        self.topic = topic
        self.partition = partition
        self.topicID = topicID
        name = "\(topic)-\(partition)"
        directory = root + "/" + name
        self.configuration = configuration
        self.leaderEpoch = leaderEpoch
        self.durability = durability
        self.openFiles = openFiles
        self.scratch = scratch
        self.background = background
        try open(shutdown, logStartOffset: logStartOffset, now: now)
    }

    var active: Segment? { segments.last }

    /// The bytes of all segments.
    public var sizeInBytes: Int { segments.reduce(0) { $0 + $1.size } }

    /// The epoch of the record at `offset`; -1 when it is not known.
    public func leaderEpoch(of offset: Int64) -> Int32 { knownEpochs.epoch(of: offset) ?? -1 }

    /// The largest known epoch up to `epoch` and its end; -1 and -1 when it is not known.
    public func endOffset(ofEpoch epoch: Int32) -> (epoch: Int32, offset: Int64) {
        knownEpochs.endOffset(of: epoch, logEndOffset: logEndOffset)
    }

    /// The epochs with the present one, which begins at the log's end as long as nothing was written in it.
    private var knownEpochs: LeaderEpochs {
        var all = epochs
        _ = all.assign(leaderEpoch, startOffset: logEndOffset)
        return all
    }

    /// Writes what a clean stop leaves: sealed indexes and the producer state; lets all descriptors go. Whether everything is as safe as
    /// `durability` says; else the stop is not to be called clean.
    @discardableResult
    public func close(now: Int64) -> Bool {
        stopCompaction()
        guard let active else { return true }
        active.seal()
        // A log that was only read has its snapshot already.
        if snapshotOffset != logEndOffset { writeSnapshot(now: now) }
        // What an fsync that is under way has not reached is synced here: nobody may wait for its end any more.
        let isSafe = durability != .full || !hasFailed && (syncing + unsynced).allSatisfy { $0.sync() }
        (syncing, unsynced) = ([], [])
        segments.forEach { $0.release() }
        return isSafe
    }

    private func stopCompaction() {
        compaction?.cancel()
        compaction = nil
    }

    /// Lets the descriptors go because the topic is deleted; whoever waits for durability is told that it will not
    /// come.
    func abandon() {
        stopCompaction()
        segments.forEach { $0.release() }
        unsynced = []
        let waiters = durabilityWaiters
        durabilityWaiters = []
        waiters.forEach { $0.body(false) }
        onAbandon?(self)
    }
}

/// Memory for the decompressed records of the batch at hand, shared by all logs of a loop.
package final class RecordScratch {
    var bytes: [UInt8] = []

    package init() {}

    /// What is kept between batches: a large batch must not leave its decompressed size behind for good.
    private static let keptMax = 1 << 20

    /// Lets go what is too large to keep.
    func shrink() {
        if bytes.capacity > Self.keptMax { bytes = [] }
    }
}

/// Sends slow work off the loop: the job runs on another thread, and its result comes back on the loop.
public final class BackgroundWork {
    /// Runs the first closure on another thread and then the second on the loop with what it returned. Unless set, both
    /// at once.
    public var run: (_ job: @escaping @Sendable () -> Bool, _ then: @escaping (Bool) -> Void) -> Void = { job, then in
        then(job())
    }

    /// Work that is done at once, until `run` is set.
    public init() {}
}

/// Positions of offsets that will likely be asked for next: each read leaves the place where it ended.
struct ReadHints {
    struct Hint {
        var offset: Int64
        var baseOffset: Int64
        var position: Int
    }

    private static let capacity = 16
    private var hints: [Hint] = []
    private var oldest = 0

    func find(_ offset: Int64) -> Hint? { hints.first { $0.offset == offset } }

    mutating func add(_ hint: Hint) {
        if hints.contains(where: { $0.offset == hint.offset }) { return }
        if hints.count < Self.capacity {
            hints.append(hint)
        } else {
            hints[oldest] = hint
            oldest = (oldest + 1) % Self.capacity
        }
    }

    mutating func removeAll() {
        hints.removeAll()
        oldest = 0
    }
}
