//! One partition's batches between the first attempt and the ack: their order, their sequence numbers, what to repeat.
//! ```text
//! accumulator ─▶ stamp ─▶ in flight ─▶ answer ─┬─▶ stored, or failed for good ─▶ finished ─▶ ack, in order
//!                  ▲                           └─▶ to repeat: wait until nothing is in flight, then in order ─┐
//!                  └──────────────────────────────────────────────────────────────────────────────────────────┘
//! ```
//! Pure: no clock, no I/O. The broker stores a batch only if its sequence number follows the last one, so several may be
//! in flight, and after a failure the rest is repeated as it was. What can leave a gap (a batch given up, a broker that
//! lost its state) starts over with a new epoch and sequence 0, once nothing is in flight and the broker has been asked,
//! with their old numbers, for the batches that it may have stored.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::batch::{Batch, next_sequence};
use crate::record::ProducerIdentity;
use crate::{ErrorCode, KafkaError};

/// `producer.id` and epoch that the cluster gave, without which nothing is sent by an idempotent producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) id: i64,
    pub(super) epoch: i16,
}

/// Where a batch was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) base_offset: i64,
    pub(super) timestamp: i64,
}

/// A batch whose fate is known.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) batch: Batch,
    pub(super) result: Result<Stored, KafkaError>,
}

/// What is to be done with a batch that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It was stored before.
    Stored,
    /// It is sent again.
    Repeat,
    /// It was not stored and cannot be under its number: it is sent again under a new epoch.
    Lost,
    /// It may have been stored before: the broker is asked.
    Doubt,
    /// It is sent again in two halves.
    Split,
    /// It is acked as failed.
    GiveUp,
}

/// How long and how often batches are repeated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    pub(super) delivery_timeout: Duration,
    pub(super) retries: u32,
}

/// The connection that a partition's batches are on: a node and which of its connections.
pub(super) type Route = (i32, u64);

#[derive(Debug, Default)]
pub(super) struct Pipeline {
    identity: Option<Identity>,
    next_sequence: i32,
    last_stored: Option<i32>,
    /// The transactional producer id of which the broker has stored something: it keeps that in mind.
    known_id: Option<i64>,
    route: Option<Route>,
    in_flight: Vec<u64>,
    repeats: VecDeque<Batch>,
    finished: Vec<Finished>,
    /// A batch has to be repeated: nothing is sent before all answers are in.
    recovering: bool,
    /// The sequence has a gap: a new epoch is needed.
    gap: bool,
    not_before: Option<Instant>,
}

impl Pipeline {
    /// Whether anything is here that has not been acked.
    pub(super) fn is_idle(&self) -> bool {
        self.in_flight.is_empty() && self.repeats.is_empty() && self.finished.is_empty()
    }

    /// Whether a batch may be sent over `route` under `identity` now.
    pub(super) fn may_send(&self, route: Route, identity: Option<Identity>, now: Instant) -> bool {
        let held = self.recovering || self.paused_until(now).is_some();
        // Behind a gap only those go on whose numbers the broker may know.
        let awaits_epoch = self.gap && !self.repeats_a_number();
        !held && !awaits_epoch && (self.in_flight.is_empty() || self.may_follow(route, identity))
    }

    /// Whether a batch may be sent behind those in flight. Repeats go one by one. And so does the first batch of an
    /// identity: a broker takes any sequence number from a producer it has not seen. It knows one whose transaction only
    /// got a new epoch.
    fn may_follow(&self, route: Route, identity: Option<Identity>) -> bool {
        let known = self.identity.is_some_and(|identity| self.known_id == Some(identity.id));
        let seen = self.identity.is_none() || self.last_stored.is_some() || known;
        self.route == Some(route) && self.identity == identity && self.repeats.is_empty() && seen
    }

    /// When the pause after a failure ends, if it has not.
    pub(super) fn paused_until(&self, now: Instant) -> Option<Instant> {
        self.not_before.filter(|not_before| *not_before > now)
    }

    /// True once the partition has to go on with a new epoch, nothing is in flight any more, and nothing waits whose
    /// fate is not known.
    pub(super) fn needs_epoch(&self) -> bool {
        self.gap && self.in_flight.is_empty() && !self.repeats_a_number()
    }

    /// Whether the next batch to repeat has a sequence number. It may have been stored under that, and would be stored
    /// twice under another.
    fn repeats_a_number(&self) -> bool {
        self.repeats.front().is_some_and(|batch| batch.identity.id >= 0)
    }

    /// Starts over at sequence 0 under a new identity, or without numbers if there is none any more. The broker does not
    /// have the first of the repeats, so it has none of them.
    pub(super) fn restart(&mut self, identity: Option<Identity>) {
        self.adopt(identity);
        self.gap = false;
        for batch in &mut self.repeats {
            batch.identity = ProducerIdentity::NONE;
        }
    }

    /// The next batch to repeat; those go before new ones.
    pub(super) fn next_repeat(&mut self) -> Option<Batch> {
        self.repeats.pop_front()
    }

    /// The size of the next batch to repeat.
    pub(super) fn next_repeat_len(&self) -> Option<usize> {
        self.repeats.front().map(Batch::len_bytes)
    }

    /// Gives a batch its identity and sequence numbers, unless it has them, and counts it as in flight.
    pub(super) fn stamp(&mut self, batch: &mut Batch, route: Route, identity: Option<Identity>) {
        let idle = self.in_flight.is_empty() && self.repeats.is_empty();
        if idle && self.identity != identity && batch.identity.id < 0 {
            self.adopt(identity);
        }
        if batch.identity.id < 0 {
            batch.identity = self.next_identity(batch.count);
        }
        self.route = Some(route);
        self.in_flight.push(batch.ordinal());
    }

    /// Takes the answer for a batch in flight.
    pub(super) fn answered(&mut self, batch: &Batch) {
        let ordinal = batch.ordinal();
        self.in_flight.retain(|other| *other != ordinal);
        if self.in_flight.is_empty() {
            self.recovering = false;
        }
    }

    /// Decides about a batch that was answered with an error.
    pub(super) fn judge(&mut self, batch: &Batch, error: &KafkaError, patience: Patience, now: Instant) -> Verdict {
        let code = error.code();
        let is = |known: ErrorCode| code == Some(known);
        if is(ErrorCode::DUPLICATE_SEQUENCE_NUMBER) {
            return Verdict::Stored;
        }
        if is(ErrorCode::MESSAGE_TOO_LARGE) && batch.count > 1 {
            return Verdict::Split;
        }
        let lost = is(ErrorCode::UNKNOWN_PRODUCER_ID)
            || is(ErrorCode::INVALID_PRODUCER_EPOCH)
            || (is(ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER) && (self.is_next(batch) || self.gap));
        let idempotent = batch.identity.id >= 0;
        let sequence_error = idempotent && (lost || is(ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER));
        let patient =
            now.duration_since(batch.created) < patience.delivery_timeout && batch.attempts <= patience.retries;
        // Which of a transaction's batches are lost does not matter: it is aborted, and that raises the epoch.
        let hopeless = lost && batch.identity.transactional;
        match patient && (error.is_retriable() || sequence_error) && !hopeless {
            // A broker that was killed remembers only the last of several batches that it had stored without an answer.
            true if idempotent && lost && batch.attempts > 1 => Verdict::Doubt,
            true if idempotent && lost => Verdict::Lost,
            true => Verdict::Repeat,
            false => {
                self.gap |= idempotent;
                Verdict::GiveUp
            }
        }
    }

    /// Keeps a batch in flight until the doubt about it is settled.
    pub(super) fn doubt(&mut self, batch: &Batch) {
        self.in_flight.push(batch.ordinal());
        self.recovering = true;
    }

    /// The broker does not have the batch: it goes on under a new epoch.
    pub(super) fn lost(&mut self, batch: &mut Batch) {
        self.gap = true;
        batch.identity = ProducerIdentity::NONE;
    }

    /// Puts a batch back in its place; all of them wait for `not_before`.
    pub(super) fn repeat(&mut self, batch: Batch, not_before: Option<Instant>) {
        let place = self.repeats.partition_point(|other| other.ordinal() <= batch.ordinal());
        self.repeats.insert(place, batch);
        self.recovering = !self.in_flight.is_empty();
        self.not_before = self.not_before.max(not_before);
    }

    /// Notes a batch's fate.
    pub(super) fn finish(&mut self, batch: Batch, result: Result<Stored, KafkaError>) {
        // A batch may be answered for the second time after those behind it.
        let is_behind = self.last_stored.is_some_and(|last| batch.is_stored_at(last));
        if result.is_ok() && batch.identity.id >= 0 && !is_behind {
            self.last_stored = Some(next_sequence(batch.identity.base_sequence, batch.count - 1));
        }
        if result.is_ok() && batch.identity.transactional {
            self.known_id = Some(batch.identity.id);
        }
        self.finished.push(Finished { batch, result });
    }

    /// The batches that may be acked: those before which none is open.
    pub(super) fn take_finished(&mut self) -> Vec<Finished> {
        let repeats = self.repeats.front().map(Batch::ordinal);
        let open = self.in_flight.iter().copied().chain(repeats).min().unwrap_or(u64::MAX);
        self.finished.sort_by_key(|finished| finished.batch.ordinal());
        let count = self.finished.partition_point(|finished| finished.batch.ordinal() < open);
        self.finished.drain(..count).collect()
    }

    /// Gives up the first repeat if it is older than `delivery_timeout` and nothing is in flight.
    pub(super) fn expire(&mut self, delivery_timeout: Duration, now: Instant) -> Option<Batch> {
        let first = self.repeats.front().filter(|_| self.in_flight.is_empty())?;
        if now.duration_since(first.created) < delivery_timeout {
            return None;
        }
        self.gap |= first.identity.id >= 0;
        self.repeats.pop_front()
    }

    /// When the first repeat was begun.
    pub(super) fn oldest(&self) -> Option<Instant> {
        self.repeats.front().map(|batch| batch.created)
    }

    fn adopt(&mut self, identity: Option<Identity>) {
        self.identity = identity;
        self.next_sequence = 0;
        self.last_stored = None;
    }

    fn next_identity(&mut self, count: i32) -> ProducerIdentity {
        let Some(Identity { id, epoch }) = self.identity else { return ProducerIdentity::NONE };
        let base_sequence = self.next_sequence;
        self.next_sequence = next_sequence(base_sequence, count);
        ProducerIdentity { id, epoch, base_sequence, transactional: false }
    }

    fn is_next(&self, batch: &Batch) -> bool {
        batch.identity.base_sequence == self.last_stored.map_or(0, |last| next_sequence(last, 1))
    }
}

#[cfg(test)]
mod tests;
