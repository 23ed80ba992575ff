import Reactor

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A process for the tests: runs its arguments as a child, says how that ended, and ends when it does. With `--echo` it listens,
/// says where, and sends back what it gets.
@main
enum Program {
    static func main() throws {
        ChildProcess.runTrampolineIfAsked()
        let loop = try EventLoop()
        if CommandLine.arguments[1] == "--echo" { return try echo(loop) }
        var options = ChildProcess.Options(
            program: CommandLine.arguments[1], arguments: Array(CommandLine.arguments.dropFirst(2)),
            environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"])
        options.error = .inherit
        let child = try ChildProcess.spawn(
            loop: loop, options, onOutput: { _, line in say(String(decoding: line, as: UTF8.self)) },
            onExit: { exit in
                say("\(exit)")
                loop.stop()
            })
        say("child \(child.id)")
        loop.run()
    }

    static func echo(_ loop: EventLoop) throws {
        final class Handler: ConnectionHandler {
            func received(_ connection: Connection) {
                connection.write(connection.input.bytes)
                connection.input.consumeAll()
            }
            func closed(_ connection: Connection) {}
        }
        let handler = Handler()
        let listener = try Listener(loop: loop, address: .loopback()) { $0.handler = handler }
        say(listener.address.description)
        loop.run()
    }

    static func say(_ text: String) {
        let line = Array((text + "\n").utf8)
        _ = write(1, line, line.count)
    }
}
