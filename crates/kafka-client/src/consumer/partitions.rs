//! The partitions that a consumer has, and which of them something happened to.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::cluster::Metadata;

use super::partition::leader_of;
pub(super) use super::partition::{Partition, Stage};
use super::{ConsumerError, Offsets, PartitionRecords, TopicPartition};

/// The assigned partitions, in order.
#[derive(Debug, Default)]
pub(super) struct Partitions {
    by_name: BTreeMap<TopicPartition, Partition>,
    /// Those that something happened to, or will without an answer: whoever looks for work looks at these alone. All others
    /// have nothing buffered, and their broker has been asked. Some may no longer be assigned.
    lively: BTreeSet<TopicPartition>,
    /// The next poll begins after this one, so that a busy partition does not starve the others.
    last_drained: Option<TopicPartition>,
    /// Counts the [`Partition`]s, their jumps, and the brokers' answers; see [`Partition::ticket`] and [`Partition::served`].
    tickets: u64,
}

impl Partitions {
    /// Replaces what is assigned; partitions that stay are kept as they are. Returns those that do not.
    pub(super) fn set(&mut self, assigned: &[TopicPartition], stage: Stage) -> Vec<TopicPartition> {
        let mut before = std::mem::take(&mut self.by_name);
        for partition in assigned {
            if self.by_name.contains_key(partition) {
                continue; // named twice
            }
            let state = before.remove(partition).unwrap_or_else(|| Partition::new(self.next_ticket(), stage));
            self.by_name.insert(partition.clone(), state);
            self.lively.insert(partition.clone());
        }
        self.given_up(before)
    }

    pub(super) fn clear(&mut self) -> Vec<TopicPartition> {
        let before = std::mem::take(&mut self.by_name);
        self.given_up(before)
    }

    fn given_up(&mut self, before: BTreeMap<TopicPartition, Partition>) -> Vec<TopicPartition> {
        let names: Vec<_> = before.into_keys().collect();
        self.lively.extend(names.iter().cloned());
        names
    }

    pub(super) fn names(&self) -> Vec<TopicPartition> {
        self.by_name.keys().cloned().collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&TopicPartition, &Partition)> {
        self.by_name.iter()
    }

    /// All of them; each may be changed.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&TopicPartition, &mut Partition)> {
        self.touch_all();
        self.by_name.iter_mut()
    }

    /// Those that something happened to.
    pub(super) fn lively(&self) -> impl Iterator<Item = (&TopicPartition, &Partition)> {
        self.lively.iter().filter_map(|name| self.by_name.get_key_value(name))
    }

    /// As [`lively`](Self::lively), to be changed.
    pub(super) fn each_lively(&mut self, mut act: impl FnMut(&TopicPartition, &mut Partition)) {
        for name in &self.lively {
            if let Some(partition) = self.by_name.get_mut(name) {
                act(name, partition);
            }
        }
    }

    /// Those that something happened to; whoever takes them [touches](Self::touch) those that are to be looked at again.
    pub(super) fn take_lively(&mut self) -> BTreeSet<TopicPartition> {
        std::mem::take(&mut self.lively)
    }

    pub(super) fn touch(&mut self, name: TopicPartition) {
        self.lively.insert(name);
    }

    pub(super) fn touch_all(&mut self) {
        self.lively.extend(self.by_name.keys().cloned());
    }

    pub(super) fn get(&self, name: &TopicPartition) -> Result<&Partition, ConsumerError> {
        self.by_name.get(name).ok_or_else(|| ConsumerError::NotAssigned(name.clone()))
    }

    pub(super) fn get_mut(&mut self, name: &TopicPartition) -> Result<&mut Partition, ConsumerError> {
        self.lively.insert(name.clone());
        self.peek_mut(name).ok_or_else(|| ConsumerError::NotAssigned(name.clone()))
    }

    /// As [`get_mut`](Self::get_mut), for changes that concern nobody else.
    pub(super) fn peek_mut(&mut self, name: &TopicPartition) -> Option<&mut Partition> {
        self.by_name.get_mut(name)
    }

    /// The partition, if it still is at what `ticket` was given for.
    pub(super) fn current(&mut self, name: &TopicPartition, ticket: u64) -> Option<&mut Partition> {
        self.get_mut(name).ok().filter(|partition| partition.ticket == ticket)
    }

    /// Goes on at another place; what was fetched for the old one is dropped.
    pub(super) fn jump(&mut self, name: &TopicPartition, stage: Stage) -> Result<(), ConsumerError> {
        let ticket = self.next_ticket();
        self.get_mut(name)?.jump(ticket, stage);
        Ok(())
    }

    /// Goes on at a place that somebody knows; one with an epoch is checked first.
    pub(super) fn seek(
        &mut self,
        name: &TopicPartition,
        (offset, epoch): (i64, Option<i32>),
        metadata: &Metadata,
    ) -> Result<(), ConsumerError> {
        let ticket = self.next_ticket();
        let partition = self.get_mut(name)?;
        partition.leader = leader_of(metadata, name);
        partition.jump(ticket, Stage::At(offset));
        partition.settle(offset, epoch);
        Ok(())
    }

    /// The requests under way may be lost: those for positions are made again, and their answers, should they come, are stale.
    pub(super) fn ask_again(&mut self) {
        self.touch_all();
        for partition in self.by_name.values_mut() {
            let stage = match partition.stage {
                Stage::Asking(reset) => reset.map_or(Stage::Committed, Stage::Reset),
                Stage::Validating(offset) => Stage::Validate(offset),
                _ => continue,
            };
            self.tickets += 1;
            partition.jump(self.tickets, stage);
        }
    }

    /// Positions hold for one leader in one of its epochs: under another, those that can be checked are checked. What was
    /// fetched ahead from the old leader may not be in the new one's log.
    pub(super) fn follow(&mut self, metadata: &Metadata) {
        self.touch_all();
        for (name, partition) in &mut self.by_name {
            let leader = leader_of(metadata, name);
            if leader.is_none() || leader == partition.leader {
                continue;
            }
            (partition.leader, partition.replica) = (leader, None);
            if let Stage::At(offset) | Stage::Validate(offset) | Stage::Validating(offset) = partition.stage {
                self.tickets += 1;
                partition.jump(self.tickets, partition.settled(offset));
            }
        }
    }

    pub(super) fn next_ticket(&mut self) -> u64 {
        self.tickets += 1;
        self.tickets
    }

    pub(super) fn buffered_bytes(&self) -> usize {
        self.lively().map(|(_, partition)| partition.buffer.bytes()).sum()
    }

    /// When the first of them may be asked for again.
    pub(super) fn next_retry(&self, now: Instant) -> Option<Instant> {
        self.lively().filter_map(|(_, partition)| partition.not_before.filter(|at| *at > now)).min()
    }

    /// Everything returned so far; partitions whose position is not known are left out.
    pub(super) fn consumed(&self) -> Offsets {
        self.iter().filter_map(|(name, partition)| Some((name.clone(), partition.consumed()?))).collect()
    }

    /// Up to `max` records from what is buffered, partition after partition.
    /// An error is returned only when nothing readable lies before it.
    pub(super) fn drain(&mut self, max: usize) -> Result<Vec<PartitionRecords>, ConsumerError> {
        let (mut budget, mut drained) = (max, Vec::new());
        for name in self.turn() {
            let Some(partition) = self.peek_mut(&name) else { continue };
            match partition.drain(&mut budget) {
                Ok(None) => {}
                Ok(Some((next_offset, parts))) => {
                    let leader_epoch = partition.epoch;
                    drained.push(PartitionRecords { partition: name, next_offset, leader_epoch, parts });
                }
                Err(source) if drained.is_empty() => return Err(ConsumerError::Record { partition: name, source }),
                Err(_) => {} // it stays in its place and is told by the next poll
            }
            if budget == 0 {
                break;
            }
        }
        if let Some(last) = drained.last() {
            self.last_drained = Some(last.partition.clone());
        }
        Ok(drained)
    }

    /// The partitions with something to read, beginning after the one that was served last.
    fn turn(&self) -> Vec<TopicPartition> {
        let ready = self.lively().filter(|(_, partition)| partition.is_ready());
        let mut names: Vec<_> = ready.map(|(name, _)| name.clone()).collect();
        let first = names.partition_point(|name| Some(name) <= self.last_drained.as_ref());
        if first < names.len() {
            names.rotate_left(first);
        }
        names
    }
}
