//! The contract of source tasks.

use async_trait::async_trait;

use super::SourceTaskContext;
use crate::{ConnectError, RecordMetadata, SourceBatch, SourceRecord, TaskError};

/// Reads one share of an outside system. Calls never overlap. The runtime does not drop a pending call before
/// `task.shutdown.graceful.timeout.ms` has passed after the context's stop token was cancelled.
/// Source: Apache Kafka, `SourceTask`.
#[async_trait]
pub trait SourceTask: Send {
    /// Called once, first.
    /// # Errors
    /// The task goes to FAILED.
    async fn start(&mut self, context: SourceTaskContext) -> Result<(), ConnectError>;

    /// Returns the next batch, in order within each source partition.
    /// Called in a loop. It may wait for data, but returns an empty batch within about a second and at once when
    /// the stop token is cancelled, so that pause, stop and commits are seen.
    /// # Errors
    /// [`TaskError::Retriable`]: called again after a backoff. [`TaskError::Fatal`]: never called again.
    async fn poll(&mut self) -> Result<SourceBatch, TaskError>;

    /// True if the task wants [`commit_record`](Self::commit_record): only then are its records kept until then.
    /// Asked once, after `start`.
    fn wants_record_acks(&self) -> bool {
        false
    }

    /// A record, as `poll` gave it, is in Kafka, or was dropped (no metadata). In the order of acknowledgement.
    /// # Errors
    /// Logged only.
    async fn commit_record(
        &mut self,
        _record: SourceRecord,
        _metadata: Option<RecordMetadata>,
    ) -> Result<(), ConnectError> {
        Ok(())
    }

    /// Offsets have been committed; called after each commit, one that had nothing to commit too.
    /// # Errors
    /// Logged only.
    async fn commit(&mut self) -> Result<(), ConnectError> {
        Ok(())
    }

    /// Called once, last, after a failed `start` too: give back what the task holds.
    async fn stop(&mut self) {}
}
