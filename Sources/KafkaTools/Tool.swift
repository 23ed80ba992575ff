/// One of Kafka's command-line tools.
package protocol Tool: SendableMetatype {
    /// The name on the command line, without `.sh`.
    static var name: String { get }
    /// The classes by which `kafka-run-class` starts it: that of Kafka 3.4 first, then the newer name.
    static var classes: [String] { get }
    /// What `--help` says before the options.
    static var summary: String { get }
    /// What it takes.
    static var options: [ToolOption] { get }
    /// What Kafka's tool does and this one refuses so far, beside SASL and TLS, which all refuse.
    static var refused: [String] { get }
    /// Does its work and returns the exit code. Throws what ends it before, which `run(_:)` prints.
    static func run(_ options: ParsedOptions, _ console: Console) throws(ToolError) -> Int32
    /// Prints an exception that ended the tool, and returns the exit code.
    static func report(_ exception: Exception, _ console: Console) -> Int32
    /// Whether a command line without any word gets the help.
    static var needsArguments: Bool { get }
    /// What stands before the options when the help is asked for.
    static func heading(_ options: ParsedOptions) -> String
    /// Runs the tool on the words after its name, prints what ended it, and returns the exit code.
    static func run(_ words: [String], _ console: Console) -> Int32
}

extension Tool {
    package static var refused: [String] { [] }

    package static var needsArguments: Bool { true }

    package static func heading(_ options: ParsedOptions) -> String { summary }

    package static func report(_ exception: Exception, _ console: Console) -> Int32 {
        console.writeError("Exception in thread \"main\" \(exception.stackTrace)")
        return 1
    }

    package static func run(_ words: [String], _ console: Console) -> Int32 {
        defer { console.flush() }
        do throws(ToolError) {
            let options = try ParsedOptions(words, Self.options)
            if (words.isEmpty && needsArguments) || options.has("help") { throw .usage(heading(options)) }
            if options.has("version") {
                console.print(KafkaVersion.line)
                return 0
            }
            return try run(options, console)
        } catch {
            return end(error, console)
        }
    }

    private static func end(_ error: ToolError, _ console: Console) -> Int32 {
        switch error {
        case .usage(let message):
            console.printError(message)
            console.writeError(HelpTable.text(of: options))
            return 1
        case .exception(let exception): return report(exception, console)
        case .refused(let sentence):
            console.printError("\(name): \(sentence)")
            return 1
        // As a shell reports a program that SIGINT ended.
        case .interrupted: return 130
        }
    }
}

/// The version of Kafka whose tools these read like.
enum KafkaVersion {
    /// What `--version` prints.
    static let line = "3.4.0 (Commit:2e1947d240607d53)"
}
