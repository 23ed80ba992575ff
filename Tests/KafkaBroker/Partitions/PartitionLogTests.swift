import KafkaWire
import Testing

@testable import KafkaBroker

@Suite("PartitionLog") struct PartitionLogTests {
    @Test("Nothing is on disk before the first append; then Kafka's files are, with its names")
    func files() throws {
        let fixture = try LogFixture()
        let log = try fixture.open(epoch: 3)
        #expect(fixture.files().isEmpty)
        #expect(log.logEndOffset == 0)
        try log.put(batch(count: 2))
        let files = fixture.files()
        #expect(
            files.keys.sorted() == [
                "00000000000000000000.index", "00000000000000000000.log", "00000000000000000000.timeindex",
                "leader-epoch-checkpoint", "partition.metadata",
            ])
        #expect(files["partition.metadata"] == Array("version: 0\ntopic_id: \(fixture.id)".utf8))
        #expect(files["leader-epoch-checkpoint"] == Array("0\n1\n3 0\n".utf8))
    }

    @Test("A batch is stored as it came, but for its base offset and leader epoch")
    func verbatim() throws {
        let fixture = try LogFixture()
        let log = try fixture.open(epoch: 5)
        let first = batch(count: 3)
        try log.put(first)
        let appended = try log.put(first)
        #expect(appended == Appended(baseOffset: 3, lastOffset: 5, logAppendTimeMillis: -1, logStartOffset: 0))
        var expected = first
        expected.withUnsafeMutableBytes { RecordBatchHeader.assign(baseOffset: 3, partitionLeaderEpoch: 5, in: $0) }
        let stored = try #require(fixture.files()["00000000000000000000.log"])
        #expect(Array(stored[first.count...]) == expected)
    }

    @Test("LogAppendTime sets the broker's time and a right checksum, and returns the time")
    func logAppendTime() throws {
        let fixture = try LogFixture()
        fixture.configuration.timestampType = .logAppendTime
        let log = try fixture.open()
        let appended = try log.put(batch(count: 2, timestamp: 5), now: noon + 9)
        #expect(appended.logAppendTimeMillis == noon + 9)
        let region = try #require(try log.read(from: 0, maxBytes: 1000, minOneBatch: true))
        try region.bytes().withUnsafeBytes { all in
            let stored = try #require(RecordBatch(at: all))
            #expect(stored.timestampType == .logAppendTime)
            #expect(stored.maxTimestamp == noon + 9)
            #expect(stored.isChecksumValid)
        }
    }

    @Test("A largest timestamp that is not the records' is put right, as Kafka does")
    func maxTimestamp() throws {
        let fixture = try LogFixture()
        let log = try fixture.open()
        try log.put(
            patched(batch(count: 2)) {
                $0.storeBytes(
                    of: (noon + 777).bigEndian, toByteOffset: RecordBatch.Position.maxTimestamp, as: Int64.self)
            })
        let region = try #require(try log.read(from: 0, maxBytes: 1000, minOneBatch: true))
        try region.bytes().withUnsafeBytes { all in
            let stored = try #require(RecordBatch(at: all))
            #expect(stored.maxTimestamp == noon + 1)
            #expect(stored.isChecksumValid)
        }
    }

    @Test("An offset inside a batch returns the whole batch")
    func insideBatch() throws {
        let fixture = try LogFixture()
        let log = try fixture.open()
        try log.put(batch(count: 5))
        try log.put(batch(count: 5))
        let second = try #require(try log.read(from: 7, maxBytes: 10_000, minOneBatch: true))
        #expect(second.offset == Int64(batch(count: 5).count))
        #expect(second.length == batch(count: 5).count)
    }

    @Test("The first batch is returned above the limit only when it is asked for; others never are; batches are whole")
    func limits() throws {
        let fixture = try LogFixture()
        let log = try fixture.open()
        let size = batch(count: 5).count
        for _ in 0..<3 { try log.put(batch(count: 5)) }
        #expect(try log.read(from: 0, maxBytes: 1, minOneBatch: true)?.length == size)
        #expect(try log.read(from: 0, maxBytes: 1, minOneBatch: false) == nil)
        #expect(try log.read(from: 0, maxBytes: size - 1, minOneBatch: false) == nil)
        #expect(try log.read(from: 0, maxBytes: size, minOneBatch: false)?.length == size)
        #expect(try log.read(from: 0, maxBytes: 2 * size - 1, minOneBatch: true)?.length == size)
        #expect(try log.read(from: 0, maxBytes: 2 * size, minOneBatch: true)?.length == 2 * size)
        #expect(try log.read(from: 0, maxBytes: 0, minOneBatch: true)?.length == size)
        #expect(try log.read(from: 0, maxBytes: -5, minOneBatch: false) == nil)
    }

    @Test("Outside the log is OFFSET_OUT_OF_RANGE; its end is nothing yet")
    func range() throws {
        let fixture = try LogFixture()
        let log = try fixture.open()
        #expect(try log.read(from: 0, maxBytes: 100, minOneBatch: true) == nil)
        try log.put(batch(count: 2))
        #expect(try log.read(from: 2, maxBytes: 100, minOneBatch: true) == nil)
        #expect(throws: KafkaError.offsetOutOfRange) { try log.read(from: 3, maxBytes: 100, minOneBatch: true) }
        #expect(throws: KafkaError.offsetOutOfRange) { try log.read(from: -1, maxBytes: 100, minOneBatch: true) }
    }

    @Test("Random appends and reads agree with an array", arguments: [1, 2, 3, 4] as [UInt64])
    func oracle(_ seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let fixture = try LogFixture()
        fixture.configuration.segmentBytes = 20_000
        fixture.configuration.indexIntervalBytes = 500
        var log = try fixture.open()
        var oracle: [[UInt8]] = []
        for step in 0..<400 {
            switch Int.random(in: 0..<100, using: &numbers) {
            case 0..<60:
                let count = Int.random(in: 1...20, using: &numbers)
                let values = (0..<count).map { index in
                    Array("\(step).\(index)".utf8)
                        + [UInt8](repeating: 7, count: Int.random(in: 0...100, using: &numbers))
                }
                let compression = Compression.allCases.randomElement(using: &numbers)!
                let appended = try log.put(batch(values, timestamp: noon + Int64(step), compression: compression))
                #expect(appended.baseOffset == Int64(oracle.count))
                oracle += values
            case 60..<97:
                let from = Int.random(in: 0...oracle.count, using: &numbers)
                let limit = Int.random(in: 1...5000, using: &numbers)
                let found = try log.values(from: Int64(from), maxBytes: limit, reads: 3)
                #expect(found.allSatisfy { oracle[Int($0.key)] == $0.value })
                // The batch that holds `from` comes whole; from there on nothing is left out.
                guard let first = found.keys.min(), let last = found.keys.max() else {
                    #expect(from == oracle.count)
                    break
                }
                #expect(first <= from && from <= last && found.count == Int(last - first) + 1)
            case 97:
                log.close(now: noon)
                log = try fixture.open(.clean)
            case 98:
                log = try fixture.open(.processCrash)
            default:
                log = try fixture.open(.machineCrash)
            }
            #expect(log.logEndOffset == Int64(oracle.count))
        }
        #expect(try log.values().count == oracle.count)
        #expect(log.segments.count > 1)
        #expect(fixture.openFiles.count <= 64)
    }

    @Test("A segment is rolled by its size, and the new one is named after its first offset")
    func rollBySize() throws {
        let fixture = try LogFixture()
        let size = batch(count: 4).count
        fixture.configuration.segmentBytes = 2 * size
        let log = try fixture.open()
        for _ in 0..<5 { try log.put(batch(count: 4)) }
        #expect(log.segments.map(\.baseOffset) == [0, 8, 16])
        #expect(fixture.files().keys.contains("00000000000000000008.log"))
        #expect(fixture.files().keys.contains("00000000000000000008.snapshot"))
        #expect(try log.values().count == 20)
    }

    @Test("A batch above segment.bytes is RECORD_LIST_TOO_LARGE")
    func aboveSegment() throws {
        let fixture = try LogFixture()
        fixture.configuration.segmentBytes = 100
        let log = try fixture.open()
        #expect(throws: AppendError.self) { try log.put(batch(count: 4, length: 100)) }
        #expect(log.logEndOffset == 0)
    }

    @Test("A segment is rolled by segment.ms between its first batch's time and the new one's")
    func rollByTime() throws {
        let fixture = try LogFixture()
        fixture.configuration.segmentMillis = 1000
        fixture.configuration.timestampAfterMaxMillis = .max
        let log = try fixture.open()
        try log.put(batch(count: 1))
        try log.put(batch(count: 1, timestamp: noon + 1000))
        #expect(log.segments.count == 1)
        try log.put(batch(count: 1, timestamp: noon + 1001))
        #expect(log.segments.map(\.baseOffset) == [0, 2])
        // The first batch's time is known again after a start.
        log.close(now: noon)
        let again = try fixture.open()
        try again.put(batch(count: 1, timestamp: noon + 2002))
        #expect(again.segments.map(\.baseOffset) == [0, 2, 3])
    }

    @Test("An index entry stands for about every index.interval.bytes: a batch's last offset and its position")
    func index() throws {
        let fixture = try LogFixture()
        let log = try fixture.open()
        let size = batch(count: 10, length: 200).count
        for _ in 0..<20 { try log.put(batch(count: 10, length: 200)) }
        // Kafka's rule: an entry before a batch when more than 4096 bytes were added since the last entry.
        var expected: [OffsetIndex.Entry] = []
        var since = 0
        for number in 0..<20 {
            if since > 4096 {
                expected.append(.init(offset: Int64(number * 10 + 9), position: number * size))
                since = 0
            }
            since += size
        }
        #expect(try log.indexEntries() == [expected])
        let bytes = try #require(fixture.files()["00000000000000000000.index"])
        #expect(bytes.count == expected.count * 8)
        #expect(
            Array(bytes[..<8]) == [
                0, 0, 0, UInt8(expected[0].offset), 0, 0, UInt8(expected[0].position >> 8),
                UInt8(expected[0].position & 255),
            ])
    }

    @Test("The first record at or after a time is found exactly, also inside a compressed batch and across segments")
    func byTime() throws {
        let fixture = try LogFixture()
        fixture.configuration.segmentBytes = 3000
        fixture.configuration.indexIntervalBytes = 100
        let log = try fixture.open()
        var times: [Int64] = []
        var numbers = SeededNumbers(seed: 5)
        for step in 0..<60 {
            let base = noon + Int64(step * 10) + Int64.random(in: -60...60, using: &numbers)
            let values = (0..<5).map { _ in [UInt8](repeating: 1, count: 20) }
            times += (0..<5).map { base + Int64($0) * 3 }
            try log.put(batch(values, timestamp: base, step: 3, compression: step % 2 == 0 ? .lz4 : .none))
        }
        func check(_ log: PartitionLog) throws {
            for time in stride(from: noon - 100, through: noon + 800, by: 7) {
                let expected = times.indices.first { times[$0] >= time }
                let found = try log.offset(forTimestamp: time)
                #expect(found?.offset == expected.map(Int64.init), "\(time - noon)")
                #expect(found?.timestamp == expected.map { times[$0] })
            }
            let largest = times.max()!
            #expect(try log.offsetOfMaxTimestamp()?.timestamp == largest)
            #expect(try log.offsetOfMaxTimestamp()?.offset == Int64(times.firstIndex(of: largest)!))
        }
        #expect(log.segments.count > 2)
        try check(log)
        log.close(now: noon)
        try check(try fixture.open())
        try check(try fixture.open(.processCrash))
        try check(try fixture.open(.machineCrash))
    }

    @Test("An empty log has no record of any time")
    func byTimeEmpty() throws {
        let fixture = try LogFixture()
        let log = try fixture.open()
        #expect(try log.offset(forTimestamp: 0) == nil)
        #expect(try log.offsetOfMaxTimestamp() == nil)
    }

    @Test("A partition whose directory is of an older topic of the same name begins empty")
    func olderTopic() throws {
        let fixture = try LogFixture()
        let log = try fixture.open()
        try log.put(batch(count: 3))
        let other = try fixture.open(id: UUID(high: 9, low: 9))
        #expect(other.logEndOffset == 0)
        try other.put(batch(count: 1))
        #expect(SystemDisk().names(in: fixture.directory.path).count { $0.hasSuffix("-delete") } == 1)
        #expect(try fixture.open(.clean, id: UUID(high: 9, low: 9)).logEndOffset == 1)
    }

    @Test("Descriptors are bounded, and all are let go at the close")
    func descriptors() throws {
        let fixture = try LogFixture()
        fixture.openFiles = OpenFiles(capacity: 8, on: SystemDisk())
        fixture.configuration.segmentBytes = 300
        let log = try fixture.open()
        for _ in 0..<30 { try log.put(batch(count: 4)) }
        #expect(log.segments.count > 10)
        #expect(try log.values().count == 120)
        #expect(openDescriptors(containing: fixture.directory.path) <= 8)
        log.close(now: noon)
        #expect(openDescriptors(containing: fixture.directory.path) == 0)
    }

    @Test("A region that is being sent stays good when its log is deleted")
    func regionOutlives() throws {
        let fixture = try LogFixture()
        let log = try fixture.open()
        try log.put(batch(count: 4))
        let region = try #require(try log.read(from: 0, maxBytes: 10_000, minOneBatch: true))
        log.abandon()
        SystemDisk().removeTree(fixture.path)
        #expect(try region.bytes().count == batch(count: 4).count)
    }

    @Test("The present leader epoch is known before anything is written in it")
    func epochs() throws {
        let fixture = try LogFixture()
        let empty = try fixture.open(epoch: 3)
        #expect(empty.leaderEpoch(of: 0) == 3)
        #expect(empty.endOffset(ofEpoch: 3) == (3, 0))
        try empty.put(batch(count: 5))
        let later = try fixture.open(epoch: 6)
        #expect(later.leaderEpoch(of: 4) == 3)
        #expect(later.leaderEpoch(of: 5) == 6)
        #expect(later.endOffset(ofEpoch: 3) == (3, 5))
        #expect(later.endOffset(ofEpoch: 4) == (3, 5))
        #expect(later.endOffset(ofEpoch: 6) == (6, 5))
        #expect(later.endOffset(ofEpoch: 7) == (-1, -1))
    }
}
