/// The chunked transfer coding (RFC 9112 section 7.1), without I/O.
enum ChunkedBody {
    enum Phase: Equatable {
        /// Nothing is read yet, the head stands before it.
        case unread
        case size
        case data(left: Int)
        case dataEnd
        case trailer(bytes: Int)
    }

    enum Result: Equatable {
        case needMore
        case done
        case failed(Int)
    }

    /// The longest line of a chunk's size with its extensions, which are skipped.
    static let sizeLineBytesMax = 1024

    /// Reads on from `at`, which moves behind what is understood. `bodyLimit` bounds all of `body`.
    static func read(
        _ bytes: UnsafeRawBufferPointer, _ at: inout Int, _ phase: inout Phase, into body: inout [UInt8],
        bodyLimit: Int,
        trailerLimit: Int
    ) -> Result {
        while true {
            switch phase {
            case .unread: phase = .size
            case .size:
                guard let end = lineEnd(bytes, at) else {
                    return bytes.count - at > sizeLineBytesMax ? .failed(400) : .needMore
                }
                guard end.next - at <= sizeLineBytesMax + 2, let size = size(bytes, at, end.text) else {
                    return .failed(400)
                }
                guard size <= bodyLimit - body.count else { return .failed(413) }
                at = end.next
                phase = size == 0 ? .trailer(bytes: 0) : .data(left: size)
            case .data(let left):
                let taken = min(left, bytes.count - at)
                body.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[at..<at + taken]))
                at += taken
                guard taken == left else {
                    phase = .data(left: left - taken)
                    return .needMore
                }
                phase = .dataEnd
            case .dataEnd:
                guard at < bytes.count else { return .needMore }
                if bytes[at] == 0x0A {
                    at += 1
                } else {
                    guard bytes[at] == 0x0D else { return .failed(400) }
                    guard at + 1 < bytes.count else { return .needMore }
                    guard bytes[at + 1] == 0x0A else { return .failed(400) }
                    at += 2
                }
                phase = .size
            case .trailer(let before):
                guard let end = lineEnd(bytes, at) else {
                    return before + bytes.count - at > trailerLimit ? .failed(431) : .needMore
                }
                let isLast = end.text == at
                let count = before + end.next - at
                guard count <= trailerLimit else { return .failed(431) }
                at = end.next
                if isLast { return .done }
                phase = .trailer(bytes: count)
            }
        }
    }

    private static func lineEnd(_ bytes: UnsafeRawBufferPointer, _ from: Int) -> (text: Int, next: Int)? {
        guard let end = bytes[from...].firstIndex(of: 0x0A) else { return nil }
        return (end > from && bytes[end - 1] == 0x0D ? end - 1 : end, end + 1)
    }

    /// Hexadecimal digits, then nothing, a space or an extension.
    private static func size(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Int? {
        var value = 0
        var at = start
        while at < end, let digit = hexadecimal(bytes[at]) {
            // More than any limit, and far from an overflow.
            guard value < 1 << 56 else { return nil }
            value = value << 4 | digit
            at += 1
        }
        guard at > start else { return nil }
        while at < end, bytes[at] == 0x20 || bytes[at] == 0x09 { at += 1 }
        return at == end || bytes[at] == 0x3B ? value : nil
    }

    private static func hexadecimal(_ byte: UInt8) -> Int? {
        if byte &- 0x30 < 10 { return Int(byte - 0x30) }
        let lower = byte | 0x20
        return lower &- 0x61 < 6 ? Int(lower - 0x61 + 10) : nil
    }
}
