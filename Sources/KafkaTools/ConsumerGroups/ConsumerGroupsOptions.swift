extension ConsumerGroupsTool {
    /// The options of `kafka-consumer-groups`, with the help of Kafka 3.4 and what newer versions take beside it.
    static let options: [ToolOption] = [
        .flag("all-groups", "Apply to all consumer groups."),
        .flag("all-topics", "Consider all topics assigned to a group in the `reset-offsets` process."),
        .value(
            "bootstrap-server", .string, "server to connect to", "REQUIRED: The server(s) to connect to."),
        .value(
            "by-duration", .string, "duration",
            """
            Reset offsets to offset by duration from current timestamp. Format: 'PnDTnHnMnS'
            """),
        .value(
            "command-config", .string, "command config property file",
            """
            Property file containing configs to be passed to Admin Client and Consumer.
            """),
        .flag(
            "delete",
            """
            Pass in groups to delete topic partition offsets and ownership information over the entire \
            consumer group. For instance --group g1 --group g2
            """),
        .flag(
            "delete-offsets",
            """
            Delete offsets of consumer group. Supports one consumer group at the time, and multiple topics.
            """),
        .flag(
            "describe",
            """
            Describe consumer group and list offset lag (number of messages not yet processed) related to \
            given group.
            """),
        .flag(
            "dry-run",
            """
            Only show results without executing changes on Consumer Groups. Supported operations: \
            reset-offsets.
            """),
        .flag("execute", "Execute operation. Supported operations: reset-offsets."),
        .flag(
            "export", "Export operation execution to a CSV file. Supported operations: reset-offsets."),
        .value(
            "from-file", .string, "path to CSV file", "Reset offsets to values defined in CSV file."),
        .value("group", .string, "consumer group", "The consumer group we wish to act on."),
        .flag("help", "Print usage information."),
        .flag("list", "List all consumer groups."),
        .flag(
            "members",
            """
            Describe members of the group. This option may be used with '--describe' and \
            '--bootstrap-server' options only.
            Example: --bootstrap-server localhost:9092 --describe --group group1 --members
            """),
        .flag(
            "offsets",
            """
            Describe the group and list all topic partitions in the group along with their offset lag. This \
            is the default sub-action of and may be used with '--describe' and '--bootstrap-server' options \
            only.
            Example: --bootstrap-server localhost:9092 --describe --group group1 --offsets
            """),
        .flag(
            "reset-offsets",
            """
            Reset offsets of consumer group. Supports one consumer group at the time, and instances should \
            be inactive
            Has 2 execution options: --dry-run (the default) to plan which offsets to reset, and --execute \
            to update the offsets. Additionally, the --export option is used to export the results to a CSV \
            format.
            You must choose one of the following reset specifications: --to-datetime, --by-duration, \
            --to-earliest, --to-latest, --shift-by, --from-file, --to-current, --to-offset.
            To define the scope use --all-topics or --topic. One scope must be specified unless you use \
            '--from-file'.
            """),
        .value(
            "shift-by", .long, "number-of-offsets",
            """
            Reset offsets shifting current offset by 'n', where 'n' can be positive or negative.
            """),
        .optionalValue(
            "state", .string, nil,
            """
            When specified with '--describe', includes the state of the group.
            Example: --bootstrap-server localhost:9092 --describe --group group1 --state
            When specified with '--list', it displays the state of all groups. It can also be used to list \
            groups with specific states.
            Example: --bootstrap-server localhost:9092 --list --state stable,empty
            This option may be used with '--describe', '--list' and '--bootstrap-server' options only.
            """),
        .value(
            "timeout", .long, "timeout (ms)", default: "5000",
            """
            The timeout that can be set for some use cases. For example, it can be used when describing the \
            group to specify the maximum amount of time in milliseconds to wait before the group stabilizes \
            (when the group is just created, or is going through some changes).
            """),
        .flag("to-current", "Reset offsets to current offset."),
        .value(
            "to-datetime", .string, "datetime",
            """
            Reset offsets to offset from datetime. Format: 'YYYY-MM-DDTHH:mm:SS.sss'
            """),
        .flag("to-earliest", "Reset offsets to earliest offset."),
        .flag("to-latest", "Reset offsets to latest offset."),
        .value("to-offset", .long, "offset", "Reset offsets to a specific offset."),
        .value(
            "topic", .string, "topic",
            """
            The topic whose consumer group information should be deleted or topic whose should be included \
            in the reset offset process. In `reset-offsets` case, partitions can be specified using this \
            format: `topic1:0,1,2`, where 0,1,2 are the partition to be included in the process. \
            Reset-offsets also supports multiple topic inputs.
            """),
        .flag(
            "verbose",
            """
            Provide additional information, if any, when describing the group. This option may be used with \
            '--offsets'/'--members'/'--state' and '--bootstrap-server' options only.
            Example: --bootstrap-server localhost:9092 --describe --group group1 --members --verbose
            """),
        .flag("version", "Display Kafka version."),
        .newer("type", .string),
        .newerFlag("validate-regex"),
    ]
}
