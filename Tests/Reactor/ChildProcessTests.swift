import Loopback
import Testing

@testable import Reactor

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The program of Tests/ReactorChild, which is built beside the tests.
let reactorChild: String = {
    var path = [CChar](repeating: 0, count: 4096)
    var bundle = "/proc/self/maps"
    _ = readlink("/proc/self/exe", &path, path.count - 1)
    bundle = String(decoding: path.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // The runner of the tests may live elsewhere; its argument names the bundle.
    for candidate in [bundle] + CommandLine.arguments {
        guard let slash = candidate.lastIndex(of: "/") else { continue }
        let beside = candidate[...slash] + "reactor-child"
        if access(String(beside), X_OK) == 0 { return String(beside) }
    }
    return ".build/debug/reactor-child"
}()

/// Runs a program to its end; its lines and how it ended.
func run(
    _ options: ChildProcess.Options, meanwhile: (ChildProcessLog) throws -> Void = { _ in }
) throws -> (lines: [String], exit: ChildProcess.Exit?) {
    let log = ChildProcessLog()
    try withLoop({ loop in
        _ = try ChildProcess.spawn(
            loop: loop, options,
            onOutput: { stream, line in
                log.lines.append((stream == .error ? "error: " : "") + String(decoding: line, as: UTF8.self))
            }, onExit: { log.exits.append($0) })
    }) { _, _ in
        try meanwhile(log)
        #expect(until { !log.exits.all.isEmpty })
    }
    #expect(log.exits.all.count == 1)
    return (log.lines.all, log.exits.all.first)
}

struct ChildProcessLog: Sendable {
    let lines = Log<String>()
    let exits = Log<ChildProcess.Exit>()
}

func shell(_ script: String, environment: [String: String] = ["PATH": "/usr/bin:/bin"]) -> ChildProcess.Options {
    ChildProcess.Options(program: "/bin/sh", arguments: ["-c", script], environment: environment)
}

@Test("A child's lines come from both streams, all before its end")
func childLines() throws {
    let result = try run(shell("echo one; echo two >&2; printf three; exit 3"))
    #expect(result.lines.filter { !$0.hasPrefix("error") } == ["one", "three"])
    #expect(result.lines.contains("error: two"))
    #expect(result.exit == .code(3))
}

@Test("A child gets exactly the environment and the directory that it was given")
func childEnvironment() throws {
    var options = shell("pwd; env", environment: ["A": "b c"])
    options.workingDirectory = "/usr"
    let result = try run(options)
    #expect(result.lines.first == "/usr")
    #expect(result.lines.contains("A=b c"))
    #expect(!result.lines.contains { $0.hasPrefix("HOME=") })
}

@Test("A signal reaches the child's whole group")
func childGroup() throws {
    let log = ChildProcessLog()
    try withLoop({ loop in
        let child = try ChildProcess.spawn(
            loop: loop, shell("sleep 1000 & echo $!; wait"),
            onOutput: { log.lines.append(String(decoding: $1, as: UTF8.self)) }, onExit: { log.exits.append($0) })
        return loop.mailbox { (signal: Int32) in child.kill(signal) }
    }) { _, mailbox in
        #expect(until { log.lines.all.count == 1 })
        let grandchild = try #require(Int32(log.lines.all[0]))
        mailbox.put(SIGTERM)
        #expect(until { log.exits.all == [.signal(SIGTERM)] })
        #expect(until { isGone(grandchild) })
    }
}

/// Whether the process has ended; one that nobody waits for counts as ended.
func isGone(_ id: Int32) -> Bool {
    if kill(id, 0) != 0 { return true }
    let file = open("/proc/\(id)/stat", O_RDONLY)
    guard file >= 0 else { return true }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = read(file, &bytes, bytes.count)
    guard count > 0, let end = bytes[..<count].lastIndex(of: UInt8(ascii: ")")) else { return true }
    return bytes[end + 2] == UInt8(ascii: "Z")
}

@Test("A missing working directory is an error of the call")
func missingDirectory() throws {
    let loop = try EventLoop()
    var options = shell("true")
    options.workingDirectory = "/nonexistent"
    #expect(throws: SystemError("uv_spawn", ENOENT)) {
        _ = try ChildProcess.spawn(loop: loop, options, onExit: { _ in })
    }
}

@Suite("Through the trampoline")
struct TrampolineTests {
    private func parent(_ arguments: [String]) -> ChildProcess.Options {
        ChildProcess.Options(program: reactorChild, arguments: arguments, environment: ["PATH": "/usr/bin:/bin"])
    }

    @Test("A program is found on the PATH and its end comes back")
    func found() throws {
        let result = try run(parent(["sh", "-c", "echo here $0; exit 7", "x"]))
        #expect(result.lines.dropFirst() == ["here x", "code(7)"])
    }

    @Test("A program that is missing or not executable is told from one that ends with that code")
    func notStarted() throws {
        #expect(try run(parent(["no-such-program"])).lines.last == "notStarted(\(ENOENT))")
        #expect(try run(parent(["/etc/passwd"])).lines.last == "notStarted(\(EACCES))")
        #expect(try run(parent(["sh", "-c", "exit 127"])).lines.last == "code(127)")
    }

    @Test("Signals are as a shell expects them, the group is its own, the descriptor limit as it was")
    func arrangements() throws {
        let script = "grep -E 'Sig(Ign|Blk)' /proc/self/status; ps -o pgid= -p $$; echo $$; ulimit -n"
        let outer = "ulimit -Sn 77; exec '\(reactorChild)' sh -c '\(script.replacing("'", with: "'\\''"))'"
        let lines = try run(shell(outer)).lines.dropFirst().map { $0.filter { $0 != " " && $0 != "\t" } }
        try #require(lines.count == 6)
        for line in lines[..<2] {
            // Signals 1 to 31; those above belong to the C library.
            let mask = try #require(UInt64(line.drop { $0 != ":" }.dropFirst(), radix: 16))
            #expect(mask & 0x7FFF_FFFF == 0)
        }
        #expect(lines[2] == lines[3])
        #expect(lines[4] == "77")
    }

    #if os(Linux)
        @Test("A child dies when its parent is killed")
        func diesWithParent() throws {
            let log = ChildProcessLog()
            try withLoop({ [parent] loop in
                let child = try ChildProcess.spawn(
                    loop: loop, parent(["sleep", "1000"]),
                    onOutput: { log.lines.append(String(decoding: $1, as: UTF8.self)) },
                    onExit: { log.exits.append($0) })
                return child.id
            }) { _, id in
                #expect(until { log.lines.all.count == 1 })
                let line = try #require(log.lines.all.first)
                let grandchild = try #require(Int32(line.dropFirst("child ".count)))
                usleep(50_000)
                #expect(!isGone(grandchild))
                kill(id, SIGKILL)
                #expect(until { isGone(grandchild) })
                #expect(until { log.exits.all == [.signal(SIGKILL)] })
            }
        }
    #endif
}

#if os(Linux)
    /// User and system time of a process so far, in clock ticks of 10 ms.
    private func processTicks(_ id: Int32) -> Int {
        let file = open("/proc/\(id)/stat", O_RDONLY)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = max(0, read(file, &bytes, bytes.count))
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        return fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
    }

    @Test("Without descriptors accepting rests instead of spinning, and goes on when there are some")
    func outOfDescriptors() throws {
        let log = ChildProcessLog()
        try withLoop({ loop in
            let child = try ChildProcess.spawn(
                // Twenty besides those that the runner of the tests has left open for its children.
                loop: loop,
                shell("ulimit -n $(($(ls /proc/self/fd | wc -l) + 20)); exec '\(reactorChild)' --echo"),
                onOutput: { log.lines.append(String(decoding: $1, as: UTF8.self)) }, onExit: { log.exits.append($0) })
            return (child.id, loop.mailbox { (signal: Int32) in child.kill(signal) })
        }) { _, made in
            #expect(until { log.lines.all.count == 1 })
            let address = try #require(SocketAddress(log.lines.all[0]))
            var clients = try (0..<40).map { _ in try TestClient(address) }
            clients[0].send("a")
            #expect(clients[0].receive(1) == [97])
            let before = processTicks(made.0)
            usleep(500_000)
            #expect(processTicks(made.0) - before < 10)
            clients[0].send("b")
            #expect(clients[0].receive(1) == [98])
            clients = []
            let late = try TestClient(address)
            late.send("c")
            #expect(late.receive(1) == [99])
            made.1.put(SIGKILL)
            #expect(until { !log.exits.all.isEmpty })
        }
    }
#endif
