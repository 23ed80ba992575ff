import CSocket

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The bytes of a connection that have arrived and are not consumed yet.
///
/// What arrives is first seen in a buffer that all connections of the loop share, each with a part of it until the end of the turn; only what
/// a handler leaves is copied to memory of the connection's own, so an idle connection has none.
public final class InputBuffer {
    private var own: UnsafeMutableRawPointer?
    private var capacity = 0
    private var base: UnsafeMutableRawPointer?
    private var start = 0
    private var end = 0
    /// Buffers that were outgrown while a handler may still look at them.
    unowned(unsafe) var connection: Connection?

    /// The most that one recv takes, in bytes: with many connections whose sockets are full, a look at all of them stays short.
    static let receiveMax = 128 << 10

    init() {}

    deinit { free(own) }

    /// The number of unread bytes.
    public var count: Int { end - start }

    /// Whether nothing is unread.
    public var isEmpty: Bool { end == start }

    /// Whether they lie in the buffer that all share.
    var isShared: Bool { base != own }

    /// The unread bytes, in place. Valid until the handler returns, also after `consume`; not beyond.
    public var bytes: UnsafeRawBufferPointer {
        guard let base else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: base + start, count: end - start)
    }

    /// Drops the first `count` unread bytes.
    public func consume(_ count: Int) {
        precondition(count >= 0 && count <= end - start, "more is consumed than has arrived")
        start += count
        connection?.inputWasConsumed()
    }

    /// Drops everything.
    public func consumeAll() { consume(count) }

    enum Received {
        case bytes(Int)
        case end
        case nothing
        case waitForBudget
        case failed(Int32)
    }

    /// One recv: into `scratch` when nothing is kept, else behind what is kept.
    func receive(from descriptor: Int32, scratch: UnsafeMutableRawBufferPointer, limit: Int) -> Received {
        let room: UnsafeMutableRawBufferPointer
        if start == end {
            releaseOwn()
            base = scratch.baseAddress
            start = 0
            end = 0
            room = scratch
        } else {
            guard makeRoom(limit: limit) else { return .waitForBudget }
            room = UnsafeMutableRawBufferPointer(start: own! + end, count: capacity - end)
        }
        let received = nestbox_recv(descriptor, room.baseAddress, min(room.count, Self.receiveMax))
        if received > 0 {
            end += received
            return .bytes(received)
        }
        if received == 0 { return .end }
        let code = errno
        return code == EAGAIN || code == EWOULDBLOCK ? .nothing : .failed(code)
    }

    /// After the handler: what it left moves out of the shared buffer.
    func settle() {
        if start == end {
            releaseOwn()
            base = nil
            start = 0
            end = 0
        } else if base != own {
            let count = end - start
            let memory = malloc(max(4096, count))!
            memory.copyMemory(from: base! + start, byteCount: count)
            own = memory
            capacity = max(4096, count)
            base = own
            start = 0
            end = count
        }
    }

    /// Frees the memory once no handler looks at it any more.
    func drop() {
        releaseOwn()
        base = nil
        start = 0
        end = 0
    }

    private func makeRoom(limit: Int) -> Bool {
        let count = end - start
        if capacity - end >= 4096 { return true }
        if start > 0 && capacity - count >= max(4096, capacity / 2) {
            memmove(own!, own! + start, count)
            start = 0
            end = count
            return true
        }
        let wanted = min(max(capacity * 2, 16 << 10), max(limit + 4096, count + 4096))
        guard wanted > capacity else {
            memmove(own!, own! + start, count)
            start = 0
            end = count
            return capacity > end
        }
        guard charge(wanted) else { return false }
        if start > 0 {
            memmove(own!, own! + start, count)
            start = 0
            end = count
        }
        own = realloc(own, wanted)!
        base = own
        capacity = wanted
        return true
    }

    private func charge(_ wanted: Int) -> Bool {
        guard wanted > InputBudget.free, let connection else { return true }
        let before = capacity > InputBudget.free ? capacity : 0
        return connection.loop.budget.grant(wanted - before, to: connection.id)
    }

    private func releaseOwn() {
        guard let memory = own else { return }
        free(memory)
        let size = capacity
        own = nil
        capacity = 0
        if size > InputBudget.free { connection?.budgetWasReleased(size) }
    }
}
