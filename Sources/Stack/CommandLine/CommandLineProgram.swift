#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The program `nestbox`, from its arguments to its exit code.
public enum CommandLineProgram {
    /// Runs what the arguments say; the first is the program's own name.
    public static func run(_ arguments: [String]) -> Int32 {
        let shell = processEnvironment()
        do throws(Failure) {
            let arguments = try Arguments.parse(Array(arguments.dropFirst()), environment: shell)
            switch arguments.command {
            case .help: return print(Help.text(for: arguments.topic))
            case .version: return print("nestbox \(Version.text)\n")
            case .up, .exec: throw Failure(.other, "not composed yet")
            }
        } catch {
            say(error)
            return arguments.dropFirst().first == Command.exec.rawValue ? Failure.execExitCode : error.exitCode
        }
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

    /// Writes the one sentence of a failure to standard error.
    static func say(_ failure: Failure) {
        _ = FileSystem.writeAll(2, Array("nestbox: \(failure.message)\n".utf8))
    }

    private static func print(_ text: String) -> Int32 {
        FileSystem.writeAll(1, Array(text.utf8)) ? 0 : 1
    }
}
