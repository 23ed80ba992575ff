import KafkaWire
import Testing

@testable import KafkaBroker

/// A record as a test wants it.
struct KeyedRecord: Equatable {
    var key: UInt8
    /// Nil for a tombstone.
    var value: [UInt8]?
    var timestamp: Int64 = noon
}

/// A batch of keyed records.
func batch(
    _ records: [KeyedRecord], producer: Int64 = -1, sequence: Int32 = -1, compression: Compression = .none
) -> [UInt8] {
    var builder = RecordBatchBuilder()
    builder.compression = compression
    builder.producerID = producer
    builder.producerEpoch = producer < 0 ? -1 : 0
    builder.baseSequence = sequence
    for record in records {
        builder.append(
            timestamp: record.timestamp, key: [record.key], value: record.value,
            headers: [(name: [104], value: [record.key])])
    }
    return builder.build()
}

extension PartitionLog {
    /// All that can be read: batches with their offsets, and the records by offset.
    func content() throws -> (batches: [ClosedRange<Int64>], records: [(offset: Int64, record: KeyedRecord)]) {
        var batches: [ClosedRange<Int64>] = []
        var records: [(offset: Int64, record: KeyedRecord)] = []
        var offset = logStartOffset
        var scratch: [UInt8] = []
        while let region = try read(from: offset, maxBytes: 300, minOneBatch: true) {
            var rest = ArraySlice(try region.bytes())
            while !rest.isEmpty {
                let size = try rest.withUnsafeBytes { all in
                    let batch = try #require(RecordBatch(at: all), "a region holds whole batches")
                    try batch.validate()
                    batches.append(batch.baseOffset...batch.lastOffset)
                    try batch.withRecords(scratch: &scratch) { (cursor) throws(RecordsError) in
                        while let record = try cursor.next() {
                            let key = record.key?.first ?? 0
                            #expect(record.headers.first?.value.map { [UInt8]($0) } == [key])
                            records.append(
                                (
                                    batch.offset(of: record),
                                    KeyedRecord(
                                        key: key, value: record.value.map { [UInt8]($0) },
                                        timestamp: batch.timestamp(of: record))
                                ))
                        }
                    }
                    #expect(batch.nextOffset > offset)
                    offset = batch.nextOffset
                    return batch.bytes.count
                }
                rest = rest.dropFirst(size)
            }
        }
        return (batches, records)
    }

    /// Compacts what can be, and says up to where.
    @discardableResult
    func compactNow(checkpoint: Int64? = nil, now: Int64 = noon, bufferBytes: Int64 = 1 << 20) throws -> Int64? {
        guard let range = try dirtyRange(checkpoint: checkpoint, now: now) else { return nil }
        var end: Int64?
        compact(range, bufferBytes: bufferBytes, now: now) { end = $0 }
        return end
    }
}
