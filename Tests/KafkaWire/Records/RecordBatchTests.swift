import Testing

@testable import KafkaWire

/// A record with its own memory, for comparison.
struct OwnedRecord: Equatable {
    var offset: Int64
    var timestamp: Int64
    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [[UInt8]?] = []
}

/// The records of the batch in `bytes`.
func records(_ bytes: [UInt8], limit: Int = RecordBatch.decompressedBytesMax) throws -> [OwnedRecord] {
    try bytes.withUnsafeBytes { all in
        let batch = try #require(RecordBatch(at: all))
        var scratch: [UInt8] = []
        return try batch.withRecords(scratch: &scratch, limit: limit) { (cursor) throws(RecordsError) in
            var found: [OwnedRecord] = []
            while let record = try cursor.next() {
                found.append(
                    OwnedRecord(
                        offset: batch.offset(of: record), timestamp: batch.timestamp(of: record),
                        key: record.key.map { [UInt8]($0) }, value: record.value.map { [UInt8]($0) },
                        headers: record.headers.flatMap { [[UInt8]($0.name), $0.value.map { [UInt8]($0) }] }))
            }
            return found
        }
    }
}

func sampleBatch(_ compression: Compression = .none, count: Int = 3, valueLength: Int = 10) -> [UInt8] {
    var builder = RecordBatchBuilder()
    builder.baseOffset = 40
    builder.compression = compression
    for index in 0..<count {
        builder.append(
            timestamp: 1_700_000_000_000 + Int64(index * 5), key: index % 3 == 1 ? nil : Array("k\(index)".utf8),
            value: index % 5 == 2 ? nil : (0..<valueLength).map { UInt8(truncatingIfNeeded: $0 &* index) },
            headers: index % 2 == 0 ? [] : [(Array("h".utf8), nil), (Array("".utf8), [1, 2])])
    }
    return builder.build()
}

/// Bytes of hexadecimal text.
func hex(_ text: String) -> [UInt8] {
    let digits = text.filter { !$0.isWhitespace }
    return stride(from: 0, to: digits.count, by: 2).map { offset in
        let start = digits.index(digits.startIndex, offsetBy: offset)
        return UInt8(digits[start..<digits.index(start, offsetBy: 2)], radix: 16)!
    }
}

@Suite struct RecordBatchTests {
    @Test("A batch is laid out as Kafka's format 2 says, byte for byte")
    func golden() {
        var builder = RecordBatchBuilder()
        builder.baseOffset = 5
        builder.partitionLeaderEpoch = 2
        builder.producerID = 9
        builder.producerEpoch = 1
        builder.baseSequence = 7
        builder.append(timestamp: 1000, key: Array("a".utf8), value: Array("bc".utf8))
        builder.append(timestamp: 1003, key: nil, value: nil, headers: [(Array("h".utf8), nil)])
        let bytes = builder.build()
        let body = hex(
            """
            0000 00000001 00000000000003e8 00000000000003eb 0000000000000009 0001 00000007 00000002
            12 00 00 00 02 61 04 62 63 00
            12 00 06 02 01 01 02 02 68 01
            """)
        #expect(Array(bytes[21...]) == body)
        #expect(Array(bytes[..<17]) == hex("0000000000000005 00000045 00000002 02"))
        bytes.withUnsafeBytes { all in
            let batch = RecordBatch(at: all)!
            #expect(batch.crc == CRC32C.checksum(body))
            #expect(batch.isChecksumValid)
            #expect(batch.lastOffset == 6)
            #expect(batch.lastSequence == 8)
            #expect(batch.maxTimestamp == 1003)
        }
    }

    @Test("Every field comes back from a built batch, with each codec", arguments: Compression.allCases)
    func roundTrip(_ compression: Compression) throws {
        let bytes = sampleBatch(compression, count: 100, valueLength: 700)
        let found = try records(bytes)
        #expect(found == (try records(sampleBatch(.none, count: 100, valueLength: 700))))
        #expect(found.count == 100)
        #expect(found[1].offset == 41)
        #expect(found[1].timestamp == 1_700_000_000_005)
        #expect(found[1].key == nil)
        #expect(found[1].headers == [[104], nil, [], [1, 2]])
        #expect(found[2].value == nil)
        bytes.withUnsafeBytes { #expect(RecordBatch(at: $0)!.compressionID == compression.rawValue) }
    }

    @Test("Any changed byte behind the checksum is found", arguments: Compression.allCases)
    func checksum(_ compression: Compression) {
        let bytes = sampleBatch(compression)
        for position in RecordBatch.Position.crc..<bytes.count {
            var changed = bytes
            changed[position] ^= 0x10
            #expect(throws: RecordsError.self) {
                try changed.withUnsafeBytes { try RecordBatch(at: $0)!.validate() }
            }
        }
    }

    @Test("A batch that is cut anywhere is not taken for one")
    func cut() {
        let bytes = sampleBatch()
        for length in 0..<bytes.count {
            bytes[..<length].withUnsafeBytes { #expect(RecordBatch(at: $0) == nil) }
        }
        var negative = bytes
        negative[8] = 0xFF
        negative.withUnsafeBytes { #expect(RecordBatch(at: $0) == nil) }
    }

    @Test(
        "Bytes changed at random with the checksum mended never trap, whatever the codec",
        arguments: Compression.allCases)
    func mutation(_ compression: Compression) {
        var generator = SeededGenerator(seed: 11)
        let original = sampleBatch(compression, count: 8, valueLength: 90)
        for _ in 0..<3000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let position = Int.random(in: RecordBatch.Position.attributes..<bytes.count, using: &generator)
                bytes[position] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = try? records(bytes, limit: 1 << 20)
        }
    }

    @Test("A record count above or below what is there is refused with Kafka's texts")
    func count() {
        var bytes = sampleBatch()
        bytes[60] = 2
        #expect(throws: RecordsError.invalid("Incorrect declared batch size, records still remaining in file")) {
            try records(bytes)
        }
        bytes[60] = 4
        #expect(throws: RecordsError.invalid("Incorrect declared batch size, premature EOF reached")) {
            try records(bytes)
        }
        bytes[57] = 0xFF
        #expect(throws: RecordsError.self) { try records(bytes) }
    }

    @Test("A record's length, field lengths and header count are held against the bytes there")
    func lengths() {
        func batch(_ body: String, count: UInt8 = 1) -> [UInt8] {
            var bytes = sampleBatch()
            bytes.removeSubrange(RecordBatch.headerLength...)
            bytes += hex(body)
            bytes[60] = count
            let length = UInt32(bytes.count - 12)
            for index in 0..<4 { bytes[8 + index] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * index)) }
            return bytes
        }
        #expect(throws: Never.self) { try records(batch("0c 00 00 00 01 01 00")) }
        for (body, text) in [
            (
                "0e 00 00 00 01 01 00",
                "Invalid record size: expected 7 bytes in record payload, but instead the buffer has only 6 remaining bytes."
            ),
            (
                "01 00 00 00 01 01 00",
                "Invalid record size: expected -1 bytes in record payload, but instead the buffer has only 6 remaining bytes."
            ),
            ("0c 00 00 00 10 01 00", "Found invalid record structure"),
            ("0c 00 00 00 01 01 01", "Found invalid number of record headers -1"),
            (
                "0c 00 00 00 01 01 02",
                "Found invalid number of record headers. 1 is larger than the remaining size of the buffer"
            ),
            ("10 00 00 00 01 01 02 01 01", "Invalid negative header key size -1"),
            (
                "0e 00 00 00 01 01 00 00",
                "Invalid record size: expected to read 7 bytes in record payload, but instead read 6"
            ),
            ("00", "Found invalid record structure"),
            ("ff ff ff ff ff ff 00", "Incorrect declared batch size, premature EOF reached"),
        ] {
            #expect(throws: RecordsError.invalid(text)) { try records(batch(body)) }
        }
    }

    @Test("A decompressed size above the limit is refused before the memory is taken", arguments: Compression.allCases)
    func bomb(_ compression: Compression) {
        guard compression != .none else { return }
        let bytes = [UInt8](repeating: 0, count: 2_000_000)
        let small = bytes.withUnsafeBytes { compression.compress($0) }
        var output: [UInt8] = []
        #expect(throws: Never.self) {
            try small.withUnsafeBytes { try compression.decompress($0, into: &output, limit: 2_000_000) }
        }
        #expect(output == bytes)
        #expect(throws: RecordsError.tooLarge(limit: 1_999_999)) {
            try small.withUnsafeBytes { try compression.decompress($0, into: &output, limit: 1_999_999) }
        }
    }

    @Test("Compressed bytes that end early are refused at every cut", arguments: Compression.allCases)
    func cutCompressed(_ compression: Compression) {
        guard compression != .none else { return }
        let bytes = [UInt8]((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* $0 / 7) })
        let small = bytes.withUnsafeBytes { compression.compress($0) }
        var output: [UInt8] = []
        // A cut of snappy-java's frame between blocks is whole; there is one block here, so only the bare header is.
        for length in 0..<small.count where !(compression == .snappy && length == 16) {
            #expect(throws: RecordsError.self, "\(length) of \(small.count)") {
                try small[..<length].withUnsafeBytes { try compression.decompress($0, into: &output, limit: 10_000) }
            }
        }
    }

    @Test(
        "Snappy is read raw and in snappy-java's frame; gzip members, LZ4 and Zstandard frames in a row are read as one"
    )
    func framings() throws {
        var output: [UInt8] = []
        // "hello" as one raw literal: its length, a tag of (5 - 1) << 2, the bytes.
        try hex("05 10 68656c6c6f").withUnsafeBytes {
            try Compression.snappy.decompress($0, into: &output, limit: 100)
        }
        #expect(output == Array("hello".utf8))
        try hex("82534e4150505900 00000001 00000001 00000007 051068656c6c6f 00000003 010021").withUnsafeBytes {
            try Compression.snappy.decompress($0, into: &output, limit: 100)
        }
        #expect(output == Array("hello!".utf8))
        for compression in [Compression.gzip, .lz4, .zstd] {
            let one = Array("hello".utf8).withUnsafeBytes { compression.compress($0) }
            try (one + one).withUnsafeBytes { try compression.decompress($0, into: &output, limit: 100) }
            #expect(output == Array("hellohello".utf8))
        }
    }

    @Test("A snappy block that lies about its length is refused without that memory")
    func lyingSnappy() {
        var output: [UInt8] = []
        #expect(throws: RecordsError.self) {
            try hex("ffffffff0f 10 68656c6c6f").withUnsafeBytes {
                try Compression.snappy.decompress($0, into: &output, limit: Int.max)
            }
        }
    }

    @Test("Codec numbers 5 to 7 are unknown")
    func unknownCodec() {
        var bytes = sampleBatch()
        bytes[22] = 5
        #expect(throws: RecordsError.unknownCompression(5)) { try records(bytes) }
    }

    @Test("LogAppendTime sets type, largest timestamp and checksum; every record then has that time")
    func logAppendTime() throws {
        var bytes = sampleBatch()
        bytes.withUnsafeMutableBytes { RecordBatchHeader.setMaxTimestamp(99, type: .logAppendTime, in: $0) }
        #expect(try records(bytes).allSatisfy { $0.timestamp == 99 })
        bytes.withUnsafeBytes { all in
            #expect(RecordBatch(at: all)!.timestampType == .logAppendTime)
            #expect(RecordBatch(at: all)!.isChecksumValid)
        }
    }

    @Test("Offset and leader epoch are not under the checksum")
    func assign() {
        var bytes = sampleBatch()
        bytes.withUnsafeMutableBytes { RecordBatchHeader.assign(baseOffset: 1 << 40, partitionLeaderEpoch: 3, in: $0) }
        bytes.withUnsafeBytes { all in
            #expect(RecordBatch(at: all)!.isChecksumValid)
            #expect(RecordBatch(at: all)!.baseOffset == 1 << 40)
            #expect(RecordBatch(at: all)!.partitionLeaderEpoch == 3)
        }
    }

    @Test("Sequence numbers wrap from 2^31-1 to 0")
    func sequenceWrap() {
        #expect(RecordBatch.sequence(Int32.max, advancedBy: 1) == 0)
        #expect(RecordBatch.sequence(Int32.max - 2, advancedBy: 5) == 2)
        #expect(RecordBatch.sequence(10, advancedBy: 5) == 15)
    }

    @Test("Varints of every width come back, and too long ones are refused")
    func varints() {
        for shift in 0..<64 {
            for value in [Int64(1) << shift, 0 &- (Int64(1) << shift), (Int64(1) << shift) &- 1, Int64.max, Int64.min] {
                var bytes: [UInt8] = []
                RecordVarint.append(value, to: &bytes)
                #expect(bytes.count == RecordVarint.length(value))
                bytes.withUnsafeBytes { all in
                    var position = 0
                    #expect(RecordVarint.read64(all, &position) == value)
                    #expect(position == all.count)
                    position = 0
                    if let small = Int32(exactly: value) { #expect(RecordVarint.read32(all, &position) == small) }
                }
            }
        }
        hex("ffffffffff01").withUnsafeBytes { all in
            var position = 0
            #expect(RecordVarint.read32(all, &position) == nil)
        }
        hex("ffffffffffffffffffff01").withUnsafeBytes { all in
            var position = 0
            #expect(RecordVarint.read64(all, &position) == nil)
        }
    }

    @Test("An end marker has Kafka's key and value")
    func controlRecord() throws {
        let bytes = ControlRecord.endTransaction(
            .commit, producerID: 4, producerEpoch: 2, coordinatorEpoch: 3, timestamp: 50)
        let found = try records(bytes)
        #expect(found.map(\.key) == [hex("00000001")])
        #expect(found.map(\.value) == [hex("000000000003")])
        bytes.withUnsafeBytes { all in
            let batch = RecordBatch(at: all)!
            #expect(batch.isControlBatch && batch.isTransactional)
            #expect(batch.baseSequence == -1)
        }
    }
}
