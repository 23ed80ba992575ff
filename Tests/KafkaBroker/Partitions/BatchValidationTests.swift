import KafkaWire
import Testing

@testable import KafkaBroker

@Suite("BatchValidation") struct BatchValidationTests {
    private func refusal(
        _ bytes: [UInt8], _ change: (inout LogConfiguration) -> Void = { _ in }
    ) throws -> AppendError? {
        let fixture = try LogFixture()
        change(&fixture.configuration)
        let log = try fixture.open()
        do throws(AppendError) {
            _ = try log.append(bytes, origin: .client, now: noon)
            return nil
        } catch {
            #expect(log.logEndOffset == 0)
            #expect(fixture.files().isEmpty, "a refused batch leaves nothing behind")
            return error
        }
    }

    private func set<T: FixedWidthInteger>(_ value: T, _ position: Int) -> (UnsafeMutableRawBufferPointer) -> Void {
        { $0.storeBytes(of: value.bigEndian, toByteOffset: position, as: T.self) }
    }

    @Test("A wrong checksum is CORRUPT_MESSAGE")
    func crc() throws {
        var bytes = batch(count: 2)
        bytes[70] ^= 1
        let error = try #require(try refusal(bytes))
        #expect(error.error == .corruptMessage)
        #expect(error.message.hasPrefix("Record is corrupt (stored crc = "))
        #expect(error.message.hasSuffix("in topic partition t-0."))
    }

    @Test("A batch above max.message.bytes is MESSAGE_TOO_LARGE, one of just that size is taken")
    func size() throws {
        let bytes = batch(count: 2)
        #expect(try refusal(bytes) { $0.maxMessageBytes = bytes.count } == nil)
        let error = try #require(try refusal(bytes) { $0.maxMessageBytes = bytes.count - 1 })
        #expect(error.error == .messageTooLarge)
        #expect(
            error.message
                == "The record batch size in the append to t-0 is \(bytes.count) bytes which exceeds the maximum configured value of \(bytes.count - 1)."
        )
    }

    @Test("What the header says wrongly of itself is INVALID_RECORD in Kafka's words")
    func header() throws {
        let good = batch(count: 2)
        let cases: [((UnsafeMutableRawBufferPointer) -> Void, String)] = [
            (set(Int64(5), 0), "The baseOffset of the record batch in the append to t-0 should be 0, but it is 5"),
            (set(Int32(-2), 23), "Batch has an invalid offset range: [0, -2] in topic partition t-0"),
            (set(Int32(0), 57), "Invalid reported count for record batch: 0 in topic partition t-0"),
            (set(Int32(-1), 57), "Invalid reported count for record batch: -1 in topic partition t-0"),
            (set(Int32(3), 57), "Inconsistent batch offset range [0, 1] and count of records 3 in topic partition t-0"),
            (set(Int16(32), 21), "Clients are not allowed to write control records in topic partition t-0"),
            (
                { all in
                    self.set(Int64(9), 43)(all)
                    self.set(Int32(-1), 53)(all)
                },
                "Invalid sequence number -1 in record batch with producerId 9 in topic partition t-0"
            ),
        ]
        for (change, text) in cases {
            let error = try #require(try refusal(patched(good, change)), "\(text)")
            #expect(error.error == .invalidRecord)
            #expect(error.message == text)
        }
    }

    @Test(
        "A count that header and offsets agree on but the records do not is INVALID_RECORD, with every codec",
        arguments: Compression.allCases)
    func wrongCount(_ compression: Compression) throws {
        let good = batch([[1], [2], [3]], compression: compression)
        for count in [2, 4] as [Int32] {
            let bytes = patched(good) {
                set(count, RecordBatch.Position.count)($0)
                set(count - 1, RecordBatch.Position.lastOffsetDelta)($0)
            }
            #expect(try refusal(bytes)?.error == .invalidRecord)
        }
    }

    @Test(
        "Bytes that the codec cannot read are UNKNOWN_SERVER_ERROR, as in Kafka",
        arguments: [Compression.gzip, .snappy, .lz4, .zstd])
    func badCompression(_ compression: Compression) throws {
        let bytes = patched(batch(count: 3)) { set(Int16(compression.rawValue), RecordBatch.Position.attributes)($0) }
        #expect(try refusal(bytes)?.error == .unknownServerError)
    }

    @Test("A compacted topic refuses records without a key and names them")
    func keys() throws {
        var builder = RecordBatchBuilder()
        builder.append(timestamp: noon, key: [1], value: [1])
        builder.append(timestamp: noon, key: nil as [UInt8]?, value: [1])
        let error = try #require(try refusal(builder.build()) { $0.isCompacted = true })
        #expect(error.error == .invalidRecord)
        let text = "Compacted topic cannot accept message without key in topic partition t-0."
        #expect(error.recordErrors == [.init(batchIndex: 1, message: text)])
        #expect(
            error.message
                == "One or more records have been rejected due to 1 record errors in total, and only showing the first three errors at most: [RecordError(batchIndex=1, message='\(text)')]"
        )
        #expect(try refusal(builder.build()) == nil)
    }

    @Test("A timestamp outside the topic's bounds is INVALID_TIMESTAMP; on the bound it is taken")
    func timestamps() throws {
        let hour: Int64 = 3_600_000
        #expect(try refusal(batch(count: 1, timestamp: noon + hour)) == nil)
        let late = try #require(try refusal(batch(count: 1, timestamp: noon + hour + 1)))
        #expect(late.error == .invalidTimestamp)
        #expect(late.message == "One or more records have been rejected due to invalid timestamp")
        #expect(late.recordErrors.map(\.batchIndex) == [0])
        #expect(try refusal(batch(count: 1, timestamp: 0)) == nil)
        #expect(
            try refusal(batch(count: 1, timestamp: noon - 11)) { $0.timestampBeforeMaxMillis = 10 }?.error
                == .invalidTimestamp)
        #expect(try refusal(batch(count: 1, timestamp: noon - 10)) { $0.timestampBeforeMaxMillis = 10 } == nil)
        #expect(
            try refusal(batch(count: 1, timestamp: Int64.min + 1)) { $0.timestampBeforeMaxMillis = 10 }?.error
                == .invalidTimestamp)
        #expect(try refusal(batch(count: 1, timestamp: noon + hour + 1)) { $0.timestampType = .logAppendTime } == nil)
    }

    @Test("A producer may not claim the broker's time")
    func brokerTime() throws {
        let bytes = patched(batch(count: 1)) { set(Int16(8), RecordBatch.Position.attributes)($0) }
        #expect(try refusal(bytes)?.error == .invalidTimestamp)
    }

    @Test(
        "Records whose offsets are not consecutive are written anew with those that are",
        arguments: Compression.allCases)
    func offsetsInside(_ compression: Compression) throws {
        // Two records whose second one claims offset delta 4: "0e 00 00 08 01 02 78 00" instead of 02.
        func body(_ delta: UInt8) -> [UInt8] {
            [0x0E, 0, 0, 0, 1, 2, 0x61, 0] + [0x0E, 0, 0, delta, 1, 2, 0x62, 0]
        }
        let payload = body(8).withUnsafeBytes { compression.compress($0) }
        var bytes = Array(batch(count: 2)[..<RecordBatch.headerLength]) + payload
        bytes = patched(bytes) {
            set(Int32(bytes.count - 12), RecordBatch.Position.length)($0)
            set(Int16(compression.rawValue), RecordBatch.Position.attributes)($0)
        }
        let fixture = try LogFixture()
        let log = try fixture.open()
        try log.put(bytes)
        #expect(try log.values() == [0: [0x61], 1: [0x62]])
        let region = try #require(try log.read(from: 0, maxBytes: 1000, minOneBatch: true))
        try region.bytes().withUnsafeBytes { #expect(RecordBatch(at: $0)!.compressionID == compression.rawValue) }
    }

    @Test(
        "compression.type gives every batch the topic's codec and keeps producer and sequence",
        arguments: Compression.allCases)
    func topicCompression(_ target: Compression) throws {
        for source in Compression.allCases {
            let fixture = try LogFixture()
            fixture.configuration.compression = target
            let log = try fixture.open()
            let values = (0..<50).map { _ in [UInt8](repeating: 3, count: 30) }
            let bytes = batch(values, producer: 4, epoch: 1, sequence: 9, compression: source)
            try log.put(bytes)
            #expect(try log.put(bytes).isDuplicate)
            #expect(try log.values().values.allSatisfy { $0 == values[0] })
            let region = try #require(try log.read(from: 0, maxBytes: 1, minOneBatch: true))
            try region.bytes().withUnsafeBytes { all in
                let stored = try #require(RecordBatch(at: all))
                #expect(stored.compressionID == target.rawValue)
                #expect(stored.producerID == 4 && stored.producerEpoch == 1 && stored.baseSequence == 9)
                #expect(stored.maxTimestamp == noon + 49)
                #expect(stored.isChecksumValid)
            }
        }
    }

    @Test(
        "Random changes of a batch with the checksum mended are refused or stored whole, and never trap",
        arguments: Compression.allCases)
    func mutations(_ compression: Compression) throws {
        var numbers = SeededNumbers(seed: 17)
        let fixture = try LogFixture()
        let log = try fixture.open()
        let good = batch((0..<6).map { [UInt8](repeating: UInt8($0), count: 30) }, compression: compression)
        for _ in 0..<2000 {
            let bytes = patched(good) { all in
                for _ in 0..<Int.random(in: 1...3, using: &numbers) {
                    let position = Int.random(in: RecordBatch.Position.attributes..<all.count, using: &numbers)
                    all[position] = UInt8.random(in: 0...255, using: &numbers)
                }
            }
            let before = log.logEndOffset
            if let appended = try? log.put(bytes) {
                #expect(log.logEndOffset == appended.lastOffset + 1)
                #expect(appended.baseOffset == before || appended.isDuplicate)
            } else {
                #expect(log.logEndOffset == before)
            }
        }
        #expect(try log.values().count == Int(log.logEndOffset))
    }
}
