//! What the sender may send now: for each node one request, with at most one batch of a partition.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Shared;
use super::accumulator::Accumulator;
use super::appender::lock;
use super::batch::Batch;
use super::pipeline::Route;
use super::request::Part;
use super::sender::{Readiness, Sender};
use crate::cluster::Metadata;
use crate::net::Connection;

/// Room in the channel of acks for those of batches that are split.
pub(super) const ACKS_SPARE: usize = 256;
/// How soon the sender looks again for what no event announces: room for acks, and batches about to expire.
pub(super) const PAUSE: Duration = Duration::from_millis(10);

/// One look over all partitions.
struct Round<'a> {
    now: Instant,
    wake_at: &'a mut Instant,
    metadata: Arc<Metadata>,
    requests: BTreeMap<i32, Request>,
    expired: Vec<usize>,
    /// Batches that were never sent are given up.
    gives_up: bool,
}

/// What goes to one node. It has its connection from the first look on: when that one ends meanwhile, the answer is an
/// error, and no batch is lost.
pub(super) struct Request {
    pub(super) connection: Arc<Connection>,
    pub(super) batches: Vec<Batch>,
    serial: u64,
    bytes: usize,
}

impl Sender {
    /// The next request for each node that can take one; moves `wake_at` to when there may be another.
    pub(super) fn collect(&mut self, now: Instant, wake_at: &mut Instant) -> BTreeMap<i32, Request> {
        let shared = self.shared.clone();
        let mut accumulator = lock(&shared);
        let metadata = self.cluster.cached_metadata();
        let gives_up = self.failed.is_some() || accumulator.gives_up().is_some();
        let mut round = Round { now, wake_at, metadata, requests: BTreeMap::new(), expired: Vec::new(), gives_up };
        for slot in self.slots_in_turn(&accumulator) {
            self.note_age(slot, &accumulator, &mut round);
            if let Some(route) = self.route(slot, &accumulator, &mut round) {
                self.take(slot, route, &mut accumulator, &mut round);
            }
        }
        drop(accumulator);
        let Round { mut requests, expired, .. } = round;
        self.expire(expired, now);
        requests.retain(|_, request| !request.batches.is_empty());
        requests
    }

    /// Every partition with something to send, from another one on each time.
    fn slots_in_turn(&mut self, accumulator: &Accumulator) -> Vec<usize> {
        let busy = self.pipelines.iter().filter(|(_, pipeline)| !pipeline.is_idle()).map(|(slot, _)| *slot);
        let mut slots: Vec<usize> = busy.chain(accumulator.active()).collect();
        slots.sort_unstable();
        slots.dedup();
        self.turn = self.turn.wrapping_add(1);
        let first = self.turn % slots.len().max(1);
        slots.rotate_left(first);
        slots
    }

    fn note_age(&mut self, slot: usize, accumulator: &Accumulator, round: &mut Round<'_>) {
        let oldest = self.pipelines.entry(slot).or_default().oldest().or(accumulator.oldest(slot));
        let Some(expires) = oldest.and_then(|oldest| oldest.checked_add(self.config.delivery_timeout)) else { return };
        if expires <= round.now || round.gives_up {
            round.expired.push(slot);
        }
        let again = if round.gives_up { round.now } else { expires };
        round.wake_by(again.max(round.now + PAUSE));
    }

    /// The way that the partition's next batch may take now, if it has one and may.
    fn route(&mut self, slot: usize, accumulator: &Accumulator, round: &mut Round<'_>) -> Option<Route> {
        let pipeline = self.pipelines.entry(slot).or_default();
        let is_new = pipeline.next_repeat_len().is_none();
        let ready_at = match is_new {
            true => accumulator.held_until().max(Some(accumulator.ready_at(slot, round.now)?))?,
            false => pipeline.paused_until(round.now).unwrap_or(round.now),
        };
        if ready_at > round.now {
            return round.wake_by(ready_at);
        }
        if is_new && self.acks.capacity() <= self.unacked + ACKS_SPARE {
            return round.wake_by(round.now + PAUSE);
        }
        if self.idempotence.is_pending() || self.failed.is_some() || !accumulator.may_send(slot, is_new) {
            return None;
        }
        let route = self.route_to_leader(slot, accumulator, round)?;
        let may_send = self.pipelines.entry(slot).or_default().may_send(route, self.idempotence.identity(), round.now);
        may_send.then_some(route)
    }

    fn route_to_leader(&mut self, slot: usize, accumulator: &Accumulator, round: &mut Round<'_>) -> Option<Route> {
        let (topic, partition) = accumulator.place(slot);
        let Some(leader) = round.metadata.leader(&topic, partition) else {
            self.refresh.wanted = true;
            return None;
        };
        // Once a round: a connection that ends between two partitions must not part them.
        if let Some(request) = round.requests.get(&leader.id) {
            return Some((leader.id, request.serial));
        }
        match self.nodes.entry(leader.id).or_default().readiness(self.max_in_flight, round.now) {
            Readiness::Ready(connection, serial) => {
                round.requests.insert(leader.id, Request { connection, serial, batches: Vec::new(), bytes: 0 });
                Some((leader.id, serial))
            }
            Readiness::Paused(until) => round.wake_by(until),
            Readiness::Busy => None,
            Readiness::Disconnected => {
                self.connect(leader.id);
                None
            }
        }
    }

    /// Moves the partition's next batch into the request, unless that would become too large.
    fn take(&mut self, slot: usize, route: Route, accumulator: &mut Accumulator, round: &mut Round<'_>) {
        let pipeline = self.pipelines.entry(slot).or_default();
        let repeat = pipeline.next_repeat_len();
        let bytes = repeat.unwrap_or_else(|| accumulator.next_len(slot));
        let Some(request) = round.requests.get_mut(&route.0) else { return };
        if !request.batches.is_empty() && request.bytes + bytes > self.config.max_request_size {
            return;
        }
        let batch = match repeat {
            Some(_) => pipeline.next_repeat(),
            None => accumulator.take(slot).inspect(|_| self.unacked += 1),
        };
        if let Some(mut batch) = batch {
            pipeline.stamp(&mut batch, route, self.idempotence.identity());
            batch.identity.transactional = self.coordinator.is_some();
            accumulator.transaction().into_iter().for_each(|own| own.note_sent(round.now));
            request.bytes += bytes;
            request.batches.push(batch);
        }
    }
}

impl Round<'_> {
    /// Makes the sender look again at this time at the latest; none, so that a gate can end with it.
    fn wake_by(&mut self, at: Instant) -> Option<Route> {
        *self.wake_at = (*self.wake_at).min(at);
        None
    }
}

/// Finishes the batches, and gives them and their parts of the request, those of a topic together. This is the
/// expensive step (compression, checksum), so no lock is held for it.
pub(super) fn build(shared: &Shared, batches: Vec<Batch>) -> (Vec<Batch>, Vec<Part>) {
    let mut batches: Vec<Batch> = batches.into_iter().map(Batch::build).collect();
    let mut accumulator = lock(shared);
    batches.sort_by_cached_key(|batch| accumulator.place(batch.slot));
    let mut parts = Vec::with_capacity(batches.len());
    let mut saved = 0;
    for batch in &mut batches {
        batch.attempts = batch.attempts.saturating_add(1);
        saved += batch.charged.saturating_sub(batch.len_bytes());
        batch.charged = batch.charged.min(batch.len_bytes());
        let (topic, partition) = accumulator.place(batch.slot);
        parts.push(Part { topic, partition, records: batch.bytes() });
    }
    if saved > 0 {
        accumulator.release(saved);
        shared.room.notify_waiters();
    }
    (batches, parts)
}
