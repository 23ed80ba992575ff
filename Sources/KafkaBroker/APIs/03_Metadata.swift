import KafkaWire

extension Metadata: ServedAPI {
    /// What a client may do where nothing is forbidden: the bits of READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, DESCRIBE_CONFIGS and
    /// ALTER_CONFIGS on a topic (org.apache.kafka.common.acl.AclOperation).
    static let allTopicOperations: Int32 =
        1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 10 | 1 << 11
    /// CREATE, ALTER, DESCRIBE, CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS and IDEMPOTENT_WRITE on the cluster.
    static let allClusterOperations: Int32 =
        1 << 5 | 1 << 7 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12

    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        var node = Response.Broker()
        node.nodeID = broker.configuration.nodeID
        node.host = context.client.advertisedHost
        node.port = context.client.advertisedPort
        node.rack = broker.configuration.properties["broker.rack"]
        response.brokers = [node]
        response.clusterID = broker.configuration.clusterID
        response.controllerID = broker.configuration.nodeID
        if request.includeClusterAuthorizedOperations { response.clusterAuthorizedOperations = allClusterOperations }
        response.topics = asked(request, context, broker).map { topic in
            var topic = topic
            if request.includeTopicAuthorizedOperations && topic.errorCode == .none {
                topic.topicAuthorizedOperations = allTopicOperations
            }
            return topic
        }
        return .now(response)
    }

    /// Null means every topic; so does an empty list in version 0.
    private static func asked(_ request: Request, _ context: RequestContext, _ broker: Broker) -> [Response.Topic] {
        guard let topics = request.topics, !(context.version == 0 && topics.isEmpty) else {
            return broker.catalog.topics.map { describe($0, broker) }
        }
        // Versions 10 and 11 have the field for ids, but Kafka answers them only from 12 on and refuses the request as a whole.
        if context.version < 12, topics.contains(where: { $0.name == nil || $0.topicID != .zero }) {
            return topics.map { failed($0.name ?? "", $0.topicID, .invalidRequest) }
        }
        var seen: Set<Request.Topic> = []
        return topics.compactMap { asked in
            guard seen.insert(asked).inserted else { return nil }
            guard asked.topicID == .zero else {
                if let topic = broker.catalog.topic(id: asked.topicID) { return describe(topic, broker) }
                return failed(nil, asked.topicID, .unknownTopicID)
            }
            guard let name = asked.name else { return failed(nil, .zero, .unknownTopicID) }
            if let topic = broker.catalog.topic(named: name) { return describe(topic, broker) }
            return missing(name, mayCreate: context.version < 4 || request.allowAutoTopicCreation, broker)
        }
    }

    private static func missing(_ name: String, mayCreate: Bool, _ broker: Broker) -> Response.Topic {
        guard TopicName.fault(in: name) == nil else { return failed(name, .zero, .invalidTopicException) }
        guard mayCreate, broker.configuration.autoCreateTopics else {
            return failed(name, .zero, .unknownTopicOrPartition)
        }
        do throws(Broker.TopicRefusal) {
            return describe(try broker.autoCreate(name), broker)
        } catch {
            return failed(name, .zero, error.error)
        }
    }

    private static func failed(_ name: String?, _ id: UUID, _ error: KafkaError) -> Response.Topic {
        var topic = Response.Topic()
        topic.name = name
        topic.topicID = id
        topic.errorCode = error
        return topic
    }

    private static func describe(_ topic: Topic, _ broker: Broker) -> Response.Topic {
        var described = Response.Topic()
        described.name = topic.name
        described.topicID = topic.id
        described.isInternal = topic.isInternal
        let node = broker.configuration.nodeID
        described.partitions = (0..<topic.partitionCount).map { index in
            var partition = Response.Topic.Partition()
            partition.partitionIndex = index
            partition.leaderID = node
            partition.leaderEpoch = broker.leaderEpoch(of: topic, index)
            partition.replicaNodes = [node]
            partition.isrNodes = [node]
            return partition
        }
        return described
    }
}
