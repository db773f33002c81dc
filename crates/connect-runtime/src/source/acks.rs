//! Records that wait for their ack, for tasks that want to be told of each, and for the log.

use std::collections::VecDeque;

use connect_api::{RecordMetadata, SourceRecord, TopicPartition};

use crate::kafka::{Acked, Landed};

/// The records of a task that asked for `commit_record`, or whose failures are logged with them; empty for all others.
#[derive(Default)]
pub(crate) struct Confirmations {
    /// The task asked.
    wanted: bool,
    /// The log asks.
    logged: bool,
    /// The number of the front of `waiting`.
    base: u64,
    waiting: VecDeque<Option<SourceRecord>>,
    ready: Vec<(SourceRecord, Option<RecordMetadata>)>,
}

impl Confirmations {
    pub(crate) fn new(logged: bool) -> Self {
        Self { logged, ..Self::default() }
    }

    pub(crate) fn want(&mut self, wanted: bool) {
        self.wanted = wanted;
    }

    /// Whether records are kept.
    pub(crate) fn keeps(&self) -> bool {
        self.wanted || self.logged
    }

    /// A record that waits, if it is kept.
    pub(crate) fn record(&self, number: u64) -> Option<&SourceRecord> {
        let at = usize::try_from(number.checked_sub(self.base)?).ok()?;
        self.waiting.get(at)?.as_ref()
    }

    /// The next record that goes to Kafka.
    pub(crate) fn submitted(&mut self, record: SourceRecord) {
        self.waiting.push_back(Some(record));
    }

    /// A record that was dropped.
    pub(crate) fn dropped(&mut self, record: SourceRecord) {
        if self.wanted {
            self.ready.push((record, None));
        }
    }

    /// Matches an ack with its records.
    pub(crate) fn acked(&mut self, ack: &Acked) {
        if !self.keeps() {
            return;
        }
        for (position, number) in (0..).zip(ack.numbers.iter().cloned().flatten()) {
            let slot = number.checked_sub(self.base).and_then(|at| self.waiting.get_mut(at as usize));
            if let Some(record) = slot.and_then(Option::take).filter(|_| self.wanted) {
                let landed = ack.result.as_ref().ok();
                self.ready.push((record, landed.map(|landed| metadata(&ack.topic_partition, landed, position))));
            }
        }
        while self.waiting.front().is_some_and(Option::is_none) {
            self.waiting.pop_front();
            self.base += 1;
        }
    }

    /// What the task is to be told now.
    pub(crate) fn take(&mut self) -> Vec<(SourceRecord, Option<RecordMetadata>)> {
        std::mem::take(&mut self.ready)
    }
}

fn metadata(topic_partition: &TopicPartition, landed: &Landed, position: i64) -> RecordMetadata {
    RecordMetadata {
        topic_partition: topic_partition.clone(),
        offset: landed.base_offset.map(|base| base.saturating_add(position)),
        timestamp: landed.timestamp,
    }
}
