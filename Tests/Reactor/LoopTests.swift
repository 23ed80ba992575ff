import Loopback
import Synchronization
import Testing

@testable import Reactor

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Test("A batch of messages from another thread costs one wake and arrives in order")
func mailboxBatch() throws {
    let log = Log<Int>()
    try withLoop({ loop in loop.mailbox { (number: Int) in log.append(number) } }) { handle, mailbox in
        let gate = Gate()
        handle.submit { gate.hold() }
        #expect(until { gate.isHeld })
        for number in 0..<1000 { mailbox.put(number) }
        #expect(handle.inboxCount == 1)
        gate.open()
        #expect(until { log.all.count == 1000 })
        #expect(log.all == Array(0..<1000))
    }
}

/// Holds a loop's thread until it is opened.
final class Gate: Sendable {
    private let state = Mutex((held: false, open: false))
    func hold() {
        state.withLock { $0.held = true }
        while !state.withLock({ $0.open }) { usleep(200) }
    }
    var isHeld: Bool { state.withLock { $0.held } }
    func open() { state.withLock { $0.open = true } }
}

@Test("What is submitted on the loop itself runs before the turn ends, without a wake")
func submitOnLoop() throws {
    let log = Log<String>()
    try withLoop({ loop in loop.atTurnEnd { log.append("end") } }) { handle, _ in
        handle.submit { [weak handle] in
            log.append("first")
            handle?.submit { log.append("second") }
            log.append("after")
        }
        #expect(until { log.all.contains("second") })
    }
    let all = log.all
    let at = try #require(all.firstIndex(of: "first"))
    #expect(all[at..<at + 4] == ["first", "after", "second", "end"])
}

@Test("Jobs for a loop that has ended are dropped")
func submitAfterEnd() throws {
    let handle = try withLoop({ _ in }) { handle, _ in handle }
    #expect(until { !handle.isOnLoop })
    usleep(20_000)
    handle.submit { Issue.record("ran after the end") }
}

@Test("Turn-end hooks run in order, before anything written in the turn leaves")
func turnEndBeforeOutput() throws {
    let log = Log<String>()
    try withLoop({ loop in
        final class Handler: ConnectionHandler {
            let log: Log<String>
            init(_ log: Log<String>) { self.log = log }
            func received(_ connection: Connection) {
                connection.input.consumeAll()
                connection.write(Array("answer".utf8))
                log.append("written \(connection.outputCount)")
            }
            func closed(_ connection: Connection) {}
        }
        let handler = Handler(log)
        var ids: [ConnectionID] = []
        let listener = try Listener(loop: loop, address: .loopback()) {
            $0.handler = handler
            ids.append($0.id)
        }
        for name in ["a", "b"] {
            loop.atTurnEnd {
                _ = listener
                for id in ids where (loop.connection(id)?.outputCount ?? 0) > 0 { log.append("hook \(name)") }
            }
        }
        return listener.address
    }) { _, address in
        let client = try TestClient(address)
        client.send("x")
        #expect(client.receive(6).count == 6)
    }
    #expect(log.all == ["written 6", "hook a", "hook b"])
}

@Test(
    "A turn ends after so many events, so many bytes received and so much time of handlers, although more has arrived",
    arguments: [(4, Int.max, Int64.max, 4), (256, 3, .max, 4), (256, .max, 0, 1)])
func turnIsBounded(events: Int, inputBytes: Int, nanos: Int64, most: Int) throws {
    let log = Log<Int>()
    try withLoop({ loop in
        final class Handler: ConnectionHandler {
            var count = 0
            func received(_ connection: Connection) {
                connection.input.consumeAll()
                count += 1
            }
            func closed(_ connection: Connection) {}
        }
        let handler = Handler()
        loop.turnLimits.events = events
        loop.turnLimits.inputBytes = inputBytes
        loop.turnLimits.nanos = nanos
        let listener = try Listener(loop: loop, address: .loopback()) { $0.handler = handler }
        loop.atTurnEnd {
            _ = listener
            if handler.count > 0 { log.append(handler.count) }
            handler.count = 0
        }
        return listener.address
    }) { handle, address in
        let clients = try (0..<10).map { _ in try TestClient(address) }
        let gate = Gate()
        // All are accepted once the loop answers again.
        usleep(50_000)
        handle.submit { gate.hold() }
        #expect(until { gate.isHeld })
        for client in clients { client.send("x") }
        gate.open()
        #expect(until { log.all.reduce(0, +) == 10 })
    }
    #expect(log.all.max()! <= most)
    #expect(log.all.count >= 3)
}

/// Sends back what comes, each connection's once so many bytes are there.
private final class Echo: ConnectionHandler {
    let wanted: Int
    let log: Log<Int>

    init(_ wanted: Int, _ log: Log<Int>) { (self.wanted, self.log) = (wanted, log) }

    func received(_ connection: Connection) {
        log.append(connection.input.count)
        guard connection.input.count >= wanted else { return }
        connection.write(connection.input.bytes)
        connection.input.consumeAll()
    }
    func closed(_ connection: Connection) {}
}

@Test(
    "What many connections receive in one turn is handed to each: its own bytes, all of them", arguments: [1, 100_000])
func manyReceiveAtOnce(wanted: Int) throws {
    let log = Log<Int>()
    try withLoop({ loop in
        let listener = try Listener(loop: loop, address: .loopback()) {
            $0.inputLimit = 2 * max(wanted, 64 << 10)
            $0.handler = Echo(wanted, log)
        }
        loop.atTurnEnd { _ = listener }
        return listener.address
    }) { handle, address in
        let sizes = [1, 63, 64, 65, 600, 5000, 60_000, 65_536, 1, 130_000]
        let clients = try (0..<40).map { _ in try TestClient(address) }
        usleep(50_000)
        let gate = Gate()
        handle.submit { gate.hold() }
        #expect(until { gate.isHeld })
        let sent = clients.indices.map { client in
            let size = wanted == 1 ? sizes[client % sizes.count] : wanted + client
            return (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 251 &+ client &* 17) }
        }
        // What a socket takes without the loop: the rest follows.
        for (client, bytes) in zip(clients, sent) { client.send(Array(bytes.prefix(40_000))) }
        gate.open()
        for (client, bytes) in zip(clients, sent) { client.send(Array(bytes.dropFirst(40_000))) }
        for (client, bytes) in zip(clients, sent) { #expect(client.receive(bytes.count) == bytes) }
    }
    #expect(!log.all.contains(0))
}

@Test(
    "A connection that another one's handler closes is not handed what it received in the same turn",
    arguments: [false, true])
func closedBeforeItsTurn(afterFlush: Bool) throws {
    let log = Log<String>()
    try withLoop({ loop in
        final class Handler: ConnectionHandler {
            var all: [Connection] = []
            let afterFlush: Bool
            let log: Log<String>
            init(_ afterFlush: Bool, _ log: Log<String>) { (self.afterFlush, self.log) = (afterFlush, log) }
            func received(_ connection: Connection) {
                log.append("received")
                for other in all where other !== connection {
                    if afterFlush { other.closeAfterFlush() } else { other.close() }
                }
                connection.input.consumeAll()
            }
            func closed(_ connection: Connection) { log.append("closed") }
        }
        let handler = Handler(afterFlush, log)
        let listener = try Listener(loop: loop, address: .loopback()) {
            $0.handler = handler
            handler.all.append($0)
        }
        loop.atTurnEnd { _ = listener }
        return listener.address
    }) { handle, address in
        let clients = try (0..<5).map { _ in try TestClient(address) }
        usleep(50_000)
        let gate = Gate()
        handle.submit { gate.hold() }
        #expect(until { gate.isHeld })
        for client in clients { client.send("x") }
        gate.open()
        // All but one are closed, and say so once their clients have gone.
        for client in clients { client.endOutput() }
        #expect(until { log.all.count >= 5 })
    }
    #expect(log.all.prefix(5) == ["received", "closed", "closed", "closed", "closed"])
}

@Test("A timer fires after its time, repeats, and stops")
func timers() throws {
    let log = Log<String>()
    try withLoop({ loop in
        let once = loop.timer { log.append("once") }
        once.start(after: .milliseconds(5))
        var repeating: Reactor.Timer?
        var count = 0
        repeating = loop.timer {
            log.append("again")
            count += 1
            if count == 3 { repeating = nil }
        }
        repeating?.start(after: .milliseconds(1), repeating: .milliseconds(1))
        let never = loop.timer { log.append("never") }
        never.start(after: .milliseconds(1))
        never.stop()
        loop.atTurnEnd { _ = (once, never) }
        // Released, so stopped.
        loop.timer { log.append("released") }.start(after: .milliseconds(1))
    }) { _, _ in
        #expect(until { log.all.count >= 4 })
        usleep(20_000)
    }
    #expect(log.all.filter { $0 == "once" }.count == 1)
    #expect(log.all.filter { $0 == "again" }.count == 3)
    #expect(log.all.count == 4)
}

@Test("A signal of the process reaches its watch, until the watch is released")
func signals() throws {
    let log = Log<Int>()
    try withLoop({ loop in
        var watch: SignalWatch? = loop.onSignal(SIGUSR1) { log.append(1) }
        let kept = loop.onSignal(SIGUSR1) { log.append(2) }
        watch = nil
        _ = watch
        loop.atTurnEnd { _ = kept }
    }) { _, _ in
        kill(getpid(), SIGUSR1)
        #expect(until { !log.all.isEmpty })
        usleep(10_000)
    }
    #expect(log.all == [2])
}

@Test("Work runs on another thread, its end on the loop")
func work() throws {
    let log = Log<Bool>()
    try withLoop({ loop in
        let handle = loop.handle
        handle.submit {}
        loop.work(
            { handle.isOnLoop },
            then: { (wasOnLoop: Bool) in
                log.append(wasOnLoop)
                log.append(handle.isOnLoop)
            })
    }) { _, _ in
        #expect(until { log.all.count == 2 })
    }
    #expect(log.all == [false, true])
}

@Test("A task that prefers the loop runs on it, also after it has waited")
func taskExecutor() throws {
    let log = Log<Bool>()
    try withLoop({ _ in }) { handle, _ in
        Task(executorPreference: handle) {
            log.append(handle.isOnLoop)
            try? await Task.sleep(for: .milliseconds(2))
            log.append(handle.isOnLoop)
            await withCheckedContinuation { continuation in handle.submit { continuation.resume() } }
            log.append(handle.isOnLoop)
        }
        #expect(until { log.all.count == 3 })
    }
    #expect(log.all == [true, true, true])
}

@Test("Time is read once a turn")
func timeIsCached() throws {
    try withLoop({ loop in
        let nanos = loop.monotonicNanos
        let millis = loop.wallMillis
        usleep(3000)
        #expect(loop.monotonicNanos == nanos)
        #expect(loop.wallMillis == millis)
        let log = Log<Bool>()
        loop.timer { log.append(true) }.start(after: .zero)
    }) { _, _ in }
}

@Test("Ending a loop closes its connections and tells their handlers")
func endOfLoop() throws {
    let log = Log<String>()
    final class Handler: ConnectionHandler {
        let log: Log<String>
        init(_ log: Log<String>) { self.log = log }
        func received(_ connection: Connection) { log.append("received") }
        func closed(_ connection: Connection) { log.append("closed") }
    }
    let client = try withLoop({ loop in
        let handler = Handler(log)
        let listener = try Listener(loop: loop, address: .loopback()) { $0.handler = handler }
        loop.atTurnEnd { _ = listener }
        return listener.address
    }) { _, address in
        let client = try TestClient(address)
        client.send("x")
        #expect(until { log.all == ["received"] })
        return client
    }
    #expect(client.receive(1).isEmpty)
    #expect(log.all == ["received", "closed"])
}

@Test("What is begun after the loop's end is refused or never comes")
func afterTheEnd() throws {
    let log = Log<String>()
    _ = try withLoop({ loop in
        let gate = Gate()
        loop.work({ gate.hold() }) { _ in
            // The loop waits for its work; all else has ended.
            let timer = loop.timer { log.append("fired") }
            timer.start(after: .zero)
            timer.stop()
            _ = loop.onSignal(SIGUSR2) {}
            #expect(throws: SystemError("uv_poll_init", ECANCELED)) {
                _ = try Listener(loop: loop, address: .loopback()) { _ in }
            }
            loop.work({ 1 }) { _ in log.append("worked") }
            log.append("done")
        }
        return gate
    }) { handle, gate in
        #expect(until { gate.isHeld })
        handle.stop()
        usleep(20_000)
        gate.open()
    }
    #expect(log.all == ["done"])
}

/// What the tests below tell a loop.
private enum HoldMessage: Sendable {
    case hold, release
    case note(String)
}

@Test("A loop that is held takes what other threads submit and nothing else, until it is released")
func heldLoop() throws {
    let log = Log<String>()
    try withLoop({ loop in
        let timer = loop.timer { log.append("timer") }
        return loop.mailbox { [unowned loop] (message: HoldMessage) in
            switch message {
            case .hold:
                timer.start(after: .milliseconds(5))
                loop.hold { log.append("held") }
            case .note(let text): log.append(text)
            case .release: loop.release()
            }
        }
    }) { _, mailbox in
        mailbox.put(.hold)
        #expect(until { log.all == ["held"] })
        usleep(20_000)
        mailbox.put(.note("a"))
        #expect(until { log.all == ["held", "a"] })
        usleep(20_000)
        #expect(log.all == ["held", "a"])
        mailbox.put(.release)
        #expect(until { log.all == ["held", "a", "timer"] })
        mailbox.put(.note("b"))
        #expect(until { log.all.last == "b" })
    }
}

@Test("A loop that is held can be stopped")
func heldLoopStops() throws {
    let log = Log<String>()
    try withLoop({ loop in
        loop.mailbox { [unowned loop] (_: HoldMessage) in loop.hold { log.append("held") } }
    }) { _, mailbox in
        mailbox.put(.hold)
        #expect(until { log.all == ["held"] })
    }
}
