//! Topics that a source task creates before it first writes to them.
//! ```text
//! unknown topic ─▶ TopicCreation::ensure ─▶ there? ─▶ done
//!                                             └─▶ first group that matches ─▶ CreateTopics ─▶ done, or the task fails
//! ```
//! Asked once for each topic of a task: the producer remembers the topics that it knows.
//! Source: Apache Kafka, `AbstractWorkerSourceTask.maybeCreateTopic`, `TopicAdmin`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use connect_api::ConnectError;
use connect_core::config::TopicCreationGroup;
use kafka_client::admin::{Admin, NewTopic, all};
use kafka_client::{ErrorCode, KafkaError};

use crate::kafka::connect_error;

/// After an answer that may be another one soon.
const RETRY: Duration = Duration::from_millis(100);

/// What topic creation asks of a cluster.
#[async_trait]
pub(crate) trait Topics: Send + Sync {
    /// # Errors
    /// It cannot be found out.
    async fn exists(&self, topic: &str) -> Result<bool, KafkaError>;
    /// # Errors
    /// The topic was not created; perhaps it is there already.
    async fn create(&self, topic: &str, new: NewTopic) -> Result<(), KafkaError>;
}

#[async_trait]
impl Topics for Admin {
    async fn exists(&self, topic: &str) -> Result<bool, KafkaError> {
        match all(self.describe_topics(&[topic.into()], false).await) {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn create(&self, topic: &str, new: NewTopic) -> Result<(), KafkaError> {
        all(self.create_topics(&BTreeMap::from([(topic.into(), new)]), false).await).map(drop)
    }
}

/// `topic.creation.*` of one task; cheap to clone.
#[derive(Clone)]
pub(crate) struct TopicCreation {
    topics: Arc<dyn Topics>,
    groups: Arc<[TopicCreationGroup]>,
}

impl TopicCreation {
    /// `groups` in the order in which they are tried.
    pub(crate) fn new(topics: impl Topics + 'static, groups: Vec<TopicCreationGroup>) -> Self {
        Self { topics: Arc::new(topics), groups: groups.into() }
    }

    /// Ends when the topic is there. Waits as long as the cluster is too slow to say; to be dropped when the task stops.
    /// # Errors
    /// It is not there, and cannot be created: the task fails.
    pub(crate) async fn ensure(self, topic: &str) -> Result<(), ConnectError> {
        tracing::info!(
            "The task will send records to topic '{topic}' for the first time. Checking whether topic exists"
        );
        loop {
            match self.topics.exists(topic).await {
                Ok(true) => {
                    tracing::info!("Topic '{topic}' already exists.");
                    return Ok(());
                }
                Ok(false) => return self.create(topic).await,
                Err(error @ KafkaError::Timeout(_)) => {
                    tracing::warn!("Timed out while describing topics '{topic}'; trying again: {error}");
                    tokio::time::sleep(RETRY).await;
                }
                Err(error) => return Err(not_described(topic, &error)),
            }
        }
    }

    async fn create(&self, topic: &str) -> Result<(), ConnectError> {
        let Some(group) = self.groups.iter().find(|group| group.matches(topic)) else { return Ok(()) };
        let new = new_topic(group);
        let shown = show(topic, &new);
        match self.topics.create(topic, new).await {
            Ok(()) => {
                tracing::info!("Created topic '{shown}' using creation group {}", group.name);
                Ok(())
            }
            Err(error) if error.code() == Some(ErrorCode::TOPIC_ALREADY_EXISTS) => {
                tracing::info!("Found existing topic '{shown}'");
                Ok(())
            }
            Err(error) => Err(not_created(topic, &shown, &error)),
        }
    }
}

fn new_topic(group: &TopicCreationGroup) -> NewTopic {
    // -1 is the broker's default.
    let partitions = Some(group.partitions).filter(|count| *count != -1);
    let replicas = Some(group.replication_factor).filter(|count| *count != -1);
    let configs = group.topic_config.iter().filter_map(|(key, value)| Some((key, value?)));
    configs.fold(NewTopic::new(partitions, replicas), |topic, (key, value)| topic.config(key, value))
}

/// Java's `NewTopic.toString`.
fn show(topic: &str, new: &NewTopic) -> String {
    let count = |count: Option<i64>| count.map_or_else(|| "default".to_owned(), |count| count.to_string());
    let configs: Vec<_> = new.configs.iter().map(|(key, value)| format!("{key}={value}")).collect();
    format!(
        "(name={topic}, numPartitions={}, replicationFactor={}, replicasAssignments=null, configs={{{}}})",
        count(new.partitions.map(i64::from)),
        count(new.replication_factor.map(i64::from)),
        configs.join(", ")
    )
}

fn not_described(topic: &str, error: &KafkaError) -> ConnectError {
    let message = match is_forbidden(error) {
        true => format!("Not authorized to describe topic(s) '{topic}'"),
        false => format!("Error while attempting to describe topics '{topic}'"),
    };
    ConnectError::connect(message).caused_by(connect_error(error))
}

fn not_created(topic: &str, shown: &str, error: &KafkaError) -> ConnectError {
    let message = match error {
        // Java goes on as if the broker might do it, and then says that nobody did.
        error if is_forbidden(error) || matches!(error, KafkaError::UnsupportedVersion { .. }) => format!(
            "Task failed to create new topic {shown}. Ensure that the task is authorized to create topics or that the topic exists and restart the task"
        ),
        error if error.code() == Some(ErrorCode::INVALID_CONFIG) => {
            format!("Unable to create topic(s) '{topic}': {error}")
        }
        KafkaError::Timeout(_) => format!(
            "Timed out while checking for or creating topic '{topic}'. This could indicate a connectivity issue, unavailable topic partitions, or if this is your first use of the topic it may have taken too long to create."
        ),
        _ => format!("Error while attempting to create/find topic '{topic}'"),
    };
    ConnectError::connect(message).caused_by(connect_error(error))
}

fn is_forbidden(error: &KafkaError) -> bool {
    [ErrorCode::TOPIC_AUTHORIZATION_FAILED, ErrorCode::CLUSTER_AUTHORIZATION_FAILED].map(Some).contains(&error.code())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use connect_config::Props;
    use connect_core::config::topic_creation_groups;

    use super::*;

    /// Answers from these lists, first to last; notes what is created.
    #[derive(Default)]
    struct Cluster {
        exists: Mutex<Vec<Result<bool, KafkaError>>>,
        refusals: Mutex<Vec<KafkaError>>,
        created: Arc<Mutex<Vec<String>>>,
    }

    #[async_trait]
    impl Topics for Cluster {
        async fn exists(&self, _: &str) -> Result<bool, KafkaError> {
            self.exists.lock().unwrap().remove(0)
        }

        async fn create(&self, topic: &str, new: NewTopic) -> Result<(), KafkaError> {
            self.created.lock().unwrap().push(show(topic, &new));
            self.refusals.lock().unwrap().pop().map_or(Ok(()), Err)
        }
    }

    fn refused(code: ErrorCode) -> KafkaError {
        KafkaError::broker(code, "")
    }

    #[tokio::test(start_paused = true)]
    async fn a_missing_topic_is_created_as_the_first_group_says() {
        let props = Props::from([
            ("topic.creation.default.partitions", "1"),
            ("topic.creation.default.replication.factor", "-1"),
            ("topic.creation.groups", "big"),
            ("topic.creation.big.include", "b.*"),
            ("topic.creation.big.exclude", "bx"),
            ("topic.creation.big.partitions", "12"),
            ("topic.creation.big.cleanup.policy", "compact"),
        ]);
        let small = "numPartitions=1, replicationFactor=default, replicasAssignments=null, configs={})";
        let big = "(name=b1, numPartitions=12, replicationFactor=default, replicasAssignments=null, configs={cleanup.policy=compact})";
        let timeout = || KafkaError::Timeout("slow".into());
        for (topic, exists, refusal, created, failure) in [
            ("t", vec![Ok(true)], None, None, None),
            ("t", vec![Ok(false)], None, Some(format!("(name=t, {small}")), None),
            ("b1", vec![Ok(false)], None, Some(big.to_owned()), None),
            ("bx", vec![Ok(false)], None, Some(format!("(name=bx, {small}")), None),
            ("t", vec![Err(timeout()), Ok(true)], None, None, None),
            (
                "b1",
                vec![Ok(false)],
                Some(refused(ErrorCode::TOPIC_AUTHORIZATION_FAILED)),
                Some(big.to_owned()),
                Some("Task failed to create new topic (name=b1, numPartitions=12, "),
            ),
            ("b1", vec![Ok(false)], Some(refused(ErrorCode::TOPIC_ALREADY_EXISTS)), Some(big.to_owned()), None),
            (
                "b1",
                vec![Ok(false)],
                Some(refused(ErrorCode::INVALID_CONFIG)),
                Some(big.to_owned()),
                Some("Unable to create topic(s) 'b1': "),
            ),
            (
                "t",
                vec![Err(refused(ErrorCode::TOPIC_AUTHORIZATION_FAILED))],
                None,
                None,
                Some("Not authorized to describe topic(s) 't'"),
            ),
        ] {
            let log = Arc::<Mutex<Vec<String>>>::default();
            let cluster = Cluster {
                exists: Mutex::new(exists),
                refusals: Mutex::new(refusal.into_iter().collect()),
                created: Arc::clone(&log),
            };
            let creation = TopicCreation::new(cluster, topic_creation_groups(&props).unwrap());
            let outcome = creation.ensure(topic).await;
            let message = outcome.as_ref().err().and_then(ConnectError::message);
            assert_eq!(message.is_some(), failure.is_some(), "{topic}: {outcome:?}");
            assert!(message.unwrap_or_default().starts_with(failure.unwrap_or_default()), "{topic}: {message:?}");
            assert_eq!(*log.lock().unwrap(), Vec::from_iter(created), "{topic}");
        }
    }
}
