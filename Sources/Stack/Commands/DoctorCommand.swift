import KafkaTools
import Reactor

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `nestbox doctor`: looks at what commonly goes wrong, and says of each how it is and how to mend it.
enum DoctorCommand {
    /// What was found.
    struct Finding: Equatable {
        /// How bad it is.
        enum Level: String {
            case ok, warn, fail
        }

        var level: Level
        /// One sentence with the mend.
        var text: String
    }

    /// How long Kafka may take to tell its address.
    private static let patienceMillis: Int64 = 5_000

    /// Prints a line for each finding; exit code 1 when one of them fails.
    static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        var findings = [Finding(level: .ok, text: "nestbox \(Version.text)")]
        var stack: StackFile?
        do throws(Failure) {
            let file = try invocation.stackFile()
            stack = file
            findings.append(
                .init(
                    level: .ok,
                    text: "\(file.name): \(file.tables.count) tables, \(file.topics.count) topics, "
                        + "\(file.services.count) services"))
        } catch {
            findings.append(.init(level: .fail, text: error.message))
        }
        var running: RunningStack?
        if stack != nil {
            if case .running(let found) = try RunningStack.find(invocation) { running = found }
        }
        if let running {
            findings += self.running(running.found)
            findings += advertised(running.found)
        } else if let stack {
            findings += toStart(stack, invocation)
        }
        findings += clients(invocation.shell, running?.found)
        let text = findings.map { "\($0.level.rawValue)\($0.level == .ok ? "  " : "")  \($0.text)\n" }.joined()
        let hasFailed = findings.contains { $0.level == .fail }
        return invocation.print(text, exitCode: hasFailed ? Failure(.other, "").exitCode : 0)
    }

    // MARK: The stack

    /// A stack that runs.
    static func running(_ status: StackStatus) -> [Finding] {
        var findings = [
            status.state == .ready
                ? Finding(level: .ok, text: "the stack (pid \(status.pid)) is ready")
                : Finding(
                    level: .warn,
                    text:
                        "the stack (pid \(status.pid)) is \(status.state.rawValue): \(status.lateParts); look at `nestbox logs`"
                )
        ]
        if status.version != Version.text {
            findings.append(
                .init(
                    level: .warn,
                    text:
                        "the stack is nestbox \(status.version), and this is \(Version.text); restart it with this one")
            )
        }
        return findings
    }

    /// A stack that could be started: its settings, its data directory, its ports, its services' programs.
    private static func toStart(_ stack: StackFile, _ invocation: Invocation) -> [Finding] {
        do throws(Failure) {
            let settings = try Settings.resolve(
                Arguments(command: .up, given: invocation.arguments.given), stack: stack,
                workingDirectory: invocation.directory, environment: invocation.shell)
            return [try dataDirectory(settings)] + ports(settings) + programs(settings, invocation.shell)
        } catch {
            return [.init(level: .fail, text: error.message)]
        }
    }

    private static func dataDirectory(_ settings: Settings) throws(Failure) -> Finding {
        guard case .directory(let path) = settings.data else {
            return .init(level: .ok, text: "data is kept in memory")
        }
        guard FileSystem.kind(path) != nil else { return .init(level: .ok, text: "\(path) will be made") }
        try DataDirectory.refuseForeign(path)
        guard FileSystem.kind(path + "/format") != nil else { return .init(level: .ok, text: "\(path) can be used") }
        let left = DataLock.note(at: DataDirectory.lockFile(of: path))
        // Opening it is the check.
        _ = try DataDirectory.open(path)
        guard let left else { return .init(level: .ok, text: "\(path) can be used") }
        return .init(
            level: .ok,
            text: "\(path) can be used; a nestbox (pid \(left.pid)) left it by a crash, and `up` goes on from it")
    }

    private static func ports(_ settings: Settings) -> [Finding] {
        var wanted: [(port: UInt16, what: String, mend: String)] = []
        if settings.emulators.contains(.aws), let port = settings.awsPort {
            wanted.append((port, "DynamoDB", "choose another port with --aws-port, or --any-port"))
        }
        if settings.emulators.contains(.kafka), let port = settings.kafkaPort {
            wanted.append((port, "Kafka", "choose another port with --kafka-port, or --any-port"))
        }
        if case .exactly(let port) = settings.controlPort {
            wanted.append((port, "the control API", "choose another port with --control-port, or --any-port"))
        }
        for service in settings.stack.services {
            guard let port = service.port, !settings.servicesGetFreePorts else { continue }
            wanted.append((port, service.name, "change its `port` in the stack file, or use --any-port"))
        }
        return wanted.map { port, what, mend in
            if HostAddress.isFree(port: port) { return .init(level: .ok, text: "port \(port) for \(what) is free") }
            let failure = PortHolder.failure(
                port: port, wantedBy: what, holder: PortHolder.find(port: port), mend: mend)
            return .init(level: .fail, text: failure.message)
        }
    }

    private static func programs(_ settings: Settings, _ shell: [String: String]) -> [Finding] {
        settings.stack.services.map { service in
            do throws(Failure) {
                let program = try Supervisor.program(
                    of: service, settings.stack, shell, CommandLineProgram.executable())
                return .init(level: .ok, text: "\(service.name) is \(program)")
            } catch {
                return .init(level: .fail, text: error.message)
            }
        }
    }

    // MARK: Kafka's address

    /// What Kafka tells clients here, and whether they can reach it.
    private static func advertised(_ status: StackStatus) -> [Finding] {
        guard let address = status.environment.first(where: { $0.name == "KAFKA_BROKERS" })?.value,
            let colon = address.lastIndex(of: ":"), let port = UInt16(address[address.index(after: colon)...])
        else { return [] }
        let host = String(address[..<colon])
        guard reachable(host, port),
            let told = AdvertisedBrokers.told(by: host, port: port, withinMillis: patienceMillis)
        else {
            return [
                .init(level: .fail, text: "Kafka does not answer on \(address); look at its log with `nestbox logs`")
            ]
        }
        return told.map { broker in
            let name = "\(broker.host):\(broker.port)"
            guard !reachable(broker.host, broker.port) else {
                return .init(level: .ok, text: "Kafka tells clients here to connect to \(name), which answers")
            }
            return .init(
                level: .fail,
                text:
                    "Kafka tells clients here to connect to \(name), which does not answer; correct KAFKA_ADVERTISED_LISTENERS "
                    + "or --kafka-property advertised.listeners")
        }
    }

    /// Whether a connection can be made.
    private static func reachable(_ host: String, _ port: UInt16) -> Bool {
        let addresses =
            host == "localhost"
            ? [SocketAddress.loopback(port: port), .loopbackIPv6(port: port)]
            : (try? SocketAddress.resolve(host: host, port: port)) ?? []
        return addresses.contains { address in
            HostAddress.withSocket(address) { descriptor, name, length in
                _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
                if connect(descriptor, name, length) == 0 { return true }
                guard errno == EINPROGRESS else { return false }
                var end = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                return poll(&end, 1, 2_000) == 1 && Int32(end.revents) & (POLLERR | POLLHUP) == 0
            } ?? false
        }
    }

    // MARK: Clients

    /// What clients that are started from this shell would talk to.
    private static func clients(_ shell: [String: String], _ status: StackStatus?) -> [Finding] {
        func file(_ variable: String, _ standard: String) -> String {
            let path = shell[variable].flatMap { $0.isEmpty ? nil : $0 } ?? (shell["HOME"] ?? "") + standard
            return String(decoding: (try? FileSystem.read(path, limit: 1 << 20)) ?? [], as: UTF8.self)
        }
        let view = AWSClientView(
            shell: shell, config: file("AWS_CONFIG_FILE", "/.aws/config"),
            credentials: file("AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials"))
        return findings(view, status) + findings(shell, status)
    }

    private static let mend = "eval \"$(nestbox env)\" leads to the stack"

    /// What an AWS client would do.
    static func findings(_ view: AWSClientView, _ status: StackStatus?) -> [Finding] {
        var findings: [Finding] = []
        let ours = status?.environment.first { $0.name == "AWS_ENDPOINT_URL" }?.value
        switch view.endpoint {
        case nil:
            findings.append(
                .init(level: .warn, text: "AWS clients of this shell talk to AWS itself (\(view.source)); \(mend)"))
        case .some(let endpoint) where ours != nil && endpoint != ours:
            findings.append(
                .init(
                    level: .warn,
                    text:
                        "AWS clients of this shell talk to \(endpoint) (\(view.source)), not to \(ours ?? ""); \(mend)")
            )
        case .some(let endpoint):
            findings.append(.init(level: .ok, text: "AWS clients of this shell talk to \(endpoint) (\(view.source))"))
        }
        if view.region == nil {
            findings.append(.init(level: .warn, text: "AWS clients of this shell have no region; set AWS_REGION"))
        }
        if !view.hasCredentials {
            findings.append(
                .init(
                    level: .warn,
                    text:
                        "AWS clients of this shell have no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to any"
                ))
        }
        return findings
    }

    /// What Kafka clients would do, and whether a proxy is in the way.
    static func findings(_ shell: [String: String], _ status: StackStatus?) -> [Finding] {
        var findings: [Finding] = []
        let ours = status?.environment.first { $0.name == "KAFKA_BROKERS" }?.value
        for name in ["KAFKA_BROKERS", "KAFKA_BOOTSTRAP_SERVERS"] {
            guard let value = shell[name], !value.isEmpty else { continue }
            if let ours, value != ours {
                findings.append(
                    .init(
                        level: .warn,
                        text: "Kafka clients of this shell talk to \(value) (\(name)), not to \(ours); \(mend)"))
            } else {
                findings.append(.init(level: .ok, text: "Kafka clients of this shell talk to \(value) (\(name))"))
            }
        }
        if findings.isEmpty {
            findings.append(
                .init(level: .ok, text: "KAFKA_BROKERS is not set: Kafka clients of this shell talk to what they say"))
        }
        let proxy = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].first { shell[$0]?.isEmpty == false }
        let without = shell["NO_PROXY"] ?? shell["no_proxy"] ?? ""
        if let proxy, ChildEnvironment.withLoopback(without) != without {
            findings.append(
                .init(
                    level: .warn, text: "\(proxy) is set, and NO_PROXY does not have localhost,127.0.0.1,::1; add them")
            )
        }
        return findings
    }
}
