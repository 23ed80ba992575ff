import KafkaWire

/// `kafka-consumer-groups --reset-offsets`: where the offsets of groups go, and setting them there.
struct OffsetReset {
    private let options: ParsedOptions
    private let client: GroupsClient
    private let console: Console

    /// The options that say where to.
    static let scopes = [
        "to-offset", "shift-by", "to-datetime", "by-duration", "to-earliest", "to-latest", "to-current", "from-file",
    ]

    /// What is said when neither --execute nor --dry-run is given.
    static let dryRunWarning =
        "WARN: No action will be performed as the --execute option is missing.In a future major release, the default "
        + "behavior of this command will be to prompt the user before executing the reset rather than doing a dry run. "
        + "You should add the --dry-run option explicitly if you are scripting this command and want to keep the current "
        + "default behavior without prompting."

    typealias Offset = (partition: TopicPartition, offset: Int64)

    init(_ options: ParsedOptions, _ client: GroupsClient, _ console: Console) {
        self.options = options
        self.client = client
        self.console = console
    }

    /// Works out the offsets of each group, sets them with --execute, and prints them.
    func run() throws(ToolError) {
        var rows: [(group: String, partition: TopicPartition, offset: Int64)] = []
        let topics = try client.admin.topics()
        for group in try ConsumerGroupsTool.groups(options, client) {
            let state = try client.describe(group).state
            guard state == "Empty" || state == "Dead" else {
                ConsumerGroupsTool.printError(
                    "Assignments can only be reset if the group '\(group)' is inactive, but the current state is "
                        + "\(state).", console)
                continue
            }
            let offsets = try prepare(try partitions(of: group, topics), of: group, topics)
            if options.has("execute"), !offsets.isEmpty { try client.commit(offsets, group) }
            rows += offsets.map { (group, $0.partition, $0.offset) }
        }
        guard options.has("export") else { return console.write(Array(GroupTables.reset(rows).utf8)) }
        console.print(ResetPlan.csv(rows, withGroup: options.values("group").count != 1))
    }

    // MARK: - Which partitions

    private func partitions(
        of group: String, _ topics: [Metadata.Response.Topic]
    ) throws(ToolError) -> [TopicPartition] {
        if options.has("all-topics") { return try client.committed(group).map(\.partition) }
        guard options.has("topic") else {
            guard options.has("from-file") else {
                throw .usage("One of the reset scopes should be defined: --all-topics, --topic.")
            }
            return []
        }
        var named: [TopicPartition] = []
        var whole: [TopicPartition] = []
        for text in options.values("topic") {
            if text.contains(":") {
                named += try PartitionList.parse(text)
            } else {
                guard let topic = topics.first(where: { $0.name == text }) else {
                    throw .exception(.init(.unknownTopicOrPartition))
                }
                whole += topic.partitions.map { TopicPartition(topic: text, partition: $0.partitionIndex) }.sorted()
            }
        }
        return named + whole
    }

    // MARK: - Where to

    private func prepare(
        _ partitions: [TopicPartition], of group: String, _ topics: [Metadata.Response.Topic]
    ) throws(ToolError) -> [Offset] {
        switch Self.scopes.first(where: options.has) {
        case "to-offset":
            let offset = try options.number("to-offset") ?? 0
            return try inRange(partitions.map { ($0, offset) }, topics)
        case "to-earliest": return try offsets(of: partitions, at: -2, "starting", topics)
        case "to-latest": return try offsets(of: partitions, at: -1, "ending", topics)
        case "shift-by":
            let shift = try options.number("shift-by") ?? 0
            let committed = try committed(group)
            return try inRange(
                try partitions.map { (partition) throws(ToolError) in
                    guard let offset = committed[partition] else {
                        throw .exception(
                            .init(
                                .illegalArgument,
                                "Cannot shift offset for partition \(partition) since there is no current committed "
                                    + "offset"))
                    }
                    return (partition, offset.addingReportingOverflow(shift).overflow ? .max : offset + shift)
                }, topics)
        case "to-datetime":
            return try offsets(
                of: partitions, since: ResetPlan.millis(ofDate: options.value("to-datetime") ?? ""), topics)
        case "by-duration":
            let duration = try ResetPlan.millis(ofDuration: options.value("by-duration") ?? "")
            return try offsets(of: partitions, since: LocalTime.epochMillis() - duration, topics)
        case "to-current":
            let committed = try committed(group)
            let missing = partitions.filter { committed[$0] == nil }
            let ends = Dictionary(try offsets(of: missing, at: -1, "ending", topics).map { ($0.partition, $0.offset) })
            { $1 }
            return partitions.map { ($0, committed[$0] ?? ends[$0] ?? 0) }
        case "from-file": return try fromFile(group, topics)
        default:
            throw .usage(
                "Option '[reset-offsets]' requires one of the following scenarios: "
                    + Self.scopes.map { "[\($0)]" }.joined(separator: ", "))
        }
    }

    private func committed(_ group: String) throws(ToolError) -> [TopicPartition: Int64] {
        Dictionary(try client.committed(group).map { ($0.partition, $0.offset) }) { $1 }
    }

    private func fromFile(_ group: String, _ topics: [Metadata.Response.Topic]) throws(ToolError) -> [Offset] {
        let path = try options.value("from-file") ?? ""
        guard let bytes = readFile(path) else {
            throw .exception(.init("java.nio.file.NoSuchFileException", path))
        }
        let single = options.values("group").count == 1 ? group : nil
        let plan = try ResetPlan.parse(String(decoding: bytes, as: UTF8.self), group: single)
        guard let offsets = plan[group] else {
            ConsumerGroupsTool.printError("No reset plan for group \(group) found", console)
            return []
        }
        return try inRange(offsets, topics)
    }

    /// The offsets at one of Kafka's special times.
    private func offsets(
        of partitions: [TopicPartition], at time: Int64, _ what: String, _ topics: [Metadata.Response.Topic]
    ) throws(ToolError) -> [Offset] {
        let wanted = Dictionary(partitions.map { ($0, time) }) { $1 }
        let found = wanted.isEmpty ? [:] : try client.admin.offsets(of: wanted, in: topics)
        return try partitions.map { (partition) throws(ToolError) in
            guard let offset = found[partition], offset.errorCode == .none else {
                throw .usage("Error getting \(what) offset of topic partition: \(partition)")
            }
            return (partition, offset.offset)
        }
    }

    /// The first offsets from a time on; the end where nothing is so new.
    private func offsets(
        of partitions: [TopicPartition], since millis: Int64, _ topics: [Metadata.Response.Topic]
    ) throws(ToolError) -> [Offset] {
        let found = try offsets(of: partitions, at: millis, "", topics)
        let past = found.filter { $0.offset < 0 }.map(\.partition)
        for partition in past {
            console.print(
                "\nWarn: Partition \(partition.partition) from topic \(partition.topic) is empty. Falling back to latest "
                    + "known offset.")
        }
        let ends = Dictionary(try offsets(of: past, at: -1, "ending", topics).map { ($0.partition, $0.offset) }) { $1 }
        return found.map { ($0.partition, ends[$0.partition] ?? $0.offset) }
    }

    /// Offsets within what the partitions have: others go to the nearest end, and the log says so.
    private func inRange(_ wanted: [Offset], _ topics: [Metadata.Response.Topic]) throws(ToolError) -> [Offset] {
        let partitions = wanted.map(\.partition)
        let starts = try offsets(of: partitions, at: -2, "starting", topics)
        let ends = try offsets(of: partitions, at: -1, "ending", topics)
        return zip(wanted, zip(starts, ends)).map { wanted, range in
            let (start, end) = (range.0.offset, range.1.offset)
            if wanted.offset > end { warn(wanted, "higher than latest", end) }
            if wanted.offset < start { warn(wanted, "lower than earliest", start) }
            return (wanted.partition, max(start, min(end, wanted.offset)))
        }
    }

    private func warn(_ wanted: Offset, _ how: String, _ bound: Int64) {
        console.log(
            "WARN",
            "New offset (\(wanted.offset)) is \(how) offset for topic partition \(wanted.partition). Value will be set "
                + "to \(bound)", by: ConsumerGroupsTool.logger)
    }
}
