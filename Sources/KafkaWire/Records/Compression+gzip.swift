import CZlib

/// Gzip members by zlib (RFC 1952); several in a row are read as one stream, as Java's reader does.
enum Gzip {
    /// 15 bits of window; 16 more ask zlib for the gzip wrapper.
    private static let windowBits: Int32 = 15 + 16

    static func decompress(
        _ input: UnsafeRawBufferPointer, into output: inout [UInt8], limit: Int
    ) throws(RecordsError) {
        var stream = z_stream()
        guard inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .decompression("Failed to decompress record stream: gzip could not be started")
        }
        defer { inflateEnd(&stream) }
        stream.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
        stream.avail_in = UInt32(clamping: input.count)
        try GrowingOutput.fill(&output, limit: limit, firstRoom: input.count * 4) { (room) throws(RecordsError) in
            stream.next_out = room.bindMemory(to: UInt8.self).baseAddress
            stream.avail_out = UInt32(clamping: room.count)
            let offered = Int(stream.avail_out)
            while true {
                let code = inflate(&stream, Z_NO_FLUSH)
                let written = offered - Int(stream.avail_out)
                if code == Z_STREAM_END {
                    if stream.avail_in == 0 { return .init(written: written, finished: true) }
                    guard inflateReset(&stream) == Z_OK else { throw Self.broken }
                } else if code == Z_OK || code == Z_BUF_ERROR {
                    if stream.avail_out == 0 { return .init(written: written, finished: false) }
                    if stream.avail_in == 0 { throw Self.broken }
                } else {
                    throw Self.broken
                }
            }
        }
    }

    private static let broken = RecordsError.decompression("Failed to decompress record stream: not a gzip stream")

    static func compress(_ input: UnsafeRawBufferPointer, level: Int32?) -> [UInt8] {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        let begun = deflateInit2_(
            &stream, level ?? Z_DEFAULT_COMPRESSION, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
        precondition(begun == Z_OK, "zlib refuses to start")
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(input.count)))
        return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            stream.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
            stream.avail_in = UInt32(input.count)
            stream.next_out = buffer.baseAddress
            stream.avail_out = UInt32(bound)
            let code = deflate(&stream, Z_FINISH)
            precondition(code == Z_STREAM_END, "zlib's bound was too small")
            count = bound - Int(stream.avail_out)
        }
    }
}
