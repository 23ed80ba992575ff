import KafkaWire
import Testing

@testable import KafkaBroker

/// Random logs, compacted again and again, and cut off at every step on files.
@Suite("Compaction of random logs") struct CompactionPropertyTests {
    private struct Model {
        var records: [Int64: KeyedRecord] = [:]
        var end: Int64 = 0
        var sequences: [Int64: Int32] = [:]
        /// The last batch of each producer and its offset.
        var lastBatches: [Int64: (bytes: [UInt8], offset: Int64)] = [:]
    }

    /// Appends a random batch.
    private func append(_ log: PartitionLog, _ model: inout Model, _ random: inout SeededNumbers, now: Int64) throws {
        let records = (0..<Int.random(in: 1...5, using: &random)).map { _ in
            KeyedRecord(
                key: UInt8.random(in: 0..<12, using: &random),
                value: Int.random(in: 0..<4, using: &random) == 0
                    ? nil
                    : [UInt8](
                        repeating: UInt8.random(in: 0...255, using: &random),
                        count: Int.random(in: 0...60, using: &random)),
                timestamp: now - Int64.random(in: 0..<50, using: &random))
        }
        let producer = Int64.random(in: -2..<3, using: &random)
        let sequence = producer < 0 ? -1 : model.sequences[producer, default: 0]
        let bytes = batch(
            records, producer: max(-1, producer), sequence: sequence,
            compression: Compression.allCases.randomElement(using: &random)!)
        let appended = try log.put(bytes, now: now)
        #expect(appended.baseOffset == model.end)
        for (index, record) in records.enumerated() { model.records[model.end + Int64(index)] = record }
        model.end += Int64(records.count)
        if producer >= 0 {
            model.sequences[producer] = sequence + Int32(records.count)
            model.lastBatches[producer] = (bytes, appended.baseOffset)
        }
    }

    /// What holds at any time: nothing is changed or moved, the newest value of every key is there, and a key whose
    /// newest record is a tombstone has no value that a reader would take for the newest.
    private func check(_ log: PartitionLog, _ model: Model, _ comment: Comment) throws {
        let content = try log.content()
        #expect(log.logEndOffset == model.end, comment)
        #expect(zip(content.batches, content.batches.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound }, comment)
        #expect(zip(content.records, content.records.dropFirst()).allSatisfy { $0.offset < $1.offset }, comment)
        var newest: [UInt8: KeyedRecord] = [:]
        for (offset, record) in content.records {
            #expect(model.records[offset] == record, comment)
            newest[record.key] = record
        }
        var expected: [UInt8: KeyedRecord] = [:]
        for offset in 0..<model.end { expected[model.records[offset]!.key] = model.records[offset] }
        for (key, record) in expected {
            if record.value == nil {
                #expect(newest[key] == nil || newest[key] == record, comment)
            } else {
                #expect(newest[key] == record, comment)
            }
        }
        for producer in 0..<3 as Range<Int64> {
            guard let last = model.lastBatches[producer] else { continue }
            let appended = try log.put(last.bytes)
            #expect(appended.isDuplicate && appended.baseOffset == last.offset, comment)
        }
    }

    @Test(
        "Whatever is written, compacted, and cut off at whatever step, readers find the newest of each key",
        arguments: 0..<6)
    func random(_ seed: Int) throws {
        var random = SeededNumbers(seed: UInt64(seed))
        let fixture = try LogFixture()
        fixture.configuration.isCompacted = true
        fixture.configuration.isDeleted = false
        fixture.configuration.segmentBytes = Int.random(in: 800...2500, using: &random)
        fixture.configuration.indexIntervalBytes = 100
        fixture.configuration.deleteRetentionMillis = Int64.random(in: 0...200, using: &random)
        var log = try fixture.open()
        var model = Model()
        var checkpoint: Int64?
        var now = noon
        for round in 0..<6 {
            for _ in 0..<Int.random(in: 5...30, using: &random) {
                now += Int64.random(in: 0..<20, using: &random)
                try append(log, &model, &random, now: now)
            }
            var crashes: [[String: [UInt8]]] = []
            // Every step in some run, a sixth of them in each.
            var step = seed % 6
            log.onFileStep = {
                step += 1
                if round == 3, step % 6 == 0 { crashes.append(fixture.files()) }
            }
            let buffer = Bool.random(using: &random) ? 1 << 20 : 8 * 24
            if let end = try log.compactNow(checkpoint: checkpoint, now: now, bufferBytes: Int64(buffer)) {
                checkpoint = end
                let compacted = try log.content().records.filter { $0.offset < end }
                #expect(Set(compacted.map(\.record.key)).count == compacted.count, "each key once below \(end)")
            }
            try check(log, model, "seed \(seed), round \(round)")
            log.onFileStep = {}
            if round == 3 {
                let files = fixture.files()
                for (number, crash) in crashes.enumerated() {
                    var crash = crash
                    // What the next compaction had begun to write.
                    crash[Segment.name(0, ".log.cleaned")] = crash[Segment.name(0, ".log.cleaned")] ?? [1, 2, 3]
                    try fixture.restore(crash)
                    let again = try fixture.open(.processCrash)
                    try check(again, model, "seed \(seed), round \(round), crash \(number)")
                    let left = fixture.files().keys.filter { $0.hasSuffix(".swap") || $0.hasSuffix(".cleaned") }
                    #expect(left.isEmpty)
                    again.segments.forEach { $0.release() }
                }
                try fixture.restore(files)
            }
            log.close(now: now)
            log = try fixture.open(round % 3 == 0 ? .processCrash : .clean)
            try check(log, model, "seed \(seed), round \(round), opened again")
        }
    }
}
