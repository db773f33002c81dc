//! When and what the consumer looks up: its topics, their leaders, and whether new ones have come.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cluster::{Cluster, Metadata, TopicName};
use crate::{ErrorCode, KafkaError};

use super::poll::{Done, paced};
use super::{Consumer, Subscription, TopicPartition};

/// Fresh metadata of `topics`; those that are missing are created if `create` and the broker allow it.
pub(super) async fn look(cluster: &Cluster, topics: &[TopicName], create: bool) -> Result<Arc<Metadata>, KafkaError> {
    let metadata = cluster.refresh(topics).await?;
    if create && topics.iter().any(|topic| is_missing(&metadata, topic)) {
        return cluster.metadata(topics, true).await;
    }
    Ok(metadata)
}

fn is_missing(metadata: &Metadata, topic: &str) -> bool {
    metadata.topic(topic).is_none_or(|known| known.error == Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION))
}

impl Consumer {
    pub(super) fn launch_look(&mut self) {
        if self.is_idle() || self.look.under_way || self.look.due > Instant::now() {
            return;
        }
        self.look.under_way = true;
        let (cluster, pause, all) = (self.cluster.clone(), self.config.retry_backoff, self.has_pattern());
        let (topics, create) = (self.topics_of_interest(), self.config.allow_auto_create_topics);
        let distrusted = std::mem::take(&mut self.look.distrusted) || !self.metadata.brokers.is_empty();
        self.work.spawn(async move {
            Done::Looked(
                paced(pause, async move {
                    match (all, distrusted) {
                        (true, _) => cluster.refresh_all().await,
                        (false, true) => look(&cluster, &topics, create).await,
                        (false, false) => cluster.metadata(&topics, create).await,
                    }
                })
                .await,
            )
        });
    }

    /// Nothing to read, and so nothing to look up.
    pub(super) fn is_idle(&self) -> bool {
        self.subscription.is_none() && self.partitions.is_empty()
    }

    pub(super) fn topics_of_interest(&self) -> Vec<TopicName> {
        let mut topics: BTreeSet<TopicName> = self.partitions.iter().map(|(name, _)| name.topic.clone()).collect();
        if let Some(Subscription::Topics(subscribed)) = &self.subscription {
            topics.extend(subscribed.iter().map(|topic| TopicName::from(topic.as_str())));
        }
        topics.extend(self.leading.iter().flatten().map(|(topic, _)| TopicName::from(topic.as_str())));
        topics.into_iter().collect()
    }

    pub(super) fn on_looked(&mut self, result: Result<Arc<Metadata>, KafkaError>) {
        self.look.under_way = false;
        let now = Instant::now();
        match result {
            Ok(metadata) => {
                self.metadata = metadata;
                self.follow_metadata();
                let amiss = self.note_missing() || self.look.distrusted;
                self.look.due = now + self.pause_before_next_look(amiss);
                self.compare_with_joined();
            }
            Err(error) => {
                self.look.due = now;
                self.on_error("looking up metadata", error);
            }
        }
    }

    fn pause_before_next_look(&mut self, amiss: bool) -> Duration {
        if amiss {
            return self.look.backoff.next_delay();
        }
        self.look.backoff.reset();
        self.config.metadata_max_age
    }

    /// The cluster may have been told of leaders since it was last looked at.
    pub(super) fn follow_cluster(&mut self) {
        let known = self.cluster.cached_metadata();
        if !Arc::ptr_eq(&known, &self.metadata) {
            self.metadata = known;
            self.follow_metadata();
        }
    }

    /// Leaders may have changed, and brokers gone.
    fn follow_metadata(&mut self) {
        self.partitions.follow(&self.metadata);
        let brokers = &self.metadata.brokers;
        self.fetches.keep_nodes(|node| brokers.contains_key(&node));
    }

    /// Logs topics that are not there, once each, and says whether to look again soon.
    fn note_missing(&mut self) -> bool {
        let topics = self.topics_of_interest();
        let missing: Vec<_> = topics.into_iter().filter(|topic| self.metadata.usable(topic).is_err()).collect();
        for topic in &missing {
            let Err(error) = self.metadata.usable(topic) else { continue };
            if !error.is_retriable() {
                self.failure = Some(error.into()); // no right to read it, or no topic's name
            } else if self.look.missing.insert(topic.clone()) {
                tracing::warn!(%topic, %error, "this topic cannot be read yet; looking for it again and again");
            }
        }
        self.look.missing.retain(|topic| missing.contains(topic));
        !missing.is_empty()
    }

    /// The cache has proved wrong, or has a gap: looks again at once, or after a pause if that was just done.
    pub(super) fn distrust_metadata(&mut self) {
        if !self.look.distrusted {
            self.look.distrusted = true;
            self.look.due = self.look.due.min(Instant::now() + self.config.retry_backoff);
        }
    }

    pub(super) fn distrust_unknown(&mut self, partitions: &[TopicPartition]) {
        if partitions.iter().any(|name| self.metadata.partition(&name.topic, name.partition).is_none()) {
            self.distrust_metadata();
        }
    }
}
