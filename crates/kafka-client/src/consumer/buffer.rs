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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{BatchBuilder, Batches, Compression, ProducerIdentity};

    /// A batch at `base` as compaction leaves it: room for ten offsets, and records at `kept`.
    fn compacted(base: i64, kept: &[i32]) -> Batch {
        let mut builder = BatchBuilder::new(Compression::None, 0);
        (0..10).for_each(|_| builder.append(5, None, Some(b"v"), &[]));
        let mut bytes = builder.build(ProducerIdentity::NONE).to_vec();
        bytes[..8].copy_from_slice(&base.to_be_bytes());
        let record_len = (bytes.len() - 61) / 10;
        let records: Vec<u8> = kept
            .iter()
            .flat_map(|index| {
                let at = 61 + record_len * usize::try_from(*index).unwrap();
                bytes[at..at + record_len].to_vec()
            })
            .collect();
        bytes.truncate(61);
        bytes.extend(records);
        let len = i32::try_from(bytes.len() - 12).unwrap();
        bytes[8..12].copy_from_slice(&len.to_be_bytes());
        bytes[57..61].copy_from_slice(&i32::try_from(kept.len()).unwrap().to_be_bytes());
        Batches::new(bytes.into(), false).next().unwrap().unwrap()
    }

    #[test]
    fn compaction_leaves_gaps_and_empty_batches() {
        for (from, kept, want, after) in [
            (0, &[&[1, 4][..], &[2]][..], &[1, 4, 12][..], 20),
            (2, &[&[1, 4], &[2]], &[4, 12], 20), // within a batch
            (5, &[&[1, 4], &[2]], &[12], 20),    // whose rest is gone
            (4, &[&[], &[]], &[], 20),           // both are empty
            (13, &[&[1], &[2]], &[], 20),
        ] {
            let (mut buffer, mut position, mut epoch, mut offsets) = (Buffer::default(), from, None, Vec::new());
            for (kept, base) in kept.iter().zip([0, 10]) {
                let batch = compacted(base, kept);
                buffer.push(Fetched::Batch { bytes: batch.len_bytes(), batch });
            }
            while let Some(records) = buffer.take(&mut position, &mut epoch, &mut 100).unwrap() {
                assert_eq!(records.clone().count(), records.len_max(), "nobody is counted who does not come");
                assert!(records.len_max() > 0);
                offsets.extend(records.map(|record| record.unwrap().offset));
            }
            assert_eq!((offsets.as_slice(), position, buffer.bytes()), (want, after, 0), "from {from}");
        }
    }
}
