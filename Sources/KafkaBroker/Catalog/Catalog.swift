import KafkaWire

/// The topics, their configs, and the producer ids given out. Every change is in the metadata log before it is in memory, and memory changes
/// only by `replay`, so that a restart finds what operation made.
package final class Catalog {
    private var byName: [String: Topic] = [:]
    private var byID: [UUID: Topic] = [:]
    private var collisions: [String: String] = [:]
    /// Configs of everything but topics, which have their own themselves.
    private var configs: [ConfigResource: [String: String]] = [:]
    /// What topic configs are where a topic does not set them and the broker's defaults are not Kafka's.
    package var topicDefaults: [String: String] = [:] {
        didSet { for topic in byName.values { topic.defaults = topicDefaults } }
    }
    private var log: MetadataLog?
    private let random: () -> UInt64
    /// The next producer id, and the first that the log does not cover yet.
    private var nextProducerID: Int64 = 0
    private var producerIDsEnd: Int64 = 0

    /// Producer ids are logged a block at a time, as Kafka's controller does it.
    static let producerIDBlock: Int64 = 1000

    /// Opens the catalog in a directory and replays its log.
    package init(
        directory: String, syncs: Bool, on disk: any Disk, random: @escaping () -> UInt64
    ) throws(StorageError) {
        self.random = random
        log = try MetadataLog(directory: directory, syncs: syncs, on: disk) { replay($0) }
        nextProducerID = producerIDsEnd
    }

    // MARK: - Reading

    /// Every topic, by name.
    package var topics: [Topic] { byName.values.sorted { $0.name < $1.name } }

    /// The topic of a name.
    package func topic(named name: String) -> Topic? { byName[name] }

    /// The topic of an id.
    package func topic(id: UUID) -> Topic? { byID[id] }

    /// The topic whose name collides with this one, as Kafka has it; nil when none does.
    func collision(with name: String) -> String? {
        let other = collisions[TopicName.collisionKey(name)]
        return other == name ? nil : other
    }

    /// The configs that were set for a resource.
    package func configs(of resource: ConfigResource) -> [String: String] {
        resource.kind == .topic ? byName[resource.name]?.overrides ?? [:] : configs[resource] ?? [:]
    }

    /// The names of the resources of a kind that have configs of their own, in order. Not for topics.
    package func configured(_ kind: ConfigResource.Kind) -> [String] {
        configs.keys.filter { $0.kind == kind }.map(\.name).sorted()
    }

    // MARK: - Changing

    /// Makes a topic. The name is valid and new, the configs are valid.
    package func create(
        _ name: String, partitionCount: Int32, overrides: [String: String] = [:]
    ) throws(StorageError) -> Topic {
        var record = MetadataRecord.TopicRecord()
        record.name = name
        record.id = newID()
        record.partitionCount = partitionCount
        record.configs = overrides.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: $0.value) }
        try change(.topic(record))
        guard let topic = byID[record.id] else { preconditionFailure("replay makes the topic") }
        return topic
    }

    /// Deletes a topic.
    package func delete(_ topic: Topic) throws(StorageError) {
        try change(.removeTopic(.init(id: topic.id)))
    }

    /// Sets all configs of a resource, which are valid. A topic exists.
    package func setConfigs(_ configs: [String: String], of resource: ConfigResource) throws(StorageError) {
        var record = MetadataRecord.ConfigsRecord()
        record.resourceType = resource.kind.rawValue
        record.resourceName = resource.name
        record.configs = configs.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: $0.value) }
        try change(.configs(record))
    }

    /// Gives a topic more partitions.
    package func setPartitionCount(_ count: Int32, of topic: Topic) throws(StorageError) {
        try change(.partitions(.init(topicID: topic.id, partitionCount: count)))
    }

    /// An id for an idempotent producer, never given out before.
    package func takeProducerID() throws(StorageError) -> Int64 {
        if nextProducerID == producerIDsEnd {
            try change(.producerIDs(.init(nextProducerID: producerIDsEnd + Self.producerIDBlock)))
        }
        defer { nextProducerID += 1 }
        return nextProducerID
    }

    private func newID() -> UUID {
        // Kafka gives no id whose text begins with a hyphen: it would look like an option on a command line.
        while true {
            let id = UUID(randomHigh: random(), randomLow: random())
            if byID[id] == nil && !id.description.hasPrefix("-") { return id }
        }
    }

    private func change(_ record: MetadataRecord) throws(StorageError) {
        try log?.append(record)
        replay(record)
    }

    /// How many changes there have been: the metadata's offset, as the quorum tells it.
    package private(set) var changeCount: Int64 = 0

    private func replay(_ record: MetadataRecord) {
        changeCount += 1
        switch record {
        case .topic(let record):
            let overrides = Dictionary(record.configs.map { ($0.name, $0.value) }) { $1 }
            let topic = Topic(
                name: record.name, id: record.id, partitionCount: record.partitionCount, overrides: overrides,
                defaults: topicDefaults)
            byName[topic.name] = topic
            byID[topic.id] = topic
            collisions[TopicName.collisionKey(topic.name)] = topic.name
        case .removeTopic(let record):
            guard let topic = byID.removeValue(forKey: record.id) else { return }
            byName[topic.name] = nil
            collisions[TopicName.collisionKey(topic.name)] = nil
        case .producerIDs(let record):
            producerIDsEnd = record.nextProducerID
        case .configs(let record):
            guard let kind = ConfigResource.Kind(rawValue: record.resourceType) else { return }
            let resource = ConfigResource(kind, record.resourceName)
            let values = Dictionary(record.configs.map { ($0.name, $0.value) }) { $1 }
            if kind == .topic {
                byName[resource.name]?.overrides = values
            } else {
                configs[resource] = values.isEmpty ? nil : values
            }
        case .partitions(let record):
            byID[record.topicID]?.partitionCount = record.partitionCount
        }
    }
}
