//! Clients of one configuration share connections and metadata, and still keep to their own limits.

#![allow(clippy::unwrap_used)]

mod common;

use std::time::Duration;

use connect_config::Props;
use kafka_client::cluster::Cluster;
use kafka_client::config::{ClientConfig, ClientKind};
use kafka_client::producer::{Producer, ProducerConfig, Record};

const RECORDS: u64 = 2_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_producers_share_a_cluster() {
    let Some(bootstrap) = common::bootstrap() else { return };
    let topic = common::fresh("sharing");
    let entries = [("bootstrap.servers", bootstrap.as_str()), ("client.id", "sharing"), ("batch.size", "512")];
    let props = Props::from(entries);
    let cluster = || Cluster::shared(ClientConfig::parse_for(ClientKind::Producer, &props).unwrap());
    let (one, two) = (cluster(), cluster());
    let mut producers = Vec::new();
    for cluster in [&one, &two] {
        producers.push(Producer::new(cluster.clone(), ProducerConfig::parse(&props).unwrap()));
    }
    for (producer, acks) in &mut producers {
        let handle = producer.prepare(&topic).await.unwrap();
        for number in 0..RECORDS {
            let value = number.to_be_bytes();
            let record = Record {
                topic: &handle,
                partition: Some(0),
                timestamp: 1,
                key: None,
                value: Some(&value),
                headers: &[],
            };
            while producer.appender().append(record).is_err() {
                producer.wait_ready().await.unwrap();
            }
        }
        let received = common::receive(acks, RECORDS).await;
        assert!(received.iter().all(|ack| ack.result.is_ok()));
    }
    assert_eq!(one.cached_metadata().partition_count(&topic), two.cached_metadata().partition_count(&topic));
    assert_eq!(common::read_all(&two, &topic, 0).await.len() as u64, 2 * RECORDS);
    for (producer, _) in producers {
        producer.close(Duration::from_secs(10)).await;
    }
}
