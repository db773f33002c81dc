//! The transactional calls of a producer.

use std::collections::BTreeMap;

use tokio::time::timeout;

use super::Producer;
use super::accumulator::Accumulator;
use super::appender::lock;
use super::transaction::{OffsetsToSend, Operation, Outcome, Transaction, not_transactional};
use crate::KafkaError;
use crate::consumer::{OffsetAndMetadata, TopicPartition};
use crate::group::ConsumerGroupMetadata;

/// Transactions, for a producer with a `transactional.id`. One at a time: initialize once; then begin, append, perhaps
/// send offsets, and commit or abort.
///
/// A call waits for `max.block.ms`. When that is over it goes on all the same, and the same call has to be made again to
/// learn what came of it; no other is taken before. A call whose future was dropped counts as one of those.
///
/// The kind of an error says what to do: [`Abortable`](crate::ErrorKind::Abortable) to abort and go on,
/// [`Retriable`](crate::ErrorKind::Retriable) to make the same call again; with every other this producer has to end,
/// except that `java.lang.IllegalStateException` without an earlier failure tells of a call at the wrong time.
impl Producer {
    /// Gets the producer id of the `transactional.id`, and fences every producer that had it before. The last one's open
    /// transaction is aborted, one that it was committing is completed.
    /// # Errors
    /// [`KafkaError::Timeout`]; the cluster does not allow it (the call may be repeated once it does); the producer has no
    /// `transactional.id`, or was initialized before.
    pub async fn init_transactions(&self) -> Result<(), KafkaError> {
        self.call(Operation::Initialize, Transaction::initialize).await
    }

    /// Begins a transaction: all records from here to the commit become visible together.
    /// # Errors
    /// Another one is open, or the producer has failed.
    pub fn begin_transaction(&self) -> Result<(), KafkaError> {
        transaction(&mut lock(&self.shared))?.begin()
    }

    /// Commits what a consumer has read together with what was made of it: offsets of the next record to read, in the
    /// name of a member. Does not wait for the records.
    /// # Errors
    /// [`KafkaError::Timeout`]: the same call may be repeated. The member was replaced meanwhile: the transaction has to be
    /// aborted.
    pub async fn send_offsets_to_transaction(
        &self,
        offsets: &BTreeMap<TopicPartition, OffsetAndMetadata>,
        group: &ConsumerGroupMetadata,
    ) -> Result<(), KafkaError> {
        let offsets_to_send = OffsetsToSend::new(offsets, group)?;
        transaction(&mut lock(&self.shared))?;
        match offsets.is_empty() {
            true => Ok(()),
            false => self.call(Operation::SendOffsets, |own| own.send_offsets(offsets_to_send)).await,
        }
    }

    /// Sends what is there without lingering, and commits. When it returns, the acks of all records are in [`Acks`](super::Acks).
    /// # Errors
    /// A record could not be stored, or the commit was refused: [`abort_transaction`](Self::abort_transaction).
    pub async fn commit_transaction(&self) -> Result<(), KafkaError> {
        self.call(Operation::Commit, Transaction::commit).await
    }

    /// Aborts the transaction. Records that were not sent yet are acked as failed.
    /// # Errors
    /// The producer was fenced or has failed otherwise.
    pub async fn abort_transaction(&self) -> Result<(), KafkaError> {
        self.call(Operation::Abort, Transaction::abort).await
    }

    async fn call(
        &self,
        operation: Operation,
        start: impl FnOnce(&mut Transaction) -> Result<Outcome, KafkaError>,
    ) -> Result<(), KafkaError> {
        let outcome = {
            let mut accumulator = lock(&self.shared);
            let outcome = start(transaction(&mut accumulator)?)?;
            if matches!(operation, Operation::Commit | Operation::Abort) {
                accumulator.seal_all();
            }
            outcome
        };
        self.shared.work.notify_one();
        let waited = timeout(self.config.max_block, self.until_known_outcome(&outcome)).await;
        waited.unwrap_or_else(|_| {
            let (request, why) = operation.overdue();
            let blocked = self.config.max_block.as_millis();
            Err(KafkaError::Timeout(
                format!("Timeout expired after {blocked}ms while awaiting {request}. {why}").into(),
            ))
        })
    }

    async fn until_known_outcome(&self, outcome: &Outcome) -> Result<(), KafkaError> {
        loop {
            let turned = self.shared.turned.notified();
            tokio::pin!(turned);
            turned.as_mut().enable();
            if let Some(result) = outcome.get() {
                transaction(&mut lock(&self.shared))?.seen(outcome);
                return result;
            }
            turned.await;
        }
    }

    /// Waits for a commit or abort that is under way, and aborts an open transaction: the producer is being closed.
    pub(super) async fn end_ongoing(&self) {
        let ending = lock(&self.shared).transaction().and_then(|own| own.ending());
        if let Some(outcome) = ending
            && let Err(error) = self.until_known_outcome(&outcome).await
        {
            tracing::warn!(%error, "the transaction that was being ended when the producer was closed has failed");
        }
        let ongoing = lock(&self.shared).transaction().is_some_and(|own| own.is_ongoing());
        if ongoing && let Err(error) = self.abort_transaction().await {
            tracing::warn!(%error, "the open transaction was not aborted; the cluster will do it when its time is over");
        }
    }
}

fn transaction(accumulator: &mut Accumulator) -> Result<&mut Transaction, KafkaError> {
    accumulator.transaction().ok_or_else(not_transactional)
}
