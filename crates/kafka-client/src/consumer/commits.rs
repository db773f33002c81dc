//! Commits that are awaited, and those in the background.

use std::time::{Duration, Instant};

use crate::group::Generation;
use crate::net::Backoff;
use crate::{ErrorCode, KafkaError};

use super::poll::{Done, deadline};
use super::{Consumer, ConsumerError, Event, Offsets, QueuedCommit, TopicPartition, offsets};

impl Consumer {
    /// What the group has committed; partitions without are left out.
    pub async fn committed(&self, partitions: &[TopicPartition]) -> Result<Offsets, ConsumerError> {
        let coordinator = self.offsets.as_ref().ok_or(ConsumerError::NoGroup)?;
        let timeout = self.config.default_api_timeout;
        let attempts = || offsets::committed(coordinator, partitions);
        self.patiently("the committed offsets could be determined", timeout, attempts).await
    }

    /// Commits, after everything that [`commit_async`](Self::commit_async) has under way. Repeats what may be repeated for
    /// `default.api.timeout.ms`; a topic that is gone is not waited for. If it is dropped, the offsets may or may not have
    /// been committed.
    /// # Errors
    /// [`ConsumerError::CommitFailed`] if the group has given the partitions away; [`ConsumerError::RebalanceInProgress`]
    /// while a cooperative group is between two generations.
    pub async fn commit(&mut self, offsets: &Offsets) -> Result<(), ConsumerError> {
        // Taken now: while this waits the group may go on without this member, and a later signature would commit for others.
        let generation = self.generation.clone();
        self.commit_within(offsets, &generation, self.config.default_api_timeout).await
    }

    /// Commits everything that polls have returned so far, as [`commit`](Self::commit) does, and says what that was.
    /// # Errors
    /// As `commit`.
    pub async fn commit_consumed(&mut self) -> Result<Offsets, ConsumerError> {
        let offsets = self.partitions.consumed();
        self.commit(&offsets).await.map(|()| offsets)
    }

    /// As [`commit_consumed`](Self::commit_consumed), in the background; see [`commit_async`](Self::commit_async).
    /// # Errors
    /// [`ConsumerError::NoGroup`].
    pub fn commit_consumed_async(&mut self) -> Result<u64, ConsumerError> {
        self.commit_async(self.partitions.consumed())
    }

    pub(super) async fn commit_within(
        &mut self,
        offsets: &Offsets,
        generation: &Generation,
        timeout: Duration,
    ) -> Result<(), ConsumerError> {
        let deadline = deadline(timeout);
        if !self.earlier_commits_end(deadline).await {
            return Err(KafkaError::timeout("Earlier commits did not end", timeout).into());
        }
        let coordinator = self.offsets.as_ref().ok_or(ConsumerError::NoGroup)?;
        let instance = self.config.group_instance_id.as_deref();
        let left = deadline.saturating_duration_since(Instant::now());
        let attempts = async || match offsets::commit(coordinator, generation, instance, offsets).await {
            Err(error) if offsets::is_gone(&error) => Ok(Err(error)),
            result => result.map(Ok),
        };
        let ended = self.patiently("the offsets were committed", left, attempts).await;
        ended.and_then(|result| result.map_err(ConsumerError::from)).map_err(|error| self.explain_commit(error))
    }

    /// False if they did not by then.
    pub(super) async fn earlier_commits_end(&mut self, deadline: Instant) -> bool {
        while self.commits.under_way || !self.commits.queue.is_empty() {
            self.launch_commit();
            self.launch_look(); // one that is due and not under way would end each wait at once
            if !self.wait(deadline).await {
                return false;
            }
        }
        true
    }

    /// Commits in the background, once; [`Event::Committed`] with the returned id tells how it ended. In order.
    pub fn commit_async(&mut self, offsets: Offsets) -> Result<u64, ConsumerError> {
        if self.offsets.is_none() {
            return Err(ConsumerError::NoGroup);
        }
        self.commits.last_id += 1;
        let id = self.commits.last_id;
        self.commits.queue.push_back(QueuedCommit {
            id: Some(id),
            generation: self.generation.clone(),
            offsets,
            until: None,
        });
        self.launch_commit();
        Ok(id)
    }

    pub(super) fn launch_commit(&mut self) {
        let Some(coordinator) = self.offsets.clone().filter(|_| !self.commits.under_way) else { return };
        let Some(QueuedCommit { id, generation, offsets, until }) = self.commits.queue.pop_front() else { return };
        self.commits.under_way = true;
        let instance = self.config.group_instance_id.clone();
        let backoff = Backoff::new(self.config.retry_backoff, self.config.retry_backoff_max);
        self.work.spawn(async move {
            let attempt = || offsets::commit(&coordinator, &generation, instance.as_deref(), &offsets);
            let result = match until {
                Some(until) => offsets::until(until, backoff, attempt).await,
                None => attempt().await,
            };
            Done::Committed { id, result }
        });
    }

    pub(super) fn on_committed(&mut self, id: Option<u64>, result: Result<(), KafkaError>) {
        self.commits.under_way = false;
        let Some(id) = id else { return self.on_auto_committed(result) };
        let result = result.map_err(|error| self.explain_commit(error.into()));
        self.events.push_back(Event::Committed { id, result });
    }

    /// Who is no longer in the group cannot commit: that has a name of its own. A cooperative member reads and commits while
    /// its group goes on to the next generation, and is refused only until it has come there itself.
    fn explain_commit(&self, error: ConsumerError) -> ConsumerError {
        let ConsumerError::Kafka(error) = error else { return error };
        let is_member = self.group.as_ref().is_some_and(|group| group.generation().id >= 0);
        match error.code() {
            Some(ErrorCode::REBALANCE_IN_PROGRESS) => ConsumerError::RebalanceInProgress(error),
            Some(ErrorCode::ILLEGAL_GENERATION) if is_member && self.is_cooperative() => {
                ConsumerError::RebalanceInProgress(error)
            }
            Some(ErrorCode::ILLEGAL_GENERATION | ErrorCode::UNKNOWN_MEMBER_ID) => ConsumerError::CommitFailed(error),
            _ => error.into(),
        }
    }
}
