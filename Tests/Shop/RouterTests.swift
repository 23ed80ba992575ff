import DynamoDBClient
import HTTP
import Loopback
import Reactor
import Testing

@testable import Shop

/// A router on a free loopback port, on a thread of its own.
final class LocalServer: Sendable {
    let url: String
    private let handle: LoopHandle
    private let thread: TestThread?

    init(_ router: Router) async {
        var thread: TestThread?
        (handle, url) = await withCheckedContinuation { continuation in
            thread = TestThread {
                guard let loop = try? EventLoop() else { fatalError("no loop") }
                var limits = HTTPLimits()
                limits.bodyBytes = 1000
                let server = HTTPServer(loop: loop, limits: limits, handler: RouterHandler(router: router, loop: loop))
                guard let address = try? server.listen(on: .loopback()) else { fatalError("no port") }
                continuation.resume(returning: (loop.handle, "http://\(address)"))
                loop.run()
                withExtendedLifetime(server) {}
            }
        }
        self.thread = thread
    }

    deinit {
        handle.stop()
        thread?.join()
    }
}

@Suite struct RouterTests {
    struct Failure: Error {}
    let lines = Lines()
    let transport = CurlTransport()

    func ask(
        _ method: String, _ path: String, headers: [(name: String, value: String)] = [], body: String = ""
    ) async throws -> IncomingResponse {
        let router = Router.shop(
            logger: lines.logger(),
            [
                Route(.get, "/api/v1/things/{id}") { request in
                    .json(200, ["id": .string(request.parameters["id"] ?? ""), "request": .string(request.requestID)])
                },
                Route(.post, "/api/v1/fails") { _ in throw Failure() },
                Route(.get, "/api/v1/health") { _ in .json(200, [:]) },
            ])
        let server = await LocalServer(router)
        let answer = try await transport.send(
            OutgoingRequest(method: method, url: server.url + path, headers: headers, body: Array(body.utf8)))
        withExtendedLifetime(server) {}
        return answer
    }

    @Test("X-Request-ID is taken from the request, and returned")
    func given() async throws {
        let answer = try await ask("GET", "/api/v1/things/a%20b", headers: [("x-request-id", "abc")])
        #expect(answer.header("x-request-id") == "abc")
        #expect(String(decoding: answer.body, as: UTF8.self) == #"{"id":"a b","request":"abc"}"#)
        #expect(answer.header("content-type") == "application/json; charset=utf-8")
    }

    @Test("X-Request-ID is made when there is none, or one that is too long")
    func made() async throws {
        for headers in [[], [(name: "X-Request-ID", value: String(repeating: "x", count: 500))]] {
            let answer = try await ask("GET", "/api/v1/things/1", headers: headers)
            let id = try #require(answer.header("x-request-id"))
            #expect(id.utf8.count == 36)
            #expect(String(decoding: answer.body, as: UTF8.self) == "{\"id\":\"1\",\"request\":\"\(id)\"}")
        }
    }

    @Test("Unknown paths are 404, wrong methods 405, too large bodies 413, failures 500")
    func errors() async throws {
        let unknown = try await ask("GET", "/api/v1/nothing")
        #expect(unknown.status == 404)
        #expect(String(decoding: unknown.body, as: UTF8.self) == #"{"error":"not found"}"#)
        let wrong = try await ask("DELETE", "/api/v1/things/1")
        #expect(wrong.status == 405)
        #expect(wrong.header("allow") == "GET")
        #expect(try await ask("POST", "/api/v1/fails", body: String(repeating: "x", count: 1001)).status == 413)
        let failed = try await ask("POST", "/api/v1/fails")
        #expect(failed.status == 500)
        #expect(String(decoding: failed.body, as: UTF8.self) == #"{"error":"internal server error"}"#)
    }

    @Test("Each request is logged; probes only at level debug")
    func logged() async throws {
        _ = try await ask("GET", "/api/v1/things/1", headers: [("X-Request-ID", "abc")])
        _ = try await ask("GET", "/api/v1/health")
        #expect(lines.all.count == 2)
        #expect(lines.all[0].hasPrefix(#"{"level":"info""#))
        #expect(
            lines.all[0].contains(
                #""msg":"HTTP Request","method":"GET","path":"/api/v1/things/1","status":200,"ip":"127.0.0.1","#))
        #expect(lines.all[1].hasPrefix(#"{"level":"debug""#))
    }
}
