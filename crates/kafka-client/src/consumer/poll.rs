//! The loop behind [`Consumer::poll`]: take in what ended, return what is ready, start what is missing, wait.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinError;

use crate::KafkaError;
use crate::cluster::Metadata;
use crate::group::{Group, Notice};

use super::autocommit::Purpose;
use super::fetch::{self, Answer, Session};
use super::membership::Phase;
use super::offsets::{EpochEnds, Listed};
use super::validate::Check;
use super::{Consumer, ConsumerError, Event, OffsetReset, Offsets, TopicPartition};

/// How a piece of work ended. Those that failed have already paused, so that trying again at once is not too soon.
#[derive(Debug)]
pub(super) enum Done {
    Fetched { node: i32, session: Session, result: Result<Vec<Answer>, KafkaError> },
    Looked(Result<Arc<Metadata>, KafkaError>),
    ForLeader { generation: i32, result: Result<Arc<Metadata>, KafkaError> },
    GroupOffsets { asked: Vec<(TopicPartition, u64)>, result: Result<Offsets, KafkaError> },
    Listed { asked: Vec<Reset>, listed: Listed },
    Validated { asked: Vec<Check>, ends: Option<EpochEnds> },
    Committed { id: Option<u64>, result: Result<(), KafkaError> },
}

/// A partition whose position follows from the reset policy.
#[derive(Clone, Debug)]
pub(super) struct Reset {
    pub(super) partition: TopicPartition,
    pub(super) ticket: u64,
    pub(super) to: OffsetReset,
}

impl Consumer {
    /// The next event, or [`Event::Idle`] after `timeout`. Cancel-safe: what a dropped poll would have returned, the next one does.
    ///
    /// Whoever is in a group polls at least every `max.poll.interval.ms`.
    /// # Errors
    /// What cannot be repaired by waiting. Unless the error says otherwise, polling again goes on where it can.
    pub async fn poll(&mut self, timeout: Duration) -> Result<Event, ConsumerError> {
        let (deadline, waker) = (deadline(timeout), self.waker.clone());
        self.resume_rebalance();
        self.auto_commit(Purpose::Due);
        loop {
            self.take_in();
            let ready = self.ready();
            self.launch();
            if let Some(result) = ready {
                return result;
            }
            if self.failure.is_some() {
                continue; // launching found that there is nothing to wait for
            }
            let goes_on = tokio::select! {
                biased;
                goes_on = self.wait(deadline) => goes_on,
                () = waker.notified() => false,
            };
            if !goes_on {
                return Ok(Event::Idle);
            }
        }
    }

    /// Takes in whatever has ended, without waiting.
    pub(super) fn take_in(&mut self) {
        if let Some(group) = &self.group {
            group.alive();
        }
        while let Some(done) = self.work.try_join_next() {
            self.on_done(done);
        }
        while let Some(notice) = self.group.as_mut().and_then(Group::try_notice) {
            self.on_notice(notice);
        }
    }

    /// What the caller gets now, if anything.
    fn ready(&mut self) -> Option<Result<Event, ConsumerError>> {
        if let Some(event) = self.events.pop_front() {
            return Some(Ok(event));
        }
        if let Some(failure) = self.failure.take() {
            return Some(Err(failure));
        }
        if let Phase::Fenced(error) = &self.phase {
            return Some(Err(error.clone().into()));
        }
        if matches!(self.phase, Phase::Prepare(_) | Phase::Shrink(_)) {
            self.auto_commit(Purpose::Rebalance);
        }
        if let Some(revoked) = self.prepare_rejoin() {
            return Some(Ok(Event::Revoked(revoked)));
        }
        if !self.owns_partitions() {
            return None;
        }
        match self.partitions.drain(self.config.max_poll_records) {
            Ok(records) if records.is_empty() => None,
            Ok(records) => Some(Ok(Event::Records(records))),
            Err(error) => Some(Err(error)),
        }
    }

    /// Starts everything that can be under way and is not.
    pub(super) fn launch(&mut self) {
        self.launch_look();
        self.launch_join();
        self.launch_election();
        self.launch_commit();
        // In every phase: who waits for a position while the group rebalances must get it, or never polls again. Partitions
        // that were revoked are there until then.
        self.launch_positions();
        if self.owns_partitions() {
            self.launch_fetches();
        }
    }

    /// Waits for something to happen; false at the deadline. Cancel-safe.
    pub(super) async fn wait(&mut self, deadline: Instant) -> bool {
        let until = self.next_timer().min(deadline);
        if until <= Instant::now() {
            // A caller that never waits would keep the tasks of a single-threaded runtime from running.
            tokio::task::yield_now().await;
        }
        // Every arm is cancel-safe: a task's end and a notice stay where they are until they are taken.
        tokio::select! {
            biased;
            Some(done) = self.work.join_next(), if !self.work.is_empty() => self.on_done(done),
            notice = next_notice(&mut self.group) => match notice {
                Some(notice) => self.on_notice(notice),
                None => self.on_group_ended(),
            },
            () = tokio::time::sleep_until(until.into()) => return until < deadline,
        }
        true
    }

    fn next_timer(&self) -> Instant {
        let now = Instant::now();
        // While it waits here the owner is alive, however long it waits.
        let alive = now + (self.config.max_poll_interval / 2).clamp(Duration::from_millis(1), Duration::from_secs(60));
        let look = if self.look.under_way || self.is_idle() { alive } else { self.look.due };
        let retry = self.partitions.next_retry(now).unwrap_or(alive);
        let join = self.join_not_before().unwrap_or(alive);
        alive.min(look).min(retry).min(join)
    }

    fn on_done(&mut self, done: Result<Done, JoinError>) {
        match done {
            Ok(Done::Fetched { node, session, result }) => self.on_fetched(node, session, result),
            Ok(Done::Looked(result)) => self.on_looked(result),
            Ok(Done::ForLeader { generation, result }) => self.on_metadata_for_leader(generation, result),
            Ok(Done::GroupOffsets { asked, result }) => self.on_group_offsets(asked, result),
            Ok(Done::Listed { asked, listed }) => self.on_listed(asked, listed),
            Ok(Done::Validated { asked, ends }) => self.on_validated(asked, ends),
            Ok(Done::Committed { id, result }) => self.on_committed(id, result),
            Err(error) => self.on_panic(&error),
        }
    }

    /// A task of ours broke. Which one is not known, so all are taken for ended; stale answers are told by their tickets.
    fn on_panic(&mut self, error: &JoinError) {
        tracing::error!(%error, "a task of the consumer ended abnormally");
        self.fetches.restart();
        self.look.under_way = false;
        self.commits.under_way = false;
        self.forget_auto_commit();
        self.partitions.ask_again();
        if let Phase::Electing(election) = &mut self.phase {
            election.asked = false;
        }
        self.failure = Some(KafkaError::Closed.into());
    }

    fn launch_fetches(&mut self) {
        let plan = self.fetches.plan(&mut self.partitions, &self.metadata, &self.config, Instant::now());
        if plan.leaderless {
            self.distrust_metadata();
        }
        for (node, mut session) in self.fetches.depart(&plan.blocked) {
            let (cluster, config) = (self.cluster.clone(), self.config.clone());
            let node_id = crate::cluster::NodeId::new(node).on(self.lane);
            self.work.spawn(async move {
                let result = fetch::fetch(&cluster, node_id, &config, &mut session);
                let result = paced(config.retry_backoff, result).await;
                Done::Fetched { node, session, result }
            });
        }
    }

    pub(super) fn owns_partitions(&self) -> bool {
        matches!(self.phase, Phase::Apart | Phase::Stable) || self.is_cooperative()
    }

    /// An error that a task ended with: waiting helps, or the caller must hear of it.
    pub(super) fn on_error(&mut self, what: &str, error: KafkaError) {
        if error.kind() == crate::ErrorKind::RefreshMetadata {
            self.distrust_metadata();
        }
        match error.is_retriable() {
            true => tracing::debug!(%error, "{what} failed; trying again"),
            false => self.failure = Some(error.into()),
        }
    }
}

/// So far from now, and never further than a clock can count.
pub(super) fn deadline(timeout: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(timeout).unwrap_or(now + Duration::from_secs(1 << 30))
}

/// Runs `work`; a failure is returned after a pause.
pub(super) async fn paced<T>(
    pause: Duration,
    work: impl Future<Output = Result<T, KafkaError>>,
) -> Result<T, KafkaError> {
    let result = work.await;
    if result.is_err() {
        tokio::time::sleep(pause).await;
    }
    result
}

async fn next_notice(group: &mut Option<Group>) -> Option<Notice> {
    match group {
        Some(group) => group.notice().await,
        None => std::future::pending().await,
    }
}
