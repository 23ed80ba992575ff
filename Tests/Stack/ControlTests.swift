import HTTP
import Reactor
import Testing

@testable import Stack

@Suite("The control API")
struct ControlTests {
    @Test(
        "Who asks as localhost is answered, and no page from elsewhere is",
        arguments: [
            (.init(host: "localhost:4000"), true), (.init(host: "127.0.0.1:4000"), true),
            (.init(host: "[::1]:4000"), true), (.init(host: "LOCALHOST"), true),
            (.init(host: "evil.example:4000"), false), (.init(host: "localhost:4001"), false), (.init(), false),
            (.init(host: "localhost.evil.example:4000"), false),
            (.init(host: "localhost:4000", origin: "http://localhost:4000"), true),
            (.init(host: "localhost:4000", origin: "http://localhost:8080"), false),
            (.init(host: "localhost:4000", origin: "https://localhost:4000"), false),
            (.init(host: "localhost:4000", origin: "null"), false),
            (.init(host: "localhost:4000", site: "cross-site"), false),
            (.init(host: "localhost:4000", site: "same-site"), false),
            (.init(host: "localhost:4000", site: "none"), true),
            (.init(host: "localhost:4000", origin: "http://127.0.0.1:4000", site: "same-origin"), true),
        ] as [(ControlAccess.Fields, Bool)])
    func access(_ fields: ControlAccess.Fields, _ isAnswered: Bool) {
        #expect((ControlAccess.refusal(fields, port: 4000) == nil) == isAnswered)
    }

    @Test(
        "Every route is found by its own path and method, and told from another method",
        arguments: ControlRoute.allCases)
    func routes(_ route: ControlRoute) {
        let path = route.path("order-service")
        let parameter = route.pattern.contains("{") ? "order-service" : ""
        #expect(ControlRoute.match(route.method, path: path) == .found(route, parameter: parameter))
        #expect(ControlRoute.match(.delete, path: path) == .wrongMethod(allowed: route.method))
        #expect(ControlRoute.match(route.method, path: path + "/") == .none)
    }

    @Test("What a page is kept for is answered by no route")
    func reserved() {
        for route in ControlRoute.allCases {
            #expect(route.pattern != "/" && !route.pattern.hasPrefix("/console"))
        }
    }

    @Test("A control server that is closed is kept by nobody")
    func closed() throws {
        final class Asked: ControlledStack {
            var status: StackStatus { ControlTests.status }
            func groups(_ then: @escaping (Result<[GroupProgress], Failure>) -> Void) {}
            func restart(_ service: String) -> Bool { false }
            func reset(_ then: @escaping (Result<ResetCourse.Summary, Failure>) -> Void) {}
            func down() {}
        }
        weak var closed: ControlServer?
        func serve() throws {
            let stack = Asked()
            let server = ControlServer(loop: try EventLoop(), stack: stack)
            try server.listen(on: .free)
            server.close()
            closed = server
        }
        try serve()
        #expect(closed == nil)
    }

    static let status = StackStatus(
        version: "0.1.0", pid: 4242, command: "up", state: .degraded, data: "/x/.nestbox", isTemporary: false,
        directory: "/x", control: "http://127.0.0.1:4000",
        parts: [
            .init(name: "DynamoDB", state: "ready", isReady: true, address: "http://localhost:8000"),
            .init(
                name: "web", state: "resting", isReady: false, address: "http://localhost:3000", starts: 3,
                isService: true,
                note: "it exited with code 1"),
            .init(name: "job", state: "done", isReady: true, pid: 7, starts: 1, isService: true),
        ], environment: [.init(name: "KAFKA_BROKERS", value: "localhost:9092"), .init(name: "A", value: "\"ü\\\n")])

    @Test("A status is read back as it was written, and members of a newer version are passed over")
    func statusJSON() {
        #expect(StackStatus(json: Self.status.json) == Self.status)
        var newer = Array(#"{"new":[{"x":1}],"#.utf8) + Self.status.json.dropFirst()
        #expect(StackStatus(json: newer) == Self.status)
        newer.removeLast()
        #expect(StackStatus(json: newer) == nil)
        #expect(StackStatus(json: Array("hello".utf8)) == nil)
    }

    @Test("A status is a table for people, without blanks at the ends of its lines")
    func statusTable() {
        let expected = """
            nestbox 0.1.0 (pid 4242) is degraded

              DynamoDB  ready    http://localhost:8000
              web       resting  http://localhost:3000         it exited with code 1
              job       done                            pid 7
              control            http://127.0.0.1:4000
              data               /x/.nestbox

            """
        #expect(StatusCommand.table(Self.status) == expected)
    }

    @Test("The port is the one that was asked for, or 4000 unless somebody of the stack has it, or a free one")
    func ports() {
        #expect(ControlPort(asked: 5000, anyPort: true, taken: [4000]) == .exactly(5000))
        #expect(ControlPort(asked: nil, anyPort: false, taken: [8000, 9092]) == .preferably(4000))
        #expect(ControlPort(asked: nil, anyPort: false, taken: [8000, 4000]) == .free)
        #expect(ControlPort(asked: nil, anyPort: true, taken: []) == .free)
    }

    @Test(
        "A lock file tells its holder, and where its control API is once that is known",
        arguments: [
            ("", nil), ("x\n", nil), ("0\n", nil), ("42\n", .init(pid: 42)),
            ("42\nhttp://127.0.0.1:4000\n", .init(pid: 42, control: .loopback(port: 4000))),
            ("42\n7\nhttp", .init(pid: 42)),
        ] as [(String, DataLock.Note?)])
    func lockFile(_ text: String, _ note: DataLock.Note?) {
        #expect(DataLock.Note(text) == note)
        if let note, note.text.utf8.count == text.utf8.count { #expect(note.text == text) }
    }
}

@Suite("How services stand")
struct StandingTests {
    @Test("A service that ended well and is not started again is done, one that ended otherwise has failed")
    func ended() {
        var supervision = Supervision(
            [
                .init(name: "job", needs: [], isProbed: false, restart: .no),
                .init(name: "web", needs: ["job"], isProbed: true, restart: .no),
            ], readyTimeoutMillis: 60_000)
        #expect(supervision.services.map(\.standing) == [.waiting, .waiting])
        _ = supervision.apply(.begin, nowMillis: 0)
        #expect(supervision.services.map(\.standing) == [.ready, .starting])
        _ = supervision.apply(.time, nowMillis: 20)
        _ = supervision.apply(.notYet("web", reason: "503"), nowMillis: 21)
        #expect(supervision.services[1].note == "503")
        _ = supervision.apply(.answered("web"), nowMillis: 40)
        _ = supervision.apply(.exited("job", .code(0)), nowMillis: 50)
        _ = supervision.apply(.exited("web", .signal(9)), nowMillis: 50)
        #expect(supervision.services.map(\.standing) == [.done, .failed])
        #expect(supervision.services.map(\.standing.isReady) == [true, false])
        #expect(supervision.services[1].note == "it was ended by signal 9")
        #expect(supervision.services.map(\.starts) == [1, 1])
    }
}
