use std::sync::{Arc, Mutex};

use connect_config::Props;
use kafka_protocol::messages::MetadataResponse;
use kafka_protocol::messages::metadata_response::{MetadataResponsePartition, MetadataResponseTopic};
use kafka_protocol::protocol::StrBytes;
use tokio::sync::{Notify, mpsc};

use super::*;
use crate::cluster::{Cluster, Metadata};
use crate::config::ClientConfig;
use crate::producer::accumulator::Accumulator;
use crate::producer::{ProducerConfig, Record, Shared};

/// A sender that is not running, with `records` records of one byte in partition 0 and room for `acks` acks.
fn sender(records: usize, acks: usize) -> (Sender, mpsc::Receiver<Ack>) {
    let props = Props::from([("bootstrap.servers", "127.0.0.1:1")]);
    let config = ProducerConfig::parse(&props).unwrap();
    let mut accumulator = Accumulator::new(config.clone());
    let partition = MetadataResponsePartition::default().with_leader_id(1.into());
    let name = kafka_protocol::messages::TopicName(StrBytes::from_static_str("t"));
    let topic = MetadataResponseTopic::default().with_name(Some(name)).with_partitions(vec![partition]);
    let metadata = Metadata::default().merged(MetadataResponse::default().with_topics(vec![topic]), false);
    let topic = accumulator.update_topic(&"t".into(), &metadata).unwrap();
    for _ in 0..records {
        let (key, value, headers) = (None, Some(&b"v"[..]), &[][..]);
        let record = Record { topic: &topic, partition: Some(0), timestamp: 0, key, value, headers };
        accumulator.append(&record, Instant::now()).unwrap();
    }
    let (work, room, settled, turned) = (Notify::new(), Notify::new(), Notify::new(), Notify::new());
    let shared = Arc::new(Shared { accumulator: Mutex::new(accumulator), work, room, settled, turned });
    let (acks, receiver) = mpsc::channel(acks);
    (Sender::new(Cluster::new(ClientConfig::parse(&props).unwrap()), config, shared, acks), receiver)
}

fn take(sender: &mut Sender) -> Batch {
    sender.unacked += 1;
    let batch = lock(&sender.shared).take(0).unwrap();
    let mut batch = batch.build();
    sender.pipelines.entry(0).or_default().stamp(&mut batch, (1, 1), None);
    batch
}

#[test]
fn acks_of_a_split_wait_for_room_and_the_flush_for_them() {
    let now = Instant::now();
    let (mut sender, mut receiver) = sender(4, 1);
    let generation = lock(&sender.shared).seal_all();
    let batch = take(&mut sender);
    sender.settle_batch(batch, Err(KafkaError::broker(crate::ErrorCode::MESSAGE_TOO_LARGE, "")), false, now);
    while let Some(mut half) = sender.pipelines.entry(0).or_default().next_repeat() {
        sender.pipelines.entry(0).or_default().stamp(&mut half, (1, 1), None);
        sender.settle_batch(half.build(), Ok(NOWHERE), false, now);
    }
    assert_eq!((sender.unsent_acks.len(), sender.unacked), (1, 1), "there was room for one");
    assert!(!lock(&sender.shared).is_settled(generation));
    assert_eq!(receiver.try_recv().unwrap().submissions.runs(), [0..2]);
    sender.send_acks();
    assert!(lock(&sender.shared).is_settled(generation));
    assert_eq!(receiver.try_recv().unwrap().submissions.runs(), [2..4]);
    assert_eq!((sender.unacked, lock(&sender.shared).used()), (0, 0));
}

#[test]
fn without_a_receiver_acks_are_settled_all_the_same() {
    let (mut sender, receiver) = sender(1, 1);
    drop(receiver);
    let batch = take(&mut sender);
    sender.settle_batch(batch, Ok(NOWHERE), false, Instant::now());
    assert_eq!((sender.unacked, sender.unsent_acks.len(), lock(&sender.shared).used()), (0, 0, 0));
}

#[test]
fn once_nothing_can_be_sent_repeats_do_not_wait_for_their_timeout() {
    let now = Instant::now();
    let (mut sender, mut receiver) = sender(1, 500);
    let batch = take(&mut sender);
    sender.settle_batch(batch, Err(KafkaError::broker(crate::ErrorCode::REQUEST_TIMED_OUT, "")), false, now);
    sender.expire(vec![0], now);
    assert!(receiver.try_recv().is_err(), "it is repeated");
    sender.fail_all(KafkaError::Closed);
    sender.expire(vec![0], now);
    assert!(matches!(receiver.try_recv().unwrap().result, Err(KafkaError::Closed)));
}

#[test]
fn a_gap_does_not_outlive_idempotence() {
    let now = Instant::now();
    let (mut sender, _receiver) = sender(1, 500);
    sender.idempotence = Idempotence::Granted(Identity { id: 7, epoch: i16::MAX - 1 });
    let mut batch = take(&mut sender);
    sender.pipelines.entry(0).or_default().lost(&mut batch);
    sender.start_new_epochs();
    assert_eq!(sender.idempotence, Idempotence::Granted(Identity { id: 7, epoch: i16::MAX - 1 }), "one is in flight");
    sender.settle_batch(batch, Ok(NOWHERE), false, now);
    sender.start_new_epochs();
    assert_eq!(sender.idempotence, Idempotence::Wanted, "the epochs are used up");
    sender.identified(Err(KafkaError::broker(crate::ErrorCode::CLUSTER_AUTHORIZATION_FAILED, "")));
    sender.start_new_epochs();
    assert!(sender.pipelines[&0].may_send((1, 1), None, now));
}
