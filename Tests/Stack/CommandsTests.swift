import Testing

@testable import Stack

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("The environment for a shell")
struct ShellSyntaxTests {
    private let variables: [ServiceDefinition.Variable] = [
        .init(name: "URL", value: "http://localhost:8000"), .init(name: "ODD", value: "it's $5 \"and\" \\ `x`"),
    ]

    @Test(
        "Each reader gets values as it reads them back, and what it cannot unset it is not told",
        arguments: [
            (.bash, "export URL=http://localhost:8000\nexport ODD='it'\\''s $5 \"and\" \\ `x`'\nunset GONE\n"),
            (.zsh, "export URL=http://localhost:8000\nexport ODD='it'\\''s $5 \"and\" \\ `x`'\nunset GONE\n"),
            (.fish, "set -gx URL 'http://localhost:8000'\nset -gx ODD 'it\\'s $5 \"and\" \\\\ `x`'\nset -e GONE\n"),
            (.dotenv, "URL=\"http://localhost:8000\"\nODD=\"it's \\$5 \\\"and\\\" \\\\ \\`x\\`\"\n"),
            (.github, "URL=http://localhost:8000\nODD=it's $5 \"and\" \\ `x`\n"),
        ] as [(ShellSyntax, String)])
    func syntaxes(_ syntax: ShellSyntax, _ text: String) {
        #expect(syntax.lines(setting: variables, unsetting: ["GONE"]) == text)
    }

    @Test("A value of several lines stands in GitHub's file between marks that it does not have")
    func severalLines() {
        let lines = ShellSyntax.github.lines(setting: [.init(name: "KEY", value: "a\nEND\nb")], unsetting: [])
        #expect(lines == "KEY<<END_\na\nEND\nb\nEND_\n")
    }

    @Test(
        "The shell is the user's",
        arguments: [
            ("/bin/bash", .bash), ("/usr/bin/fish", .fish), ("/opt/zsh", .zsh), ("/bin/dash", .bash), (nil, .bash),
        ] as [(String?, ShellSyntax)])
    func shells(_ path: String?, _ syntax: ShellSyntax) {
        #expect(ShellSyntax(shell: path) == syntax)
    }

    @Test("What would send clients elsewhere is unset where it is set, and a proxy is kept off loopback")
    func elsewhere() {
        var status = ControlTests.status
        status.environment = [.init(name: "AWS_ENDPOINT_URL", value: "http://localhost:8000")]
        let shell = ["AWS_PROFILE": "staging", "HTTP_PROXY": "http://proxy:3128", "NO_PROXY": "internal"]
        let expected = """
            export AWS_ENDPOINT_URL=http://localhost:8000
            export NO_PROXY=internal,localhost,127.0.0.1,::1
            export no_proxy=internal,localhost,127.0.0.1,::1
            unset AWS_PROFILE

            """
        #expect(EnvCommand.text(.bash, status, shell) == expected)
        #expect(EnvCommand.text(.bash, status, [:]) == "export AWS_ENDPOINT_URL=http://localhost:8000\n")
        status.environment = [.init(name: "KAFKA_BROKERS", value: "localhost:9092")]
        #expect(EnvCommand.text(.bash, status, ["AWS_PROFILE": "x"]) == "export KAFKA_BROKERS=localhost:9092\n")
        #expect(
            EnvCommand.text(.bash, status, ["KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_OTHER": "x"])
                == "export KAFKA_BROKERS=localhost:9092\nunset KAFKA_SECURITY_PROTOCOL\n")
    }
}

@Suite("Waiting for conditions")
struct WaitConditionTests {
    private func group(
        _ name: String, _ state: String = "Stable", members: Int = 1, committed: Int? = 5, end: Int = 5
    ) -> GroupProgress {
        GroupProgress(
            name: name, state: state, members: members,
            partitions: [
                .init(topic: "t", partition: 0, committed: committed, end: end, lag: end - (committed ?? 0))
            ])
    }

    private var ready: StackStatus {
        var status = ControlTests.status
        status.state = .ready
        return status
    }

    @Test("A condition is one of three words", arguments: ["ready", "lag=0", "group:a b"])
    func words(_ word: String) {
        #expect(WaitCondition(word) != nil)
        for wrong in ["Ready", "lag=1", "group:", "group", ""] { #expect(WaitCondition(wrong) == nil) }
    }

    @Test("Conditions are collected, and a wrong one is refused")
    func arguments() throws {
        let arguments = try Arguments.parse(["wait", "--for", "ready", "--for=group:g"], environment: [:])
        #expect(arguments[.condition] == "ready\ngroup:g")
        #expect(throws: Failure(.usage, "`--for` must be ready|lag=0|group:NAME, not `lag=1`")) {
            try Arguments.parse(["wait", "--for", "lag=1"], environment: [:])
        }
    }

    @Test("A stack that is not ready is waited for, and what it waits for is told")
    func readiness() {
        #expect(WaitCondition.missing([.ready], ready, []) == nil)
        #expect(
            WaitCondition.missing([.ready], ControlTests.status, []) == "waiting for web (it exited with code 1)")
    }

    @Test("A group has joined when it has members and each has its partitions")
    func joined() {
        func missing(_ group: GroupProgress?) -> String? {
            WaitCondition.missing([.group("g")], ready, group.map { [$0] } ?? [])
        }
        #expect(missing(nil) == "there is no group g")
        #expect(missing(group("g", "Empty", members: 0)) == "group g has no members")
        #expect(missing(group("g", "PreparingRebalance")) == "group g is rebalancing (PreparingRebalance)")
        #expect(missing(group("g", committed: 1)) == nil)
    }

    @Test("Nothing is left to read when every group has committed to the end; none at all has not")
    func lag() {
        func missing(_ groups: [GroupProgress], _ conditions: [WaitCondition] = [.noLag]) -> String? {
            WaitCondition.missing(conditions, ready, groups)
        }
        #expect(missing([]) == "there is no consumer group")
        #expect(missing([group("g"), group("h")]) == nil)
        #expect(missing([group("g"), group("h", committed: 3)]) == "group h has 2 to read, first on t-0")
        #expect(
            missing([group("g", committed: nil)]) == "group g has 5 to read, first on t-0, and has committed none")
        #expect(
            missing([group("g", "Empty", members: 0, committed: 3)])
                == "group g has 2 to read, first on t-0, and it has no members")
        #expect(missing([group("g", committed: nil, end: 0)]) == nil)
        #expect(
            missing([group("g", "CompletingRebalance")]) == "group g is rebalancing (CompletingRebalance)")
        #expect(missing([group("g"), group("h", committed: 3)], [.group("g"), .noLag]) == nil)
    }

    @Test("The groups' progress is read back as it was written")
    func json() {
        let groups = [group("g"), group("ü\"", "Empty", members: 0, committed: nil)]
        #expect(GroupProgress.read(GroupProgress.json(groups)) == groups)
        #expect(GroupProgress.read(Array("{}x".utf8)) == nil)
    }
}

@Suite("Following logs")
struct LogFollowerTests {
    @Test("Old files come first, what comes later follows, a rotation loses no line, half a line waits")
    func rotation() throws {
        let scratch = Scratch()
        try FileSystem.makeDirectory(scratch.path)
        let path = scratch.path + "/a.log"
        try FileSystem.write("one\n", to: path + ".1")
        try FileSystem.write("two\nthr", to: path)
        var follower = LogFollower(path: path, prefix: Array("a | ".utf8))
        func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        #expect(text(follower.begin(tail: nil)) == "a | one\na | two\n")
        #expect(text(follower.more()) == "")
        try FileSystem.write("two\nthree\n", to: path)
        #expect(text(follower.more()) == "a | three\n")
        #expect(rename(path, path + ".1") == 0)
        try FileSystem.write("four\n", to: path)
        #expect(text(follower.more()) == "a | four\n")
    }

    @Test(
        "The last lines are so many",
        arguments: [(0, ""), (1, "c\n"), (2, "b\nc\n"), (3, "a\nb\nc\n"), (9, "a\nb\nc\n")])
    func tails(_ count: Int, _ text: String) {
        #expect(LogFollower.last(count, of: Array("a\nb\nc\n".utf8)) == Array(text.utf8))
    }
}

@Suite("Restarting a service")
struct RestartTests {
    private func running() -> Supervision {
        var supervision = Supervision(
            [.init(name: "web", needs: [], isProbed: true, restart: .no)], readyTimeoutMillis: 60_000)
        _ = supervision.apply(.begin, nowMillis: 0)
        _ = supervision.apply(.time, nowMillis: 10)
        _ = supervision.apply(.answered("web"), nowMillis: 20)
        return supervision
    }

    @Test("A service that runs is asked to end, then started at once, whatever its `restart` says")
    func restarted() throws {
        var supervision: Supervision = running()
        #expect(
            supervision.apply(.restart("web"), nowMillis: 100)
                == [.report(.info, "web is restarted"), .terminate("web")])
        #expect(supervision.services[0].standing == .stopping)
        #expect(supervision.apply(.restart("web"), nowMillis: 101) == [])
        #expect(supervision.apply(.exited("web", .signal(15)), nowMillis: 200) == [.kill("web"), .start("web")])
        #expect(supervision.services[0].standing == .starting)
        #expect(supervision.services[0].starts == 2)
    }

    @Test("One that does not end is killed")
    func patience() {
        var supervision: Supervision = running()
        _ = supervision.apply(.restart("web"), nowMillis: 100)
        #expect(supervision.nextDeadlineMillis == 10_100)
        #expect(supervision.apply(.time, nowMillis: 10_100).contains(.kill("web")))
        #expect(supervision.apply(.exited("web", .signal(9)), nowMillis: 10_200).contains(.start("web")))
    }

    @Test("One that has ended is started again")
    func ended() {
        var supervision: Supervision = running()
        _ = supervision.apply(.exited("web", .code(0)), nowMillis: 50)
        #expect(supervision.services[0].standing == .done)
        #expect(
            supervision.apply(.restart("web"), nowMillis: 60)
                == [.report(.info, "web is started again"), .start("web")])
    }

    @Test("When the stack stops meanwhile, it is not started again")
    func stopping() {
        var supervision: Supervision = running()
        _ = supervision.apply(.restart("web"), nowMillis: 100)
        _ = supervision.apply(.stop, nowMillis: 110)
        #expect(supervision.apply(.exited("web", .code(0)), nowMillis: 200) == [.kill("web"), .stopped])
        #expect(supervision.apply(.restart("web"), nowMillis: 300) == [])
    }
}
