/// Cuts a stream of bytes into lines, without I/O.
struct LineSplitter {
    /// A longer line is handed over in pieces of this size.
    static let lineBytesMax = 64 << 10
    private var rest: [UInt8] = []

    /// Calls `body` for each line that is complete, without its line end (LF or CRLF).
    mutating func append(_ bytes: UnsafeRawBufferPointer, _ body: ([UInt8]) -> Void) {
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A)
            let room = Self.lineBytesMax - rest.count
            let stop = min(end ?? bytes.count, start + room)
            rest.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<stop]))
            start = stop
            if stop == end {
                start += 1
                if rest.last == 0x0D { rest.removeLast() }
                emit(body)
            } else if rest.count == Self.lineBytesMax {
                emit(body)
            }
        }
    }

    /// Calls `body` for what stands behind the last line end, if anything does.
    mutating func finish(_ body: ([UInt8]) -> Void) {
        if !rest.isEmpty { emit(body) }
    }

    private mutating func emit(_ body: ([UInt8]) -> Void) {
        let line = rest
        rest = []
        body(line)
    }
}
