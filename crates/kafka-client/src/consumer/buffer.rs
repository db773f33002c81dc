//! What was fetched of one partition and not yet returned: whole batches, decompressed when their turn comes.

use std::collections::VecDeque;

use crate::record::{Batch, RecordError, Records};

/// What was fetched and not yet returned.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    current: Option<Current>,
    ahead: VecDeque<Fetched>,
    bytes: usize,
}

#[derive(Debug)]
struct Current {
    records: Records,
    next_offset: i64,
    leader_epoch: i32,
    bytes: usize,
}

/// One step of the log.
#[derive(Debug)]
pub(super) enum Fetched {
    Batch {
        batch: Batch,
        bytes: usize,
    },
    /// Nothing to return up to here: markers of transactions, and aborted ones.
    Skip {
        next_offset: i64,
    },
    /// Nothing to read from here on.
    Broken(RecordError),
}

impl Buffer {
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.current.is_none() && self.ahead.is_empty()
    }

    /// Nothing can be read behind what is here: there is no use in fetching more before somebody seeks.
    pub(super) fn is_broken(&self) -> bool {
        matches!(self.ahead.back(), Some(Fetched::Broken(_)))
    }

    pub(super) fn push(&mut self, fetched: Fetched) {
        if self.is_broken() {
            return;
        }
        if let Fetched::Batch { bytes, .. } = &fetched {
            self.bytes += bytes;
        }
        self.ahead.push_back(fetched);
    }

    /// The next records, and the position after them with the epoch it was reached in. An error stays in its place.
    pub(super) fn take(
        &mut self,
        position: &mut i64,
        epoch: &mut Option<i32>,
        budget: &mut usize,
    ) -> Result<Option<Records>, RecordError> {
        let Some(mut current) = self.next_current(position)? else { return Ok(None) };
        if current.leader_epoch >= 0 {
            *epoch = Some(current.leader_epoch);
        }
        if current.records.len_max() <= *budget {
            *budget -= current.records.len_max();
            *position = current.next_offset;
            self.bytes -= current.bytes;
            return Ok(Some(current.records));
        }
        match current.records.split_front(*budget) {
            Ok((front, next_offset)) => {
                *budget = 0;
                *position = next_offset.unwrap_or(current.next_offset);
                self.current = Some(current);
                Ok(Some(front))
            }
            Err(error) => Err(self.break_off(error)),
        }
    }

    fn break_off(&mut self, error: RecordError) -> RecordError {
        self.ahead.clear();
        self.bytes = 0;
        self.ahead.push_back(Fetched::Broken(error.clone()));
        error
    }

    /// The batch that is being read, or the next one with records from the position on (which is decompressed here).
    /// Compaction leaves batches without.
    fn next_current(&mut self, position: &mut i64) -> Result<Option<Current>, RecordError> {
        if let Some(current) = self.current.take() {
            return Ok(Some(current));
        }
        while let Some(fetched) = self.ahead.front() {
            match fetched {
                Fetched::Skip { next_offset } => *position = *next_offset.max(position),
                Fetched::Broken(error) => return Err(error.clone()),
                Fetched::Batch { batch, bytes } => {
                    let (next_offset, leader_epoch, bytes) = (batch.next_offset(), batch.leader_epoch, *bytes);
                    let records = match batch.records(*position) {
                        Ok(records) => records,
                        Err(error) => return Err(self.break_off(error)),
                    };
                    self.ahead.pop_front();
                    if records.len_max() > 0 {
                        return Ok(Some(Current { records, next_offset, leader_epoch, bytes }));
                    }
                    self.bytes -= bytes;
                    *position = next_offset.max(*position);
                    continue;
                }
            }
            self.ahead.pop_front();
        }
        Ok(None)
    }
}
