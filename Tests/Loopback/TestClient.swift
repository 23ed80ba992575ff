import Reactor
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A blocking client socket for tests, used from the test's own thread.
public final class TestClient {
    /// Its socket.
    public let descriptor: Int32

    /// Connects to a port of this machine.
    public init(_ address: SocketAddress, receiveBuffer: Int32? = nil) throws {
        // Not for the children that other tests start meanwhile with few descriptors.
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var time = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var to = sockaddr_in()
        to.sin_family = sa_family_t(AF_INET)
        to.sin_port = address.port.bigEndian
        to.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &to) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw SystemError("connect", errno) }
    }

    deinit { Glibc.close(descriptor) }

    /// Sends all bytes, unless the peer has gone.
    public func send(_ bytes: [UInt8]) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + done, $0.count - done, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return }
            done += count
        }
    }

    /// Sends a text, unless the peer has gone.
    public func send(_ text: String) { send(Array(text.utf8)) }

    /// Makes closing send a reset.
    public func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Sends no more; answers can still come.
    public func endOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Up to `count` bytes; fewer at the end of the stream; ten seconds without any are a failure.
    public func receive(_ count: Int) -> [UInt8] {
        var all: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65536)
        while all.count < count {
            let got = recv(descriptor, &piece, min(piece.count, count - all.count), 0)
            if got < 0 && errno == EAGAIN { Issue.record("nothing came for ten seconds, after \(all.count) bytes") }
            if got <= 0 { break }
            all += piece[..<got]
        }
        return all
    }
}

/// Runs a loop on a thread of its own; `setUp` runs on that thread before.
public func withLoop<R: Sendable, Value>(
    _ setUp: @escaping @Sendable (EventLoop) throws -> R, _ body: (LoopHandle, R) throws -> Value
) throws -> Value {
    let ready = Mutex<Result<(LoopHandle, R), any Error>?>(nil)
    let thread = TestThread {
        do {
            let loop = try EventLoop()
            let made = try setUp(loop)
            ready.withLock { $0 = .success((loop.handle, made)) }
            loop.run()
        } catch {
            ready.withLock { $0 = .failure(error) }
        }
    }
    while ready.withLock({ $0 == nil }) { usleep(500) }
    let (handle, made) = try ready.withLock { try $0!.get() }
    defer {
        handle.stop()
        thread.join()
    }
    return try body(handle, made)
}

/// A thread that can be waited for.
///
/// Unchecked because `thread` is set once, in `init`.
public final class TestThread: @unchecked Sendable {
    private var thread = pthread_t()

    /// Begins to run `body`.
    public init(_ body: @escaping @Sendable () -> Void) {
        final class Box {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        let box = Unmanaged.passRetained(Box(body)).toOpaque()
        pthread_create(
            &thread, nil,
            { raw in
                Unmanaged<Box>.fromOpaque(raw!).takeRetainedValue().body()
                return nil
            }, box)
    }

    /// Waits for its end.
    public func join() { pthread_join(thread, nil) }
}

/// Waits for a condition, five seconds at most; whether it came true.
public func until(_ condition: () -> Bool) -> Bool {
    for _ in 0..<5000 {
        if condition() { return true }
        usleep(1000)
    }
    return condition()
}

/// A list that threads share.
public final class Log<Element: Sendable>: Sendable {
    private let entries = Mutex<[Element]>([])
    /// An empty one.
    public init() {}
    /// Adds an element.
    public func append(_ element: Element) { entries.withLock { $0.append(element) } }
    /// The elements so far.
    public var all: [Element] { entries.withLock { $0 } }
}
