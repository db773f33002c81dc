//! One partition: how far its position is known, and what was fetched behind it.
//! ```text
//! Committed ─▶ Asking ─▶ At ─▶ records          a new leader, or a committed epoch: Validate ─▶ Validating ─▶ At
//!     └▶ Reset ─▶ Asking ─▶ At                                                                        └▶ truncated: At, Reset
//! ```

use std::time::Instant;

use crate::record::{RecordError, Records};

use super::buffer::Buffer;
use super::{OffsetAndMetadata, OffsetReset, TopicPartition};
use crate::cluster::Metadata;

#[derive(Debug)]
pub(super) struct Partition {
    pub(super) stage: Stage,
    pub(super) paused: bool,
    /// Answers to requests made under an older ticket are stale: the partition was given up or sought meanwhile.
    pub(super) ticket: u64,
    /// The leader epoch of the record before the position, if known.
    pub(super) epoch: Option<i32>,
    /// For which leader, and in which epoch of its, the position holds.
    pub(super) leader: Option<Leader>,
    /// Where the next fetch starts: behind everything buffered.
    pub(super) fetch_from: i64,
    pub(super) buffer: Buffer,
    /// No request before this; set after an error.
    pub(super) not_before: Option<Instant>,
    /// The last answer that brought something; who was served longest ago is first in a request that names all.
    pub(super) served: u64,
    /// A follower that the leader named as nearer, until then.
    pub(super) replica: Option<(i32, Instant)>,
    /// Where the log ends for this consumer, as of the last answer.
    pub(super) end: Option<i64>,
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
    /// The position, which another leader may have cut off its log (KIP-320).
    Validate(i64),
    /// The leader is being asked about it.
    Validating(i64),
    /// The offset of the next record that poll returns.
    At(i64),
}

/// A node, and how many leaders the partition has had; -1 if that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leader {
    pub(super) node: i32,
    pub(super) epoch: i32,
}

/// The leader as of this metadata, if there is one.
pub(super) fn leader_of(metadata: &Metadata, name: &TopicPartition) -> Option<Leader> {
    let known = metadata.partition(&name.topic, name.partition)?;
    Some(Leader { node: known.leader?, epoch: known.leader_epoch })
}

impl Partition {
    pub(super) fn new(ticket: u64, stage: Stage) -> Self {
        let fetch_from = if let Stage::At(offset) = stage { offset } else { 0 };
        let (epoch, leader, not_before, replica, end) = (None, None, None, None, None);
        let buffer = Buffer::default();
        Self { stage, paused: false, ticket, epoch, leader, fetch_from, buffer, not_before, served: 0, replica, end }
    }

    /// Goes on at another place, or asks anew about this one; what was fetched is dropped.
    pub(super) fn jump(&mut self, ticket: u64, stage: Stage) {
        self.ticket = ticket;
        self.stage = stage;
        self.buffer = Buffer::default();
        self.not_before = None;
        if let Stage::At(offset) = stage {
            self.fetch_from = offset;
        }
    }

    /// The position became known. One that comes with an epoch is checked by a leader that has epochs.
    pub(super) fn settle(&mut self, offset: i64, epoch: Option<i32>) {
        self.epoch = epoch;
        self.fetch_from = offset;
        self.stage = self.settled(offset);
    }

    pub(super) fn settled(&self, offset: i64) -> Stage {
        let checkable = self.epoch.is_some() && self.leader.is_some_and(|leader| leader.epoch >= 0);
        if checkable { Stage::Validate(offset) } else { Stage::At(offset) }
    }

    /// The leader found nothing wrong with it.
    pub(super) fn validated(&mut self, offset: i64) {
        self.stage = Stage::At(offset);
        self.fetch_from = offset;
    }

    pub(super) fn position(&self) -> Option<i64> {
        match self.stage {
            Stage::At(offset) => Some(offset),
            _ => None,
        }
    }

    /// What a commit of everything returned so far says.
    pub(super) fn consumed(&self) -> Option<OffsetAndMetadata> {
        let offset = self.position()?;
        Some(OffsetAndMetadata { offset, leader_epoch: self.epoch, metadata: String::new() })
    }

    pub(super) fn may_ask(&self, now: Instant) -> bool {
        self.not_before.is_none_or(|at| at <= now)
    }

    pub(super) fn is_ready(&self) -> bool {
        !self.paused && !self.buffer.is_empty()
    }

    /// Something has to be done about it, now or at some time.
    pub(super) fn is_lively(&self) -> bool {
        !self.buffer.is_empty() || self.not_before.is_some() || !matches!(self.stage, Stage::At(_))
    }

    /// Up to `budget` records: the position after them, and the records.
    pub(super) fn drain(&mut self, budget: &mut usize) -> Result<Option<(i64, Vec<Records>)>, RecordError> {
        let Stage::At(mut position) = self.stage else { return Ok(None) };
        let mut parts = Vec::new();
        while *budget > 0 {
            match self.buffer.take(&mut position, &mut self.epoch, budget) {
                Ok(Some(records)) => parts.push(records),
                Ok(None) => break,
                Err(error) if parts.is_empty() => {
                    self.stage = Stage::At(position);
                    return Err(error);
                }
                Err(_) => break,
            }
        }
        self.stage = Stage::At(position);
        Ok((!parts.is_empty()).then_some((position, parts)))
    }
}
