/// What the options and properties of `kafka-console-consumer` say of its consumer.
struct ConsumerSettings: Equatable, Sendable {
    /// What is read.
    enum Source: Equatable, Sendable {
        /// A topic, shared with the others of the group.
        case topic(String)
        /// Topics by an expression, shared with the others of the group.
        case include(String)
        /// One partition from an offset, or from one of Kafka's special times.
        case partition(TopicPartition, Start)
    }

    /// Where a partition is read from.
    enum Start: Equatable, Sendable {
        case earliest
        case latest
        case offset(Int64)
    }

    /// What to do where no offset is committed, or it is out of range.
    enum Reset: String, Sendable {
        case earliest
        case latest
        case none
    }

    var source = Source.topic("")
    var clientID = "console-consumer"
    var groupID = ""
    /// The name that a static member has over restarts.
    var groupInstanceID: String?
    var reset = Reset.latest
    var readsCommittedOnly = false
    var commitsAutomatically = false
    var commitMillis: Int64 = 5000
    var sessionMillis: Int64 = 45_000
    var heartbeatMillis: Int64 = 3000
    var rebalanceMillis: Int64 = 300_000
    var metadataMillis: Int64 = 300_000
    var fetchWaitMillis: Int64 = 500
    var fetchBytesMin: Int64 = 1
    var fetchBytesMax: Int64 = 52_428_800
    var partitionBytesMax: Int64 = 1_048_576
    var checksSums = true
    /// Whether asking for a topic may make it.
    var createsTopics = true
    var assignor = Assignor.range
    /// Ends after so many messages.
    var messagesMax: Int64?
    /// Ends when so long nothing has come.
    var idleMillis: Int64?

    init() {}

    /// From the options and the properties below them; `random` names the group where none is named.
    ///
    /// Throws what Kafka's tool says of options that do not fit together.
    init(
        _ options: ParsedOptions, _ properties: ClientProperties, file: ClientProperties,
        using random: inout some RandomNumberGenerator
    ) throws(ToolError) {
        source = try Self.source(options)
        clientID = properties["client.id"] ?? clientID
        messagesMax = try options.number("max-messages").flatMap { $0 < 0 ? nil : $0 }
        idleMillis = try options.number("timeout-ms").flatMap { $0 < 0 ? nil : $0 }
        try readGroup(options, properties, file: file, using: &random)
        reset = try Self.reset(options, properties)
        let isolation = options.has("isolation-level") ? nil : properties["isolation.level"]
        let level = try options.value("isolation-level")
        switch isolation ?? level ?? "read_uncommitted" {
        case "read_committed": readsCommittedOnly = true
        case "read_uncommitted": break
        case let other:
            throw .configuration(
                "Invalid value \(other) for configuration isolation.level: String must be one of: read_committed, "
                    + "read_uncommitted")
        }
        try readNumbers(properties)
        checksSums = properties["check.crcs"]?.lowercased() != "false"
        createsTopics = properties["allow.auto.create.topics"]?.lowercased() != "false"
        groupInstanceID = properties["group.instance.id"]
        if let text = properties["partition.assignment.strategy"] { assignor = try Assignor(strategy: text) }
        if let text = properties["group.protocol"], text.lowercased() != "classic" {
            throw .refused("the consumer's property group.protocol=\(text) is not there yet; take it out")
        }
    }

    private mutating func readNumbers(_ properties: ClientProperties) throws(ToolError) {
        func number(_ name: String, _ value: Int64) throws(ToolError) -> Int64 {
            try properties.number(name) ?? value
        }
        commitMillis = try number("auto.commit.interval.ms", commitMillis)
        sessionMillis = try number("session.timeout.ms", sessionMillis)
        heartbeatMillis = try number("heartbeat.interval.ms", heartbeatMillis)
        rebalanceMillis = try number("max.poll.interval.ms", rebalanceMillis)
        metadataMillis = try number("metadata.max.age.ms", metadataMillis)
        fetchWaitMillis = try number("fetch.max.wait.ms", fetchWaitMillis)
        fetchBytesMin = try number("fetch.min.bytes", fetchBytesMin)
        fetchBytesMax = try number("fetch.max.bytes", fetchBytesMax)
        partitionBytesMax = try number("max.partition.fetch.bytes", partitionBytesMax)
    }

    // MARK: - What is read

    private static func source(_ options: ParsedOptions) throws(ToolError) -> Source {
        let topic = try options.value("topic")
        let former = try options.value("whitelist")
        let include = try options.value("include") ?? former
        guard (topic == nil) != (include == nil) else {
            throw .usage("Exactly one of --include/--topic is required. ()")
        }
        let partition = try options.number("partition")
        if partition != nil {
            guard topic != nil else { throw .usage("The topic is required when partition is specified.") }
            if options.has("from-beginning"), options.has("offset") {
                throw .usage("Options from-beginning and offset cannot be specified together.")
            }
        } else if options.has("offset") {
            throw .usage("The partition is required when offset is specified.")
        }
        try options.require("bootstrap-server")
        guard let topic else { return .include(include ?? "") }
        guard let partition else { return .topic(topic) }
        if options.has("group") { throw .usage("Options group and partition cannot be specified together.") }
        let start = try start(options)
        return .partition(TopicPartition(topic: topic, partition: Int32(clamping: partition)), start)
    }

    private static func start(_ options: ParsedOptions) throws(ToolError) -> Start {
        guard options.has("offset") else { return options.has("from-beginning") ? .earliest : .latest }
        let text = try options.value("offset") ?? ""
        switch text.lowercased() {
        case "earliest": return .earliest
        case "latest": return .latest
        default:
            guard let offset = Int64(text), offset >= 0 else {
                throw .usage(
                    "The provided offset value '\(text)' is incorrect. Valid values are 'earliest', 'latest', or a "
                        + "non-negative long.")
            }
            return .offset(offset)
        }
    }

    private static func reset(_ options: ParsedOptions, _ properties: ClientProperties) throws(ToolError) -> Reset {
        guard let text = properties["auto.offset.reset"] else {
            return options.has("from-beginning") ? .earliest : .latest
        }
        if options.has("from-beginning"), text != "earliest" {
            throw .refused(
                "Can't simultaneously specify --from-beginning and 'auto.offset.reset=\(text)', please remove one option"
            )
        }
        guard let reset = Reset(rawValue: text) else {
            throw .configuration(
                "Invalid value \(text) for configuration auto.offset.reset: String must be one of: latest, earliest, none"
            )
        }
        return reset
    }

    // MARK: - The group

    private mutating func readGroup(
        _ options: ParsedOptions, _ properties: ClientProperties, file: ClientProperties,
        using random: inout some RandomNumberGenerator
    ) throws(ToolError) {
        let given = [try options.value("group"), properties["group.id"], file["group.id"]].compactMap { $0 }
        let distinct = given.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        guard distinct.count <= 1 else {
            throw .usage(
                "The group ids provided in different places (directly using '--group', via '--consumer-property', or via "
                    + "'--consumer.config') do not match. Detected group ids: "
                    + distinct.map { "'\($0)'" }.joined(separator: ", "))
        }
        if let id = distinct.first {
            groupID = id
            commitsAutomatically = properties["enable.auto.commit"]?.lowercased() != "false"
        } else {
            groupID = "console-consumer-\(Int.random(in: 0..<100_000, using: &random))"
            commitsAutomatically = properties["enable.auto.commit"]?.lowercased() == "true"
        }
        if case .partition = source { commitsAutomatically = false }
    }
}
