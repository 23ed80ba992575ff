import Loopback
import Synchronization
import Testing

@testable import Reactor

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A handler of closures.
final class ClosureHandler: ConnectionHandler {
    var onReceived: (Connection) -> Void
    var onClosed: (Connection) -> Void = { _ in }
    var onDrained: (Connection) -> Void = { _ in }
    init(_ onReceived: @escaping (Connection) -> Void) { self.onReceived = onReceived }
    func received(_ connection: Connection) { onReceived(connection) }
    func closed(_ connection: Connection) { onClosed(connection) }
    func drained(_ connection: Connection) { onDrained(connection) }
}

/// A listening loop whose connections all have `handler`.
func serving<Value>(
    _ setUp: @escaping @Sendable (EventLoop) throws -> any ConnectionHandler,
    _ body: (LoopHandle, SocketAddress) throws -> Value
) throws -> Value {
    try withLoop(
        { loop in
            let handler = try setUp(loop)
            let listener = try Listener(loop: loop, address: .loopback()) { $0.handler = handler }
            loop.atTurnEnd { _ = listener }
            return listener.address
        }, body)
}

/// A file with `count` bytes that differ, removed at once; `owner` closes it.
final class ScratchFile: @unchecked Sendable {
    let descriptor: Int32
    static func byte(_ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: index &* 31 ^ index >> 8) }
    init(_ count: Int) {
        var name = Array("/tmp/reactor-test-XXXXXX\0".utf8CString)
        descriptor = mkstemp(&name)
        unlink(name)
        let bytes = (0..<count).map(Self.byte)
        var done = 0
        while done < count { done += bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + done, count - done) } }
    }
    deinit { close(descriptor) }
}

@Test("A client that does not read costs a bounded buffer, and gets all once it reads")
func slowReader() throws {
    let waiting = Log<Int>()
    let answer = [UInt8](repeating: 7, count: 100_000)
    let rounds = 200
    try serving({ _ in
        let handler = ClosureHandler { connection in
            // One answer a byte, for as many as fit.
            while !connection.input.isEmpty && !connection.isOutputFull {
                connection.input.consume(1)
                connection.write(answer)
            }
            if !connection.input.isEmpty { connection.deliverAgain() }
            waiting.append(connection.outputCount)
        }
        return handler
    }) { _, address in
        let client = try TestClient(address, receiveBuffer: 128 << 10)
        client.send([UInt8](repeating: 1, count: rounds))
        #expect(until { !waiting.all.isEmpty })
        usleep(50_000)
        #expect(waiting.all.max()! <= (1 << 20) + answer.count)
        #expect(client.receive(rounds * answer.count) == [UInt8](repeating: 7, count: rounds * answer.count))
        #expect(waiting.all.max()! <= (1 << 20) + answer.count)
    }
}

@Test("Reading stops while too much waits to be sent")
func readingStopsForOutput() throws {
    let count = UnsafeTransfer(received: Mutex(0))
    try serving({ _ in
        ClosureHandler { connection in
            count.received.withLock { $0 += connection.input.count }
            connection.input.consumeAll()
            if connection.outputCount == 0 { connection.write([UInt8](repeating: 1, count: 32 << 20)) }
        }
    }) { _, address in
        let client = try TestClient(address, receiveBuffer: 128 << 10)
        client.send("first")
        #expect(until { count.received.withLock { $0 } == 5 })
        client.send("second")
        usleep(50_000)
        #expect(count.received.withLock { $0 } == 5)
        #expect(client.receive(32 << 20).count == 32 << 20)
        #expect(until { count.received.withLock { $0 } == 11 })
    }
}

struct UnsafeTransfer: ~Copyable, Sendable { let received: Mutex<Int> }

@Test("Unread bytes stay below the input limit, and a disconnect is still seen")
func inputLimit() throws {
    let counts = Log<Int>()
    let closed = Log<Bool>()
    try serving({ _ in
        let handler = ClosureHandler { counts.append($0.input.count) }
        handler.onClosed = { _ in closed.append(true) }
        return handler
    }) { _, address in
        var client: TestClient? = try TestClient(address)
        client?.send("a")
        client?.send([UInt8](repeating: 1, count: 40_000))
        #expect(until { counts.all.last == 40_001 })
        client = nil
        #expect(until { closed.all == [true] })
        let flood = try TestClient(address)
        flood.send([UInt8](repeating: 1, count: 500_000))
        usleep(50_000)
        #expect(counts.all.max()! < 64 << 10 + 64 << 10)
    }
}

@Test("A frame larger than the limit arrives whole once the limit is raised")
func bigFrame() throws {
    let size = 5_000_000
    let sum = try serving({ _ in
        ClosureHandler { connection in
            connection.inputLimit = size
            guard connection.input.count >= size else { return }
            var sum: UInt64 = 0
            for byte in connection.input.bytes { sum = sum &* 31 &+ UInt64(byte) }
            connection.input.consume(size)
            connection.write(withUnsafeBytes(of: sum) { Array($0) })
        }
    }) { _, address in
        let client = try TestClient(address)
        client.send((0..<size).map(ScratchFile.byte))
        return client.receive(8).withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
    }
    var expected: UInt64 = 0
    for index in 0..<size { expected = expected &* 31 &+ UInt64(ScratchFile.byte(index)) }
    #expect(sum == expected)
}

@Test("Large frames of many connections share one budget, and all arrive in the end")
func inputBudget() throws {
    let size = 1_000_000
    let peak = Log<Int>()
    try serving({ loop in
        loop.inputBudget = 1_500_000
        return ClosureHandler { connection in
            connection.inputLimit = size
            peak.append(loop.budget.used)
            guard connection.input.count >= size else { return }
            connection.input.consume(size)
            connection.write([1])
        }
    }) { _, address in
        let clients = try (0..<6).map { _ in try TestClient(address) }
        let frame = [UInt8](repeating: 3, count: size)
        let threads = clients.map { client in TestThread { [client = UncheckedBox(client)] in client.value.send(frame) }
        }
        for client in clients { #expect(client.receive(1) == [1]) }
        for thread in threads { thread.join() }
        // The budget, and one frame that may overdraw it.
        #expect(peak.all.max()! <= 1_500_000 + 2 * size)
    }
}

struct UncheckedBox<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}

@Test("File regions are sent exactly, between bytes, also to a slow reader")
func fileRegions() throws {
    let file = ScratchFile(3_000_000)
    let regions: [(Int, Int)] = [(0, 10), (5, 300_000), (299_999, 262_144), (1, 0), (1_000_000, 2_000_000)]
    let got = try serving({ _ in
        ClosureHandler { connection in
            connection.input.consumeAll()
            for (offset, length) in regions {
                connection.write(Array("<".utf8))
                connection.write(
                    FileRegion(descriptor: file.descriptor, offset: Int64(offset), length: length, owner: file))
            }
            connection.write([UInt8](repeating: 9, count: 50_000))
            connection.write(Array(">".utf8))
            connection.closeAfterFlush()
        }
    }) { _, address in
        let client = try TestClient(address, receiveBuffer: 128 << 10)
        client.send("go")
        usleep(20_000)
        return client.receive(.max)
    }
    var expected: [UInt8] = []
    for (offset, length) in regions { expected += Array("<".utf8) + (offset..<offset + length).map(ScratchFile.byte) }
    expected += [UInt8](repeating: 9, count: 50_000) + Array(">".utf8)
    #expect(got == expected)
}

@Test("A file that is shorter than its region closes the connection after the bytes that are there")
func shortFile() throws {
    let file = ScratchFile(1000)
    let got = try serving({ _ in
        ClosureHandler { connection in
            connection.input.consumeAll()
            connection.write(FileRegion(descriptor: file.descriptor, offset: 0, length: 2000, owner: file))
        }
    }) { _, address in
        let client = try TestClient(address)
        client.send("go")
        return client.receive(.max)
    }
    #expect(got == (0..<1000).map(ScratchFile.byte))
}

@Test("A late answer to a closed connection goes nowhere, also when its slot is used again")
func lateAnswer() throws {
    let ids = Log<ConnectionID>()
    let answers = Log<Bool>()
    try withLoop({ loop in
        let handler = ClosureHandler { connection in
            connection.input.consumeAll()
            ids.append(connection.id)
        }
        let listener = try Listener(loop: loop, address: .loopback()) { $0.handler = handler }
        let mailbox = loop.mailbox { (id: ConnectionID) in
            _ = listener
            let connection = loop.connection(id)
            connection?.write(Array("late".utf8))
            answers.append(connection != nil)
        }
        return (listener.address, mailbox)
    }) { _, made in
        var first: TestClient? = try TestClient(made.0)
        first?.send("x")
        #expect(until { ids.all.count == 1 })
        first = nil
        usleep(20_000)
        let second = try TestClient(made.0)
        second.send("y")
        #expect(until { ids.all.count == 2 })
        #expect(ids.all[0].slot == ids.all[1].slot)
        #expect(ids.all[0] != ids.all[1])
        made.1.put(ids.all[0])
        made.1.put(ids.all[1])
        #expect(second.receive(4) == Array("late".utf8))
        #expect(answers.all == [false, true])
    }
}

@Test("A handler may close its connection while it looks at the bytes; closed comes once, later")
func closeWhileReceiving() throws {
    let log = Log<String>()
    try serving({ _ in
        let handler = ClosureHandler { connection in
            let bytes = connection.input.bytes
            connection.close()
            connection.close()
            connection.write([1, 2, 3])
            connection.deliverAgain()
            connection.resumeReading()
            log.append(String(decoding: bytes, as: UTF8.self))
            connection.input.consumeAll()
        }
        handler.onClosed = { _ in log.append("closed") }
        return handler
    }) { _, address in
        let client = try TestClient(address)
        client.send("x")
        #expect(client.receive(1).isEmpty)
        #expect(until { log.all.count == 2 })
        usleep(5000)
    }
    #expect(log.all == ["x", "closed"])
}

@Test("Unread bytes are delivered again in the next turn, once a turn")
func redelivery() throws {
    let log = Log<String>()
    try serving({ loop in
        loop.atTurnEnd { log.append("|") }
        return ClosureHandler { connection in
            log.append(String(decoding: connection.input.bytes.prefix(1), as: UTF8.self))
            connection.input.consume(1)
            connection.deliverAgain()
            connection.deliverAgain()
        }
    }) { _, address in
        let client = try TestClient(address)
        client.send("abc")
        #expect(until { log.all.contains("c") })
    }
    let text = log.all.joined()
    #expect(text.contains("a|b|c"))
}

@Test("A connection that its handler closes gives back its part of the input budget")
func budgetAfterClose() throws {
    let used = Log<Int>()
    try serving({ loop in
        loop.atTurnEnd { used.append(loop.budget.used) }
        return ClosureHandler { connection in
            connection.inputLimit = 1_000_000
            if connection.input.count >= 500_000 { connection.close() }
        }
    }) { _, address in
        let client = try TestClient(address)
        client.send([UInt8](repeating: 1, count: 500_000))
        #expect(client.receive(1).isEmpty)
        #expect(until { used.all.max()! > 200_000 && used.all.last == 0 })
    }
}

@Test("Redelivery reaches every connection although turns end after every event")
func redeliveryInShortTurns() throws {
    try serving({ loop in
        loop.turnLimits.events = 1
        return ClosureHandler { connection in
            connection.write(UnsafeRawBufferPointer(rebasing: connection.input.bytes[..<1]))
            connection.input.consume(1)
            connection.deliverAgain()
        }
    }) { _, address in
        let clients = try (0..<6).map { _ in try TestClient(address) }
        for _ in 0..<20 {
            for client in clients { client.send("abcd") }
            for client in clients { #expect(client.receive(4) == Array("abcd".utf8)) }
        }
    }
}

@Test("Who has many requests here already does not keep a first request waiting for all of them")
func redeliveryLeavesOthersTheirTurn() throws {
    let log = Log<UInt8>()
    let (slow, quick) = (UInt8(ascii: "s"), UInt8(ascii: "q"))
    try serving({ loop in
        ClosureHandler { connection in
            let request = connection.input.bytes[0]
            log.append(request)
            if request == slow { usleep(UInt32(loop.turnLimits.nanos / 1000) * 2) }
            connection.write(UnsafeRawBufferPointer(rebasing: connection.input.bytes[..<1]))
            connection.input.consume(1)
            connection.deliverAgain()
        }
    }) { _, address in
        let busy = try (0..<20).map { _ in try TestClient(address) }
        let other = try TestClient(address)
        for client in busy { client.send([UInt8](repeating: slow, count: 10)) }
        #expect(until { log.all.count > 20 })
        for _ in 0..<8 {
            other.send([quick])
            #expect(other.receive(1) == [quick])
        }
        for client in busy { #expect(client.receive(10).count == 10) }
    }
    let waits = log.all.split(separator: quick, omittingEmptySubsequences: false).dropFirst().dropLast().map(\.count)
    #expect(waits.allSatisfy { $0 < 10 }, "slow requests before a quick one: \(waits)")
}

@Test("One look at a socket takes a bounded piece, however much room a frame has")
func boundedReceive() throws {
    let largest = Log<Int>()
    try serving({ _ in
        var seen = 0
        return ClosureHandler { connection in
            connection.inputLimit = 8 << 20
            largest.append(connection.input.count - seen)
            seen = connection.input.count
            if seen == 4 << 20 { connection.write([1]) }
        }
    }) { _, address in
        let client = try TestClient(address)
        client.send([UInt8](repeating: 7, count: 4 << 20))
        #expect(client.receive(1) == [1])
    }
    #expect(largest.all.max()! <= InputBuffer.receiveMax)
}

@Test("After closeAfterFlush nothing is delivered any more")
func nothingAfterClose() throws {
    let log = Log<Int>()
    try serving({ _ in
        ClosureHandler { connection in
            log.append(connection.input.count)
            connection.write([UInt8](repeating: 1, count: 8 << 20))
            connection.deliverAgain()
            connection.closeAfterFlush()
            connection.resumeReading()
        }
    }) { _, address in
        let client = try TestClient(address, receiveBuffer: 128 << 10)
        client.send("a")
        #expect(until { log.all == [1] })
        client.send("b")
        usleep(20_000)
        #expect(client.receive(.max).count == 8 << 20)
        #expect(log.all == [1])
    }
}

@Test("An answer and the close after it reach a client that is still sending")
func closeAfterFlush() throws {
    let got = try serving({ _ in
        ClosureHandler { connection in
            connection.input.consumeAll()
            connection.write(Array("too much".utf8))
            connection.closeAfterFlush()
            connection.write(Array("dropped".utf8))
        }
    }) { _, address in
        let client = try TestClient(address)
        client.send([UInt8](repeating: 1, count: 3_000_000))
        return client.receive(.max)
    }
    #expect(String(decoding: got, as: UTF8.self) == "too much")
}

@Test("A connection to a port where nobody listens fails with its reason")
func connectRefused() throws {
    let log = Log<SystemError?>()
    try withLoop({ loop in
        let free = try Listener(loop: loop, address: .loopback()) { _ in }
        let address = free.address
        free.close()
        let connection = try Connection.connect(loop: loop, to: address)
        let handler = ClosureHandler { _ in }
        handler.onClosed = { log.append($0.failure) }
        connection.handler = handler
        connection.write([1])
    }) { _, _ in
        #expect(until { log.all.count == 1 })
    }
    #expect(log.all == [SystemError("connect", ECONNREFUSED)])
}

@Test("What is written before the connection is made is sent when it is")
func connectAndWrite() throws {
    let log = Log<String>()
    try withLoop({ loop in
        let echo = EchoHandler()
        let listener = try Listener(loop: loop, address: .loopback()) { $0.handler = echo }
        loop.atTurnEnd { _ = listener }
        let connection = try Connection.connect(loop: loop, to: listener.address)
        connection.handler = ClosureHandler { log.append(String(decoding: $0.input.bytes, as: UTF8.self)) }
        connection.write(Array("early".utf8))
    }) { _, _ in
        #expect(until { log.all.last == "early" })
    }
}

@Test("A listener on a port in use throws bind's error")
func portInUse() throws {
    let loop = try EventLoop()
    let first = try Listener(loop: loop, address: .loopback()) { _ in }
    #expect(throws: SystemError("bind", EADDRINUSE)) {
        _ = try Listener(loop: loop, address: first.address) { _ in }
    }
}

@Test("IPv6 and IPv4 listeners share a port")
func bothLoopbacks() throws {
    let loop = try EventLoop()
    let first = try Listener(loop: loop, address: .loopback()) { _ in }
    let second = try Listener(loop: loop, address: .loopbackIPv6(port: first.address.port)) { _ in }
    #expect(second.address.description == "[::1]:\(first.address.port)")
}
