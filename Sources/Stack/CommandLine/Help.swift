import KafkaTools

/// The help, rendered from the tables of commands and options.
public enum Help {
    /// What there is help on.
    public enum Topic: Hashable, Sendable {
        /// A command.
        case command(Command)
        /// The stack file.
        case stack
        /// Kafka's tools, one name a line.
        case kafkaTools

        /// All topics, in the order of the help.
        public static let allCases: [Topic] = Command.allCases.map { .command($0) } + [.stack, .kafkaTools]

        /// The word that `nestbox help` takes for it.
        public var word: String {
            switch self {
            case .command(let command): command.rawValue
            case .stack: "stack"
            case .kafkaTools: "kafka-tools"
            }
        }

        /// The topic of a word, if there is one.
        init?(word: String) {
            guard let topic = Self.allCases.first(where: { $0.word == word }) else { return nil }
            self = topic
        }
    }

    /// What `nestbox help` prints, or `nestbox help TOPIC`.
    public static func text(for topic: Topic?) -> String {
        switch topic {
        case nil, .command(.help): overview
        case .stack: StackFile.builtInText
        case .kafkaTools: KafkaTools.names.map { $0 + "\n" }.joined()
        case .command(let command): text(for: command)
        }
    }

    private static func text(for command: Command) -> String {
        var lines = ["Usage: " + usage(of: command), "", capitalised(command.summary) + "."]
        let options = Option.all.filter { $0.commands.contains(command) }
        if !options.isEmpty {
            let variables = options.contains { $0.hasVariable }
            lines += ["", variables ? "Options (with the variable that gives it, too; the flag wins):" : "Options:"]
            lines += table(options)
        }
        if !command.remarks.isEmpty { lines += [""] + command.remarks }
        return lines.joined(separator: "\n") + "\n"
    }

    private static var overview: String {
        var lines = ["nestbox: DynamoDB and Kafka on this machine in one program, and the services that use them.", ""]
        lines += ["Usage: nestbox COMMAND [OPTIONS]", "", "Commands:"]
        let width = Command.allCases.map(\.rawValue.utf8.count).max() ?? 0
        lines += Command.allCases.map { "  \(padded($0.rawValue, to: width)) \($0.summary)" }
        lines += ["", "Options of up and exec (with the variable that gives it, too; the flag wins):"]
        lines += table(Option.all.filter { $0.commands.contains(.up) || $0.commands.contains(.exec) })
        return lines.joined(separator: "\n") + "\n"
    }

    private static func usage(of command: Command) -> String {
        ["nestbox", command.rawValue, command.usage].filter { !$0.isEmpty }.joined(separator: " ")
    }

    private static func table(_ options: [Option]) -> [String] {
        options.flatMap { option in
            let flags = [option.short, option.flag].compactMap { $0 }.joined(separator: ", ")
            let head = flags + (option.value.placeholder.map { " " + $0 } ?? "")
            let first = option.hasVariable ? "  \(padded(head, to: 36)) \(option.variable)" : "  \(head)"
            return [first, "      \(option.help)"]
        }
    }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }

    private static func capitalised(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst()
    }
}
