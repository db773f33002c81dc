//! What a poll returns.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::ConsumerError;
use crate::record::{Batches, RecordError, RecordView, Records};

/// Partition 3 of topic `orders`; written `orders-3`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicPartition {
    pub topic: Arc<str>,
    pub partition: i32,
}

impl TopicPartition {
    pub fn new(topic: impl Into<Arc<str>>, partition: i32) -> Self {
        Self { topic: topic.into(), partition }
    }
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

/// Where a group goes on reading a partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OffsetAndMetadata {
    /// The offset of the next record to read.
    pub offset: i64,
    /// The leader epoch of the last record read, if known.
    pub leader_epoch: Option<i32>,
    /// Anything the committer wants to keep beside it.
    pub metadata: String,
}

impl From<i64> for OffsetAndMetadata {
    fn from(offset: i64) -> Self {
        Self { offset, leader_epoch: None, metadata: String::new() }
    }
}

/// What happened; one at a time, in order. A rebalance is told as Java tells its listener:
///
/// | | eager | cooperative: every [`Assignor`](super::Assignor) of the consumer is |
/// |---|---|---|
/// | a rebalance begins | `Revoked`, with all that it has | partitions of topics that it gave up are `Revoked`; it reads on |
/// | it ends | `Assigned`, with all that it has now | `Revoked` and a further rebalance, if something moves; `Assigned` with what is new |
/// | the group gave the member up | `Lost`, with all that it had | the same |
///
/// Whatever was assigned and neither revoked nor lost since is this consumer's.
#[derive(Debug)]
pub enum Event {
    /// These partitions are this consumer's from now on, beside those that it has already. May be empty: the rebalance has
    /// brought nothing new.
    Assigned(Vec<TopicPartition>),
    /// These partitions are about to be given up. They still are this consumer's: the caller finishes with them and commits;
    /// its next poll goes on with the rebalance. Never empty.
    Revoked(Vec<TopicPartition>),
    /// These partitions may already belong to somebody else: committing them fails. Never empty.
    Lost(Vec<TopicPartition>),
    /// Records, never an empty list.
    Records(Vec<PartitionRecords>),
    /// How a [`commit_async`](super::Consumer::commit_async) ended.
    Committed { id: u64, result: Result<(), ConsumerError> },
    /// Nothing within the timeout, or the poll was [woken](super::Consumer::waker).
    Idle,
}

/// Records of one partition, in the order of their offsets.
#[derive(Debug)]
pub struct PartitionRecords {
    pub partition: TopicPartition,
    /// The consumer's position after these records.
    pub next_offset: i64,
    /// The leader epoch of the last of them, if known; a commit that carries it lets the next reader notice a truncation.
    pub leader_epoch: Option<i32>,
    pub(super) parts: Vec<Records>,
}

impl PartitionRecords {
    /// The records of some encoded batches, as a fetch would bring them.
    /// # Errors
    /// The bytes are not whole record batches.
    pub fn decode(partition: TopicPartition, bytes: Bytes) -> Result<Self, RecordError> {
        let (mut parts, mut next_offset, mut leader_epoch) = (Vec::new(), 0, None);
        for batch in Batches::new(bytes, true) {
            let batch = batch?;
            next_offset = batch.next_offset();
            leader_epoch = Some(batch.leader_epoch).filter(|epoch| *epoch >= 0);
            parts.push(batch.records(0)?);
        }
        Ok(Self { partition, next_offset, leader_epoch, parts })
    }

    /// How many records there are.
    pub fn len_max(&self) -> usize {
        self.parts.iter().map(Records::len_max).sum()
    }

    /// The records in pieces, batch by batch.
    pub fn into_parts(self) -> Vec<Records> {
        self.parts
    }

    /// The records, read in place.
    pub fn iter(&self) -> impl Iterator<Item = Result<RecordView, RecordError>> {
        self.parts.iter().cloned().flatten()
    }
}

impl IntoIterator for PartitionRecords {
    type Item = Result<RecordView, RecordError>;
    type IntoIter = std::iter::Flatten<std::vec::IntoIter<Records>>;

    fn into_iter(self) -> Self::IntoIter {
        self.parts.into_iter().flatten()
    }
}
