import CLibuv
import CSocket

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One thread's event loop over libuv: sockets, timers, signals, jobs from other threads, the thread pool.
///
/// A loop works in turns: what has arrived is received, then handed to the handlers, then the turn-end hooks run (one commit for all of
/// it), then everything that was written leaves. Each is done for all connections before the next, so that the processor's caches
/// hold the code of one of them at a time (docs/decisions/0026). A turn is bounded by `TurnLimits`. What belongs to a loop is not Sendable and is
/// touched on its thread only: the one that calls `run()`, or before that the one that sets it up. A loop runs once.
public final class EventLoop {
    /// When a turn ends although more has arrived.
    public struct TurnLimits: Sendable {
        /// Events of sockets in a turn.
        public var events = 256
        /// Bytes received in a turn.
        public var inputBytes = 4 << 20
        /// How long handlers are at work in a turn.
        public var nanos: Int64 = 2_000_000
        /// Bytes written to connections in a turn.
        public var outputBytes = 4 << 20
    }

    /// What other threads may hold of this loop.
    public let handle: LoopHandle
    /// When a turn ends although more has arrived.
    public var turnLimits = TurnLimits()
    /// The bound on input buffers larger than 64 KiB, all connections together, in bytes.
    public var inputBudget: Int {
        get { budget.limit }
        set { budget.limit = newValue }
    }

    let uv: UnsafeMutablePointer<uv_loop_t>
    private let prepare: UnsafeMutablePointer<uv_prepare_t>
    private let check: UnsafeMutablePointer<uv_check_t>
    private let idle: UnsafeMutablePointer<uv_idle_t>
    private var isIdleActive = false
    private(set) var isClosed = false
    private var isStopping = false
    private var isHeld = false
    private var onHeld: (() -> Void)?

    var connections = ConnectionTable()
    /// Children that run.
    var children: [ObjectIdentifier: ChildProcess] = [:]
    var budget = InputBudget(limit: 256 << 20)
    let inputScratch: UnsafeMutableRawBufferPointer
    /// What connections have received in this turn and was not handed out yet, behind each other.
    private let arrivals: UnsafeMutableRawBufferPointer
    private var arrivalsCount = 0
    private var arrived: [Connection] = []
    let outputScratch: UnsafeMutableRawBufferPointer
    private var hooks: [() -> Void] = []
    private var dirty: [Connection] = []
    private var ended: [Connection] = []
    private var drained: [Connection] = []
    private var again: [Connection] = []
    private var againNow: [Connection] = []
    private var turnEvents = 0
    private var turnInput = 0
    private var turnOutput = 0
    private var cachedNanos: Int64 = 0
    private var cachedMillis: Int64 = 0
    private var trim = HeapTrim()
    private var trimTimer: Timer?

    /// A loop that does not run yet. The first one of the process raises the soft limit of open descriptors to the hard one and
    /// ignores SIGPIPE.
    public init() throws(SystemError) {
        nestbox_prepare_process()
        uv = .allocate(capacity: 1)
        let code = uv_loop_init(uv)
        guard code == 0 else {
            uv.deallocate()
            throw SystemError("uv_loop_init", -code)
        }
        let async = makeHandle(uv_async_t.self)
        prepare = makeHandle(uv_prepare_t.self)
        check = makeHandle(uv_check_t.self)
        idle = makeHandle(uv_idle_t.self)
        handle = LoopHandle(async: async)
        inputScratch = .allocate(byteCount: Self.receiveMax, alignment: 64)
        arrivals = .allocate(byteCount: 4 * Self.receiveMax, alignment: 64)
        outputScratch = .allocate(byteCount: 256 << 10, alignment: 64)
        let this = Unmanaged.passUnretained(self).toOpaque()
        async.pointee.data = this
        prepare.pointee.data = this
        check.pointee.data = this
        uv_async_init(uv, async) { Unmanaged<EventLoop>.fromOpaque($0!.pointee.data).takeUnretainedValue().takeInbox() }
        uv_prepare_init(uv, prepare)
        uv_check_init(uv, check)
        uv_idle_init(uv, idle)
        uv_prepare_start(prepare) { Unmanaged<EventLoop>.fromOpaque($0!.pointee.data).takeUnretainedValue().endTurn() }
        uv_check_start(check) { Unmanaged<EventLoop>.fromOpaque($0!.pointee.data).takeUnretainedValue().redeliver() }
    }

    deinit {
        shutDown()
        inputScratch.deallocate()
        arrivals.deallocate()
        outputScratch.deallocate()
    }

    /// Runs on the calling thread until `stop()`; then every connection, listener and timer of the loop is closed.
    public func run() {
        precondition(!isClosed, "a loop runs once")
        handle.claimThread()
        while !isStopping {
            if isHeld { stayHeld() } else { uv_run(uv, UV_RUN_DEFAULT) }
        }
        endTurn()
        for connection in connections.all { connection.close() }
        endTurn()
        trimTimer = nil
        shutDown()
        handle.releaseThread()
    }

    /// Ends `run()` after the current turn. What is written by then gets one attempt to be sent.
    public func stop() {
        isStopping = true
        if !isClosed { uv_stop(uv) }
    }

    /// Lets nothing happen on this loop but what other threads submit, until `release()` or `stop()`: no socket is read or
    /// written, no timer fires. `then` is called when that is so: the turn that was under way is over then, and what it wrote
    /// is sent or waits. For what several loops must be still for; not while it is held.
    public func hold(_ then: @escaping () -> Void) {
        precondition(!isHeld, "the loop is held already")
        isHeld = true
        onHeld = then
        if !isClosed { uv_stop(uv) }
    }

    /// Lets a loop that is held go on.
    public func release() { isHeld = false }

    private func stayHeld() {
        endTurn()
        handle.setHeld(true)
        let then = onHeld
        onHeld = nil
        then?()
        while true {
            run(handle.takeInbox())
            runLocal()
            guard isHeld, !isStopping else { break }
            handle.waitForEntries()
        }
        handle.setHeld(false)
    }

    private func shutDown() {
        guard !isClosed else { return }
        handle.closeInbox()
        uv_walk(uv, { handle, _ in if uv_is_closing(handle) == 0 { closeHandle(handle!) } }, nil)
        // From here on nobody touches a uv handle: those of objects that live on are freed while the loop runs out.
        isClosed = true
        while uv_run(uv, UV_RUN_DEFAULT) != 0 {}
        uv_loop_close(uv)
        uv.deallocate()
        hooks = []
        handle.local = []
    }

    // MARK: Time

    /// Nanoseconds of a clock that never goes back; read once a turn.
    public var monotonicNanos: Int64 {
        if cachedNanos == 0 { cachedNanos = Int64(uv_hrtime()) }
        return cachedNanos
    }

    /// Nanoseconds of the same clock, read now: for how long a turn takes.
    public var currentNanos: Int64 { Int64(uv_hrtime()) }

    /// Milliseconds since 1970; read once a turn.
    public var wallMillis: Int64 {
        if cachedMillis == 0 {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            cachedMillis = Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
        }
        return cachedMillis
    }

    // MARK: Ways in

    /// A way for other threads to send values to `receive` on this loop.
    public func mailbox<Message: Sendable>(
        of: Message.Type = Message.self, _ receive: @escaping (Message) -> Void
    ) -> Mailbox<Message> {
        Mailbox(handle: handle, receive: receive)
    }

    /// Calls `body` at the end of every turn, before what was written is sent; in the order of registration, as long as the
    /// loop lives.
    public func atTurnEnd(_ body: @escaping () -> Void) { hooks.append(body) }

    /// A timer of this loop, not yet started.
    public func timer(_ body: @escaping () -> Void) -> Timer { Timer(loop: self, body: body) }

    /// Calls `body` on the loop whenever the process gets the signal, as long as the watch lives.
    public func onSignal(_ number: Int32, _ body: @escaping () -> Void) -> SignalWatch {
        SignalWatch(loop: self, number: number, body: body)
    }

    /// Runs `job` on the thread pool (libuv's: four threads unless UV_THREADPOOL_SIZE says otherwise), then `then` on the loop.
    /// When the loop ends, it waits for the jobs that were begun; what is asked for after its end is dropped.
    public func work<T: Sendable>(_ job: @escaping @Sendable () -> T, then: @escaping (T) -> Void) {
        guard !isClosed else { return }
        Work(job: job, then: then).start(on: uv)
    }

    /// The open connection of this name, or nil when it is closed.
    public func connection(_ id: ConnectionID) -> Connection? { connections[id] }

    /// The number of open connections.
    public var connectionCount: Int { connections.count }

    /// The soft limit of open descriptors as it was before the first loop raised it.
    public static var originalDescriptorLimit: UInt64 { nestbox_original_descriptor_limit() }

    // MARK: Turns

    /// The most that a connection without bytes of its own receives at once.
    private static let receiveMax = 64 << 10

    /// Called before every socket event: ends a turn that has become too long. No handler is on the stack here.
    func beginEvent() {
        if turnEvents == 0 { cachedNanos = Int64(uv_hrtime()) }
        turnEvents += 1
        if turnEvents > turnLimits.events || turnInput > turnLimits.inputBytes || turnOutput > turnLimits.outputBytes
            || arrivals.count - arrivalsCount < Self.receiveMax
        {
            endTurn()
            turnEvents = 1
        }
    }

    /// Where a connection receives.
    var arrivalRoom: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: arrivals[arrivalsCount..<arrivalsCount + Self.receiveMax])
    }

    /// Has the connection hand out what it received, `isShared` in `arrivalRoom`, once all have received.
    func noteArrived(_ connection: Connection, _ count: Int, isShared: Bool) {
        arrived.append(connection)
        // To the end of a cache line.
        if isShared { arrivalsCount += (count + 63) & ~63 }
        turnInput += count
        noteTraffic(count)
    }

    func markDirty(_ connection: Connection, adding bytes: Int) {
        turnOutput += bytes
        if !connection.isDirty {
            connection.isDirty = true
            dirty.append(connection)
        }
    }

    func noteEnded(_ connection: Connection) { ended.append(connection) }
    func noteDrained(_ connection: Connection) { drained.append(connection) }
    func noteAgain(_ connection: Connection) { again.append(connection) }
    func noteTraffic(_ bytes: Int) { trim.bytes += bytes }

    private func endTurn() {
        deliverArrived()
        finishTurn()
    }

    /// Hands out what has arrived. When that takes too long the turn is finished in between, so that nobody waits for a crowd.
    private func deliverArrived() {
        guard !arrived.isEmpty else { return }
        var batch: [Connection] = []
        swap(&batch, &arrived)
        var start = currentNanos
        for (index, connection) in batch.enumerated() {
            if index > 0, turnOutput > turnLimits.outputBytes || currentNanos - start > turnLimits.nanos {
                finishTurn()
                start = currentNanos
            }
            connection.deliverArrived()
        }
        arrivalsCount = 0
        batch.removeAll(keepingCapacity: true)
        swap(&batch, &arrived)
    }

    private func finishTurn() {
        // Rounds, because what runs at the end of a turn may write, close and submit; bounded, so that I/O gets its turn.
        for _ in 0..<8 {
            runLocal()
            deliverNotices()
            for hook in hooks { hook() }
            flush()
            if handle.local.isEmpty && ended.isEmpty && drained.isEmpty && dirty.isEmpty { break }
        }
        againNow += again
        again.removeAll(keepingCapacity: true)
        let mustNotBlock =
            !(handle.local.isEmpty && ended.isEmpty && drained.isEmpty && dirty.isEmpty && againNow.isEmpty
            && again.isEmpty)
        if mustNotBlock != isIdleActive && !isClosed {
            isIdleActive = mustNotBlock
            if mustNotBlock { uv_idle_start(idle) { _ in } } else { uv_idle_stop(idle) }
        }
        turnEvents = 0
        turnInput = 0
        turnOutput = 0
        cachedNanos = 0
        cachedMillis = 0
        if trim.isDue { startTrim() }
    }

    private func runLocal() {
        guard !handle.local.isEmpty else { return }
        var batch: [LoopHandle.Entry] = []
        swap(&batch, &handle.local)
        run(batch)
    }

    fileprivate func takeInbox() { run(handle.takeInbox()) }

    private func run(_ batch: [LoopHandle.Entry]) {
        for entry in batch {
            switch entry {
            case .job(let job): job()
            case .task(let job): job.runSynchronously(on: handle.asUnownedTaskExecutor())
            case .stop: stop()
            }
        }
    }

    private func deliverNotices() {
        if !ended.isEmpty {
            var batch: [Connection] = []
            swap(&batch, &ended)
            for connection in batch { connection.deliverClosed() }
        }
        if !drained.isEmpty {
            var batch: [Connection] = []
            swap(&batch, &drained)
            for connection in batch { connection.deliverDrained() }
        }
    }

    /// What a turn sends in all, as long as no connection gets less than `flushMin` or more than `flushMax`; in bytes.
    private static let turnOutputMax = 4 << 20
    private static let flushMin = 64 << 10
    private static let flushMax = 1 << 20

    private func flush() {
        guard !dirty.isEmpty else { return }
        var batch: [Connection] = []
        swap(&batch, &dirty)
        // A turn stays short however many connections get large answers: they share what it sends.
        let share = max(Self.flushMin, min(Self.flushMax, Self.turnOutputMax / batch.count))
        // Who gets little does not wait for who gets much.
        var later: [Connection] = []
        for connection in batch {
            guard connection.outputCount <= share else {
                later.append(connection)
                continue
            }
            connection.isDirty = false
            connection.flush(atMost: share)
        }
        for connection in later {
            connection.isDirty = false
            connection.flush(atMost: share)
        }
        if dirty.isEmpty {
            batch.removeAll(keepingCapacity: true)
            swap(&batch, &dirty)
        }
    }

    fileprivate func redeliver() {
        guard !againNow.isEmpty else { return }
        var batch: [Connection] = []
        swap(&batch, &againNow)
        let begin = Int64(uv_hrtime())
        for (index, connection) in batch.enumerated() {
            // Those with more requests already here wait for the next look at the sockets: others' first come in between.
            if index > 0, Int64(uv_hrtime()) - begin > turnLimits.nanos {
                againNow = batch[index...] + againNow
                return
            }
            beginEvent()
            connection.deliverAgainNow()
        }
    }

    private func startTrim() {
        if trimTimer == nil { trimTimer = timer { [unowned self] in endTrim() } }
        trim.isTimerRunning = true
        trim.bytesAtStart = trim.bytes
        trimTimer?.start(after: .seconds(5))
    }

    private func endTrim() {
        trim.isTimerRunning = false
        // Still busy: the end of the next turn starts the timer anew.
        guard trim.bytes - trim.bytesAtStart < HeapTrim.quietBytes else { return }
        trim.bytes = 0
        nestbox_trim_heap()
    }
}

/// When freed memory is given back: after much traffic, once it is quiet.
private struct HeapTrim {
    static let busyBytes = 8 << 20
    static let quietBytes = 1 << 20
    var bytes = 0
    var bytesAtStart = 0
    var isTimerRunning = false
    var isDue: Bool { bytes > Self.busyBytes && !isTimerRunning }
}

/// What large input buffers may take together. One connection at a time may overdraw it, up to its own limit, so that frames
/// that are all half read cannot wait for each other for ever.
struct InputBudget {
    /// Buffers up to this size are not counted.
    static let free = 64 << 10
    var limit: Int
    var used = 0
    var overdrawn: ConnectionID?
    var waiting: [ConnectionID] = []

    mutating func grant(_ bytes: Int, to id: ConnectionID) -> Bool {
        if used + bytes > limit {
            guard overdrawn == nil || overdrawn == id else {
                waiting.append(id)
                return false
            }
            overdrawn = id
        }
        used += bytes
        return true
    }

    /// Gives back; returns who may ask again.
    mutating func release(_ bytes: Int, from id: ConnectionID) -> [ConnectionID] {
        used -= bytes
        if overdrawn == id { overdrawn = nil }
        guard !waiting.isEmpty else { return [] }
        let woken = waiting
        waiting = []
        return woken
    }
}
