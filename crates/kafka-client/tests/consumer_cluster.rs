//! The consumer on three brokers that come and go: nearer replicas, and logs that an unclean election cuts off.
//!
//! A command of its own, because it starts a cluster of its own:
//! ```text
//! LONGSHORE_TEST_CLUSTER=1 LONGSHORE_TEST_APACHE=$PWD/scripts/apache.sh cargo test -p kafka-client --test consumer_cluster
//! ```

#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use kafka_client::cluster::Cluster;
use kafka_client::consumer::{Consumer, ConsumerError, Event, TopicPartition};
use kafka_protocol::messages::create_topics_request::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig,
};
use kafka_protocol::messages::{BrokerId, CreateTopicsRequest, TopicName};
use kafka_protocol::protocol::StrBytes;

mod common;
#[path = "consumer/support.rs"]
#[allow(dead_code)]
mod support;
use common::own_broker::OwnBroker;
use support::*;

/// The I-th of three is in rack `rI`.
const PROPERTIES: &str = "broker.rack=r%i\nbroker.session.timeout.ms=6000\nbroker.heartbeat.interval.ms=500\n\
                          replica.selector.class=org.apache.kafka.common.replica.RackAwareReplicaSelector\n";

fn start() -> Option<OwnBroker> {
    wanted("LONGSHORE_TEST_CLUSTER")?;
    let mut brokers = OwnBroker::prepare(6)?;
    brokers.start_all(3, PROPERTIES);
    Some(brokers)
}

fn bootstrap_of(brokers: &OwnBroker) -> String {
    [0, 2, 4].map(|offset| brokers.at("127.0.0.1", offset)).join(",")
}

/// A topic whose one partition is led by the first of `replicas`.
async fn create_on(cluster: &Cluster, name: &str, replicas: &[i32], configs: &[(&str, &str)]) -> TopicPartition {
    let text = |text: &str| StrBytes::from(text.to_owned());
    let ids = replicas.iter().map(|id| BrokerId(*id)).collect();
    let assignment = CreatableReplicaAssignment::default().with_partition_index(0).with_broker_ids(ids);
    let configs = configs
        .iter()
        .map(|(key, value)| CreatableTopicConfig::default().with_name(text(key)).with_value(Some(text(value))));
    let topic = CreatableTopic::default()
        .with_name(TopicName(text(name)))
        .with_num_partitions(-1)
        .with_replication_factor(-1)
        .with_assignments(vec![assignment])
        .with_configs(configs.collect());
    let request = CreateTopicsRequest::default().with_topics(vec![topic]).with_timeout_ms(20_000);
    let answer = cluster.send(cluster.any_broker().await.unwrap(), request).await.unwrap();
    assert_eq!(answer.topics[0].error_code, 0, "{:?}", answer.topics[0]);
    let partition = TopicPartition::new(name, 0);
    led_by(cluster, &partition, |leader| leader == Some(replicas[0])).await;
    partition
}

async fn led_by(cluster: &Cluster, partition: &TopicPartition, right: impl Fn(Option<i32>) -> bool) {
    let deadline = Instant::now() + 3 * PATIENCE;
    loop {
        let metadata = cluster.refresh(std::slice::from_ref(&partition.topic)).await;
        let leader = metadata.ok().and_then(|metadata| metadata.leader(&partition.topic, 0)).map(|node| node.id);
        if right(leader) {
            return;
        }
        assert!(Instant::now() < deadline, "{partition} is led by {leader:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn in_sync(cluster: &Cluster, partition: &TopicPartition, want: &[i32]) {
    let deadline = Instant::now() + 3 * PATIENCE;
    loop {
        let metadata = cluster.refresh(std::slice::from_ref(&partition.topic)).await;
        let now = metadata.ok().and_then(|metadata| Some(metadata.partition(&partition.topic, 0)?.in_sync.clone()));
        if now.as_deref() == Some(want) {
            return;
        }
        assert!(Instant::now() < deadline, "in sync: {now:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn replicas_near_and_far_and_cut_off() {
    let Some(brokers) = start() else { return };
    let cluster = cluster(&bootstrap_of(&brokers));
    the_nearer_replica_is_read_while_it_is_there(&brokers, &cluster).await;
    a_log_that_was_cut_off_is_noticed(&brokers, &cluster).await;
}

async fn the_nearer_replica_is_read_while_it_is_there(brokers: &OwnBroker, cluster: &Cluster) {
    let partition = create_on(cluster, &unique("racks"), &[2, 3], &[]).await;
    let extra = [("client.rack", "r3"), ("auto.offset.reset", "earliest"), ("metadata.max.age.ms", "5000")];
    let mut consumer = consumer(&bootstrap_of(brokers), &extra);
    consumer.assign(std::slice::from_ref(&partition)).unwrap();
    produce(cluster, &partition, &values(0..10)).await;
    let mut seen = Seen::default();
    drive(&mut consumer, &mut seen, |seen| seen.values.len() == 10).await;
    assert_eq!(consumer.read_replica(&partition).unwrap(), Some(3));

    brokers.run(&["broker", "kill", "3"]);
    in_sync(cluster, &partition, &[2]).await;
    produce(cluster, &partition, &values(10..20)).await;
    drive(&mut consumer, &mut seen, |seen| seen.values.len() == 20).await;
    assert_eq!(seen.values, values(0..20));
    assert_eq!(consumer.read_replica(&partition).unwrap(), None, "the leader");
    brokers.run(&["broker", "again", "3"]);
    in_sync(cluster, &partition, &[2, 3]).await;
}

async fn a_log_that_was_cut_off_is_noticed(brokers: &OwnBroker, cluster: &Cluster) {
    let configs = [("unclean.leader.election.enable", "true"), ("min.insync.replicas", "1")];
    let partition = create_on(cluster, &unique("unclean"), &[2, 3], &configs).await;
    in_sync(cluster, &partition, &[2, 3]).await;
    produce(cluster, &partition, &values(0..10)).await;
    let reader = |policy| {
        let mut consumer = consumer(&bootstrap_of(brokers), &[("auto.offset.reset", policy)]);
        consumer.assign(std::slice::from_ref(&partition)).unwrap();
        consumer
    };
    let (mut lenient, mut strict) = (reader("earliest"), reader("none"));
    strict.seek(&partition, 0).unwrap();

    // Five records that only the leader has.
    brokers.run(&["broker", "kill", "3"]);
    in_sync(cluster, &partition, &[2]).await;
    produce(cluster, &partition, &values(10..15)).await;
    let (mut seen, mut seen_strict) = (Seen::default(), Seen::default());
    drive(&mut lenient, &mut seen, |seen| seen.values.len() == 15).await;
    drive(&mut strict, &mut seen_strict, |seen| seen.values.len() == 15).await;
    brokers.run(&["broker", "kill", "2"]);
    led_by(cluster, &partition, |leader| leader != Some(2)).await;
    brokers.run(&["broker", "again", "3"]);
    led_by(cluster, &partition, |leader| leader == Some(3)).await;
    // The new log has passed the readers' position: by their offsets alone, nothing is wrong with them.
    produce(cluster, &partition, &values(20..40)).await;

    drive(&mut lenient, &mut seen, |seen| seen.values.len() >= 35).await;
    assert_eq!(seen.values[15..], values(20..40), "goes on where the logs part");
    assert_eq!(truncation(&mut strict).await, Some(10));
    strict.seek(&partition, 10).unwrap();
    drive(&mut strict, &mut seen_strict, |seen| seen.values.len() >= 35).await;
    assert_eq!(seen_strict.values[15..], values(20..40));
    brokers.run(&["broker", "again", "2"]);
}

async fn truncation(consumer: &mut Consumer) -> Option<i64> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        match consumer.poll(Duration::from_millis(200)).await {
            Ok(Event::Idle) => {}
            Err(ConsumerError::LogTruncation { offset: 15, diverging, .. }) => return diverging.map(|at| at.offset),
            other => panic!("{other:?}"),
        }
    }
    panic!("the truncation was not noticed");
}
