import CLZ4

/// The LZ4 frame format, as batches of format 2 carry it.
enum LZ4 {
    static func decompress(
        _ input: UnsafeRawBufferPointer, into output: inout [UInt8], limit: Int
    ) throws(RecordsError) {
        var context: OpaquePointer?
        guard LZ4F_isError(LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))) == 0 else {
            throw .decompression("Failed to decompress record stream: LZ4 could not be started")
        }
        defer { LZ4F_freeDecompressionContext(context) }
        var position = 0
        try GrowingOutput.fill(&output, limit: limit, firstRoom: input.count * 4) { (room) throws(RecordsError) in
            var written = 0
            while true {
                var consumed = input.count - position
                var produced = room.count - written
                let hint = LZ4F_decompress(
                    context, room.baseAddress.map { $0 + written }, &produced,
                    input.baseAddress.map { $0 + position }, &consumed, nil)
                guard LZ4F_isError(hint) == 0 else { throw Self.broken }
                position += consumed
                written += produced
                // A hint of zero is the end of a frame; another may follow.
                if hint == 0, position == input.count { return .init(written: written, finished: true) }
                if written == room.count { return .init(written: written, finished: false) }
                if consumed == 0, produced == 0 { throw Self.broken }
                if position == input.count, hint != 0, produced == 0 { throw Self.broken }
            }
        }
    }

    private static let broken = RecordsError.decompression("Failed to decompress record stream: not an LZ4 frame")

    static func compress(_ input: UnsafeRawBufferPointer, level: Int32?) -> [UInt8] {
        var preferences = LZ4F_preferences_t()
        preferences.frameInfo.blockSizeID = LZ4F_max64KB
        // Java's reader accepts independent blocks only.
        preferences.frameInfo.blockMode = LZ4F_blockIndependent
        preferences.compressionLevel = level ?? 0
        let bound = LZ4F_compressFrameBound(input.count, &preferences)
        return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            count = LZ4F_compressFrame(buffer.baseAddress, bound, input.baseAddress, input.count, &preferences)
            precondition(LZ4F_isError(count) == 0, "LZ4's bound was too small")
        }
    }
}
