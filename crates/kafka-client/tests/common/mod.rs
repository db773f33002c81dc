//! What the tests against a real broker share.

#![allow(dead_code, unreachable_pub)] // each test binary uses its own part

pub mod lines;
pub mod own_broker;

use std::collections::BTreeSet;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use connect_config::Props;
use kafka_client::cluster::Cluster;
use kafka_client::config::ClientConfig;
use kafka_client::consumer::{Consumer, ConsumerConfig, Event, TopicPartition};
use kafka_client::producer::{Ack, Acks, AppendError, Producer, ProducerConfig, Record, Topic};
use kafka_client::record::{Batches, RecordView};
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::{BrokerId, FetchRequest, ListOffsetsRequest, MetadataRequest, TopicName};
use kafka_protocol::protocol::StrBytes;

/// The broker under test. Without one the test is skipped, except in CI, where that is a failure.
pub fn bootstrap() -> Option<String> {
    // Shown with `RUST_LOG=kafka_client=debug` when a test fails; each test of a binary asks for it, the first gets it.
    let log = tracing_subscriber::fmt().with_env_filter(tracing_subscriber::EnvFilter::from_default_env());
    let _ = log.with_test_writer().try_init();
    required("LONGSHORE_TEST_BOOTSTRAP", "the address of a Kafka broker")
}

/// A variable without which a test cannot run.
pub fn required(variable: &str, meaning: &str) -> Option<String> {
    let value = std::env::var(variable).ok();
    if value.is_none() {
        assert!(std::env::var("CI").is_err(), "{variable} ({meaning}) has to be set in CI");
        eprintln!("SKIPPED: {variable} ({meaning}) is not set");
    }
    value
}

/// Runs one of the shell commands that the environment names.
pub async fn run(command: &str) {
    let command = command.to_owned();
    let status = tokio::task::spawn_blocking(move || Command::new("sh").args(["-c", &command]).status());
    assert!(status.await.unwrap().unwrap().success());
}

/// The present as a record's timestamp.
pub fn now_millis() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_millis()).unwrap()
}

/// A topic name that no other run has used.
pub fn fresh(name: &str) -> String {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    format!("longshore-{name}-{nanos}")
}

pub fn producer(bootstrap: &str, props: &[(&str, &str)]) -> (Cluster, Producer, Acks) {
    let mut all = Props::from([("bootstrap.servers", bootstrap), ("client.id", "longshore-test")]);
    props.iter().for_each(|(key, value)| all.insert(*key, *value));
    let cluster = Cluster::new(ClientConfig::parse(&all).unwrap());
    let (producer, acks) = Producer::new(cluster.clone(), ProducerConfig::parse(&all).unwrap());
    (cluster, producer, acks)
}

pub fn record<'a>(topic: &'a Topic, key: Option<&'a [u8]>, value: &'a [u8]) -> Record<'a> {
    Record { topic, partition: None, timestamp: 1_700_000_000_000, key, value: Some(value), headers: &[] }
}

/// Appends one record, waiting for memory when there is none.
pub async fn append(producer: &Producer, record: Record<'_>) -> u64 {
    loop {
        let appended = producer.appender().append(record);
        match appended {
            Ok(number) => return number,
            Err(AppendError::BufferFull) => producer.wait_ready().await.unwrap(),
            Err(error) => panic!("{error}"),
        }
    }
}

/// Receives acks until `records` are settled; each once, and in order within each partition.
pub async fn receive(acks: &mut Acks, records: u64) -> Vec<Ack> {
    let (mut received, mut seen) = (Vec::new(), BTreeSet::new());
    while (seen.len() as u64) < records {
        let next = tokio::time::timeout(Duration::from_secs(400), acks.recv()).await;
        let ack: Ack = next.unwrap_or_else(|_| panic!("only {} of {records} acks", seen.len())).unwrap();
        for number in ack.submissions.iter() {
            assert!(seen.insert(number), "{number} is acked twice");
        }
        let earlier =
            received.iter().rev().find(|other: &&Ack| other.topic == ack.topic && other.partition == ack.partition);
        if let Some(earlier) = earlier {
            assert!(earlier.submissions.iter().last() < ack.submissions.iter().next(), "acks out of order");
        }
        received.push(ack);
    }
    received
}

/// Every record of a partition, from its beginning to its present end.
pub async fn read_all(cluster: &Cluster, topic: &str, partition: i32) -> Vec<RecordView> {
    cluster.refresh(&[topic.into()]).await.unwrap();
    let end = end_offset(cluster, topic, partition).await;
    let (mut records, mut offset, mut empty) = (Vec::new(), 0, 0);
    while offset < end {
        let fetched = fetch(cluster, topic, partition, offset).await;
        // A broker that has just started or made the topic may have nothing to give at first.
        let Some(last) = fetched.last() else {
            empty += 1;
            assert!(empty < 60, "the broker does not give what it says it has");
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        offset = last.offset + 1;
        records.extend(fetched);
    }
    records
}

async fn end_offset(cluster: &Cluster, topic: &str, partition: i32) -> i64 {
    let partitions = vec![ListOffsetsPartition::default().with_partition_index(partition).with_timestamp(-1)];
    let topics = vec![ListOffsetsTopic::default().with_name(wire(topic)).with_partitions(partitions)];
    let request = ListOffsetsRequest::default().with_replica_id(BrokerId(-1)).with_topics(topics);
    let response = cluster.send(cluster.leader(topic, partition).unwrap(), request).await.unwrap();
    response.topics[0].partitions[0].offset
}

async fn fetch(cluster: &Cluster, topic: &str, partition: i32, offset: i64) -> Vec<RecordView> {
    let wanted = MetadataRequestTopic::default().with_name(Some(wire(topic)));
    let request = MetadataRequest::default().with_topics(Some(vec![wanted]));
    let metadata = cluster.send(cluster.any_broker().await.unwrap(), request).await.unwrap();
    let partitions = vec![
        FetchPartition::default().with_partition(partition).with_fetch_offset(offset).with_partition_max_bytes(8 << 20),
    ];
    // By id, and by name for old brokers.
    let wanted = FetchTopic::default().with_topic_id(metadata.topics[0].topic_id).with_topic(wire(topic));
    let topics = vec![wanted.with_partitions(partitions)];
    let request =
        FetchRequest::default().with_max_bytes(8 << 20).with_max_wait_ms(500).with_min_bytes(1).with_topics(topics);
    let response = cluster.send(cluster.leader(topic, partition).unwrap(), request).await.unwrap();
    let records = response.responses[0].partitions[0].records.clone().unwrap_or_default();
    let batches = Batches::new(records, true).map(Result::unwrap);
    batches.flat_map(|batch| batch.records(offset).unwrap().map(Result::unwrap).collect::<Vec<_>>()).collect()
}

fn wire(topic: &str) -> TopicName {
    TopicName(StrBytes::from_string(topic.to_owned()))
}

pub fn consumer(bootstrap: &str, props: &[(&str, &str)]) -> Consumer {
    let mut all = Props::from([("bootstrap.servers", bootstrap), ("client.id", "longshore-test")]);
    props.iter().for_each(|(key, value)| all.insert(*key, *value));
    let cluster = Cluster::new(ClientConfig::parse(&all).unwrap());
    Consumer::new(cluster, ConsumerConfig::parse(&all).unwrap()).unwrap()
}

/// The values of partition 0 that are not part of an open or aborted transaction: waits for as many as are wanted, and
/// a moment longer for one too many.
pub async fn read_committed(bootstrap: &str, topic: &str, wanted: usize) -> Vec<String> {
    let mut consumer = consumer(bootstrap, &[("auto.offset.reset", "earliest"), ("isolation.level", "read_committed")]);
    consumer.assign(&[TopicPartition::new(topic, 0)]).unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    let (mut values, mut last_look) = (Vec::new(), false);
    while !last_look {
        last_look = values.len() >= wanted;
        assert!(Instant::now() < deadline, "{} of {wanted}: {values:?}", values.len());
        if let Event::Records(parts) = consumer.poll(Duration::from_millis(300)).await.unwrap() {
            let records = parts.iter().flat_map(|part| part.iter()).map(Result::unwrap);
            values.extend(records.map(|record| String::from_utf8(record.value.unwrap().to_vec()).unwrap()));
        }
    }
    values
}
