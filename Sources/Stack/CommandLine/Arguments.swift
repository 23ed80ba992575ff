/// A command line that has been understood.
public struct Arguments: Equatable, Sendable {
    /// Where a value came from. A flag wins over the environment.
    public enum Origin: Sendable {
        /// A flag of the command line.
        case flag
        /// A NESTBOX_* variable.
        case environment
    }

    /// A checked value and where it came from.
    public struct Given: Equatable, Sendable {
        /// The text of the value.
        public let text: String
        /// Where it came from.
        public let origin: Origin
    }

    /// What to do.
    public var command: Command
    /// The command whose help is wanted, for `help COMMAND` and `COMMAND --help`.
    public var topic: Help.Topic?
    /// The values that were given, each checked against its row of the table.
    public var given: [Option.Name: Given] = [:]
    /// What `exec` runs: the program and its arguments.
    public var program: [String] = []
    /// The word behind the options, for a command that takes one.
    public var operand: String?

    /// The text of an option, if it was given.
    public subscript(name: Option.Name) -> String? { given[name]?.text }

    /// Whether a toggle was given, and not as false.
    func isSet(_ name: Option.Name) -> Bool { self[name] == "true" }

    /// Understands a command line: the words after the program's name, and the environment.
    public static func parse(_ words: [String], environment: [String: String]) throws(Failure) -> Arguments {
        guard let first = words.first else {
            throw Failure(.usage, "no command was given; try `nestbox up`, or `nestbox help` for the others")
        }
        switch first {
        case "--help", "-h": return Arguments(command: .help)
        case "--version", "-V": return Arguments(command: .version)
        default: break
        }
        guard let command = Command(rawValue: first) else {
            let ending = Suggestion.ending(
                for: first, in: Command.allCases.map(\.rawValue), otherwise: "; `nestbox help` lists the commands")
            let kind = first.hasPrefix("-") ? "option" : "command"
            throw Failure(.usage, "unknown \(kind) `\(first)`\(ending)")
        }
        var arguments = Arguments(command: command)
        try arguments.readOptions(words.dropFirst())
        guard command == .help || arguments.command != .help else { return arguments }
        try arguments.readEnvironment(environment)
        try arguments.checkOperands()
        return arguments
    }

    /// Whether there is enough behind the options; too much was refused when it was read.
    private mutating func checkOperands() throws(Failure) {
        if command == .exec, program.isEmpty {
            throw Failure(.usage, "`nestbox exec` needs a command to run; write it after `--`")
        }
        if let expected = command.operand, expected.isRequired, operand == nil {
            let choices = expected.choices.isEmpty ? "" : ": \(expected.choices.joined(separator: ", "))"
            throw Failure(.usage, "`nestbox \(command.rawValue)` needs \(expected.placeholder)\(choices)")
        }
        if command == .help { topic = operand.flatMap { Help.Topic(word: $0) } }
    }

    /// Takes a word that is no option.
    private mutating func take(_ word: String) throws(Failure) {
        guard let expected = command.operand, operand == nil else {
            let mend = Option.all.contains { $0.commands.contains(command) } ? "options begin with --" : "remove it"
            throw Failure(.usage, "`nestbox \(command.rawValue)` takes no argument `\(word)`; \(mend)")
        }
        guard expected.choices.isEmpty || expected.choices.contains(word) else {
            let words = expected.choices
            let what = command == .help ? "no help on" : "`nestbox \(command.rawValue)` does not know"
            let list = command == .help ? "there is help on" : "it knows"
            let ending = Suggestion.ending(
                for: word, in: words, otherwise: "; \(list) \(words.joined(separator: ", "))")
            throw Failure(.usage, "\(what) `\(word)`\(ending)")
        }
        operand = word
    }

    private mutating func readOptions(_ words: ArraySlice<String>) throws(Failure) {
        let known = Option.all.filter { $0.commands.contains(command) }
        var rest = words
        while let word = rest.popFirst() {
            if word == "--" {
                guard command == .exec else {
                    throw Failure(
                        .usage, "`nestbox \(command.rawValue)` runs no command; use `nestbox exec -- COMMAND`")
                }
                program = Array(rest)
                return
            }
            if word == "--help" || word == "-h" {
                self = Arguments(command: .help, topic: .command(command))
                return
            }
            guard word.hasPrefix("-"), word != "-" else {
                guard command == .exec else {
                    try take(word)
                    continue
                }
                program = [word] + rest
                return
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let option = known.first(where: { $0.flag == parts[0] || $0.short == parts[0] }) else {
                let ending = Suggestion.ending(
                    for: parts[0], in: known.map(\.flag),
                    otherwise: known.isEmpty
                        ? "; `nestbox \(command.rawValue)` has none"
                        : "; `nestbox help \(command.rawValue)` lists the options")
                throw Failure(.usage, "unknown option `\(parts[0])`\(ending)")
            }
            let text: String
            if parts.count == 2 {
                text = parts[1]
            } else if option.value == .toggle {
                text = "true"
            } else if let next = rest.first, next != "--", !next.hasPrefix("--") {
                rest = rest.dropFirst()
                text = next
            } else {
                throw Failure(
                    .usage, "`\(option.flag)` needs a value: \(option.flag) \(option.value.placeholder ?? "")")
            }
            var checked = try option.checked(text, as: option.flag)
            if option.value.isRepeatable, let before = given[option.name]?.text {
                checked = before + "\n" + checked
            }
            given[option.name] = Given(text: checked, origin: .flag)
        }
    }

    private mutating func readEnvironment(_ environment: [String: String]) throws(Failure) {
        for option in Option.all
        where option.commands.contains(command) && option.hasVariable && given[option.name] == nil {
            guard let text = environment[option.variable], !text.isEmpty else { continue }
            given[option.name] = Given(text: try option.checked(text, as: option.variable), origin: .environment)
        }
    }
}

extension Option {
    /// The value in its canonical text, or a failure that names the flag or variable it was given by.
    func checked(_ text: String, as source: String) throws(Failure) -> String {
        switch value {
        case .toggle:
            switch text.lowercased() {
            case "1", "true", "yes", "on": return "true"
            case "0", "false", "no", "off": return "false"
            default: throw Failure(.usage, "`\(source)` must be true or false, not `\(text)`")
            }
        case .text(let placeholder):
            guard !text.isEmpty else { throw Failure(.usage, "`\(source)` must not be empty; give \(placeholder)") }
        case .choice(let words):
            guard words.contains(text) else {
                throw Failure(.usage, "`\(source)` must be one of \(words.joined(separator: ", ")), not `\(text)`")
            }
        case .port:
            guard UInt16(text).map({ $0 > 0 }) == true else {
                throw Failure(.usage, "`\(source)` must be a port from 1 to 65535, not `\(text)`")
            }
        case .seconds:
            guard Int(text).map({ (1...86_400).contains($0) }) == true else {
                throw Failure(.usage, "`\(source)` must be a whole number of seconds from 1 to 86400, not `\(text)`")
            }
        case .duration:
            guard Duration(commandLine: text) != nil else {
                throw Failure(
                    .usage, "`\(source)` must be a time of up to an hour such as 500ms, 2s or 1m, not `\(text)`")
            }
        case .count(let placeholder):
            guard Int(text).map({ (0...1_000_000).contains($0) }) == true else {
                throw Failure(.usage, "`\(source)` must be a whole number (\(placeholder)), not `\(text)`")
            }
        case .conditions:
            guard WaitCondition(text) != nil else {
                throw Failure(.usage, "`\(source)` must be \(WaitCondition.placeholder), not `\(text)`")
            }
        case .properties(let placeholder):
            for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                guard let equals = line.firstIndex(of: "="), equals > line.startIndex else {
                    throw Failure(.usage, "`\(source)` must be \(placeholder), not `\(line)`")
                }
            }
        case .list(let placeholder):
            guard text.split(separator: ",").isEmpty == false else {
                throw Failure(.usage, "`\(source)` must not be empty; give \(placeholder)")
            }
        }
        return text
    }
}

extension Duration {
    /// A whole number with its unit: ms, s or m; up to an hour.
    init?(commandLine text: String) {
        for (unit, millis) in [("ms", 1), ("s", 1000), ("m", 60_000)] where text.hasSuffix(unit) {
            let digits = text.utf8.dropLast(unit.utf8.count)
            guard !digits.isEmpty, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let number = Int(String(decoding: digits, as: UTF8.self)), number <= 3_600_000 / millis
            else { return nil }
            self = .milliseconds(number * millis)
            return
        }
        return nil
    }
}
