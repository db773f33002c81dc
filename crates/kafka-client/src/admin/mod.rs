//! Questions about a cluster: who it is, what topics it has, where their logs begin and end.
//!
//! Start at [`Admin`]. Every question is repeated, while that can help, for `default.api.timeout.ms`.

mod offsets;

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::time::timeout;

pub use offsets::{ListedOffset, OffsetSpec};

use crate::KafkaError;
use crate::cluster::{Broker, Cluster, Metadata, NodeId, TopicMetadata, TopicName};

/// Asks a cluster; cheap to make and to clone.
#[derive(Clone, Debug)]
pub struct Admin {
    cluster: Cluster,
}

/// A cluster as its brokers describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterDescription {
    /// The cluster's id.
    pub cluster_id: Option<Arc<str>>,
    /// The node that forwards to the controller.
    pub controller: Option<NodeId>,
    /// The brokers by id.
    pub brokers: BTreeMap<i32, Broker>,
}

impl Admin {
    /// Asks over the connections of `cluster`.
    pub fn new(cluster: Cluster) -> Self {
        Admin { cluster }
    }

    /// Id, controller and brokers.
    /// # Errors
    /// No broker answered within `default.api.timeout.ms`.
    pub async fn describe_cluster(&self) -> Result<ClusterDescription, KafkaError> {
        let metadata = self.repeat("describeCluster", || self.cluster.refresh(&[])).await?;
        Ok(ClusterDescription {
            cluster_id: metadata.cluster_id.clone(),
            controller: metadata.controller,
            brokers: metadata.brokers.clone(),
        })
    }

    /// Each topic, or why it cannot be described; none is created by asking.
    /// # Errors
    /// No broker answered within `default.api.timeout.ms`.
    pub async fn describe_topics(
        &self,
        topics: &[TopicName],
    ) -> Result<BTreeMap<TopicName, Result<TopicMetadata, KafkaError>>, KafkaError> {
        let metadata = self.repeat("describeTopics", || self.cluster.refresh(topics)).await?;
        Ok(topics.iter().map(|topic| (topic.clone(), metadata.usable(topic).cloned())).collect())
    }

    /// The names of all topics that this client may describe.
    /// # Errors
    /// No broker answered within `default.api.timeout.ms`.
    pub async fn list_topics(&self) -> Result<Vec<TopicName>, KafkaError> {
        let metadata: Arc<Metadata> = self.repeat("listTopics", || self.cluster.refresh_all()).await?;
        let mut names: Vec<TopicName> = metadata.topics().map(|(name, _)| name.clone()).collect();
        names.sort();
        Ok(names)
    }

    /// Makes the same call until it succeeds, fails for good, or `default.api.timeout.ms` is over.
    async fn repeat<T, F>(&self, call: &str, mut attempt: impl FnMut() -> F) -> Result<T, KafkaError>
    where
        F: Future<Output = Result<T, KafkaError>>,
    {
        let allowed = self.cluster.config().default_api_timeout;
        let mut last = None;
        let attempts = async {
            let mut backoff = self.cluster.retry_backoff();
            loop {
                match attempt().await {
                    Err(error) if error.is_retriable() => last = Some(error),
                    done => return done,
                }
                tokio::time::sleep(backoff.next_delay()).await;
            }
        };
        match timeout(allowed, attempts).await {
            Ok(done) => done,
            Err(_) => Err(timed_out(call, allowed, last)),
        }
    }
}

fn timed_out(call: &str, allowed: std::time::Duration, last: Option<KafkaError>) -> KafkaError {
    let cause = last.map_or(String::new(), |error| format!(" ({error})"));
    KafkaError::timeout(format!("Timed out waiting for {call}{cause}"), allowed)
}
