//! From a batch into the books: which record was sent, which was dropped, in order.

use connect_api::{SourceBatch, SourceRecord};

use super::books::Books;
use super::convert::Prepared;
use crate::errors::Origin;

/// The records of a batch as they were, for who asks for them; each until it is in the books.
pub(super) type Originals = Vec<Option<SourceRecord>>;

/// The records of one batch, on their way into the bookkeeping in order.
pub(super) struct Submission {
    pub(super) batch: SourceBatch,
    pub(super) originals: Option<Originals>,
    pub(super) prepared: Prepared,
    /// The first record that is not in the books.
    pub(super) at: usize,
}

impl Submission {
    /// The next `count` sent records have been taken by the producer; dropped ones between them settle.
    pub(super) fn submit(&mut self, count: usize, books: &mut Books) {
        for _ in 0..count {
            self.settle_dropped(books);
            let source = &self.batch[self.at];
            books.submitted.submit(&source.source_partition, source.source_offset.clone());
            if let Some(original) = self.take_original() {
                books.confirmations.submitted(original);
            }
            self.at += 1;
        }
    }

    /// Dropped records up to the next sent one.
    pub(super) fn settle_dropped(&mut self, books: &mut Books) {
        while self.prepared.sent.get(self.at) == Some(&false) {
            self.settle_one(books);
        }
    }

    /// The next record that was to be sent is dropped after all.
    pub(super) fn drop_next(&mut self, books: &mut Books) {
        self.settle_dropped(books);
        self.settle_one(books);
    }

    /// Which record the next one that was to be sent is.
    pub(super) fn next_origin(&self) -> Origin {
        let dropped = self.prepared.sent.iter().skip(self.at).take_while(|sent| !**sent).count();
        Origin::of_source(self.originals.as_ref().and_then(|originals| originals.get(self.at + dropped)?.as_ref()))
    }

    fn take_original(&mut self) -> Option<SourceRecord> {
        self.originals.as_mut()?.get_mut(self.at)?.take()
    }

    fn settle_one(&mut self, books: &mut Books) {
        let source = &self.batch[self.at];
        books.submitted.settle(&source.source_partition, source.source_offset.clone());
        if let Some(original) = self.take_original() {
            books.confirmations.dropped(original);
        }
        self.at += 1;
    }
}
