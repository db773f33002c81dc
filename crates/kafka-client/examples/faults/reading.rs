//! The log, read three ways: by a group member of ours during the faults, by ours afterwards, and by Java's.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use connect_config::Props;
use kafka_client::cluster::Cluster;
use kafka_client::config::ClientConfig;
use kafka_client::consumer::{Consumer, ConsumerConfig, Event, PartitionRecords, Subscription, TopicPartition};
use tokio::sync::watch;

use crate::Failure;
use crate::apache::Apache;
use crate::check::{Log, Stored};

const PATIENCE: Duration = Duration::from_secs(60);

/// The whole log as our consumer reads it when all is over.
pub(crate) async fn read_ours(bootstrap: &str, topic: &str, partitions: i32) -> Result<Log, Failure> {
    let mut consumer = consumer(bootstrap, &[])?;
    let names: Vec<_> = (0..partitions).map(|partition| TopicPartition::new(topic, partition)).collect();
    let ends = consumer.end_offsets(&names).await?;
    consumer.assign(&names)?;
    let (mut log, mut positions) = (Log::new(), BTreeMap::new());
    let deadline = Instant::now() + PATIENCE;
    let is_behind = |positions: &BTreeMap<TopicPartition, i64>| {
        ends.iter().any(|(name, end)| positions.get(name).copied().unwrap_or(0) < *end)
    };
    while is_behind(&positions) {
        if Instant::now() > deadline {
            return Err(format!("our consumer is stuck at {positions:?} of {ends:?}").into());
        }
        if let Event::Records(parts) = consumer.poll(Duration::from_secs(1)).await? {
            for part in parts {
                positions.insert(part.partition.clone(), part.next_offset);
                log.entry(part.partition.partition).or_default().extend(stored_in(&part)?);
            }
        }
    }
    consumer.close(PATIENCE).await;
    Ok(log)
}

/// The first `count` records as Java's console consumer reads them, and it reads no less.
pub(crate) async fn read_java(apache: &Apache, topic: &str, count: usize) -> Result<Log, Failure> {
    let count = count.to_string();
    let mut arguments = vec!["--topic", topic, "--from-beginning", "--isolation-level", "read_committed"];
    arguments.extend(["--timeout-ms", "20000", "--max-messages", &count]);
    for property in ["print.partition=true", "print.offset=true"] {
        arguments.extend(["--formatter-property", property]);
    }
    let printed = apache.tool("org.apache.kafka.tools.consumer.ConsoleConsumer", &arguments).await?;
    let mut log = Log::new();
    for line in printed.lines().filter(|line| line.starts_with("Partition:")) {
        let (partition, stored) = parse_line(line).ok_or_else(|| format!("Java printed {line:?}"))?;
        log.entry(partition).or_default().push(stored);
    }
    Ok(log)
}

/// `Partition:1<tab>Offset:5<tab>0-17`
fn parse_line(line: &str) -> Option<(i32, Stored)> {
    let mut fields = line.split('\t');
    let partition = fields.next()?.strip_prefix("Partition:")?.parse().ok()?;
    let offset = fields.next()?.strip_prefix("Offset:")?.parse().ok()?;
    let (producer, number) = fields.next()?.split_once('-')?;
    Some((partition, Stored { offset, producer: producer.parse().ok()?, number: number.parse().ok()? }))
}

/// A member of a group that reads and commits while things go wrong.
#[derive(Debug, Default)]
pub(crate) struct Follower {
    seen: BTreeMap<i32, BTreeSet<i64>>,
    wrong: Vec<String>,
}

impl Follower {
    /// Follows until the log's ends are told and reached.
    pub(crate) async fn follow(
        bootstrap: String,
        topic: String,
        ends: watch::Receiver<Option<BTreeMap<i32, i64>>>,
    ) -> Result<Follower, Failure> {
        let group = format!("{topic}-follower");
        let mut consumer = consumer(&bootstrap, &[("group.id", &group), ("session.timeout.ms", "10000")])?;
        consumer.subscribe(Subscription::Topics(vec![topic]))?;
        let (mut follower, mut positions) = (Follower::default(), BTreeMap::new());
        let mut deadline = None;
        loop {
            if let Some(ends) = &*ends.borrow() {
                if follower.has_reached(ends) {
                    break;
                }
                if Instant::now() > *deadline.get_or_insert_with(|| Instant::now() + PATIENCE) {
                    follower.wrong.push(format!("the group's member is stuck at {positions:?} of {ends:?}"));
                    break;
                }
            }
            follower.take(&mut consumer, &mut positions).await?;
        }
        consumer.close(PATIENCE).await;
        Ok(follower)
    }

    /// What was wrong, and what of `log` it has not seen.
    pub(crate) fn verdict(mut self, log: &Log) -> Vec<String> {
        for (partition, stored) in log {
            let seen = self.seen.remove(partition).unwrap_or_default();
            let missed = stored.iter().filter(|stored| !seen.contains(&stored.offset)).count();
            self.wrong
                .extend((missed > 0).then(|| format!("the group's member missed {missed} of partition {partition}")));
        }
        self.wrong
    }

    async fn take(&mut self, consumer: &mut Consumer, positions: &mut BTreeMap<i32, i64>) -> Result<(), Failure> {
        match consumer.poll(Duration::from_millis(200)).await {
            // It starts again where the group committed, or where it stood if it kept the partition.
            Ok(Event::Assigned(_) | Event::Lost(_)) => positions.clear(),
            Ok(Event::Records(parts)) => {
                for part in &parts {
                    self.note(part, positions)?;
                    let offsets = [(part.partition.clone(), part.next_offset.into())].into();
                    consumer.commit_async(offsets)?;
                }
            }
            Ok(_) => {}
            Err(error) if error.is_retriable() => {}
            Err(error) => self.wrong.push(format!("the group's member failed: {error}")),
        }
        Ok(())
    }

    fn note(&mut self, part: &PartitionRecords, positions: &mut BTreeMap<i32, i64>) -> Result<(), Failure> {
        let partition = part.partition.partition;
        for stored in stored_in(part)? {
            let next = positions.insert(partition, stored.offset + 1);
            if next.is_some_and(|next| stored.offset != next) {
                self.wrong.push(format!("the group's member read {} behind {next:?} of {partition}", stored.offset));
            }
            self.seen.entry(partition).or_default().insert(stored.offset);
        }
        Ok(())
    }

    fn has_reached(&self, ends: &BTreeMap<i32, i64>) -> bool {
        let last = |partition| self.seen.get(partition).and_then(|seen| seen.last()).map_or(0, |last| last + 1);
        ends.iter().all(|(partition, end)| last(partition) >= *end)
    }
}

fn stored_in(part: &PartitionRecords) -> Result<Vec<Stored>, Failure> {
    let stored = part.iter().map(|record| {
        let record = record?;
        let value = std::str::from_utf8(record.value.as_deref().unwrap_or_default())?;
        let (producer, number) = value.split_once('-').ok_or_else(|| format!("a record says {value:?}"))?;
        Ok(Stored { offset: record.offset, producer: producer.parse()?, number: number.parse()? })
    });
    stored.collect()
}

fn consumer(bootstrap: &str, extra: &[(&str, &str)]) -> Result<Consumer, Failure> {
    let mut props = Props::from([("bootstrap.servers", bootstrap), ("auto.offset.reset", "earliest")]);
    extra.iter().for_each(|(key, value)| props.insert(*key, *value));
    Ok(Consumer::new(Cluster::new(ClientConfig::parse(&props)?), ConsumerConfig::parse(&props)?)?)
}
