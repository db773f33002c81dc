use crate::KafkaError;
use crate::record::RecordError;

use super::{OffsetAndMetadata, TopicPartition};

/// Why a consumer cannot go on as asked. Unless said otherwise, calling again is allowed.
#[derive(Debug, thiserror::Error)]
pub enum ConsumerError {
    #[error(transparent)]
    Kafka(#[from] KafkaError),
    /// The group gave this consumer's partitions to others: what was to be committed will be read again by them.
    #[error(
        "Offset commit cannot be completed since the consumer is not part of an active group for auto partition \
         assignment; it is likely that the consumer was kicked out of the group."
    )]
    CommitFailed(#[source] KafkaError),
    /// A cooperative group rebalances just now. The partitions are this consumer's still: it polls on and commits again.
    #[error(
        "Offset commit cannot be completed since the consumer is undergoing a rebalance for auto partition assignment. You \
         can try completing the rebalance by calling poll() and then retry the operation."
    )]
    RebalanceInProgress(#[source] KafkaError),
    /// Bytes that cannot be read; every poll says so until a seek passes them.
    #[error(
        "Received exception when fetching the next record from {partition}. If needed, please seek past the record to \
         continue consumption."
    )]
    Record { partition: TopicPartition, source: RecordError },
    /// The broker itself found that what it stores there cannot be read.
    #[error("Encountered corrupt message when fetching offset {offset} for topic-partition {partition}")]
    Corrupt { partition: TopicPartition, offset: i64 },
    /// No committed offset, and `auto.offset.reset=none`.
    #[error("Undefined offset with no reset policy for partitions: [{0}]")]
    NoOffset(TopicPartition),
    /// The position is gone, and `auto.offset.reset=none`.
    #[error("Fetch position {offset} is out of range for partition {partition}")]
    OffsetOutOfRange { partition: TopicPartition, offset: i64 },
    /// Another leader took over whose log parts from what was read before the position, and `auto.offset.reset=none`. Every
    /// poll says so until somebody seeks, for example to where the logs part.
    #[error(
        "Truncated partitions detected with divergent offsets {{{partition}={}}}",
        diverging.as_ref().map_or_else(|| "unknown".to_owned(), |at| at.offset.to_string())
    )]
    LogTruncation { partition: TopicPartition, offset: i64, diverging: Option<OffsetAndMetadata> },
    /// An argument that can mean nothing.
    #[error("{0}")]
    IllegalArgument(String),
    /// The call names a partition that this consumer does not have.
    #[error("No current assignment for partition {0}")]
    NotAssigned(TopicPartition),
    /// Both ways to get partitions at once.
    #[error("Subscription to topics, partitions and pattern are mutually exclusive")]
    MixedSubscription,
    /// The call needs a `group.id`.
    #[error(
        "To use the group management or offset commit APIs, you must provide a valid group.id in the consumer configuration."
    )]
    NoGroup,
}

impl ConsumerError {
    /// Whether the same call may succeed later.
    pub fn is_retriable(&self) -> bool {
        matches!(self, Self::Kafka(error) if error.is_retriable())
    }

    /// The name of the Java exception that says the same.
    pub fn java_class(&self) -> &'static str {
        match self {
            Self::Kafka(error) => error.java_class(),
            Self::CommitFailed(_) => "org.apache.kafka.clients.consumer.CommitFailedException",
            Self::RebalanceInProgress(_) => "org.apache.kafka.common.errors.RebalanceInProgressException",
            Self::Record { .. } | Self::Corrupt { .. } => "org.apache.kafka.common.KafkaException",
            Self::NoOffset(_) => "org.apache.kafka.clients.consumer.NoOffsetForPartitionException",
            Self::OffsetOutOfRange { .. } => "org.apache.kafka.clients.consumer.OffsetOutOfRangeException",
            Self::LogTruncation { .. } => "org.apache.kafka.clients.consumer.LogTruncationException",
            Self::IllegalArgument(_) => "java.lang.IllegalArgumentException",
            Self::NotAssigned(_) | Self::MixedSubscription => "java.lang.IllegalStateException",
            Self::NoGroup => "org.apache.kafka.common.errors.InvalidGroupIdException",
        }
    }
}
