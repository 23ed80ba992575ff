import KafkaWire

/// What Java's clients make of each error code: the exception's class in org.apache.kafka.common.errors, and its message where the broker
/// sent none (org.apache.kafka.common.protocol.Errors).
enum ExceptionNames {
    /// The class and message of an error; those of UNKNOWN_SERVER_ERROR for what has none.
    static func of(_ error: KafkaError) -> (name: String, message: String) {
        first[error] ?? second[error] ?? ("UnknownServerException", "")
    }

    /// The codes up to 67.
    static let first: [KafkaError: (name: String, message: String)] = [
        .unknownServerError: (
            "UnknownServerException",
            """
            The server experienced an unexpected error when processing the request.
            """
        ),
        .offsetOutOfRange: (
            "OffsetOutOfRangeException",
            """
            The requested offset is not within the range of offsets maintained by the server.
            """
        ),
        .corruptMessage: (
            "CorruptRecordException",
            """
            This message has failed its CRC checksum, exceeds the valid size, has a null key for a compacted\
             topic, or is otherwise corrupt.
            """
        ),
        .unknownTopicOrPartition: (
            "UnknownTopicOrPartitionException",
            """
            This server does not host this topic-partition.
            """
        ),
        .invalidFetchSize: ("InvalidFetchSizeException", "The requested fetch size is invalid."),
        .leaderNotAvailable: (
            "LeaderNotAvailableException",
            """
            There is no leader for this topic-partition as we are in the middle of a leadership election.
            """
        ),
        .notLeaderOrFollower: (
            "NotLeaderOrFollowerException",
            """
            For requests intended only for the leader, this error indicates that the broker is not the \
            current leader. For requests intended for any replica, this error indicates that the broker is \
            not a replica of the topic partition.
            """
        ),
        .requestTimedOut: ("TimeoutException", "The request timed out."),
        .brokerNotAvailable: ("BrokerNotAvailableException", "The broker is not available."),
        .replicaNotAvailable: (
            "ReplicaNotAvailableException",
            """
            The replica is not available for the requested topic-partition. Produce/Fetch requests and other\
             requests intended only for the leader or follower return NOT_LEADER_OR_FOLLOWER if the broker \
            is not a replica of the topic-partition.
            """
        ),
        .messageTooLarge: (
            "RecordTooLargeException",
            """
            The request included a message larger than the max message size the server will accept.
            """
        ),
        .staleControllerEpoch: ("ControllerMovedException", "The controller moved to another broker."),
        .offsetMetadataTooLarge: ("OffsetMetadataTooLarge", "The metadata field of the offset request was too large."),
        .networkException: ("NetworkException", "The server disconnected before a response was received."),
        .coordinatorLoadInProgress: (
            "CoordinatorLoadInProgressException",
            """
            The coordinator is loading and hence can't process requests.
            """
        ),
        .coordinatorNotAvailable: ("CoordinatorNotAvailableException", "The coordinator is not available."),
        .notCoordinator: ("NotCoordinatorException", "This is not the correct coordinator."),
        .invalidTopicException: (
            "InvalidTopicException",
            """
            The request attempted to perform an operation on an invalid topic.
            """
        ),
        .recordListTooLarge: (
            "RecordBatchTooLargeException",
            """
            The request included message batch larger than the configured segment size on the server.
            """
        ),
        .notEnoughReplicas: (
            "NotEnoughReplicasException",
            """
            Messages are rejected since there are fewer in-sync replicas than required.
            """
        ),
        .notEnoughReplicasAfterAppend: (
            "NotEnoughReplicasAfterAppendException",
            """
            Messages are written to the log, but to fewer in-sync replicas than required.
            """
        ),
        .invalidRequiredAcks: (
            "InvalidRequiredAcksException",
            """
            Produce request specified an invalid value for required acks.
            """
        ),
        .illegalGeneration: ("IllegalGenerationException", "Specified group generation id is not valid."),
        .inconsistentGroupProtocol: (
            "InconsistentGroupProtocolException",
            """
            The group member's supported protocols are incompatible with those of existing members or first \
            group member tried to join with empty protocol type or empty protocol list.
            """
        ),
        .invalidGroupID: ("InvalidGroupIdException", "The configured groupId is invalid."),
        .unknownMemberID: ("UnknownMemberIdException", "The coordinator is not aware of this member."),
        .invalidSessionTimeout: (
            "InvalidSessionTimeoutException",
            """
            The session timeout is not within the range allowed by the broker (as configured by \
            group.min.session.timeout.ms and group.max.session.timeout.ms).
            """
        ),
        .rebalanceInProgress: ("RebalanceInProgressException", "The group is rebalancing, so a rejoin is needed."),
        .invalidCommitOffsetSize: ("InvalidCommitOffsetSizeException", "The committing offset data size is not valid."),
        .topicAuthorizationFailed: ("TopicAuthorizationException", "Topic authorization failed."),
        .groupAuthorizationFailed: ("GroupAuthorizationException", "Group authorization failed."),
        .clusterAuthorizationFailed: ("ClusterAuthorizationException", "Cluster authorization failed."),
        .invalidTimestamp: ("InvalidTimestampException", "The timestamp of the message is out of acceptable range."),
        .unsupportedSaslMechanism: (
            "UnsupportedSaslMechanismException",
            """
            The broker does not support the requested SASL mechanism.
            """
        ),
        .illegalSaslState: ("IllegalSaslStateException", "Request is not valid given the current SASL state."),
        .unsupportedVersion: ("UnsupportedVersionException", "The version of API is not supported."),
        .topicAlreadyExists: ("TopicExistsException", "Topic with this name already exists."),
        .invalidPartitions: ("InvalidPartitionsException", "Number of partitions is below 1."),
        .invalidReplicationFactor: (
            "InvalidReplicationFactorException",
            """
            Replication factor is below 1 or larger than the number of available brokers.
            """
        ),
        .invalidReplicaAssignment: ("InvalidReplicaAssignmentException", "Replica assignment is invalid."),
        .invalidConfig: ("InvalidConfigurationException", "Configuration is invalid."),
        .notController: ("NotControllerException", "This is not the correct controller for this cluster."),
        .invalidRequest: (
            "InvalidRequestException",
            """
            This most likely occurs because of a request being malformed by the client library or the \
            message was sent to an incompatible broker. See the broker logs for more details.
            """
        ),
        .unsupportedForMessageFormat: (
            "UnsupportedForMessageFormatException",
            """
            The message format version on the broker does not support the request.
            """
        ),
        .policyViolation: ("PolicyViolationException", "Request parameters do not satisfy the configured policy."),
        .outOfOrderSequenceNumber: (
            "OutOfOrderSequenceException",
            """
            The broker received an out of order sequence number.
            """
        ),
        .duplicateSequenceNumber: ("DuplicateSequenceException", "The broker received a duplicate sequence number."),
        .invalidProducerEpoch: ("InvalidProducerEpochException", "Producer attempted to produce with an old epoch."),
        .invalidTxnState: (
            "InvalidTxnStateException",
            """
            The producer attempted a transactional operation in an invalid state.
            """
        ),
        .invalidProducerIDMapping: (
            "InvalidPidMappingException",
            """
            The producer attempted to use a producer id which is not currently assigned to its transactional\
             id.
            """
        ),
        .invalidTransactionTimeout: (
            "InvalidTxnTimeoutException",
            """
            The transaction timeout is larger than the maximum value allowed by the broker (as configured by\
             transaction.max.timeout.ms).
            """
        ),
        .concurrentTransactions: (
            "ConcurrentTransactionsException",
            """
            The producer attempted to update a transaction while another concurrent operation on the same \
            transaction was ongoing.
            """
        ),
        .transactionCoordinatorFenced: (
            "TransactionCoordinatorFencedException",
            """
            Indicates that the transaction coordinator sending a WriteTxnMarker is no longer the current \
            coordinator for a given producer.
            """
        ),
        .transactionalIDAuthorizationFailed: (
            "TransactionalIdAuthorizationException",
            """
            Transactional Id authorization failed.
            """
        ),
        .securityDisabled: ("SecurityDisabledException", "Security features are disabled."),
        .operationNotAttempted: (
            "OperationNotAttemptedException",
            """
            The broker did not attempt to execute this operation. This may happen for batched RPCs where \
            some operations in the batch failed, causing the broker to respond without trying the rest.
            """
        ),
        .kafkaStorageError: ("KafkaStorageException", "Disk error when trying to access log file on the disk."),
        .logDirNotFound: (
            "LogDirNotFoundException",
            """
            The user-specified log directory is not found in the broker config.
            """
        ),
        .saslAuthenticationFailed: ("SaslAuthenticationException", "SASL Authentication failed."),
        .unknownProducerID: (
            "UnknownProducerIdException",
            """
            This exception is raised by the broker if it could not locate the producer metadata associated \
            with the producerId in question. This could happen if, for instance, the producer's records were\
             deleted because their retention time had elapsed. Once the last records of the producerId are \
            removed, the producer's metadata is removed from the broker, and future appends by the producer \
            will return this exception.
            """
        ),
        .reassignmentInProgress: ("ReassignmentInProgressException", "A partition reassignment is in progress."),
        .delegationTokenAuthDisabled: ("DelegationTokenDisabledException", "Delegation Token feature is not enabled."),
        .delegationTokenNotFound: ("DelegationTokenNotFoundException", "Delegation Token is not found on server."),
        .delegationTokenOwnerMismatch: (
            "DelegationTokenOwnerMismatchException",
            """
            Specified Principal is not valid Owner/Renewer.
            """
        ),
        .delegationTokenRequestNotAllowed: (
            "UnsupportedByAuthenticationException",
            """
            Delegation Token requests are not allowed on PLAINTEXT/1-way SSL channels and on delegation \
            token authenticated channels.
            """
        ),
        .delegationTokenAuthorizationFailed: (
            "DelegationTokenAuthorizationException",
            """
            Delegation Token authorization failed.
            """
        ),
        .delegationTokenExpired: ("DelegationTokenExpiredException", "Delegation Token is expired."),
        .invalidPrincipalType: ("InvalidPrincipalTypeException", "Supplied principalType is not supported."),
    ]

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
