//! Every error code a broker can answer with: its name, Java's exception class, what follows, and Java's text.
//! One row a code, in the order of the protocol; `kind` is what the Java class's ancestors say.

use super::ErrorKind;

/// A broker's error code; never 0, which means that there was none.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ErrorCode(pub i16);

pub(super) struct Row {
    pub(super) code: i16,
    pub(super) name: &'static str,
    pub(super) class: &'static str,
    pub(super) kind: ErrorKind,
    pub(super) text: &'static str,
}

macro_rules! codes {
    ($($code:literal $name:ident $class:literal $kind:ident $text:literal)*) => {
        #[allow(missing_docs)]
        impl ErrorCode {
            $(pub const $name: ErrorCode = ErrorCode($code);)*
        }

        pub(super) const TABLE: &[Row] = &[
            $(Row { code: $code, name: stringify!($name), class: $class, kind: ErrorKind::$kind, text: $text },)*
        ];
    };
}

codes! {
    -1 UNKNOWN_SERVER_ERROR "org.apache.kafka.common.errors.UnknownServerException" Fatal
        "The server experienced an unexpected error when processing the request."
    1 OFFSET_OUT_OF_RANGE "org.apache.kafka.common.errors.OffsetOutOfRangeException" Fatal
        "The requested offset is not within the range of offsets maintained by the server."
    2 CORRUPT_MESSAGE "org.apache.kafka.common.errors.CorruptRecordException" Retriable
        "This message has failed its CRC checksum, exceeds the valid size, has a null key for a compacted topic, or is otherwise corrupt."
    3 UNKNOWN_TOPIC_OR_PARTITION "org.apache.kafka.common.errors.UnknownTopicOrPartitionException" RefreshMetadata
        "This server does not host this topic-partition."
    4 INVALID_FETCH_SIZE "org.apache.kafka.common.errors.InvalidFetchSizeException" Fatal
        "The requested fetch size is invalid."
    5 LEADER_NOT_AVAILABLE "org.apache.kafka.common.errors.LeaderNotAvailableException" RefreshMetadata
        "There is no leader for this topic-partition as we are in the middle of a leadership election."
    6 NOT_LEADER_OR_FOLLOWER "org.apache.kafka.common.errors.NotLeaderOrFollowerException" RefreshMetadata
        "For requests intended only for the leader, this error indicates that the broker is not the current leader. For requests intended for any replica, this error indicates that the broker is not a replica of the topic partition."
    7 REQUEST_TIMED_OUT "org.apache.kafka.common.errors.TimeoutException" Retriable
        "The request timed out."
    8 BROKER_NOT_AVAILABLE "org.apache.kafka.common.errors.BrokerNotAvailableException" Fatal
        "The broker is not available."
    9 REPLICA_NOT_AVAILABLE "org.apache.kafka.common.errors.ReplicaNotAvailableException" RefreshMetadata
        "The replica is not available for the requested topic-partition. Produce/Fetch requests and other requests intended only for the leader or follower return NOT_LEADER_OR_FOLLOWER if the broker is not a replica of the topic-partition."
    10 MESSAGE_TOO_LARGE "org.apache.kafka.common.errors.RecordTooLargeException" Fatal
        "The request included a message larger than the max message size the server will accept."
    11 STALE_CONTROLLER_EPOCH "org.apache.kafka.common.errors.ControllerMovedException" Fatal
        "The controller moved to another broker."
    12 OFFSET_METADATA_TOO_LARGE "org.apache.kafka.common.errors.OffsetMetadataTooLarge" Fatal
        "The metadata field of the offset request was too large."
    13 NETWORK_EXCEPTION "org.apache.kafka.common.errors.NetworkException" RefreshMetadata
        "The server disconnected before a response was received."
    14 COORDINATOR_LOAD_IN_PROGRESS "org.apache.kafka.common.errors.CoordinatorLoadInProgressException" Retriable
        "The coordinator is loading and hence can't process requests."
    15 COORDINATOR_NOT_AVAILABLE "org.apache.kafka.common.errors.CoordinatorNotAvailableException" Retriable
        "The coordinator is not available."
    16 NOT_COORDINATOR "org.apache.kafka.common.errors.NotCoordinatorException" Retriable
        "This is not the correct coordinator."
    17 INVALID_TOPIC_EXCEPTION "org.apache.kafka.common.errors.InvalidTopicException" Fatal
        "The request attempted to perform an operation on an invalid topic."
    18 RECORD_LIST_TOO_LARGE "org.apache.kafka.common.errors.RecordBatchTooLargeException" Fatal
        "The request included message batch larger than the configured segment size on the server."
    19 NOT_ENOUGH_REPLICAS "org.apache.kafka.common.errors.NotEnoughReplicasException" Retriable
        "Messages are rejected since there are fewer in-sync replicas than required."
    20 NOT_ENOUGH_REPLICAS_AFTER_APPEND "org.apache.kafka.common.errors.NotEnoughReplicasAfterAppendException" Retriable
        "Messages are written to the log, but to fewer in-sync replicas than required."
    21 INVALID_REQUIRED_ACKS "org.apache.kafka.common.errors.InvalidRequiredAcksException" Fatal
        "Produce request specified an invalid value for required acks."
    22 ILLEGAL_GENERATION "org.apache.kafka.common.errors.IllegalGenerationException" Fatal
        "Specified group generation id is not valid."
    23 INCONSISTENT_GROUP_PROTOCOL "org.apache.kafka.common.errors.InconsistentGroupProtocolException" Fatal
        "The group member's supported protocols are incompatible with those of existing members or first group member tried to join with empty protocol type or empty protocol list."
    24 INVALID_GROUP_ID "org.apache.kafka.common.errors.InvalidGroupIdException" Fatal
        "The group id is invalid."
    25 UNKNOWN_MEMBER_ID "org.apache.kafka.common.errors.UnknownMemberIdException" Fatal
        "The coordinator is not aware of this member."
    26 INVALID_SESSION_TIMEOUT "org.apache.kafka.common.errors.InvalidSessionTimeoutException" Fatal
        "The session timeout is not within the range allowed by the broker (as configured by group.min.session.timeout.ms and group.max.session.timeout.ms)."
    27 REBALANCE_IN_PROGRESS "org.apache.kafka.common.errors.RebalanceInProgressException" Fatal
        "The group is rebalancing, so a rejoin is needed."
    28 INVALID_COMMIT_OFFSET_SIZE "org.apache.kafka.common.errors.InvalidCommitOffsetSizeException" Fatal
        "The committing offset data size is not valid."
    29 TOPIC_AUTHORIZATION_FAILED "org.apache.kafka.common.errors.TopicAuthorizationException" Authorization
        "Topic authorization failed."
    30 GROUP_AUTHORIZATION_FAILED "org.apache.kafka.common.errors.GroupAuthorizationException" Authorization
        "Group authorization failed."
    31 CLUSTER_AUTHORIZATION_FAILED "org.apache.kafka.common.errors.ClusterAuthorizationException" Authorization
        "Cluster authorization failed."
    32 INVALID_TIMESTAMP "org.apache.kafka.common.errors.InvalidTimestampException" Fatal
        "The timestamp of the message is out of acceptable range."
    33 UNSUPPORTED_SASL_MECHANISM "org.apache.kafka.common.errors.UnsupportedSaslMechanismException" Authentication
        "The broker does not support the requested SASL mechanism."
    34 ILLEGAL_SASL_STATE "org.apache.kafka.common.errors.IllegalSaslStateException" Authentication
        "Request is not valid given the current SASL state."
    35 UNSUPPORTED_VERSION "org.apache.kafka.common.errors.UnsupportedVersionException" Fatal
        "The version of API is not supported."
    36 TOPIC_ALREADY_EXISTS "org.apache.kafka.common.errors.TopicExistsException" Fatal
        "Topic with this name already exists."
    37 INVALID_PARTITIONS "org.apache.kafka.common.errors.InvalidPartitionsException" Fatal
        "Number of partitions is below 1."
    38 INVALID_REPLICATION_FACTOR "org.apache.kafka.common.errors.InvalidReplicationFactorException" Fatal
        "Replication factor is below 1 or larger than the number of available brokers."
    39 INVALID_REPLICA_ASSIGNMENT "org.apache.kafka.common.errors.InvalidReplicaAssignmentException" Fatal
        "Replica assignment is invalid."
    40 INVALID_CONFIG "org.apache.kafka.common.errors.InvalidConfigurationException" Fatal
        "Configuration is invalid."
    41 NOT_CONTROLLER "org.apache.kafka.common.errors.NotControllerException" Retriable
        "This is not the correct controller for this cluster."
    42 INVALID_REQUEST "org.apache.kafka.common.errors.InvalidRequestException" Fatal
        "This most likely occurs because of a request being malformed by the client library or the message was sent to an incompatible broker. See the broker logs for more details."
    43 UNSUPPORTED_FOR_MESSAGE_FORMAT "org.apache.kafka.common.errors.UnsupportedForMessageFormatException" Fatal
        "The message format version on the broker does not support the request."
    44 POLICY_VIOLATION "org.apache.kafka.common.errors.PolicyViolationException" Fatal
        "Request parameters do not satisfy the configured policy."
    45 OUT_OF_ORDER_SEQUENCE_NUMBER "org.apache.kafka.common.errors.OutOfOrderSequenceException" Fatal
        "The broker received an out of order sequence number."
    46 DUPLICATE_SEQUENCE_NUMBER "org.apache.kafka.common.errors.DuplicateSequenceException" Fatal
        "The broker received a duplicate sequence number."
    47 INVALID_PRODUCER_EPOCH "org.apache.kafka.common.errors.InvalidProducerEpochException" Fenced
        "Producer attempted to produce with an old epoch."
    48 INVALID_TXN_STATE "org.apache.kafka.common.errors.InvalidTxnStateException" Fatal
        "The producer attempted a transactional operation in an invalid state."
    49 INVALID_PRODUCER_ID_MAPPING "org.apache.kafka.common.errors.InvalidPidMappingException" Abortable
        "The producer attempted to use a producer id which is not currently assigned to its transactional id."
    50 INVALID_TRANSACTION_TIMEOUT "org.apache.kafka.common.errors.InvalidTxnTimeoutException" Fatal
        "The transaction timeout is larger than the maximum value allowed by the broker (as configured by transaction.max.timeout.ms)."
    51 CONCURRENT_TRANSACTIONS "org.apache.kafka.common.errors.ConcurrentTransactionsException" Retriable
        "The producer attempted to update a transaction while another concurrent operation on the same transaction was ongoing."
    52 TRANSACTION_COORDINATOR_FENCED "org.apache.kafka.common.errors.TransactionCoordinatorFencedException" Fenced
        "Indicates that the transaction coordinator sending a WriteTxnMarker is no longer the current coordinator for a given producer."
    53 TRANSACTIONAL_ID_AUTHORIZATION_FAILED "org.apache.kafka.common.errors.TransactionalIdAuthorizationException" Authorization
        "Transactional Id authorization failed."
    54 SECURITY_DISABLED "org.apache.kafka.common.errors.SecurityDisabledException" Fatal
        "Security features are disabled."
    55 OPERATION_NOT_ATTEMPTED "org.apache.kafka.common.errors.OperationNotAttemptedException" Fatal
        "The broker did not attempt to execute this operation. This may happen for batched RPCs where some operations in the batch failed, causing the broker to respond without trying the rest."
    56 KAFKA_STORAGE_ERROR "org.apache.kafka.common.errors.KafkaStorageException" RefreshMetadata
        "Disk error when trying to access log file on the disk."
    57 LOG_DIR_NOT_FOUND "org.apache.kafka.common.errors.LogDirNotFoundException" Fatal
        "The user-specified log directory is not found in the broker config."
    58 SASL_AUTHENTICATION_FAILED "org.apache.kafka.common.errors.SaslAuthenticationException" Authentication
        "SASL Authentication failed."
    59 UNKNOWN_PRODUCER_ID "org.apache.kafka.common.errors.UnknownProducerIdException" Fatal
        "This exception is raised by the broker if it could not locate the producer metadata associated with the producerId in question. This could happen if, for instance, the producer's records were deleted because their retention time had elapsed. Once the last records of the producerId are removed, the producer's metadata is removed from the broker, and future appends by the producer will return this exception."
    60 REASSIGNMENT_IN_PROGRESS "org.apache.kafka.common.errors.ReassignmentInProgressException" Fatal
        "A partition reassignment is in progress."
    61 DELEGATION_TOKEN_AUTH_DISABLED "org.apache.kafka.common.errors.DelegationTokenDisabledException" Fatal
        "Delegation Token feature is not enabled."
    62 DELEGATION_TOKEN_NOT_FOUND "org.apache.kafka.common.errors.DelegationTokenNotFoundException" Fatal
        "Delegation Token is not found on server."
    63 DELEGATION_TOKEN_OWNER_MISMATCH "org.apache.kafka.common.errors.DelegationTokenOwnerMismatchException" Fatal
        "Specified Principal is not valid Owner/Renewer."
    64 DELEGATION_TOKEN_REQUEST_NOT_ALLOWED "org.apache.kafka.common.errors.UnsupportedByAuthenticationException" Fatal
        "Delegation Token requests are not allowed on PLAINTEXT/1-way SSL channels and on delegation token authenticated channels."
    65 DELEGATION_TOKEN_AUTHORIZATION_FAILED "org.apache.kafka.common.errors.DelegationTokenAuthorizationException" Authorization
        "Delegation Token authorization failed."
    66 DELEGATION_TOKEN_EXPIRED "org.apache.kafka.common.errors.DelegationTokenExpiredException" Fatal
        "Delegation Token is expired."
    67 INVALID_PRINCIPAL_TYPE "org.apache.kafka.common.errors.InvalidPrincipalTypeException" Fatal
        "Supplied principalType is not supported."
    68 NON_EMPTY_GROUP "org.apache.kafka.common.errors.GroupNotEmptyException" Fatal
        "The group is not empty."
    69 GROUP_ID_NOT_FOUND "org.apache.kafka.common.errors.GroupIdNotFoundException" Fatal
        "The group id does not exist."
    70 FETCH_SESSION_ID_NOT_FOUND "org.apache.kafka.common.errors.FetchSessionIdNotFoundException" Retriable
        "The fetch session ID was not found."
    71 INVALID_FETCH_SESSION_EPOCH "org.apache.kafka.common.errors.InvalidFetchSessionEpochException" Retriable
        "The fetch session epoch is invalid."
    72 LISTENER_NOT_FOUND "org.apache.kafka.common.errors.ListenerNotFoundException" RefreshMetadata
        "There is no listener on the leader broker that matches the listener on which metadata request was processed."
    73 TOPIC_DELETION_DISABLED "org.apache.kafka.common.errors.TopicDeletionDisabledException" Fatal
        "Topic deletion is disabled."
    74 FENCED_LEADER_EPOCH "org.apache.kafka.common.errors.FencedLeaderEpochException" RefreshMetadata
        "The leader epoch in the request is older than the epoch on the broker."
    75 UNKNOWN_LEADER_EPOCH "org.apache.kafka.common.errors.UnknownLeaderEpochException" Retriable
        "The leader epoch in the request is newer than the epoch on the broker."
    76 UNSUPPORTED_COMPRESSION_TYPE "org.apache.kafka.common.errors.UnsupportedCompressionTypeException" Fatal
        "The requesting client does not support the compression type of given partition."
    77 STALE_BROKER_EPOCH "org.apache.kafka.common.errors.StaleBrokerEpochException" Fatal
        "Broker epoch has changed."
    78 OFFSET_NOT_AVAILABLE "org.apache.kafka.common.errors.OffsetNotAvailableException" Retriable
        "The leader high watermark has not caught up from a recent leader election so the offsets cannot be guaranteed to be monotonically increasing."
    79 MEMBER_ID_REQUIRED "org.apache.kafka.common.errors.MemberIdRequiredException" Fatal
        "The group member needs to have a valid member id before actually entering a consumer group."
    80 PREFERRED_LEADER_NOT_AVAILABLE "org.apache.kafka.common.errors.PreferredLeaderNotAvailableException" RefreshMetadata
        "The preferred leader was not available."
    81 GROUP_MAX_SIZE_REACHED "org.apache.kafka.common.errors.GroupMaxSizeReachedException" Fatal
        "The group has reached its maximum size."
    82 FENCED_INSTANCE_ID "org.apache.kafka.common.errors.FencedInstanceIdException" Fenced
        "The broker rejected this static consumer since another consumer with the same group.instance.id has registered with a different member.id."
    83 ELIGIBLE_LEADERS_NOT_AVAILABLE "org.apache.kafka.common.errors.EligibleLeadersNotAvailableException" RefreshMetadata
        "Eligible topic partition leaders are not available."
    84 ELECTION_NOT_NEEDED "org.apache.kafka.common.errors.ElectionNotNeededException" RefreshMetadata
        "Leader election not needed for topic partition."
    85 NO_REASSIGNMENT_IN_PROGRESS "org.apache.kafka.common.errors.NoReassignmentInProgressException" Fatal
        "No partition reassignment is in progress."
    86 GROUP_SUBSCRIBED_TO_TOPIC "org.apache.kafka.common.errors.GroupSubscribedToTopicException" Fatal
        "Deleting offsets of a topic is forbidden while the consumer group is actively subscribed to it."
    87 INVALID_RECORD "org.apache.kafka.common.InvalidRecordException" Fatal
        "This record has failed the validation on broker and hence will be rejected."
    88 UNSTABLE_OFFSET_COMMIT "org.apache.kafka.common.errors.UnstableOffsetCommitException" Retriable
        "There are unstable offsets that need to be cleared."
    89 THROTTLING_QUOTA_EXCEEDED "org.apache.kafka.common.errors.ThrottlingQuotaExceededException" Retriable
        "The throttling quota has been exceeded."
    90 PRODUCER_FENCED "org.apache.kafka.common.errors.ProducerFencedException" Fenced
        "There is a newer producer with the same transactionalId which fences the current one."
    91 RESOURCE_NOT_FOUND "org.apache.kafka.common.errors.ResourceNotFoundException" Fatal
        "A request illegally referred to a resource that does not exist."
    92 DUPLICATE_RESOURCE "org.apache.kafka.common.errors.DuplicateResourceException" Fatal
        "A request illegally referred to the same resource twice."
    93 UNACCEPTABLE_CREDENTIAL "org.apache.kafka.common.errors.UnacceptableCredentialException" Fatal
        "Requested credential would not meet criteria for acceptability."
    94 INCONSISTENT_VOTER_SET "org.apache.kafka.common.errors.InconsistentVoterSetException" Fatal
        "Indicates that the either the sender or recipient of a voter-only request is not one of the expected voters."
    95 INVALID_UPDATE_VERSION "org.apache.kafka.common.errors.InvalidUpdateVersionException" Fatal
        "The given update version was invalid."
    96 FEATURE_UPDATE_FAILED "org.apache.kafka.common.errors.FeatureUpdateFailedException" Fatal
        "Unable to update finalized features due to an unexpected server error."
    97 PRINCIPAL_DESERIALIZATION_FAILURE "org.apache.kafka.common.errors.PrincipalDeserializationException" Fatal
        "Request principal deserialization failed during forwarding. This indicates an internal error on the broker cluster security setup."
    98 SNAPSHOT_NOT_FOUND "org.apache.kafka.common.errors.SnapshotNotFoundException" Fatal
        "Requested snapshot was not found."
    99 POSITION_OUT_OF_RANGE "org.apache.kafka.common.errors.PositionOutOfRangeException" Fatal
        "Requested position is not greater than or equal to zero, and less than the size of the snapshot."
    100 UNKNOWN_TOPIC_ID "org.apache.kafka.common.errors.UnknownTopicIdException" RefreshMetadata
        "This server does not host this topic ID."
    101 DUPLICATE_BROKER_REGISTRATION "org.apache.kafka.common.errors.DuplicateBrokerRegistrationException" Fatal
        "This broker ID is already in use."
    102 BROKER_ID_NOT_REGISTERED "org.apache.kafka.common.errors.BrokerIdNotRegisteredException" Fatal
        "The given broker ID was not registered."
    103 INCONSISTENT_TOPIC_ID "org.apache.kafka.common.errors.InconsistentTopicIdException" RefreshMetadata
        "The log's topic ID did not match the topic ID in the request."
    104 INCONSISTENT_CLUSTER_ID "org.apache.kafka.common.errors.InconsistentClusterIdException" Fatal
        "The clusterId in the request does not match that found on the server."
    105 TRANSACTIONAL_ID_NOT_FOUND "org.apache.kafka.common.errors.TransactionalIdNotFoundException" Fatal
        "The transactionalId could not be found."
    106 FETCH_SESSION_TOPIC_ID_ERROR "org.apache.kafka.common.errors.FetchSessionTopicIdException" Retriable
        "The fetch session encountered inconsistent topic ID usage."
    107 INELIGIBLE_REPLICA "org.apache.kafka.common.errors.IneligibleReplicaException" Fatal
        "The new ISR contains at least one ineligible replica."
    108 NEW_LEADER_ELECTED "org.apache.kafka.common.errors.NewLeaderElectedException" Fatal
        "The AlterPartition request successfully updated the partition state but the leader has changed."
    109 OFFSET_MOVED_TO_TIERED_STORAGE "org.apache.kafka.common.errors.OffsetMovedToTieredStorageException" Fatal
        "The requested offset is moved to tiered storage."
    110 FENCED_MEMBER_EPOCH "org.apache.kafka.common.errors.FencedMemberEpochException" Fatal
        "The member epoch is fenced by the group coordinator. The member must abandon all its partitions and rejoin."
    111 UNRELEASED_INSTANCE_ID "org.apache.kafka.common.errors.UnreleasedInstanceIdException" Fatal
        "The instance ID is still used by another member in the consumer group. That member must leave first."
    112 UNSUPPORTED_ASSIGNOR "org.apache.kafka.common.errors.UnsupportedAssignorException" Fatal
        "The assignor or its version range is not supported by the consumer group."
    113 STALE_MEMBER_EPOCH "org.apache.kafka.common.errors.StaleMemberEpochException" Fatal
        "The member epoch is stale. The member must retry after receiving its updated member epoch via the ConsumerGroupHeartbeat API."
    114 MISMATCHED_ENDPOINT_TYPE "org.apache.kafka.common.errors.MismatchedEndpointTypeException" Fatal
        "The request was sent to an endpoint of the wrong type."
    115 UNSUPPORTED_ENDPOINT_TYPE "org.apache.kafka.common.errors.UnsupportedEndpointTypeException" Fatal
        "This endpoint type is not supported yet."
    116 UNKNOWN_CONTROLLER_ID "org.apache.kafka.common.errors.UnknownControllerIdException" Fatal
        "This controller ID is not known."
    117 UNKNOWN_SUBSCRIPTION_ID "org.apache.kafka.common.errors.UnknownSubscriptionIdException" Fatal
        "Client sent a push telemetry request with an invalid or outdated subscription ID."
    118 TELEMETRY_TOO_LARGE "org.apache.kafka.common.errors.TelemetryTooLargeException" Fatal
        "Client sent a push telemetry request larger than the maximum size the broker will accept."
    119 INVALID_REGISTRATION "org.apache.kafka.common.errors.InvalidRegistrationException" Fatal
        "The controller has considered the broker registration to be invalid."
    120 TRANSACTION_ABORTABLE "org.apache.kafka.common.errors.TransactionAbortableException" Abortable
        "The server encountered an error with the transaction. The client can abort the transaction to continue using this transactional ID."
    121 INVALID_RECORD_STATE "org.apache.kafka.common.errors.InvalidRecordStateException" Fatal
        "The record state is invalid. The acknowledgement of delivery could not be completed."
    122 SHARE_SESSION_NOT_FOUND "org.apache.kafka.common.errors.ShareSessionNotFoundException" Retriable
        "The share session was not found."
    123 INVALID_SHARE_SESSION_EPOCH "org.apache.kafka.common.errors.InvalidShareSessionEpochException" Retriable
        "The share session epoch is invalid."
    124 FENCED_STATE_EPOCH "org.apache.kafka.common.errors.FencedStateEpochException" Fatal
        "The share coordinator rejected the request because the share-group state epoch did not match."
    125 INVALID_VOTER_KEY "org.apache.kafka.common.errors.InvalidVoterKeyException" Fatal
        "The voter key doesn't match the receiving replica's key."
    126 DUPLICATE_VOTER "org.apache.kafka.common.errors.DuplicateVoterException" Fatal
        "The voter is already part of the set of voters."
    127 VOTER_NOT_FOUND "org.apache.kafka.common.errors.VoterNotFoundException" Fatal
        "The voter is not part of the set of voters."
    128 INVALID_REGULAR_EXPRESSION "org.apache.kafka.common.errors.InvalidRegularExpression" Fatal
        "The regular expression is not valid."
    129 REBOOTSTRAP_REQUIRED "org.apache.kafka.common.errors.RebootstrapRequiredException" Fatal
        "Client metadata is stale. The client should rebootstrap to obtain new metadata."
    130 STREAMS_INVALID_TOPOLOGY "org.apache.kafka.common.errors.StreamsInvalidTopologyException" Fatal
        "The supplied topology is invalid."
    131 STREAMS_INVALID_TOPOLOGY_EPOCH "org.apache.kafka.common.errors.StreamsInvalidTopologyEpochException" Fatal
        "The supplied topology epoch is invalid."
    132 STREAMS_TOPOLOGY_FENCED "org.apache.kafka.common.errors.StreamsTopologyFencedException" Fatal
        "The supplied topology epoch is outdated."
    133 SHARE_SESSION_LIMIT_REACHED "org.apache.kafka.common.errors.ShareSessionLimitReachedException" Retriable
        "The limit of share sessions has been reached."
}
