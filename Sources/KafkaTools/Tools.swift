/// The one list of Kafka's command-line tools: dispatch, `kafka-run-class`, the help and tests derive from it.
package enum Tools {
    /// Every tool, by name.
    package static let all: [any Tool.Type] = [
        BrokerApiVersionsTool.self,
        ConfigsTool.self,
        ConsoleConsumerTool.self,
        ConsoleProducerTool.self,
        ConsumerGroupsTool.self,
        GetOffsetsTool.self,
        RunClassTool.self,
        StorageTool.self,
        TopicsTool.self,
    ]

    /// The tool of a name, with or without `.sh`; nil when there is none.
    package static func named(_ word: some StringProtocol) -> (any Tool.Type)? {
        let name = word.hasSuffix(".sh") ? String(word.dropLast(3)) : String(word)
        guard name.hasPrefix("kafka-") else { return nil }
        return all.first { $0.name == name }
    }

    /// The tool of a class, by its old or new name; nil when there is none.
    package static func ofClass(_ name: String) -> (any Tool.Type)? { all.first { $0.classes.contains(name) } }
}

/// Kafka's command-line tools in this program: by the name that it is called by, or by its first word.
public enum KafkaTools {
    /// The names of the tools, as they stand on the command line.
    public static var names: [String] { Tools.all.map { $0.name } }

    /// Runs the tool that a command line names, and returns its exit code; nil when it names none.
    ///
    /// `words` begins with the program's own name, whose last part may be a tool's, with or without `.sh`; else the next word may be.
    public static func run(_ words: [String]) -> Int32? {
        guard let program = words.first else { return nil }
        let ownName = program.split(separator: "/").last.map(String.init) ?? ""
        if let tool = Tools.named(ownName) { return tool.run(Array(words.dropFirst()), Console()) }
        if words.count > 1, let tool = Tools.named(words[1]) { return tool.run(Array(words.dropFirst(2)), Console()) }
        return nil
    }
}
