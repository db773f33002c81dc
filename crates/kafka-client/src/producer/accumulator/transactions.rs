//! What an open, ended or failed transaction means for records that wait.

use std::time::Instant;

use super::Accumulator;
use crate::KafkaError;
use crate::producer::record::{AppendError, Record};
use crate::producer::transaction::Transaction;

impl Accumulator {
    pub(super) fn check_open(&mut self, record: &Record<'_>) -> Result<(), AppendError> {
        if self.transaction.as_ref().is_some_and(|own| !own.is_open()) {
            let (topic, partition) = (record.topic.name(), record.partition.unwrap_or(-1));
            let refusal = self.transaction.as_ref().map(|own| own.refusal(topic, partition));
            return refusal.map_or(Ok(()), |error| Err(AppendError::Transaction(error)));
        }
        self.failed.as_ref().map_or(Ok(()), |error| Err(AppendError::Fatal(error.clone())))
    }

    /// The transactions of a producer that has them.
    pub(in crate::producer) fn transaction(&mut self) -> Option<&mut Transaction> {
        self.transaction.as_mut()
    }

    /// Before when no batch is to be sent, for the last transaction is being completed.
    pub(in crate::producer) fn held_until(&self) -> Option<Instant> {
        self.transaction.as_ref().and_then(Transaction::held_until)
    }

    /// Whether a partition's next batch may be sent, as far as the transaction goes.
    pub(in crate::producer) fn may_send(&self, slot: usize, is_new: bool) -> bool {
        self.transaction.as_ref().is_none_or(|own| own.may_send(slot, is_new))
    }

    /// Why batches that were never sent are given up, if they are.
    pub(in crate::producer) fn gives_up(&self) -> Option<KafkaError> {
        self.transaction.as_ref().and_then(Transaction::gives_up)
    }

    /// Tells the transaction of the partitions that have records.
    pub(in crate::producer) fn note_partitions(&mut self) {
        if let Some(transaction) = &mut self.transaction {
            self.active.iter().for_each(|slot| transaction.note_partition(*slot));
        }
    }
}
