import KafkaWire

extension OffsetCommit: ServedAPI {
    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        var commit = GroupRequest.CommitRequest(
            memberID: request.memberID, instanceID: request.groupInstanceID,
            generation: request.generationIDOrMemberEpoch,
            unknownGroupError: context.version >= 9 ? .groupIDNotFound : .illegalGeneration, offsets: [])
        // Where in the response the outcome of each offset belongs.
        var places: [(topic: Int, partition: Int)] = []

        for asked in request.topics {
            var answered = Response.Topic()
            answered.name = asked.name
            answered.topicID = asked.topicID
            let topic =
                context.version >= 10
                ? broker.catalog.topic(id: asked.topicID) : broker.catalog.topic(named: asked.name)
            for partition in asked.partitions {
                var outcome = Response.Topic.Partition()
                outcome.partitionIndex = partition.partitionIndex
                if let topic, topic.hasPartition(partition.partitionIndex) {
                    places.append((response.topics.count, answered.partitions.count))
                    commit.offsets.append(
                        (
                            TopicPartition(topic: topic.name, partition: partition.partitionIndex),
                            offset(partition, request, context)
                        ))
                } else {
                    let isUnknownID = topic == nil && context.version >= 10
                    outcome.errorCode = isUnknownID ? .unknownTopicID : .unknownTopicOrPartition
                }
                answered.partitions.append(outcome)
            }
            response.topics.append(answered)
        }
        guard !places.isEmpty else { return .now(response) }

        return broker.groups.submit(OffsetCommit.self, .commit(commit), to: request.groupID, context) { reply in
            guard case .commit(let errors) = reply else { preconditionFailure("a commit has a commit's answer") }
            var response = response
            for (place, error) in zip(places, errors) {
                response.topics[place.topic].partitions[place.partition].errorCode = error
            }
            return response
        }
    }

    private static func offset(
        _ partition: Request.Topic.Partition, _ request: Request, _ context: RequestContext
    ) -> CommittedOffset {
        var expireTimestamp: Int64?
        if request.retentionTimeMs != -1 {
            let (sum, overflow) = context.now.addingReportingOverflow(request.retentionTimeMs)
            expireTimestamp = overflow ? .max : sum
        }
        return CommittedOffset(
            offset: partition.committedOffset, leaderEpoch: partition.committedLeaderEpoch,
            metadata: partition.committedMetadata ?? "",
            commitTimestamp: partition.commitTimestamp == -1 ? context.now : partition.commitTimestamp,
            expireTimestamp: expireTimestamp)
    }
}
