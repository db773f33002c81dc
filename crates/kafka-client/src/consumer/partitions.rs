//! What the consumer knows of each partition it has: the position, and what was fetched ahead of it.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use crate::record::{Batch, RecordError, Records};

use super::{ConsumerError, OffsetReset, PartitionRecords, TopicPartition};

/// The assigned partitions, in order.
#[derive(Debug, Default)]
pub(super) struct Partitions {
    by_name: BTreeMap<TopicPartition, Partition>,
    /// The next poll begins after this one, so that a busy partition does not starve the others.
    last_drained: Option<TopicPartition>,
    /// Counts the [`Partition`]s, their jumps, and the brokers' answers; see [`Partition::ticket`] and [`Partition::served`].
    tickets: u64,
}

#[derive(Debug)]
pub(super) struct Partition {
    pub(super) stage: Stage,
    pub(super) paused: bool,
    /// Answers to requests made under an older ticket are stale: the partition was given up or sought meanwhile.
    pub(super) ticket: u64,
    /// Where the next fetch starts: behind everything buffered.
    pub(super) fetch_from: i64,
    pub(super) buffer: Buffer,
    /// No request before this; set after an error.
    pub(super) not_before: Option<Instant>,
    /// The last answer that brought something; who was served longest ago is first in the next request. Brokers fill their
    /// answers in the order of the request, and the last ones may get nothing.
    pub(super) served: u64,
    /// A follower that the leader named as nearer, until then.
    pub(super) replica: Option<(i32, Instant)>,
}

/// How far the position is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The group's committed offset is wanted first.
    Committed,
    /// The position follows from the reset policy.
    Reset(OffsetReset),
    /// A request for one of these is under way: the position after the reset, or the committed one.
    Asking(Option<OffsetReset>),
    /// The offset of the next record that poll returns.
    At(i64),
}

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

impl Partitions {
    /// Replaces what is assigned; partitions that stay are kept as they are. Returns those that do not.
    pub(super) fn set(&mut self, assigned: &[TopicPartition], stage: Stage) -> Vec<TopicPartition> {
        let mut before = std::mem::take(&mut self.by_name);
        for partition in assigned {
            let state = before.remove(partition).unwrap_or_else(|| Partition::new(self.next_ticket(), stage));
            self.by_name.insert(partition.clone(), state);
        }
        before.into_keys().collect()
    }

    pub(super) fn clear(&mut self) -> Vec<TopicPartition> {
        std::mem::take(&mut self.by_name).into_keys().collect()
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

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&TopicPartition, &mut Partition)> {
        self.by_name.iter_mut()
    }

    pub(super) fn get(&self, name: &TopicPartition) -> Result<&Partition, ConsumerError> {
        self.by_name.get(name).ok_or_else(|| ConsumerError::NotAssigned(name.clone()))
    }

    pub(super) fn get_mut(&mut self, name: &TopicPartition) -> Result<&mut Partition, ConsumerError> {
        self.by_name.get_mut(name).ok_or_else(|| ConsumerError::NotAssigned(name.clone()))
    }

    /// The partition, if it still is at what `ticket` was given for.
    pub(super) fn current(&mut self, name: &TopicPartition, ticket: u64) -> Option<&mut Partition> {
        self.by_name.get_mut(name).filter(|partition| partition.ticket == ticket)
    }

    /// Goes on at another place; what was fetched for the old one is dropped.
    pub(super) fn jump(&mut self, name: &TopicPartition, stage: Stage) -> Result<(), ConsumerError> {
        let ticket = self.next_ticket();
        self.get_mut(name)?.jump(ticket, stage);
        Ok(())
    }

    /// The requests under way may be lost: those for positions are made again, and their answers, should they come, are stale.
    pub(super) fn ask_again(&mut self) {
        for partition in self.by_name.values_mut() {
            if let Stage::Asking(reset) = partition.stage {
                self.tickets += 1;
                partition.jump(self.tickets, reset.map_or(Stage::Committed, Stage::Reset));
            }
        }
    }

    pub(super) fn next_ticket(&mut self) -> u64 {
        self.tickets += 1;
        self.tickets
    }

    pub(super) fn buffered_bytes(&self) -> usize {
        self.by_name.values().map(|partition| partition.buffer.bytes).sum()
    }

    /// Up to `max` records from what is buffered, partition after partition.
    /// An error is returned only when nothing readable lies before it.
    pub(super) fn drain(&mut self, max: usize) -> Result<Vec<PartitionRecords>, ConsumerError> {
        let (mut budget, mut drained) = (max, Vec::new());
        for name in self.turn() {
            let Some(partition) = self.by_name.get_mut(&name) else { continue };
            match partition.drain(&mut budget) {
                Ok(None) => {}
                Ok(Some((next_offset, parts))) => {
                    drained.push(PartitionRecords { partition: name, next_offset, parts })
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
        let ready = |(name, partition): (&TopicPartition, &Partition)| partition.is_ready().then(|| name.clone());
        let mut names: Vec<_> = self.by_name.iter().filter_map(ready).collect();
        let first = names.partition_point(|name| Some(name) <= self.last_drained.as_ref());
        if first < names.len() {
            names.rotate_left(first);
        }
        names
    }
}

impl Partition {
    fn new(ticket: u64, stage: Stage) -> Self {
        let buffer = Buffer::default();
        let mut partition =
            Self { stage, paused: false, ticket, fetch_from: 0, buffer, not_before: None, served: 0, replica: None };
        partition.jump(ticket, stage);
        partition
    }

    fn jump(&mut self, ticket: u64, stage: Stage) {
        self.ticket = ticket;
        self.stage = stage;
        self.buffer = Buffer::default();
        self.not_before = None;
        if let Stage::At(offset) = stage {
            self.fetch_from = offset;
        }
    }

    /// The position became known.
    pub(super) fn settle(&mut self, offset: i64) {
        self.stage = Stage::At(offset);
        self.fetch_from = offset;
    }

    pub(super) fn position(&self) -> Option<i64> {
        match self.stage {
            Stage::At(offset) => Some(offset),
            _ => None,
        }
    }

    pub(super) fn may_ask(&self, now: Instant) -> bool {
        self.not_before.is_none_or(|at| at <= now)
    }

    fn is_ready(&self) -> bool {
        !self.paused && (self.buffer.current.is_some() || !self.buffer.ahead.is_empty())
    }

    fn drain(&mut self, budget: &mut usize) -> Result<Option<(i64, Vec<Records>)>, RecordError> {
        let Stage::At(mut position) = self.stage else { return Ok(None) };
        let mut parts = Vec::new();
        while *budget > 0 {
            match self.buffer.take(&mut position, budget) {
                Ok(Some(records)) => parts.push(records),
                Ok(None) => break,
                Err(error) if parts.is_empty() => return Err(error),
                Err(_) => break,
            }
        }
        self.stage = Stage::At(position);
        Ok((!parts.is_empty()).then_some((position, parts)))
    }
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

    /// The next records, and the position after them. An error stays in its place.
    fn take(&mut self, position: &mut i64, budget: &mut usize) -> Result<Option<Records>, RecordError> {
        let Some(mut current) = self.next_current(position)? else { return Ok(None) };
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

    /// The batch that is being read, or the next one (which is decompressed here).
    fn next_current(&mut self, position: &mut i64) -> Result<Option<Current>, RecordError> {
        if let Some(current) = self.current.take() {
            return Ok(Some(current));
        }
        while let Some(fetched) = self.ahead.front() {
            match fetched {
                Fetched::Skip { next_offset } => *position = *next_offset.max(position),
                Fetched::Broken(error) => return Err(error.clone()),
                Fetched::Batch { batch, bytes } => {
                    let (next_offset, bytes) = (batch.next_offset(), *bytes);
                    let records = match batch.records(*position) {
                        Ok(records) => records,
                        Err(error) => return Err(self.break_off(error)),
                    };
                    self.ahead.pop_front();
                    return Ok(Some(Current { records, next_offset, bytes }));
                }
            }
            self.ahead.pop_front();
        }
        Ok(None)
    }
}
