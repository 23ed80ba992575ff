/// The topics of KAFKA_CREATE_TOPICS, as images of Kafka have it for ten years: `orders:3:1,audit:1:1:compact`, which is name, partitions,
/// replicas and cleanup policy, all but the name optional.
struct CreatedTopics: Equatable, Sendable {
    /// The variable.
    static let variable = "KAFKA_CREATE_TOPICS"
    /// The variable that says what stands between two topics, besides commas and line ends.
    static let separatorVariable = "KAFKA_CREATE_TOPICS_SEPARATOR"

    /// The topics, in their order.
    private(set) var topics: [TopicDefinition] = []
    /// What differs from what was asked for.
    private(set) var notes: [EmulatorReport.Note] = []

    /// Reads the variable's text.
    init(_ text: String, separators: String) throws(Failure) {
        for entry in text.split(whereSeparator: { $0 == "," || $0.isNewline || separators.contains($0) }) {
            let fields = entry.filter { $0 != " " }.split(separator: ":", omittingEmptySubsequences: false)
                .map(String.init)
            if fields == [""] { continue }
            guard let name = fields.first, !name.isEmpty, fields.count <= 4 else {
                throw Self.malformed(entry)
            }
            var topic = TopicDefinition(name: name, line: 1, variable: Self.variable)
            if fields.count > 1, !fields[1].isEmpty {
                guard let count = Int(fields[1]), (1...TopicDefinition.partitionsMax).contains(count) else {
                    throw Self.malformed(entry)
                }
                topic.partitions = Int32(count)
            }
            if fields.count > 2, !fields[2].isEmpty {
                guard let replicas = Int16(fields[2]), replicas > 0 else { throw Self.malformed(entry) }
                if replicas > 1 {
                    notes.append(
                        .init(
                            level: .warn,
                            text:
                                "Topic \(name) of \(Self.variable) has 1 replica instead of \(replicas): there is one "
                                + "broker."))
                }
            }
            if fields.count > 3, !fields[3].isEmpty {
                topic.configs = [.init(name: "cleanup.policy", value: fields[3])]
            }
            topics.append(topic)
        }
    }

    private static func malformed(_ entry: Substring) -> Failure {
        Failure(
            .configuration,
            "\(variable) has `\(entry)`, which is not name:partitions:replicas:cleanup.policy; correct it")
    }
}
