import CLibuv
import CSocket

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a protocol does with a connection. All calls come on the loop, never from within a call of the connection itself.
public protocol ConnectionHandler: AnyObject {
    /// Bytes have arrived: look at `input.bytes`, consume what is understood. What is left stays; the next call comes when more
    /// has arrived, or after `deliverAgain()`.
    func received(_ connection: Connection)
    /// The connection is closed, by whoever: the last call, exactly once.
    func closed(_ connection: Connection)
    /// So much waited to be sent that reading stopped; now little does.
    func drained(_ connection: Connection)
    /// The peer sends no more; it may still want its answers. Unless implemented: what is written is sent, then it is closed.
    func inputEnded(_ connection: Connection)
    /// The connection is broken: nothing can be sent any more, and `closed` comes. What had arrived is in `input`, for protocols in which it
    /// counts all the same; called again as long as more is found. Unless implemented: it is dropped.
    func broken(_ connection: Connection)
}

extension ConnectionHandler {
    /// Nothing.
    public func drained(_ connection: Connection) {}
    /// Sends what is written, then closes.
    public func inputEnded(_ connection: Connection) { connection.closeAfterFlush() }
    /// Nothing.
    public func broken(_ connection: Connection) {}
}

/// A TCP connection on a loop.
///
/// What is written leaves at the end of the turn, then as the socket takes it. Reading stops while more than `outputHighWater`
/// waits to be sent, until less than `outputLowWater` does, and while `inputLimit` bytes are unread.
public final class Connection {
    private enum State { case connecting, open, lingering, closed }

    /// Its name, for other threads and for later.
    public let id: ConnectionID
    /// The other end.
    public let peer: SocketAddress
    /// Its loop.
    public let loop: EventLoop
    /// Who gets what happens; kept until the connection is closed.
    public var handler: (any ConnectionHandler)?
    /// What has arrived.
    public let input = InputBuffer()
    /// Reading stops while this many bytes are unread: raise it to a frame's size, so that the buffer grows as its bytes arrive.
    public var inputLimit = 64 << 10 {
        didSet { if inputLimit > oldValue { updateInterest() } }
    }
    /// Reading stops above this many bytes waiting to be sent.
    public var outputHighWater = 1 << 20
    /// Reading goes on below this many bytes waiting to be sent.
    public var outputLowWater = 256 << 10
    /// Why the connection closed by itself, nil for an orderly end.
    public private(set) var failure: SystemError?
    /// Whether the peer has ended its side.
    public private(set) var isInputEnded = false

    private let descriptor: Int32
    private let poll: UnsafeMutablePointer<uv_poll_t>
    private var output = OutputQueue()
    private var state: State
    private var interest: Int32 = 0
    private var isPaused = false
    private var isBlockedByOutput = false
    private var waitsForBudget = false
    private var waitsForSocket = false
    private var closesAfterFlush = false
    private var hasArrived = false
    private var isDelivering = false
    private var isAgainScheduled = false
    private var isBroken = false
    private var lingerTimer: Timer?
    var isDirty = false

    /// Takes over a non-blocking socket.
    init(loop: EventLoop, descriptor: Int32, peer: SocketAddress, isConnecting: Bool) throws(SystemError) {
        self.loop = loop
        self.descriptor = descriptor
        self.peer = peer
        state = isConnecting ? .connecting : .open
        poll = try loop.newPoll(on: descriptor)
        id = loop.connections.reserve()
        poll.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        input.connection = self
        nestbox_set_no_delay(descriptor)
        loop.connections.set(self)
    }

    /// Begins to connect. Set the handler at once and write: it is sent when the connection is made. When it cannot be made,
    /// `closed` comes with `failure` set.
    public static func connect(loop: EventLoop, to address: SocketAddress) throws(SystemError) -> Connection {
        let descriptor = nestbox_socket(Int32(address.isIPv6 ? 6 : 4))
        guard descriptor >= 0 else { throw SystemError("socket", errno) }
        var raw = address.raw
        let result = nestbox_connect(descriptor, &raw)
        let code = errno
        let connection = try Connection(loop: loop, descriptor: descriptor, peer: address, isConnecting: true)
        if result != 0 && code != EINPROGRESS {
            connection.fail(SystemError("connect", code))
        } else {
            connection.updateInterest()
        }
        return connection
    }

    /// This end.
    public var local: SocketAddress {
        var raw = nestbox_address()
        if state != .closed { nestbox_local_address(descriptor, &raw) }
        return SocketAddress(raw: raw)
    }

    /// Whether it is closed; nothing comes any more, and what is written is dropped.
    public var isClosed: Bool { state == .closed }

    /// Bytes waiting to be sent, file regions included.
    public var outputCount: Int { output.count }

    /// Whether so much waits to be sent that reading has stopped: a protocol answers no further requests until `drained`.
    public var isOutputFull: Bool { isBlockedByOutput || output.count > outputHighWater }

    // MARK: Writing

    /// Queues bytes.
    public func write(_ bytes: [UInt8]) {
        guard takesOutput else { return }
        output.append(bytes)
        wrote(bytes.count)
    }

    /// Queues a copy of the bytes.
    public func write(_ bytes: UnsafeRawBufferPointer) {
        guard takesOutput else { return }
        output.append(bytes)
        wrote(bytes.count)
    }

    /// Queues a stretch of a file, read as the socket drains. A file that turns out shorter closes the connection.
    public func write(_ region: FileRegion) {
        guard takesOutput, region.length > 0 else { return }
        output.append(region)
        wrote(region.length)
    }

    private var takesOutput: Bool { state != .closed && state != .lingering && !closesAfterFlush && !isBroken }

    private func wrote(_ count: Int) {
        if output.count > outputHighWater && !isBlockedByOutput {
            isBlockedByOutput = true
            updateInterest()
        }
        loop.markDirty(self, adding: count)
    }

    /// Sends what the socket takes, up to about `budget` bytes; the rest when it is writable again. Called at the end of a turn.
    func flush(atMost budget: Int) {
        guard state == .open else { return }
        var budget = budget
        waitsForSocket = false
        while output.count > 0 && !waitsForSocket {
            var offered = 0
            let waiting = output.count
            let sent = output.withNext(loop.outputScratch, atMost: budget) { piece in
                offered = piece.count
                return send(piece, more: offered < waiting)
            }
            // Nothing of a file where something was asked for: it is shorter than its region.
            guard let sent, sent != 0 else { return fail(SystemError("read", EIO)) }
            if sent < 0 {
                let code = errno
                if output.offersFiles, code == EINVAL || code == ENOSYS || code == ENOTSUP {
                    // A file system, or a system, that cannot send files by itself.
                    output.offersFiles = false
                    continue
                }
                guard code == EAGAIN || code == EWOULDBLOCK else { return fail(SystemError("send", code)) }
                waitsForSocket = true
                break
            }
            output.advance(sent)
            loop.noteTraffic(sent)
            budget -= sent
            if sent < offered || budget <= 0 { waitsForSocket = output.count > 0 }
        }
        if isBlockedByOutput && output.count <= outputLowWater {
            isBlockedByOutput = false
            loop.noteDrained(self)
        }
        if closesAfterFlush && output.count == 0 { return endOutput() }
        updateInterest()
    }

    private func send(_ piece: OutputQueue.Piece, more: Bool) -> Int {
        switch piece {
        case .bytes(let bytes): nestbox_send(descriptor, bytes.baseAddress, bytes.count, more ? 1 : 0)
        case .file(let region): nestbox_send_file(descriptor, region.descriptor, region.offset, region.length)
        }
    }

    // MARK: Reading

    /// Stops reading; arrived bytes wait in the kernel, and a disconnect is not seen. To see it, leave the bytes unread instead. What was
    /// read in this turn is still delivered.
    public func pauseReading() {
        isPaused = true
        updateInterest()
    }

    /// Reads on.
    public func resumeReading() {
        isPaused = false
        updateInterest()
    }

    /// Asks for another `received` in the next turn, for what is unread; when the output is full, once it has drained.
    public func deliverAgain() {
        guard !isAgainScheduled, state == .open else { return }
        isAgainScheduled = true
        loop.noteAgain(self)
    }

    func deliverAgainNow() {
        guard state == .open, !closesAfterFlush else { return }
        // Stays scheduled while the output is full: `deliverDrained` takes it up.
        if isBlockedByOutput { return }
        isAgainScheduled = false
        if !input.isEmpty { deliver() }
    }

    func deliverDrained() {
        guard state == .open else { return }
        handler?.drained(self)
        if isAgainScheduled && state == .open {
            isAgainScheduled = false
            deliverAgain()
        }
    }

    /// Hands out what has arrived in this turn, unless another's handler has ended this connection meanwhile.
    func deliverArrived() {
        guard hasArrived else { return }
        hasArrived = false
        guard state == .open, !closesAfterFlush else { return input.drop() }
        deliver()
    }

    private func deliver() {
        hasArrived = false
        isDelivering = true
        handler?.received(self)
        isDelivering = false
        guard state != .closed else { return dropInput() }
        input.settle()
        updateInterest()
    }

    private func readOnce() {
        guard !hasArrived else { return }
        switch input.receive(from: descriptor, scratch: loop.arrivalRoom, limit: inputLimit) {
        case .bytes(let count):
            hasArrived = true
            loop.noteArrived(self, count, isShared: input.isShared)
        case .end:
            isInputEnded = true
            input.settle()
            updateInterest()
            handler?.inputEnded(self)
        case .nothing: input.settle()
        case .waitForBudget:
            waitsForBudget = true
            updateInterest()
        case .failed(let code): fail(SystemError("recv", code))
        }
    }

    func inputWasConsumed() {
        if !isDelivering && interest & Int32(UV_READABLE.rawValue) == 0 { updateInterest() }
    }

    func budgetWasReleased(_ bytes: Int) {
        for id in loop.budget.release(bytes, from: id) {
            guard let connection = loop.connections[id] else { continue }
            connection.waitsForBudget = false
            connection.updateInterest()
        }
    }

    private func discardInput() {
        let count = nestbox_recv(descriptor, loop.inputScratch.baseAddress, loop.inputScratch.count)
        if count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK) { close() }
    }

    // MARK: Events

    private func updateInterest() {
        var wanted: Int32 = 0
        switch state {
        case .closed: return
        case .connecting: wanted = Int32(UV_WRITABLE.rawValue)
        case .lingering: wanted = Int32(UV_READABLE.rawValue)
        case .open:
            let reads =
                !isPaused && !closesAfterFlush && !isInputEnded && !isBlockedByOutput && !waitsForBudget
                && input.count < inputLimit
            if reads { wanted |= Int32(UV_READABLE.rawValue) }
            if waitsForSocket { wanted |= Int32(UV_WRITABLE.rawValue) }
        }
        guard wanted != interest, !loop.isClosed else { return }
        interest = wanted
        if wanted == 0 {
            uv_poll_stop(poll)
        } else {
            uv_poll_start(
                poll, wanted,
                { handle, status, events in
                    let connection = Unmanaged<Connection>.fromOpaque(handle!.pointee.data).takeUnretainedValue()
                    connection.happened(status, events)
                })
        }
    }

    /// Begins to read, once the handler is set.
    func start() { updateInterest() }

    private func happened(_ status: Int32, _ events: Int32) {
        loop.beginEvent()
        switch state {
        case .closed: return
        case .connecting: return finishConnecting(status)
        case .lingering: return status < 0 ? close() : discardInput()
        case .open: break
        }
        if status < 0 {
            // libuv stopped the poll.
            interest = 0
            let code = nestbox_connect_result(descriptor)
            return fail(SystemError("recv", code == 0 ? ECONNRESET : code))
        }
        if events & Int32(UV_WRITABLE.rawValue) != 0 { loop.markDirty(self, adding: 0) }
        if events & interest & Int32(UV_READABLE.rawValue) != 0 { readOnce() }
    }

    private func finishConnecting(_ status: Int32) {
        let code = nestbox_connect_result(descriptor)
        if code != 0 || status < 0 { return fail(SystemError("connect", code == 0 ? -status : code)) }
        state = .open
        loop.markDirty(self, adding: 0)
        updateInterest()
    }

    // MARK: Closing

    /// Closes now and drops what was not sent. `closed` is called at the end of the turn.
    public func close() {
        guard state != .closed else { return }
        state = .closed
        lingerTimer = nil
        loop.close(poll)
        closeDescriptor(descriptor)
        loop.connections.remove(id)
        output.removeAll()
        // A handler that is looking at the bytes may go on: `deliver` drops them.
        if !isDelivering { dropInput() }
        loop.noteEnded(self)
    }

    private func dropInput() {
        input.drop()
        input.connection = nil
    }

    /// Sends what is written, then closes; nothing more is delivered, and what is written later is dropped. What the peer still
    /// sends is read and dropped for up to two seconds, because closing with unread bytes would reset the connection and could
    /// destroy the answer on its way.
    public func closeAfterFlush() {
        guard state == .open || state == .connecting, !closesAfterFlush else { return }
        closesAfterFlush = true
        loop.markDirty(self, adding: 0)
    }

    private func endOutput() {
        if isInputEnded { return close() }
        nestbox_shutdown_write(descriptor)
        state = .lingering
        lingerTimer = loop.timer { [weak self] in self?.close() }
        lingerTimer?.start(after: .seconds(2))
        updateInterest()
    }

    private func fail(_ error: SystemError) {
        failure = error
        if state == .open, !isBroken, !isDelivering, !closesAfterFlush {
            isBroken = true
            deliverLast()
        }
        close()
    }

    /// Hands out what had come before the connection broke.
    private func deliverLast() {
        isDelivering = true
        defer { isDelivering = false }
        while true {
            handler?.broken(self)
            guard state == .open else { return dropInput() }
            input.settle()
            guard input.count < inputLimit,
                case .bytes = input.receive(from: descriptor, scratch: loop.inputScratch, limit: inputLimit)
            else { return }
        }
    }

    func deliverClosed() {
        let last = handler
        handler = nil
        last?.closed(self)
    }
}

/// `close`, which a type with a method of that name cannot call.
func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }

extension EventLoop {
    /// A poll handle on a descriptor, which is closed when there is none to be had.
    func newPoll(on descriptor: Int32) throws(SystemError) -> UnsafeMutablePointer<uv_poll_t> {
        guard let poll = newHandle(uv_poll_t.self) else {
            closeDescriptor(descriptor)
            throw SystemError("uv_poll_init", ECANCELED)
        }
        let code = uv_poll_init(uv, poll, descriptor)
        guard code == 0 else {
            free(poll)
            closeDescriptor(descriptor)
            throw SystemError("uv_poll_init", -code)
        }
        return poll
    }
}
