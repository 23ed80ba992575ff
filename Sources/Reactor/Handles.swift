import CLibuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Zeroed memory for a uv handle or request. Handles are freed by `closeHandle` only, in libuv's close callback.
func makeHandle<Handle>(_: Handle.Type) -> UnsafeMutablePointer<Handle> {
    let memory = calloc(1, MemoryLayout<Handle>.size)!
    return memory.bindMemory(to: Handle.self, capacity: 1)
}

/// Closes a handle and frees it once libuv lets go of it.
func closeHandle(_ handle: UnsafeMutableRawPointer) {
    uv_close(handle.assumingMemoryBound(to: uv_handle_t.self)) { free($0) }
}

extension EventLoop {
    /// Zeroed memory for a handle of this loop; nil when the loop has ended: then nothing may be begun on it any more.
    func newHandle<Handle>(_ type: Handle.Type) -> UnsafeMutablePointer<Handle>? { isClosed ? nil : makeHandle(type) }

    /// Closes a handle, unless the end of the loop has done so.
    func close<Handle>(_ handle: UnsafeMutablePointer<Handle>?) {
        if let handle, !isClosed { closeHandle(handle) }
    }
}

/// A timer of a loop. It stops when it is released. After the loop's end it never fires.
public final class Timer {
    private let loop: EventLoop
    private let uv: UnsafeMutablePointer<uv_timer_t>?
    private let body: () -> Void

    init(loop: EventLoop, body: @escaping () -> Void) {
        self.loop = loop
        self.body = body
        uv = loop.newHandle(uv_timer_t.self)
        guard let uv else { return }
        uv_timer_init(loop.uv, uv)
        uv.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    }

    /// Starts or restarts: the first call `after`, then every `repeating`, if given. In whole milliseconds, rounded up.
    public func start(after: Duration, repeating: Duration? = nil) {
        guard let uv, !loop.isClosed else { return }
        uv_update_time(loop.uv)
        uv_timer_start(
            uv, { Unmanaged<Timer>.fromOpaque($0!.pointee.data).takeUnretainedValue().body() }, Self.millis(after),
            repeating.map { max(1, Self.millis($0)) } ?? 0)
    }

    /// Stops; may be started again.
    public func stop() {
        if let uv, !loop.isClosed { uv_timer_stop(uv) }
    }

    /// Whether it is started and, when not repeating, has not fired yet.
    public var isActive: Bool {
        guard let uv, !loop.isClosed else { return false }
        return uv_is_active(UnsafeMutableRawPointer(uv).assumingMemoryBound(to: uv_handle_t.self)) != 0
    }

    deinit { loop.close(uv) }

    private static func millis(_ duration: Duration) -> UInt64 {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let millis = UInt64(min(seconds, 1 << 40)) * 1000
        return millis + UInt64((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}

/// A watch on a signal of the process. It ends when it is released.
public final class SignalWatch {
    private let loop: EventLoop
    private let uv: UnsafeMutablePointer<uv_signal_t>?
    private let body: () -> Void

    init(loop: EventLoop, number: Int32, body: @escaping () -> Void) {
        self.loop = loop
        self.body = body
        uv = loop.newHandle(uv_signal_t.self)
        guard let uv else { return }
        uv_signal_init(loop.uv, uv)
        uv.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        uv_signal_start(
            uv, { handle, _ in Unmanaged<SignalWatch>.fromOpaque(handle!.pointee.data).takeUnretainedValue().body() },
            number)
    }

    deinit { loop.close(uv) }
}

/// A job on the thread pool.
class AnyWork {
    func run() {}
    func finish() {}

    func start(on loop: UnsafeMutablePointer<uv_loop_t>) {
        let request = makeHandle(uv_work_t.self)
        request.pointee.data = Unmanaged.passRetained(self).toOpaque()
        uv_queue_work(
            loop, request, { Unmanaged<AnyWork>.fromOpaque($0!.pointee.data).takeUnretainedValue().run() },
            { request, _ in
                let work = Unmanaged<AnyWork>.fromOpaque(request!.pointee.data).takeRetainedValue()
                free(request)
                work.finish()
            })
    }
}

final class Work<T: Sendable>: AnyWork {
    private let job: @Sendable () -> T
    private let then: (T) -> Void
    private var result: T?

    init(job: @escaping @Sendable () -> T, then: @escaping (T) -> Void) {
        self.job = job
        self.then = then
    }

    override func run() { result = job() }
    override func finish() { if let result { then(result) } }
}
