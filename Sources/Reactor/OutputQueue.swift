/// What a connection has yet to send: bytes and file regions, in order.
struct OutputQueue {
    private enum Segment {
        case bytes([UInt8])
        case region(FileRegion)

        var count: Int {
            switch self {
            case .bytes(let bytes): bytes.count
            case .region(let region): region.length
            }
        }
    }

    /// What is to be sent next, in one piece.
    enum Piece {
        case bytes(UnsafeRawBufferPointer)
        /// A stretch of a file that the system is to send without a copy through this process.
        case file(FileRegion)

        var count: Int {
            switch self {
            case .bytes(let bytes): bytes.count
            case .file(let region): region.length
            }
        }
    }

    /// Arrays and file regions of at least this size go as they are; smaller ones are copied behind each other.
    static let copyLimit = 16 << 10

    /// Whether large file regions are pieces of their own. Without it they are read like small ones.
    var offersFiles = true

    private(set) var count = 0
    private var segments: [Segment] = []
    private var head = 0
    /// Small writes behind all segments.
    private var tail: [UInt8] = []
    /// What of the first segment (of the tail, when there is none) is sent already.
    private var sent = 0

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        tail.append(contentsOf: bytes)
        count += bytes.count
    }

    mutating func append(_ bytes: [UInt8]) {
        if bytes.count < Self.copyLimit {
            tail.append(contentsOf: bytes)
        } else {
            closeTail()
            segments.append(.bytes(bytes))
        }
        count += bytes.count
    }

    mutating func append(_ region: FileRegion) {
        guard region.length > 0 else { return }
        closeTail()
        segments.append(.region(region))
        count += region.length
    }

    private mutating func closeTail() {
        guard !tail.isEmpty else { return }
        segments.append(.bytes(tail))
        tail = []
    }

    /// The next piece to send, of about `limit` bytes at most: bytes in place or gathered in `scratch`, or a file. Nil when a file that
    /// is read does not hold what it should. `body` returns how many bytes were sent.
    func withNext<R>(
        _ scratch: UnsafeMutableRawBufferPointer, atMost limit: Int = .max, _ body: (Piece) -> R
    ) -> R? {
        if head == segments.count {
            return tail.withUnsafeBytes { body(.bytes(UnsafeRawBufferPointer(rebasing: $0[sent...]))) }
        }
        if segments[head].count - sent >= Self.copyLimit {
            switch segments[head] {
            case .bytes(let bytes):
                return bytes.withUnsafeBytes { body(.bytes(UnsafeRawBufferPointer(rebasing: $0[sent...]))) }
            case .region(let region) where offersFiles: return body(.file(region.rest(from: sent, atMost: limit)))
            case .region: break
            }
        }
        let room = UnsafeMutableRawBufferPointer(rebasing: scratch[..<min(scratch.count, limit)])
        let filled = gather(into: room)
        guard filled > 0 else { return nil }
        return body(.bytes(UnsafeRawBufferPointer(rebasing: scratch[..<filled])))
    }

    private func gather(into scratch: UnsafeMutableRawBufferPointer) -> Int {
        var filled = 0
        var skip = sent
        for index in head..<segments.count {
            let room = UnsafeMutableRawBufferPointer(rebasing: scratch[filled...])
            if room.isEmpty { return filled }
            let left = segments[index].count - skip
            let taken: Int
            switch segments[index] {
            case .bytes(let bytes):
                taken = min(left, room.count)
                bytes.withUnsafeBytes {
                    room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[skip..<skip + taken]))
                }
            case .region(let region):
                // Left to be a piece of its own.
                if offersFiles, filled > 0, left >= Self.copyLimit { return filled }
                taken = region.read(into: room, skipping: skip)
            }
            filled += taken
            if taken < left { return filled }
            skip = 0
        }
        let taken = min(tail.count, scratch.count - filled)
        tail.withUnsafeBytes {
            UnsafeMutableRawBufferPointer(rebasing: scratch[filled...]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: $0[..<taken]))
        }
        return filled + taken
    }

    /// Drops what was sent.
    mutating func advance(_ bytes: Int) {
        count -= bytes
        sent += bytes
        while head < segments.count, sent >= segments[head].count {
            sent -= segments[head].count
            segments[head] = .bytes([])
            head += 1
        }
        if head == segments.count {
            if head > 0 {
                segments.removeAll(keepingCapacity: head <= 64)
                head = 0
            }
            if sent == tail.count {
                // An idle connection keeps no more than a small answer's room.
                tail.removeAll(keepingCapacity: tail.capacity <= 4096)
                sent = 0
            }
        } else if head >= 64 {
            segments.removeFirst(head)
            head = 0
        }
    }

    mutating func removeAll() { self = OutputQueue() }
}
