import KafkaWire
import Testing

@testable import KafkaBroker

@Suite("ProducerState") struct ProducerStateTests {
    private func one(_ sequence: Int32, count: Int = 1, epoch: Int16 = 0, producer: Int64 = 7) -> [UInt8] {
        batch([[UInt8]](repeating: [1], count: count), producer: producer, epoch: epoch, sequence: sequence)
    }

    private func refusal(_ log: PartitionLog, _ bytes: [UInt8]) -> KafkaError? {
        do throws(AppendError) {
            _ = try log.append(bytes, origin: .client, now: noon)
            return nil
        } catch {
            return error.error
        }
    }

    @Test(
        "A repeat of any of the last five batches gets its first offset and is not written; an older one is out of order"
    )
    func duplicates() throws {
        let fixture = try LogFixture()
        let log = try fixture.open()
        for number in 0..<7 { try log.put(one(Int32(number * 2), count: 2)) }
        for number in 2..<7 {
            let again = try log.put(one(Int32(number * 2), count: 2))
            #expect(again.baseOffset == Int64(number * 2))
            #expect(again.isDuplicate)
        }
        #expect(refusal(log, one(2, count: 2)) == .outOfOrderSequenceNumber)
        #expect(log.logEndOffset == 14)
        // The same first sequence with another count is no repeat.
        #expect(refusal(log, one(12, count: 1)) == .outOfOrderSequenceNumber)
    }

    @Test("A gap is OUT_OF_ORDER_SEQUENCE_NUMBER; the next batch in order is taken afterwards")
    func gap() throws {
        let fixture = try LogFixture()
        let log = try fixture.open()
        try log.put(one(0))
        #expect(refusal(log, one(2)) == .outOfOrderSequenceNumber)
        try log.put(one(1))
        #expect(log.logEndOffset == 2)
    }

    @Test("A producer that is not known may begin with any sequence")
    func unknown() throws {
        let fixture = try LogFixture()
        let log = try fixture.open()
        try log.put(one(1234))
        try log.put(one(1235))
        #expect(refusal(log, one(1237)) == .outOfOrderSequenceNumber)
    }

    @Test("An older epoch is INVALID_PRODUCER_EPOCH; a newer one begins at 0")
    func epochs() throws {
        let fixture = try LogFixture()
        let log = try fixture.open()
        try log.put(one(0, epoch: 3))
        #expect(refusal(log, one(1, epoch: 2)) == .invalidProducerEpoch)
        #expect(refusal(log, one(1, epoch: 4)) == .outOfOrderSequenceNumber)
        try log.put(one(0, epoch: 4))
        #expect(refusal(log, one(1, epoch: 3)) == .invalidProducerEpoch)
        try log.put(one(1, epoch: 4))
    }

    @Test("Sequences wrap from 2^31-1 to 0, between batches and inside one")
    func wrap() throws {
        let fixture = try LogFixture()
        let log = try fixture.open()
        try log.put(one(Int32.max - 1))
        try log.put(one(Int32.max))
        try log.put(one(0))
        #expect(try log.put(one(Int32.max)).isDuplicate)
        let other = batch([[1], [2], [3]], producer: 8, epoch: 0, sequence: Int32.max)
        try log.put(other)
        #expect(try log.put(other).isDuplicate)
        try log.put(one(2, producer: 8))
    }

    @Test("Producers survive a crash and a clean stop, with the whole window", arguments: [true, false])
    func restart(_ isClean: Bool) throws {
        let fixture = try LogFixture()
        fixture.configuration.segmentBytes = 400
        var log = try fixture.open()
        for number in 0..<9 { try log.put(one(Int32(number))) }
        if isClean { log.close(now: noon) }
        log = try fixture.open(isClean ? .clean : .processCrash)
        // A rolled segment's batches are beyond the window of what is read again after a clean stop.
        let first = isClean ? Int(log.segments.last!.baseOffset) : 8
        for number in first..<9 { #expect(try log.put(one(Int32(number))).isDuplicate, "\(number)") }
        #expect(refusal(log, one(10)) == .outOfOrderSequenceNumber)
        try log.put(one(9))
        #expect(log.logEndOffset == 10)
    }

    @Test("After a clean stop all five batches in the last segment are still known")
    func windowAfterCleanStop() throws {
        let fixture = try LogFixture()
        let log = try fixture.open()
        for number in 0..<9 { try log.put(one(Int32(number))) }
        log.close(now: noon)
        let again = try fixture.open()
        for number in 4..<9 { #expect(try again.put(one(Int32(number))).isDuplicate) }
        #expect(refusal(again, one(3)) == .outOfOrderSequenceNumber)
    }

    @Test("A torn last batch is forgotten with its sequence")
    func torn() throws {
        let fixture = try LogFixture()
        let log = try fixture.open()
        for number in 0..<3 { try log.put(one(Int32(number))) }
        var files = fixture.files()
        files["00000000000000000000.log"]!.removeLast()
        try fixture.restore(files)
        let again = try fixture.open(.processCrash)
        #expect(try again.put(one(2)).isDuplicate == false)
        #expect(again.logEndOffset == 3)
    }

    @Test("A producer that wrote nothing for its expiration is forgotten")
    func expiration() throws {
        var state = ProducerState()
        one(0).withUnsafeBytes { state.update(RecordBatch(at: $0)!) }
        state.expire(now: noon + 999, expirationMillis: 1000)
        #expect(!state.isEmpty)
        state.expire(now: noon + 1000, expirationMillis: 1000)
        #expect(state.isEmpty)
    }

    @Test("A snapshot is Kafka's format, byte for byte, and comes back; a changed one is refused")
    func snapshot() throws {
        var state = ProducerState()
        var builder = RecordBatchBuilder()
        builder.baseOffset = 100
        builder.producerID = 9
        builder.producerEpoch = 2
        builder.baseSequence = 5
        builder.append(timestamp: 1000, key: nil, value: [1])
        builder.append(timestamp: 1001, key: nil, value: [1])
        builder.build().withUnsafeBytes { state.update(RecordBatch(at: $0)!) }
        let bytes = ProducerSnapshot.encode(state)
        let body: [UInt8] =
            [0, 0, 0, 1] + [0, 0, 0, 0, 0, 0, 0, 9] + [0, 2] + [0, 0, 0, 6] + [0, 0, 0, 0, 0, 0, 0, 101] + [0, 0, 0, 1]
            + [0, 0, 0, 0, 0, 0, 3, 0xE9] + [0xFF, 0xFF, 0xFF, 0xFF]
            + [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
        let crc = CRC32C.checksum(body)
        #expect(bytes == [0, 1] + withUnsafeBytes(of: crc.bigEndian) { Array($0) } + body)
        #expect(ProducerSnapshot.decode(bytes)?.producers == state.producers)
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= 1
            #expect(ProducerSnapshot.decode(changed) == nil)
            #expect(ProducerSnapshot.decode(Array(bytes[..<position])) == nil)
        }
    }
}
