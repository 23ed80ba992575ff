import CLibuv
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What other threads hold of a loop: jobs go in, one wake per batch. Also the executor for tasks that prefer the loop.
///
/// Unchecked because `local` belongs to the loop's thread alone and the uv handle is touched under the inbox's lock.
public final class LoopHandle: TaskExecutor, @unchecked Sendable {
    enum Entry {
        case job(@Sendable () -> Void)
        case task(UnownedJob)
        case stop
    }

    private struct Inbox {
        var entries: [Entry] = []
        var isOpen = true
        /// Whether the loop waits for entries alone.
        var isHeld = false
    }

    private let inbox = Mutex(Inbox())
    private let async: UnsafeMutablePointer<uv_async_t>
    private let owner = Atomic<UInt>(0)
    /// Jobs that the loop's own thread gave itself; they run before the turn ends.
    var local: [Entry] = []

    /// What a loop that is held waits on.
    private let wake: UnsafeMutablePointer<uv_sem_t>

    init(async: UnsafeMutablePointer<uv_async_t>) {
        self.async = async
        wake = .allocate(capacity: 1)
        guard uv_sem_init(wake, 0) == 0 else { fatalError("no semaphore") }
    }

    deinit {
        uv_sem_destroy(wake)
        wake.deallocate()
    }

    /// Runs a job on the loop: later in the same turn when called on the loop's thread, else in one of its next turns.
    /// After the loop has ended the job is dropped.
    public func submit(_ job: @escaping @Sendable () -> Void) { put(.job(job)) }

    /// Ends `run()` after the current turn.
    public func stop() { put(.stop) }

    /// Whether the caller is on the loop's thread while the loop runs.
    public var isOnLoop: Bool { owner.load(ordering: .relaxed) == Self.currentThread }

    /// Takes over a job of Swift's concurrency.
    public func enqueue(_ job: consuming ExecutorJob) { put(.task(UnownedJob(job))) }

    private func put(_ entry: Entry) {
        if isOnLoop {
            local.append(entry)
            return
        }
        inbox.withLock { inbox in
            guard inbox.isOpen else { return }
            inbox.entries.append(entry)
            guard inbox.entries.count == 1 else { return }
            if inbox.isHeld { uv_sem_post(wake) } else { uv_async_send(async) }
        }
    }

    /// Whether entries wake `waitForEntries` from now on, or libuv's loop.
    func setHeld(_ isHeld: Bool) {
        inbox.withLock { inbox in
            inbox.isHeld = isHeld
            if !isHeld, inbox.isOpen, !inbox.entries.isEmpty { uv_async_send(async) }
        }
    }

    /// Returns when there may be entries; while the loop is held.
    func waitForEntries() { uv_sem_wait(wake) }

    func takeInbox() -> [Entry] {
        inbox.withLock { inbox in
            let entries = inbox.entries
            inbox.entries = []
            return entries
        }
    }

    /// After this nobody touches the uv handle any more.
    func closeInbox() {
        let dropped = inbox.withLock { inbox in
            inbox.isOpen = false
            let entries = inbox.entries
            inbox.entries = []
            return entries
        }
        _ = dropped
    }

    /// How much other threads have put in since the loop last looked.
    var inboxCount: Int { inbox.withLock { $0.entries.count } }

    func claimThread() { owner.store(Self.currentThread, ordering: .relaxed) }
    func releaseThread() { owner.store(0, ordering: .relaxed) }

    private static var currentThread: UInt {
        #if canImport(Glibc)
            UInt(pthread_self())
        #else
            UInt(bitPattern: pthread_self())
        #endif
    }
}

/// Values for a loop, from any thread, in order: a batch costs one wake.
///
/// Unchecked because `receive` is called on the loop's thread alone.
public final class Mailbox<Message: Sendable>: @unchecked Sendable {
    private let waiting = Mutex<[Message]>([])
    private let handle: LoopHandle
    private let receive: (Message) -> Void

    init(handle: LoopHandle, receive: @escaping (Message) -> Void) {
        self.handle = handle
        self.receive = receive
    }

    /// Hands a value to the loop; dropped when the loop has ended.
    public func put(_ message: Message) {
        let isFirst = waiting.withLock { waiting in
            waiting.append(message)
            return waiting.count == 1
        }
        if isFirst { handle.submit { [self] in deliver() } }
    }

    private func deliver() {
        let batch = waiting.withLock { waiting in
            let batch = waiting
            waiting = []
            return batch
        }
        for message in batch { receive(message) }
    }
}
