import Synchronization
import Testing

@testable import DynamoDBClient

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A listening socket on a free loopback port that answers each connection by a script; plain threads, for tests only.
final class LoopbackServer: Sendable {
    let port: UInt16
    private let descriptor: Int32
    let connections = Mutex(0)

    /// Answers each request that arrives (recognised by its blank line and Content-Length 2) with `answer`; nil keeps silent.
    init(_ answer: String?) throws {
        #if canImport(Glibc)
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, size) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, pointer, &size) == 0
            }
        }
        try #require(bound)
        port = UInt16(bigEndian: address.sin_port)
        self.descriptor = descriptor
        var thread = pthread_t(bitPattern: 0)
        let context = Unmanaged.passRetained(Work { [self] in serve(answer) }).toOpaque()
        pthread_create(
            &thread, nil,
            { context in
                // Nobody waits for its end.
                pthread_detach(pthread_self())
                context.map { Unmanaged<Work>.fromOpaque($0).takeRetainedValue().run() }
                return nil
            }, context)
    }

    func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private func serve(_ answer: String?) {
        while true {
            let client = accept(descriptor, nil, nil)
            guard client >= 0 else { break }
            connections.withLock { $0 += 1 }
            var buffer = [UInt8](repeating: 0, count: 4096)
            var text = ""
            while true {
                let count = recv(client, &buffer, buffer.count, 0)
                guard count > 0 else { break }
                text += String(decoding: buffer[..<count], as: UTF8.self)
                guard text.hasSuffix("\r\n\r\n{}") else { continue }
                text = ""
                if let answer { _ = answer.withCString { send(client, $0, strlen($0), 0) } }
            }
            close(client)
        }
        close(descriptor)
    }

    private final class Work {
        let run: () -> Void
        init(_ run: @escaping () -> Void) { self.run = run }
    }
}

@Suite struct CurlTransportTests {
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Two:  a b \r\n\r\nhello"

    func request(_ server: LoopbackServer, timeout: Duration = .seconds(5)) -> OutgoingRequest {
        OutgoingRequest(
            method: "POST", url: "http://127.0.0.1:\(server.port)/", headers: [("X-One", "1")], body: Array("{}".utf8),
            timeout: timeout)
    }

    @Test("A request gets its answer, and the next one the same connection")
    func reuse() async throws {
        let server = try LoopbackServer(answer)
        defer { server.stop() }
        let transport = CurlTransport()
        for _ in 0..<20 {
            let response = try await transport.send(request(server))
            #expect(response.status == 200)
            #expect(response.header("x-two") == "a b")
            #expect(response.body == Array("hello".utf8))
        }
        #expect(server.connections.withLock { $0 } == 1)
    }

    @Test("A port where nobody listens is a failure that sent nothing")
    func refused() async throws {
        let server = try LoopbackServer(nil)
        server.stop()
        let transport = CurlTransport()
        try await Task.sleep(for: .milliseconds(20))
        do {
            _ = try await transport.send(request(server))
            Issue.record("an answer from nobody")
        } catch let error as TransportError {
            #expect(error.neverSent)
        }
    }

    @Test("A server that keeps silent runs into the time limit")
    func timeout() async throws {
        let server = try LoopbackServer(nil)
        defer { server.stop() }
        let transport = CurlTransport()
        do {
            _ = try await transport.send(request(server, timeout: .milliseconds(50)))
            Issue.record("an answer from a silent server")
        } catch let error as TransportError {
            #expect(!error.neverSent)
        }
    }

    @Test("A cancelled task does not wait for the answer")
    func cancellation() async throws {
        let server = try LoopbackServer(nil)
        defer { server.stop() }
        let transport = CurlTransport()
        let request = request(server, timeout: .seconds(60))
        let task = Task { try await transport.send(request) }
        try await Task.sleep(for: .milliseconds(30))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("Many requests at once are all answered")
    func many() async throws {
        let server = try LoopbackServer(answer)
        defer { server.stop() }
        // The test's server has one thread: one connection at a time.
        let transport = CurlTransport(connectionsPerHostMax: 1)
        let request = request(server)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<100 { group.addTask { try await transport.send(request).status } }
            for try await status in group { #expect(status == 200) }
        }
    }
}
