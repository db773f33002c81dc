//! What a topic holds and what a group has committed, without a group of its own.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use connect_config::Props;
use kafka_client::admin::{Admin, NewTopic, all};
use kafka_client::cluster::Cluster;
use kafka_client::config::ClientConfig;
use kafka_client::consumer::{Consumer, ConsumerConfig, Event, TopicPartition};
use kafka_client::record::RecordView;

use super::PATIENCE;

/// The values of partition 0, in order; tombstones are left out.
pub fn values(kafka: &str, topic: &str) -> Vec<Vec<u8>> {
    records(kafka, topic).into_iter().filter_map(|record| record.value.map(|value| value.to_vec())).collect()
}

/// How many partitions a topic has.
pub fn partitions(kafka: &str, topic: &str) -> usize {
    block_on(async {
        let described = all(admin(kafka).describe_topics(&[topic.into()], false).await).unwrap();
        described[topic].partitions.len()
    })
}

/// Creates a topic of one partition.
/// # Panics
/// There is one already, or the broker refuses it.
pub fn create(kafka: &str, topic: &str) {
    let topics = BTreeMap::from([(topic.into(), NewTopic::new(1, 1))]);
    block_on(async { all(admin(kafka).create_topics(&topics, false).await).unwrap() });
}

/// Deletes a topic.
pub fn delete(kafka: &str, topic: &str) {
    block_on(async { all(admin(kafka).delete_topics(&[topic.into()]).await).unwrap() });
}

fn admin(kafka: &str) -> Admin {
    let props = Props::from([("bootstrap.servers", kafka)]);
    Admin::new(Cluster::new(ClientConfig::parse(&props).unwrap()))
}

/// The records of partition 0, in order.
pub fn records(kafka: &str, topic: &str) -> Vec<RecordView> {
    let at = TopicPartition::new(topic, 0);
    block_on(async {
        let mut consumer = consumer(kafka, &[]);
        consumer.assign(std::slice::from_ref(&at)).unwrap();
        consumer.seek_to_beginning(&at).unwrap();
        let end = end_offset(&consumer, &at).await;
        let mut values = Vec::new();
        while consumer.position(&at, PATIENCE).await.unwrap() < end {
            if let Event::Records(batches) = consumer.poll(Duration::from_secs(1)).await.unwrap() {
                values.extend(batches.iter().flat_map(|batch| batch.iter().map(Result::unwrap)));
            }
        }
        consumer.close(Duration::ZERO).await;
        values
    })
}

/// The strings that the JSON converter wrote to the topic.
pub fn json_payloads(kafka: &str, topic: &str) -> Vec<String> {
    let payload = |value: Vec<u8>| {
        let json: serde_json::Value = serde_json::from_slice(&value).unwrap();
        json["payload"].as_str().unwrap().to_owned()
    };
    values(kafka, topic).into_iter().map(payload).collect()
}

/// Where the next record of partition 0 will stand.
pub fn end(kafka: &str, topic: &str) -> i64 {
    let at = TopicPartition::new(topic, 0);
    block_on(async {
        let consumer = consumer(kafka, &[]);
        end_offset(&consumer, &at).await
    })
}

async fn end_offset(consumer: &Consumer, at: &TopicPartition) -> i64 {
    let ends: HashMap<_, _> = consumer.end_offsets(std::slice::from_ref(at)).await.unwrap().into_iter().collect();
    ends[at]
}

fn consumer(kafka: &str, more: &[(&str, &str)]) -> Consumer {
    let base = [("bootstrap.servers", kafka), ("enable.auto.commit", "false")];
    let mut props = Props::new();
    for (key, value) in base.iter().chain(more) {
        props.insert(*key, *value);
    }
    let cluster = Cluster::new(ClientConfig::parse(&props).unwrap());
    Consumer::new(cluster, ConsumerConfig::parse(&props).unwrap()).unwrap()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
