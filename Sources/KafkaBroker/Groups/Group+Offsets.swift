import KafkaWire

// OffsetCommit and what was committed.
extension Group {
    mutating func commit(_ request: GroupRequest.CommitRequest, _ reply: ReplyID, _ step: inout Step) {
        let error = validate(request)
        guard error == .none else {
            return step.reply(reply, .commit(request.offsets.map { _ in error }))
        }
        // A commit is a sign of life, but for the time in which nobody may commit.
        if state == .stable || state == .preparingRebalance { keepAlive(request.memberID, step) }

        let errors = request.offsets.map { _, offset in
            offset.metadata.utf16.count > configuration.maxOffsetMetadataSize
                ? KafkaError.offsetMetadataTooLarge : .none
        }
        let records = zip(request.offsets, errors).compactMap { commit, error in
            error == .none ? GroupRecord.offset(commit.partition, commit.offset) : nil
        }
        guard !records.isEmpty else { return step.reply(reply, .commit(errors)) }
        step.effects.append(.append(records, .commit(reply, errors)))
    }

    private func validate(_ request: GroupRequest.CommitRequest) -> KafkaError {
        if state == .dead { return .coordinatorNotAvailable }
        // An administrator, or a consumer that assigns its partitions itself.
        if request.generation < 0, state == .empty { return .none }
        guard request.generation >= 0 || !request.memberID.isEmpty || request.instanceID != nil else {
            return .unknownMemberID
        }
        let error = validate(memberID: request.memberID, instanceID: request.instanceID)
        guard error == .none else { return error }
        guard request.generation == generation else { return .illegalGeneration }
        return state == .completingRebalance ? .rebalanceInProgress : .none
    }

    func committedOffset(_ topic: String, _ partition: Int32) -> CommittedOffset? { offsets[topic]?[partition] }

    /// All committed offsets, by topic and partition in order.
    var allOffsets: [(topic: String, partitions: [(partition: Int32, offset: CommittedOffset)])] {
        offsets.sorted { $0.key < $1.key }.map { topic, partitions in
            (topic, partitions.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        }
    }

    /// The tombstones of a topic's offsets.
    func tombstones(ofTopic topic: String) -> [GroupRecord] {
        (offsets[topic] ?? [:]).keys.sorted().map { .offset(TopicPartition(topic: topic, partition: $0), nil) }
    }
}
