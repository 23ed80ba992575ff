import KafkaWire
import Testing

@testable import KafkaTools

@Suite("Topics and offsets by tool")
struct TopicsToolTests {
    @Test(
        "A topic's expression matches whole names; commas part, quotes and blanks are dropped",
        arguments: [
            ("orders", ["orders"]), ("order.*", ["order-events", "orders"]), ("a,orders", ["a", "orders"]),
            ("\"order-\\w+\" ", ["order-events"]), ("^(?!order).*$", ["a"]),
        ])
    func expressions(_ expression: String, _ names: [String]) throws {
        let filter = try TopicFilter(expression)
        #expect(["a", "order-events", "orders"].filter(filter.matches) == names)
    }

    @Test("What is no expression is refused")
    func noExpression() {
        #expect(throws: ToolError.exception(.init("java.lang.RuntimeException", "a( is an invalid regex."))) {
            _ = try TopicFilter("a(")
        }
    }

    @Test("Partitions come in the order of Java's HashMap")
    func hashOrder() {
        let partitions = (0..<3).map { TopicPartition(topic: "order-events", partition: $0) }
        let sorted = JavaHashOrder.sorted(partitions, by: JavaHashOrder.hash)
        #expect(sorted.map(\.partition) == [2, 1, 0])
        #expect(JavaHashOrder.hash("order-events") == -782987144)
    }

    @Test("Configs come in the order of Java's HashMap, as Kafka 3.4 lists those of a topic")
    func configOrder() {
        let names = [
            "compression.type", "leader.replication.throttled.replicas", "message.downconversion.enable",
            "min.insync.replicas", "segment.jitter.ms", "cleanup.policy", "flush.ms",
            "follower.replication.throttled.replicas", "segment.bytes", "retention.ms", "flush.messages",
            "message.format.version", "max.compaction.lag.ms", "file.delete.delay.ms", "max.message.bytes",
            "min.compaction.lag.ms", "message.timestamp.type", "preallocate", "min.cleanable.dirty.ratio",
            "index.interval.bytes", "unclean.leader.election.enable", "retention.bytes", "delete.retention.ms",
            "segment.ms", "message.timestamp.difference.max.ms", "segment.index.bytes",
        ]
        #expect(JavaHashOrder.sorted(names, by: JavaHashOrder.hash) == names)
    }

    @Test(
        "Partition patterns: a number, a range without its end, open ends, any topic",
        arguments: [
            ("a:1", ["a-1"]), ("a:0-2", ["a-0", "a-1"]), ("a:2-", ["a-2", "a-3"]), ("b:-1", ["b-0"]),
            (":3", ["a-3"]), ("b", ["b-0", "b-1"]), ("a:0,b:1", ["a-0", "b-1"]),
        ])
    func patterns(_ text: String, _ expected: [String]) throws {
        let filter = try PartitionFilter(ParsedOptions(["--topic-partitions", text], GetOffsetsTool.options))
        let all =
            (0..<4).map { TopicPartition(topic: "a", partition: $0) }
            + (0..<2).map { TopicPartition(topic: "b", partition: $0) }
        #expect(all.filter(filter.matches).map(\.description) == expected)
    }

    @Test("Special times have names and numbers, and others are milliseconds")
    func times() throws {
        #expect(try OffsetTime("earliest").timestamp == -2)
        #expect(try OffsetTime("-3").timestamp == -3)
        #expect(try OffsetTime("1700000000000").timestamp == 1_700_000_000_000)
        #expect(throws: ToolError.self) { try OffsetTime("noon") }
    }

    @Test("A new topic takes its configs, and assignments by hand")
    func newTopic() throws {
        let words = ["--topic", "t", "--config", "a = b", "--replica-assignment", "1:2,2:1"]
        let topic = try NewTopic(ParsedOptions(words, TopicsTool.options))
        #expect(topic.request.configs.map(\.name) == ["a"] && topic.request.configs[0].value == "b")
        #expect(topic.request.assignments.map(\.brokerIDs) == [[1, 2], [2, 1]])
        #expect(topic.request.numPartitions == -1 && topic.request.replicationFactor == -1)
        for bad in ["1:1", "1,2:3", "x"] { #expect(throws: ToolError.self) { try NewTopic.assignment(bad) } }
    }
}

@Suite("The list of tools")
struct ToolsTests {
    @Test("Every name and every class leads to its tool, with and without .sh")
    func resolves() {
        for tool in Tools.all {
            #expect(Tools.named(tool.name)?.name == tool.name && Tools.named(tool.name + ".sh")?.name == tool.name)
            for name in tool.classes { #expect(Tools.ofClass(name)?.name == tool.name) }
        }
        #expect(Tools.named("kafka-nosuch") == nil && Tools.named("topics") == nil)
    }

    @Test("Names, classes and the options of a tool stand once")
    func unique() {
        #expect(Set(KafkaTools.names).count == Tools.all.count)
        let classes = Tools.all.flatMap { $0.classes }
        #expect(Set(classes).count == classes.count)
        for tool in Tools.all {
            let names = tool.options.map(\.name)
            #expect(Set(names).count == names.count, "\(tool.name)")
        }
    }
}
