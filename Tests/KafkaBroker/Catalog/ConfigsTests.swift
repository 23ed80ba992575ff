import KafkaWire
import Testing

@testable import KafkaBroker

@Suite("Configs") struct ConfigsTests {
    @Test("Every default is a value that its config takes; every config has one sentence")
    func defaults() {
        for definition in TopicConfigs.all + BrokerConfigs.all + GroupConfigs.all + ClientMetricsConfigs.all {
            if let value = definition.defaultValue, definition.name != "process.roles" {
                #expect(definition.fault(in: value) == nil, "\(definition.name)")
            }
            #expect(definition.documentation.hasSuffix("."), "\(definition.name)")
        }
    }

    @Test("Names stand once and in order; every synonym is a broker config with the same default")
    func names() {
        for all in [TopicConfigs.all, BrokerConfigs.all, GroupConfigs.all] {
            let names = all.map(\.name)
            #expect(names == Set(names).sorted())
        }
        let settings = BrokerSettings(fixed: [:])
        for definition in TopicConfigs.all + GroupConfigs.all {
            for synonym in definition.synonyms { #expect(BrokerConfigs.named(synonym) != nil, "\(synonym)") }
        }
        for definition in TopicConfigs.all {
            #expect(settings.topicDefault(definition) == definition.defaultValue, "\(definition.name)")
        }
        #expect(settings.topicDefaults.isEmpty)
    }

    @Test(
        "The broker's hours and minutes are its topics' milliseconds; the finest unit wins",
        arguments: [
            (["log.retention.hours": "2"], "7200000"), (["log.retention.minutes": "2"], "120000"),
            (["log.retention.hours": "2", "log.retention.minutes": "3"], "180000"),
            (["log.retention.ms": "5", "log.retention.minutes": "3"], "5"), (["log.retention.hours": "-7"], "-1"),
        ])
    func units(_ fixed: [String: String], _ millis: String) {
        #expect(BrokerSettings(fixed: fixed).topicDefaults == ["retention.ms": millis])
    }

    @Test("A value set for the broker wins over one for all brokers, that over its set-up")
    func layers() {
        var settings = BrokerSettings(fixed: ["log.segment.bytes": "1", "num.partitions": "5"])
        settings.cluster = ["log.segment.bytes": "2"]
        settings.node = ["log.segment.bytes": "3"]
        #expect(settings.value("log.segment.bytes") == "3" && settings.value("num.partitions") == "5")
        let sources = settings.synonyms(of: "log.segment.bytes").map(\.source)
        #expect(sources == [.dynamicBroker, .dynamicDefaultBroker, .staticBroker, .default])
    }

    @Test("What was changed is there after a restart; a topic's partitions and a deleted topic's configs as well")
    func restart() throws {
        let directory = try TemporaryDirectory()
        func broker() throws -> Broker { try Broker(Broker.Configuration(directory: directory.path), now: 0) }
        var first: Broker? = try broker()
        _ = try first?.create(.init(name: "t"))
        _ = try first?.create(.init(name: "gone"))
        try first?.replaceConfigs(2, "t", [("retention.ms", " 7 ")], validateOnly: false)
        try first?.replaceConfigs(2, "gone", [("retention.ms", "7")], validateOnly: false)
        try first?.replaceConfigs(4, "", [("log.retention.bytes", "9")], validateOnly: false)
        try first?.replaceConfigs(32, "g", [("consumer.session.timeout.ms", "46000")], validateOnly: false)
        if let gone = first?.catalog.topic(named: "gone") { try first?.delete(gone) }
        if let topic = first?.catalog.topic(named: "t") { try first?.catalog.setPartitionCount(4, of: topic) }
        first?.close(now: 0)
        first = nil
        let second = try broker()
        let topic = try #require(second.catalog.topic(named: "t"))
        #expect(topic.overrides == ["retention.ms": "7"] && topic.partitionCount == 4)
        #expect(topic.configuration.retentionMillis == 7 && topic.configuration.retentionBytes == 9)
        #expect(second.catalog.configured(.group) == ["g"])
        #expect(try second.create(.init(name: "gone")).overrides.isEmpty)
    }

    @Test("What is said to work exists")
    func effects() {
        #expect(ConfigEffects.topic.allSatisfy { TopicConfigs.named($0) != nil })
        #expect(ConfigEffects.broker.allSatisfy { BrokerConfigs.named($0) != nil })
    }

    @Test("CreateTopics tells every config with its source, also where the broker's set-up says it in another unit")
    func created() throws {
        let fixture = try BrokerFixture { _ = $0.set("log.retention.hours", "1") }
        var topic = CreateTopics.Request.Topic()
        topic.name = "t"
        topic.numPartitions = 1
        topic.replicationFactor = 1
        var config = CreateTopics.Request.Topic.Config()
        config.name = "segment.ms"
        config.value = "5"
        topic.configs = [config]
        var request = CreateTopics.Request()
        request.topics = [topic]
        let configs = try #require(try fixture.ask(CreateTopics.self, 7, request).topics.first?.configs)
        let told = Dictionary(uniqueKeysWithValues: configs.map { ($0.name, ($0.value, $0.configSource)) })
        #expect(configs.count == TopicConfigs.all.count)
        #expect(told["segment.ms"]?.0 == "5" && told["segment.ms"]?.1 == 1)
        #expect(told["retention.ms"]?.0 == "3600000" && told["retention.ms"]?.1 == 4)
        #expect(told["segment.bytes"]?.0 == "1073741824" && told["segment.bytes"]?.1 == 5)
    }

    @Test("A data directory keeps its cluster's id; a new one gets the one that is wanted, or a random one")
    func clusterID() throws {
        let directory = try TemporaryDirectory()
        func id(_ wanted: String?) throws -> String {
            try MetaProperties.clusterID(
                in: directory.path, wanted: wanted, nodeID: 1, random: { UInt64.random(in: .min ... .max) })
        }
        let first = try id(nil)
        #expect(first.utf8.count == 22 && !first.hasPrefix("-"))
        #expect(try id(nil) == first && id("other") == first)
        let other = try TemporaryDirectory()
        #expect(
            try MetaProperties.clusterID(in: other.path, wanted: "mine", nodeID: 1, random: { 0 }) == "mine")
    }

    @Test("A config of the broker itself can be changed while it runs, and goes back")
    func dynamicFields() throws {
        let fixture = try BrokerFixture { $0.logCleanerBackoffMillis = 7 }
        try fixture.broker.replaceConfigs(4, "1", [("log.cleaner.backoff.ms", "9")], validateOnly: false)
        #expect(fixture.broker.configuration.logCleanerBackoffMillis == 9)
        #expect(fixture.broker.settings.synonyms(of: "log.cleaner.backoff.ms").map(\.value) == ["9", "7", "15000"])
        try fixture.broker.replaceConfigs(4, "1", [], validateOnly: false)
        #expect(fixture.broker.configuration.logCleanerBackoffMillis == 7)
    }

    @Test("Partitions of the groups' topic stay as many as they are; a request describes a bounded number of groups")
    func bounds() throws {
        let fixture = try BrokerFixture()
        _ = try fixture.broker.consumerOffsetsTopic()
        var topic = CreatePartitions.Request.Topic()
        topic.name = Topic.consumerOffsets
        topic.count = 60
        topic.assignments = nil
        var request = CreatePartitions.Request()
        request.topics = [topic]
        #expect(try fixture.ask(CreatePartitions.self, 3, request).results[0].errorCode == .invalidRequest)
        var describe = DescribeConfigs.Request()
        describe.resources = (0...10_000).map {
            var resource = DescribeConfigs.Request.Resource()
            resource.resourceType = ConfigResource.Kind.group.rawValue
            resource.resourceName = "\($0)"
            resource.configurationKeys = ["none"]
            return resource
        }
        let results = try fixture.ask(DescribeConfigs.self, 4, describe).results
        #expect(results.dropLast().allSatisfy { $0.errorCode == .none } && results.last?.errorCode == .invalidRequest)
    }

    @Test("A broker's set-up by name reaches its values; what Kafka refuses is refused")
    func setUp() {
        var configuration = Broker.Configuration(directory: "/data")
        #expect(configuration.set("num.partitions", " 3 ") == nil && configuration.numPartitions == 3)
        #expect(configuration.set("auto.create.topics.enable", "FALSE") == nil && !configuration.autoCreateTopics)
        #expect(configuration.set("log.retention.hours", "1") == nil)
        #expect(configuration.properties == ["log.retention.hours": "1"])
        #expect(configuration.set("broker.id", "-1") == nil && configuration.nodeID == 1)
        #expect(configuration.set("broker.id", "4") == nil && configuration.nodeID == 4)
        #expect(configuration.set("no.such", "1") == "Unknown broker config name: no.such")
        #expect(
            configuration.set("num.partitions", "0")
                == "Invalid value 0 for configuration num.partitions: Value must be at least 1")
        #expect(configuration.fixed["num.partitions"] == "3" && configuration.fixed["log.dirs"] == "/data")
    }
}
