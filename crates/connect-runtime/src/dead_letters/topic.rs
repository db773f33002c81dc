//! The topic of a dead letter queue, made where it is missing.

use std::collections::BTreeMap;

use connect_api::ConnectError;
use kafka_client::admin::{Admin, NewTopic, all};
use kafka_client::{ErrorCode, KafkaError};

use crate::kafka::connect_error;

/// Creates the topic with one partition unless it is there.
/// # Errors
/// The cluster does not answer, or refuses.
pub(crate) async fn ensure_topic(admin: &Admin, topic: &str, replication_factor: i16) -> Result<(), ConnectError> {
    create_if_missing(admin, topic, replication_factor).await.map_err(|error| {
        let message = format!("Could not initialize dead letter queue with topic={topic}");
        ConnectError::connect(message).caused_by(connect_error(&error))
    })
}

async fn create_if_missing(admin: &Admin, topic: &str, replication_factor: i16) -> Result<(), KafkaError> {
    if admin.list_topics(false).await?.contains_key(topic) {
        return Ok(());
    }
    tracing::info!("Topic {topic} doesn't exist. Will attempt to create topic.");
    // -1 is the broker's default.
    let replicas = Some(replication_factor).filter(|factor| *factor != -1);
    let topics = BTreeMap::from([(topic.into(), NewTopic::new(1, replicas))]);
    match all(admin.create_topics(&topics, false).await) {
        // Another task was faster.
        Err(error) if error.code() == Some(ErrorCode::TOPIC_ALREADY_EXISTS) => Ok(()),
        created => created.map(drop),
    }
}
