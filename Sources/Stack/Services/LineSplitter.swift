/// Cuts a stream of bytes into lines. A line that grows too long is given out in pieces, so that nothing waits without bound.
struct LineSplitter {
    /// The longest line that is kept together.
    static let lineMax = 64 << 10

    private var rest: [UInt8] = []

    /// Takes bytes as they come and calls `body` with each whole line, without its end.
    mutating func take(_ bytes: UnsafeRawBufferPointer, _ body: (ArraySlice<UInt8>) -> Void) {
        rest += bytes
        var start = 0
        while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let hasReturn = end > start && rest[end - 1] == UInt8(ascii: "\r")
            body(rest[start..<(hasReturn ? end - 1 : end)])
            start = end + 1
        }
        while rest.count - start > Self.lineMax {
            body(rest[start..<(start + Self.lineMax)])
            start += Self.lineMax
        }
        rest.removeFirst(start)
    }

    /// Gives out what has no line end, at the end of the stream.
    mutating func finish(_ body: (ArraySlice<UInt8>) -> Void) {
        if !rest.isEmpty { body(rest[...]) }
        rest = []
    }
}
