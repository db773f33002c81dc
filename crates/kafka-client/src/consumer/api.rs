//! What a caller says of its partitions: which ones, from where on, and whether just now.

use std::time::{Duration, Instant};

use crate::KafkaError;
use crate::group::{ConsumerGroupMetadata, Generation};

use super::membership::Phase;
use super::partitions::Stage;
use super::poll::deadline;
use super::{Consumer, ConsumerError, Event, OffsetAndMetadata, OffsetReset, Subscription, TopicPartition};

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

    /// Who this was when it was last assigned partitions, for [`send_offsets_to_transaction`](crate::producer::Producer::send_offsets_to_transaction);
    /// none without a `group.id`.
    pub fn group_metadata(&self) -> Option<ConsumerGroupMetadata> {
        let group_id = self.config.group_id.clone()?;
        // Not who the membership task is by now: one that was thrown out is nobody, and of nobody brokers take any offsets.
        Some(ConsumerGroupMetadata::of(group_id, self.generation.clone(), self.config.group_instance_id.clone()))
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
        self.events.retain(|event| matches!(event, Event::Committed { .. }));
        self.failure = None;
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

    /// What is [paused](Self::pause), sorted.
    pub fn paused(&self) -> Vec<TopicPartition> {
        self.partitions.iter().filter(|(_, partition)| partition.paused).map(|(name, _)| name.clone()).collect()
    }

    /// What was last [subscribed](Self::subscribe) to; none while nothing is.
    pub fn subscription(&self) -> Option<&Subscription> {
        self.subscription.as_ref()
    }

    /// The next record returned is the first one from `offset` on.
    /// # Errors
    /// [`ConsumerError::NotAssigned`]; [`ConsumerError::IllegalArgument`] for a negative offset.
    pub fn seek(&mut self, partition: &TopicPartition, offset: i64) -> Result<(), ConsumerError> {
        self.seek_to(partition, &offset.into())
    }

    /// As [`seek`](Self::seek), to where somebody committed: with the epoch of the record before it, the leader is asked whether
    /// that record is still in the log.
    /// # Errors
    /// As `seek`.
    pub fn seek_to(&mut self, partition: &TopicPartition, to: &OffsetAndMetadata) -> Result<(), ConsumerError> {
        if to.offset < 0 {
            return Err(ConsumerError::IllegalArgument("seek offset must not be a negative number".to_owned()));
        }
        self.partitions.seek(partition, (to.offset, to.leader_epoch), &self.metadata)
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

    /// How many records there are behind the position, as of the last answer; with `read_committed`, up to the last decided one.
    /// None while the position or the end is not known.
    /// # Errors
    /// [`ConsumerError::NotAssigned`].
    pub fn current_lag(&self, partition: &TopicPartition) -> Result<Option<i64>, ConsumerError> {
        let partition = self.partitions.get(partition)?;
        Ok(partition.position().zip(partition.end).map(|(position, end)| end.saturating_sub(position).max(0)))
    }

    /// The follower that is read from, because the leader named it as nearer (`client.rack`); none while the leader is.
    /// # Errors
    /// [`ConsumerError::NotAssigned`].
    pub fn read_replica(&self, partition: &TopicPartition) -> Result<Option<i32>, ConsumerError> {
        Ok(self.partitions.get(partition)?.replica.map(|(node, _)| node))
    }
}
