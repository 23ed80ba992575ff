import KafkaWire

/// Before version 8 a request asks for one group, from then on for several. An unknown group has committed nothing, which is no error.
extension OffsetFetch: ServedAPI {
    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        if context.version >= 8 {
            // A group that is asked for many times is answered once: the answer can be much longer than the question.
            var seen: Set<Request.Group> = []
            response.groups = request.groups.compactMap { asked in
                guard seen.insert(asked).inserted else { return nil }
                var answered = Response.Group()
                answered.groupID = asked.groupID
                answered.topics = topics(of: asked, context, broker)
                return answered
            }
            return .now(response)
        }
        let group = broker.groups.coordinator.group(GroupID(request.groupID))
        if let topics = request.topics {
            response.topics = topics.map { asked in
                topic(asked.name, asked.partitionIndexes.map { ($0, group?.committedOffset(asked.name, $0)) })
            }
        } else {
            response.topics = (group?.allOffsets ?? []).map { topic($0.topic, $0.partitions.map { ($0.0, $0.1) }) }
        }
        return .now(response)
    }

    private static func topics(
        of asked: Request.Group, _ context: RequestContext, _ broker: Broker
    ) -> [Response.Group.GroupTopic] {
        let group = broker.groups.coordinator.group(GroupID(asked.groupID))
        guard let topics = asked.topics else {
            return (group?.allOffsets ?? []).compactMap { topic, partitions in
                let id = broker.catalog.topic(named: topic)?.id
                // From version 10 on a topic has only its id to be named by.
                guard context.version < 10 || id != nil else { return nil }
                return groupTopic(topic, id ?? .zero, partitions.map { ($0.0, $0.1) })
            }
        }
        return topics.map { asked in
            guard context.version >= 10 else {
                return groupTopic(
                    asked.name, .zero, asked.partitionIndexes.map { ($0, group?.committedOffset(asked.name, $0)) })
            }
            guard let topic = broker.catalog.topic(id: asked.topicID) else {
                return groupTopic("", asked.topicID, asked.partitionIndexes.map { ($0, nil) }, .unknownTopicID)
            }
            return groupTopic(
                topic.name, topic.id, asked.partitionIndexes.map { ($0, group?.committedOffset(topic.name, $0)) })
        }
    }

    private static func topic(
        _ name: String, _ partitions: [(index: Int32, offset: CommittedOffset?)]
    ) -> Response.Topic {
        var topic = Response.Topic()
        topic.name = name
        topic.partitions = partitions.map { index, offset in
            var partition = Response.Topic.Partition()
            partition.partitionIndex = index
            partition.committedOffset = offset?.offset ?? -1
            partition.committedLeaderEpoch = offset?.leaderEpoch ?? -1
            partition.metadata = offset?.metadata ?? ""
            return partition
        }
        return topic
    }

    private static func groupTopic(
        _ name: String, _ id: UUID, _ partitions: [(index: Int32, offset: CommittedOffset?)],
        _ error: KafkaError = .none
    ) -> Response.Group.GroupTopic {
        var topic = Response.Group.GroupTopic()
        topic.name = name
        topic.topicID = id
        topic.partitions = partitions.map { index, offset in
            var partition = Response.Group.GroupTopic.GroupPartition()
            partition.partitionIndex = index
            partition.committedOffset = offset?.offset ?? -1
            partition.committedLeaderEpoch = offset?.leaderEpoch ?? -1
            partition.metadata = offset?.metadata ?? ""
            partition.errorCode = error
            return partition
        }
        return topic
    }
}
