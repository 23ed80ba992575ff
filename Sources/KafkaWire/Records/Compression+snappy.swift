import CSnappy

/// Snappy, raw as librdkafka and Go clients write it, or in the frame of snappy-java (Xerial) as Java writes it.
enum Snappy {
    /// The first eight bytes of snappy-java's frame.
    private static let magic: [UInt8] = [0x82, 0x53, 0x4E, 0x41, 0x50, 0x50, 0x59, 0x00]
    /// The magic, a version and a lowest compatible version, four bytes each.
    private static let frameHeaderLength = 16
    /// The bytes of one block when we write; snappy-java's own.
    private static let blockLength = 32 * 1024

    static func decompress(
        _ input: UnsafeRawBufferPointer, into output: inout [UInt8], limit: Int
    ) throws(RecordsError) {
        guard input.count >= frameHeaderLength, input.starts(with: magic) else {
            return try block(input, into: &output, limit: limit)
        }
        var position = frameHeaderLength
        while position < input.count {
            guard input.count - position >= 4 else { throw broken }
            let length = Int(input.bigEndian(Int32.self, at: position))
            position += 4
            guard length >= 0, length <= input.count - position else { throw broken }
            try block(
                UnsafeRawBufferPointer(rebasing: input[position..<position + length]), into: &output, limit: limit)
            position += length
        }
    }

    private static func block(
        _ input: UnsafeRawBufferPointer, into output: inout [UInt8], limit: Int
    ) throws(RecordsError) {
        let source = input.bindMemory(to: CChar.self).baseAddress
        var length = 0
        guard !input.isEmpty, snappy_uncompressed_length(source, input.count, &length) == SNAPPY_OK else {
            throw broken
        }
        // Snappy copies at most 64 bytes for every 3 of input: a length beyond that is a lie and is not allocated.
        guard length <= limit - output.count else { throw .tooLarge(limit: limit) }
        guard length / 64 <= input.count else { throw broken }
        let start = output.count
        output.append(contentsOf: repeatElement(0, count: length))
        let code = output.withUnsafeMutableBytes { bytes in
            var room = length
            return snappy_uncompress(
                source, input.count, bytes.bindMemory(to: CChar.self).baseAddress.map { $0 + start }, &room)
        }
        guard code == SNAPPY_OK else { throw broken }
    }

    private static let broken = RecordsError.decompression("Failed to decompress record stream: not a snappy block")

    static func compress(_ input: UnsafeRawBufferPointer) -> [UInt8] {
        var output = magic
        output.appendBigEndian(Int32(1))
        output.appendBigEndian(Int32(1))
        var position = 0
        repeat {
            let end = min(position + blockLength, input.count)
            let source = input[position..<end]
            let compressed = [UInt8](unsafeUninitializedCapacity: snappy_max_compressed_length(source.count)) {
                buffer, count in
                var length = buffer.count
                let code = snappy_compress(
                    UnsafeRawBufferPointer(rebasing: source).bindMemory(to: CChar.self).baseAddress, source.count,
                    UnsafeMutableRawBufferPointer(buffer).bindMemory(to: CChar.self).baseAddress, &length)
                precondition(code == SNAPPY_OK, "snappy's bound was too small")
                count = length
            }
            output.appendBigEndian(Int32(compressed.count))
            output.append(contentsOf: compressed)
            position = end
        } while position < input.count
        return output
    }
}
