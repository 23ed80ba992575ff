import AWSConfiguration
import Reactor

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The services as processes: does what `Supervision` decides, on the control loop.
final class Supervisor {
    /// Called once, when every service is ready.
    var onReady: () -> Void = {}
    /// Called at most once, when the stack cannot become ready; everything is being stopped then.
    var onFailure: (Failure) -> Void = { _ in }
    /// Called once, when no service is left after `stop`.
    var onStopped: () -> Void = {}
    /// Whether no service is left after `stop`.
    private(set) var isStopped = false
    /// Where everything is found.
    private(set) var endpoints: ChildEnvironment.Endpoints

    /// A service, as the system sees it.
    private final class Running {
        let definition: ServiceDefinition
        let number: Int
        let program: String
        let log: LogFile
        var port: UInt16?
        var process: ChildProcess?

        init(_ definition: ServiceDefinition, number: Int, program: String, log: LogFile) {
            self.definition = definition
            self.number = number
            self.program = program
            self.log = log
            port = definition.port
        }
    }

    private let settings: Settings
    private let shell: [String: String]
    private let host: HostAddress
    private let loop: EventLoop
    private let lines: Console?
    private let notices: Console
    private let executable: String
    private let services: [Running]
    private var supervision: Supervision
    private var childGuard: ChildGuard?
    private var hasNoGuard = false
    private var timer: Timer?
    private var pending: [Supervision.Event] = []

    /// How long the ports of services may be taken still when the nestbox before was killed, in milliseconds: its services are killed after
    /// it, and it takes a process a moment to end.
    private static let predecessorMillis = 2_000

    /// Finds the services' programs and checks that their ports are free; nothing is started yet.
    /// - Parameters:
    ///   - lines: where the services' lines go, besides their logs
    ///   - notices: where nestbox says what becomes of services
    ///   - executable: the path of this program; services' programs are looked for beside it first
    init(
        _ settings: Settings, shell: [String: String], data: DataDirectory, host: HostAddress, loop: EventLoop,
        lines: Console?, notices: Console, executable: String
    ) throws(Failure) {
        self.settings = settings
        self.shell = shell
        self.host = host
        self.loop = loop
        self.lines = lines
        self.notices = notices
        self.executable = executable
        endpoints = .init(
            aws: nil, kafka: nil, region: settings.stack.region, credentials: settings.stack.childCredentials)
        var services: [Running] = []
        for (number, definition) in settings.stack.services.enumerated() {
            let program = try Self.program(of: definition, settings.stack, shell, executable)
            let patience = data.takenOverFrom == nil ? 0 : Self.predecessorMillis
            if let port = definition.port, !settings.servicesGetFreePorts,
                !HostAddress.isFree(port: port, within: patience)
            {
                throw PortHolder.failure(
                    port: port, wantedBy: definition.name, holder: PortHolder.find(port: port),
                    mend: "change its `port` in the stack file, or use --any-port")
            }
            let log = LogFile(data.logs + "/\(definition.name).log")
            services.append(Running(definition, number: number, program: program, log: log))
        }
        self.services = services
        supervision = Supervision(
            services.map { service in
                Supervision.Service(
                    name: service.definition.name, needs: service.definition.needs,
                    isProbed: ReadinessProbe(service.definition, port: service.port) != nil,
                    restart: service.definition.restart)
            }, readyTimeoutMillis: settings.readyTimeoutMillis)
        timer = loop.timer { [unowned self] in apply(.time) }
    }

    /// The file of a service's program; throws when its directory or the program is not there or cannot be run.
    static func program(
        of service: ServiceDefinition, _ stack: StackFile, _ shell: [String: String], _ executable: String
    ) throws(Failure) -> String {
        let directory = workingDirectory(of: service, stack)
        guard FileSystem.kind(directory) == .directory else {
            throw Failure(
                .configuration,
                "\(stack.name):\(service.line): the directory \(directory) of service \(service.name) is not there; make it, "
                    + "or change `directory`")
        }
        let path = service.environment.last { $0.name == "PATH" }?.value ?? shell["PATH"]
        let program = service.command[0]
        switch ProgramSearch.find(
            program, first: FileSystem.parent(of: executable), path: path, workingDirectory: directory)
        {
        case .found(let file): return file
        case .notExecutable(let file):
            throw Failure(
                .configuration,
                "\(stack.name):\(service.line): \(file) of service \(service.name) cannot be run; make it executable, or "
                    + "change `command`")
        case .notFound:
            throw Failure(
                .configuration,
                "\(stack.name):\(service.line): the program `\(program)` of service \(service.name) is neither beside "
                    + "nestbox nor on PATH; build or install it, or change `command`")
        }
    }

    private static func workingDirectory(of service: ServiceDefinition, _ stack: StackFile) -> String {
        service.workingDirectory.map { FileSystem.resolve($0, from: stack.directory) } ?? stack.directory
    }

    // MARK: Life

    /// Takes the emulators' endpoints, chooses free ports if asked to, and starts the guard. After this `endpoints` is
    /// whole.
    func prepare(aws: String?, kafka: String?, control: String?) throws(Failure) {
        endpoints.aws = aws
        endpoints.kafka = kafka
        endpoints.control = control
        for service in services where service.definition.port != nil && settings.servicesGetFreePorts {
            service.port = try unusedPort()
        }
        noteURLs()
    }

    /// Starts the services.
    func begin() { apply(.begin) }

    /// Stops the services.
    func stop() { apply(.stop) }

    /// Stops a service and starts it again; false when there is none of this name.
    func restart(_ name: String) -> Bool {
        guard service(name) != nil else { return false }
        apply(.restart(name))
        return true
    }

    /// Kills everything that the services are, at once.
    func killAll() {
        for service in services {
            // One that has ended has been cleaned up after; its number may be another's.
            guard let process = service.process, process.exit == nil else { continue }
            process.kill(SIGKILL)
            process.killGroup(SIGKILL)
        }
    }

    /// Ends the guard, which kills what the services may have left.
    func end() {
        timer?.stop()
        childGuard?.end()
    }

    /// The environment of a command that is no service.
    /// - Throws: when it would lead the command to AWS or to this machine against what was asked for.
    func environment() throws(Failure) -> [String: String] {
        let environment = ChildEnvironment.make(shell: shell, endpoints: endpoints)
        if let refusal = refusal(environment, needsKafka: false) {
            throw Failure(.configuration, "the command is not started: \(refusal)")
        }
        return environment
    }

    /// What the guard says of a child's environment.
    private func refusal(_ environment: [String: String], needsKafka: Bool) -> String? {
        let endpoints = EndpointGuard(
            real: settings.real, running: settings.emulators, allowsLoopback: settings.allowsLoopback)
        return endpoints.refusal(
            environment, configuration: SharedConfiguration(environment: environment), needsKafka: needsKafka)
    }

    /// Puts a process under the guard: when nestbox is killed, so is it.
    func protect(_ message: ChildGuard.Message) {
        startGuard()
        childGuard?.tell(message)
    }

    private func startGuard() {
        guard childGuard == nil, !hasNoGuard else { return }
        do throws(Failure) { childGuard = try ChildGuard(executable: executable) } catch {
            hasNoGuard = true
            notices.say(.warn, error.message)
        }
    }

    /// The last lines of those services that are not ready, for a stack whose logs go away with it.
    func lastLines(_ count: Int) -> [(service: String, line: String)] {
        supervision.services.filter { !$0.isReady }.flatMap { waiting in
            let log = services.first { $0.definition.name == waiting.name }?.log
            return (log?.tail(lines: count) ?? []).map { (waiting.name, $0) }
        }
    }

    // MARK: Decisions

    /// The services, as the control API tells them.
    var parts: [StackStatus.Part] {
        zip(services, supervision.services).map { running, service in
            let process = running.process.flatMap { $0.exit == nil ? $0.id : nil }
            return StackStatus.Part(
                name: service.name, state: service.standing.rawValue, isReady: service.standing.isReady,
                address: endpoints.services.first { $0.name == service.name }?.url, pid: process,
                starts: service.starts, isService: true, note: service.note)
        }
    }

    private var nowMillis: Int64 { loop.monotonicNanos / 1_000_000 }

    private func apply(_ event: Supervision.Event) {
        // What an action brings about is decided on after the actions of the same decision.
        pending.append(event)
        guard pending.count == 1 else { return }
        while let next = pending.first {
            for action in supervision.apply(next, nowMillis: nowMillis) { perform(action) }
            pending.removeFirst()
        }
        guard let deadline = supervision.nextDeadlineMillis else {
            timer?.stop()
            return
        }
        timer?.start(after: .milliseconds(max(0, deadline - nowMillis)))
    }

    private func perform(_ action: Supervision.Action) {
        switch action {
        case .start(let name): service(name).map(start)
        case .probe(let name): service(name).map(probe)
        case .terminate(let name): service(name)?.process?.kill(SIGTERM)
        case .kill(let name):
            service(name)?.process?.kill(SIGKILL)
            service(name)?.process?.killGroup(SIGKILL)
        case .report(let level, let text): notices.say(level, text)
        case .ready: onReady()
        case .fail(let failure): onFailure(failure)
        case .stopped:
            isStopped = true
            onStopped()
        }
    }

    private func service(_ name: String) -> Running? { services.first { $0.definition.name == name } }

    // MARK: Processes

    private func start(_ service: Running) {
        let definition = service.definition
        // Between its choice and now somebody else may have taken a free port.
        if settings.servicesGetFreePorts, let port = service.port, !HostAddress.isFree(port: port),
            let other = try? unusedPort()
        {
            service.port = other
            noteURLs()
        }
        let environment = ChildEnvironment.make(
            shell: shell, endpoints: endpoints, port: service.port, overrides: definition.environment)
        let needsKafka = definition.needs.contains(Emulator.kafka.rawValue)
        if let refusal = refusal(environment, needsKafka: needsKafka) {
            return apply(.failedToStart(definition.name, reason: refusal))
        }
        var options = ChildProcess.Options(
            program: service.program, arguments: Array(definition.command.dropFirst()), environment: environment,
            workingDirectory: Self.workingDirectory(of: definition, settings.stack))
        options.hasOwnGroup = true
        options.diesWithParent = true
        // Before the child, so that there is no moment without it.
        startGuard()
        do throws(SystemError) {
            let process = try ChildProcess.spawn(
                loop: loop, options,
                onOutput: { [unowned self] _, line in
                    service.log.append(line + [UInt8(ascii: "\n")])
                    lines?.print(line, of: definition.name, number: service.number)
                },
                onExit: { [unowned self] exit in ended(service, exit) })
            service.process = process
            protect(.group(process.id))
        } catch {
            apply(.failedToStart(definition.name, reason: "\(error)"))
        }
    }

    private func ended(_ service: Running, _ exit: ChildProcess.Exit) {
        let name = service.definition.name
        switch exit {
        case .code(let code): apply(.exited(name, .code(code)))
        case .signal(let number): apply(.exited(name, .signal(number)))
        case .notStarted(let code):
            apply(.failedToStart(name, reason: "\(service.program): \(String(cString: strerror(code)))"))
        }
        if let id = service.process?.id, service.process?.exit != nil { protect(.gone(id)) }
    }

    private func probe(_ service: Running) {
        let name = service.definition.name
        guard let probe = ReadinessProbe(service.definition, port: service.port) else { return apply(.answered(name)) }
        let process = service.process
        probe.ask(loop) { [weak self] reason in
            // An answer about a process that has ended since says nothing about the next one.
            guard let self, service.process === process else { return }
            apply(reason.map { .notYet(name, reason: $0) } ?? .answered(name))
        }
    }

    // MARK: Ports

    /// A free port that no other service has been given.
    private func unusedPort() throws(Failure) -> UInt16 {
        for _ in 0..<100 {
            let port = try host.freePort()
            if HostAddress.isFree(port: port), !services.contains(where: { $0.port == port }) { return port }
        }
        throw Failure(.other, "this machine has no free port; end some programs or wait a minute")
    }

    private func noteURLs() {
        endpoints.services = services.compactMap { service in
            service.port.map { (service.definition.name, "http://localhost:\($0)") }
        }
    }
}
