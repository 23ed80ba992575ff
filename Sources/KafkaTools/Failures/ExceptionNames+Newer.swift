import KafkaWire

extension ExceptionNames {
    /// The codes from 68.
    static let second: [KafkaError: (name: String, message: String)] = [
        .nonEmptyGroup: ("GroupNotEmptyException", "The group is not empty."),
        .groupIDNotFound: ("GroupIdNotFoundException", "The group id does not exist."),
        .fetchSessionIDNotFound: ("FetchSessionIdNotFoundException", "The fetch session ID was not found."),
        .invalidFetchSessionEpoch: ("InvalidFetchSessionEpochException", "The fetch session epoch is invalid."),
        .listenerNotFound: (
            "ListenerNotFoundException",
            """
            There is no listener on the leader broker that matches the listener on which metadata request \
            was processed.
            """
        ),
        .topicDeletionDisabled: ("TopicDeletionDisabledException", "Topic deletion is disabled."),
        .fencedLeaderEpoch: (
            "FencedLeaderEpochException",
            """
            The leader epoch in the request is older than the epoch on the broker.
            """
        ),
        .unknownLeaderEpoch: (
            "UnknownLeaderEpochException",
            """
            The leader epoch in the request is newer than the epoch on the broker.
            """
        ),
        .unsupportedCompressionType: (
            "UnsupportedCompressionTypeException",
            """
            The requesting client does not support the compression type of given partition.
            """
        ),
        .staleBrokerEpoch: ("StaleBrokerEpochException", "Broker epoch has changed."),
        .offsetNotAvailable: (
            "OffsetNotAvailableException",
            """
            The leader high watermark has not caught up from a recent leader election so the offsets cannot \
            be guaranteed to be monotonically increasing.
            """
        ),
        .memberIDRequired: (
            "MemberIdRequiredException",
            """
            The group member needs to have a valid member id before actually entering a consumer group.
            """
        ),
        .preferredLeaderNotAvailable: (
            "PreferredLeaderNotAvailableException",
            """
            The preferred leader was not available.
            """
        ),
        .groupMaxSizeReached: ("GroupMaxSizeReachedException", "The consumer group has reached its max size."),
        .fencedInstanceID: (
            "FencedInstanceIdException",
            """
            The broker rejected this static consumer since another consumer with the same group.instance.id \
            has registered with a different member.id.
            """
        ),
        .eligibleLeadersNotAvailable: (
            "EligibleLeadersNotAvailableException",
            """
            Eligible topic partition leaders are not available.
            """
        ),
        .electionNotNeeded: ("ElectionNotNeededException", "Leader election not needed for topic partition."),
        .noReassignmentInProgress: ("NoReassignmentInProgressException", "No partition reassignment is in progress."),
        .groupSubscribedToTopic: (
            "GroupSubscribedToTopicException",
            """
            Deleting offsets of a topic is forbidden while the consumer group is actively subscribed to it.
            """
        ),
        .invalidRecord: (
            "InvalidRecordException",
            """
            This record has failed the validation on broker and hence will be rejected.
            """
        ),
        .unstableOffsetCommit: ("UnstableOffsetCommitException", "There are unstable offsets that need to be cleared."),
        .throttlingQuotaExceeded: ("ThrottlingQuotaExceededException", "The throttling quota has been exceeded."),
        .producerFenced: (
            "ProducerFencedException",
            """
            There is a newer producer with the same transactionalId which fences the current one.
            """
        ),
        .resourceNotFound: (
            "ResourceNotFoundException",
            """
            A request illegally referred to a resource that does not exist.
            """
        ),
        .duplicateResource: ("DuplicateResourceException", "A request illegally referred to the same resource twice."),
        .unacceptableCredential: (
            "UnacceptableCredentialException",
            """
            Requested credential would not meet criteria for acceptability.
            """
        ),
        .inconsistentVoterSet: (
            "InconsistentVoterSetException",
            """
            Indicates that the either the sender or recipient of a voter-only request is not one of the \
            expected voters.
            """
        ),
        .invalidUpdateVersion: ("InvalidUpdateVersionException", "The given update version was invalid."),
        .featureUpdateFailed: (
            "FeatureUpdateFailedException",
            """
            Unable to update finalized features due to an unexpected server error.
            """
        ),
        .principalDeserializationFailure: (
            "PrincipalDeserializationException",
            """
            Request principal deserialization failed during forwarding. This indicates an internal error on \
            the broker cluster security setup.
            """
        ),
        .snapshotNotFound: ("SnapshotNotFoundException", "Requested snapshot was not found."),
        .positionOutOfRange: (
            "PositionOutOfRangeException",
            """
            Requested position is not greater than or equal to zero, and less than the size of the snapshot.
            """
        ),
        .unknownTopicID: ("UnknownTopicIdException", "This server does not host this topic ID."),
        .duplicateBrokerRegistration: ("DuplicateBrokerRegistrationException", "This broker ID is already in use."),
        .brokerIDNotRegistered: ("BrokerIdNotRegisteredException", "The given broker ID was not registered."),
        .inconsistentTopicID: (
            "InconsistentTopicIdException",
            """
            The log's topic ID did not match the topic ID in the request.
            """
        ),
        .inconsistentClusterID: (
            "InconsistentClusterIdException",
            """
            The clusterId in the request does not match that found on the server.
            """
        ),
        .transactionalIDNotFound: ("TransactionalIdNotFoundException", "The transactionalId could not be found."),
        .fetchSessionTopicIDError: (
            "FetchSessionTopicIdException",
            """
            The fetch session encountered inconsistent topic ID usage.
            """
        ),
        .ineligibleReplica: ("IneligibleReplicaException", "The new ISR contains at least one ineligible replica."),
        .newLeaderElected: (
            "NewLeaderElectedException",
            """
            The AlterPartition request successfully updated the partition state but the leader has changed.
            """
        ),
        .offsetMovedToTieredStorage: (
            "OffsetMovedToTieredStorageException",
            """
            The requested offset is moved to tiered storage.
            """
        ),
        .fencedMemberEpoch: (
            "FencedMemberEpochException",
            """
            The member epoch is fenced by the group coordinator. The member must abandon all its partitions \
            and rejoin.
            """
        ),
        .unreleasedInstanceID: (
            "UnreleasedInstanceIdException",
            """
            The instance ID is still used by another member in the consumer group. That member must leave \
            first.
            """
        ),
        .unsupportedAssignor: (
            "UnsupportedAssignorException",
            """
            The assignor or its version range is not supported by the consumer group.
            """
        ),
        .staleMemberEpoch: (
            "StaleMemberEpochException",
            """
            The member epoch is stale. The member must retry after receiving its updated member epoch via \
            the ConsumerGroupHeartbeat API.
            """
        ),
        .mismatchedEndpointType: (
            "MismatchedEndpointTypeException",
            """
            The request was sent to an endpoint of the wrong type.
            """
        ),
        .unsupportedEndpointType: ("UnsupportedEndpointTypeException", "This endpoint type is not supported yet."),
        .unknownControllerID: ("UnknownControllerIdException", "This controller ID is not known."),
        .unknownSubscriptionID: (
            "UnknownSubscriptionIdException",
            """
            Client sent a push telemetry request with an invalid or outdated subscription ID.
            """
        ),
        .telemetryTooLarge: (
            "TelemetryTooLargeException",
            """
            Client sent a push telemetry request larger than the maximum size the broker will accept.
            """
        ),
        .invalidRegistration: (
            "InvalidRegistrationException",
            """
            The controller has considered the broker registration to be invalid.
            """
        ),
        .transactionAbortable: (
            "TransactionAbortableException",
            """
            The server encountered an error with the transaction. The client can abort the transaction to \
            continue using this transactional ID.
            """
        ),
        .invalidRecordState: (
            "InvalidRecordStateException",
            """
            The record state is invalid. The acknowledgement of delivery could not be completed.
            """
        ),
        .shareSessionNotFound: ("ShareSessionNotFoundException", "The share session was not found."),
        .invalidShareSessionEpoch: ("InvalidShareSessionEpochException", "The share session epoch is invalid."),
        .fencedStateEpoch: (
            "FencedStateEpochException",
            """
            The share coordinator rejected the request because the share-group state epoch did not match.
            """
        ),
        .invalidVoterKey: ("InvalidVoterKeyException", "The voter key doesn't match the receiving replica's key."),
        .duplicateVoter: ("DuplicateVoterException", "The voter is already part of the set of voters."),
        .voterNotFound: ("VoterNotFoundException", "The voter is not part of the set of voters."),
        .invalidRegularExpression: ("InvalidRegularExpression", "The regular expression is not valid."),
        .rebootstrapRequired: (
            "RebootstrapRequiredException",
            """
            Client metadata is stale. The client should rebootstrap to obtain new metadata.
            """
        ),
        .streamsInvalidTopology: ("StreamsInvalidTopologyException", "The supplied topology is invalid."),
        .streamsInvalidTopologyEpoch: (
            "StreamsInvalidTopologyEpochException",
            """
            The supplied topology epoch is invalid.
            """
        ),
        .streamsTopologyFenced: ("StreamsTopologyFencedException", "The supplied topology epoch is outdated."),
        .shareSessionLimitReached: (
            "ShareSessionLimitReachedException",
            """
            The limit of share sessions has been reached.
            """
        ),
    ]
}
