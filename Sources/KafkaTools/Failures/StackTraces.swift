/// The frames that Kafka 3.4's tools print under an exception, by where it is thrown.
///
/// They are part of the tools' output: logs that are compared, and filters that swallow lines that begin with a tab and `at`, expect them.
enum StackTraces {
    /// A name of kafka-topics that matches nothing; `line` is the caller's.
    static func unknownTopic(_ action: String, line: Int, main: Int) -> [String] {
        [
            "kafka.admin.TopicCommand$.kafka$admin$TopicCommand$$ensureTopicExists(TopicCommand.scala:401)",
            "kafka.admin.TopicCommand$TopicService.\(action)Topic(TopicCommand.scala:\(line))",
            "kafka.admin.TopicCommand$.main(TopicCommand.scala:\(main))",
            "kafka.admin.TopicCommand.main(TopicCommand.scala)",
        ]
    }

    /// A value that a topic config does not take.
    static let topicConfigValue = [
        "org.apache.kafka.common.config.ConfigDef.parseType(ConfigDef.java:742)",
        "org.apache.kafka.common.config.ConfigDef.parseValue(ConfigDef.java:490)",
        "org.apache.kafka.common.config.ConfigDef.parse(ConfigDef.java:483)",
        "kafka.log.LogConfig$.validate(LogConfig.scala:443)",
        "kafka.admin.TopicCommand$.parseTopicConfigsToBeAdded(TopicCommand.scala:437)",
        "kafka.admin.TopicCommand$CommandTopicPartition.<init>(TopicCommand.scala:90)",
        "kafka.admin.TopicCommand$TopicService.createTopic(TopicCommand.scala:215)",
        "kafka.admin.TopicCommand$.main(TopicCommand.scala:55)",
        "kafka.admin.TopicCommand.main(TopicCommand.scala)",
    ]

    /// kafka-topics without --bootstrap-server.
    static let noBootstrapServer = [
        "kafka.admin.TopicCommand$TopicCommandOptions.checkArgs(TopicCommand.scala:619)",
        "kafka.admin.TopicCommand$.main(TopicCommand.scala:48)",
        "kafka.admin.TopicCommand.main(TopicCommand.scala)",
    ]

    /// A line of kafka-console-producer without its key.
    static let noKeySeparator = [
        "kafka.tools.ConsoleProducer$LineMessageReader.parse(ConsoleProducer.scala:381)",
        "kafka.tools.ConsoleProducer$LineMessageReader.readMessage(ConsoleProducer.scala:356)",
        "kafka.tools.ConsoleProducer$.main(ConsoleProducer.scala:50)",
        "kafka.tools.ConsoleProducer.main(ConsoleProducer.scala)",
    ]

    /// A resource that kafka-configs cannot describe.
    static let describeConfigs = [
        "java.base/java.util.concurrent.CompletableFuture.reportGet(CompletableFuture.java:396)",
        "java.base/java.util.concurrent.CompletableFuture.get(CompletableFuture.java:2096)",
        "org.apache.kafka.common.internals.KafkaFutureImpl.get(KafkaFutureImpl.java:180)",
        "kafka.admin.ConfigCommand$.getResourceConfig(ConfigCommand.scala:576)",
        "kafka.admin.ConfigCommand$.$anonfun$describeResourceConfig$4(ConfigCommand.scala:536)",
        "kafka.admin.ConfigCommand$.$anonfun$describeResourceConfig$4$adapted(ConfigCommand.scala:528)",
        "scala.collection.immutable.List.foreach(List.scala:334)",
        "kafka.admin.ConfigCommand$.describeResourceConfig(ConfigCommand.scala:528)",
        "kafka.admin.ConfigCommand$.describeConfig(ConfigCommand.scala:508)",
        "kafka.admin.ConfigCommand$.processCommand(ConfigCommand.scala:328)",
    ]

    /// A call of kafka-consumer-groups that failed.
    static let consumerGroups = [
        "java.base/java.util.concurrent.CompletableFuture.reportGet(CompletableFuture.java:396)",
        "java.base/java.util.concurrent.CompletableFuture.get(CompletableFuture.java:2073)",
        "org.apache.kafka.common.internals.KafkaFutureImpl.get(KafkaFutureImpl.java:165)",
    ]
}
