//! What the runtime needs of Kafka, in three small traits: produce, take acks, consume.
//! ```text
//! SourceLoop ─▶ OutgoingBatch ─▶ Produce::append … Acks::next ─▶ Acked
//! Consume::poll ─▶ Incoming ─▶ SinkLoop
//! ```
//! The real ones are over `kafka-client`; tests and other clients implement the same.

mod consumer;
mod outgoing;
mod producer;

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use connect_api::{ConnectError, TopicOffsets, TopicPartition};
use kafka_client::consumer::PartitionRecords;

pub use consumer::{Subscription, open_consumer};
pub(crate) use consumer::{ours, theirs};
pub use outgoing::{Outgoing, OutgoingBatch};
pub(crate) use producer::connect_error;
pub use producer::{open_admin, open_producer};

/// Sends records. A record's number counts those that `append` took, from 0.
#[async_trait]
pub trait Produce: Send {
    /// Takes records of `batch` from index `from` on, as far as there is room. Takes one lock for all of them.
    /// # Errors
    /// The producer cannot go on: the task fails.
    fn append(&mut self, batch: &OutgoingBatch, from: usize) -> Result<Appended, ConnectError>;

    /// Ends when what stopped `append` may be over. Cancel-safe.
    /// # Errors
    /// `max.block.ms` has passed, or the producer cannot go on.
    async fn unblock(&mut self, blocked: &Blocked) -> Result<(), Unsent>;

    /// Ends when everything taken has been acknowledged or has failed. Cancel-safe.
    async fn flush(&mut self);

    /// Gives up what is not sent within `timeout` and closes.
    async fn close(&mut self, timeout: Duration);
}

/// A producer and its acknowledgements.
pub type ProduceAndAcks = (Box<dyn Produce>, Box<dyn Acks>);

/// How far [`Produce::append`] came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The index of the first record that was not taken.
    pub next: usize,
    /// Why not; none if all were taken.
    pub stopped: Option<Stopped>,
}

/// Why [`Produce::append`] stopped at a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// It may go on later.
    Blocked(Blocked),
    /// This record can never be sent; those behind it can.
    Refused(ConnectError),
}

/// What [`Produce::unblock`] waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blocked {
    /// `buffer.memory` is used up.
    Full,
    /// Nothing is known about this topic yet.
    UnknownTopic(Arc<str>),
    /// The topic has no such partition yet, as far as is known.
    UnknownPartition(Arc<str>, Option<i32>),
}

/// The acknowledgements of one producer, per partition in the order of submission.
#[async_trait]
pub trait Acks: Send {
    /// The next one; none when the producer is closed and everything has been told. Cancel-safe.
    async fn next(&mut self) -> Option<Acked>;

    /// The next one that is there already.
    fn try_next(&mut self) -> Option<Acked>;
}

/// What became of one produced batch.
#[derive(Debug, Clone)]
pub struct Acked {
    pub topic_partition: TopicPartition,
    /// The records' numbers, in the order in which they stand in the partition.
    pub numbers: Vec<Range<u64>>,
    /// Where the first record landed, or why none did.
    pub result: Result<Landed, Unsent>,
}

/// Why records did not get to Kafka.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsent {
    /// The records or their topic are at fault: others may get there.
    Records(ConnectError),
    /// The producer cannot go on: no record is at fault.
    Producer(ConnectError),
}

impl Unsent {
    pub fn into_error(self) -> ConnectError {
        match self {
            Self::Records(error) | Self::Producer(error) => error,
        }
    }
}

/// Where an acknowledged batch begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Landed {
    /// None where the broker does not say (`acks=0`).
    pub base_offset: Option<i64>,
    /// The log append time, where the topic uses it.
    pub timestamp: Option<i64>,
}

/// What a consumer has to say.
#[derive(Debug)]
pub enum Incoming {
    Assigned(Vec<TopicPartition>),
    /// Still ours until the next poll: commit and close now.
    Revoked(Vec<TopicPartition>),
    /// Somebody else's already: nothing can be committed.
    Lost(Vec<TopicPartition>),
    Records(Vec<PartitionRecords>),
    /// How the commit of this number ended.
    Committed(u64, Result<(), ConnectError>),
    /// Nothing within the timeout.
    Idle,
}

/// Consumes as a member of the connector's group.
#[async_trait]
pub trait Consume: Send {
    /// Waits up to `timeout`. Cancel-safe.
    /// # Errors
    /// The consumer cannot go on: the task fails.
    async fn poll(&mut self, timeout: Duration) -> Result<Incoming, ConnectError>;

    /// Commits beside the next polls, which tell the result under the returned number.
    /// # Errors
    /// The consumer has no group.
    fn commit_async(&mut self, offsets: &TopicOffsets) -> Result<u64, ConnectError>;

    /// Commits and waits for the result.
    /// # Errors
    /// Nothing was committed.
    async fn commit(&mut self, offsets: &TopicOffsets) -> Result<(), ConnectError>;

    /// Where the group goes on in `partition`, however long the brokers are away. None: meanwhile the group has given
    /// the partition to somebody else, as the next poll tells. Cancel-safe.
    /// # Errors
    /// The position cannot be found out.
    async fn position(&mut self, partition: &TopicPartition) -> Result<Option<i64>, ConnectError>;

    fn seek(&mut self, partition: &TopicPartition, offset: i64);

    fn pause(&mut self, partitions: &[TopicPartition]);

    fn resume(&mut self, partitions: &[TopicPartition]);

    /// Leaves the group.
    async fn close(&mut self, timeout: Duration);
}
