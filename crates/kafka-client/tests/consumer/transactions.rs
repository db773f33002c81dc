//! `read_committed` against transactions that the broker really aborted and committed.

use std::time::Duration;

use connect_config::Props;
use kafka_client::cluster::Cluster;
use kafka_client::config::ClientConfig;
use kafka_client::consumer::{Event, TopicPartition};
use kafka_client::producer::{Acks, Producer, ProducerConfig, Record, Topic};

use crate::support::*;

/// A transactional producer for one topic.
struct Transactions {
    producer: Producer,
    topic: Topic,
    _acks: Acks,
}

impl Transactions {
    async fn new(bootstrap: &str, topic: &str) -> Self {
        let props = [("bootstrap.servers", bootstrap), ("transactional.id", topic), ("compression.type", "lz4")];
        let props = Props::from(props);
        let cluster = Cluster::new(ClientConfig::parse(&props).unwrap());
        let (producer, acks) = Producer::new(cluster, ProducerConfig::parse(&props).unwrap());
        producer.init_transactions().await.unwrap();
        let topic = producer.prepare(topic).await.unwrap();
        Self { producer, topic, _acks: acks }
    }

    /// Begins a transaction; when this returns, the broker has its records.
    async fn write(&self, values: &[String]) {
        self.producer.begin_transaction().unwrap();
        for value in values {
            let value = Some(value.as_bytes());
            let record =
                Record { topic: &self.topic, partition: None, timestamp: 1_000, key: None, value, headers: &[] };
            self.producer.appender().append(record).unwrap();
        }
        self.producer.flush().await;
    }
}

#[tokio::test]
async fn only_committed_records_are_read() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, topic) = (cluster(&bootstrap), unique("transactions"));
    create_topic(&cluster, &topic, 1).await;
    let partition = TopicPartition::new(topic.as_str(), 0);
    let transactions = Transactions::new(&bootstrap, &topic).await;
    transactions.write(&values(0..5)).await;
    transactions.producer.commit_transaction().await.unwrap();
    transactions.write(&values(5..10)).await;
    transactions.producer.abort_transaction().await.unwrap();
    produce(&cluster, &partition, &values(10..12)).await;
    transactions.write(&values(12..15)).await; // stays open for now

    for (level, wanted) in
        [("read_committed", [values(0..5), values(10..12)].concat()), ("read_uncommitted", values(0..15))]
    {
        let mut consumer = consumer(&bootstrap, &[("auto.offset.reset", "earliest"), ("isolation.level", level)]);
        consumer.assign(std::slice::from_ref(&partition)).unwrap();
        let mut seen = Seen::default();
        drive(&mut consumer, &mut seen, |seen| seen.values.len() >= wanted.len()).await;
        assert!(matches!(consumer.poll(Duration::from_millis(600)).await.unwrap(), Event::Idle), "{level}");
        assert_eq!(seen.values, wanted, "{level}");
        if level == "read_committed" {
            let end = consumer.end_offsets(std::slice::from_ref(&partition)).await.unwrap()[&partition];
            assert_eq!(end, 14, "the last stable offset: 12 records before it, and two markers");
            transactions.producer.commit_transaction().await.unwrap();
            drive(&mut consumer, &mut seen, |seen| seen.values.len() >= wanted.len() + 3).await;
            assert_eq!(seen.values[wanted.len()..], values(12..15));
        }
    }
}
