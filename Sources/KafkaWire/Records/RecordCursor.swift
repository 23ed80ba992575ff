/// One record, seen in place in the (decompressed) bytes of its batch; valid as long as those.
public struct Record {
    /// The whole record after its length field, in bytes.
    public let sizeInBytes: Int
    /// Unused by Kafka since format 2; a set compression bit is refused.
    public let attributes: Int8
    /// Milliseconds to add to the batch's base timestamp.
    public let timestampDelta: Int64
    /// What to add to the batch's base offset.
    public let offsetDelta: Int32
    /// Null when the record has no key.
    public let key: UnsafeRawBufferPointer?
    /// Null for a tombstone.
    public let value: UnsafeRawBufferPointer?
    /// The number of headers.
    public let headerCount: Int
    /// The encoded headers, already checked.
    let headerBytes: UnsafeRawBufferPointer

    /// The headers in their order: the name's UTF-8 bytes and the value, which may be null.
    public var headers: [(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?)] {
        var found: [(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?)] = []
        found.reserveCapacity(headerCount)
        var position = 0
        for _ in 0..<headerCount {
            guard let name = RecordCursor.field(headerBytes, &position) ?? nil,
                let value = RecordCursor.field(headerBytes, &position)
            else { break }
            found.append((name, value))
        }
        return found
    }
}

/// Walks the records of one batch. Every length is checked against the bytes that are there; the texts are Kafka's.
public struct RecordCursor {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    /// Records still to come, by the batch's count.
    private var remaining: Int32

    /// A cursor over the records of `batch` in `bytes`, which are its payload or that decompressed.
    ///
    /// Throws `RecordsError.invalid` for a negative count.
    public init(_ batch: RecordBatch, decompressed bytes: UnsafeRawBufferPointer) throws(RecordsError) {
        remaining = batch.count
        guard remaining >= 0 else {
            throw .invalid("Found invalid record count \(remaining) in magic v2 batch")
        }
        self.bytes = bytes
    }

    /// The next record; nil after the last one. Throws `RecordsError.invalid` for a record that does not hold together,
    /// for records that end before the count and for bytes that are left after it.
    @inline(__always)
    public mutating func next() throws(RecordsError) -> Record? {
        guard remaining > 0 else {
            if position != bytes.count {
                throw .invalid("Incorrect declared batch size, records still remaining in file")
            }
            return nil
        }
        remaining -= 1
        return try read()
    }

    private mutating func read() throws(RecordsError) -> Record {
        guard let size = RecordVarint.read32(bytes, &position) else {
            throw .invalid("Incorrect declared batch size, premature EOF reached")
        }
        guard size >= 0, Int(size) <= bytes.count - position else {
            throw .invalid(
                "Invalid record size: expected \(size) bytes in record payload, but instead the buffer has only "
                    + "\(bytes.count - position) remaining bytes.")
        }
        let end = position + Int(size)
        let body = UnsafeRawBufferPointer(rebasing: bytes[position..<end])
        position = end

        var at = 1
        guard !body.isEmpty,
            let timestampDelta = RecordVarint.read64(body, &at),
            let offsetDelta = RecordVarint.read32(body, &at),
            let key = Self.field(body, &at),
            let value = Self.field(body, &at),
            let headerCount = RecordVarint.read32(body, &at)
        else { throw .invalid("Found invalid record structure") }
        guard headerCount >= 0 else {
            throw .invalid("Found invalid number of record headers \(headerCount)")
        }
        guard Int(headerCount) <= body.count - at else {
            throw .invalid(
                "Found invalid number of record headers. \(headerCount) is larger than the remaining size of the buffer"
            )
        }
        let headerStart = at
        for _ in 0..<headerCount {
            guard let name = Self.field(body, &at) else { throw .invalid("Found invalid record structure") }
            guard name != nil else { throw .invalid("Invalid negative header key size -1") }
            guard Self.field(body, &at) != nil else { throw .invalid("Found invalid record structure") }
        }
        guard at == body.count else {
            throw .invalid(
                "Invalid record size: expected to read \(size) bytes in record payload, but instead read \(at)")
        }
        return Record(
            sizeInBytes: Int(size), attributes: Int8(bitPattern: body[0]), timestampDelta: timestampDelta,
            offsetDelta: offsetDelta, key: key, value: value, headerCount: Int(headerCount),
            headerBytes: UnsafeRawBufferPointer(rebasing: body[headerStart...]))
    }

    /// A length and that many bytes; `.some(nil)` for a negative length (null), nil when the bytes are not there.
    @inline(__always)
    static func field(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> UnsafeRawBufferPointer?? {
        guard let length = RecordVarint.read32(bytes, &position) else { return nil }
        if length < 0 { return .some(nil) }
        guard Int(length) <= bytes.count - position else { return nil }
        let start = position
        position += Int(length)
        return .some(UnsafeRawBufferPointer(rebasing: bytes[start..<position]))
    }
}

extension RecordBatch {
    /// The bytes that a batch may decompress to: a bound against bombs, far above what clients make.
    public static let decompressedBytesMax = 256 << 20

    /// Calls `body` with a cursor over the batch's records, decompressing them into `scratch` when they are compressed.
    ///
    /// Throws what the codec, the cursor or the body throws. `scratch` may be used again for the next batch.
    public func withRecords<R>(
        scratch: inout [UInt8], limit: Int = RecordBatch.decompressedBytesMax,
        _ body: (inout RecordCursor) throws(RecordsError) -> R
    ) throws(RecordsError) -> R {
        guard let compression = Compression(rawValue: compressionID) else {
            throw .unknownCompression(compressionID)
        }
        if compression == .none {
            var cursor = try RecordCursor(self, decompressed: payload)
            return try body(&cursor)
        }
        try compression.decompress(payload, into: &scratch, limit: limit)
        // The closure of withUnsafeBytes cannot throw a typed error through, so the outcome is carried out as a value.
        let outcome: Result<R, RecordsError> = scratch.withUnsafeBytes { decompressed in
            do throws(RecordsError) {
                var cursor = try RecordCursor(self, decompressed: decompressed)
                return .success(try body(&cursor))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    /// The time of a record of this batch, in milliseconds since 1970.
    public func timestamp(of record: Record) -> Int64 {
        timestampType == .logAppendTime ? maxTimestamp : baseTimestamp &+ record.timestampDelta
    }

    /// The offset of a record of this batch.
    public func offset(of record: Record) -> Int64 { baseOffset &+ Int64(record.offsetDelta) }
}
