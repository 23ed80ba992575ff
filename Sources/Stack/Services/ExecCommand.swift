import Reactor

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The command of `nestbox exec`: it has nestbox's own standard streams and process group, so that the terminal stays
/// its own.
final class ExecCommand {
    private let program: [String]
    private let environment: [String: String]
    private let loop: EventLoop
    private let supervisor: Supervisor
    private var process: ChildProcess?
    private var repeats = SignalDecision()

    init(_ program: [String], environment: [String: String], loop: EventLoop, supervisor: Supervisor) {
        self.program = program
        self.environment = environment
        self.loop = loop
        self.supervisor = supervisor
    }

    /// The exit codes of env(1) for a command that was not run.
    enum NotRun {
        static let notExecutable: Int32 = 126
        static let notFound: Int32 = 127
    }

    /// The exit code and sentence for a command that cannot be run, before anything is started; nil when it can.
    static func refusal(
        _ program: String, path: String?, workingDirectory: String
    ) -> (code: Int32, message: String)? {
        switch ProgramSearch.find(program, first: nil, path: path, workingDirectory: workingDirectory) {
        case .found: nil
        case .notExecutable(let file):
            (NotRun.notExecutable, "`\(file)` cannot be run; make it executable, or name another command")
        case .notFound:
            (NotRun.notFound, "the command `\(program)` was not found; check its name and PATH")
        }
    }

    /// Starts it and calls `ended` once, with the code that nestbox is to exit with.
    func start(_ ended: @escaping (Int32) -> Void) {
        var options = ChildProcess.Options(
            program: program[0], arguments: Array(program.dropFirst()), environment: environment)
        options.input = .inherit
        options.output = .inherit
        options.error = .inherit
        options.hasOwnGroup = false
        options.diesWithParent = true
        do throws(SystemError) {
            let process = try ChildProcess.spawn(
                loop: loop, options,
                onExit: { [unowned self] exit in
                    // Its number may be another's from here on.
                    if let id = self.process?.id { supervisor.protect(.gone(id)) }
                    switch exit {
                    case .code(let code): ended(code)
                    case .signal(let number): ended(Supervision.Exit.signal(number).shellCode)
                    case .notStarted(let code):
                        let text = String(cString: strerror(code))
                        CommandLineProgram.say("the command cannot be run: \(text); check its name and PATH")
                        ended(code == ENOENT ? NotRun.notFound : NotRun.notExecutable)
                    }
                })
            self.process = process
            supervisor.protect(.process(process.id))
        } catch {
            CommandLineProgram.say("the command cannot be started: \(error); end some programs")
            ended(Failure.execExitCode)
        }
    }

    /// Whether the command is still there to take a signal that has come to nestbox: then it has it, and its end is the
    /// answer. A second one that did not come from the terminal is nestbox's own.
    func takes(_ number: Int32, nowMillis: Int64) -> Bool {
        guard let process, process.exit == nil else { return false }
        // The terminal has given Ctrl-C to the command itself, and a REPL may see many of them.
        if (number == SIGINT || number == SIGQUIT) && Self.isInForeground { return true }
        switch repeats.signalled(nowMillis: nowMillis) {
        case .stop, .ignore:
            process.kill(number)
            return true
        case .stopAtOnce:
            return false
        }
    }

    /// Kills it.
    func kill() { process?.kill(SIGKILL) }

    /// Whether this process group has the terminal, so that a key signal reached the command as well.
    private static var isInForeground: Bool {
        let terminal = open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard terminal >= 0 else { return false }
        defer { close(terminal) }
        return tcgetpgrp(terminal) == getpgrp()
    }
}
