import KafkaTools

/// The help, rendered from the tables of commands and options.
public enum Help {
    /// What there is help on.
    public enum Topic: String, CaseIterable, Sendable {
        /// `nestbox up`.
        case up
        /// `nestbox exec`.
        case exec
        /// `nestbox version`.
        case version
        /// `nestbox help`.
        case help
        /// The stack file.
        case stack
        /// Kafka's tools, one name a line.
        case kafkaTools = "kafka-tools"
    }

    /// What `nestbox help` prints, or `nestbox help TOPIC`.
    public static func text(for topic: Topic?) -> String {
        if topic == .stack { return StackFile.builtInText }
        if topic == .kafkaTools { return KafkaTools.names.map { $0 + "\n" }.joined() }
        guard let topic = topic.flatMap({ Command(rawValue: $0.rawValue) }), topic != .help else { return overview }
        var lines = [usage(of: topic), "", capitalised(topic.summary) + "."]
        let options = Option.all.filter { $0.commands.contains(topic) }
        if !options.isEmpty {
            lines += ["", "Options (each also as a variable of the environment; the flag wins):"]
            lines += table(options)
        }
        lines += exitCodes(of: topic)
        return lines.joined(separator: "\n") + "\n"
    }

    private static var overview: String {
        var lines = ["nestbox: DynamoDB and Kafka on this machine in one program, and the services that use them.", ""]
        lines += ["Usage:"] + Command.allCases.map { "  " + usageLine(of: $0) } + ["", "Commands:"]
        lines += Command.allCases.map { "  \(padded($0.rawValue, to: 8)) \($0.summary)" }
        lines += ["", "Options of up and exec (each also as a variable of the environment; the flag wins):"]
        lines += table(Option.all)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func usage(of command: Command) -> String { "Usage: " + usageLine(of: command) }

    private static func usageLine(of command: Command) -> String {
        switch command {
        case .up: "nestbox up [OPTIONS]"
        case .exec: "nestbox exec [OPTIONS] -- COMMAND [ARGUMENT...]"
        case .version: "nestbox version"
        case .help: "nestbox help [COMMAND|stack]"
        }
    }

    private static func table(_ options: [Option]) -> [String] {
        options.flatMap { option in
            let head = option.flag + (option.value.placeholder.map { " " + $0 } ?? "")
            return ["  \(padded(head, to: 36)) \(option.variable)", "      \(option.help)"]
        }
    }

    private static func exitCodes(of command: Command) -> [String] {
        switch command {
        case .up:
            [
                "",
                "Exit codes: 0 stopped by a signal, 1 another failure, 2 usage, 3 bad configuration, 4 port busy,",
                "5 not ready in time.",
            ]
        case .exec:
            [
                "",
                "Exit codes: the command's own, 128+n when signal n ended it, 126 when it cannot be run, 127 when it is",
                "not found, 125 for every failure of nestbox itself.",
            ]
        case .version, .help: []
        }
    }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }

    private static func capitalised(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst()
    }
}
