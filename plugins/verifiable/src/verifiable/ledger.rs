//! What was delivered and not yet flushed, kept as text.

use std::collections::BTreeMap;
use std::sync::Arc;

use connect_api::TopicPartition;

/// The records of each partition since its last flush.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// By the partition that they were read from, whatever transformations made of their topic.
    unflushed: BTreeMap<TopicPartition, Vec<Run>>,
    bytes: usize,
}

/// Records of one topic, one behind the other.
#[derive(Debug)]
pub(super) struct Run {
    pub topic: Arc<str>,
    /// The starts of their lines, each with a newline behind it.
    starts: String,
}

impl Run {
    pub(super) fn starts(&self) -> impl Iterator<Item = &str> {
        self.starts.lines()
    }
}

impl Ledger {
    /// How much is kept.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Notes a record by the start of its line, in which there is no newline.
    pub(super) fn note(&mut self, partition: &TopicPartition, topic: &Arc<str>, start: &str) {
        if !self.unflushed.contains_key(partition) {
            self.unflushed.insert(partition.clone(), Vec::new());
        }
        let Some(runs) = self.unflushed.get_mut(partition) else { return };
        if runs.last().is_none_or(|run| run.topic != *topic) {
            runs.push(Run { topic: Arc::clone(topic), starts: String::new() });
        }
        if let Some(run) = runs.last_mut() {
            run.starts.push_str(start);
            run.starts.push('\n');
            self.bytes += start.len() + 1;
        }
    }

    /// Takes out what was noted of a partition.
    pub(super) fn take(&mut self, partition: &TopicPartition) -> Vec<Run> {
        let runs = self.unflushed.remove(partition).unwrap_or_default();
        self.bytes -= runs.iter().map(|run| run.starts.len()).sum::<usize>();
        runs
    }
}
