//! From a batch into the books: which record was sent, which was dropped, in order.

use connect_api::SourceBatch;
use connect_core::task::SubmittedRecords;

use super::Confirmations;
use super::convert::Prepared;
use crate::errors::Origin;

/// The records of one batch, on their way into the bookkeeping in order.
pub(super) struct Submission {
    pub(super) batch: SourceBatch,
    pub(super) originals: Option<SourceBatch>,
    pub(super) prepared: Prepared,
    /// The first record that is not in the books.
    pub(super) at: usize,
}

impl Submission {
    /// The next `count` sent records have been taken by the producer; dropped ones between them settle.
    pub(super) fn submit(&mut self, count: usize, submitted: &mut SubmittedRecords, confirmations: &mut Confirmations) {
        for _ in 0..count {
            self.settle_dropped(submitted, confirmations);
            let source = &self.batch[self.at];
            submitted.submit(&source.source_partition, source.source_offset.clone());
            if let Some(originals) = &self.originals {
                confirmations.submitted(originals[self.at].clone());
            }
            self.at += 1;
        }
    }

    /// Dropped records up to the next sent one.
    pub(super) fn settle_dropped(&mut self, submitted: &mut SubmittedRecords, confirmations: &mut Confirmations) {
        while self.prepared.sent.get(self.at) == Some(&false) {
            self.settle_one(submitted, confirmations);
        }
    }

    /// The next record that was to be sent is dropped after all.
    pub(super) fn drop_next(&mut self, submitted: &mut SubmittedRecords, confirmations: &mut Confirmations) {
        self.settle_dropped(submitted, confirmations);
        self.settle_one(submitted, confirmations);
    }

    /// Which record the next one that was to be sent is.
    pub(super) fn next_origin(&self) -> Origin {
        let dropped = self.prepared.sent.iter().skip(self.at).take_while(|sent| !**sent).count();
        Origin::of_source(self.originals.as_ref().and_then(|originals| originals.get(self.at + dropped)))
    }

    fn settle_one(&mut self, submitted: &mut SubmittedRecords, confirmations: &mut Confirmations) {
        let source = &self.batch[self.at];
        submitted.settle(&source.source_partition, source.source_offset.clone());
        if let Some(originals) = &self.originals {
            confirmations.dropped(originals[self.at].clone());
        }
        self.at += 1;
    }
}
