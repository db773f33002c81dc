//! Admins, topics and records for them.

use std::collections::BTreeMap;
use std::time::Duration;

use connect_config::Props;
use kafka_client::KafkaError;
use kafka_client::admin::{Admin, AdminConfig, NewTopic, OffsetSpec};
use kafka_client::cluster::{Cluster, TopicName};
use kafka_client::config::ClientConfig;
use kafka_client::consumer::{IsolationLevel, TopicPartition};

use crate::common::{append, bootstrap, fresh, producer, receive, record};

/// An admin of the broker under test.
pub(crate) fn admin() -> Option<Admin> {
    Some(admin_of(&bootstrap()?))
}

pub(crate) fn admin_of(bootstrap: &str) -> Admin {
    let props = Props::from([("bootstrap.servers", bootstrap), ("client.id", "longshore-test")]);
    Admin::with_config(Cluster::new(ClientConfig::parse(&props).unwrap()), AdminConfig::parse(&props).unwrap())
}

/// A topic of one's own, usable when this returns.
pub(crate) async fn topic(admin: &Admin, stem: &str, partitions: i32) -> TopicName {
    let name: TopicName = fresh(stem).into();
    let topics = BTreeMap::from([(name.clone(), NewTopic::new(partitions, 1))]);
    admin.create_topics(&topics, false).await.remove(&name).unwrap().unwrap();
    let ends = (0..partitions).map(|index| (TopicPartition::new(name.clone(), index), OffsetSpec::Latest)).collect();
    until(async || {
        // Brokers learn of a topic one after the other.
        admin.list_offsets(&ends, IsolationLevel::ReadUncommitted).await.values().all(Result::is_ok)
    })
    .await;
    name
}

/// Appends so many records to the only partition of a topic.
pub(crate) async fn fill(topic: &TopicName, records: u64) {
    let (_, producer, mut acks) = producer(&bootstrap().unwrap(), &[]);
    let topic = producer.prepare(topic).await.unwrap();
    for _ in 0..records {
        append(&producer, record(&topic, None, b"value")).await;
    }
    receive(&mut acks, records).await;
    producer.close(Duration::from_secs(5)).await;
}

/// Waits until something holds; ten seconds at most.
pub(crate) async fn until(mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..200 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("still not so after ten seconds");
}

/// The name of the error's code, or of success.
pub(crate) fn name<V>(result: &Result<V, KafkaError>) -> &'static str {
    match result {
        Ok(_) => "NONE",
        Err(error) => error.code().map_or("no code", kafka_client::ErrorCode::name),
    }
}
