import CLibuv
import CSocket

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A listening TCP socket.
public final class Listener {
    /// Where it listens, with the port that was chosen when 0 was asked for.
    public let address: SocketAddress
    private let loop: EventLoop
    private let descriptor: Int32
    private let poll: UnsafeMutablePointer<uv_poll_t>
    private let accept: (Connection) -> Void
    private var retry: Timer?
    private var isClosed = false

    /// How long accepting rests when the process is out of descriptors or memory.
    static let rest = Duration.milliseconds(50)

    /// Listens. `accept` gets every connection and sets its handler; an IPv6 address takes no IPv4 connections.
    public init(
        loop: EventLoop, address: SocketAddress, backlog: Int32 = 1024, accept: @escaping (Connection) -> Void
    ) throws(SystemError) {
        let descriptor = nestbox_socket(Int32(address.isIPv6 ? 6 : 4))
        guard descriptor >= 0 else { throw SystemError("socket", errno) }
        var raw = address.raw
        if let call = nestbox_listen(descriptor, &raw, backlog) {
            let code = errno
            closeDescriptor(descriptor)
            throw SystemError(String(cString: call), code)
        }
        nestbox_local_address(descriptor, &raw)
        let poll = try loop.newPoll(on: descriptor)
        self.loop = loop
        self.descriptor = descriptor
        self.poll = poll
        self.accept = accept
        self.address = SocketAddress(raw: raw)
        poll.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        start()
    }

    deinit { close() }

    /// Stops listening. Connections that were accepted stay.
    public func close() {
        guard !isClosed else { return }
        isClosed = true
        retry = nil
        loop.close(poll)
        closeDescriptor(descriptor)
    }

    private func start() {
        uv_poll_start(poll, Int32(UV_READABLE.rawValue)) { handle, _, _ in
            Unmanaged<Listener>.fromOpaque(handle!.pointee.data).takeUnretainedValue().acceptWaiting()
        }
    }

    private func acceptWaiting() {
        // Bounded, so that a flood of connections leaves the others their turn.
        for _ in 0..<32 where !isClosed {
            var peer = nestbox_address()
            let accepted = nestbox_accept(descriptor, &peer)
            guard accepted >= 0 else {
                switch errno {
                case EINTR, ECONNABORTED: continue
                case EMFILE, ENFILE, ENOBUFS, ENOMEM: return takeRest()
                default: return
                }
            }
            let address = SocketAddress(raw: peer)
            guard let connection = try? Connection(loop: loop, descriptor: accepted, peer: address, isConnecting: false)
            else { continue }
            accept(connection)
            connection.start()
        }
    }

    /// The socket stays readable while nothing can be accepted: without a rest the loop would spin.
    private func takeRest() {
        uv_poll_stop(poll)
        let timer = loop.timer { [unowned self] in start() }
        timer.start(after: Self.rest)
        retry = timer
    }
}
