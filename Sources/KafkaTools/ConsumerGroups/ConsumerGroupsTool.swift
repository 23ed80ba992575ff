import KafkaWire

/// `kafka-consumer-groups`: lists, describes and deletes groups, and moves or deletes their offsets.
enum ConsumerGroupsTool: Tool {
    static let name = "kafka-consumer-groups"
    static let classes = [
        "kafka.admin.ConsumerGroupCommand", "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
    ]
    static let summary =
        "This tool helps to list all consumer groups, describe a consumer group, delete consumer group info, or reset "
        + "consumer group offsets."

    /// Kafka's tool looks for the broker's address before it looks whether the help is wanted.
    static func heading(_ options: ParsedOptions) -> String {
        options.has("bootstrap-server") ? summary : "Missing required argument \"[bootstrap-server]\""
    }

    /// The log's name for the tool.
    static let logger = "kafka.admin.ConsumerGroupCommand$"

    private static let actions = ["list", "describe", "delete", "reset-offsets", "delete-offsets"]

    static func run(_ options: ParsedOptions, _ console: Console) throws(ToolError) -> Int32 {
        try check(options, console)
        do throws(ToolError) {
            let admin = try AdminClient(
                options, bootstrap: options.value("bootstrap-server") ?? "", timeoutMillis: options.number("timeout"),
                console)
            let client = GroupsClient(admin)
            switch actions.first(where: options.has) {
            case "list": try list(options, client, console)
            case "describe": try describe(options, client, console)
            case "delete": try delete(options, client, console)
            case "reset-offsets": try OffsetReset(options, client, console).run()
            default: try deleteOffsets(options, client, console)
            }
        } catch {
            guard case .exception(let exception) = error else { throw error }
            if exception.type == Exception.Kind.illegalArgument.rawValue { throw .usage(exception.message ?? "") }
            // What goes wrong with the cluster is told on standard output, and the tool ends well.
            let isOfCluster = exception.type.hasPrefix("org.apache.kafka.common.")
            let thrown =
                isOfCluster
                ? Exception(.execution, exception.description).at(StackTraces.consumerGroups) : exception
            printError("Executing consumer group command failed due to \(thrown.message ?? "null")", console)
            console.writeError(thrown.stackTrace)
        }
        return 0
    }

    static func printError(_ text: String, _ console: Console) { console.print("\nError: \(text)") }

    // MARK: - What goes together

    private static func check(_ options: ParsedOptions, _ console: Console) throws(ToolError) {
        try options.require("bootstrap-server")
        let hasGroup = options.has("group") || options.has("all-groups")
        func fail(_ option: String, _ text: String) -> ToolError { .usage("Option [\(option)] \(text)") }
        if options.has("describe") {
            guard hasGroup else { throw fail("describe", "takes one of these options: [group], [all-groups]") }
            guard ["members", "offsets", "state"].filter(options.has).count <= 1 else {
                throw fail("describe", "takes at most one of these options: [members], [offsets], [state]")
            }
            if try options.value("state") != nil { throw fail("describe", "does not take a value for [state]") }
        }
        if options.has("delete") {
            guard hasGroup else { throw fail("delete", "takes one of these options: [group], [all-groups]") }
            if options.has("topic") {
                throw .usage("The consumer does not support topic-specific offset deletion from a consumer group.")
            }
        }
        if options.has("delete-offsets"), !options.has("group") || !options.has("topic") {
            throw fail("delete-offsets", "takes the following options: [group], [topic]")
        }
        if options.has("reset-offsets") {
            if options.has("dry-run"), options.has("execute") {
                throw fail("reset-offsets", "only accepts one of [execute] and [dry-run]")
            }
            if !options.has("dry-run"), !options.has("execute") { console.printError(OffsetReset.dryRunWarning) }
            guard hasGroup else { throw fail("reset-offsets", "takes one of these options: [group], [all-groups]") }
            for scope in OffsetReset.scopes {
                try options.refuse(scope, with: OffsetReset.scopes.filter { $0 != scope })
            }
        }
        try options.refuse("group", with: ["all-groups"])
        try options.refuse("group", with: ["list"])
        try options.refuse("topic", with: ["list", "describe"])
        guard actions.filter(options.has).count == 1 else {
            throw .usage(
                "Command must include exactly one action: --list, --describe, --delete, --reset-offsets, "
                    + "--delete-offsets")
        }
    }

    // MARK: - List

    /// The states that `--list --state` takes, as groups have them.
    private static let states = [
        "PreparingRebalance", "CompletingRebalance", "Stable", "Dead", "Empty", "Assigning", "Reconciling",
    ]

    private static func list(
        _ options: ParsedOptions, _ client: GroupsClient, _ console: Console
    ) throws(ToolError) {
        let text = try options.value("state") ?? ""
        let wanted = text.split(separator: ",").map(\.trimmed)
        let named = wanted.compactMap { word in states.first { $0.lowercased() == word.lowercased() } }
        guard named.count == wanted.count else {
            throw .usage("Invalid state list '\(text)'. Valid states are: \(states.joined(separator: ", "))")
        }
        let types = try options.value("type").map { $0.lowercased().split(separator: ",").map(\.trimmed) } ?? []
        let groups = try client.list(states: named).filter { group in
            (named.isEmpty || named.contains(group.groupState))
                && (types.isEmpty || types.contains(group.groupType.lowercased()))
        }
        if options.has("state") || options.has("type") {
            let rows = groups.map { group in
                (
                    group: group.groupID, type: group.groupType.isEmpty ? "Classic" : group.groupType,
                    state: group.groupState.isEmpty ? "Unknown" : group.groupState
                )
            }
            let table = GroupTables.list(rows, type: options.has("type"), state: options.has("state"))
            console.write(Array(table.utf8))
        } else {
            for group in groups { console.print(group.groupID) }
        }
    }

    /// The groups that are meant.
    static func groups(_ options: ParsedOptions, _ client: GroupsClient) throws(ToolError) -> [String] {
        options.has("all-groups") ? try client.list().map(\.groupID) : options.values("group")
    }

    // MARK: - Describe

    private static func describe(
        _ options: ParsedOptions, _ client: GroupsClient, _ console: Console
    ) throws(ToolError) {
        var topics: [Metadata.Response.Topic]?
        for group in Set(try groups(options, client)).sorted() {
            let description = try client.describe(group)
            if options.has("state") {
                guard isShown(description, console) else { continue }
                console.write(Array(GroupTables.state(description).utf8))
            } else if options.has("members") {
                guard isShown(description, console), !description.members.isEmpty else { continue }
                let table = GroupTables.members(
                    group, description.members, verbose: options.has("verbose"))
                console.write(Array(table.utf8))
            } else {
                if topics == nil { topics = try client.admin.topics() }
                let rows = try offsetRows(description, topics ?? [], client)
                guard isShown(description, console), !rows.isEmpty else { continue }
                console.write(Array(GroupTables.offsets(rows).utf8))
            }
        }
    }

    /// Says what there is to say of a group's state; whether there is anything to show.
    private static func isShown(_ group: GroupsClient.Description, _ console: Console) -> Bool {
        switch group.state {
        case "Dead":
            printError("Consumer group '\(group.group)' does not exist.", console)
            return false
        case "Empty": console.printError("\nConsumer group '\(group.group)' has no active members.")
        case "Stable": break
        default: console.printError("\nWarning: Consumer group '\(group.group)' is rebalancing.")
        }
        return true
    }

    private static func offsetRows(
        _ group: GroupsClient.Description, _ topics: [Metadata.Response.Topic], _ client: GroupsClient
    ) throws(ToolError) -> [GroupTables.OffsetRow] {
        let committed = Dictionary(try client.committed(group.group).map { ($0.partition, $0.offset) }) { $1 }
        var members: [TopicPartition: GroupsClient.Member] = [:]
        for member in group.members {
            for partition in member.partitions { members[partition] = member }
        }
        let partitions = Set(committed.keys).union(members.keys).sorted()
        guard !partitions.isEmpty else { return [] }
        let wanted = Dictionary(partitions.map { ($0, Int64(-1)) }) { $1 }
        let ends = try client.admin.offsets(of: wanted, in: topics)
        return partitions.map { partition in
            let end = ends[partition].flatMap { $0.errorCode == .none ? $0.offset : nil }
            return GroupTables.OffsetRow(
                group: group.group, partition: partition, committed: committed[partition], end: end,
                member: members[partition])
        }
    }

    // MARK: - Delete

    private static func delete(
        _ options: ParsedOptions, _ client: GroupsClient, _ console: Console
    ) throws(ToolError) {
        var deleted: [String] = []
        var failed: [(group: String, reason: Exception)] = []
        for group in try groups(options, client) {
            do throws(ToolError) {
                try client.delete(group)
                deleted.append(group)
            } catch {
                guard case .exception(let exception) = error else { throw error }
                failed.append((group, Exception(.execution, exception.description)))
            }
        }
        let names = deleted.map { "'\($0)'" }.joined(separator: ", ")
        guard !failed.isEmpty else {
            return console.print("Deletion of requested consumer groups (\(names)) was successful.")
        }
        printError("Deletion of some consumer groups failed:", console)
        for (group, reason) in failed {
            console.print("* Group '\(group)' could not be deleted due to: \(reason.description)")
        }
        if !deleted.isEmpty { console.print("\nThese consumer groups were deleted successfully: \(names)") }
    }

    private static func deleteOffsets(
        _ options: ParsedOptions, _ client: GroupsClient, _ console: Console
    ) throws(ToolError) {
        let group = try options.value("group") ?? ""
        let named = options.values("topic")
        let topics = named.contains { !$0.contains(":") } ? try client.admin.topics() : []
        var partitions: [TopicPartition] = []
        var texts: [(partition: TopicPartition, text: String)] = []
        for text in named {
            if text.contains(":") {
                partitions += try PartitionList.parse(text)
            } else if let topic = topics.first(where: { $0.name == text }) {
                partitions += topic.partitions.map { TopicPartition(topic: text, partition: $0.partitionIndex) }
                    .sorted()
            } else {
                let reason = Exception(.unknownTopicOrPartition).description
                texts.append((TopicPartition(topic: text, partition: -1), "Error: \(reason)"))
            }
        }
        let (whole, each) = try client.deleteOffsets(of: partitions, group)
        let worst = whole == .none ? each.values.first { $0 != .none } ?? .none : whole
        switch worst {
        case .none:
            console.print(
                "Request succeed for deleting offsets with topic \(named.joined(separator: ", ")) group \(group)")
        case .invalidGroupID: printError("'\(group)' is not valid.", console)
        case .groupIDNotFound: printError("'\(group)' does not exist.", console)
        case .groupAuthorizationFailed: printError("Access to '\(group)' is not authorized.", console)
        case .nonEmptyGroup:
            printError(
                "Deleting offsets of a consumer group '\(group)' is forbidden if the group is not empty.", console)
        case .groupSubscribedToTopic, .topicAuthorizationFailed, .unknownTopicOrPartition:
            printError("Encounter some partition level error, see the follow-up details:", console)
        default: printError("Encounter some unknown error: \(Exception(worst).description)", console)
        }
        for partition in partitions {
            let error = whole == .none ? each[partition] ?? .none : whole
            texts.append((partition, error == .none ? "Successful" : "Error: \(Exception(error).description)"))
        }
        let table = GroupTables.deletedOffsets(texts.sorted { $0.partition < $1.partition })
        console.write(Array(table.utf8))
    }
}

/// Partitions as `--topic` names them: `topic:0,1,2`.
enum PartitionList {
    /// Throws what Kafka's tool throws for a text that is none.
    static func parse(_ text: String) throws(ToolError) -> [TopicPartition] {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw .exception(
                .init(.illegalArgument, "Invalid topic arg '\(text)', expected topic name and partitions"))
        }
        return try parts[1].split(separator: ",").map { (number) throws(ToolError) in
            guard let partition = Int32(number.trimmed) else {
                throw .exception(
                    .init(.illegalArgument, "Invalid partition '\(number)' specified in topic arg '\(text)''"))
            }
            return TopicPartition(topic: String(parts[0]), partition: partition)
        }
    }
}
