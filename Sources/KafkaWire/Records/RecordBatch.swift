/// Whether a record's time is the producer's or the broker's (the fourth bit of a batch's attributes).
public enum TimestampType: Int16, Sendable {
    case createTime = 0
    case logAppendTime = 1
}

/// A record batch of format 2 seen in place: the header's fields over bytes that somebody else owns.
///
/// The view lives no longer than the bytes. It is made only over bytes that hold the whole header, so its properties
/// never trap; whether the batch is sound is said by `validate()` and, for its records, by `RecordCursor`.
public struct RecordBatch {
    /// The batch's bytes: the header, the records, and nothing after them.
    public let bytes: UnsafeRawBufferPointer

    /// The bytes of a header, and the smallest size of a batch.
    public static let headerLength = 61
    /// The bytes before those that the length field counts: base offset and length.
    public static let logOverhead = 12
    /// The only format that is stored and served.
    public static let magic: Int8 = 2
    /// "No timestamp", as Kafka writes it.
    public static let noTimestamp: Int64 = -1
    /// "No producer id".
    public static let noProducerID: Int64 = -1
    /// "No producer epoch".
    public static let noProducerEpoch: Int16 = -1
    /// "No sequence number".
    public static let noSequence: Int32 = -1

    /// Where each field stands in the header.
    public enum Position {
        /// Eight bytes.
        public static let baseOffset = 0
        /// Four bytes: the bytes after this field.
        public static let length = 8
        /// Four bytes.
        public static let partitionLeaderEpoch = 12
        /// One byte.
        public static let magic = 16
        /// Four bytes: the sum of all that follows.
        public static let crc = 17
        /// Two bytes.
        public static let attributes = 21
        /// Four bytes.
        public static let lastOffsetDelta = 23
        /// Eight bytes.
        public static let baseTimestamp = 27
        /// Eight bytes.
        public static let maxTimestamp = 35
        /// Eight bytes.
        public static let producerID = 43
        /// Two bytes.
        public static let producerEpoch = 51
        /// Four bytes.
        public static let baseSequence = 53
        /// Four bytes; the records follow.
        public static let count = 57
    }

    /// A view of the batch at the start of `bytes`; nil when they are fewer than the batch says it takes, or than a
    /// header.
    public init?(at bytes: UnsafeRawBufferPointer) {
        guard let size = Self.size(at: bytes), size <= bytes.count else { return nil }
        self.bytes = UnsafeRawBufferPointer(rebasing: bytes[0..<size])
    }

    /// A view over a header alone, for reading its fields; `bytes` has at least `headerLength` bytes.
    public init(header bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count >= Self.headerLength)
        self.bytes = bytes
    }

    /// What the batch at the start of `bytes` says its size is; nil when the size cannot be read or is smaller than a
    /// header.
    public static func size(at bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.count >= logOverhead else { return nil }
        let size = Int(bytes.bigEndian(Int32.self, at: Position.length)) + logOverhead
        return size >= headerLength ? size : nil
    }

    /// The offset of the first record.
    public var baseOffset: Int64 { bytes.bigEndian(Int64.self, at: Position.baseOffset) }
    /// The whole batch's size in bytes, by its length field.
    public var sizeInBytes: Int { Int(bytes.bigEndian(Int32.self, at: Position.length)) + Self.logOverhead }
    /// The epoch of the leader that stored the batch.
    public var partitionLeaderEpoch: Int32 { bytes.bigEndian(Int32.self, at: Position.partitionLeaderEpoch) }
    /// The format; only 2 is known.
    public var magic: Int8 { bytes.bigEndian(Int8.self, at: Position.magic) }
    /// The stored checksum.
    public var crc: UInt32 { bytes.bigEndian(UInt32.self, at: Position.crc) }
    /// Codec, timestamp type and flags.
    public var attributes: Int16 { bytes.bigEndian(Int16.self, at: Position.attributes) }
    /// What the last record adds to the base offset.
    public var lastOffsetDelta: Int32 { bytes.bigEndian(Int32.self, at: Position.lastOffsetDelta) }
    /// The offset of the last record (kept when compaction removes that record).
    public var lastOffset: Int64 { baseOffset &+ Int64(lastOffsetDelta) }
    /// The offset after the batch.
    public var nextOffset: Int64 { lastOffset &+ 1 }
    /// Milliseconds since 1970 that records' deltas are added to.
    public var baseTimestamp: Int64 { bytes.bigEndian(Int64.self, at: Position.baseTimestamp) }
    /// Milliseconds since 1970.
    public var maxTimestamp: Int64 { bytes.bigEndian(Int64.self, at: Position.maxTimestamp) }
    /// Whose batch this is, or -1.
    public var producerID: Int64 { bytes.bigEndian(Int64.self, at: Position.producerID) }
    /// The producer's epoch, or -1.
    public var producerEpoch: Int16 { bytes.bigEndian(Int16.self, at: Position.producerEpoch) }
    /// The sequence number of the first record, or -1.
    public var baseSequence: Int32 { bytes.bigEndian(Int32.self, at: Position.baseSequence) }
    /// The number of records that the header claims.
    public var count: Int32 { bytes.bigEndian(Int32.self, at: Position.count) }

    /// Whether an idempotent or transactional producer made the batch.
    public var hasProducerID: Bool { producerID > Self.noProducerID }
    /// The codec's number, 0 to 7; only those of `Compression` are known.
    public var compressionID: Int { Int(attributes & 7) }
    /// Whose clock the timestamps are of.
    public var timestampType: TimestampType { attributes & 8 == 0 ? .createTime : .logAppendTime }
    /// Whether the batch is part of a transaction.
    public var isTransactional: Bool { attributes & 16 != 0 }
    /// Whether the batch ends a transaction instead of carrying data.
    public var isControlBatch: Bool { attributes & 32 != 0 }
    /// Whether the base timestamp is the delete horizon (set by compaction).
    public var hasDeleteHorizon: Bool { attributes & 64 != 0 }

    /// The sequence number of the last record; sequences wrap from 2^31-1 to 0.
    public var lastSequence: Int32 {
        let first = baseSequence
        return first == Self.noSequence ? first : Self.sequence(first, advancedBy: lastOffsetDelta)
    }

    /// `sequence` plus `count`, wrapped as Kafka wraps it.
    public static func sequence(_ sequence: Int32, advancedBy count: Int32) -> Int32 {
        sequence > Int32.max - count ? count - (Int32.max - sequence) - 1 : sequence + count
    }

    /// The bytes after the header: the records, perhaps compressed.
    public var payload: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[Self.headerLength...]) }

    /// The sum of everything from the attributes on.
    public func computeChecksum() -> UInt32 {
        CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[Position.attributes...]))
    }

    /// Whether the stored sum is the computed one.
    public var isChecksumValid: Bool { crc == computeChecksum() }

    /// Refuses a batch of another format or with a wrong sum, with Kafka's texts.
    public func validate() throws(RecordsError) {
        guard magic == Self.magic else { throw .corrupt("Invalid magic found in record: \(magic)") }
        let computed = computeChecksum()
        guard crc == computed else {
            throw .corrupt("Record is corrupt (stored crc = \(crc), computed crc = \(computed))")
        }
    }
}

/// Changes that the broker makes in a batch's header before it is stored.
public enum RecordBatchHeader {
    /// Sets the base offset and the leader epoch, which the checksum does not cover.
    public static func assign(
        baseOffset: Int64, partitionLeaderEpoch: Int32, in bytes: UnsafeMutableRawBufferPointer
    ) {
        bytes.storeBigEndian(baseOffset, at: RecordBatch.Position.baseOffset)
        bytes.storeBigEndian(partitionLeaderEpoch, at: RecordBatch.Position.partitionLeaderEpoch)
    }

    /// Sets the timestamp type and the largest timestamp, and the checksum when either changes.
    public static func setMaxTimestamp(
        _ timestamp: Int64, type: TimestampType, in bytes: UnsafeMutableRawBufferPointer
    ) {
        let batch = RecordBatch(header: UnsafeRawBufferPointer(bytes))
        if batch.timestampType == type, batch.maxTimestamp == timestamp { return }
        let attributes = (batch.attributes & ~8) | (type.rawValue << 3)
        bytes.storeBigEndian(attributes, at: RecordBatch.Position.attributes)
        bytes.storeBigEndian(timestamp, at: RecordBatch.Position.maxTimestamp)
        bytes.storeBigEndian(batch.computeChecksum(), at: RecordBatch.Position.crc)
    }
}
