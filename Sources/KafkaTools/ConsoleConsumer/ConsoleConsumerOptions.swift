extension ConsoleConsumerTool {
    /// The options of `kafka-console-consumer`, with the help of Kafka 3.4 and what newer versions take beside it.
    static let options: [ToolOption] = [
        .value(
            "bootstrap-server", .string, "server to connect to", "REQUIRED: The server(s) to connect to."),
        .value(
            "consumer-property", .string, "consumer_prop",
            """
            A mechanism to pass user-defined properties in the form key=value to the consumer.
            """),
        .value(
            "consumer.config", .string, "config file",
            """
            Consumer config properties file. Note that [consumer-property] takes precedence over this \
            config.
            """),
        .flag(
            "enable-systest-events",
            """
            Log lifecycle events of the consumer in addition to logging consumed messages. (This is specific\
             for system tests.)
            """),
        .value(
            "formatter", .string, "class", default: "kafka.tools.DefaultMessageFormatter",
            """
            The name of a class to use for formatting kafka messages for display.
            """),
        .value(
            "formatter-config", .string, "config file",
            """
            Config properties file to initialize the message formatter. Note that [property] takes \
            precedence over this config.
            """),
        .flag(
            "from-beginning",
            """
            If the consumer does not already have an established offset to consume from, start with the \
            earliest message present in the log rather than the latest message.
            """),
        .value("group", .string, "consumer group id", "The consumer group id of the consumer."),
        .flag("help", "Print usage information."),
        .value(
            "include", .string, "Java regex (String)",
            """
            Regular expression specifying list of topics to include for consumption.
            """),
        .value(
            "isolation-level", .string, nil, default: "read_uncommitted",
            """
            Set to read_committed in order to filter out transactional messages which are not committed. Set\
             to read_uncommitted to read all messages.
            """),
        .value("key-deserializer", .string, "deserializer for key", ""),
        .value(
            "max-messages", .integer, "num_messages",
            """
            The maximum number of messages to consume before exiting. If not set, consumption is continual.
            """),
        .value(
            "offset", .string, "consume offset", default: "latest",
            """
            The offset to consume from (a non-negative number), or 'earliest' which means from beginning, or\
             'latest' which means from end
            """),
        .value(
            "partition", .integer, "partition",
            """
            The partition to consume from. Consumption starts from the end of the partition unless \
            '--offset' is specified.
            """),
        .value(
            "property", .string, "prop",
            """
            The properties to initialize the message formatter. Default properties include:
             print.timestamp=true|false
             print.key=true|false
             print.offset=true|false
             print.partition=true|false
             print.headers=true|false
             print.value=true|false
             key.separator=<key.separator>
             line.separator=<line.separator>
             headers.separator=<line.separator>
             null.literal=<null.literal>
             key.deserializer=<key.deserializer>
             value.deserializer=<value.deserializer>
             header.deserializer=<header.deserializer>
            Users can also pass in customized properties for their formatter; more specifically, users can \
            pass in properties keyed with 'key.deserializer.', 'value.deserializer.' and \
            'headers.deserializer.' prefixes to configure their deserializers.
            """),
        .flag(
            "skip-message-on-error",
            "If there is an error when processing a message, skip it instead of halt."),
        .value(
            "timeout-ms", .integer, "timeout_ms",
            """
            If specified, exit if no message is available for consumption for the specified interval.
            """),
        .value("topic", .string, "topic", "The topic to consume on."),
        .value("value-deserializer", .string, "deserializer for values", ""),
        .flag("version", "Display Kafka version."),
        .value(
            "whitelist", .string, "Java regex (String)",
            """
            DEPRECATED, use --include instead; ignored if --include specified. Regular expression specifying\
             list of topics to include for consumption.
            """),
        .newer("command-config", .string),
        .newer("command-property", .string),
        .newer("formatter-property", .string),
    ]
}
