import HTTP
import Reactor

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An empty server on Reactor and HTTP: what every endpoint costs before it does anything. Like the epoll limit it wants an
/// X-Amz-Target and answers each request with the bytes of the file that it is given.
///
///     empty-server PORT RESPONSE-FILE        (port 0: a free one; prints the port)
@main
enum Program {
    final class Handler: HTTPHandler {
        let response: [UInt8]
        init(response: [UInt8]) { self.response = response }

        func handle(_ request: borrowing HTTPRequest, _ exchange: HTTPExchange) {
            guard request.header("x-amz-target") != nil else { return exchange.abort() }
            exchange.respond(raw: response)
        }
    }

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let port = UInt16(arguments[1]) else { exit(2) }
        let loop = try EventLoop()
        let server = HTTPServer(loop: loop, handler: Handler(response: contents(arguments[2])))
        print(try server.listen(on: .loopback(port: port)).port)
        fflush(nil)
        loop.run()
    }

    static func contents(_ path: String) -> [UInt8] {
        let file = open(path, O_RDONLY)
        guard file >= 0 else { exit(1) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = pread(file, &bytes, bytes.count, 0)
        close(file)
        return Array(bytes[..<max(0, count)])
    }
}
