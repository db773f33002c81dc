//! Where records wait: per partition one open batch, and the full ones behind it.
//!
//! Appending encodes a record straight into its batch; nothing is allocated but the batch's own buffer. Everything here
//! happens under one lock, which the appender holds for many records and the sender for a few queue operations.

mod memory;
mod queues;
mod topics;
mod transactions;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Instant;

use super::ProducerConfig;
use super::batch::Batch;
use super::record::{AppendError, Record, java_size_upper_bound};
use super::transaction::Transaction;
use crate::KafkaError;
use crate::cluster::TopicName;
use crate::record::BatchBuilder;
use queues::Slot;
use topics::TopicSlot;

const BATCH_OVERHEAD: usize = 61;

#[derive(Debug)]
pub(super) struct Accumulator {
    config: ProducerConfig,
    topics: Vec<TopicSlot>,
    by_name: HashMap<TopicName, usize>,
    slots: Vec<Slot>,
    /// The slots that hold records, so that the sender does not look at thousands of idle partitions.
    active: BTreeSet<usize>,
    used: usize,
    /// What the last refused record needs; the batches before it are sent without lingering.
    wanted: Option<usize>,
    next_submission: u64,
    generation: u64,
    unsettled: BTreeMap<u64, usize>,
    changed: bool,
    failed: Option<KafkaError>,
    transaction: Option<Transaction>,
}

impl Accumulator {
    pub(super) fn new(config: ProducerConfig) -> Self {
        let transaction = config.transaction.as_ref().map(|transaction| Transaction::new(transaction.id.clone()));
        Accumulator {
            config,
            topics: Vec::new(),
            by_name: HashMap::new(),
            slots: Vec::new(),
            active: BTreeSet::new(),
            used: 0,
            wanted: None,
            next_submission: 0,
            generation: 0,
            unsettled: BTreeMap::new(),
            changed: false,
            failed: None,
            transaction,
        }
    }

    /// Encodes a record into its partition's open batch and returns its submission number.
    pub(super) fn append(&mut self, record: &Record<'_>, now: Instant) -> Result<u64, AppendError> {
        self.check_open(record)?;
        let size = BatchBuilder::would_take(record.key, record.value, record.headers);
        self.check_size(record, size)?;
        if self.used > 0 && self.used.saturating_add(size + BATCH_OVERHEAD) > self.config.buffer_memory {
            self.wanted = Some(size + BATCH_OVERHEAD);
            self.changed = true;
            return Err(AppendError::BufferFull);
        }
        let slot = self.choose(record, size, now)?;
        Ok(self.append_to(slot, record, size, now))
    }

    fn append_to(&mut self, index: usize, record: &Record<'_>, size: usize, now: Instant) -> u64 {
        self.seal_unless_room(index, size);
        let slot = &mut self.slots[index];
        let batch = slot.open.get_or_insert_with(|| {
            let capacity = slot.capacity.max(BATCH_OVERHEAD + size);
            let builder = BatchBuilder::new(self.config.compression, capacity);
            let batch = Batch::open(index, builder, now, self.generation);
            self.used += batch.charged;
            *self.unsettled.entry(self.generation).or_default() += 1;
            self.active.insert(index);
            self.changed = true;
            batch
        });
        let number = self.next_submission;
        if let Some(builder) = batch.builder() {
            builder.append(record.timestamp, record.key, record.value, record.headers);
            let length = builder.len_bytes();
            self.used += length - batch.charged;
            batch.charged = length;
        }
        batch.count += 1;
        batch.submissions.push(number);
        self.next_submission += 1;
        number
    }

    fn check_size(&self, record: &Record<'_>, size: usize) -> Result<(), AppendError> {
        let limit = self.config.max_request_size.min(self.config.buffer_memory);
        if size + BATCH_OVERHEAD <= limit {
            return Ok(());
        }
        let size = java_size_upper_bound(record);
        for (limit, key) in
            [(self.config.max_request_size, "max.request.size"), (self.config.buffer_memory, "buffer.memory")]
        {
            if size > limit {
                return Err(AppendError::TooLarge { size, limit, key });
            }
        }
        Ok(())
    }

    /// Every further append fails with this error; the first one stays.
    pub(super) fn fail(&mut self, error: KafkaError) {
        self.failed.get_or_insert(error);
        self.changed = true;
    }

    pub(super) fn failure(&self) -> Option<&KafkaError> {
        self.failed.as_ref()
    }

    /// Whether the sender has something new to look at; asking resets it.
    pub(super) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    #[cfg(test)]
    pub(super) fn used(&self) -> usize {
        self.used
    }
}

#[cfg(test)]
mod tests;
