import KafkaWire
import Testing

@testable import KafkaBroker

@Suite("Retention") struct RetentionTests {
    private func candidates(_ sizes: [Int], newest: [Int64]) -> [Retention.Candidate] {
        zip(sizes, newest).enumerated().map { index, segment in
            Retention.Candidate(
                baseOffset: Int64(index) * 10, sizeInBytes: segment.0, largestTimestamp: segment.1)
        }
    }

    private func count(
        _ segments: [Retention.Candidate], start: Int64 = 0, highWatermark: Int64? = nil,
        now: Int64 = noon, _ configure: (inout LogConfiguration) -> Void
    ) -> Int {
        var configuration = LogConfiguration()
        configuration.retentionMillis = -1
        configure(&configuration)
        let end = Int64(segments.count) * 10
        return Retention.deletableCount(
            of: segments, logStartOffset: start, highWatermark: highWatermark ?? end, logEndOffset: end, configuration,
            now: now)
    }

    @Test("Segments whose newest record is older than retention.ms go, the oldest first, also the last")
    func byTime() {
        let segments = candidates([5, 5, 5], newest: [noon - 100, noon - 50, noon - 10])
        for (millis, expected) in [(Int64(9), 3), (10, 2), (49, 2), (50, 1), (99, 1), (100, 0), (-1, 0)] {
            #expect(count(segments) { $0.retentionMillis = millis } == expected, "\(millis)")
        }
        // A younger segment keeps those behind it.
        let mixed = candidates([5, 5, 5], newest: [noon - 100, noon, noon - 100])
        #expect(count(mixed) { $0.retentionMillis = 50 } == 1)
        #expect(count(candidates([1], newest: [.min])) { $0.retentionMillis = 50 } == 0)
    }

    @Test("Segments go as long as what is left is not smaller than retention.bytes")
    func bySize() {
        let segments = candidates([10, 10, 10], newest: [noon, noon, noon])
        for (bytes, expected) in [(Int64(31), 0), (30, 0), (21, 0), (20, 1), (11, 1), (10, 2), (1, 2), (0, 3), (-1, 0)]
        {
            #expect(count(segments) { $0.retentionBytes = bytes } == expected, "\(bytes)")
        }
    }

    @Test("Segments before the log's start go under every policy; time and size count only where the policy deletes")
    func byStart() {
        let segments = candidates([10, 10, 10], newest: [0, 0, 0])
        for (start, expected) in [(Int64(9), 0), (10, 1), (19, 1), (20, 2), (30, 2)] {
            let found = count(segments, start: start) {
                $0.isDeleted = false
                $0.isCompacted = true
                $0.retentionMillis = 1
                $0.retentionBytes = 0
            }
            #expect(found == expected, "\(start)")
        }
    }

    @Test("What is not below the high watermark stays, and so does an empty last segment")
    func bounds() {
        let segments = candidates([10, 10, 10], newest: [0, 0, 0])
        #expect(count(segments, highWatermark: 19) { $0.retentionMillis = 1 } == 1)
        #expect(count(segments, highWatermark: 20) { $0.retentionMillis = 1 } == 2)
        #expect(count(candidates([10, 0], newest: [0, 0])) { $0.retentionMillis = 1 } == 1)
        #expect(count([]) { $0.retentionMillis = 1 } == 0)
    }

    /// A log of five segments, one batch of ten records in each.
    private func log(_ fixture: LogFixture) throws -> PartitionLog {
        fixture.configuration.segmentBytes = batch(count: 10).count
        let log = try fixture.open()
        for number in 0..<5 { try log.put(batch(count: 10, timestamp: noon + Int64(number) * 1000)) }
        #expect(log.segments.count == 5)
        return log
    }

    @Test("Deleted segments are renamed and handed over for later; the log begins behind them, also after a restart")
    func deletion() throws {
        let fixture = try LogFixture()
        fixture.configuration.retentionMillis = 1500
        let log = try log(fixture)
        var givenUp: [String] = []
        log.onGiveUp = { _, paths, _ in givenUp += paths }
        let region = try #require(try log.read(from: 0, maxBytes: 1000, minOneBatch: true))
        let deleted = try log.deleteOldSegments(now: noon + 4000, limit: 2)
        #expect(deleted == 2)
        #expect(try log.deleteOldSegments(now: noon + 4000) == 1)
        #expect(log.logStartOffset == 30)
        #expect(throws: KafkaError.offsetOutOfRange) { try log.read(from: 29, maxBytes: 1, minOneBatch: true) }
        #expect(try log.values().keys.sorted() == Array(30..<50))
        #expect(givenUp.count == 9)
        #expect(givenUp.allSatisfy { $0.hasSuffix(".deleted") && SystemDisk().contents(of: $0) != nil })
        #expect(try region.bytes().count == region.length)
        // A reader that holds the file reads on; a restart removes what is left.
        log.close(now: noon)
        let again = try fixture.open()
        #expect(again.logStartOffset == 30)
        #expect(!fixture.files().keys.contains { $0.hasSuffix(".deleted") })
        #expect(again.leaderEpoch(of: 30) == 0)
    }

    @Test("Cut off at any step of a deletion, a log comes back with the segments that are left, and nothing else")
    func crashes() throws {
        let fixture = try LogFixture()
        fixture.configuration.retentionMillis = 1500
        let log = try log(fixture)
        var crashes: [[String: [UInt8]]] = []
        log.onFileStep = { crashes.append(fixture.files()) }
        #expect(try log.deleteOldSegments(now: noon + 4000) == 3)
        #expect(crashes.count == 9)
        for crash in crashes {
            try fixture.restore(crash)
            let again = try fixture.open(.processCrash)
            #expect(again.logEndOffset == 50)
            #expect(try again.values().keys.sorted() == Array(again.logStartOffset..<50))
            let bases = Set(again.segments.map(\.baseOffset))
            for name in fixture.files().keys {
                for suffix in Segment.suffixes + [".deleted"] where name.hasSuffix(suffix) {
                    #expect(Segment.offset(ofName: name, suffix).map(bases.contains) == true, "\(name)")
                }
            }
        }
    }

    @Test("When every segment is old, an empty one remains, and offsets go on where they were")
    func all() throws {
        let fixture = try LogFixture()
        fixture.configuration.retentionMillis = 1
        let log = try log(fixture)
        #expect(try log.deleteOldSegments(now: noon + 100_000) == 5)
        #expect(log.logStartOffset == 50 && log.logEndOffset == 50 && log.highWatermark == 50)
        #expect(try log.read(from: 50, maxBytes: 100, minOneBatch: true) == nil)
        #expect(try log.put(batch(count: 1)).baseOffset == 50)
        #expect(try log.values().keys.sorted() == [50])
        log.close(now: noon)
        let again = try fixture.open()
        #expect(again.logStartOffset == 50 && again.logEndOffset == 51)
    }

    @Test("The age of records without timestamps is that of their file")
    func noTimestamps() throws {
        let fixture = try LogFixture()
        fixture.configuration.retentionMillis = 1000
        let log = try fixture.open()
        try log.put(batch(count: 1, timestamp: -1))
        let changed = try log.segments[0].largestTimestamp()
        #expect(changed > noon)
        #expect(try log.deleteOldSegments(now: changed + 1000) == 0)
        #expect(try log.deleteOldSegments(now: changed + 1001) == 1)
    }

    @Test("Records before a deleted offset are gone at once, their segments with the next look, and both after a crash")
    func deleteRecords() throws {
        let directory = try TemporaryDirectory()
        let id = UUID(high: 1, low: 1)
        var configuration = LogConfiguration()
        configuration.segmentBytes = batch(count: 10).count
        func logs() throws -> PartitionLogs {
            try PartitionLogs(
                root: directory.path, durability: .process, openFiles: OpenFiles(on: SystemDisk()),
                background: BackgroundWork(), bootID: "b")
        }
        func open(_ logs: PartitionLogs) throws -> PartitionLog {
            try logs.openLog(topic: "t", partition: 0, topicID: id, configuration: configuration, now: noon)
        }
        let first = try logs()
        let log = try open(first)
        for _ in 0..<3 { try log.put(batch(count: 10)) }
        try log.deleteRecords(before: 15)
        #expect(throws: KafkaError.offsetOutOfRange) { try log.deleteRecords(before: 31) }
        try first.writeStartOffsets()
        #expect(
            SystemDisk().contents(of: directory.path + "/log-start-offset-checkpoint").map {
                String(decoding: $0, as: UTF8.self)
            } == "0\n1\nt 0 15\n")
        #expect(log.logStartOffset == 15 && log.segments.count == 3)
        #expect(throws: KafkaError.offsetOutOfRange) { try log.read(from: 14, maxBytes: 1, minOneBatch: true) }
        // No clean stop.
        let second = try logs()
        let again = try open(second)
        #expect(again.logStartOffset == 15)
        #expect(try again.deleteOldSegments(now: noon) == 1)
        #expect(again.segments.map(\.baseOffset) == [10, 20])
        try again.deleteRecords(before: 30)
        second.close(now: noon)
        let third = try open(try logs())
        #expect(third.logStartOffset == 30 && third.logEndOffset == 30)
        // The machine loses the records, not the offset.
        SystemDisk().removeTree(directory.path + "/t-0")
        try SystemDisk().create(directory.path + "/t-0")
        try SystemDisk().replace(directory.path + "/t-0/" + Segment.name(0, ".log"), with: [], sync: false)
        let fourth = try open(try logs())
        #expect(fourth.logStartOffset == 30 && fourth.logEndOffset == 30)
        #expect(try fourth.put(batch(count: 1)).baseOffset == 30)
    }

    @Test("Given-up files are removed when file.delete.delay.ms is over, not before")
    func delay() {
        var deletions = DelayedDeletions()
        deletions.add(["b"], now: 0, delayMillis: 20)
        deletions.add(["a"], now: 0, delayMillis: 10)
        deletions.add(["c"], now: 5, delayMillis: 15)
        deletions.add(["never"], now: 5, delayMillis: .max)
        #expect(deletions.nextDueMillis == 10)
        #expect(deletions.takeDue(now: 9).isEmpty)
        #expect(deletions.takeDue(now: 10) == ["a"])
        #expect(deletions.takeDue(now: 1000) == ["b", "c"])
        #expect(deletions.nextDueMillis == Deadline.never)
    }

    @Test("The broker looks at all logs, open or not, after the initial delay and then at every interval")
    func rounds() throws {
        let fixture = try BrokerFixture {
            $0.logRetentionCheckIntervalMillis = 1000
            $0.logCleanerEnable = false
        }
        let broker = fixture.broker
        var new = Broker.NewTopic(name: "t")
        new.partitionCount = 300
        new.configs = [("retention.ms", "5"), ("file.delete.delay.ms", "7")]
        let topic = try broker.create(new)
        for partition in [0, 150, 299] as [Int32] {
            try broker.log(topic, partition).put(batch(count: 1, timestamp: fixture.now), now: fixture.now)
        }
        let log = try broker.log(topic, 299)
        #expect(broker.nextDeadlineMillis == fixture.now + 30_000)
        var slices = 0
        func run(to now: Int64) {
            while let next = broker.nextDeadlineMillis, next <= now {
                broker.advance(to: max(next, fixture.now))
                fixture.now = max(next, fixture.now)
                slices += 1
                if slices > 1000 { return }
            }
            fixture.now = now
        }
        run(to: fixture.now + 29_999)
        #expect(log.logStartOffset == 0)
        run(to: fixture.now + 1)
        #expect(slices > 1 && slices < 20)
        for partition in [0, 150, 299] as [Int32] { #expect(try broker.log(topic, partition).logStartOffset == 1) }
        let path = log.directory + "/" + Segment.name(0, ".log.deleted")
        #expect(SystemDisk().contents(of: path) != nil)
        run(to: fixture.now + 7)
        #expect(SystemDisk().contents(of: path) == nil)
        #expect(broker.nextDeadlineMillis == fixture.now - 7 + 1000)
    }

    @Test("Intervals of any length wait, and the clock of the day may be set meanwhile", arguments: [Int64.max, 0, -1])
    func intervals(_ millis: Int64) throws {
        let fixture = try BrokerFixture {
            $0.logInitialTaskDelayMillis = 0
            $0.logRetentionCheckIntervalMillis = millis
            $0.logCleanerBackoffMillis = millis
        }
        let start = fixture.now
        let topic = try fixture.broker.create(Broker.NewTopic(name: "t"))
        let log = try fixture.broker.log(topic, 0)
        try log.put(batch(count: 1, timestamp: start), now: start)
        topic.overrides = ["retention.ms": "5", "file.delete.delay.ms": "9223372036854775807"]
        fixture.broker.logs.reconfigure(topic)
        // An hour back: the record is not old yet. A day ahead: it is.
        fixture.broker.advance(to: start - 3_600_000, steady: start + 1)
        #expect(log.logStartOffset == 0)
        let next = try #require(fixture.broker.nextDeadlineMillis)
        #expect(millis == .max ? next > start + 100 : next <= start + 3)
        fixture.broker.advance(to: start + 86_400_000, steady: start + 100)
        #expect(log.logStartOffset == (millis == .max ? 0 : 1))
        // With a steady clock that is far ahead of the day's, too.
        fixture.broker.advance(to: 1, steady: start + 101)
        #expect(fixture.broker.nextDeadlineMillis != nil)
    }

    @Test("New configs reach open logs at once")
    func reconfigure() throws {
        let fixture = try BrokerFixture()
        let topic = try fixture.broker.create(Broker.NewTopic(name: "t"))
        let log = try fixture.broker.log(topic, 0)
        topic.overrides = ["max.message.bytes": "100", "cleanup.policy": "compact"]
        fixture.broker.logs.reconfigure(topic)
        #expect(log.configuration.maxMessageBytes == 100 && log.configuration.isCompacted)
    }

    @Test("flush.messages makes the records wait for the disk; flush.ms brings them there in time")
    func flush() throws {
        let fixture = try LogFixture()
        var jobs: [() -> Void] = []
        fixture.work.run = { job, then in jobs.append { then(job()) } }
        fixture.configuration.flushMessages = 3
        let log = try fixture.open()
        try log.put(batch(count: 2))
        #expect(log.highWatermark == 2 && jobs.isEmpty)
        try log.put(batch(count: 1))
        #expect(log.highWatermark == 2 && jobs.count == 1)
        jobs.removeFirst()()
        #expect(log.highWatermark == 3)
        log.configuration.flushMessages = .max
        log.configuration.flushMillis = 50
        var due: [Int64] = []
        log.onFlushDue = { due.append($1) }
        try log.put(batch(count: 1), now: noon + 1)
        try log.put(batch(count: 1), now: noon + 2)
        #expect(due == [noon + 1] && log.highWatermark == 5 && jobs.isEmpty)
        log.flush()
        #expect(jobs.count == 1)
        jobs.removeFirst()()
        try log.put(batch(count: 1), now: noon + 3)
        #expect(due == [noon + 1, noon + 3])
        // However many records come, the log waits once.
        log.configuration.flushMessages = 2
        for _ in 0..<10 {
            try log.put(batch(count: 1), now: noon + 4)
            while !jobs.isEmpty { jobs.removeFirst()() }
        }
        #expect(due.count == 2 && log.highWatermark == log.logEndOffset)
    }

    @Test("Producers that were silent for a day are forgotten at the next look")
    func producers() throws {
        let fixture = try LogFixture()
        let log = try fixture.open()
        try log.put(batch([[1]], producer: 4, epoch: 0, sequence: 0))
        log.expireProducers(now: noon + 86_399_999)
        #expect(!log.producers.isEmpty)
        log.expireProducers(now: noon + 86_400_000)
        #expect(log.producers.isEmpty)
    }

    @Test("A log that was only read is closed without writing")
    func readOnly() throws {
        let fixture = try LogFixture()
        let log = try fixture.open()
        try log.put(batch(count: 3))
        log.close(now: noon)
        let snapshot = fixture.path + "/" + Segment.name(3, ".snapshot")
        #expect(SystemDisk().contents(of: snapshot) != nil)
        try SystemDisk().replace(fixture.path + "/mark", with: [], sync: false)
        let before = fixture.files()
        let again = try fixture.open()
        #expect(try again.values().count == 3)
        SystemDisk().removeAll(fixture.path, ending: ".snapshot")
        again.close(now: noon)
        #expect(fixture.files() == before.filter { !$0.key.hasSuffix(".snapshot") })
    }
}

@Suite("OffsetCheckpoint") struct OffsetCheckpointTests {
    @Test("A checkpoint is read as it was written, in Kafka's format; another file holds nothing")
    func file() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/c"
        let checkpoint = OffsetCheckpoint(path: path, syncs: false, on: SystemDisk())
        checkpoint.set(5, of: "b-c-10")
        checkpoint.set(7, of: "a-0")
        checkpoint.set(8, of: "gone-0")
        checkpoint.keep { !$0.hasPrefix("gone") }
        try checkpoint.write()
        #expect(
            SystemDisk().contents(of: path).map { String(decoding: $0, as: UTF8.self) } == "0\n2\na 0 7\nb-c 10 5\n")
        let again = OffsetCheckpoint(path: path, syncs: false, on: SystemDisk())
        #expect(again.offset(of: "b-c-10") == 5 && again.offset(of: "a-0") == 7 && again.offset(of: "x-0") == nil)
        for text in ["", "1\n0\n", "0\n2\na 0 7\n", "0\n1\na 0\n", "0\n1\na 0 x\n"] {
            try SystemDisk().replace(path, with: Array(text.utf8), sync: false)
            #expect(OffsetCheckpoint(path: path, syncs: false, on: SystemDisk()).offset(of: "a-0") == nil)
        }
    }

    @Test("Epochs that end before the log's start are forgotten; the one that holds it begins there")
    func epochs() {
        func cut(_ offset: Int64) -> [LeaderEpochs.Entry] {
            var epochs = LeaderEpochs(text: "0\n3\n0 0\n2 10\n5 20\n")!
            _ = epochs.truncate(toStart: offset)
            return epochs.entries
        }
        #expect(cut(0).map(\.startOffset) == [0, 10, 20])
        #expect(cut(5).map(\.startOffset) == [5, 10, 20])
        #expect(cut(10) == [.init(epoch: 2, startOffset: 10), .init(epoch: 5, startOffset: 20)])
        #expect(cut(30) == [.init(epoch: 5, startOffset: 30)])
    }
}
