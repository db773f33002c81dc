//! Everything a caller does beside polling.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::group::{ConsumerGroupMetadata, Departure, Generation, Group};
use crate::net::Backoff;
use crate::{ErrorCode, KafkaError};

use super::fetch::isolation;
use super::membership::Phase;
use super::offsets::{self, At, Found, Listed};
use super::partitions::Stage;
use super::poll::{Done, deadline};
use super::{Consumer, ConsumerError, Event, OffsetReset, Offsets, QueuedCommit, Subscription, TopicPartition};

impl Consumer {
    /// Reads as a member of the group, from the next poll on. Replaces an earlier subscription, which rebalances.
    /// # Errors
    /// [`ConsumerError::NoGroup`]; [`ConsumerError::MixedSubscription`] after [`assign`](Self::assign).
    pub fn subscribe(&mut self, subscription: Subscription) -> Result<(), ConsumerError> {
        let group_id = self.config.group_id.clone().ok_or(ConsumerError::NoGroup)?;
        if self.group.is_none() && !self.partitions.is_empty() {
            return Err(ConsumerError::MixedSubscription);
        }
        self.subscription = Some(subscription);
        self.look.due = Instant::now();
        if self.group.is_none() {
            self.start_group(&group_id);
            self.phase = Phase::Rejoin("joining");
        } else {
            self.rebalance("the subscription has changed");
        }
        Ok(())
    }

    /// Who this is at the moment, for [`send_offsets_to_transaction`](crate::producer::Producer::send_offsets_to_transaction);
    /// none without a `group.id`.
    pub fn group_metadata(&self) -> Option<ConsumerGroupMetadata> {
        let group_id = self.config.group_id.clone()?;
        let generation = self.group.as_ref().map_or(Generation::NONE, Group::generation);
        Some(ConsumerGroupMetadata::of(group_id, generation, self.config.group_instance_id.clone()))
    }

    /// Reads exactly these partitions, without a group's help. Committed offsets are where it starts, if there is a `group.id`.
    /// # Errors
    /// [`ConsumerError::MixedSubscription`] while subscribed; [unsubscribe](Self::unsubscribe) first.
    pub fn assign(&mut self, partitions: &[TopicPartition]) -> Result<(), ConsumerError> {
        if self.subscription.is_some() {
            return Err(ConsumerError::MixedSubscription);
        }
        self.partitions.set(partitions, Stage::Committed);
        self.distrust_unknown(partitions);
        Ok(())
    }

    /// Leaves the group and reads nothing.
    pub async fn unsubscribe(&mut self, timeout: Duration) {
        self.subscription = None;
        self.phase = Phase::Apart;
        self.leading = None;
        self.generation = Generation::NONE;
        self.partitions.clear();
        if let Some(group) = self.group.take() {
            group.leave("the consumer unsubscribed from all topics", timeout).await;
        }
    }

    /// What is assigned, sorted.
    pub fn assignment(&self) -> Vec<TopicPartition> {
        self.partitions.names()
    }

    /// Returns no more records of these until they are [resumed](Self::resume). A rebalance that takes a partition away forgets it.
    pub fn pause(&mut self, partitions: &[TopicPartition]) -> Result<(), ConsumerError> {
        partitions.iter().try_for_each(|name| self.partitions.get_mut(name).map(|partition| partition.paused = true))
    }

    /// See [`pause`](Self::pause).
    pub fn resume(&mut self, partitions: &[TopicPartition]) -> Result<(), ConsumerError> {
        partitions.iter().try_for_each(|name| self.partitions.get_mut(name).map(|partition| partition.paused = false))
    }

    /// The next record returned is the first one from `offset` on.
    pub fn seek(&mut self, partition: &TopicPartition, offset: i64) -> Result<(), ConsumerError> {
        self.partitions.jump(partition, Stage::At(offset))
    }

    pub fn seek_to_beginning(&mut self, partition: &TopicPartition) -> Result<(), ConsumerError> {
        self.partitions.jump(partition, Stage::Reset(OffsetReset::Earliest))
    }

    pub fn seek_to_end(&mut self, partition: &TopicPartition) -> Result<(), ConsumerError> {
        self.partitions.jump(partition, Stage::Reset(OffsetReset::Latest))
    }

    /// The offset of the next record that poll returns, once it is known (committed offsets and resets take requests).
    pub async fn position(&mut self, partition: &TopicPartition, timeout: Duration) -> Result<i64, ConsumerError> {
        let deadline = deadline(timeout);
        loop {
            self.take_in();
            if let Some(position) = self.partitions.get(partition)?.position() {
                return Ok(position);
            }
            self.launch();
            if let Some(failure) = self.failure.take() {
                return Err(failure);
            }
            if !self.wait(deadline).await {
                let what = format!("Timeout before the position for partition {partition} could be determined");
                return Err(KafkaError::timeout(what, timeout).into());
            }
        }
    }

    /// What the group has committed; partitions without are left out.
    pub async fn committed(&self, partitions: &[TopicPartition]) -> Result<Offsets, ConsumerError> {
        let coordinator = self.offsets.as_ref().ok_or(ConsumerError::NoGroup)?;
        let stable_only = isolation(&self.config) != 0;
        self.patiently(|| offsets::committed(coordinator, partitions, stable_only)).await
    }

    /// Commits, after everything that [`commit_async`](Self::commit_async) has under way. Repeats what may be repeated for
    /// `default.api.timeout.ms`. If it is dropped, the offsets may or may not have been committed.
    /// # Errors
    /// [`ConsumerError::CommitFailed`] if the group has given the partitions away; [`ConsumerError::RebalanceInProgress`]
    /// while a cooperative group is between two generations.
    pub async fn commit(&mut self, offsets: &Offsets) -> Result<(), ConsumerError> {
        // Taken now: while this waits the group may go on without this member, and a later signature would commit for others.
        let generation = self.generation.clone();
        let deadline = deadline(self.config.default_api_timeout);
        while self.commits.under_way || !self.commits.queue.is_empty() {
            self.launch();
            if !self.wait(deadline).await {
                return Err(KafkaError::timeout("Earlier commits did not end", self.config.default_api_timeout).into());
            }
        }
        let coordinator = self.offsets.as_ref().ok_or(ConsumerError::NoGroup)?;
        let instance = self.config.group_instance_id.as_deref();
        let committed = self.patiently(|| offsets::commit(coordinator, &generation, instance, offsets));
        committed.await.map_err(|error| self.explain_commit(error))
    }

    /// Commits in the background, once; [`Event::Committed`] with the returned id tells how it ended. In order.
    pub fn commit_async(&mut self, offsets: Offsets) -> Result<u64, ConsumerError> {
        if self.offsets.is_none() {
            return Err(ConsumerError::NoGroup);
        }
        self.commits.last_id += 1;
        let id = self.commits.last_id;
        self.commits.queue.push_back(QueuedCommit { id, generation: self.generation.clone(), offsets });
        self.launch_commit();
        Ok(id)
    }

    pub(super) fn launch_commit(&mut self) {
        let Some(coordinator) = self.offsets.clone().filter(|_| !self.commits.under_way) else { return };
        let Some(QueuedCommit { id, generation, offsets }) = self.commits.queue.pop_front() else { return };
        self.commits.under_way = true;
        let instance = self.config.group_instance_id.clone();
        self.work.spawn(async move {
            let result = offsets::commit(&coordinator, &generation, instance.as_deref(), &offsets).await;
            Done::Committed { id, result }
        });
    }

    pub(super) fn on_committed(&mut self, id: u64, result: Result<(), KafkaError>) {
        self.commits.under_way = false;
        let result = result.map_err(|error| self.explain_commit(error.into()));
        self.events.push_back(Event::Committed { id, result });
    }

    /// The first offset of each partition.
    pub async fn beginning_offsets(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, i64>, ConsumerError> {
        self.list(partitions.iter().map(|name| (name.clone(), At::Beginning)).collect()).await.map(offsets_only)
    }

    /// The offset after the last record of each partition; with `read_committed`, after the last one that is decided.
    pub async fn end_offsets(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, i64>, ConsumerError> {
        self.list(partitions.iter().map(|name| (name.clone(), At::End)).collect()).await.map(offsets_only)
    }

    /// The first record of each partition that is not older than its timestamp: offset and timestamp. Partitions without are left out.
    pub async fn offsets_for_times(
        &self,
        timestamps: &BTreeMap<TopicPartition, i64>,
    ) -> Result<BTreeMap<TopicPartition, (i64, i64)>, ConsumerError> {
        let wanted = timestamps.iter().map(|(name, millis)| (name.clone(), At::Timestamp((*millis).max(0))));
        self.list(wanted.collect()).await
    }

    async fn list(
        &self,
        wanted: BTreeMap<TopicPartition, At>,
    ) -> Result<BTreeMap<TopicPartition, Found>, ConsumerError> {
        let mut topics: Vec<_> = wanted.keys().map(|name| name.topic.clone()).collect();
        topics.dedup();
        let isolation = isolation(&self.config);
        let mut distrusted = false;
        self.patiently(|| {
            // The first failure may be the cache's fault.
            let fresh = std::mem::replace(&mut distrusted, true);
            let (topics, wanted) = (&topics, &wanted);
            async move {
                let metadata = match fresh {
                    true => self.cluster.refresh(topics).await?,
                    false => self.cluster.metadata(topics, self.config.allow_auto_create_topics).await?,
                };
                found_only(offsets::list(&self.cluster, &metadata, wanted, isolation).await)
            }
        })
        .await
    }

    /// Repeats what may be repeated for `default.api.timeout.ms`.
    async fn patiently<T, F: Future<Output = Result<T, KafkaError>>>(
        &self,
        mut attempt: impl FnMut() -> F,
    ) -> Result<T, ConsumerError> {
        let deadline = Instant::now() + self.config.default_api_timeout;
        let mut backoff = Backoff::new(self.config.retry_backoff, self.config.retry_backoff_max);
        loop {
            match attempt().await {
                Ok(value) => return Ok(value),
                Err(error) if !error.is_retriable() => return Err(error.into()),
                Err(error) => {
                    let pause = backoff.next_delay();
                    if Instant::now() + pause >= deadline {
                        return Err(error.into());
                    }
                    tokio::time::sleep(pause).await;
                }
            }
        }
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

    /// Waits for commits under way and leaves the group, within `timeout`. The caller commits before.
    /// A static member keeps its place for a session, so that a restart moves nothing.
    pub async fn close(self, timeout: Duration) {
        self.close_as(Departure::AsConfigured, timeout).await;
    }

    /// As [`close`](Self::close), with another say about whether the group is left.
    pub async fn close_as(mut self, departure: Departure, timeout: Duration) {
        let deadline = deadline(timeout);
        while self.commits.under_way || !self.commits.queue.is_empty() {
            self.launch_commit();
            if !self.wait(deadline).await {
                break;
            }
        }
        if let Some(group) = self.group.take() {
            let left = deadline.saturating_duration_since(Instant::now());
            group.depart(departure, "the consumer is being closed", left).await;
        }
    }
}

/// All that was found, or the first error.
fn found_only(listed: Listed) -> Result<BTreeMap<TopicPartition, Found>, KafkaError> {
    listed
        .into_iter()
        .filter_map(|(name, result)| Some((name, result.transpose()?)))
        .map(|(name, result)| Ok((name, result?)))
        .collect()
}

fn offsets_only(found: BTreeMap<TopicPartition, Found>) -> BTreeMap<TopicPartition, i64> {
    found.into_iter().map(|(name, (offset, _))| (name, offset)).collect()
}
