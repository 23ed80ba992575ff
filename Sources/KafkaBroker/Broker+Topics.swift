import KafkaWire

extension Broker {
    /// A topic could not be made: what a client is told.
    package struct TopicRefusal: Error {
        package let error: KafkaError
        package let message: String?
    }

    /// What is asked of a new topic; -1 takes the broker's default.
    package struct NewTopic {
        package var name: String
        package var partitionCount: Int32 = -1
        package var replicationFactor: Int16 = -1
        /// Partition numbers and the brokers that shall have them, when the client assigns by hand.
        package var assignments: [(partition: Int32, brokers: [Int32])] = []
        package var configs: [(name: String, value: String?)] = []

        package init(name: String) { self.name = name }
    }

    /// The most partitions of one request (org.apache.kafka.controller.ReplicationControlManager).
    static let partitionsPerRequestMax: Int32 = 10_000

    /// Checks what Kafka checks, in its order; returns how many partitions there will be.
    package func check(_ new: NewTopic) throws(TopicRefusal) -> Int32 {
        func refuse(_ error: KafkaError, _ message: String) -> TopicRefusal {
            TopicRefusal(error: error, message: message)
        }
        if let fault = TopicName.fault(in: new.name) { throw refuse(.invalidTopicException, fault) }
        if catalog.topic(named: new.name) != nil {
            throw refuse(.topicAlreadyExists, "Topic '\(new.name)' already exists.")
        }
        if let other = catalog.collision(with: new.name) {
            throw refuse(.invalidTopicException, "Topic '\(new.name)' collides with existing topic: \(other)")
        }
        if let fault = TopicConfigs.fault(in: new.configs) { throw refuse(.invalidConfig, fault) }
        guard new.assignments.isEmpty else { return try checkAssignments(new) }
        guard new.replicationFactor >= 1 || new.replicationFactor == -1 else {
            throw refuse(
                .invalidReplicationFactor, "Replication factor was set to an invalid non-positive value.")
        }
        guard new.partitionCount >= 1 || new.partitionCount == -1 else {
            throw refuse(.invalidPartitions, "Number of partitions was set to an invalid non-positive value.")
        }
        let count = new.partitionCount == -1 ? configuration.numPartitions : new.partitionCount
        guard count <= Self.partitionsPerRequestMax else {
            throw refuse(.policyViolation, "Excessively large number of partitions per request.")
        }
        let factor = new.replicationFactor == -1 ? configuration.defaultReplicationFactor : Int32(new.replicationFactor)
        guard factor <= 1 || configuration.lenientReplication else {
            throw refuse(
                .invalidReplicationFactor,
                "Unable to replicate the partition \(factor) time(s): The target replication factor of "
                    + "\(factor) cannot be reached because only 1 broker(s) are registered.")
        }
        return count
    }

    private func checkAssignments(_ new: NewTopic) throws(TopicRefusal) -> Int32 {
        func refuse(_ error: KafkaError, _ message: String) -> TopicRefusal {
            TopicRefusal(error: error, message: message)
        }
        guard new.replicationFactor == -1 else {
            throw refuse(
                .invalidRequest,
                "A manual partition assignment was specified, but replication factor was not set to -1.")
        }
        guard new.partitionCount == -1 else {
            throw refuse(
                .invalidRequest,
                "A manual partition assignment was specified, but numPartitions was not set to -1.")
        }
        guard new.assignments.count <= Self.partitionsPerRequestMax else {
            throw refuse(.policyViolation, "Excessively large number of partitions per request.")
        }
        var assigned: Set<Int32> = []
        for (partition, brokers) in new.assignments {
            try checkReplicas(brokers)
            guard assigned.insert(partition).inserted else {
                throw refuse(
                    .invalidReplicaAssignment, "Found multiple manual partition assignments for partition \(partition)")
            }
        }
        let numbers = new.assignments.map(\.partition).sorted()
        guard numbers == Array(0..<Int32(numbers.count)) else {
            throw refuse(
                .invalidReplicaAssignment, "partitions should be a consecutive 0-based integer sequence")
        }
        return Int32(numbers.count)
    }

    /// Checks the brokers that a client assigns to a partition by hand.
    func checkReplicas(_ brokers: [Int32]) throws(TopicRefusal) {
        func refuse(_ message: String) -> TopicRefusal {
            TopicRefusal(error: .invalidReplicaAssignment, message: message)
        }
        guard !brokers.isEmpty else {
            throw refuse("The manual partition assignment includes an empty replica list.")
        }
        if let unknown = brokers.sorted().first(where: { $0 != configuration.nodeID }) {
            throw refuse(
                "The manual partition assignment includes broker \(unknown), but no such broker is registered.")
        }
        guard brokers.count == 1 else {
            throw refuse(
                "The manual partition assignment includes the broker \(configuration.nodeID) more than once.")
        }
    }

    /// Makes a topic, or says why not as Kafka says it.
    package func create(_ new: NewTopic) throws(TopicRefusal) -> Topic {
        let count = try check(new)
        var overrides: [String: String] = [:]
        for (name, value) in new.configs {
            if let definition = TopicConfigs.named(name), let value { overrides[name] = definition.canonical(value) }
        }
        do throws(StorageError) {
            return try catalog.create(new.name, partitionCount: count, overrides: overrides)
        } catch {
            throw TopicRefusal(error: .kafkaStorageError, message: error.description)
        }
    }

    /// The topic of groups and their offsets, made when it is first needed.
    package func consumerOffsetsTopic() throws(TopicRefusal) -> Topic {
        if let topic = catalog.topic(named: Topic.consumerOffsets) { return topic }
        var new = NewTopic(name: Topic.consumerOffsets)
        new.replicationFactor = 1
        new.partitionCount = configuration.offsetsTopicPartitionCount
        new.configs = [
            ("cleanup.policy", "compact"), ("compression.type", "producer"),
            ("segment.bytes", "\(max(configuration.offsetsTopicSegmentBytes, 1 << 20))"),
        ]
        return try create(new)
    }

    /// Makes a topic that is asked for and does not exist, where the broker does that.
    package func autoCreate(_ name: String) throws(TopicRefusal) -> Topic {
        if name == Topic.consumerOffsets { return try consumerOffsetsTopic() }
        return try create(NewTopic(name: name))
    }

    /// Deletes a topic and what belongs to it.
    package func delete(_ topic: Topic) throws(StorageError) {
        try catalog.delete(topic)
        logs.delete(topicNamed: topic.name, id: topic.id, partitionCount: topic.partitionCount)
        groups.topicDeleted(topic)
    }

    /// Deletes every topic, and with the topic of offsets every group: its members are told to look for their coordinator again, and
    /// join a group that knows nothing.
    package func deleteAllTopics() throws(StorageError) {
        // First the groups: else what they have committed for each of the others would be taken back one by one.
        if let topic = catalog.topic(named: Topic.consumerOffsets) { try delete(topic) }
        for topic in catalog.topics { try delete(topic) }
    }

    /// The leader epoch of a partition: it is raised after every stop that was not clean.
    package func leaderEpoch(of topic: Topic, _ index: Int32) -> Int32 { logs.leaderEpoch }
}
