/// The error codes of the Kafka protocol, as fields of responses carry them.
public enum KafkaError: Int16, Error, CaseIterable, Sendable {
    /// UNKNOWN_SERVER_ERROR
    case unknownServerError = -1
    /// NONE
    case none = 0
    /// OFFSET_OUT_OF_RANGE
    case offsetOutOfRange = 1
    /// CORRUPT_MESSAGE
    case corruptMessage = 2
    /// UNKNOWN_TOPIC_OR_PARTITION
    case unknownTopicOrPartition = 3
    /// INVALID_FETCH_SIZE
    case invalidFetchSize = 4
    /// LEADER_NOT_AVAILABLE
    case leaderNotAvailable = 5
    /// NOT_LEADER_OR_FOLLOWER
    case notLeaderOrFollower = 6
    /// REQUEST_TIMED_OUT
    case requestTimedOut = 7
    /// BROKER_NOT_AVAILABLE
    case brokerNotAvailable = 8
    /// REPLICA_NOT_AVAILABLE
    case replicaNotAvailable = 9
    /// MESSAGE_TOO_LARGE
    case messageTooLarge = 10
    /// STALE_CONTROLLER_EPOCH
    case staleControllerEpoch = 11
    /// OFFSET_METADATA_TOO_LARGE
    case offsetMetadataTooLarge = 12
    /// NETWORK_EXCEPTION
    case networkException = 13
    /// COORDINATOR_LOAD_IN_PROGRESS
    case coordinatorLoadInProgress = 14
    /// COORDINATOR_NOT_AVAILABLE
    case coordinatorNotAvailable = 15
    /// NOT_COORDINATOR
    case notCoordinator = 16
    /// INVALID_TOPIC_EXCEPTION
    case invalidTopicException = 17
    /// RECORD_LIST_TOO_LARGE
    case recordListTooLarge = 18
    /// NOT_ENOUGH_REPLICAS
    case notEnoughReplicas = 19
    /// NOT_ENOUGH_REPLICAS_AFTER_APPEND
    case notEnoughReplicasAfterAppend = 20
    /// INVALID_REQUIRED_ACKS
    case invalidRequiredAcks = 21
    /// ILLEGAL_GENERATION
    case illegalGeneration = 22
    /// INCONSISTENT_GROUP_PROTOCOL
    case inconsistentGroupProtocol = 23
    /// INVALID_GROUP_ID
    case invalidGroupID = 24
    /// UNKNOWN_MEMBER_ID
    case unknownMemberID = 25
    /// INVALID_SESSION_TIMEOUT
    case invalidSessionTimeout = 26
    /// REBALANCE_IN_PROGRESS
    case rebalanceInProgress = 27
    /// INVALID_COMMIT_OFFSET_SIZE
    case invalidCommitOffsetSize = 28
    /// TOPIC_AUTHORIZATION_FAILED
    case topicAuthorizationFailed = 29
    /// GROUP_AUTHORIZATION_FAILED
    case groupAuthorizationFailed = 30
    /// CLUSTER_AUTHORIZATION_FAILED
    case clusterAuthorizationFailed = 31
    /// INVALID_TIMESTAMP
    case invalidTimestamp = 32
    /// UNSUPPORTED_SASL_MECHANISM
    case unsupportedSaslMechanism = 33
    /// ILLEGAL_SASL_STATE
    case illegalSaslState = 34
    /// UNSUPPORTED_VERSION
    case unsupportedVersion = 35
    /// TOPIC_ALREADY_EXISTS
    case topicAlreadyExists = 36
    /// INVALID_PARTITIONS
    case invalidPartitions = 37
    /// INVALID_REPLICATION_FACTOR
    case invalidReplicationFactor = 38
    /// INVALID_REPLICA_ASSIGNMENT
    case invalidReplicaAssignment = 39
    /// INVALID_CONFIG
    case invalidConfig = 40
    /// NOT_CONTROLLER
    case notController = 41
    /// INVALID_REQUEST
    case invalidRequest = 42
    /// UNSUPPORTED_FOR_MESSAGE_FORMAT
    case unsupportedForMessageFormat = 43
    /// POLICY_VIOLATION
    case policyViolation = 44
    /// OUT_OF_ORDER_SEQUENCE_NUMBER
    case outOfOrderSequenceNumber = 45
    /// DUPLICATE_SEQUENCE_NUMBER
    case duplicateSequenceNumber = 46
    /// INVALID_PRODUCER_EPOCH
    case invalidProducerEpoch = 47
    /// INVALID_TXN_STATE
    case invalidTxnState = 48
    /// INVALID_PRODUCER_ID_MAPPING
    case invalidProducerIDMapping = 49
    /// INVALID_TRANSACTION_TIMEOUT
    case invalidTransactionTimeout = 50
    /// CONCURRENT_TRANSACTIONS
    case concurrentTransactions = 51
    /// TRANSACTION_COORDINATOR_FENCED
    case transactionCoordinatorFenced = 52
    /// TRANSACTIONAL_ID_AUTHORIZATION_FAILED
    case transactionalIDAuthorizationFailed = 53
    /// SECURITY_DISABLED
    case securityDisabled = 54
    /// OPERATION_NOT_ATTEMPTED
    case operationNotAttempted = 55
    /// KAFKA_STORAGE_ERROR
    case kafkaStorageError = 56
    /// LOG_DIR_NOT_FOUND
    case logDirNotFound = 57
    /// SASL_AUTHENTICATION_FAILED
    case saslAuthenticationFailed = 58
    /// UNKNOWN_PRODUCER_ID
    case unknownProducerID = 59
    /// REASSIGNMENT_IN_PROGRESS
    case reassignmentInProgress = 60
    /// DELEGATION_TOKEN_AUTH_DISABLED
    case delegationTokenAuthDisabled = 61
    /// DELEGATION_TOKEN_NOT_FOUND
    case delegationTokenNotFound = 62
    /// DELEGATION_TOKEN_OWNER_MISMATCH
    case delegationTokenOwnerMismatch = 63
    /// DELEGATION_TOKEN_REQUEST_NOT_ALLOWED
    case delegationTokenRequestNotAllowed = 64
    /// DELEGATION_TOKEN_AUTHORIZATION_FAILED
    case delegationTokenAuthorizationFailed = 65
    /// DELEGATION_TOKEN_EXPIRED
    case delegationTokenExpired = 66
    /// INVALID_PRINCIPAL_TYPE
    case invalidPrincipalType = 67
    /// NON_EMPTY_GROUP
    case nonEmptyGroup = 68
    /// GROUP_ID_NOT_FOUND
    case groupIDNotFound = 69
    /// FETCH_SESSION_ID_NOT_FOUND
    case fetchSessionIDNotFound = 70
    /// INVALID_FETCH_SESSION_EPOCH
    case invalidFetchSessionEpoch = 71
    /// LISTENER_NOT_FOUND
    case listenerNotFound = 72
    /// TOPIC_DELETION_DISABLED
    case topicDeletionDisabled = 73
    /// FENCED_LEADER_EPOCH
    case fencedLeaderEpoch = 74
    /// UNKNOWN_LEADER_EPOCH
    case unknownLeaderEpoch = 75
    /// UNSUPPORTED_COMPRESSION_TYPE
    case unsupportedCompressionType = 76
    /// STALE_BROKER_EPOCH
    case staleBrokerEpoch = 77
    /// OFFSET_NOT_AVAILABLE
    case offsetNotAvailable = 78
    /// MEMBER_ID_REQUIRED
    case memberIDRequired = 79
    /// PREFERRED_LEADER_NOT_AVAILABLE
    case preferredLeaderNotAvailable = 80
    /// GROUP_MAX_SIZE_REACHED
    case groupMaxSizeReached = 81
    /// FENCED_INSTANCE_ID
    case fencedInstanceID = 82
    /// ELIGIBLE_LEADERS_NOT_AVAILABLE
    case eligibleLeadersNotAvailable = 83
    /// ELECTION_NOT_NEEDED
    case electionNotNeeded = 84
    /// NO_REASSIGNMENT_IN_PROGRESS
    case noReassignmentInProgress = 85
    /// GROUP_SUBSCRIBED_TO_TOPIC
    case groupSubscribedToTopic = 86
    /// INVALID_RECORD
    case invalidRecord = 87
    /// UNSTABLE_OFFSET_COMMIT
    case unstableOffsetCommit = 88
    /// THROTTLING_QUOTA_EXCEEDED
    case throttlingQuotaExceeded = 89
    /// PRODUCER_FENCED
    case producerFenced = 90
    /// RESOURCE_NOT_FOUND
    case resourceNotFound = 91
    /// DUPLICATE_RESOURCE
    case duplicateResource = 92
    /// UNACCEPTABLE_CREDENTIAL
    case unacceptableCredential = 93
    /// INCONSISTENT_VOTER_SET
    case inconsistentVoterSet = 94
    /// INVALID_UPDATE_VERSION
    case invalidUpdateVersion = 95
    /// FEATURE_UPDATE_FAILED
    case featureUpdateFailed = 96
    /// PRINCIPAL_DESERIALIZATION_FAILURE
    case principalDeserializationFailure = 97
    /// SNAPSHOT_NOT_FOUND
    case snapshotNotFound = 98
    /// POSITION_OUT_OF_RANGE
    case positionOutOfRange = 99
    /// UNKNOWN_TOPIC_ID
    case unknownTopicID = 100
    /// DUPLICATE_BROKER_REGISTRATION
    case duplicateBrokerRegistration = 101
    /// BROKER_ID_NOT_REGISTERED
    case brokerIDNotRegistered = 102
    /// INCONSISTENT_TOPIC_ID
    case inconsistentTopicID = 103
    /// INCONSISTENT_CLUSTER_ID
    case inconsistentClusterID = 104
    /// TRANSACTIONAL_ID_NOT_FOUND
    case transactionalIDNotFound = 105
    /// FETCH_SESSION_TOPIC_ID_ERROR
    case fetchSessionTopicIDError = 106
    /// INELIGIBLE_REPLICA
    case ineligibleReplica = 107
    /// NEW_LEADER_ELECTED
    case newLeaderElected = 108
    /// OFFSET_MOVED_TO_TIERED_STORAGE
    case offsetMovedToTieredStorage = 109
    /// FENCED_MEMBER_EPOCH
    case fencedMemberEpoch = 110
    /// UNRELEASED_INSTANCE_ID
    case unreleasedInstanceID = 111
    /// UNSUPPORTED_ASSIGNOR
    case unsupportedAssignor = 112
    /// STALE_MEMBER_EPOCH
    case staleMemberEpoch = 113
    /// MISMATCHED_ENDPOINT_TYPE
    case mismatchedEndpointType = 114
    /// UNSUPPORTED_ENDPOINT_TYPE
    case unsupportedEndpointType = 115
    /// UNKNOWN_CONTROLLER_ID
    case unknownControllerID = 116
    /// UNKNOWN_SUBSCRIPTION_ID
    case unknownSubscriptionID = 117
    /// TELEMETRY_TOO_LARGE
    case telemetryTooLarge = 118
    /// INVALID_REGISTRATION
    case invalidRegistration = 119
    /// TRANSACTION_ABORTABLE
    case transactionAbortable = 120
    /// INVALID_RECORD_STATE
    case invalidRecordState = 121
    /// SHARE_SESSION_NOT_FOUND
    case shareSessionNotFound = 122
    /// INVALID_SHARE_SESSION_EPOCH
    case invalidShareSessionEpoch = 123
    /// FENCED_STATE_EPOCH
    case fencedStateEpoch = 124
    /// INVALID_VOTER_KEY
    case invalidVoterKey = 125
    /// DUPLICATE_VOTER
    case duplicateVoter = 126
    /// VOTER_NOT_FOUND
    case voterNotFound = 127
    /// INVALID_REGULAR_EXPRESSION
    case invalidRegularExpression = 128
    /// REBOOTSTRAP_REQUIRED
    case rebootstrapRequired = 129
    /// STREAMS_INVALID_TOPOLOGY
    case streamsInvalidTopology = 130
    /// STREAMS_INVALID_TOPOLOGY_EPOCH
    case streamsInvalidTopologyEpoch = 131
    /// STREAMS_TOPOLOGY_FENCED
    case streamsTopologyFenced = 132
    /// SHARE_SESSION_LIMIT_REACHED
    case shareSessionLimitReached = 133
}
