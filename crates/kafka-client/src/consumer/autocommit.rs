//! `enable.auto.commit`: what earlier polls returned is done with when the next one begins.
//! ```text
//! poll ─▶ the interval is over ─▶ everything consumed ─▶ the queue of commits that nobody awaits
//! rebalance ─▶ everything consumed ─▶ the same queue, repeated while that helps; the join waits for it
//! close ─▶ everything consumed ─▶ a commit that is awaited
//! ```

use std::time::{Duration, Instant};

use super::poll::deadline;
use super::{Consumer, QueuedCommit};
use crate::KafkaError;

/// When the next commit is due.
#[derive(Debug)]
pub(super) struct AutoCommit {
    interval: Duration,
    due: Instant,
    /// One is queued or under way.
    pending: bool,
    /// Until when the join waits for what is pending, if a rebalance asked for it.
    join_not_before: Option<Instant>,
}

/// Why everything is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// If it is time to.
    Due,
    /// Whoever gets the partitions next starts where this consumer ends; the join waits for it.
    Rebalance,
}

impl AutoCommit {
    pub(super) fn new(interval: Duration) -> Self {
        Self { interval, due: deadline(interval), pending: false, join_not_before: None }
    }

    fn begins(&mut self, purpose: Purpose) -> bool {
        let now = Instant::now();
        if purpose == Purpose::Due && (self.pending || self.due > now) {
            return false;
        }
        self.due = deadline(self.interval);
        true
    }
}

impl Consumer {
    /// Commits everything that polls have returned. Only where a poll begins: what this one returns is not done with.
    pub(super) fn auto_commit(&mut self, purpose: Purpose) {
        let Some(auto) = &mut self.auto_commit else { return };
        if !auto.begins(purpose) {
            return;
        }
        let offsets = self.partitions.consumed();
        if offsets.is_empty() || self.offsets.is_none() {
            return;
        }
        auto.pending = true;
        let until = (purpose == Purpose::Rebalance).then(|| deadline(self.config.max_poll_interval));
        auto.join_not_before = until.or(auto.join_not_before);
        self.commits.queue.push_back(QueuedCommit { id: None, generation: self.generation.clone(), offsets, until });
        self.launch_commit();
    }

    /// Until when the join waits for a commit, if it does. No longer than the group waits for this member.
    pub(super) fn join_not_before(&self) -> Option<Instant> {
        let auto = self.auto_commit.as_ref().filter(|auto| auto.pending)?;
        auto.join_not_before.filter(|until| *until > Instant::now())
    }

    pub(super) fn on_auto_committed(&mut self, result: Result<(), KafkaError>) {
        let Some(auto) = &mut self.auto_commit else { return };
        auto.pending = self.commits.queue.iter().any(|queued| queued.id.is_none());
        match result {
            Ok(()) => {}
            Err(error) if error.is_retriable() => {
                tracing::debug!(%error, "an automatic commit failed; trying again");
                auto.due = Instant::now() + self.config.retry_backoff;
            }
            Err(error) => tracing::warn!(%error, "an automatic commit failed: the records may be read again"),
        }
    }

    /// A task was lost; perhaps it was a commit.
    pub(super) fn forget_auto_commit(&mut self) {
        if let Some(auto) = &mut self.auto_commit {
            auto.pending = self.commits.queue.iter().any(|queued| queued.id.is_none());
        }
    }
}
