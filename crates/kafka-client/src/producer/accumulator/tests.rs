use std::time::Duration;

use kafka_protocol::messages::metadata_response::{MetadataResponsePartition, MetadataResponseTopic};
use kafka_protocol::messages::{BrokerId, MetadataResponse, TopicName as WireName};
use kafka_protocol::protocol::StrBytes;

use super::*;
use crate::cluster::Metadata;
use crate::producer::{Topic, partition_for_key};
use connect_config::Props;

fn accumulator(props: &[(&str, &str)], leaders: &[i32]) -> (Accumulator, Topic) {
    let props: Props = props.iter().copied().collect();
    let mut accumulator = Accumulator::new(ProducerConfig::parse(&props).unwrap());
    let topic = accumulator.update_topic(&"t".into(), &metadata(leaders)).unwrap();
    (accumulator, topic)
}

fn metadata(leaders: &[i32]) -> Metadata {
    let partitions = leaders.iter().zip(0..).map(|(leader, index)| {
        MetadataResponsePartition::default().with_partition_index(index).with_leader_id(BrokerId(*leader))
    });
    let topic = MetadataResponseTopic::default()
        .with_name(Some(WireName(StrBytes::from_static_str("t"))))
        .with_partitions(partitions.collect());
    Metadata::default().merged(MetadataResponse::default().with_topics(vec![topic]), false)
}

fn record<'a>(topic: &'a Topic, partition: Option<i32>, key: Option<&'a [u8]>, value: &'a [u8]) -> Record<'a> {
    Record { topic, partition, timestamp: 5, key, value: Some(value), headers: &[] }
}

#[test]
fn fills_a_batch_then_the_next_one() {
    let now = Instant::now();
    let (mut accumulator, topic) = accumulator(&[("batch.size", "1000"), ("linger.ms", "7")], &[1]);
    for number in 0..10 {
        assert_eq!(accumulator.append(&record(&topic, None, None, &[0; 200]), now).unwrap(), number);
    }
    assert_eq!(accumulator.ready_at(0, now), Some(now), "a full batch does not linger");
    let batches: Vec<_> = (0..3).map(|_| accumulator.take(0).unwrap()).collect();
    let runs: Vec<_> = batches.iter().flat_map(|batch| batch.submissions.runs().to_vec()).collect();
    assert_eq!(runs, [0..4, 4..8, 8..10]);
    assert_eq!((accumulator.ready_at(0, now), accumulator.is_empty()), (None, true));
    accumulator.append(&record(&topic, None, None, b"x"), now).unwrap();
    assert_eq!(accumulator.ready_at(0, now), Some(now + Duration::from_millis(7)));
}

#[test]
fn memory_comes_back_with_the_settled_batches() {
    let now = Instant::now();
    let (mut accumulator, topic) = accumulator(&[("buffer.memory", "2000"), ("max.request.size", "5000")], &[1]);
    let value = [0; 600];
    let mut taken = 0;
    let refused = loop {
        match accumulator.append(&record(&topic, None, None, &value), now) {
            Ok(_) => taken += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, AppendError::BufferFull));
    assert_eq!((taken, accumulator.has_room()), (3, false));
    assert_eq!(accumulator.ready_at(0, now), Some(now), "who waits for memory does not wait for linger.ms");
    let batch = accumulator.take(0).unwrap();
    accumulator.settled(batch.generation, batch.charged);
    assert_eq!((accumulator.used(), accumulator.has_room()), (0, true));
    assert!(accumulator.append(&record(&topic, None, None, &value), now).is_ok());
}

#[test]
fn refuses_what_never_fits() {
    let now = Instant::now();
    let (mut small, topic) = accumulator(&[("max.request.size", "1000"), ("buffer.memory", "500")], &[1]);
    for (size, want) in [
        (
            1000,
            "The message is 1086 bytes when serialized which is larger than 1000, which is the value of the max.request.size configuration.",
        ),
        (
            500,
            "The message is 586 bytes when serialized which is larger than the total memory buffer you have configured with the buffer.memory configuration.",
        ),
    ] {
        let value = vec![0; size];
        let error = small.append(&record(&topic, None, None, &value), now).unwrap_err();
        assert_eq!(error.to_string(), want);
    }
    let other = Topic { name: "u".into(), index: 0 };
    assert!(matches!(small.append(&record(&other, None, None, b""), now), Err(AppendError::UnknownTopic(_))));
    for partition in [1, -1] {
        let error = small.append(&record(&topic, Some(partition), None, b""), now).unwrap_err();
        assert!(matches!(error, AppendError::UnknownPartition { count: 1, .. }));
    }
}

#[test]
fn keys_choose_among_all_partitions_and_no_key_among_those_with_a_leader() {
    let now = Instant::now();
    let (mut accumulator, topic) = accumulator(&[("batch.size", "300")], &[-1, 1, -1, 1]);
    accumulator.append(&record(&topic, None, Some(b"foobar"), b"v"), now).unwrap();
    assert_eq!(accumulator.active().collect::<Vec<_>>(), [partition_for_key(b"foobar", 4) as usize]);
    accumulator.take(partition_for_key(b"foobar", 4) as usize);
    let mut used = BTreeSet::new();
    for _ in 0..40 {
        accumulator.append(&record(&topic, None, None, &[0; 100]), now).unwrap();
        used.extend(accumulator.active());
    }
    assert_eq!(used, BTreeSet::from([1, 3]));
}

#[test]
fn a_flush_is_settled_when_its_own_batches_are() {
    let now = Instant::now();
    let (mut accumulator, topic) = accumulator(&[], &[1]);
    accumulator.append(&record(&topic, None, None, b"before"), now).unwrap();
    let generation = accumulator.seal_all();
    accumulator.append(&record(&topic, None, None, b"after"), now).unwrap();
    let batch = accumulator.take(0).unwrap();
    accumulator.added(batch.generation);
    accumulator.settled(batch.generation, 10);
    assert!(!accumulator.is_settled(generation), "half of it is out");
    accumulator.settled(batch.generation, 10);
    assert!(accumulator.is_settled(generation));
    let later = accumulator.seal_all();
    assert!(!accumulator.is_settled(later));
}

#[test]
fn without_a_key_every_partition_gets_its_share_at_any_rate() {
    let now = Instant::now();
    let (mut accumulator, topic) = accumulator(&[("batch.size", "1000")], &[1, 1, 1, 1]);
    let mut used = BTreeSet::new();
    for _ in 0..400 {
        accumulator.append(&record(&topic, None, None, &[0; 100]), now).unwrap();
        let slot = accumulator.active().next().unwrap();
        used.insert(slot);
        accumulator.take(slot); // each record is sent before the next one comes
    }
    assert_eq!(used.len(), 4);
}

#[test]
fn round_robin_takes_each_partition_with_a_leader_in_turn() {
    let now = Instant::now();
    let class = ("partitioner.class", "org.apache.kafka.clients.producer.RoundRobinPartitioner");
    let (mut accumulator, topic) = accumulator(&[class], &[1, -1, 1, 1]);
    let mut counts = BTreeMap::<usize, i32>::new();
    for _ in 0..30 {
        accumulator.append(&record(&topic, None, Some(b"the same key"), b"v"), now).unwrap();
    }
    for slot in accumulator.active().collect::<Vec<_>>() {
        counts.insert(slot, accumulator.take(slot).unwrap().count);
    }
    assert_eq!(counts, BTreeMap::from([(0, 10), (2, 10), (3, 10)]));
}

#[test]
fn records_without_a_key_avoid_partitions_that_do_not_keep_up() {
    let now = Instant::now();
    let late = now + Duration::from_millis(500);
    for (extra, stuck_gets) in [
        (("partitioner.availability.timeout.ms", "100"), 0..=0),
        (("partitioner.adaptive.partitioning.enable", "true"), 0..=30),
        (("partitioner.adaptive.partitioning.enable", "false"), 60..=140),
    ] {
        let (mut accumulator, topic) = accumulator(&[("batch.size", "300"), extra], &[1, 1]);
        for _ in 0..40 {
            accumulator.append(&record(&topic, Some(0), None, &[0; 200]), now).unwrap();
        }
        let before = accumulator.slots[0].len();
        accumulator.topics[0].sticky.switch(2);
        let mut stuck = 0;
        for _ in 0..200 {
            let had = accumulator.slots[0].len();
            accumulator.append(&record(&topic, None, None, &[0; 200]), late).unwrap();
            stuck += accumulator.slots[0].len() - had;
            accumulator.take(1); // its broker keeps up
        }
        // The partition that it starts with is left only once it had its share.
        assert!(stuck_gets.contains(&stuck.saturating_sub(2)), "{extra:?}: {stuck} after {before}");
    }
}

#[test]
fn a_topic_made_anew_with_fewer_partitions_gets_records_for_those_only() {
    let now = Instant::now();
    let (mut accumulator, topic) = accumulator(&[], &[1, 1, 1, 1]);
    accumulator.update_topic(topic.name(), &metadata(&[1, 1])).unwrap();
    assert_eq!(accumulator.partition_count(&topic), 2);
    for key in 0..50_u8 {
        accumulator.append(&record(&topic, None, Some(&[key]), b"v"), now).unwrap();
        accumulator.append(&record(&topic, None, None, b"v"), now).unwrap();
    }
    assert!(accumulator.active().all(|slot| slot < 2));
    let error = accumulator.append(&record(&topic, Some(2), None, b""), now).unwrap_err();
    assert!(matches!(error, AppendError::UnknownPartition { count: 2, .. }));
}

#[test]
fn new_partitions_are_taken_over() {
    let (mut accumulator, topic) = accumulator(&[], &[1]);
    assert_eq!(accumulator.update_topic(topic.name(), &metadata(&[1, 2, 2])).unwrap(), topic);
    assert_eq!(accumulator.partition_count(&topic), 3);
    assert_eq!(accumulator.place(2), (topic.name().clone(), 2));
}
