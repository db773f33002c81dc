//! What the sender does with answers: ack, repeat, split, give up, and what that means for memory and identity.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use kafka_protocol::messages::ProduceResponse;
use tokio::sync::mpsc::error::TrySendError;

use super::appender::lock;
use super::batch::{Ack, Batch, Submissions};
use super::collect::ACKS_SPARE;
use super::identify::Idempotence;
use super::pipeline::{Finished, Identity, Patience, Stored, Verdict};
use super::request;
use super::sender::Sender;
use crate::{ErrorCode, ErrorKind, KafkaError};

/// A batch whose ack is on its way to the receiver; only then does its memory come back, and its flush end.
#[derive(Debug)]
pub(super) struct Settled {
    ack: Ack,
    generation: u64,
    charged: usize,
}

/// Java's pause before a transaction's first partition is tried again.
const SOON: Duration = Duration::from_millis(20);

const NOWHERE: Stored = Stored { base_offset: -1, timestamp: -1 };

impl Sender {
    /// Takes the answer to one request.
    pub(super) fn settle(&mut self, batches: Vec<Batch>, result: Result<ProduceResponse, KafkaError>, now: Instant) {
        let moved = result.as_ref().map(|response| self.cluster.learn(request::leaders(response))).unwrap_or_default();
        let mut results = result.map(request::results);
        for batch in batches {
            let result = match &mut results {
                Err(error) => Err(error.clone()),
                Ok(_) if self.config.acks == 0 => Ok(NOWHERE),
                Ok(results) => self.result_of(&batch, results),
            };
            let has_moved = !moved.is_empty() && moved.contains(&lock(&self.shared).place(batch.slot));
            self.settle_batch(batch, result, has_moved, now);
        }
    }

    fn result_of(
        &self,
        batch: &Batch,
        results: &mut HashMap<(String, i32), Result<Stored, KafkaError>>,
    ) -> Result<Stored, KafkaError> {
        let (topic, partition) = lock(&self.shared).place(batch.slot);
        results.remove(&(topic.to_string(), partition)).unwrap_or_else(request::missing)
    }

    /// `has_moved`: the answer has told where the partition's leader is now.
    fn settle_batch(&mut self, batch: Batch, result: Result<Stored, KafkaError>, has_moved: bool, now: Instant) {
        let slot = batch.slot;
        let pipeline = self.pipelines.entry(slot).or_default();
        pipeline.answered(&batch);
        match result {
            Ok(stored) => pipeline.finish(batch, Ok(stored)),
            Err(error) => self.settle_failure(batch, error, has_moved, now),
        }
        self.ack_finished(slot);
    }

    fn settle_failure(&mut self, mut batch: Batch, error: KafkaError, has_moved: bool, now: Instant) {
        let patience = Patience { delivery_timeout: self.config.delivery_timeout, retries: self.config.retries };
        let pipeline = self.pipelines.entry(batch.slot).or_default();
        let verdict = pipeline.judge(&batch, &error, patience, now);
        let attempt = batch.attempts;
        tracing::debug!(slot = batch.slot, attempt, %error, ?verdict, "a batch was not stored");
        if error.kind() == ErrorKind::RefreshMetadata {
            self.want_metadata();
        }
        match verdict {
            Verdict::Stored => self.finish(batch, Ok(NOWHERE)),
            Verdict::Repeat if error.code() == Some(ErrorCode::CONCURRENT_TRANSACTIONS) => self.repeat_soon(batch, now),
            // The new leader has not failed yet: it is asked at once.
            Verdict::Repeat if has_moved => self.pipelines.entry(batch.slot).or_default().repeat(batch, None),
            Verdict::Repeat => self.repeat(batch, now),
            Verdict::Lost => {
                self.pipelines.entry(batch.slot).or_default().lost(&mut batch);
                self.repeat(batch, now);
            }
            Verdict::Doubt => {
                self.pipelines.entry(batch.slot).or_default().doubt(&batch);
                self.ask_for_last_sequence(batch);
            }
            Verdict::Split => self.split(batch, error),
            Verdict::GiveUp => self.give_up(batch, error),
        }
    }

    /// Settles a doubt: what the broker has is acked without an offset, what it has not is sent again.
    pub(super) fn described(&mut self, mut batch: Batch, last_sequence: Result<Option<i32>, KafkaError>, now: Instant) {
        let slot = batch.slot;
        let pipeline = self.pipelines.entry(slot).or_default();
        pipeline.answered(&batch);
        tracing::debug!(slot, identity = ?batch.identity, ?last_sequence, "how far the broker has stored");
        match last_sequence {
            Ok(Some(last)) if batch.is_stored_at(last) => pipeline.finish(batch, Ok(NOWHERE)),
            Err(error) if error.is_retriable() => self.repeat(batch, now),
            // A broker before 2.8, or one that does not let this client ask, is treated as one that lost the batch.
            Ok(_) | Err(_) => {
                pipeline.lost(&mut batch);
                self.repeat(batch, now);
            }
        }
        self.ack_finished(slot);
    }

    fn repeat(&mut self, batch: Batch, now: Instant) {
        let mut backoff = self.cluster.retry_backoff();
        let mut pause = backoff.next_delay();
        for _ in 1..batch.attempts.min(16) {
            pause = backoff.next_delay();
        }
        self.pipelines.entry(batch.slot).or_default().repeat(batch, now.checked_add(pause));
    }

    /// The last transaction is being completed: its markers are on their way.
    fn repeat_soon(&mut self, batch: Batch, now: Instant) {
        self.pipelines.entry(batch.slot).or_default().repeat(batch, now.checked_add(SOON));
    }

    fn split(&mut self, batch: Batch, error: KafkaError) {
        let (slot, generation, count) = (batch.slot, batch.generation, batch.count);
        let (submissions, charged) = (batch.submissions.clone(), batch.charged);
        match batch.split(self.config.compression) {
            Ok(halves) => {
                tracing::debug!(slot, count, "the broker finds a batch too large; it is split");
                self.unacked += 1;
                lock(&self.shared).added(generation);
                halves.into_iter().for_each(|half| self.pipelines.entry(slot).or_default().repeat(half, None));
            }
            Err(unreadable) => {
                tracing::error!(slot, %unreadable, "a batch of this producer cannot be split");
                self.fail_transaction(&error);
                self.ack(slot, submissions, Err(error), generation, charged);
                self.send_acks();
            }
        }
    }

    fn give_up(&mut self, batch: Batch, error: KafkaError) {
        self.fail_transaction(&error);
        self.finish(batch, Err(error));
    }

    fn finish(&mut self, batch: Batch, result: Result<Stored, KafkaError>) {
        self.pipelines.entry(batch.slot).or_default().finish(batch, result);
    }

    fn ack_finished(&mut self, slot: usize) {
        let finished = self.pipelines.entry(slot).or_default().take_finished();
        if finished.is_empty() {
            return;
        }
        for Finished { batch, result } in finished {
            self.ack(slot, batch.submissions, result, batch.generation, batch.charged);
        }
        self.send_acks();
    }

    fn ack(
        &mut self,
        slot: usize,
        submissions: Submissions,
        result: Result<Stored, KafkaError>,
        generation: u64,
        charged: usize,
    ) {
        let (topic, partition) = lock(&self.shared).place(slot);
        let Stored { base_offset, timestamp } = *result.as_ref().unwrap_or(&NOWHERE);
        let ack = Ack { topic, partition, base_offset, timestamp, submissions, result: result.map(|_| ()) };
        self.unsent_acks.push_back(Settled { ack, generation, charged });
    }

    /// Hands the acks to the receiver; some may have to wait until it has taken others. No batch is taken from the
    /// accumulator unless there is room for its ack, but splits make more of them than were taken.
    pub(super) fn send_acks(&mut self) {
        while !self.unsent_acks.is_empty() {
            // A receiver that is gone wants no acks.
            let room = match self.acks.try_reserve() {
                Err(TrySendError::Full(())) => return,
                room => room.ok(),
            };
            let Some(Settled { ack, generation, charged }) = self.unsent_acks.pop_front() else { break };
            // First the ack, then the word that it is there: who flushes looks for it at once.
            if let Some(room) = room {
                room.send(ack);
            }
            lock(&self.shared).settled(generation, charged);
            self.unacked = self.unacked.saturating_sub(1);
            self.shared.room.notify_waiters();
            self.shared.settled.notify_waiters();
        }
    }

    /// How old a batch may become; none does any more once nothing can be sent.
    fn patience(&self) -> Duration {
        if self.failed.is_some() { Duration::ZERO } else { self.config.delivery_timeout }
    }

    /// Gives up the batches of these partitions that are older than `delivery.timeout.ms`.
    pub(super) fn expire(&mut self, slots: Vec<usize>, now: Instant) {
        let allowed = self.patience();
        for slot in slots {
            while let Some(batch) = self.pipelines.entry(slot).or_default().expire(allowed, now) {
                self.finish_expired(batch);
            }
            let given_up = lock(&self.shared).gives_up();
            let allowed = if given_up.is_some() { Duration::ZERO } else { allowed };
            self.expire_unsent(slot, allowed, given_up, now);
            self.ack_finished(slot);
        }
    }

    fn expire_unsent(&mut self, slot: usize, allowed: Duration, given_up: Option<KafkaError>, now: Instant) {
        if !self.pipelines.entry(slot).or_default().is_idle() {
            return;
        }
        while self.acks.capacity() > self.unacked + ACKS_SPARE {
            let batch = {
                let mut accumulator = lock(&self.shared);
                let old = accumulator.oldest(slot).is_some_and(|oldest| now.duration_since(oldest) >= allowed);
                old.then(|| accumulator.take(slot)).flatten()
            };
            let Some(batch) = batch else { return };
            self.unacked += 1;
            match given_up.clone() {
                Some(reason) => self.finish(batch, Err(reason)),
                None => self.finish_expired(batch),
            }
        }
    }

    fn finish_expired(&mut self, batch: Batch) {
        if let Some(error) = self.failed.clone() {
            return self.finish(batch, Err(error));
        }
        let (topic, partition) = lock(&self.shared).place(batch.slot);
        let text = format!(
            "Expiring {} record(s) for {topic}-{partition}:{} ms has passed since batch creation",
            batch.count,
            self.config.delivery_timeout.as_millis()
        );
        self.give_up(batch, KafkaError::Timeout(text.into()));
    }

    /// Moves partitions whose sequence has a gap to the next epoch, or on without one where there is none any more.
    pub(super) fn start_new_epochs(&mut self) {
        let waiting: Vec<usize> =
            self.pipelines.iter().filter(|(_, pipeline)| pipeline.needs_epoch()).map(|(slot, _)| *slot).collect();
        if waiting.is_empty() || self.idempotence.is_pending() || self.coordinator.is_some() {
            return;
        }
        self.idempotence = self.idempotence.bumped();
        if self.idempotence.is_pending() {
            return; // the last epoch is used up
        }
        let identity = self.idempotence.identity();
        tracing::debug!(?identity, ?waiting, "a new epoch for partitions with a gap in their sequence");
        for slot in waiting {
            self.pipelines.entry(slot).or_default().restart(identity);
        }
    }

    /// Takes the cluster's answer to the question for a producer id.
    pub(super) fn identified(&mut self, result: Result<Identity, KafkaError>) {
        match result {
            Ok(identity) => {
                self.idempotence = Idempotence::Granted(identity);
                // Those who waited for a new id because the last epoch was used up.
                for pipeline in self.pipelines.values_mut().filter(|pipeline| pipeline.needs_epoch()) {
                    pipeline.restart(Some(identity));
                }
            }
            Err(error) if error.kind() == ErrorKind::Authorization => {
                tracing::warn!(
                    %error,
                    "the cluster does not grant this client a producer id; going on without enable.idempotence and with \
                     one request in flight: grant IDEMPOTENT_WRITE on the cluster, or set enable.idempotence=false"
                );
                self.idempotence = Idempotence::Off;
                self.max_in_flight = 1;
            }
            Err(error) => self.fail_all(error),
        }
    }

    /// Nothing can be sent any more: every record that waits is given up, and further ones are refused.
    /// Its transaction with them, before the first is given up: what is left of it must not be committed.
    pub(super) fn fail_all(&mut self, error: KafkaError) {
        self.idempotence = Idempotence::Off;
        {
            let mut accumulator = lock(&self.shared);
            accumulator.transaction().into_iter().for_each(|own| own.fail(error.clone()));
            accumulator.fail(error.clone());
        }
        self.shared.turned.notify_waiters();
        self.failed = Some(error);
    }
}

#[cfg(test)]
mod tests;
