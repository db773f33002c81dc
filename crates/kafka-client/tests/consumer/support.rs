//! Topics of one's own, records in them, and consumers that are driven until a condition holds.

use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use connect_config::Props;
use kafka_client::KafkaError;
use kafka_client::cluster::Cluster;
use kafka_client::config::ClientConfig;
use kafka_client::consumer::{Consumer, ConsumerConfig, Event, Subscription, TopicPartition};
use kafka_client::record::{BatchBuilder, Compression, ProducerIdentity};
use kafka_protocol::messages::create_topics_request::CreatableTopic;
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::{CreateTopicsRequest, ProduceRequest, TopicName};
use kafka_protocol::protocol::StrBytes;

pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// The broker under test, or `None` after saying that the test is skipped.
pub(crate) fn bootstrap() -> Option<String> {
    wanted("LONGSHORE_TEST_BOOTSTRAP")
}

/// A variable that a test cannot do without.
pub(crate) fn wanted(name: &str) -> Option<String> {
    let value = std::env::var(name).ok();
    if value.is_none() {
        assert!(name != "LONGSHORE_TEST_BOOTSTRAP" || std::env::var_os("CI").is_none(), "{name} is not set");
        println!("skipped: {name} is not set");
    }
    value
}

/// A name that no other run has used.
pub(crate) fn unique(stem: &str) -> String {
    static RUN: OnceLock<u128> = OnceLock::new();
    let run = RUN.get_or_init(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis());
    format!("{stem}-{run}")
}

pub(crate) fn cluster(bootstrap: &str) -> Cluster {
    Cluster::new(ClientConfig::parse(&props(bootstrap, &[])).unwrap())
}

fn props(bootstrap: &str, extra: &[(&str, &str)]) -> Props {
    let mut props = Props::new();
    props.insert("bootstrap.servers", bootstrap);
    extra.iter().for_each(|(key, value)| props.insert(*key, *value));
    props
}

pub(crate) fn consumer(bootstrap: &str, extra: &[(&str, &str)]) -> Consumer {
    let props = props(bootstrap, extra);
    Consumer::new(Cluster::new(ClientConfig::parse(&props).unwrap()), ConsumerConfig::parse(&props).unwrap()).unwrap()
}

/// A quick member: it notices rebalances within a fraction of a second, and commits only what it is told to.
pub(crate) fn member(bootstrap: &str, group: &str, topic: &str) -> Consumer {
    let extra = [
        ("group.id", group),
        ("auto.offset.reset", "earliest"),
        ("heartbeat.interval.ms", "200"),
        ("enable.auto.commit", "false"),
    ];
    let mut consumer = consumer(bootstrap, &extra);
    consumer.subscribe(Subscription::Topics(vec![topic.to_owned()])).unwrap();
    consumer
}

pub(crate) async fn create_topic(cluster: &Cluster, name: &str, partitions: i32) {
    let topic = CreatableTopic::default()
        .with_name(TopicName(StrBytes::from(name.to_owned())))
        .with_num_partitions(partitions)
        .with_replication_factor(1);
    let request = CreateTopicsRequest::default().with_topics(vec![topic]).with_timeout_ms(20_000);
    let answer = cluster.send(cluster.any_broker().await.unwrap(), request).await.unwrap();
    assert_eq!(answer.topics[0].error_code, 0, "{:?}", answer.topics[0]);
    let deadline = Instant::now() + PATIENCE;
    let ready =
        |metadata: &kafka_client::cluster::Metadata| (0..partitions).all(|p| metadata.leader(name, p).is_some());
    while !ready(&cluster.refresh(&[name.into()]).await.unwrap()) {
        assert!(Instant::now() < deadline, "{name} has no leaders");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Appends the values to a partition, in one batch; returns the offset of the first.
pub(crate) async fn produce(cluster: &Cluster, partition: &TopicPartition, values: &[String]) -> i64 {
    let mut batch = BatchBuilder::new(Compression::None, 1024);
    values.iter().for_each(|value| batch.append(1_000, None, Some(value.as_bytes()), &[]));
    let batch = batch.build(ProducerIdentity::NONE);
    let deadline = Instant::now() + PATIENCE;
    loop {
        // A leader just elected may not know it yet.
        match produce_batch(cluster, partition, batch.clone()).await {
            Ok(offset) => return offset,
            Err(error) => assert!(error.is_retriable() && Instant::now() < deadline, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn produce_batch(cluster: &Cluster, partition: &TopicPartition, batch: Bytes) -> Result<i64, KafkaError> {
    let data = PartitionProduceData::default().with_index(partition.partition).with_records(Some(batch));
    let topic = TopicProduceData::default()
        .with_name(TopicName(StrBytes::from(partition.topic.to_string())))
        .with_partition_data(vec![data]);
    let request = ProduceRequest::default().with_acks(-1).with_timeout_ms(20_000).with_topic_data(vec![topic]);
    let metadata = cluster.metadata(std::slice::from_ref(&partition.topic), false).await?;
    let leader = metadata.leader(&partition.topic, partition.partition).unwrap();
    let answer = cluster.send(leader, request).await?;
    let answer = &answer.responses[0].partition_responses[0];
    KafkaError::check(answer.error_code, || partition.to_string())?;
    Ok(answer.base_offset)
}

pub(crate) fn values(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|i| format!("value-{i}")).collect()
}

/// What a consumer has seen so far.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) assigned: Vec<TopicPartition>,
    pub(crate) assignments: usize,
    pub(crate) revocations: usize,
    pub(crate) values: Vec<String>,
    pub(crate) offsets: Vec<(TopicPartition, i64)>,
}

impl Seen {
    pub(crate) fn note(&mut self, event: Event) {
        match event {
            Event::Assigned(partitions) => {
                self.assigned.extend(partitions);
                self.assigned.sort();
                self.assignments += 1;
            }
            Event::Revoked(gone) | Event::Lost(gone) => {
                self.assigned.retain(|name| !gone.contains(name));
                self.revocations += 1;
            }
            Event::Records(parts) => {
                for part in parts {
                    for record in part.iter() {
                        let record = record.unwrap();
                        self.offsets.push((part.partition.clone(), record.offset));
                        self.values.push(String::from_utf8(record.value.unwrap_or_default().to_vec()).unwrap());
                    }
                }
            }
            Event::Committed { .. } | Event::Idle => {}
        }
    }
}

/// Polls until `enough`, and panics when that takes too long.
pub(crate) async fn drive(consumer: &mut Consumer, seen: &mut Seen, enough: impl Fn(&Seen) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !enough(seen) {
        assert!(Instant::now() < deadline, "still waiting; values: {}, {:?}", seen.values.len(), seen.assigned);
        seen.note(consumer.poll(Duration::from_millis(100)).await.unwrap());
    }
}

/// As [`drive`], with two consumers in turn.
pub(crate) async fn drive_both(
    (a, seen_a): (&mut Consumer, &mut Seen),
    (b, seen_b): (&mut Consumer, &mut Seen),
    enough: impl Fn(&Seen, &Seen) -> bool,
) {
    let deadline = Instant::now() + PATIENCE;
    while !enough(seen_a, seen_b) {
        assert!(Instant::now() < deadline, "still waiting: {:?} {:?}", seen_a.assigned, seen_b.assigned);
        seen_a.note(a.poll(Duration::from_millis(30)).await.unwrap());
        seen_b.note(b.poll(Duration::from_millis(30)).await.unwrap());
    }
}

/// Runs one of the shell commands that the environment names.
pub(crate) fn shell(command: &str) {
    let status = Command::new("sh").args(["-c", command]).status().unwrap();
    assert!(status.success(), "{command}");
}
