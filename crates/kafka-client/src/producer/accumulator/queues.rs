//! The batches of each partition: the open one, and the full ones that wait to be sent.

use std::collections::VecDeque;
use std::time::Instant;

use super::Accumulator;
use crate::producer::batch::Batch;

#[derive(Debug)]
pub(super) struct Slot {
    pub(super) topic: usize,
    pub(super) partition: i32,
    pub(super) open: Option<Batch>,
    pub(super) full: VecDeque<Batch>,
    pub(super) capacity: usize,
}

impl Accumulator {
    /// Closes the open batch if one more record of this size would overfill it.
    pub(super) fn seal_unless_room(&mut self, slot: usize, size: usize) -> bool {
        let open = self.slots[slot].open.as_ref();
        let full = open.is_some_and(|batch| batch.len_bytes() + size > self.config.batch_size);
        if full {
            self.seal(slot);
        }
        full
    }

    pub(super) fn seal(&mut self, slot: usize) {
        let slot = &mut self.slots[slot];
        if let Some(batch) = slot.open.take() {
            // The next batch of this partition is probably as large; a first guess of all of `batch.size` would cost
            // memory in topics with many quiet partitions.
            slot.capacity = (batch.len_bytes() + batch.len_bytes() / 8).min(self.config.batch_size);
            slot.full.push_back(batch);
            self.changed = true;
        }
    }

    /// The slots that hold records.
    pub(in crate::producer) fn active(&self) -> impl Iterator<Item = usize> + '_ {
        self.active.iter().copied()
    }

    /// Whether no record waits here.
    pub(in crate::producer) fn is_empty(&self) -> bool {
        self.active.is_empty()
    }

    /// When the slot's first batch may go, or none if it holds no records.
    pub(in crate::producer) fn ready_at(&self, slot: usize, now: Instant) -> Option<Instant> {
        let slot = &self.slots[slot];
        match (&slot.open, slot.full.is_empty()) {
            (_, false) => Some(now),
            (Some(_), _) if self.wanted.is_some() || self.failed.is_some() => Some(now),
            (Some(batch), _) => batch.created.checked_add(self.config.linger),
            (None, true) => None,
        }
    }

    /// When the slot's first batch was begun.
    pub(in crate::producer) fn oldest(&self, slot: usize) -> Option<Instant> {
        let slot = &self.slots[slot];
        slot.full.front().or(slot.open.as_ref()).map(|batch| batch.created)
    }

    /// The size of the slot's first batch.
    pub(in crate::producer) fn next_len(&self, slot: usize) -> usize {
        let slot = &self.slots[slot];
        slot.full.front().or(slot.open.as_ref()).map_or(0, Batch::len_bytes)
    }

    /// Takes the slot's first batch, whether it is full or not.
    pub(in crate::producer) fn take(&mut self, slot: usize) -> Option<Batch> {
        if self.slots[slot].full.is_empty() {
            self.seal(slot);
        }
        let batch = self.slots[slot].full.pop_front();
        if self.slots[slot].full.is_empty() && self.slots[slot].open.is_none() {
            self.active.remove(&slot);
        }
        batch
    }
}

impl Slot {
    pub(super) fn new(topic: usize, partition: i32) -> Self {
        Slot { topic, partition, open: None, full: VecDeque::new(), capacity: 0 }
    }

    /// How many batches wait here.
    pub(super) fn len(&self) -> usize {
        self.full.len() + usize::from(self.open.is_some())
    }
}
