/// What `ResponseWriter` appends to.
public protocol ResponseBytes: ~Copyable {
    /// Appends a copy of the bytes.
    mutating func append(_ bytes: UnsafeRawBufferPointer)
}

extension [UInt8]: ResponseBytes {
    /// Appends a copy of the bytes.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) { append(contentsOf: bytes) }
}

/// The head of a response, in room that is used for the next one again. It is made of many short parts, and an array is asked anew at each
/// whether it is shared.
public struct ResponseHead: ~Copyable, ResponseBytes {
    @usableFromInline var room: UnsafeMutableRawBufferPointer
    /// Bytes.
    public var count: Int { used }
    @usableFromInline var used = 0

    /// An empty one.
    public init() { room = .allocate(byteCount: 1024, alignment: 16) }

    deinit { room.deallocate() }

    /// What was appended: valid until the next change.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: room[..<used]) }

    /// Begins the next one.
    public mutating func removeAll() { used = 0 }

    /// Appends a copy of the bytes.
    @inlinable @inline(__always)
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if bytes.count > room.count - used { grow(by: bytes.count) }
        guard let start = bytes.baseAddress else { return }
        (room.baseAddress! + used).copyMemory(from: start, byteCount: bytes.count)
        used += bytes.count
    }

    @usableFromInline mutating func grow(by more: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * (used + more), alignment: 16)
        larger.copyMemory(from: bytes)
        room.deallocate()
        room = larger
    }
}
