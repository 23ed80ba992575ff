import AWSSignature
import Reactor

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A running stack, seen from the control loop: two emulators on their threads, the services, and for `exec` the
/// command. Everything here is on the main thread; the emulators are reached by messages only.
final class Composition {
    let settings: Settings
    private let shell: [String: String]
    private let program: [String]
    let data: DataDirectory
    private let host: HostAddress
    let loop: EventLoop
    let console: Console
    private let executable: String
    private let showsServices: Bool
    private let startNanos: Int64

    /// How far an emulator is.
    enum State {
        case starting
        case running(port: UInt16, commands: Mailbox<EmulatorCommand>)
        case ended
    }

    private var reports: Mailbox<EmulatorReport>!
    private(set) var emulators: [(emulator: Emulator, state: State)] = []
    private(set) var supervisor: Supervisor?
    private(set) var control: ControlServer!
    private var command: ExecCommand?
    private var signals: [SignalWatch] = []
    private var signalDecision = SignalDecision()
    private var stopTimer: Timer?
    private var progress: Timer?
    private(set) var isStopping = false
    private(set) var hasBeenReady = false
    private var failure: Failure?
    private var exitCode: Int32 = 0
    /// The reset that is under way, when it began, and who wants to know how it ends.
    var reset: (course: ResetCourse, beganNanos: Int64, then: (Result<ResetCourse.Summary, Failure>) -> Void)?
    /// Whether the control API was asked to stop the stack.
    var isDownAsked = false

    /// The line of Kafka's own start that Testcontainers' Kafka modules wait for.
    private static let brokerIsRunning = "The broker has been unfenced. Transitioning from RECOVERY to RUNNING."
    private static let progressInterval = Duration.seconds(5)
    /// How long the emulators may take to put their data on disk.
    private static let stopPatience = Duration.seconds(30)

    /// - Parameters:
    ///   - program: what `exec` runs; empty for `up`
    ///   - executable: the path of this program
    ///   - showsServices: whether the services' lines go to the console, too
    init(
        _ settings: Settings, shell: [String: String], program: [String], data: DataDirectory, executable: String,
        showsServices: Bool
    ) throws(Failure) {
        self.settings = settings
        self.shell = shell
        self.program = program
        self.data = data
        self.executable = executable
        host = try HostAddress(settings.host)
        do { loop = try EventLoop() } catch { throw Failure(.other, "cannot make an event loop: \(error)") }
        console = Console(
            descriptor: program.isEmpty ? 1 : 2, level: settings.logLevel, environment: shell, loop: loop)
        self.showsServices = showsServices
        startNanos = loop.monotonicNanos
    }

    var isExec: Bool { !program.isEmpty }

    /// Runs until everything has stopped, and returns the exit code; throws what kept it from running.
    func run() throws(Failure) -> Int32 {
        reports = loop.mailbox(of: EmulatorReport.self) { [unowned self] in receive($0) }
        if let pid = data.takenOverFrom {
            console.say(.info, "The data directory was left by a nestbox that ended (pid \(pid)); it is taken over.")
        }
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] where !(number == SIGHUP && Self.isIgnored(SIGHUP)) {
            signals.append(loop.onSignal(number) { [unowned self] in signalled(number) })
        }
        let supervisor = try Supervisor(
            settings, shell: shell, data: data, host: host, loop: loop,
            lines: showsServices ? console : nil, notices: console, executable: executable)
        self.supervisor = supervisor
        supervisor.onReady = { [unowned self] in ready() }
        supervisor.onFailure = { [unowned self] in fail($0) }
        supervisor.onStopped = { [unowned self] in stopEmulators() }
        control = ControlServer(loop: loop, stack: self)
        defer { control.close() }
        try control.listen(on: settings.controlPort)
        data.setControl(control.address)
        try startEmulators()
        loop.run()
        signals = []
        supervisor.end()
        console.finish()
        if let failure { throw failure }
        return exitCode
    }

    /// Whether a signal was ignored when this process began, as nohup(1) asks for.
    private static func isIgnored(_ number: Int32) -> Bool {
        let before = signal(number, SIG_DFL)
        let isIgnored = unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
        if isIgnored { signal(number, SIG_IGN) }
        return isIgnored
    }

    // MARK: Emulators

    private func startEmulators() throws(Failure) {
        emulators = settings.emulators.map { ($0, .starting) }
        for emulator in settings.emulators {
            let directory = emulator == .aws ? data.tables : data.broker
            do { try FileSystem.makeDirectory(directory) } catch {
                throw Failure(.configuration, "the data directory cannot be used: \(error); choose another with --data")
            }
            var emulatorSettings = EmulatorSettings(
                directory: directory, host: host, port: emulator == .aws ? settings.awsPort : settings.kafkaPort,
                isTemporary: data.isTemporary, survivesPowerLoss: settings.survivesPowerLoss,
                kafkaProperties: settings.kafkaProperties, lenientReplication: settings.lenientReplication,
                tableDelay: settings.tableDelay, stack: settings.stack)
            emulatorSettings.alsoPort = emulator == .aws ? settings.alsoAWSPort : nil
            emulatorSettings.isInContainer = settings.isInContainer
            emulatorSettings.isolation = settings.isolation
            if settings.verifiesSignatures {
                emulatorSettings.verifier = SignatureVerifier(
                    credentials: settings.stack.knownCredentials, skewSeconds: settings.signatureSkewSeconds)
            }
            switch emulator {
            case .aws: try TablesLoop.start(emulatorSettings, reports)
            case .kafka: try BrokerLoop.start(emulatorSettings, reports)
            }
        }
        progress = loop.timer { [unowned self] in tellProgress() }
        progress?.start(after: Self.progressInterval, repeating: Self.progressInterval)
        emulatorsMayBeReady()
    }

    /// While an emulator takes long, as after a crash with much data, what is waited for is told. It is not given up:
    /// what it does must be done.
    private func tellProgress() {
        let starting = emulators.filter { if case .starting = $0.state { true } else { false } }
        if starting.isEmpty { return progress = nil }
        let names = starting.map { $0.emulator == .aws ? "DynamoDB" : "Kafka" }.joined(separator: " and ")
        console.say(.info, "Waiting for \(names) to open the data")
    }

    private func receive(_ report: EmulatorReport) {
        switch report {
        case .started(let emulator, let port, let commands, let notes):
            set(emulator, .running(port: port, commands: commands))
            for note in notes { console.say(note.level, note.text) }
            console.say(.debug, "\(emulator.rawValue) answers after \(elapsedMillis) ms")
            if isStopping { stopEmulators() } else { emulatorsMayBeReady() }
        case .failed(let emulator, let failure):
            set(emulator, .ended)
            fail(failure)
            stopEmulators()
        case .stopped(let emulator):
            set(emulator, .ended)
            stopEmulators()
        case .held(let emulator): advanceReset { $0.held(emulator) }
        case .reset(let emulator, let result): advanceReset { $0.ended(emulator, result) }
        }
    }

    private func set(_ emulator: Emulator, _ state: State) {
        if let index = emulators.firstIndex(where: { $0.emulator == emulator }) { emulators[index].state = state }
    }

    /// Where an emulator is found: DynamoDB's URL, Kafka's host and port; nil as long as it does not answer.
    func address(of emulator: Emulator) -> String? {
        for entry in emulators where entry.emulator == emulator {
            guard case .running(let port, _) = entry.state else { continue }
            return (emulator == .aws ? "http://" : "") + "\(host.name):\(port)"
        }
        return nil
    }

    private func emulatorsMayBeReady() {
        guard !isStopping, let supervisor,
            emulators.allSatisfy({ if case .running = $0.state { true } else { false } })
        else { return }
        do throws(Failure) {
            try supervisor.prepare(
                aws: address(of: .aws), kafka: address(of: .kafka), control: "http://\(control.address)")
        } catch {
            return fail(error)
        }
        if !isExec {
            let banner = Banner(
                endpoints: supervisor.endpoints, real: settings.real, data: data.path, isTemporary: data.isTemporary,
                logs: data.logs)
            console.say(.info, banner.text)
        }
        supervisor.begin()
    }

    // MARK: Ready

    private func ready() {
        hasBeenReady = true
        console.say(.debug, "ready after \(elapsedMillis) ms")
        sweepStaleTemporaries()
        guard isExec, let supervisor else {
            if settings.isInContainer, settings.emulators.contains(.kafka) { console.print(Self.brokerIsRunning) }
            return console.print("Ready.")
        }
        let environment: [String: String]
        do throws(Failure) { environment = try supervisor.environment() } catch { return fail(error) }
        let command = ExecCommand(program, environment: environment, loop: loop, supervisor: supervisor)
        self.command = command
        command.start { [unowned self] code in
            exitCode = code
            stop()
        }
    }

    /// Directories in memory of those that were killed go when there is time for it.
    private func sweepStaleTemporaries() {
        let directory = CommandLineProgram.temporaryDirectory(shell)
        loop.work({ DataDirectory.staleTemporaries(in: directory).forEach(FileSystem.removeTree) }, then: { _ in })
    }

    private var elapsedMillis: Int64 { (loop.monotonicNanos - startNanos) / 1_000_000 }

    // MARK: Stopping

    func signalled(_ number: Int32) {
        let now = loop.monotonicNanos / 1_000_000
        if let command, !isStopping {
            // When the command ends, so does the stack.
            if !command.takes(number, nowMillis: now) { stopAtOnce(number) }
            return
        }
        switch signalDecision.signalled(nowMillis: now) {
        case .stop:
            if isExec, !isStopping { exitCode = 128 + number }
            stop()
        case .stopAtOnce: stopAtOnce(number)
        case .ignore: break
        }
    }

    private func stopAtOnce(_ number: Int32) -> Never {
        command?.kill()
        supervisor?.killAll()
        if data.isTemporary { FileSystem.removeTree(data.path) }
        // Not exit(3): nothing may wait for a thread that hangs. What was answered is on disk all the same.
        _exit(128 + number)
    }

    private func fail(_ failure: Failure) {
        if self.failure == nil { self.failure = failure }
        if isExec, failure.kind == .notReady {
            // Their logs go with the data, and their lines were not shown.
            for (service, line) in supervisor?.lastLines(20) ?? [] { console.print("\(service) | \(line)") }
        }
        stop()
    }

    private func stop() {
        guard !isStopping else { return }
        isStopping = true
        if let supervisor { supervisor.stop() } else { stopEmulators() }
    }

    /// Called whenever something has ended: children first, then emulators, then this loop.
    private func stopEmulators() {
        if !isStopping {
            // An emulator's thread never ends by itself.
            return fail(Failure(.other, "an emulator has ended by itself; look above for the reason"))
        }
        guard supervisor?.isStopped ?? true else { return }
        var isOver = true
        for index in emulators.indices {
            switch emulators[index].state {
            case .starting: isOver = false
            case .running(_, let commands):
                isOver = false
                commands.put(.stop)
            case .ended: break
            }
        }
        if isOver { return loop.stop() }
        guard stopTimer == nil else { return }
        stopTimer = loop.timer { [unowned self] in
            if failure == nil { failure = Failure(.other, "the emulators did not stop in time and are left") }
            loop.stop()
        }
        stopTimer?.start(after: Self.stopPatience)
    }
}
