//! The contract of sink tasks.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::SinkTaskContext;
use crate::{ConnectError, SinkBatch, TaskError, TopicPartition};

/// Topic partition → the offset of the next record to consume.
pub type TopicOffsets = BTreeMap<TopicPartition, i64>;

/// Writes records to an outside system. Calls never overlap. The runtime does not drop a pending call before
/// `task.shutdown.graceful.timeout.ms` has passed after the context's stop token was cancelled.
/// Source: Apache Kafka, `SinkTask`.
#[async_trait]
pub trait SinkTask: Send {
    /// Called once, first.
    /// # Errors
    /// The task goes to FAILED.
    async fn start(&mut self, context: SinkTaskContext) -> Result<(), ConnectError>;

    /// These partitions are now the task's; called before their first record, never with an empty list.
    /// # Errors
    /// The task goes to FAILED.
    async fn open(&mut self, _partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        Ok(())
    }

    /// Writes the batch, which may be empty. The runtime keeps it, so that a retriable failure brings the same batch again.
    /// # Errors
    /// [`TaskError::Retriable`]: the same batch comes again after a backoff; consumer offsets stay where they are.
    /// [`TaskError::Fatal`]: the task goes to FAILED.
    async fn put(&mut self, batch: &SinkBatch) -> Result<(), TaskError>;

    /// Makes everything up to `offsets` durable; called before these offsets are committed.
    /// # Errors
    /// Nothing is committed; consumption goes back to the last committed offsets.
    async fn flush(&mut self, _offsets: &TopicOffsets) -> Result<(), ConnectError> {
        Ok(())
    }

    /// Answers the offsets that may be committed: at most `offsets`; empty to commit nothing.
    /// # Errors
    /// As for `flush`.
    async fn pre_commit(&mut self, offsets: &TopicOffsets) -> Result<TopicOffsets, ConnectError> {
        self.flush(offsets).await?;
        Ok(offsets.clone())
    }

    /// These partitions are no longer the task's; called after their last commit, never with an empty list.
    /// # Errors
    /// The task goes to FAILED.
    async fn close(&mut self, _partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        Ok(())
    }

    /// Called once, last, after a failed `start` too: give back what the task holds.
    async fn stop(&mut self) {}
}
