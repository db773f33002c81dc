use bytes::{BufMut, Bytes, BytesMut};
use connect_config::Props;
use kafka_protocol::messages::ProducerId;
use kafka_protocol::messages::fetch_response::AbortedTransaction;

use super::fetch::read;
use super::partitions::{Fetched, Partitions, Stage};
use super::*;
use crate::record::{BatchBuilder, Compression, ProducerIdentity};

/// A batch at `offset`: `what` is a value for each record, or `abort`/`commit` for a marker.
fn batch(offset: i64, producer: i64, what: &[&str]) -> Bytes {
    let marker: Option<&[u8]> = match what {
        ["abort"] => Some(&[0, 0, 0, 0]),
        ["commit"] => Some(&[0, 0, 0, 1]),
        _ => None,
    };
    let mut builder = BatchBuilder::new(Compression::None, 0);
    what.iter().for_each(|value| builder.append(5, marker, Some(value.as_bytes()), &[]));
    let identity = ProducerIdentity { id: producer, epoch: 0, base_sequence: 0, transactional: producer >= 0 };
    let mut bytes = BytesMut::from(builder.build(identity));
    (&mut bytes[..8]).put_i64(offset);
    if marker.is_some() {
        bytes[22] |= 0x20;
        let crc = crc32c::crc32c(&bytes[21..]);
        (&mut bytes[17..21]).put_u32(crc);
    }
    bytes.freeze()
}

fn log() -> Bytes {
    [
        batch(0, 1, &["a0", "a1"]),
        batch(2, 2, &["b0"]),
        batch(3, -1, &["plain"]),
        batch(4, 1, &["abort"]),
        batch(5, 1, &["c0"]), // the same producer's next transaction
        batch(6, 2, &["commit"]),
        batch(7, 1, &["commit"]),
    ]
    .concat()
    .into()
}

fn drained(records: Bytes, from: i64, aborted: &[(i64, i64)], max: usize) -> (Vec<Vec<String>>, i64) {
    let aborted = aborted.iter().map(|(producer, first)| {
        AbortedTransaction::default().with_producer_id(ProducerId(*producer)).with_first_offset(*first)
    });
    let (fetched, next) = read(records, from, true, aborted.collect());
    let name = TopicPartition::new("t", 0);
    let mut partitions = Partitions::default();
    partitions.set(std::slice::from_ref(&name), Stage::At(from));
    fetched.into_iter().for_each(|fetched| partitions.get_mut(&name).unwrap().buffer.push(fetched));
    let mut polls = Vec::new();
    loop {
        let records = partitions.drain(max).unwrap();
        if records.is_empty() {
            break;
        }
        let values = records.into_iter().flatten().map(|record| record.unwrap().value.unwrap());
        polls.push(values.map(|value| String::from_utf8(value.to_vec()).unwrap()).collect());
    }
    assert_eq!(partitions.get(&name).unwrap().position(), Some(next), "the position passes what is skipped");
    assert_eq!(partitions.buffered_bytes(), 0);
    (polls, next)
}

#[test]
fn aborted_transactions_and_markers_are_passed_over() {
    for (from, aborted, want) in [
        (0, &[][..], "a0 a1 b0 plain c0"),
        (0, &[(1, 0)], "b0 plain c0"),
        (0, &[(1, 0), (2, 2)], "plain c0"),
        (0, &[(2, 2), (1, 0)], "plain c0"), // in any order
        (1, &[(1, 0)], "b0 plain c0"),
        (1, &[], "a1 b0 plain c0"), // the fetch starts within a batch
        (6, &[], ""),
    ] {
        let (polls, next) = drained(log(), from, aborted, 100);
        assert_eq!((polls.concat().join(" "), next), (want.to_owned(), 8), "from {from}, {aborted:?}");
    }
}

#[test]
fn a_poll_returns_at_most_so_many_records() {
    let (polls, _) = drained(log(), 0, &[], 2);
    assert_eq!(polls, [vec!["a0", "a1"], vec!["b0", "plain"], vec!["c0"]]);
    let (polls, _) = drained(log(), 0, &[], 1);
    assert_eq!(polls.len(), 5);
}

#[test]
fn a_broken_batch_is_told_after_what_lies_before_it() {
    let mut bytes = log().to_vec();
    let at = bytes.windows(5).position(|window| window == b"plain").unwrap();
    bytes[at] = b'P';
    let (fetched, next) = read(bytes.into(), 0, true, Vec::new());
    assert!(matches!(fetched.last(), Some(Fetched::Broken(_))));
    assert_eq!(next, 3);
    let name = TopicPartition::new("t", 0);
    let mut partitions = Partitions::default();
    partitions.set(std::slice::from_ref(&name), Stage::At(0));
    fetched.into_iter().for_each(|fetched| partitions.get_mut(&name).unwrap().buffer.push(fetched));
    assert_eq!(partitions.drain(10).unwrap()[0].iter().count(), 3);
    for _ in 0..2 {
        assert!(matches!(partitions.drain(10), Err(ConsumerError::Record { .. })), "until somebody seeks");
    }
    partitions.jump(&name, Stage::At(4)).unwrap();
    assert!(partitions.drain(10).unwrap().is_empty());
}

#[test]
fn partitions_take_turns() {
    let names = [TopicPartition::new("t", 0), TopicPartition::new("t", 1)];
    let mut partitions = Partitions::default();
    partitions.set(&names, Stage::At(0));
    for name in &names {
        let (fetched, _) = read(log(), 0, true, Vec::new());
        fetched.into_iter().for_each(|fetched| partitions.get_mut(name).unwrap().buffer.push(fetched));
    }
    let mut served = || partitions.drain(1).unwrap()[0].partition.partition;
    assert_eq!([served(), served(), served()], [0, 1, 0]);
}

#[test]
fn the_configuration_has_javas_defaults_and_refuses_what_it_cannot_do() {
    let parse = |extra: &[(&str, &str)]| {
        let mut props = Props::new();
        props.insert("bootstrap.servers", "h:1");
        extra.iter().for_each(|(key, value)| props.insert(*key, *value));
        ConsumerConfig::parse(&props)
    };
    assert_eq!(parse(&[]).unwrap(), ConsumerConfig::default());
    for (key, value) in [
        ("enable.auto.commit", "true"),
        ("group.protocol", "consumer"),
        ("partition.assignment.strategy", "org.apache.kafka.clients.consumer.StickyAssignor"),
        ("isolation.level", "serializable"),
        ("max.poll.records", "0"),
    ] {
        let error = parse(&[(key, value)]).unwrap_err().to_string();
        assert!(error.contains(&format!("Invalid value {value} for configuration {key}")), "{error}");
    }
    assert!(parse(&[("group.id", "g"), ("heartbeat.interval.ms", "45000")]).is_err());
}

/// A position is waited for between two polls: whatever begins meanwhile, the caller does not hear of it before the next.
#[tokio::test]
async fn a_position_is_looked_for_while_a_rebalance_is_about_to_be_told() {
    let props: Props = [("bootstrap.servers", "127.0.0.1:1"), ("group.id", "g")]
        .map(|(key, value)| (key.to_owned(), Some(value.to_owned())))
        .into_iter()
        .collect();
    let cluster = Cluster::new(crate::config::ClientConfig::parse(&props).unwrap());
    let mut consumer = Consumer::new(cluster, ConsumerConfig::parse(&props).unwrap()).unwrap();
    let name = TopicPartition::new("t", 0);
    for (phase, asked) in [(Phase::Stable, true), (Phase::Prepare("test"), true), (Phase::Joining, false)] {
        consumer.partitions.set(std::slice::from_ref(&name), Stage::Committed);
        consumer.partitions.get_mut(&name).unwrap().stage = Stage::Committed;
        consumer.phase = phase;
        consumer.launch();
        let stage = consumer.partitions.get_mut(&name).unwrap().stage;
        assert_eq!(stage == Stage::Asking, asked, "{:?}", consumer.phase);
    }
}
