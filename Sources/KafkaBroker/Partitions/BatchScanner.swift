import KafkaWire

/// Reads the batches of a segment's file one after the other.
struct BatchScanner {
    let file: SegmentFile
    /// Bytes of the file from `end` on are not looked at.
    let end: Int
    private var buffer: [UInt8]
    private var bufferStart = 0
    private var bufferCount = 0

    /// The bytes read at once when only headers are looked at.
    private static let chunkLength = 8192

    init(file: SegmentFile, end: Int) {
        self.file = file
        self.end = end
        buffer = [UInt8](repeating: 0, count: Self.chunkLength)
    }

    /// Calls `body` with each batch from `position` on, until it returns false or no whole batch follows; returns where
    /// it stopped: behind the last batch that `body` took, or before the one that it refused.
    ///
    /// The view has the header; with `whole`, all the batch's bytes.
    mutating func scan(
        from position: Int, whole: Bool = false, _ body: (RecordBatch, Int) throws(StorageError) -> Bool
    ) throws(StorageError) -> Int {
        var position = position
        while end - position >= RecordBatch.headerLength {
            try fill(position, RecordBatch.headerLength)
            let size = buffer.withUnsafeBytes { bytes in
                RecordBatch.size(at: UnsafeRawBufferPointer(rebasing: bytes[(position - bufferStart)..<bufferCount]))
            }
            guard let size, size <= end - position else { return position }
            let wanted = whole ? size : RecordBatch.headerLength
            try fill(position, wanted)
            let outcome: Result<Bool, StorageError> = buffer.withUnsafeBytes { bytes in
                let start = position - bufferStart
                let batch = RecordBatch(header: UnsafeRawBufferPointer(rebasing: bytes[start..<start + wanted]))
                do throws(StorageError) {
                    return .success(try body(batch, position))
                } catch {
                    return .failure(error)
                }
            }
            guard try outcome.get() else { return position }
            position += size
        }
        return position
    }

    /// Sees to it that the buffer has `count` bytes of the file from `position` on.
    private mutating func fill(_ position: Int, _ count: Int) throws(StorageError) {
        if position >= bufferStart, position + count <= bufferStart + bufferCount { return }
        let wanted = max(count, min(Self.chunkLength, end - position))
        if buffer.count < wanted { buffer = [UInt8](repeating: 0, count: wanted) }
        let outcome: Result<Int, StorageError> = buffer.withUnsafeMutableBytes { bytes in
            do throws(StorageError) {
                return .success(
                    try file.read(at: position, into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<wanted])))
            } catch {
                return .failure(error)
            }
        }
        bufferStart = position
        bufferCount = try outcome.get()
        // The file's size was known before: fewer bytes mean that somebody else cut it.
        guard bufferCount >= count else { throw StorageError("\(file.path) ends too early.") }
    }
}
