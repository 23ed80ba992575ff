import KafkaWire

/// `kafka-get-offsets`: the first, last or any other offset of partitions.
enum GetOffsetsTool: Tool {
    static let name = "kafka-get-offsets"
    static let classes = ["kafka.tools.GetOffsetShell", "org.apache.kafka.tools.GetOffsetShell"]
    static let summary = "An interactive shell for getting topic-partition offsets."

    static func run(_ options: ParsedOptions, _ console: Console) throws(ToolError) -> Int32 {
        do throws(ToolError) {
            try print(options, console)
            return 0
        } catch {
            guard case .exception(let exception) = error else { throw error }
            return report(exception, console)
        }
    }

    static func report(_ exception: Exception, _ console: Console) -> Int32 {
        console.print("Error occurred: \(exception.message ?? exception.type)")
        return 1
    }

    private static func print(_ options: ParsedOptions, _ console: Console) throws(ToolError) {
        let former = try options.value("broker-list")
        guard let bootstrap = try options.value("bootstrap-server") ?? former else {
            throw .exception(.init(.illegalArgument, "Missing required option(s) [bootstrap-server]"))
        }
        if options.has("topic-partitions"), options.has("topic") || options.has("partitions") {
            throw .exception(
                .init(.illegalArgument, "--topic-partitions cannot be used with --topic or --partitions"))
        }
        let time = try OffsetTime(options.value("time") ?? "latest").timestamp
        let filter = try PartitionFilter(options)
        let client = try AdminClient(options, bootstrap: bootstrap, console)
        let topics = try client.topics()
        let excludesInternal = options.has("exclude-internal-topics")
        var partitions: [TopicPartition: Int64] = [:]
        for topic in topics {
            guard let name = topic.name, !excludesInternal || !TopicFilter.internalTopics.contains(name) else {
                continue
            }
            for partition in topic.partitions {
                let each = TopicPartition(topic: name, partition: partition.partitionIndex)
                if filter.matches(each) { partitions[each] = time }
            }
        }
        guard !partitions.isEmpty else {
            throw .exception(
                .init(.illegalArgument, "Could not match any topic-partitions with the specified filters"))
        }
        let offsets = try client.offsets(of: partitions, in: topics)
        for partition in partitions.keys.sorted() {
            guard let found = offsets[partition] else {
                console.printError(
                    "Skip getting offsets for topic-partition \(partition) due to error: "
                        + (ExceptionNames.of(.leaderNotAvailable).message))
                continue
            }
            guard found.errorCode == .none else {
                console.printError(
                    "Skip getting offsets for topic-partition \(partition) due to error: "
                        + ExceptionNames.of(found.errorCode).message)
                continue
            }
            if found.offset >= 0 { console.print("\(partition.topic):\(partition.partition):\(found.offset)") }
        }
    }
}

/// What `--time` says: a time in milliseconds since 1970, or one of the names and numbers that Kafka has for special ones.
struct OffsetTime: Equatable, Sendable {
    /// As ListOffsets takes it.
    let timestamp: Int64

    private static let names: [String: Int64] = [
        "latest": -1, "earliest": -2, "max-timestamp": -3, "earliest-local": -4, "latest-tiered": -5,
    ]

    /// Throws what kafka-get-offsets throws for a text that is none of them.
    init(_ text: String) throws(ToolError) {
        guard let timestamp = Self.names[text] ?? Int64(text) else {
            throw .exception(
                .init(
                    .illegalArgument,
                    "Malformed time argument \(text), please use -1 or latest / -2 or earliest / -3 or max-timestamp, "
                        + "or a specified long format timestamp"))
        }
        self.timestamp = timestamp
    }
}

/// Which partitions `--topic-partitions`, or `--topic` and `--partitions`, mean.
struct PartitionFilter {
    /// One pattern: a topic's expression, and from where to where.
    private struct Rule {
        let topic: TopicFilter?
        /// The upper end is not part of it.
        let partitions: Range<Int32>?
        /// Single partitions, when they are listed.
        let listed: Set<Int32>?
    }

    private var rules: [Rule] = []

    init(_ options: ParsedOptions) throws(ToolError) {
        if let text = try options.value("topic-partitions") {
            for part in text.split(separator: ",") { rules.append(try Self.rule(String(part))) }
            return
        }
        let topic = try options.value("topic").map { (text) throws(ToolError) in try TopicFilter(text) }
        let listed = try options.value("partitions").map { (text) throws(ToolError) in
            Set(
                try text.split(separator: ",").map { (part) throws(ToolError) -> Int32 in
                    guard let number = Int32(part.trimmed) else {
                        throw .exception(
                            .init(
                                .illegalArgument,
                                "--partitions expects a comma separated list of numeric partition ids, but received: "
                                    + text))
                    }
                    return number
                })
        }
        rules = [Rule(topic: topic, partitions: nil, listed: listed)]
    }

    /// Reads `topic:1`, `topic:0-3`, `topic:5-`, `topic:-3` or `topic`; the topic may be left out.
    private static func rule(_ text: String) throws(ToolError) -> Rule {
        let malformed = ToolError.exception(
            .init(
                .illegalArgument,
                "Invalid rule: \(text)"))
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2 else { throw malformed }
        let topic = parts[0].isEmpty ? nil : try TopicFilter(parts[0])
        guard parts.count == 2, !parts[1].isEmpty else { return Rule(topic: topic, partitions: nil, listed: nil) }
        let bounds = parts[1].split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count <= 2 else { throw malformed }
        if bounds.count == 1 {
            guard let number = Int32(bounds[0]) else { throw malformed }
            return Rule(topic: topic, partitions: nil, listed: [number])
        }
        let low = bounds[0].isEmpty ? 0 : Int32(bounds[0])
        let high = bounds[1].isEmpty ? Int32.max : Int32(bounds[1])
        guard let low, let high else { throw malformed }
        return Rule(topic: topic, partitions: low..<max(low, high), listed: nil)
    }

    /// Whether a partition is meant.
    func matches(_ partition: TopicPartition) -> Bool {
        rules.contains { rule in
            (rule.topic?.matches(partition.topic) ?? true) && (rule.partitions?.contains(partition.partition) ?? true)
                && (rule.listed?.contains(partition.partition) ?? true)
        }
    }
}
