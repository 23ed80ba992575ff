import KafkaWire
import Testing

@testable import KafkaBroker

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("Catalog") struct CatalogTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    func open() throws -> Broker {
        try Broker(.init(directory: directory.path), now: 0)
    }

    func refusal(_ new: Broker.NewTopic, _ broker: Broker) -> Broker.TopicRefusal? {
        do throws(Broker.TopicRefusal) {
            _ = try broker.create(new)
            return nil
        } catch { return error }
    }

    @Test("Topics, their ids and configs, and given-out producer ids are found again after a restart")
    func restart() throws {
        var new = Broker.NewTopic(name: "a")
        new.partitionCount = 3
        new.configs = [("retention.ms", " 5 ")]
        let broker = try open()
        let made = try broker.create(new)
        let gone = try broker.create(.init(name: "gone"))
        try broker.delete(gone)
        let first = try broker.catalog.takeProducerID()

        let again = try open()
        #expect(again.catalog.topics.map(\.name) == ["a"])
        let found = try #require(again.catalog.topic(id: made.id))
        #expect(found.partitionCount == 3)
        #expect(found.overrides == ["retention.ms": "5"])
        #expect(found.configuration.retentionMillis == 5)
        #expect(try again.catalog.takeProducerID() > first)
    }

    @Test("A producer id is never given out twice, also across blocks and restarts")
    func producerIDs() throws {
        var seen = Set<Int64>()
        for _ in 0..<3 {
            let broker = try open()
            for _ in 0..<1500 { #expect(seen.insert(try broker.catalog.takeProducerID()).inserted) }
        }
    }

    @Test("An entry that is torn at the end of the metadata log is cut, at whatever byte", arguments: 1...20)
    func tornTail(cut: Int) throws {
        do {
            let broker = try open()
            _ = try broker.create(.init(name: "kept"))
            _ = try broker.create(.init(name: "torn"))
        }
        let path = directory.path + "/" + MetadataLog.fileName
        var status = stat()
        stat(path, &status)
        truncate(path, status.st_size - off_t(cut))
        #expect(try open().catalog.topics.map(\.name) == ["kept"])
        _ = try open().create(.init(name: "next"))
        #expect(try open().catalog.topics.map(\.name) == ["kept", "next"])
    }

    @Test("A metadata log of a newer program is refused and left alone")
    func newer() throws {
        let path = directory.path + "/" + MetadataLog.fileName
        let body: [UInt8] = [99, 0]
        var bytes: [UInt8] = [0, 0, 0, 2]
        withUnsafeBytes(of: CRC32C.checksum(body).bigEndian) { bytes += $0 }
        bytes += body
        let file = fopen(path, "w")
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
        #expect(throws: StorageError.self) { try open() }
        var status = stat()
        stat(path, &status)
        #expect(status.st_size == 10)
    }

    @Test("A topic is refused with Kafka's error and words")
    func refusals() throws {
        let broker = try open()
        _ = try broker.create(.init(name: "a.b"))
        func new(_ name: String, _ change: (inout Broker.NewTopic) -> Void = { _ in }) -> Broker.NewTopic {
            var new = Broker.NewTopic(name: name)
            change(&new)
            return new
        }
        let cases: [(Broker.NewTopic, KafkaError, String)] = [
            (new("a.b"), .topicAlreadyExists, "Topic 'a.b' already exists."),
            (new("a_b"), .invalidTopicException, "Topic 'a_b' collides with existing topic: a.b"),
            (new(""), .invalidTopicException, "Topic name is invalid: the empty string is not allowed"),
            (new(".."), .invalidTopicException, "Topic name is invalid: '..' is not allowed"),
            (
                new("a/b"), .invalidTopicException,
                "Topic name is invalid: 'a/b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"
            ),
            (
                new("x") { $0.partitionCount = 0 }, .invalidPartitions,
                "Number of partitions was set to an invalid non-positive value."
            ),
            (
                new("x") { $0.replicationFactor = 0 }, .invalidReplicationFactor,
                "Replication factor was set to an invalid non-positive value."
            ),
            (
                new("x") { $0.replicationFactor = 3 }, .invalidReplicationFactor,
                "Unable to replicate the partition 3 time(s): The target replication factor of 3 cannot be reached because only 1 broker(s) are registered."
            ),
            (new("x") { $0.configs = [("no.such", "1")] }, .invalidConfig, "Unknown topic config name: no.such"),
            (
                new("x") { $0.configs = [("retention.ms", "abc")] }, .invalidConfig,
                "Invalid value abc for configuration retention.ms: Not a number of type LONG"
            ),
            (
                new("x") { $0.configs = [("cleanup.policy", "shred")] }, .invalidConfig,
                "Invalid value shred for configuration cleanup.policy: String must be one of: compact, delete"
            ),
            (
                new("x") { $0.assignments = [(0, [2])] }, .invalidReplicaAssignment,
                "The manual partition assignment includes broker 2, but no such broker is registered."
            ),
            (
                new("x") { $0.assignments = [(1, [1])] }, .invalidReplicaAssignment,
                "partitions should be a consecutive 0-based integer sequence"
            ),
        ]
        for (new, error, message) in cases {
            let refused = try #require(refusal(new, broker), "\(new.name)")
            #expect(refused.error == error)
            #expect(refused.message == message)
        }
        #expect(broker.catalog.topics.map(\.name) == ["a.b"])
    }

    @Test("A name of 249 characters is good, one of 250 is not")
    func longName() {
        #expect(TopicName.fault(in: String(repeating: "a", count: 249)) == nil)
        #expect(TopicName.fault(in: String(repeating: "a", count: 250)) != nil)
    }

    @Test("Every topic config's default is a value that it takes itself")
    func defaults() {
        for definition in TopicConfigs.all where !(definition.defaultValue ?? "").isEmpty {
            #expect(definition.fault(in: definition.defaultValue!) == nil, "\(definition.name)")
        }
        #expect(TopicConfigs.all.map(\.name) == TopicConfigs.all.map(\.name).sorted())
    }
}
