import Testing

@testable import Stack

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A directory for one test, removed at its end.
final class Scratch {
    let path: String
    init() {
        var template = Array("/tmp/nestbox-test-XXXXXX".utf8CString)
        path = String(cString: mkdtemp(&template))
    }
    deinit { FileSystem.removeTree(path) }
}

@Suite("The data directory")
struct DataDirectoryTests {
    private func failure(_ path: String) -> String? {
        do throws(Failure) {
            _ = try DataDirectory.open(path)
            return nil
        } catch { return error.kind == .configuration ? error.message : "\(error.kind)" }
    }

    @Test("A new one has its own .gitignore, a format version, a place for logs, and our pid in its lock")
    func fresh() throws {
        let scratch = Scratch()
        let path = scratch.path + "/a/.nestbox"
        let data = try DataDirectory.open(path)
        func text(_ name: String) throws -> String {
            String(decoding: try FileSystem.read(path + "/" + name, limit: 100), as: UTF8.self)
        }
        #expect(try text(".gitignore") == "*\n")
        #expect(try text("format") == "1\n")
        #expect(try text("lock") == "\(getpid())\n")
        #expect(FileSystem.kind(data.logs) == .directory)
        #expect(!data.isTemporary)
    }

    @Test("A second one on the same directory is refused with the pid of the first, and works after its end")
    func second() throws {
        let scratch = Scratch()
        do {
            let first = try DataDirectory.open(scratch.path)
            let expected =
                "the data directory \(scratch.path) is in use by a nestbox with pid \(getpid()); stop it with "
                + "`nestbox down`, or choose another directory with --data"
            #expect(failure(scratch.path) == expected)
            _ = first.path
        }
        #expect(failure(scratch.path) == nil)
    }

    @Test("The lock of a process that is gone is taken over, and said so")
    func stale() throws {
        let scratch = Scratch()
        try FileSystem.write("999999999\n", to: scratch.path + "/lock")
        #expect(try DataDirectory.open(scratch.path).takenOverFrom == 999_999_999)
    }

    @Test(
        "What a lock attempt means",
        arguments: [
            (.obtained, nil, false, .take), (.obtained, 7, false, .takeOver(from: 7)), (.obtained, 1, true, .take),
            // flock is the truth: a pid that lives again belongs to another program.
            (.obtained, 7, true, .takeOver(from: 7)),
            (.busy, 7, true, .refuse(holder: 7)), (.busy, nil, false, .refuse(holder: nil)),
            (.unsupported, 7, true, .refuse(holder: 7)), (.unsupported, 7, false, .takeOver(from: 7)),
            (.unsupported, nil, false, .take), (.unsupported, 1, true, .take),
        ] as [(DataLock.Attempt.Answer, Int32?, Bool, DataLock.Decision)])
    func decisions(_ answer: DataLock.Attempt.Answer, _ holder: Int32?, _ alive: Bool, _ decision: DataLock.Decision) {
        let attempt = DataLock.Attempt(answer: answer, holder: holder, holderIsAlive: alive)
        #expect(DataLock.decide(attempt, ownPid: 1) == decision)
    }

    @Test("A newer format is refused, as is a format that is no number")
    func format() throws {
        let scratch = Scratch()
        _ = try DataDirectory.open(scratch.path)
        try FileSystem.write("2\n", to: scratch.path + "/format")
        #expect(
            failure(scratch.path)
                == "the data directory \(scratch.path) has format 2, and this nestbox knows only up to 1; use a newer "
                + "nestbox, or choose another directory with --data")
        try FileSystem.write("x", to: scratch.path + "/format")
        #expect(
            failure(scratch.path)
                == "\(scratch.path)/format is not a format version of nestbox; choose another directory with --data")
    }

    @Test("A directory with other things in it is refused: its .gitignore would hide them")
    func foreign() throws {
        let scratch = Scratch()
        try FileSystem.write("", to: scratch.path + "/main.go")
        #expect(
            failure(scratch.path)
                == "\(scratch.path) is not a data directory of nestbox (it has main.go); choose another with --data")
        #expect(FileSystem.kind(scratch.path + "/.gitignore") == nil)
    }

    @Test("A directory in memory that somebody has the lock of is neither swept nor taken, whatever its pid")
    func sharedTemporary() throws {
        let scratch = Scratch()
        let held = scratch.path + "/nestbox-\(getpid())"
        try FileSystem.makeDirectory(held)
        let foreign = scratch.path + "/nestbox-999999999"
        try FileSystem.makeDirectory(foreign)
        let locks = [try DataLock.acquire(held + "/lock"), try DataLock.acquire(foreign + "/lock")]
        #expect(try DataDirectory.temporary(in: scratch.path).path == held + "-1")
        #expect(DataDirectory.staleTemporaries(in: scratch.path) == [])
        withExtendedLifetime(locks) {}
    }

    @Test("A path that is no directory is refused")
    func notADirectory() throws {
        let scratch = Scratch()
        try FileSystem.write("", to: scratch.path + "/file")
        #expect(
            failure(scratch.path + "/file/x")
                == "the data directory cannot be used: \(scratch.path)/file/x: Not a directory; choose another with --data"
        )
    }

    @Test("A directory in memory is named after the pid; those of processes that are gone are stale")
    func temporary() throws {
        let scratch = Scratch()
        let data = try DataDirectory.temporary(in: scratch.path)
        #expect(data.path == "\(scratch.path)/nestbox-\(getpid())")
        #expect(data.isTemporary)
        try FileSystem.makeDirectory(scratch.path + "/nestbox-999999999/logs")
        try FileSystem.makeDirectory(scratch.path + "/nestbox-other")
        try FileSystem.write("", to: scratch.path + "/nestbox-999999998")
        #expect(DataDirectory.staleTemporaries(in: scratch.path) == [scratch.path + "/nestbox-999999999"])
    }

    @Test(
        "Only nestbox-<pid> is a directory in memory",
        arguments: [
            ("nestbox-12", 12), ("nestbox-12-3", 12), ("nestbox-", nil), ("nestbox-1x", nil), ("nestbox-0", nil),
            ("nestbox--1", nil),
            ("other-1", nil), ("nestbox-99999999999", nil),
        ] as [(String, Int32?)])
    func names(_ name: String, _ pid: Int32?) {
        #expect(DataDirectory.pid(ofTemporary: name) == pid)
    }

    @Test("Removing a tree removes links, not what they point to")
    func links() throws {
        let scratch = Scratch()
        try FileSystem.makeDirectory(scratch.path + "/kept/deep")
        try FileSystem.makeDirectory(scratch.path + "/tree/a/b")
        try FileSystem.write("x", to: scratch.path + "/tree/a/b/file")
        symlink(scratch.path + "/kept", scratch.path + "/tree/a/link")
        FileSystem.removeTree(scratch.path + "/tree")
        #expect(FileSystem.names(in: scratch.path) == ["kept"])
        #expect(FileSystem.names(in: scratch.path + "/kept") == ["deep"])
    }
}

@Suite("Logs of services")
struct LogFileTests {
    @Test("A full file becomes .1, then .2, and the oldest goes")
    func rotation() throws {
        let scratch = Scratch()
        let log = LogFile(scratch.path + "/a.log", fullBytes: 10)
        for number in 1...8 { log.append(Array("line\(number)\n".utf8)) }
        func text(_ name: String) throws -> String {
            String(decoding: try FileSystem.read(scratch.path + "/" + name, limit: 100), as: UTF8.self)
        }
        #expect(FileSystem.names(in: scratch.path) == ["a.log", "a.log.1", "a.log.2"])
        #expect(try text("a.log") == "line8\n")
        #expect(try text("a.log.1") == "line7\n")
        #expect(try text("a.log.2") == "line6\n")
        #expect(log.tail(lines: 5) == ["line8"])
    }

    @Test("A log goes on where it was")
    func continued() throws {
        let scratch = Scratch()
        LogFile(scratch.path + "/a.log").append(Array("1\n2\n".utf8))
        let log = LogFile(scratch.path + "/a.log")
        log.append(Array("3\n".utf8))
        #expect(log.tail(lines: 2) == ["2", "3"])
    }
}

@Suite("Who holds a port")
struct PortHolderTests {
    @Test("Only listening sockets on the port count")
    func table() {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1 0 100 0
               1: 0100007F:1F40 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 4243 1 0 100 0
               2: 0100007F:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4244 1 0 100 0
               3: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 4245 1
            """
        #expect(PortHolder.listeners(on: 8000, in: table) == ["4242"])
        #expect(PortHolder.listeners(on: 80, in: table) == ["4245"])
        #expect(PortHolder.listeners(on: 9092, in: table) == [])
        #expect(PortHolder.listeners(on: 8000, in: "garbage\n\n: :") == [])
    }

    @Test("The sentence names the port, the holder if known, and the mend")
    func sentence() {
        let mend = "choose another port with --aws-port"
        #expect(
            PortHolder.failure(port: 8000, wantedBy: "DynamoDB", holder: .init(pid: 7, name: "java"), mend: mend)
                == Failure(
                    .portBusy,
                    "port 8000 for DynamoDB is in use by java (pid 7); stop it, or choose another port with --aws-port")
        )
        #expect(
            PortHolder.failure(port: 8000, wantedBy: "DynamoDB", holder: nil, mend: mend).message
                == "port 8000 for DynamoDB is in use by another process; stop it, or choose another port with --aws-port"
        )
    }
}
