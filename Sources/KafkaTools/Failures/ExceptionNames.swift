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
}
