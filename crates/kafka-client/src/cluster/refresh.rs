//! Asking the cluster what it looks like.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::{MetadataRequest, TopicName as WireName};
use kafka_protocol::protocol::StrBytes;

use super::{Cluster, Metadata, NodeId, TopicName};
use crate::sync::lock;
use crate::{ErrorCode, KafkaError};

impl Cluster {
    /// The last picture of the cluster, however old; empty before the first request.
    pub fn cached_metadata(&self) -> Arc<Metadata> {
        self.shared.metadata.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A picture in which every one of `topics` is younger than `metadata.max.age.ms`, from the cache if it can be.
    /// Topics that do not exist are created by brokers with `auto.create.topics.enable` if `allow_auto_create`; a topic
    /// just created shows up with `LEADER_NOT_AVAILABLE` at first.
    /// # Errors
    /// No broker could be asked. What is wrong with a single topic is told by [`Metadata::usable`].
    pub async fn metadata(&self, topics: &[TopicName], allow_auto_create: bool) -> Result<Arc<Metadata>, KafkaError> {
        if let Some(fresh) = self.fresh(topics) {
            return Ok(fresh);
        }
        let _one_at_a_time = self.shared.refreshing.lock().await;
        match self.fresh(topics) {
            Some(fresh) => Ok(fresh),
            None => self.fetch(Some(topics), allow_auto_create).await,
        }
    }

    /// A new picture of `topics`; all others stay as they were.
    /// # Errors
    /// No broker could be asked.
    pub async fn refresh(&self, topics: &[TopicName]) -> Result<Arc<Metadata>, KafkaError> {
        let _one_at_a_time = self.shared.refreshing.lock().await;
        self.fetch(Some(topics), false).await
    }

    /// A new picture of all topics that this client may describe.
    /// # Errors
    /// No broker could be asked.
    pub async fn refresh_all(&self) -> Result<Arc<Metadata>, KafkaError> {
        let _one_at_a_time = self.shared.refreshing.lock().await;
        self.fetch(None, false).await
    }

    /// The leader as of the last picture; none asks for [`refresh`](Self::refresh).
    pub fn leader(&self, topic: &str, partition: i32) -> Option<NodeId> {
        self.cached_metadata().leader(topic, partition)
    }

    fn fresh(&self, topics: &[TopicName]) -> Option<Arc<Metadata>> {
        let (metadata, max_age) = (self.cached_metadata(), self.config.metadata_max_age);
        let known = !metadata.brokers.is_empty();
        (known && topics.iter().all(|topic| metadata.is_fresh(topic, max_age))).then_some(metadata)
    }

    /// Asks; what the cluster wants asked anew, or what was sought in vain for long, is asked of the bootstrap servers.
    /// Source: Apache Kafka, `NetworkClient.DefaultMetadataUpdater`.
    async fn fetch(&self, topics: Option<&[TopicName]>, allow_auto_create: bool) -> Result<Arc<Metadata>, KafkaError> {
        let (nodes, config) = (&self.shared.nodes, &self.shared.config);
        if config.rebootstrap && self.sought_in_vain() > config.rebootstrap_trigger {
            tracing::warn!(
                "No metadata for {} ms: asking the bootstrap servers",
                config.rebootstrap_trigger.as_millis()
            );
            nodes.rebootstrap();
            *lock(&self.shared.sought_since) = Some(Instant::now());
        }
        // Noted now: whoever gives up waiting for the answer has asked in vain, too.
        lock(&self.shared.sought_since).get_or_insert_with(Instant::now);
        let mut result = self.ask(topics, allow_auto_create).await;
        if config.rebootstrap && matches!(&result, Err(error) if error.code() == Some(ErrorCode::REBOOTSTRAP_REQUIRED))
        {
            tracing::info!("The cluster wants its metadata asked of the bootstrap servers");
            nodes.rebootstrap();
            result = self.ask(topics, allow_auto_create).await;
        }
        if result.is_ok() {
            *lock(&self.shared.sought_since) = None;
        }
        result
    }

    fn sought_in_vain(&self) -> Duration {
        lock(&self.shared.sought_since).map_or(Duration::ZERO, |since| since.elapsed())
    }

    async fn ask(&self, topics: Option<&[TopicName]>, allow_auto_create: bool) -> Result<Arc<Metadata>, KafkaError> {
        let node = self.any_broker().await?;
        let request = MetadataRequest::default()
            .with_topics(topics.map(|topics| topics.iter().map(wire_topic).collect()))
            .with_allow_auto_topic_creation(allow_auto_create);
        let response = self.send(node, request).await?;
        KafkaError::check(response.error_code, || "Metadata".to_owned())?;
        let kept = self.config.metadata_max_age.saturating_add(self.config.metadata_max_idle);
        // One lock for reading and writing: what others learn meanwhile must not be lost.
        let mut current = self.shared.metadata.write().unwrap_or_else(PoisonError::into_inner);
        let metadata = Arc::new(current.merged(response, topics.is_none()).without_idle(kept));
        let brokers = metadata.brokers.iter();
        self.shared.nodes.set_brokers(brokers.map(|(id, broker)| (*id, (broker.host.clone(), broker.port))));
        *current = metadata.clone();
        Ok(metadata)
    }
}

fn wire_topic(topic: &TopicName) -> MetadataRequestTopic {
    MetadataRequestTopic::default().with_name(Some(WireName(StrBytes::from_string(topic.to_string()))))
}
