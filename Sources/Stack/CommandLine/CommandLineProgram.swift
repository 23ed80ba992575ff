import KafkaTools
import Reactor

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The program `nestbox`, from its arguments to its exit code.
public enum CommandLineProgram {
    /// Runs what the arguments say; the first is the program's own name.
    public static func run(_ words: [String]) -> Int32 {
        // Must come first: it turns this process into a child's program when it was started for that.
        ChildProcess.runTrampolineIfAsked()
        openStandardStreams()
        if words.count == 2, words[1] == ChildGuard.argument { return ChildGuard.run() }
        if let code = KafkaTools.run(words) { return code }
        var words = Array(words.dropFirst())
        let isDetached = words.first == DetachedStack.argument
        if isDetached {
            words.removeFirst()
            setsid()
        }
        let shell = processEnvironment()
        do throws(Failure) {
            let arguments = try Arguments.parse(words, environment: shell)
            let invocation = try Invocation(arguments, shell: shell)
            switch arguments.command {
            case .help: return invocation.print(Help.text(for: arguments.topic))
            case .version: return invocation.print("nestbox \(Version.text)\n")
            case .up where arguments.isSet(.detach) && !isDetached:
                return try DetachedStack.start(words, invocation, executable: executable())
            case .up, .exec: return try run(invocation, isDetached: isDetached)
            case .initialize: return try InitCommand.run(invocation)
            case .doctor: return try DoctorCommand.run(invocation)
            case .completion:
                return invocation.print(
                    Completion.script(for: arguments.operand.flatMap { .init(rawValue: $0) } ?? .bash))
            case .status: return try StatusCommand.run(invocation)
            case .env: return try EnvCommand.run(invocation)
            case .logs: return try LogsCommand.run(invocation)
            case .restart: return try RestartCommand.run(invocation)
            case .wait: return try WaitCommand.run(invocation)
            case .reset: return try ResetCommand.run(invocation)
            case .down: return try DownCommand.run(invocation)
            }
        } catch {
            say(error.message)
            // Who has begun this process may be gone; its log is not.
            if isDetached { _ = FileSystem.writeAll(1, Array("nestbox: \(error.message)\n".utf8)) }
            return words.first == Command.exec.rawValue ? Failure.execExitCode : error.exitCode
        }
    }

    /// Opens those of the three standard streams that this process was begun without (`nestbox up >&-`): else the first
    /// files that are opened would get their numbers, and the console would write into the data.
    private static func openStandardStreams() {
        while true {
            let descriptor = open("/dev/null", O_RDWR)
            if descriptor < 0 { return }
            if descriptor > 2 {
                close(descriptor)
                return
            }
        }
    }

    /// Runs a stack to its end.
    private static func run(_ invocation: Invocation, isDetached: Bool) throws(Failure) -> Int32 {
        let arguments = invocation.arguments
        if arguments.command == .exec,
            let refusal = ExecCommand.refusal(
                arguments.program[0], path: invocation.shell["PATH"], workingDirectory: invocation.directory)
        {
            say(refusal.message)
            return refusal.code
        }
        let stack = try invocation.stackFile()
        let settings = try Settings.resolve(
            arguments, stack: stack, workingDirectory: invocation.directory, environment: invocation.shell)
        let data: DataDirectory
        switch settings.data {
        case .directory(let path): data = try DataDirectory.open(path)
        case .memory: data = try DataDirectory.temporary(in: invocation.temporaryDirectory)
        }
        defer { if data.isTemporary { FileSystem.removeTree(data.path) } }
        if isDetached { LogFile.takeStandardOutput(data.ownLog) }
        let composition = try Composition(
            settings, shell: invocation.shell, program: arguments.program, data: data, executable: executable(),
            // They are in their logs; for a command whose output is its own, and in the background, that is enough.
            showsServices: arguments.command == .exec ? settings.logLevel == .debug : !isDetached)
        return try composition.run()
    }

    /// Where directories in memory are made.
    static func temporaryDirectory(_ shell: [String: String]) -> String {
        shell["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    }

    /// The path of this program, beside which services' programs are looked for.
    static func executable() -> String {
        #if canImport(Glibc)
            if let path = FileSystem.readLink("/proc/self/exe") { return path }
        #else
            var path = [CChar](repeating: 0, count: 4096)
            var count = UInt32(path.count)
            if _NSGetExecutablePath(&path, &count) == 0 { return String(cString: path) }
        #endif
        return CommandLine.arguments.first ?? "nestbox"
    }

    /// The environment of this process. Of a name that stands twice the first counts, as for getenv(3).
    static func processEnvironment() -> [String: String] {
        var variables: [String: String] = [:]
        var next: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = environ
        while let entry = next?.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "="), variables[String(text[..<equals])] == nil {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next = next?.advanced(by: 1)
        }
        return variables
    }

    /// Writes one sentence to standard error.
    static func say(_ sentence: String) {
        _ = FileSystem.writeAll(2, Array("nestbox: \(sentence)\n".utf8))
    }
}
