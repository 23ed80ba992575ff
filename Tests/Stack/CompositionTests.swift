import Reactor
import Testing

@testable import Stack

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("The console")
struct ConsoleTests {
    @Test(
        "A reader that does not read blocks nothing: lines of services beyond a bound are counted, not kept, and nestbox's own are kept"
    )
    func slowReader() throws {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        let console = Console(
            descriptor: ends[1], level: .info, environment: [:], loop: try EventLoop(), waitingBytesMax: 100_000)
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 991)
        for _ in 0..<400 { console.print(line, of: "a", number: 0) }
        console.say(.info, "own")
        console.say(.debug, "hidden")
        var output: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while !output.ends(with: "own\n") {
            let count = read(ends[0], &piece, piece.count)
            guard count > 0 else { break }
            output += piece[..<count]
            console.finish()
        }
        close(ends[0])
        close(ends[1])
        let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
        let shown = lines.filter { $0.hasPrefix("a | xxx") }.count
        #expect(lines.last == "own")
        #expect(shown > 100 && shown < 200)
        #expect(
            lines.dropLast().last
                == "nestbox: \(400 - shown) lines are not shown, because the console is slow; they are in the logs")
    }

    @Test("A reader that has gone is not asked again")
    func goneReader() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        let console = Console(descriptor: ends[1], level: .info, environment: [:], loop: try EventLoop())
        close(ends[0])
        console.print("nobody")
        console.print("reads")
        console.finish()
        close(ends[1])
    }
}

extension [UInt8] {
    fileprivate func ends(with text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}

@Suite("The banner")
struct BannerTests {
    @Test("It has each endpoint, where data and logs are, and the environment to copy")
    func text() {
        let banner = Banner(
            endpoints: .init(
                aws: "http://localhost:8000", kafka: "localhost:9092", region: "eu-west-1",
                services: [(name: "order-service", url: "http://localhost:8080")]),
            data: "/p/.nestbox", isTemporary: false, logs: "/p/.nestbox/logs")
        #expect(
            banner.text == """
                nestbox \(Version.text)

                  DynamoDB       http://localhost:8000
                  Kafka          localhost:9092
                  order-service  http://localhost:8080
                  data           /p/.nestbox
                  logs           /p/.nestbox/logs

                  export AWS_ENDPOINT_URL=http://localhost:8000
                  export AWS_ENDPOINT_URL_DYNAMODB=http://localhost:8000
                  export DYNAMODB_ENDPOINT=http://localhost:8000
                  export AWS_REGION=eu-west-1
                  export AWS_DEFAULT_REGION=eu-west-1
                  export AWS_ACCESS_KEY_ID=local
                  export AWS_SECRET_ACCESS_KEY=local
                  export AWS_EC2_METADATA_DISABLED=true
                  export KAFKA_BROKERS=localhost:9092
                  export KAFKA_BOOTSTRAP_SERVERS=localhost:9092
                  export SPRING_KAFKA_BOOTSTRAP_SERVERS=localhost:9092
                  export ORDER_SERVICE_URL=http://localhost:8080

                """)
    }

    @Test("What does not run is not shown, and data in memory is said to go")
    func partial() {
        let banner = Banner(
            endpoints: .init(aws: nil, kafka: "localhost:1", region: "r"), data: "/tmp/nestbox-1", isTemporary: true,
            logs: "/tmp/nestbox-1/logs")
        #expect(!banner.text.contains("AWS"))
        #expect(!banner.text.contains("logs"))
        #expect(banner.text.contains("  data   /tmp/nestbox-1 (in memory: removed at exit)\n"))
    }

    @Test(
        "A value is quoted for a shell where it must be",
        arguments: [("a:1/b", "a:1/b"), ("", "''"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("$x", "'$x'")])
    func quoting(_ value: String, _ quoted: String) {
        #expect(Banner.quoted(value) == quoted)
    }
}

@Suite("Readiness probes")
struct ReadinessProbeTests {
    private func probe(_ ready: String?, port: UInt16?) -> ReadinessProbe? {
        var service = ServiceDefinition(name: "a", line: 1, command: ["a"])
        service.ready = ready
        return ReadinessProbe(service, port: port)
    }

    @Test(
        "A path is asked on the service's port, a URL where it says; a port alone is connected to; else nothing is asked"
    )
    func kinds() {
        #expect(probe("/up", port: 80) == .http(host: "localhost", port: 80, path: "/up"))
        #expect(probe("http://other:81/x?y", port: 80) == .http(host: "other", port: 81, path: "/x?y"))
        #expect(probe("http://other", port: nil) == .http(host: "other", port: 80, path: "/"))
        #expect(probe("http://[::1]:5?q", port: nil) == .http(host: "[::1]", port: 5, path: "/?q"))
        #expect(probe(nil, port: 80) == .listener(port: 80))
        #expect(probe(nil, port: nil) == nil)
    }

    @Test("The reason has the first words of the answer, in one line")
    func excerpt() {
        #expect(ReadinessProbe.excerpt(Array("no partitions\nyet".utf8)) == " no partitions")
        #expect(ReadinessProbe.excerpt([]) == "")
        #expect(ReadinessProbe.excerpt([0x1B, 0x41]) == " A")
    }
}

@Suite("The guard of the children")
struct ChildGuardTests {
    @Test("What it is told comes back from its line", arguments: [ChildGuard.Message.group(7), .process(8), .gone(7)])
    func lines(_ message: ChildGuard.Message) {
        #expect(ChildGuard.Message(message.text.dropLast()) == message)
    }

    @Test(
        "An id that kill(2) would take for more than one child is refused",
        arguments: ["group 0", "group 1", "process -1", "process 1", "group", "group x", "", "kill 7", "group 7 8"])
    func refused(_ line: String) {
        #expect(ChildGuard.Message(line) == nil)
    }

    @Test("What is left is what was told and is not gone, groups as groups")
    func remaining() {
        let messages: [ChildGuard.Message] = [.group(7), .process(8), .group(9), .gone(9), .gone(10)]
        #expect(ChildGuard.remaining(after: messages) == [-7, 8])
    }
}

@Suite("Where the stack listens")
struct HostAddressTests {
    @Test("localhost is both loopback addresses; an address is itself, and what everyone reaches is called localhost")
    func names() throws {
        #expect(try HostAddress("localhost").addresses.map(\.host) == ["127.0.0.1", "::1"])
        #expect(try HostAddress("localhost").name == "localhost")
        #expect(try HostAddress("0.0.0.0").name == "localhost")
        #expect(try HostAddress("0.0.0.0").addresses.map(\.host) == ["0.0.0.0"])
        #expect(try HostAddress("10.1.2.3").name == "10.1.2.3")
        #expect(try HostAddress("::1").name == "[::1]")
    }

    @Test("A free port can be had, and is free")
    func freePort() throws {
        let port = try HostAddress("localhost").freePort()
        #expect(port > 0)
        #expect(HostAddress.isFree(port: port))
    }

    @Test("A port that a process holds which is about to end is waited for, and not for long")
    func portOfADyingProcess() throws {
        let port = try HostAddress("localhost").freePort()
        let address = try #require(SocketAddress(host: "127.0.0.1", port: port))
        HostAddress.withSocket(address) { descriptor, name, length in
            #expect(bind(descriptor, name, length) == 0)
            #expect(listen(descriptor, 1) == 0)
            #expect(!HostAddress.isFree(port: port, within: 30))
            let holder = dup(descriptor)
            Task.detached {
                usleep(50_000)
                close(holder)
            }
        }
        #expect(HostAddress.isFree(port: port, within: 5_000))
    }
}
