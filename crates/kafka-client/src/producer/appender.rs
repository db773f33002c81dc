//! The way in for records.

use std::sync::MutexGuard;
use std::time::Instant;

use super::accumulator::Accumulator;
use super::{AppendError, Record, Shared};
use crate::sync;

/// Appends a run of records under one lock.
#[derive(Debug)]
pub struct Appender<'a> {
    shared: &'a Shared,
    accumulator: MutexGuard<'a, Accumulator>,
    now: Instant,
}

impl<'a> Appender<'a> {
    pub(super) fn new(shared: &'a Shared) -> Self {
        Appender { shared, accumulator: lock(shared), now: Instant::now() }
    }

    /// Encodes a record into its partition's batch and returns its submission number. The numbers of one producer
    /// count up from 0; each comes back in exactly one [`Ack`](super::Ack).
    /// # Errors
    /// The record was not taken; see [`AppendError`] for what to do.
    pub fn append(&mut self, record: Record<'_>) -> Result<u64, AppendError> {
        self.accumulator.append(&record, self.now)
    }

    /// How many partitions the topic has.
    pub fn partition_count(&self, topic: &super::Topic) -> usize {
        self.accumulator.partition_count(topic)
    }
}

impl Drop for Appender<'_> {
    fn drop(&mut self) {
        if self.accumulator.take_changed() {
            self.shared.work.notify_one();
        }
    }
}

/// Takes the lock, also after a panic of another holder: the accumulator panics on nothing that it is given.
pub(super) fn lock(shared: &Shared) -> MutexGuard<'_, Accumulator> {
    sync::lock(&shared.accumulator)
}
