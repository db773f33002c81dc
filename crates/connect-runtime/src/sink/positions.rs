//! Where a sink task stands in each of its partitions.

use std::collections::{BTreeMap, BTreeSet};

use connect_api::{TopicOffsets, TopicPartition};

/// The assigned partitions with their offsets; an offset is that of the next record.
#[derive(Debug, Default)]
pub(super) struct Positions {
    partitions: BTreeMap<TopicPartition, Position>,
    /// Those that the task itself has paused; they stay so when a rebalance gives them back.
    paused: BTreeSet<TopicPartition>,
    /// All partitions are paused because a `put` has to be repeated.
    holding: bool,
    /// All partitions are paused because the connector is.
    halted: bool,
}

#[derive(Debug, Clone, Copy)]
struct Position {
    /// After the last record of the batch that is being delivered.
    consumed: i64,
    /// After the last record that `put` has taken.
    delivered: i64,
    committed: i64,
}

impl Positions {
    pub(super) fn assign(&mut self, partition: TopicPartition, position: i64) {
        let at = Position { consumed: position, delivered: position, committed: position };
        self.partitions.insert(partition, at);
    }

    pub(super) fn remove(&mut self, partitions: &[TopicPartition]) {
        self.partitions.retain(|partition, _| !partitions.contains(partition));
        self.holding &= !self.partitions.is_empty();
    }

    pub(super) fn partitions(&self) -> Vec<TopicPartition> {
        self.partitions.keys().cloned().collect()
    }

    pub(super) fn count(&self) -> usize {
        self.partitions.len()
    }

    /// How many consumed offsets are not committed.
    pub(super) fn active(&self) -> i64 {
        let active = |at: &Position| at.consumed.saturating_sub(at.committed).max(0);
        self.partitions.values().map(active).fold(0, i64::saturating_add)
    }

    /// Those of `partitions` that the task has been given.
    pub(super) fn opened_of(&self, partitions: &[TopicPartition]) -> Vec<TopicPartition> {
        partitions.iter().filter(|partition| self.partitions.contains_key(partition)).cloned().collect()
    }

    /// Records up to `next` are on their way to `put`.
    pub(super) fn consumed(&mut self, partition: &TopicPartition, next: i64) {
        if let Some(at) = self.partitions.get_mut(partition) {
            at.consumed = next;
        }
    }

    /// `put` has taken everything consumed.
    pub(super) fn delivered(&mut self) {
        self.partitions.values_mut().for_each(|at| at.delivered = at.consumed);
    }

    /// What may be committed for `partitions`: the delivered offsets.
    pub(super) fn committable(&self, partitions: &[TopicPartition]) -> TopicOffsets {
        let of = |partition: &TopicPartition| Some((partition.clone(), self.partitions.get(partition)?.delivered));
        partitions.iter().filter_map(of).collect()
    }

    /// Those of a task's `offsets` that differ from what is committed, and are not beyond what was delivered, which is
    /// what `asked` says for each partition that is to be committed.
    pub(super) fn changes(&self, offsets: &TopicOffsets, asked: &TopicOffsets) -> TopicOffsets {
        let is_change = |(partition, offset): &(&TopicPartition, &i64)| self.is_change(partition, **offset, asked);
        offsets.iter().filter(is_change).map(|(partition, offset)| (partition.clone(), *offset)).collect()
    }

    fn is_change(&self, partition: &TopicPartition, offset: i64, asked: &TopicOffsets) -> bool {
        let Some(at) = self.partitions.get(partition) else {
            tracing::warn!(
                "Ignoring invalid task provided offset {partition}/{offset} -- partition not assigned, assignment={:?}",
                self.partitions.keys().map(ToString::to_string).collect::<Vec<_>>()
            );
            return false;
        };
        match asked.get(partition) {
            None => {
                tracing::debug!("Ignoring task provided offset {partition}/{offset} -- topic partition not requested");
                false
            }
            Some(current) if offset > *current => {
                tracing::warn!(
                    "Ignoring invalid task provided offset {partition}/{offset} -- not yet consumed, taskOffset={offset} currentOffset={current}"
                );
                false
            }
            Some(_) => offset != at.committed,
        }
    }

    pub(super) fn committed(&mut self, offsets: &TopicOffsets) {
        for (partition, &offset) in offsets {
            if let Some(at) = self.partitions.get_mut(partition) {
                at.committed = offset;
            }
        }
    }

    /// The last committed offsets, to which a failed `pre_commit` goes back.
    pub(super) fn rewind_to_committed(&mut self) -> TopicOffsets {
        for at in self.partitions.values_mut() {
            (at.consumed, at.delivered) = (at.committed, at.committed);
        }
        self.partitions.iter().map(|(partition, at)| (partition.clone(), at.committed)).collect()
    }

    /// Answers false for a partition that is not assigned.
    pub(super) fn rewind(&mut self, partition: &TopicPartition, offset: i64) -> bool {
        let Some(at) = self.partitions.get_mut(partition) else { return false };
        (at.consumed, at.delivered, at.committed) = (offset, offset, offset);
        true
    }

    /// Notes the task's wish; answers whether the consumer must be told now.
    pub(super) fn set_paused(&mut self, partition: &TopicPartition, paused: bool) -> bool {
        if !self.partitions.contains_key(partition) {
            return false;
        }
        match paused {
            true => self.paused.insert(partition.clone()),
            false => self.paused.remove(partition),
        };
        !self.holding && !self.halted
    }

    /// All partitions are to be paused until the batch in hand is delivered.
    pub(super) fn hold(&mut self) -> Vec<TopicPartition> {
        self.holding = true;
        self.partitions()
    }

    pub(super) fn is_holding(&self) -> bool {
        self.holding
    }

    /// Ends [`hold`](Self::hold): the partitions that are to flow again.
    pub(super) fn release(&mut self) -> Vec<TopicPartition> {
        self.holding = false;
        self.flowing()
    }

    /// All partitions are to be paused until the connector is resumed.
    pub(super) fn halt(&mut self) -> Vec<TopicPartition> {
        self.halted = true;
        self.partitions()
    }

    pub(super) fn is_halted(&self) -> bool {
        self.halted
    }

    /// Ends [`halt`](Self::halt): the partitions that are to flow again.
    pub(super) fn proceed(&mut self) -> Vec<TopicPartition> {
        self.halted = false;
        self.flowing()
    }

    fn flowing(&self) -> Vec<TopicPartition> {
        if self.holding || self.halted {
            return Vec::new();
        }
        self.partitions.keys().filter(|partition| !self.paused.contains(*partition)).cloned().collect()
    }

    /// Newly assigned partitions that must be paused at once. Pauses of partitions that went elsewhere are forgotten.
    pub(super) fn held_of(&mut self, partitions: &[TopicPartition]) -> Vec<TopicPartition> {
        self.paused.retain(|partition| self.partitions.contains_key(partition));
        let held = |partition: &&TopicPartition| self.holding || self.halted || self.paused.contains(*partition);
        partitions.iter().filter(held).cloned().collect()
    }
}
