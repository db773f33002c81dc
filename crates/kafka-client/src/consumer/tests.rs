use std::collections::BTreeSet;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use connect_config::Props;
use kafka_protocol::messages::fetch_response::AbortedTransaction;
use kafka_protocol::messages::metadata_response::{MetadataResponsePartition, MetadataResponseTopic};
use kafka_protocol::messages::{BrokerId, MetadataResponse, ProducerId, TopicName as WireName};
use kafka_protocol::protocol::StrBytes;

use super::buffer::Fetched;
use super::fetch::{Answer, Session, read};
use super::membership::Then;
use super::partitions::{Partitions, Stage};
use super::poll::Reset;
use super::*;
use crate::ErrorCode;
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
        ("group.protocol", "consumer"),
        ("partition.assignment.strategy", "com.example.OwnAssignor"),
        ("group.instance.id", "no spaces"),
        ("isolation.level", "serializable"),
        ("max.poll.records", "0"),
    ] {
        let error = parse(&[(key, value)]).unwrap_err().to_string();
        assert!(error.contains(&format!("Invalid value {value} for configuration {key}")), "{error}");
    }
    let strategy = |value| parse(&[("partition.assignment.strategy", value)]).map(|config| config.assignors);
    let both = "org.apache.kafka.clients.consumer.StickyAssignor, org.apache.kafka.clients.consumer.RangeAssignor";
    assert_eq!(strategy(both).unwrap(), [Assignor::Sticky, Assignor::Range], "in the order given");
    assert!(strategy("").is_err());
    assert_eq!(strategy("range,range").unwrap(), [Assignor::Range], "once each");
    assert!(parse(&[("group.id", "g"), ("heartbeat.interval.ms", "45000")]).is_err());
    let interval =
        |extra: &[(&str, &str)]| parse(extra).map(|config| config.auto_commit_interval.map(|span| span.as_millis()));
    assert_eq!(interval(&[("group.id", "g")]).unwrap(), Some(5_000), "Java's default");
    assert_eq!(interval(&[("group.id", "g"), ("enable.auto.commit", "false")]).unwrap(), None);
    let error = interval(&[("enable.auto.commit", "true")]).unwrap_err().to_string();
    assert_eq!(error, "enable.auto.commit cannot be set to true when default group id (null) is used.");
}

/// A position is waited for between two polls: whatever begins meanwhile, the caller does not hear of it before the next.
#[tokio::test]
async fn a_position_is_looked_for_while_a_rebalance_is_about_to_be_told() {
    let mut consumer = consumer(&[("group.id", "g")]);
    let name = TopicPartition::new("t", 0);
    let revoking = Phase::Revoking { revoked: vec![name.clone()], then: Then::Join("test") };
    for phase in [Phase::Stable, Phase::Prepare("test"), revoking] {
        consumer.partitions.set(std::slice::from_ref(&name), Stage::Committed);
        consumer.partitions.get_mut(&name).unwrap().stage = Stage::Committed;
        consumer.phase = phase;
        consumer.launch();
        let stage = consumer.partitions.get_mut(&name).unwrap().stage;
        assert_eq!(stage, Stage::Asking(None), "{:?}", consumer.phase);
    }
}

/// A consumer of a cluster that is not there.
fn consumer(extra: &[(&str, &str)]) -> Consumer {
    let mut props = Props::new();
    props.insert("bootstrap.servers", "127.0.0.1:1");
    extra.iter().for_each(|(key, value)| props.insert(*key, *value));
    let cluster = Cluster::new(crate::config::ClientConfig::parse(&props).unwrap());
    Consumer::new(cluster, ConsumerConfig::parse(&props).unwrap()).unwrap()
}

/// Topic `t`, whose partitions node 1 leads.
fn metadata(partitions: i32) -> Metadata {
    let partition =
        |index| MetadataResponsePartition::default().with_partition_index(index).with_leader_id(BrokerId(1));
    let topic = MetadataResponseTopic::default()
        .with_name(Some(WireName(StrBytes::from_static_str("t"))))
        .with_partitions((0..partitions).map(partition).collect());
    Metadata::default().merged(MetadataResponse::default().with_topics(vec![topic]), false)
}

impl Consumer {
    fn wanted_of(&mut self, name: &TopicPartition) -> super::fetch::Wanted {
        let (metadata, config) = (self.metadata.clone(), self.config.clone());
        self.fetches.plan(&mut self.partitions, &metadata, &config, Instant::now());
        let (_, session) = self.fetches.depart(&BTreeSet::new()).pop().unwrap();
        session.get(name).unwrap().clone()
    }
}

/// The partitions that node 1 is asked for.
fn asked(partitions: &mut Partitions) -> Vec<i32> {
    let mut fetches = Fetches::default();
    partitions.touch_all();
    fetches.plan(partitions, &metadata(4), &ConsumerConfig::default(), Instant::now());
    let session = fetches.depart(&BTreeSet::new()).pop().map(|(_, session)| session);
    session.map(|mut session| session.asks_for()).unwrap_or_default()
}

#[test]
fn a_request_begins_with_who_was_served_longest_ago() {
    let names = [0, 1, 2, 3].map(|index| TopicPartition::new("t", index));
    let mut partitions = Partitions::default();
    partitions.set(&names, Stage::At(0));
    for (served, want) in
        [(&[][..], [0, 1, 2, 3]), (&[0, 1], [2, 3, 0, 1]), (&[2], [3, 0, 1, 2]), (&[3, 1], [0, 2, 1, 3])]
    {
        let answer = partitions.next_ticket();
        served.iter().for_each(|index: &usize| partitions.get_mut(&names[*index]).unwrap().served = answer);
        assert_eq!(asked(&mut partitions), want);
    }
}

#[test]
fn a_broken_partition_is_left_alone_until_somebody_seeks() {
    let names = [0, 1].map(|index| TopicPartition::new("t", index));
    let mut partitions = Partitions::default();
    partitions.set(&names, Stage::At(0));
    let mut bytes = log().to_vec();
    bytes[16] = 1; // the first batch's magic
    for _ in 0..2 {
        let (fetched, _) = read(bytes.clone().into(), 0, true, Vec::new());
        fetched.into_iter().for_each(|fetched| partitions.get_mut(&names[0]).unwrap().buffer.push(fetched));
        assert!(matches!(partitions.drain(10), Err(ConsumerError::Record { .. })));
        assert_eq!(asked(&mut partitions), [1], "the other one goes on");
    }
    partitions.jump(&names[0], Stage::At(2)).unwrap();
    assert_eq!(asked(&mut partitions), [0, 1]);
}

#[test]
fn a_batch_that_cannot_be_decompressed_breaks_its_partition() {
    let name = TopicPartition::new("t", 0);
    let mut bytes = batch(0, -1, &["plain"]).to_vec();
    bytes[22] |= 1; // gzip, it says
    let mut partitions = Partitions::default();
    partitions.set(std::slice::from_ref(&name), Stage::At(0));
    let (fetched, _) = read([&bytes[..], &log()[..]].concat().into(), 0, false, Vec::new());
    fetched.into_iter().for_each(|fetched| partitions.get_mut(&name).unwrap().buffer.push(fetched));
    for _ in 0..2 {
        assert!(matches!(partitions.drain(10), Err(ConsumerError::Record { .. })));
        assert!(partitions.get(&name).unwrap().buffer.is_broken());
        assert_eq!(partitions.buffered_bytes(), 0);
    }
}

/// The group may give the partitions away while a commit waits for the one before it.
#[tokio::test]
async fn a_commit_is_signed_when_it_is_asked_for() {
    let mut consumer = consumer(&[("group.id", "g")]);
    let offsets: Offsets = [(TopicPartition::new("t", 0), 1.into())].into();
    let generations = [3, 4, 5].map(|id| Generation { id, member_id: format!("m{id}") });
    for generation in generations.clone() {
        consumer.generation = generation;
        consumer.commit_async(offsets.clone()).unwrap();
    }
    let queued: Vec<_> = consumer.commits.queue.iter().map(|queued| queued.generation.clone()).collect();
    assert_eq!(queued, generations[1..], "the first one is under way");
}

#[tokio::test]
async fn a_missing_offset_is_told_at_once() {
    let mut consumer = consumer(&[("auto.offset.reset", "none")]);
    let name = TopicPartition::new("t", 0);
    consumer.assign(std::slice::from_ref(&name)).unwrap();
    let begun = Instant::now();
    assert!(matches!(consumer.poll(Duration::from_secs(60)).await, Err(ConsumerError::NoOffset(_))));
    assert!(matches!(consumer.position(&name, Duration::MAX).await, Err(ConsumerError::NoOffset(_))));
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[tokio::test]
async fn only_a_poll_is_woken() {
    let mut consumer = consumer(&[]);
    let name = TopicPartition::new("t", 0);
    consumer.assign(std::slice::from_ref(&name)).unwrap();
    consumer.waker().wake();
    assert!(consumer.position(&name, Duration::from_millis(50)).await.is_err());
    let begun = Instant::now();
    assert!(matches!(consumer.poll(Duration::from_secs(60)).await, Ok(Event::Idle)));
    assert!(begun.elapsed() < Duration::from_secs(30), "the permit was still there");
}

#[tokio::test]
async fn a_consumer_without_partitions_waits_in_one_piece() {
    let mut consumer = consumer(&[]);
    assert!(!consumer.wait(Instant::now() + Duration::from_millis(50)).await, "no timer fires before the deadline");
}

/// Whatever was under way when a task of the consumer's broke is asked for again, and its late answers are stale.
#[test]
fn what_was_asked_is_asked_again() {
    let names = [0, 1, 2].map(|index| TopicPartition::new("t", index));
    let mut partitions = Partitions::default();
    partitions.set(&names, Stage::At(7));
    let latest = OffsetReset::Latest;
    let stages = [Stage::Asking(None), Stage::Asking(Some(latest)), Stage::At(7)];
    names.iter().zip(stages).for_each(|(name, stage)| partitions.get_mut(name).unwrap().stage = stage);
    let tickets = names.clone().map(|name| partitions.get(&name).unwrap().ticket);
    partitions.ask_again();
    for ((name, ticket), want) in names.iter().zip(tickets).zip([Stage::Committed, Stage::Reset(latest), Stage::At(7)])
    {
        let partition = partitions.get(name).unwrap();
        assert_eq!((partition.stage, partition.ticket == ticket), (want, want == Stage::At(7)));
    }
}

/// What a broker's error makes of a partition; no old answer is taken after a reset.
#[tokio::test]
async fn a_partitions_error_is_told_or_repaired() {
    let (name, reset) = (TopicPartition::new("t", 0), Stage::Reset(OffsetReset::Latest));
    for (code, stage, fresh, told) in [
        (ErrorCode::OFFSET_OUT_OF_RANGE, reset, true, None),
        (ErrorCode::CORRUPT_MESSAGE, Stage::At(5), false, Some("corrupt message when fetching offset 5")),
        (ErrorCode::NOT_LEADER_OR_FOLLOWER, Stage::At(5), false, None),
        (ErrorCode::TOPIC_AUTHORIZATION_FAILED, Stage::At(5), false, Some("t-0")),
    ] {
        let mut consumer = consumer(&[]);
        consumer.metadata = Arc::new(metadata(1));
        consumer.partitions.set(std::slice::from_ref(&name), Stage::At(5));
        let ticket = consumer.partitions.get(&name).unwrap().ticket;
        let wanted = consumer.wanted_of(&name);
        let answers = [wanted].map(|wanted| Answer {
            wanted,
            error: Some(code),
            fetched: Vec::new(),
            next_offset: 5,
            preferred_replica: None,
            end: None,
        });
        consumer.on_fetched(1, Session::default(), Ok(answers.into()));
        let partition = consumer.partitions.get(&name).unwrap();
        assert_eq!((partition.stage, partition.ticket != ticket), (stage, fresh), "{code:?}");
        assert!(!partition.may_ask(Instant::now()), "{code:?} is followed by a pause");
        let failure = consumer.failure.as_ref().map(|failure| failure.to_string());
        assert_eq!(failure.is_some(), told.is_some(), "{code:?}: {failure:?}");
        assert!(failure.unwrap_or_default().contains(told.unwrap_or_default()), "{code:?}");
    }
}

#[tokio::test]
async fn who_was_found_goes_on_while_the_others_are_asked_again() {
    let mut consumer = consumer(&[]);
    let names = [0, 1, 2, 3].map(|index| TopicPartition::new("t", index));
    let to = OffsetReset::Latest;
    consumer.partitions.set(&names, Stage::Asking(Some(to)));
    let asked = names.each_ref().map(|name| {
        let ticket = consumer.partitions.get(name).unwrap().ticket;
        Reset { partition: name.clone(), ticket, to }
    });
    let unreachable = KafkaError::broker(ErrorCode::LEADER_NOT_AVAILABLE, "test");
    let results = [Ok(Some((7, -1))), Err(unreachable), Ok(None)];
    consumer.on_listed(asked.into(), names.iter().cloned().zip(results).collect());
    for (name, want) in names.iter().zip([Stage::At(7), Stage::Reset(to), Stage::Reset(to), Stage::Reset(to)]) {
        let partition = consumer.partitions.get(name).unwrap();
        assert_eq!((partition.stage, partition.may_ask(Instant::now())), (want, want == Stage::At(7)), "{name}");
    }
}
