extension TopicsTool {
    /// The options of `kafka-topics`, with the help of Kafka 3.4 and what newer versions take beside it.
    static let options: [ToolOption] = [
        .flag("alter", "Alter the number of partitions, replica assignment, and/or configuration for the topic."),
        .flag(
            "at-min-isr-partitions",
            """
            if set when describing topics, only show partitions whose isr count is equal to the configured \
            minimum.
            """),
        .value("bootstrap-server", .string, "server to connect to", "REQUIRED: The Kafka server to connect to."),
        .value(
            "command-config", .string, "command config property file",
            """
            Property file containing configs to be passed to Admin Client. This is used only with \
            --bootstrap-server option for describing and altering broker configs.
            """),
        .value(
            "config", .string, "name=value",
            """
            A topic configuration override for the topic being created or altered. The following is a list \
            of valid configurations:
            \(ConfigNames.topics.helpLines)
            See the Kafka documentation for full details on the topic configs. It is supported only in \
            combination with --create if --bootstrap-server option is used (the kafka-configs CLI supports \
            altering topic configs with a --bootstrap-server option).
            """),
        .flag("create", "Create a new topic."),
        .flag("delete", "Delete a topic"),
        .value(
            "delete-config", .string, "name",
            """
            A topic configuration override to be removed for an existing topic (see the list of \
            configurations under the --config option). Not supported with the --bootstrap-server option.
            """),
        .flag("describe", "List details for the given topics."),
        .flag("disable-rack-aware", "Disable rack aware replica assignment"),
        .flag(
            "exclude-internal",
            """
            exclude internal topics when running list or describe command. The internal topics will be \
            listed by default
            """),
        .flag("help", "Print usage information."),
        .flag(
            "if-exists",
            """
            if set when altering or deleting or describing topics, the action will only execute if the topic\
             exists.
            """),
        .flag(
            "if-not-exists",
            """
            if set when creating topics, the action will only execute if the topic does not already exist.
            """),
        .flag("list", "List all available topics."),
        .value(
            "partitions", .integer, "# of partitions",
            """
            The number of partitions for the topic being created or altered (WARNING: If partitions are \
            increased for a topic that has a key, the partition logic or ordering of the messages will be \
            affected). If not supplied for create, defaults to the cluster default.
            """),
        .value(
            "replica-assignment", .string,
            """
            broker_id_for_part1_replica1 : broker_id_for_part1_replica2 , \
            broker_id_for_part2_replica1 : broker_id_for_part2_replica2 , ...
            """,
            """
            A list of manual partition-to-broker assignments for the topic being created or altered.
            """),
        .value(
            "replication-factor", .integer, "replication factor",
            """
            The replication factor for each partition in the topic being created. If not supplied, defaults \
            to the cluster default.
            """),
        .value(
            "topic", .string, "topic",
            """
            The topic to create, alter, describe or delete. It also accepts a regular expression, except for\
             --create option. Put topic name in double quotes and use the '\\' prefix to escape regular \
            expression symbols; e.g. "test\\.topic".
            """),
        .value(
            "topic-id", .string, "topic-id",
            """
            The topic-id to describe.This is used only with --bootstrap-server option for describing topics.
            """),
        .flag(
            "topics-with-overrides",
            """
            if set when describing topics, only show topics that have overridden configs
            """),
        .flag(
            "unavailable-partitions",
            """
            if set when describing topics, only show partitions whose leader is not available
            """),
        .flag(
            "under-min-isr-partitions",
            """
            if set when describing topics, only show partitions whose isr count is less than the configured \
            minimum.
            """),
        .flag("under-replicated-partitions", "if set when describing topics, only show under replicated partitions"),
        .flag("version", "Display Kafka version."),
        .newer("partition-size-limit-per-response", .integer),
    ]
}
