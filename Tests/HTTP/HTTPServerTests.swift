import Loopback
import Reactor
import Testing

@testable import HTTP

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Answers with what it saw: method, target, body.
final class MirrorHandler: HTTPHandler {
    func handle(_ request: borrowing HTTPRequest, _ exchange: HTTPExchange) {
        var body = Array(request.methodBytes)
        body.append(0x20)
        body += request.target
        body.append(0x20)
        body += request.body
        exchange.respond(status: 200, fieldLines: [], body: body)
    }
}

/// Serves `handler` on a loop of its own, and hands its address to `body`.
func withServer<Value>(
    limits: HTTPLimits = HTTPLimits(), _ handler: @escaping @Sendable (EventLoop) -> any HTTPHandler,
    _ body: (SocketAddress) throws -> Value
) throws -> Value {
    try withLoop(
        { loop in
            let server = HTTPServer(loop: loop, limits: limits, handler: handler(loop))
            let address = try server.listen(on: .loopback())
            loop.atTurnEnd { _ = server }
            return address
        }, { _, address in try body(address) })
}

/// All that the server sends until it closes.
func conversation(_ address: SocketAddress, _ pieces: [String], end: Bool = false) throws -> String {
    let client = try TestClient(address)
    for piece in pieces { client.send(piece) }
    if end { client.endOutput() }
    return String(decoding: client.receive(.max), as: UTF8.self)
}

func ok(_ body: String, close: Bool = false) -> String {
    "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n" + (close ? "Connection: close\r\n" : "") + "\r\n" + body
}

@Test("Pipelined requests are answered in order, the last one closes")
func pipelining() throws {
    let got = try withServer({ _ in MirrorHandler() }) { address throws in
        try conversation(
            address,
            [
                "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                    + "PUT /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /4 HTTP/1.1\r\nHost: a\r\n\r\n"
            ])
    }
    #expect(got == ok("GET /1 ") + ok("POST /2 abc") + ok("PUT /3 ", close: true))
}

/// Keeps exchanges until it is told to answer them.
final class DeferringHandler: HTTPHandler {
    var exchanges: [HTTPExchange] = []
    let log: Log<String>
    init(_ log: Log<String>) { self.log = log }

    func handle(_ request: borrowing HTTPRequest, _ exchange: HTTPExchange) {
        exchanges.append(exchange)
        log.append(request.path)
    }
    func abandoned(_ exchange: HTTPExchange) { log.append("abandoned") }
    func answerAll() {
        for exchange in exchanges {
            log.append(exchange.isOpen ? "answered" : "late")
            exchange.respond(status: 200, fieldLines: [], body: Array("late".utf8))
            exchange.respond(status: 500, body: [])
        }
        exchanges = []
    }
}

func withDeferring<Value>(_ body: (SocketAddress, Log<String>, Mailbox<Int>) throws -> Value) throws -> Value {
    let log = Log<String>()
    return try withLoop({ loop in
        let handler = DeferringHandler(log)
        let server = HTTPServer(loop: loop, handler: handler)
        let address = try server.listen(on: .loopback())
        let mailbox = loop.mailbox { (_: Int) in
            withExtendedLifetime(server) { handler.answerAll() }
        }
        return (address, mailbox)
    }) { _, made in try body(made.0, log, made.1) }
}

@Test("While an exchange is pending the next request of its connection waits, other connections do not")
func oneRequestAtATime() throws {
    try withDeferring { address, log, answer in
        let client = try TestClient(address)
        client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(until { log.all == ["/1"] })
        let other = try TestClient(address)
        other.send("GET /other HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(until { log.all == ["/1", "/other"] })
        answer.put(1)
        #expect(client.receive(ok("late").utf8.count) == Array(ok("late").utf8))
        #expect(until { log.all.last == "/2" })
        answer.put(1)
        #expect(client.receive(ok("late").utf8.count) == Array(ok("late").utf8))
        #expect(log.all == ["/1", "/other", "answered", "answered", "/2", "answered"])
    }
}

@Test("An answer to a client that has gone is dropped, and the handler is told")
func abandonedExchange() throws {
    try withDeferring { address, log, answer in
        var client: TestClient? = try TestClient(address)
        client?.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(until { log.all == ["/1"] })
        client?.reset()
        client = nil
        #expect(until { log.all.last == "abandoned" })
        answer.put(1)
        #expect(until { log.all.last == "late" })
    }
}

@Test("A client that ends its side gets its answers, also late ones and pipelined ones")
func halfClose() throws {
    try withDeferring { address, log, answer in
        let client = try TestClient(address)
        client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3")
        client.endOutput()
        #expect(until { log.all == ["/1"] })
        usleep(20_000)
        answer.put(1)
        #expect(until { log.all.last == "/2" })
        answer.put(1)
        #expect(String(decoding: client.receive(.max), as: UTF8.self) == ok("late") + ok("late"))
    }
}

@Test("HTTP/1.0 closes after its answer unless it asks to go on")
func http10() throws {
    try withServer({ _ in MirrorHandler() }) { address throws in
        #expect(try conversation(address, ["GET / HTTP/1.0\r\n\r\n"]) == ok("GET / ", close: true))
        let kept = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: keep-alive\r\n\r\nGET / "
        #expect(try conversation(address, [kept, kept], end: true) == answer + answer)
    }
}

@Test("HEAD gets the head alone, 204 no length")
func headAndNoContent() throws {
    final class Handler: HTTPHandler {
        func handle(_ request: borrowing HTTPRequest, _ exchange: HTTPExchange) {
            exchange.respond(status: request.path == "/none" ? 204 : 200, fieldLines: [], body: Array("abc".utf8))
        }
    }
    try withServer({ _ in Handler() }) { address throws in
        let got = try conversation(
            address, ["HEAD / HTTP/1.1\r\nHost: a\r\n\r\nDELETE /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"]
        )
        #expect(
            got == "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nHTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
    }
}

@Test("Bodies of all sizes arrive whole, with a length or chunked")
func bodies() throws {
    final class Handler: HTTPHandler {
        func handle(_ request: borrowing HTTPRequest, _ exchange: HTTPExchange) {
            exchange.respond(status: 200, fieldLines: [], body: Array(request.body))
        }
    }
    var all: [UInt8] = (0..<251).map { UInt8($0) }
    while all.count < 16 << 20 { all += all }
    try withServer({ _ in Handler() }) { address throws in
        let client = try TestClient(address)
        for size in [0, 1, 4095, 65_000, 65_536, 200_000, 3_000_000, 16 << 20] {
            let body = Array(all[..<size])
            let expected = Array("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n".utf8) + body
            client.send(Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n".utf8) + body)
            #expect(client.receive(expected.count) == expected)
            var chunked = Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
            var at = 0
            while at < size {
                let count = min(size - at, 1 + at * 3 / 2)
                chunked += Array("\(String(count, radix: 16))\r\n".utf8) + body[at..<at + count] + Array("\r\n".utf8)
                at += count
            }
            client.send(chunked + Array("0\r\n\r\n".utf8))
            #expect(client.receive(expected.count) == expected)
        }
    }
}

@Test("100 Continue comes before the answer when the client waits for it")
func continues() throws {
    let got = try withServer({ _ in MirrorHandler() }) { address throws in
        let client = try TestClient(address)
        client.send(
            "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n")
        let first = client.receive(25)
        client.send("ab")
        return String(decoding: first + client.receive(.max), as: UTF8.self)
    }
    #expect(got == "HTTP/1.1 100 Continue\r\n\r\n" + ok("POST / ab", close: true))
}

@Test(
    "A refused request gets its status and a close, while other connections go on",
    arguments: [
        ("BAD\r\n\r\n", 400), ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\nabc", 413),
        ("GET /\(String(repeating: "x", count: 9000)) HTTP/1.1\r\n", 414),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 40_000))\r\n\r\n", 431),
        ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
    ])
func refusals(request: String, status: Int) throws {
    try withServer({ _ in MirrorHandler() }) { address throws in
        let other = try TestClient(address)
        other.send("GET /other HTTP/1.1\r\nHost: a\r\n")
        let got = try conversation(address, [request])
        #expect(got.hasPrefix("HTTP/1.1 \(status) "))
        #expect(got.contains("\r\nConnection: close\r\n"))
        other.send("\r\n")
        #expect(other.receive(ok("GET /other ").utf8.count) == Array(ok("GET /other ").utf8))
    }
}

@Test("A handler's own words for a refusal are sent")
func ownRefusal() throws {
    final class Handler: HTTPHandler {
        func handle(_ request: borrowing HTTPRequest, _ exchange: HTTPExchange) {}
        func refusal(_ status: Int) -> [UInt8]? { Array("HTTP/1.1 \(status) Own\r\nContent-Length: 0\r\n\r\n".utf8) }
    }
    let got = try withServer({ _ in Handler() }) { try conversation($0, ["BAD\r\n\r\n"]) }
    #expect(got == "HTTP/1.1 400 Own\r\nContent-Length: 0\r\n\r\n")
}

@Test("Slow heads and bodies end with 408, idle connections are closed")
func timeouts() throws {
    var limits = HTTPLimits()
    limits.headTime = .milliseconds(500)
    limits.bodyTime = .milliseconds(500)
    limits.idleTime = .milliseconds(500)
    try withServer(limits: limits, { _ in MirrorHandler() }) { address throws in
        #expect(try conversation(address, ["GET / HTTP/1.1\r\n"]).hasPrefix("HTTP/1.1 408 "))
        let body = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab"
        #expect(try conversation(address, [body]).hasPrefix("HTTP/1.1 408 "))
        #expect(try conversation(address, [""]) == "")
    }
}

@Test("A client that takes nothing of its answer is closed in time")
func stuckClient() throws {
    final class Handler: HTTPHandler {
        let log: Log<String>
        init(_ log: Log<String>) { self.log = log }
        func handle(_ request: borrowing HTTPRequest, _ exchange: HTTPExchange) {
            exchange.respond(status: 200, body: [UInt8](repeating: 1, count: 32 << 20))
            log.append("answered")
        }
    }
    var limits = HTTPLimits()
    limits.sendTime = .milliseconds(500)
    let log = Log<String>()
    let counts = Log<Int>()
    try withLoop({ [limits] loop in
        let server = HTTPServer(loop: loop, limits: limits, handler: Handler(log))
        let address = try server.listen(on: .loopback())
        loop.atTurnEnd { counts.append(server.connectionCount) }
        return address
    }) { _, address in
        let client = try TestClient(address, receiveBuffer: 64 << 10)
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(until { log.all == ["answered"] })
        #expect(until { counts.all.last == 0 })
    }
}

@Test("Closing a server lets pending answers out and ends idle connections")
func closeServer() throws {
    let log = Log<String>()
    try withLoop({ loop in
        let handler = DeferringHandler(log)
        let server = HTTPServer(loop: loop, handler: handler)
        let address = try server.listen(on: .loopback())
        return (address, loop.mailbox { (step: Int) in step == 0 ? server.close() : handler.answerAll() })
    }) { _, made throws in
        let idle = try TestClient(made.0)
        let busy = try TestClient(made.0)
        busy.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(until { log.all == ["/"] })
        made.1.put(0)
        #expect(idle.receive(1).isEmpty)
        #expect(throws: SystemError("connect", ECONNREFUSED)) { try TestClient(made.0) }
        made.1.put(1)
        #expect(String(decoding: busy.receive(.max), as: UTF8.self) == ok("late", close: true))
    }
}

@Test("Field values cannot begin fields of their own")
func noInjection() {
    var output: [UInt8] = []
    ResponseWriter.appendField("A", "b\r\nC: d", to: &output)
    #expect(String(decoding: output, as: UTF8.self) == "A: b  C: d\r\n")
}
