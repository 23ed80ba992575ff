import KafkaWire
import Simulation
import Testing

@testable import KafkaBroker

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("PartitionLog recovery") struct PartitionLogRecoveryTests {
    private let logName = "00000000000000000000.log"
    private let indexName = "00000000000000000000.index"
    private let timeName = "00000000000000000000.timeindex"

    /// A log of 30 batches with small index intervals, and where each batch ends.
    private func written() throws -> (LogFixture, ends: [(position: Int, offset: Int64)]) {
        let fixture = try LogFixture()
        fixture.configuration.indexIntervalBytes = 200
        let log = try fixture.open()
        var ends: [(position: Int, offset: Int64)] = [(0, 0)]
        for number in 0..<30 {
            try log.put(batch(count: 1 + number % 3, length: 20, timestamp: noon + Int64(number)))
            ends.append((log.sizeInBytes, log.logEndOffset))
        }
        return (fixture, ends)
    }

    @Test(
        "Cut at every byte of the last batches, the log comes back with every whole batch, and its indexes as they were"
    )
    func cutAnywhere() throws {
        let (fixture, ends) = try written()
        let original = fixture.files()
        let bytes = try #require(original[logName])
        let entries = try fixture.open(.machineCrash).indexEntries()[0]
        for length in ends[26].position..<bytes.count {
            var files = original
            files[logName] = Array(bytes[..<length])
            try fixture.restore(files)
            let log = try fixture.open(.processCrash, epoch: 1)
            let expected = ends.last { $0.position <= length }!
            #expect(log.logEndOffset == expected.offset, "cut at \(length)")
            #expect(log.sizeInBytes == expected.position)
            #expect(try log.values().count == Int(expected.offset))
            #expect(try log.indexEntries()[0] == entries.filter { $0.position < expected.position })
            // The log goes on behind the cut, in the new epoch.
            try log.put(batch(count: 1))
            #expect(try log.values().count == Int(expected.offset) + 1)
            #expect(log.leaderEpoch(of: expected.offset) == 1)
            #expect(log.leaderEpoch(of: 0) == 0)
        }
    }

    @Test("Any changed byte in the last batches cuts the log before that batch")
    func changedAnywhere() throws {
        let (fixture, ends) = try written()
        let original = fixture.files()
        let bytes = try #require(original[logName])
        for position in ends[28].position..<bytes.count {
            var changed = bytes
            changed[position] ^= 0x41
            var files = original
            files[logName] = changed
            try fixture.restore(files)
            let log = try fixture.open(.processCrash)
            let before = ends.last { $0.position <= position }!
            // The leader epoch is not under the checksum, nor is a base offset that only grows.
            let inBatch = position - before.position
            let isUnchecked = (0..<8).contains(inBatch) || (12..<16).contains(inBatch)
            if !isUnchecked { #expect(log.logEndOffset == before.offset, "byte \(inBatch)") }
            #expect(try log.values().count >= Int(before.offset))
        }
    }

    @Test("Garbage and zeros behind the last batch are cut")
    func garbage() throws {
        let (fixture, ends) = try written()
        let original = fixture.files()
        var numbers = SeededNumbers(seed: 3)
        for length in [1, 11, 60, 61, 4096] {
            for isZero in [true, false] {
                var files = original
                files[logName]! += (0..<length).map { _ in isZero ? 0 : UInt8.random(in: 0...255, using: &numbers) }
                try fixture.restore(files)
                let log = try fixture.open(.processCrash)
                #expect(log.logEndOffset == ends.last!.offset)
                #expect(log.sizeInBytes == ends.last!.position)
            }
        }
    }

    @Test(
        "Missing, cut or lying indexes are built again as they were",
        arguments: [Shutdown.clean, .processCrash, .machineCrash])
    func indexes(_ shutdown: Shutdown) throws {
        let (fixture, ends) = try written()
        let original = fixture.files()
        let expected = try fixture.open(.machineCrash).indexEntries()
        let changes: [(inout [String: [UInt8]]) -> Void] = [
            { $0[self.indexName] = [] },
            {
                $0[self.timeName] = []; $0[self.indexName] = []
            },
            {
                $0[self.indexName] = nil; $0[self.timeName] = nil
            },
            { $0[self.indexName]!.removeLast(3) },
            { $0[self.indexName]!.removeLast(16) },
            { $0[self.indexName]![$0[self.indexName]!.count - 1] ^= 0x10 },
            { $0[self.indexName]! += [0, 0, 0x7F, 0, 0x7F, 0, 0, 0] },
            { $0[self.indexName]! += [UInt8](repeating: 0, count: 16) },
        ]
        for (number, change) in changes.enumerated() {
            var files = original
            change(&files)
            try fixture.restore(files)
            let log = try fixture.open(shutdown)
            #expect(log.logEndOffset == ends.last!.offset, "change \(number)")
            #expect(try log.values().count == Int(ends.last!.offset))
            for offset in 0..<ends.last!.offset {
                #expect(try log.read(from: offset, maxBytes: 1, minOneBatch: true) != nil)
            }
            if shutdown == .machineCrash { #expect(try log.indexEntries() == expected) }
        }
    }

    @Test(
        "However long an fsync takes, a loss of power leaves no hole between segments",
        arguments: 1...20 as ClosedRange<UInt64>)
    func slowSync(seed: UInt64) throws {
        let disk = SimulatedDisk(seed: seed, keepsUnsynced: true)
        let fixture = try LogFixture()
        fixture.openFiles = OpenFiles(capacity: 64, on: BrokerDisk(disk))
        fixture.configuration.segmentBytes = 1000
        fixture.work.run = { _, _ in }
        let log = try fixture.open(durability: .full)
        for _ in 0..<30 { try log.put(batch(count: 3)) }
        #expect(log.segments.count > 3)
        disk.kill()
        disk.restart(hasLostPower: true)
        let again = try fixture.open(.machineCrash, durability: .full)
        #expect(again.logEndOffset >= log.segments[log.segments.count - 2].baseOffset)
        #expect(try again.values().keys.sorted() == Array(0..<again.logEndOffset))
    }

    @Test("After a loss of power a hole in the segment before the last one takes what follows with it")
    func hole() throws {
        let fixture = try LogFixture()
        fixture.configuration.segmentBytes = 1000
        let log = try fixture.open()
        for _ in 0..<30 { try log.put(batch(count: 3)) }
        #expect(log.segments.count > 3)
        let last = log.segments[log.segments.count - 1].baseOffset
        let before = log.segments[log.segments.count - 2].baseOffset
        var files = fixture.files()
        let name = Segment.name(before, ".log")
        for index in 200..<300 { files[name]![index] = 0 }
        try fixture.restore(files)
        let again = try fixture.open(.machineCrash)
        #expect(again.logEndOffset > before)
        #expect(again.logEndOffset < last)
        #expect(again.segments.last?.baseOffset == before)
        #expect(try again.values().count == Int(again.logEndOffset))
        #expect(fixture.files()[Segment.name(last, ".log")] == nil)
    }

    @Test("A clean stop leaves what the next start trusts: end, indexes, epochs, producers")
    func cleanStop() throws {
        let (fixture, ends) = try written()
        let log = try fixture.open(.processCrash)
        try log.put(batch([[1]], producer: 7, epoch: 0, sequence: 0))
        log.close(now: noon)
        let again = try fixture.open(.clean)
        #expect(again.logEndOffset == ends.last!.offset + 1)
        #expect(again.producers.producers[7]?.batches.count == 1)
        #expect(again.leaderEpoch(of: 0) == 0)
        #expect(try again.indexEntries() == log.indexEntries())
    }

    @Test("A full disk refuses the batch, leaves nothing of it behind, and the log goes on when there is room")
    func fullDisk() throws {
        let disk = SimulatedDisk(seed: 1, keepsUnsynced: false)
        let fixture = try LogFixture()
        fixture.openFiles = OpenFiles(capacity: 64, on: BrokerDisk(disk))
        let log = try fixture.open()
        try log.put(batch(count: 3))
        let before = disk.files(endingWith: logName).map(\.bytes)
        var error: AppendError?
        for _ in 0..<8 {
            disk.fail(after: 0, count: 1, code: ENOSPC)
            do throws(AppendError) {
                _ = try log.append(batch(count: 3, length: 500), origin: .client, now: noon)
            } catch let refused {
                error = refused
            }
        }
        #expect(error?.error == .kafkaStorageError)
        #expect(disk.files(endingWith: logName).map(\.bytes) == before)
        #expect(log.logEndOffset == 3)
        try log.put(batch(count: 2))
        #expect(try log.values().count == 5)
        #expect(try fixture.open(.machineCrash).logEndOffset == 5)
    }
}
