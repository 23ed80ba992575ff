/// Builds one record batch of format 2: what the broker itself writes (coordinators, control markers, a topic's own
/// codec), and tests.
///
/// Append the records in the order of their offsets, then `build()`.
public struct RecordBatchBuilder {
    /// The offset of the first record.
    public var baseOffset: Int64 = 0
    /// The epoch of the leader that stores the batch; -1 until then.
    public var partitionLeaderEpoch: Int32 = -1
    /// The codec of the records.
    public var compression: Compression = .none
    /// The codec's level; nil for its usual one.
    public var compressionLevel: Int32?
    /// Whose clock the timestamps are of.
    public var timestampType: TimestampType = .createTime
    /// The idempotent producer, or -1.
    public var producerID: Int64 = RecordBatch.noProducerID
    /// The producer's epoch, or -1.
    public var producerEpoch: Int16 = RecordBatch.noProducerEpoch
    /// The sequence number of the first record, or -1.
    public var baseSequence: Int32 = RecordBatch.noSequence
    /// Whether the batch is part of a transaction.
    public var isTransactional = false
    /// Whether the batch ends a transaction.
    public var isControlBatch = false

    /// Until when tombstones of the batch are kept, in milliseconds since 1970; it then stands in the place of the base
    /// timestamp (KIP-534). Set it before the first record.
    public var deleteHorizonMillis: Int64?
    /// What the last offset adds to the base offset when the last records are gone; nil for the last record's.
    public var lastOffsetDelta: Int32?

    /// The records so far.
    public private(set) var count: Int32 = 0
    /// The timestamp of the first record, in milliseconds since 1970.
    private var baseTimestamp: Int64 = RecordBatch.noTimestamp
    private var maxTimestamp: Int64 = RecordBatch.noTimestamp
    private var records: [UInt8] = []

    /// An empty batch that begins at offset 0.
    public init() {}

    /// The bytes that the records take so far, uncompressed, without the header.
    public var recordsLength: Int { records.count }

    /// Adds a record after the others.
    ///
    /// `timestamp` is in milliseconds since 1970. A key of nil is no key, a value of nil a tombstone. `offsetDelta` is what
    /// the record adds to the base offset, unless that is the number of records before it.
    public mutating func append(
        timestamp: Int64, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?)] = [], offsetDelta: Int32? = nil
    ) {
        if count == 0 { baseTimestamp = deleteHorizonMillis ?? timestamp }
        let offsetDelta = Int64(offsetDelta ?? count)
        maxTimestamp = max(maxTimestamp, timestamp)
        let timestampDelta = timestamp &- baseTimestamp
        func length(_ field: UnsafeRawBufferPointer?) -> Int {
            RecordVarint.length(Int64(field?.count ?? -1)) + (field?.count ?? 0)
        }
        var size = 1 + RecordVarint.length(timestampDelta) + RecordVarint.length(offsetDelta)
        size += length(key) + length(value) + RecordVarint.length(Int64(headers.count))
        for header in headers { size += length(header.name) + length(header.value) }

        func appendField(_ field: UnsafeRawBufferPointer?) {
            RecordVarint.append(Int64(field?.count ?? -1), to: &records)
            if let field { records.append(contentsOf: field) }
        }
        RecordVarint.append(Int64(size), to: &records)
        records.append(0)
        RecordVarint.append(timestampDelta, to: &records)
        RecordVarint.append(offsetDelta, to: &records)
        appendField(key)
        appendField(value)
        RecordVarint.append(Int64(headers.count), to: &records)
        for header in headers {
            appendField(header.name)
            appendField(header.value)
        }
        count += 1
    }

    /// Adds a record after the others, from arrays.
    public mutating func append(
        timestamp: Int64, key: [UInt8]?, value: [UInt8]?, headers: [(name: [UInt8], value: [UInt8]?)] = []
    ) {
        // One place in memory for all fields, so that pointers into it stay good while the record is written.
        var bytes: [UInt8] = []
        func place(_ field: [UInt8]?) -> Range<Int>? {
            guard let field else { return nil }
            bytes.append(contentsOf: field)
            return bytes.count - field.count..<bytes.count
        }
        let keyRange = place(key)
        let valueRange = place(value)
        let headerRanges = headers.map { (place($0.name)!, place($0.value)) }
        bytes.withUnsafeBytes { all in
            func view(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: all[range]) }
            append(
                timestamp: timestamp, key: keyRange.map(view), value: valueRange.map(view),
                headers: headerRanges.map { (name: view($0.0), value: $0.1.map(view)) })
        }
    }

    /// The batch's bytes with header and checksum. With `.logAppendTime` every record has `logAppendTimeMillis`.
    public func build(logAppendTimeMillis: Int64? = nil) -> [UInt8] {
        let payload =
            compression == .none
            ? records : records.withUnsafeBytes { compression.compress($0, level: compressionLevel) }
        var attributes = Int16(compression.rawValue) | (timestampType.rawValue << 3)
        if isTransactional { attributes |= 16 }
        if isControlBatch { attributes |= 32 }
        if deleteHorizonMillis != nil { attributes |= 64 }

        var bytes: [UInt8] = []
        bytes.reserveCapacity(RecordBatch.headerLength + payload.count)
        bytes.appendBigEndian(baseOffset)
        bytes.appendBigEndian(Int32(RecordBatch.headerLength - RecordBatch.logOverhead + payload.count))
        bytes.appendBigEndian(partitionLeaderEpoch)
        bytes.appendBigEndian(RecordBatch.magic)
        bytes.appendBigEndian(UInt32(0))
        bytes.appendBigEndian(attributes)
        bytes.appendBigEndian(lastOffsetDelta ?? count - 1)
        bytes.appendBigEndian(baseTimestamp)
        bytes.appendBigEndian(logAppendTimeMillis ?? maxTimestamp)
        bytes.appendBigEndian(producerID)
        bytes.appendBigEndian(producerEpoch)
        bytes.appendBigEndian(baseSequence)
        bytes.appendBigEndian(count)
        bytes.append(contentsOf: payload)
        bytes.withUnsafeMutableBytes { all in
            let batch = RecordBatch(header: UnsafeRawBufferPointer(all))
            all.storeBigEndian(batch.computeChecksum(), at: RecordBatch.Position.crc)
        }
        return bytes
    }
}
