import Reactor
import Testing

@testable import HTTP

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
    let got = try withServer({ _ in MirrorHandler() }) { address in
        try conversation(
            address,
            [
                "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                    + "PUT /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /4 HTTP/1.1\r\nHost: a\r\n\r\n"
            ])
    }
    #expect(got == ok("GET /1 ") + ok("POST /2 abc") + ok("PUT /3 ", close: true))
}
