import Loopback
import Reactor
import Testing

@testable import HTTP

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

func testRouter() -> Router {
    struct Oops: Error {}
    var router = Router()
    router.on(.get, "/api/v1/orders/{id}") { .text(200, "order \($0.parameters["id"]!)") }
    router.on(.post, "/api/v1/orders") { request in
        try await Task.sleep(for: .milliseconds(2))
        return .text(201, String(decoding: request.body, as: UTF8.self))
    }
    router.on(.get, "/query") { .text(200, $0.queryParameter("a b") ?? "none") }
    router.on(.get, "/header") { .text(200, $0.header("X-MINE") ?? "none") }
    router.on(.get, "/fail") { _ in throw Oops() }
    return router
}

@Test(
    "Routes, parameters, queries and fields reach the handlers; what has no route gets its status",
    arguments: [
        ("GET /api/v1/orders/17 HTTP/1.1", 200, "order 17"), ("GET /api/v1/orders/a%2Fb HTTP/1.1", 200, "order a/b"),
        ("GET /api/v1/orders/ HTTP/1.1", 404, "404 page not found\n"),
        ("GET /api/v1/orders/1/2 HTTP/1.1", 404, "404 page not found\n"),
        ("GET / HTTP/1.1", 404, "404 page not found\n"),
        ("DELETE /api/v1/orders HTTP/1.1", 405, "405 method not allowed\n"),
        ("GET /query?x=1&a+b=%41%2B&a+b=2 HTTP/1.1", 200, "A+"), ("GET /query?a HTTP/1.1", 200, "none"),
        ("GET /header HTTP/1.1\r\nx-mine: yes", 200, "yes"), ("GET /fail HTTP/1.1", 500, "500 internal server error\n"),
    ])
func routes(request: String, status: Int, body: String) throws {
    let got = try withServer({ RouterHandler(router: testRouter(), loop: $0) }) { address throws in
        try conversation(address, [request + "\r\nHost: a\r\nConnection: close\r\n\r\n"])
    }
    #expect(got.hasPrefix("HTTP/1.1 \(status) "))
    #expect(got.hasSuffix("\r\n\r\n" + body))
    #expect(got.contains("\r\nAllow: POST\r\n") == (status == 405))
}

@Test("Handlers that wait are answered in the order of their connection's requests")
func asyncHandlers() throws {
    try withServer({ RouterHandler(router: testRouter(), loop: $0) }) { address throws in
        let post = "POST /api/v1/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nfirst"
        let get = "GET /api/v1/orders/2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        let got = try conversation(address, [post + get])
        let first = try #require(got.range(of: "first"))
        let second = try #require(got.range(of: "order 2"))
        #expect(first.lowerBound < second.lowerBound)
        // A client that leaves does not disturb the next one.
        for _ in 0..<20 {
            let client = try TestClient(address)
            client.send(post)
            client.reset()
        }
        #expect(try conversation(address, [get]).hasSuffix("order 2"))
    }
}

extension String {
    func range(of text: String) -> Range<String.Index>? { ranges(of: text).first }
}

/// Answers every connection with the same bytes, then closes.
func withRawServer(_ answer: String, _ body: (SocketAddress, LoopHandle) throws -> Void) throws {
    final class Handler: ConnectionHandler {
        let answer: String
        init(_ answer: String) { self.answer = answer }
        func received(_ connection: Connection) {
            connection.input.consumeAll()
            if answer.isEmpty { return }
            connection.write(Array(answer.utf8))
            connection.closeAfterFlush()
        }
        func closed(_ connection: Connection) {}
    }
    try withLoop({ loop in
        let handler = Handler(answer)
        let listener = try Listener(loop: loop, address: .loopback()) { $0.handler = handler }
        loop.atTurnEnd { _ = listener }
        return listener.address
    }) { handle, address in try body(address, handle) }
}

func probe(_ address: SocketAddress, timeout: Duration = .seconds(5)) throws -> String {
    let log = Log<String>()
    return try withLoop({ loop in
        HTTPClient.get(loop: loop, address: address, path: "/health", timeout: timeout) { result in
            switch result {
            case .success(let response):
                log.append("\(response.status) " + String(decoding: response.body, as: UTF8.self))
            case .failure(let error): log.append("\(error)")
            }
        }
        #expect(log.all.isEmpty)
    }) { _, _ in
        #expect(until { !log.all.isEmpty })
        usleep(2000)
        #expect(log.all.count == 1)
        return log.all[0]
    }
}

@Test(
    "The client reads answers with a length, chunked, until the end, and after an interim one",
    arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcd", "200 abc"),
        ("HTTP/1.0 503 No\r\n\r\nuntil the end", "503 until the end"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", "200 abc"),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", "204 "),
        ("SSH-2.0\r\n\r\n", "the answer is not HTTP"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\nabc", "the connection ended before the answer did"),
        ("HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\n", "the answer is not HTTP"),
        ("HTTP/1.1 2000 OK\r\n\r\n", "the answer is not HTTP"),
    ])
func client(answer: String, expected: String) throws {
    try withRawServer(answer) { address, _ throws in #expect(try probe(address) == expected) }
}

@Test("The client gives up in time, and says when nobody listens")
func clientFailures() throws {
    var freed = SocketAddress.loopback()
    try withRawServer("") { address, _ throws in
        freed = address
        #expect(try probe(address, timeout: .milliseconds(30)) == "no answer in time")
    }
    #expect(try probe(freed) == "connect: Connection refused")
}
