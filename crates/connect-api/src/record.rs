//! What flows: source records from tasks, sink records to tasks, both in batches.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::data::{HeaderBytes, Headers, Map, Schema, Value};

/// A partition of a topic; written `topic-0`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicPartition {
    pub topic: Arc<str>,
    pub partition: i32,
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

/// What both kinds of record have in common, and all that a transformation may change.
#[derive(Debug, Clone)]
pub struct ConnectRecord {
    pub topic: Arc<str>,
    /// The Kafka partition; a source record may leave the choice to the producer.
    pub partition: Option<i32>,
    pub key_schema: Option<Arc<Schema>>,
    pub key: Value,
    pub value_schema: Option<Arc<Schema>>,
    pub value: Value,
    /// Milliseconds since the epoch.
    pub timestamp: Option<i64>,
    pub headers: Headers,
    /// Where a consumed record stands in its partition; none for a source record. There to be read, not to be changed.
    pub consumed_offset: Option<i64>,
}

impl ConnectRecord {
    /// A record without key, timestamp and headers.
    pub fn new(topic: Arc<str>, value_schema: Option<Arc<Schema>>, value: Value) -> Self {
        Self {
            topic,
            partition: None,
            key_schema: None,
            key: Value::Null,
            value_schema,
            value,
            timestamp: None,
            headers: Headers::new(),
            consumed_offset: None,
        }
    }
}

/// Where a source record comes from: `{"filename": "/var/log/a"}`. A map of strings to primitive values.
pub type SourcePartition = Map;

/// How far a source partition has been read, after the record that carries it. Small, so that a batch is cheap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceOffset {
    /// Java's null: the stored offset of the partition is removed.
    Null,
    /// A map of one 64-bit number, `{"position": 4096}`.
    Single { field: &'static str, value: i64 },
    /// Any map of strings to primitive values.
    Map(Arc<Map>),
}

impl SourceOffset {
    /// The map that is stored, none for [`SourceOffset::Null`].
    pub fn to_map(&self) -> Option<Arc<Map>> {
        match self {
            Self::Null => None,
            Self::Single { field, value } => {
                let pair = (Value::string(*field), Value::Int64(*value));
                Some(Arc::new(Map::from_iter([pair])))
            }
            Self::Map(map) => Some(Arc::clone(map)),
        }
    }
}

/// One record of a source task.
#[derive(Debug, Clone)]
pub struct SourceRecord {
    pub record: ConnectRecord,
    /// Shared by the records of one partition.
    pub source_partition: Arc<SourcePartition>,
    pub source_offset: SourceOffset,
}

/// What one `poll` returns, in order within each source partition.
pub type SourceBatch = Vec<SourceRecord>;

/// Who set the timestamp of a consumed record; `Display` is Java's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimestampType {
    NoTimestampType,
    CreateTime,
    LogAppendTime,
}

impl fmt::Display for TimestampType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoTimestampType => "NoTimestampType",
            Self::CreateTime => "CreateTime",
            Self::LogAppendTime => "LogAppendTime",
        })
    }
}

/// One consumed record on its way to a sink task.
#[derive(Debug, Clone)]
pub struct SinkRecord {
    /// After conversion and transformations.
    pub record: ConnectRecord,
    pub offset: i64,
    pub timestamp_type: TimestampType,
    /// Where the record was consumed, whatever the transformations made of its topic and partition.
    pub original: TopicPartition,
    /// Has the record as it stands in Kafka, under its offset. Only where it may be needed again: for a dead letter queue,
    /// or for the log.
    pub consumed: Option<Arc<dyn ConsumedRecords>>,
}

/// Some records of one partition as they were fetched; many sink records share one of these.
pub trait ConsumedRecords: std::fmt::Debug + Send + Sync {
    /// Reads a record anew, whole. None if it is not among these.
    fn record(&self, offset: i64) -> Option<ConsumedRecord>;
}

/// A consumed record before conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumedRecord {
    pub key: Option<Bytes>,
    pub value: Option<Bytes>,
    pub headers: Vec<HeaderBytes>,
    /// Milliseconds since the epoch; none if the producer set none.
    pub timestamp: Option<i64>,
}

/// What one `put` delivers: in order within each topic partition, possibly empty. Shared, so that a task may keep
/// it while it works elsewhere, and a retry costs nothing.
pub type SinkBatch = Arc<Vec<SinkRecord>>;

/// Where a source record went: what the broker acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordMetadata {
    pub topic_partition: TopicPartition,
    /// None where `acks=0`.
    pub offset: Option<i64>,
    /// Milliseconds since the epoch.
    pub timestamp: Option<i64>,
}
