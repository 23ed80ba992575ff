import KafkaWire

/// What `kafka-topics --create` is to make.
struct NewTopic: Equatable, Sendable {
    let name: String
    /// -1 for the broker's default.
    var partitionCount: Int32 = -1
    /// -1 for the broker's default.
    var replicationFactor: Int16 = -1
    /// The brokers of each partition, when they are given by hand.
    var assignment: [[Int32]] = []
    var configs: [(name: String, value: String)] = []
    /// Whether it is no error that the topic is there.
    var isOnlyIfMissing = false

    /// From the options. Throws what kafka-topics throws for values that make no sense.
    init(_ options: ParsedOptions) throws(ToolError) {
        name = try options.value("topic") ?? ""
        isOnlyIfMissing = options.has("if-not-exists")
        for text in options.values("config") {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw .exception(
                    .init(
                        .illegalArgument,
                        "requirement failed: Invalid topic config: all configs to be added must be in the format "
                            + "\"key=val\"."))
            }
            configs.append((parts[0].trimmed, parts[1].trimmed))
        }
        if let factor = try options.number("replication-factor") {
            guard let small = Int16(exactly: factor), small >= 1 else {
                throw .exception(
                    .init(.illegalArgument, "The replication factor must be between 1 and 32767 inclusive"))
            }
            replicationFactor = small
        }
        if let count = try options.number("partitions") {
            guard count >= 1 else {
                throw .exception(.init(.illegalArgument, "The partitions must be greater than 0"))
            }
            partitionCount = Int32(clamping: count)
        }
        if let text = try options.value("replica-assignment") { assignment = try Self.assignment(text) }
    }

    /// Reads `1:2,2:1`: the brokers of each partition.
    static func assignment(_ text: String) throws(ToolError) -> [[Int32]] {
        var partitions: [[Int32]] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            var brokers: [Int32] = []
            for number in part.split(separator: ":", omittingEmptySubsequences: false) {
                guard let id = Int32(number.trimmed) else {
                    throw .exception(
                        .init("java.lang.NumberFormatException", "For input string: \"\(number.trimmed)\""))
                }
                brokers.append(id)
            }
            var seen: Set<Int32> = []
            let doubled = brokers.filter { !seen.insert($0).inserted }
            guard doubled.isEmpty else {
                throw .exception(
                    .init(
                        "kafka.common.AdminCommandFailedException",
                        "Partition replica lists may not contain duplicate entries: "
                            + doubled.map(String.init).joined(separator: ",")))
            }
            if let first = partitions.first, first.count != brokers.count {
                throw .exception(
                    .init(
                        "kafka.admin.AdminOperationException",
                        "Partition \(partitions.count) has different replication factor: "
                            + brokers.map(String.init).joined(separator: ",")))
            }
            partitions.append(brokers)
        }
        return partitions
    }

    /// The topic as CreateTopics asks for it.
    var request: CreateTopics.Request.Topic {
        var topic = CreateTopics.Request.Topic()
        topic.name = name
        topic.numPartitions = partitionCount
        topic.replicationFactor = replicationFactor
        topic.assignments = assignment.enumerated().map { index, brokers in
            var each = CreateTopics.Request.Topic.Assignment()
            each.partitionIndex = Int32(index)
            each.brokerIDs = brokers
            return each
        }
        topic.configs = configs.map { name, value in
            var config = CreateTopics.Request.Topic.Config()
            config.name = name
            config.value = value
            return config
        }
        return topic
    }

    static func == (one: NewTopic, other: NewTopic) -> Bool { one.request == other.request }
}
