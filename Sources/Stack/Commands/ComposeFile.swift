/// What a docker-compose.yml says of Kafka topics: in KAFKA_CREATE_TOPICS, and in the `kafka-topics --create` commands that its
/// containers run when they start. Everything else in it is passed over.
struct ComposeFile {
    /// The topics, each once, in the file's order.
    private(set) var topics: [TopicDefinition] = []
    /// What people should know, one sentence each.
    private(set) var notes: [String] = []

    /// Reads a file. Its variables are replaced as Compose does it; one that is not set and has no default is empty.
    init(_ text: [UInt8], name: String, environment: [String: String]) throws(Failure) {
        let root = try YAMLParser.parse(text, file: name) { (text, _) throws(Failure) in
            Self.interpolate(text, environment)
        }
        for service in root?["services"]?.entries ?? [] {
            try readVariables(service)
            for key in ["entrypoint", "command", "post_start"] {
                for words in service.value[key].map(Self.commands) ?? [] { readCommand(words, of: service.key) }
            }
        }
        if topics.isEmpty {
            notes.append(
                "\(name) makes no Kafka topics, neither by KAFKA_CREATE_TOPICS nor by `kafka-topics --create`; add yours to `topics`"
            )
        }
    }

    private mutating func add(_ topic: TopicDefinition) {
        if !topics.contains(where: { $0.name == topic.name }) { topics.append(topic) }
    }

    // MARK: Variables

    private mutating func readVariables(_ service: YAMLNode.Entry) throws(Failure) {
        let variables = Self.variables(service.value["environment"])
        guard let text = variables[CreatedTopics.variable] else { return }
        let created = try CreatedTopics(text, separators: variables[CreatedTopics.separatorVariable] ?? "")
        created.topics.forEach { add($0) }
    }

    /// A mapping, or a list of NAME=VALUE.
    private static func variables(_ node: YAMLNode?) -> [String: String] {
        var variables: [String: String] = [:]
        switch node?.value {
        case .mapping:
            // Its own stand before those that it takes over.
            for entry in node?.entries ?? [] where variables[entry.key] == nil {
                if case .scalar(let text, _) = entry.value.value { variables[entry.key] = text }
            }
        case .sequence(let elements):
            for element in elements {
                guard case .scalar(let text, _) = element.value, let equals = text.firstIndex(of: "=") else { continue }
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
        case .scalar, nil: break
        }
        return variables
    }

    /// `$NAME` is left alone: in a command it is the shell's, as `$$NAME` says.
    private static func interpolate(_ text: String, _ environment: [String: String]) -> String {
        guard text.contains("$") else { return text }
        switch Interpolation(environment: environment).apply(text) {
        case .success(let text): return text
        case .failure: return text
        }
    }

    // MARK: Commands

    /// The words of what a container runs: each command of a shell's script by itself.
    private static func commands(_ node: YAMLNode) -> [[String]] {
        switch node.value {
        case .scalar(let text, _): return script(text)
        case .sequence(let elements):
            let words = elements.compactMap { if case .scalar(let text, _) = $0.value { text } else { nil } }
            // A list is one command, whose last word is a script when a shell runs it.
            return words.count == elements.count
                ? [words] + words.flatMap(script) : elements.flatMap { $0["command"].map(commands) ?? [] }
        case .mapping: return node["command"].map(commands) ?? []
        }
    }

    /// The commands of a script: between line ends, `;`, `&&`, `||` and `&`; a backslash joins lines. A script in a script, as
    /// behind `sh -c`, is looked into.
    private static func script(_ text: String) -> [[String]] {
        var commands: [[String]] = []
        for piece in pieces(text) {
            guard let words = CommandWords.split(piece) else { continue }
            commands.append(words)
            for word in words where word.contains(" ") { commands += script(word) }
        }
        return commands
    }

    /// A script cut where a command ends, outside quotes.
    private static func pieces(_ text: String) -> [String] {
        var pieces: [String] = []
        var piece = ""
        var quote: Character?
        var isEscaped = false
        for character in text {
            if isEscaped {
                isEscaped = false
                // A line that goes on.
                piece += character.isNewline ? " " : "\\\(character)"
                continue
            }
            if character == "\\", quote != "'" {
                isEscaped = true
                continue
            }
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character.isNewline || ";&|()".contains(character) {
                pieces.append(piece)
                piece = ""
                continue
            }
            piece.append(character)
        }
        return pieces + [piece]
    }

    private mutating func readCommand(_ words: [String], of service: String) {
        guard let start = words.firstIndex(where: Self.isTopicsTool), words.contains("--create") else { return }
        var values: [String: String] = [:]
        var configs: [TopicDefinition.Config] = []
        var rest = words[(start + 1)...]
        while let word = rest.popFirst() {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard ["--topic", "--partitions", "--config"].contains(parts[0]) else { continue }
            guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else { break }
            if parts[0] == "--config" {
                let config = value.split(separator: "=", maxSplits: 1).map(String.init)
                if config.count == 2 { configs.append(.init(name: config[0], value: config[1])) }
            } else {
                values[parts[0]] = value
            }
        }
        guard let name = values["--topic"], !name.isEmpty, !name.contains("$") else {
            notes.append(
                "a topic of service \(service) has a name that only its shell knows; add it to `topics` yourself")
            return
        }
        var topic = TopicDefinition(name: name, line: 1)
        topic.partitions = values["--partitions"].flatMap { Int32($0) } ?? 1
        topic.configs = configs
        add(topic)
    }

    /// `kafka-topics`, with or without a path and `.sh`.
    private static func isTopicsTool(_ word: String) -> Bool {
        ["kafka-topics", "kafka-topics.sh"].contains(word.split(separator: "/").last.map(String.init) ?? "")
    }

    // MARK: The stack file

    /// A stack file with these topics, with room for tables and services.
    func stackText(from name: String) -> String {
        var lines = ["# The Kafka topics of \(name); `nestbox help stack` shows all that can stand here.", ""]
        lines.append(topics.isEmpty ? "topics: {}" : "topics:")
        for topic in topics {
            var fields = ["partitions: \(topic.partitions)"]
            if !topic.configs.isEmpty {
                let configs = topic.configs.map { "\($0.name): \(Self.quoted($0.value))" }
                fields.append("configs: { \(configs.joined(separator: ", ")) }")
            }
            lines.append("  \(Self.quoted(topic.name)): { \(fields.joined(separator: ", ")) }")
        }
        lines += [
            "", "# tables:", "#   orders:", "#     keys: { PK: S, SK: S }", "", "# services:", "#   web:",
            "#     command: ./web", "#     port: 8080", "",
        ]
        return lines.joined(separator: "\n")
    }

    /// A scalar as YAML reads it back; a dollar sign is doubled, as it would begin a variable.
    private static func quoted(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_.".utf8.contains(byte)
            }
        }
        if plain, text.utf8.first.map({ UInt8(ascii: "A")...UInt8(ascii: "z") ~= $0 }) == true { return text }
        let escaped = text.map { $0 == "'" ? "''" : $0 == "$" ? "$$" : String($0) }.joined()
        return "'" + escaped + "'"
    }
}

extension YAMLNode {
    /// The entries of a mapping, with those that `<<` takes over from others behind its own; none of anything else.
    fileprivate var entries: [Entry] {
        guard case .mapping(let entries) = value else { return [] }
        return entries
            + entries.filter { $0.key == "<<" }.flatMap { merged in
                if case .sequence(let all) = merged.value.value { all.flatMap(\.entries) } else { merged.value.entries }
            }
    }

    /// The value of a key, if this is a mapping that has it.
    fileprivate subscript(key: String) -> YAMLNode? { entries.first { $0.key == key }?.value }
}
