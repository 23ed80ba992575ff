/// The tables of `kafka-consumer-groups`, laid out as Kafka 3.4 lays them out. Each text ends in a newline.
enum GroupTables {
    /// A partition that a group reads or has read; nil for what is not known.
    struct OffsetRow: Equatable, Sendable {
        var group: String
        var partition: TopicPartition
        var committed: Int64?
        var end: Int64?
        var member: GroupsClient.Member?

        /// How many records are not read yet.
        var lag: Int64? {
            guard let committed, let end else { return nil }
            return end - committed
        }
    }

    private static func or(_ text: String?, _ missing: String = "-") -> String {
        guard let text, !text.isEmpty else { return missing }
        return text
    }

    /// `--describe --offsets`.
    static func offsets(_ rows: [OffsetRow]) -> String {
        let header = [
            "GROUP", "TOPIC", "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "CONSUMER-ID", "HOST",
            "CLIENT-ID",
        ]
        let cells = rows.map { row in
            [
                row.group, row.partition.topic, "\(row.partition.partition)", or(row.committed.map(String.init)),
                or(row.end.map(String.init)), or(row.lag.map(String.init)), or(row.member?.id), or(row.member?.host),
                or(row.member?.clientID),
            ]
        }
        var widths = [15, 15, 10, 15, 15, 15, 15, 15, 0]
        for column in [0, 1, 6, 7] { widths[column] = max(15, cells.map { $0[column].count }.max() ?? 0) }
        return "\n" + ([header] + cells).map { line($0, widths) + "\n" }.joined()
    }

    /// `--describe --members`, with the partitions of each where `verbose` says so.
    static func members(_ group: String, _ members: [GroupsClient.Member], verbose: Bool) -> String {
        let hasInstances = members.contains { !$0.instanceID.isEmpty }
        func row(_ cells: [String]) -> [String] {
            hasInstances ? cells : cells.enumerated().filter { $0.offset != 2 }.map(\.element)
        }
        let header = ["GROUP", "CONSUMER-ID", "GROUP-INSTANCE-ID", "HOST", "CLIENT-ID", "#PARTITIONS"]
        let cells = members.map { [group, $0.id, $0.instanceID, $0.host, $0.clientID, "\($0.partitions.count)"] }
        var widths = [15, 15, 17, 15, 15, 15]
        for column in 0..<5 { widths[column] = max(widths[column], cells.map { $0[column].count }.max() ?? 0) }
        let rowWidths = hasInstances ? widths : widths.enumerated().filter { $0.offset != 2 }.map(\.element)
        var text = "\n" + line(row(header), rowWidths) + " " + (verbose ? "ASSIGNMENT" : "") + "\n"
        for (cells, member) in zip(cells, members) {
            text += line(row(cells), rowWidths) + " " + (verbose ? assignment(member.partitions) : "") + "\n"
        }
        return text
    }

    /// The partitions of a member: `topic(0,1,2), other(0)`.
    private static func assignment(_ partitions: [TopicPartition]) -> String {
        guard !partitions.isEmpty else { return "-" }
        return partitions.sorted().byTopic.map { topic, numbers in
            "\(topic)(\(numbers.map(String.init).joined(separator: ",")))"
        }.joined(separator: ", ")
    }

    /// `--describe --state`. The first column is as wide as the coordinator's, as in Kafka.
    static func state(_ group: GroupsClient.Description) -> String {
        let coordinator = "\(group.coordinator.address) (\(group.coordinator.id))"
        let widths = [max(25, coordinator.count), 25, 20, 15, 0]
        let header = ["GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE", "#MEMBERS"]
        let cells = [group.group, coordinator, group.assignor, group.state, "\(group.members.count)"]
        return "\n" + line(header, widths) + "\n" + line(cells, widths) + "\n"
    }

    /// `--list --state`, and with `--type` as Kafka 3.8 lays it out.
    static func list(_ groups: [(group: String, type: String, state: String)], type: Bool, state: Bool) -> String {
        let width = max(15, groups.map(\.group.count).max() ?? 0)
        guard type else {
            let rows = [("GROUP", "STATE")] + groups.map { ($0.group, $0.state) }
            return rows.map { "\($0.0.padded(to: width)) \($0.1)\n" }.joined()
        }
        let rows = [("GROUP", "TYPE", "STATE")] + groups.map { ($0.group, $0.type, $0.state) }
        return rows.map { group, type, shown in
            group.padded(to: width + 10) + " " + type.padded(to: 20) + (state ? " " + shown.padded(to: 20) : "") + "\n"
        }.joined()
    }

    /// `--reset-offsets`.
    static func reset(_ rows: [(group: String, partition: TopicPartition, offset: Int64)]) -> String {
        let widths = [30, 30, 10, 15]
        let cells = rows.map { [$0.group, $0.partition.topic, "\($0.partition.partition)", "\($0.offset)"] }
        return "\n"
            + ([["GROUP", "TOPIC", "PARTITION", "NEW-OFFSET"]] + cells).map { line($0, widths) + "\n" }.joined()
    }

    /// `--delete-offsets`: the text is what became of each partition. A partition of -1 was not named and is not known.
    static func deletedOffsets(_ rows: [(partition: TopicPartition, text: String)]) -> String {
        let widths = [30, 15, 15]
        let cells = rows.map { row in
            [
                row.partition.topic, row.partition.partition < 0 ? "Not Provided" : "\(row.partition.partition)",
                row.text,
            ]
        }
        return "\n" + ([["TOPIC", "PARTITION", "STATUS"]] + cells).map { line($0, widths) + "\n" }.joined()
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        zip(cells, widths).map { $0.padded(to: $1) }.joined(separator: " ")
    }
}
