//! What is handed to an appender, and why it may come back.

use crate::KafkaError;
use crate::cluster::TopicName;

/// A topic that a producer knows the partitions of; from [`Producer::prepare`](super::Producer::prepare) of the same
/// producer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Topic {
    pub(super) name: TopicName,
    pub(super) index: usize,
}

impl Topic {
    /// The topic's name.
    pub fn name(&self) -> &TopicName {
        &self.name
    }
}

/// A record; borrowed, because appending copies it into its batch.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Where it goes.
    pub topic: &'a Topic,
    /// A partition, or none to go by the key.
    pub partition: Option<i32>,
    /// Milliseconds since 1970.
    pub timestamp: i64,
    /// The key.
    pub key: Option<&'a [u8]>,
    /// The value; none is a tombstone.
    pub value: Option<&'a [u8]>,
    /// Names may repeat.
    pub headers: &'a [(&'a str, Option<&'a [u8]>)],
}

/// Why a record was not taken. It was not: nothing is acked for it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AppendError {
    /// All of `buffer.memory` is used: [`wait_ready`](super::Producer::wait_ready), then append it again.
    #[error("buffer.memory is used up by records that wait for the broker")]
    BufferFull,
    /// The topic is another producer's: prepare it.
    #[error("Topic {0} was not prepared")]
    UnknownTopic(TopicName),
    /// The topic has no such partition, as far as this producer knows.
    #[error("Partition {partition} of topic {topic} with partition count {count} is not present in metadata")]
    UnknownPartition {
        /// The topic.
        topic: TopicName,
        /// What the record asked for.
        partition: i32,
        /// How many partitions there are.
        count: usize,
    },
    /// The record will never fit.
    #[error("{}", too_large(*size, *limit, key))]
    TooLarge {
        /// Its serialized size, as Java estimates it.
        size: usize,
        /// The value of `key`.
        limit: usize,
        /// The property that limits it.
        key: &'static str,
    },
    /// Not at this time: there is no open transaction, or it has failed. The error's kind says whether an abort helps.
    #[error(transparent)]
    Transaction(KafkaError),
    /// No record will be taken any more.
    #[error(transparent)]
    Fatal(KafkaError),
}

impl AppendError {
    /// The name of the Java exception that says the same.
    pub fn java_class(&self) -> &'static str {
        match self {
            AppendError::BufferFull => "org.apache.kafka.clients.producer.BufferExhaustedException",
            AppendError::UnknownTopic(_) | AppendError::UnknownPartition { .. } => {
                "org.apache.kafka.common.errors.TimeoutException"
            }
            AppendError::TooLarge { .. } => "org.apache.kafka.common.errors.RecordTooLargeException",
            AppendError::Transaction(error) | AppendError::Fatal(error) => error.java_class(),
        }
    }
}

fn too_large(size: usize, limit: usize, key: &str) -> String {
    match key {
        "max.request.size" => format!(
            "The message is {size} bytes when serialized which is larger than {limit}, which is the value of the {key} \
             configuration."
        ),
        _ => format!(
            "The message is {size} bytes when serialized which is larger than the total memory buffer you have configured \
             with the {key} configuration."
        ),
    }
}

/// What Java says a record takes: a batch of its own, with every field of unknown width at its widest.
/// Source: Apache Kafka, `DefaultRecordBatch.estimateBatchSizeUpperBound`.
pub(super) fn java_size_upper_bound(record: &Record<'_>) -> usize {
    const BATCH_HEADER: usize = 61;
    const RECORD_OVERHEAD_MAX: usize = 21;
    let headers = record.headers.iter().map(|(name, value)| sized(Some(name.as_bytes())) + sized(*value));
    let fields = sized(record.key) + sized(record.value) + varint(record.headers.len()) + headers.sum::<usize>();
    BATCH_HEADER + RECORD_OVERHEAD_MAX + fields
}

fn sized(field: Option<&[u8]>) -> usize {
    field.map_or(1, |field| varint(field.len()) + field.len())
}

/// The width of a zigzag varint.
fn varint(number: usize) -> usize {
    let significant = usize::BITS - number.leading_zeros() + 1;
    significant.div_ceil(7).max(1) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_javas() {
        let topic = Topic { name: "t".into(), index: 0 };
        let value = vec![0; 1_048_576];
        for (key, value, headers, want) in [
            (None, Some(&value[..]), &[][..], 1_048_664), // what Java says of a value of exactly 1 MiB
            (None, None, &[], 85),
            (Some(&value[..63]), Some(&value[..64]), &[("h", None)], 82 + 64 + 66 + 1 + 2 + 1),
        ] {
            let record = Record { topic: &topic, partition: None, timestamp: 0, key, value, headers };
            assert_eq!(java_size_upper_bound(&record), want);
        }
    }
}
