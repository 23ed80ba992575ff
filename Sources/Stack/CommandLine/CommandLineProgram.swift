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
        let shell = processEnvironment()
        do throws(Failure) {
            let arguments = try Arguments.parse(Array(words.dropFirst()), environment: shell)
            switch arguments.command {
            case .help: return print(Help.text(for: arguments.topic))
            case .version: return print("nestbox \(Version.text)\n")
            case .up, .exec: return try run(arguments, shell)
            }
        } catch {
            say(error.message)
            return words.dropFirst().first == Command.exec.rawValue ? Failure.execExitCode : error.exitCode
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

    private static func run(_ arguments: Arguments, _ shell: [String: String]) throws(Failure) -> Int32 {
        let directory: String
        do { directory = try FileSystem.workingDirectory() } catch {
            throw Failure(.other, "the working directory is not there any more; change to one that is")
        }
        if arguments.command == .exec,
            let refusal = ExecCommand.refusal(
                arguments.program[0], path: shell["PATH"], workingDirectory: directory)
        {
            say(refusal.message)
            return refusal.code
        }
        let stack = try stackFile(arguments[.stack], directory, shell)
        let settings = try Settings.resolve(
            arguments, stack: stack, workingDirectory: directory, environment: shell)
        let data: DataDirectory
        switch settings.data {
        case .directory(let path): data = try DataDirectory.open(path)
        case .memory: data = try DataDirectory.temporary(in: temporaryDirectory(shell))
        }
        defer { if data.isTemporary { FileSystem.removeTree(data.path) } }
        let composition = try Composition(
            settings, shell: shell, program: arguments.program, data: data, executable: executable())
        return try composition.run()
    }

    /// The stack of a file, or without one the one in `nestbox.yaml` here, or the built-in one.
    private static func stackFile(
        _ given: String?, _ directory: String, _ shell: [String: String]
    ) throws(Failure) -> StackFile {
        let name = given ?? defaultStackFile
        let path = FileSystem.resolve(name, from: directory)
        if given == nil, FileSystem.kind(path) == nil { return try .builtIn(directory: directory) }
        let text: [UInt8]
        do { text = try FileSystem.read(path, limit: 4 << 20) } catch {
            let reason = String(cString: strerror(error.code))
            throw Failure(.configuration, "the stack file \(name) cannot be read: \(reason); give another with --stack")
        }
        return try .parse(text, name: name, directory: FileSystem.parent(of: path), environment: shell)
    }

    /// The stack file that is read when none is given.
    static let defaultStackFile = "nestbox.yaml"

    /// Where directories in memory are made.
    static func temporaryDirectory(_ shell: [String: String]) -> String {
        shell["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    }

    /// The path of this program, beside which services' programs are looked for.
    private static func executable() -> String {
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

    private static func print(_ text: String) -> Int32 {
        FileSystem.writeAll(1, Array(text.utf8)) ? 0 : 1
    }
}
