import KafkaWire

/// `kafka-topics`: creates, lists, describes, alters and deletes topics.
enum TopicsTool: Tool {
    static let name = "kafka-topics"
    static let classes = ["kafka.admin.TopicCommand", "org.apache.kafka.tools.TopicCommand"]
    static let summary = "This tool helps to create, delete, describe, or change a topic."

    private static let actions = ["create", "list", "alter", "describe", "delete"]

    static func run(_ options: ParsedOptions, _ console: Console) throws(ToolError) -> Int32 {
        try check(options)
        let client = try AdminClient(options, bootstrap: options.value("bootstrap-server") ?? "", console)
        do throws(ToolError) {
            switch actions.first(where: options.has) {
            case "create": try create(NewTopic(options), client, console)
            case "list": try list(options, client, console)
            case "alter": try alter(options, client)
            case "describe": try describe(options, client, console)
            default: try delete(options, client)
            }
            return 0
        } catch {
            guard case .exception(let exception) = error else { throw error }
            console.print("Error while executing topic command : \(exception.message ?? "null")")
            console.log("ERROR", exception.stackTrace, by: "kafka.admin.TopicCommand$")
            return 1
        }
    }

    // MARK: - What goes together

    private static func check(_ options: ParsedOptions) throws(ToolError) {
        guard actions.filter(options.has).count == 1 else {
            throw .usage(
                "Command must include exactly one action: --list, --describe, --create, --alter or --delete")
        }
        guard options.has("bootstrap-server") else {
            throw .exception(
                Exception(.illegalArgument, "--bootstrap-server must be specified").at(StackTraces.noBootstrapServer))
        }
        if !options.has("list"), !options.has("describe") { try options.require("topic") }
        if options.has("describe"), options.has("if-exists"), !options.has("topic-id") {
            try options.require("topic")
        }
        if options.has("alter") {
            if options.has("config") {
                throw .usage(
                    "Option combination \"[bootstrap-server],[config]\" can't be used with option \"[alter]\" (the "
                        + "kafka-configs CLI supports altering topic configs with a --bootstrap-server option)")
            }
            try options.require("partitions")
        }
        for (name, permitted) in belonging {
            try options.refuse(name, with: actions.filter { !permitted.contains($0) })
        }
        try options.refuse("delete-config", with: ["bootstrap-server"])
        if options.has("create") {
            try options.refuse("replica-assignment", with: ["partitions", "replication-factor"])
        }
        for report in Report.allCases { try options.refuse(report.rawValue, with: ["topics-with-overrides"]) }
    }

    /// Which actions an option belongs to.
    private static let belonging: [(option: String, actions: [String])] =
        [
            ("config", ["create"]), ("delete-config", ["alter"]), ("partitions", ["alter", "create"]),
            ("replication-factor", ["create"]), ("replica-assignment", ["alter", "create"]),
        ] + Report.allCases.map { ($0.rawValue, ["describe"]) } + [
            ("topics-with-overrides", ["describe"]), ("if-exists", ["alter", "delete", "describe"]),
            ("if-not-exists", ["create"]), ("exclude-internal", ["list", "describe"]),
        ]

    // MARK: - Actions

    private static func create(_ new: NewTopic, _ client: AdminClient, _ console: Console) throws(ToolError) {
        if new.name.contains(".") || new.name.contains("_") {
            console.print(
                "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could "
                    + "collide. To avoid issues it is best to use either, but not both.")
        }
        var request = CreateTopics.Request()
        request.topics = [new.request]
        request.timeoutMs = client.timeoutMs
        let response = try client.cluster.call(
            CreateTopics.self, request, to: .controller, by: client.deadline, call: "createTopics")
        guard let result = response.topics.first else { return }
        switch result.errorCode {
        case .none: console.print("Created topic \(new.name).")
        case .topicAlreadyExists where new.isOnlyIfMissing: break
        // Kafka's tool checks values before it asks, and throws what its parser of configs throws.
        case .invalidConfig where result.errorMessage?.hasPrefix("Invalid value ") == true:
            throw .exception(Exception(.configuration, result.errorMessage).at(StackTraces.topicConfigValue))
        default: throw .exception(.init(result.errorCode, result.errorMessage))
        }
    }

    private static func list(_ options: ParsedOptions, _ client: AdminClient, _ console: Console) throws(ToolError) {
        console.print(try topics(options, client).compactMap(\.name).joined(separator: "\n"))
    }

    private static func alter(_ options: ParsedOptions, _ client: AdminClient) throws(ToolError) {
        let topics = try topics(options, client)
        try checkFound(topics, options, "alter", line: 264, main: 57)
        guard !topics.isEmpty else { return }
        let assignment = try options.value("replica-assignment").map(NewTopic.assignment)
        var request = CreatePartitions.Request()
        request.timeoutMs = client.timeoutMs
        let count = Int32(clamping: try options.number("partitions") ?? 0)
        request.topics = topics.map { topic in
            var asked = CreatePartitions.Request.Topic()
            asked.name = topic.name ?? ""
            asked.count = count
            // Only the new partitions are told.
            asked.assignments = assignment?.dropFirst(topic.partitions.count).map { brokers in
                var new = CreatePartitions.Request.Topic.Assignment()
                new.brokerIDs = brokers
                return new
            }
            return asked
        }
        let response = try client.cluster.call(
            CreatePartitions.self, request, to: .controller, by: client.deadline, call: "createPartitions")
        for result in response.results where result.errorCode != .none {
            throw .exception(.init(result.errorCode, result.errorMessage))
        }
    }

    private static func delete(_ options: ParsedOptions, _ client: AdminClient) throws(ToolError) {
        let topics = try topics(options, client)
        try checkFound(topics, options, "delete", line: 361, main: 63)
        guard !topics.isEmpty else { return }
        var request = DeleteTopics.Request()
        request.timeoutMs = client.timeoutMs
        request.topicNames = topics.compactMap(\.name)
        request.topics = request.topicNames.map { name in
            var topic = DeleteTopics.Request.Topic()
            topic.name = name
            return topic
        }
        let response = try client.cluster.call(
            DeleteTopics.self, request, to: .controller, by: client.deadline, call: "deleteTopics")
        for result in response.responses where result.errorCode != .none {
            throw .exception(.init(result.errorCode, result.errorMessage))
        }
    }

    // MARK: - Topics by expression

    /// The topics that are meant, by name.
    static func topics(
        _ options: ParsedOptions, _ client: AdminClient
    ) throws(ToolError) -> [Metadata.Response.Topic] {
        let filter = try options.value("topic").map { (text) throws(ToolError) in try TopicFilter(text) }
        let excludesInternal = options.has("exclude-internal")
        return try client.topics().filter { topic in
            let name = topic.name ?? ""
            if excludesInternal, topic.isInternal || TopicFilter.internalTopics.contains(name) { return false }
            return filter?.matches(name) ?? true
        }
    }

    /// Refuses a name that matches nothing, unless `--if-exists` is given.
    static func checkFound(
        _ topics: [Metadata.Response.Topic], _ options: ParsedOptions, _ action: String, line: Int, main: Int
    ) throws(ToolError) {
        guard topics.isEmpty, !options.has("if-exists"), let name = try options.value("topic") else { return }
        throw .exception(
            Exception(.illegalArgument, "Topic '\(name)' does not exist as expected")
                .at(StackTraces.unknownTopic(action, line: line, main: main)))
    }
}
