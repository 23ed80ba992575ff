import KafkaWire
import Testing

@testable import KafkaBroker

@Suite("Compaction") struct CompactionTests {
    /// A compacted log whose segments hold one batch each.
    private func fixture() throws -> LogFixture {
        let fixture = try LogFixture()
        fixture.configuration.isCompacted = true
        fixture.configuration.isDeleted = false
        fixture.configuration.segmentBytes = 200
        fixture.configuration.indexIntervalBytes = 100
        return fixture
    }

    private func value(_ number: Int) -> [UInt8] { [UInt8](repeating: UInt8(number), count: 80) }

    @Test("The last value of each key stays at its offset; what is in the active segment stays as it is")
    func lastValues() throws {
        let fixture = try fixture()
        let log = try fixture.open()
        for (number, key) in [1, 2, 1, 3, 2, 1].enumerated() {
            try log.put(batch([KeyedRecord(key: UInt8(key), value: value(number))]))
        }
        #expect(log.segments.count == 6)
        let end = try log.compactNow()
        #expect(end == 5)
        // Offset 5 has key 1 too, but is in the active segment, which is not looked at.
        #expect(try log.content().records.map(\.offset) == [2, 3, 4, 5])
        #expect(log.logStartOffset == 0 && log.logEndOffset == 6)
        #expect(try log.put(batch([KeyedRecord(key: 9, value: [1])])).baseOffset == 6)
        #expect(try log.content().records.map(\.offset) == [2, 3, 4, 5, 6])
    }

    @Test("A compaction leaves no descriptor behind")
    func descriptors() throws {
        let fixture = try fixture()
        let log = try fixture.open()
        for number in 0..<6 { try log.put(batch([KeyedRecord(key: 1, value: value(number))])) }
        #expect(try log.compactNow() == 5)
        log.close(now: noon)
        #expect(openDescriptors(containing: fixture.directory.path) == 0)
    }

    @Test("Neighbours become one segment up to segment.bytes; sizes, indexes and times are those of what is left")
    func segments() throws {
        let fixture = try fixture()
        let log = try fixture.open()
        for number in 0..<20 {
            let record = KeyedRecord(key: UInt8(number % 2), value: value(number), timestamp: noon + Int64(number))
            try log.put(batch([record]))
        }
        let before = log.sizeInBytes
        fixture.configuration.segmentBytes = 1 << 20
        log.configuration = fixture.configuration
        try log.compactNow()
        #expect(log.segments.map(\.baseOffset) == [0, 19])
        #expect(log.sizeInBytes < before / 5)
        #expect(log.segments[0].maxTimestamp == .init(timestamp: noon + 18, offset: 18))
        #expect(try log.offset(forTimestamp: noon)?.offset == 17)
        #expect(try log.offsetOfMaxTimestamp()?.offset == 19)
        log.close(now: noon)
        let again = try fixture.open()
        #expect(try again.content().records.map(\.offset) == [17, 18, 19])
        #expect(again.segments[0].maxTimestamp == .init(timestamp: noon + 18, offset: 18))
    }

    @Test("A tombstone stays for delete.retention.ms from the first compaction that meets it, then goes")
    func tombstones() throws {
        let fixture = try fixture()
        fixture.configuration.deleteRetentionMillis = 1000
        let log = try fixture.open()
        try log.put(batch([KeyedRecord(key: 1, value: value(1))]))
        try log.put(batch([KeyedRecord(key: 1, value: nil), KeyedRecord(key: 2, value: value(2))]))
        try log.put(batch([KeyedRecord(key: 3, value: value(3))]))
        var end = try log.compactNow(now: noon + 5000)
        var content = try log.content().records
        #expect(content.map(\.offset) == [1, 2, 3])
        #expect(content[0].record == KeyedRecord(key: 1, value: nil, timestamp: noon))
        for (now, offsets) in [(noon + 5999, [1, 2, 3, 4]), (noon + 6000, [2, 3, 4, 5])] as [(Int64, [Int64])] {
            try log.put(batch([KeyedRecord(key: UInt8(truncatingIfNeeded: now), value: value(4))]))
            end = try log.compactNow(checkpoint: end, now: now)
            content = try log.content().records
            #expect(content.map(\.offset) == offsets)
        }
        #expect(content[0].record == KeyedRecord(key: 2, value: value(2), timestamp: noon))
    }

    @Test("The last batch of a producer stays, empty, so that its sequence is known after a restart")
    func producers() throws {
        let fixture = try fixture()
        let log = try fixture.open()
        try log.put(batch([KeyedRecord(key: 1, value: value(0))], producer: 7, sequence: 0))
        let last = batch(
            [KeyedRecord(key: 1, value: value(1)), KeyedRecord(key: 1, value: [])], producer: 7, sequence: 1)
        try log.put(last)
        try log.put(batch([KeyedRecord(key: 1, value: value(2))]))
        try log.put(batch([KeyedRecord(key: 2, value: value(3))]))
        try log.compactNow()
        let content = try log.content()
        #expect(content.batches == [1...2, 3...3, 4...4])
        #expect(content.records.map(\.offset) == [3, 4])
        // Without snapshots the log itself must tell.
        SystemDisk().removeAll(fixture.path, ending: ".snapshot")
        let again = try fixture.open(.machineCrash)
        let appended = try again.put(last)
        #expect(appended.isDuplicate && appended.baseOffset == 1)
        // Once the producer has gone on, the empty batch goes too.
        try again.put(batch([KeyedRecord(key: 5, value: value(4))], producer: 7, sequence: 3))
        try again.put(batch([KeyedRecord(key: 6, value: value(4))]))
        try again.compactNow()
        #expect(try again.content().batches == [3...3, 4...4, 5...5, 6...6])
    }

    @Test("The last batch before the active segment stays, empty when need be, so that no offset is given out twice")
    func lastOffset() throws {
        let fixture = try fixture()
        fixture.configuration.deleteRetentionMillis = 0
        let log = try fixture.open()
        try log.put(batch([KeyedRecord(key: 1, value: value(0))]))
        try log.put(batch([KeyedRecord(key: 1, value: nil), KeyedRecord(key: 1, value: nil)]))
        try log.put(batch([KeyedRecord(key: 2, value: value(1))]))
        try log.put(batch([KeyedRecord(key: 2, value: value(1))]))
        var end = try log.compactNow()
        end = try log.compactNow(checkpoint: 0, now: noon + 1)
        #expect(end == 4)
        #expect(try log.content().batches == [3...3, 4...4])
        #expect(log.logEndOffset == 5)
    }

    @Test(
        "Compressed batches that lose records stay compressed, with their timestamps and headers",
        arguments: Compression.allCases)
    func compressed(_ compression: Compression) throws {
        let fixture = try fixture()
        let log = try fixture.open()
        let records = (0..<10).map {
            KeyedRecord(key: UInt8($0), value: value($0), timestamp: noon + Int64($0) * 7)
        }
        log.configuration.segmentBytes = 4000
        try log.put(batch(records, compression: compression))
        log.configuration.segmentBytes = 200
        try log.put(batch([KeyedRecord(key: 3, value: value(1)), KeyedRecord(key: 0, value: [])]))
        try log.put(batch([KeyedRecord(key: 100, value: value(1))]))
        try log.compactNow()
        let content = try log.content()
        #expect(content.batches == [0...9, 10...11, 12...12])
        #expect(content.records.map(\.offset) == [1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12])
        #expect(content.records[2].record == records[4])
        let region = try #require(try log.read(from: 0, maxBytes: 1, minOneBatch: true))
        try region.bytes().withUnsafeBytes { all in
            let batch = try #require(RecordBatch(at: all))
            #expect(batch.compressionID == compression.rawValue)
            #expect(batch.maxTimestamp == noon + 63)
        }
    }

    @Test("More keys than the buffer takes are compacted in several rounds")
    func smallBuffer() throws {
        let fixture = try fixture()
        let log = try fixture.open()
        for number in 0..<40 { try log.put(batch([KeyedRecord(key: UInt8(number % 20), value: value(number))])) }
        var end: Int64? = 0
        var rounds = 0
        while let checkpoint = end, checkpoint < 39, rounds < 20 {
            end = try log.compactNow(checkpoint: checkpoint, bufferBytes: 8 * 24)
            #expect((end ?? 0) > checkpoint)
            rounds += 1
        }
        #expect(rounds > 3)
        #expect(try log.content().records.map(\.offset) == Array(19..<40))
    }

    @Test("A log that is deleted or closed meanwhile is left alone, and nothing of the compaction stays")
    func interrupted() throws {
        for isDeleted in [true, false] {
            let fixture = try fixture()
            var jobs: [() -> Void] = []
            fixture.work.run = { job, then in jobs.append { then(job()) } }
            let log = try fixture.open()
            for number in 0..<4 { try log.put(batch([KeyedRecord(key: 1, value: value(number))])) }
            jobs = []
            let range = try #require(try log.dirtyRange(checkpoint: nil, now: noon))
            var ends: [Int64?] = []
            log.compact(range, bufferBytes: 1000, now: noon) { ends.append($0) }
            #expect(try log.deleteOldSegments(now: noon) == 0)
            jobs.removeFirst()()
            #expect(jobs.count == 1)
            if isDeleted { log.abandon() } else { log.close(now: noon) }
            jobs.removeFirst()()
            #expect(ends == [nil] && jobs.isEmpty)
            #expect(!fixture.files().keys.contains { $0.hasSuffix(".cleaned") || $0.hasSuffix(".deleted") })
            #expect(try fixture.open().content().records.count == 4)
        }
    }

    @Test("A log with a broken batch is not compacted, and not touched")
    func broken() throws {
        let fixture = try fixture()
        let log = try fixture.open()
        for number in 0..<4 { try log.put(batch([KeyedRecord(key: 1, value: value(number))])) }
        let path = fixture.path + "/" + Segment.name(1, ".log")
        var bytes = try #require(SystemDisk().contents(of: path))
        bytes[RecordBatch.headerLength] = 0x7F
        try SystemDisk().replace(path, with: bytes, sync: false)
        let before = fixture.files().filter { $0.key.hasSuffix(".log") }
        #expect(try log.compactNow() == nil)
        #expect(fixture.files().filter { $0.key.contains(".log") } == before)
        #expect(try log.dirtyRange(checkpoint: nil, now: noon) == nil)
    }

    @Test("The broker compacts what is dirty enough after the backoff, remembers it, and removes the old files later")
    func cleaner() throws {
        let fixture = try BrokerFixture()
        let broker = fixture.broker
        var new = Broker.NewTopic(name: "t")
        new.configs = [("cleanup.policy", "compact"), ("segment.bytes", "1048576"), ("file.delete.delay.ms", "10")]
        let topic = try broker.create(new)
        let log = try broker.log(topic, 0)
        log.configuration.segmentBytes = 200
        for number in 0..<6 {
            try log.put(batch([KeyedRecord(key: 1, value: value(number), timestamp: fixture.now)]), now: fixture.now)
        }
        fixture.now += 15_000
        broker.advance(to: fixture.now)
        #expect(try log.content().records.map(\.offset) == [4, 5])
        #expect(
            SystemDisk().contents(of: fixture.directory.path + "/cleaner-offset-checkpoint").map {
                String(decoding: $0, as: UTF8.self)
            } == "0\n1\nt 0 5\n")
        // It looks again at once, finds nothing, and rests.
        broker.advance(to: fixture.now)
        #expect(broker.nextDeadlineMillis == fixture.now + 10)
        fixture.now += 10
        broker.advance(to: fixture.now)
        #expect(!SystemDisk().names(in: log.directory).contains { $0.hasSuffix(".deleted") })
        // A tenth of dirt is not worth it.
        log.configuration.segmentBytes = 1 << 20
        try log.put(batch((0..<40).map { KeyedRecord(key: $0, value: value(1)) }), now: noon)
        try broker.delete(topic)
        #expect(
            SystemDisk().contents(of: fixture.directory.path + "/cleaner-offset-checkpoint").map {
                String(decoding: $0, as: UTF8.self)
            } == "0\n0\n")
    }
}

@Suite("Compaction of __consumer_offsets") struct OffsetsTopicCompactionTests {
    @Test("It is compacted as other topics are, and groups have the same offsets after a restart")
    func offsets() throws {
        let fixture = try BrokerFixture()
        let broker = fixture.broker
        _ = try broker.create(Broker.NewTopic(name: "t"))
        let topic = try broker.consumerOffsetsTopic()
        let log = try broker.log(topic, GroupID("g").partition(of: topic.partitionCount))
        log.configuration.segmentBytes = 1000
        for offset in 0..<100 as Range<Int64> {
            var request = OffsetCommit.Request()
            request.groupID = "g"
            var asked = OffsetCommit.Request.Topic()
            asked.name = "t"
            var place = OffsetCommit.Request.Topic.Partition()
            place.committedOffset = offset
            asked.partitions = [place]
            request.topics = [asked]
            let answer = try fixture.ask(OffsetCommit.self, 9, request)
            #expect(answer.topics[0].partitions[0].errorCode == .none)
        }
        let size = log.sizeInBytes
        fixture.now += 15_000
        broker.advance(to: fixture.now)
        #expect(log.sizeInBytes < size / 4)
        let again = try Broker(broker.configuration, now: fixture.now)
        #expect(again.groups.coordinator.group("g")?.committedOffset("t", 0)?.offset == 99)
    }
}

@Suite("DirtyRange") struct DirtyRangeTests {
    private let segments: [DirtyRange.Candidate] = (0..<5).map {
        .init(
            baseOffset: Int64($0) * 10, sizeInBytes: 100, largestTimestamp: noon + Int64($0) * 100 + 50,
            firstTimestamp: noon + Int64($0) * 100)
    }

    private func range(
        _ checkpoint: Int64?, start: Int64 = 0, stable: Int64 = 50, now: Int64 = noon + 1000,
        _ configure: (inout LogConfiguration) -> Void = { _ in }
    ) -> DirtyRange {
        var configuration = LogConfiguration()
        configure(&configuration)
        return DirtyRange(
            segments, checkpoint: checkpoint, logStartOffset: start, lastStableOffset: stable, logEndOffset: 50,
            configuration, now: now)
    }

    @Test("The dirty part begins at the checkpoint, or at the log's start when that is not in the log")
    func begin() {
        #expect(range(nil).firstDirtyOffset == 0)
        #expect(range(20).firstDirtyOffset == 20)
        #expect(range(50).firstDirtyOffset == 50)
        #expect(range(51).firstDirtyOffset == 0)
        #expect(range(5, start: 10).firstDirtyOffset == 10)
    }

    @Test("It ends at the active segment, at the stable part's end, and at records younger than min.compaction.lag.ms")
    func end() {
        #expect(range(20).firstUncleanableOffset == 40)
        #expect(range(20, stable: 35).firstUncleanableOffset == 30)
        #expect(range(0) { $0.compactionLagMillisMin = 800 }.firstUncleanableOffset == 20)
        #expect(range(0) { $0.compactionLagMillisMin = 1000 }.firstUncleanableOffset == 0)
        // What is clean already does not count as too young.
        #expect(range(30) { $0.compactionLagMillisMin = 800 }.firstUncleanableOffset == 30)
    }

    @Test(
        "Compaction is worth it above min.cleanable.dirty.ratio, or when a record has waited for max.compaction.lag.ms")
    func worth() {
        #expect(range(20).ratio == 0.5)
        var configuration = LogConfiguration()
        #expect(!range(20).isWorthCleaning(configuration))
        #expect(range(10).isWorthCleaning(configuration))
        #expect(range(nil).ratio == 1 && range(40).ratio == 0)
        configuration.cleanableDirtyRatioMin = 0.4
        #expect(range(20).isWorthCleaning(configuration))
        for (lag, isOverdue) in [(Int64(799), true), (800, false)] {
            #expect(range(20) { $0.compactionLagMillisMax = lag }.isOverdue == isOverdue)
        }
        #expect(!range(40) { $0.compactionLagMillisMax = 1 }.isWorthCleaning(configuration))
    }

    @Test("Neighbours are grouped within segment.bytes, 31 bits of offsets, and a number of segments")
    func groups() {
        func groups(_ bases: [Int64], size: Int, end: Int64, bytes: Int, countMax: Int = 32) -> [Range<Int>] {
            DirtyRange.groups(
                bases.map { ($0, size) }, endOffset: end, segmentBytes: bytes, countMax: countMax)
        }
        #expect(groups([0, 10, 20, 30], size: 10, end: 40, bytes: 20) == [0..<2, 2..<4])
        #expect(groups([0, 10, 20], size: 30, end: 40, bytes: 20) == [0..<1, 1..<2, 2..<3])
        #expect(groups([0, 10, 20, 30], size: 10, end: 40, bytes: 1000, countMax: 3) == [0..<3, 3..<4])
        let far = Int64(Int32.max)
        #expect(groups([0, 10, far], size: 1, end: far + 1, bytes: 1000) == [0..<3])
        #expect(groups([0, 10, far], size: 1, end: far + 2, bytes: 1000) == [0..<2, 2..<3])
        #expect(groups([], size: 1, end: 0, bytes: 1) == [])
    }
}

@Suite("KeyOffsets") struct KeyOffsetsTests {
    @Test("SipHash-2-4-128 is the one of its authors' test vectors")
    func hash() {
        let key: (UInt64, UInt64) = (0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908)
        let empty = SipHash128(UnsafeRawBufferPointer(start: nil, count: 0), seed: key)
        #expect(empty.first == 0xE6A8_25BA_047F_81A3 && empty.second == 0x9302_55C7_1472_F66D)
        let one = [UInt8(0)].withUnsafeBytes { SipHash128($0, seed: key) }
        #expect(one.first == 0x44AF_996B_D8C1_87DA && one.second == 0x45FC_229B_1159_7634)
    }

    @Test("The last offset of each key is known, also after growing; a full map takes no more")
    func map() {
        var keys = KeyOffsets(bytes: 1 << 17)
        #expect(keys.countMax == 3072)
        var offset: Int64 = 0
        for round in 0..<2 {
            for number in 0..<3000 {
                let isTaken = withUnsafeBytes(of: number) { keys.put($0, offset) }
                #expect(isTaken, "\(round) \(number)")
                offset += 1
            }
        }
        #expect(keys.count == 3000 && keys.latestOffset == 5999)
        for number in 0..<3000 { #expect(withUnsafeBytes(of: number) { keys.offset(of: $0) } == Int64(3000 + number)) }
        #expect(withUnsafeBytes(of: 3000) { keys.offset(of: $0) } == -1)
        for number in 3000..<3072 { _ = withUnsafeBytes(of: number) { keys.put($0, 7000) } }
        #expect(keys.isFull)
        let isTaken = withUnsafeBytes(of: 9999) { keys.put($0, 8000) }
        #expect(!isTaken && keys.latestOffset == 7000)
    }
}
