import Reactor

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An echo on the Reactor: what the loop costs a message that goes in and comes out, and nothing else.
///
///     echo-server PORT        (port 0: a free one; prints the port)
@main
enum Program {
    final class Echo: ConnectionHandler {
        func received(_ connection: Connection) {
            connection.write(connection.input.bytes)
            connection.input.consumeAll()
        }

        func closed(_ connection: Connection) {}
    }

    static func main() throws {
        guard CommandLine.arguments.count == 2, let port = UInt16(CommandLine.arguments[1]) else { exit(2) }
        let loop = try EventLoop()
        let echo = Echo()
        let listener = try Listener(loop: loop, address: .loopback(port: port)) { $0.handler = echo }
        print(listener.address.port)
        fflush(nil)
        loop.run()
        listener.close()
    }
}
