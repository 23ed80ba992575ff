import CZstd

/// Zstandard frames.
enum Zstd {
    static func decompress(
        _ input: UnsafeRawBufferPointer, into output: inout [UInt8], limit: Int
    ) throws(RecordsError) {
        guard let context = ZSTD_createDCtx() else {
            throw .decompression("Failed to decompress record stream: Zstandard could not be started")
        }
        defer { ZSTD_freeDCtx(context) }
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        try GrowingOutput.fill(&output, limit: limit, firstRoom: input.count * 4) { (room) throws(RecordsError) in
            var target = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
            while true {
                let before = (source.pos, target.pos)
                let hint = ZSTD_decompressStream(context, &target, &source)
                guard ZSTD_isError(hint) == 0 else { throw Self.broken }
                if hint == 0, source.pos == source.size { return .init(written: target.pos, finished: true) }
                if target.pos == target.size { return .init(written: target.pos, finished: false) }
                if before == (source.pos, target.pos) || source.pos == source.size { throw Self.broken }
            }
        }
    }

    private static let broken = RecordsError.decompression("Failed to decompress record stream: not a Zstandard frame")

    static func compress(_ input: UnsafeRawBufferPointer, level: Int32?) -> [UInt8] {
        let bound = ZSTD_compressBound(input.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            count = ZSTD_compress(
                buffer.baseAddress, bound, input.baseAddress, input.count, level ?? ZSTD_CLEVEL_DEFAULT)
            precondition(ZSTD_isError(count) == 0, "Zstandard's bound was too small")
        }
    }
}
