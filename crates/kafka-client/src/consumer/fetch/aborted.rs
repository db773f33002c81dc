//! Which batches of a log belong to transactions that were aborted.

use std::collections::HashSet;

use kafka_protocol::messages::fetch_response::AbortedTransaction;

use crate::record::{Batch, ControlRecord};

/// Tells the batches of aborted transactions from the others, going through the log in order.
pub(super) struct AbortedFilter {
    /// Those that begin later, the first one last.
    ahead: Vec<AbortedTransaction>,
    /// Producers within an aborted transaction.
    open: HashSet<i64>,
}

impl AbortedFilter {
    pub(super) fn new(mut aborted: Vec<AbortedTransaction>) -> Self {
        aborted.sort_by_key(|transaction| std::cmp::Reverse(transaction.first_offset));
        Self { ahead: aborted, open: HashSet::new() }
    }

    /// Whether the batch's records are for the caller.
    pub(super) fn admits(&mut self, batch: &Batch) -> bool {
        while let Some(begun) = self.ahead.pop_if(|transaction| transaction.first_offset <= batch.last_offset) {
            self.open.insert(begun.producer_id.0);
        }
        if batch.is_control() {
            if batch.control() == Some(ControlRecord::Abort) {
                self.open.remove(&batch.producer_id);
            }
            return false;
        }
        !(batch.is_transactional() && self.open.contains(&batch.producer_id))
    }
}
