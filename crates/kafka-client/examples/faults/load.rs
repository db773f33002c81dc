//! A producer under load that keeps a history of what it wrote and was told.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use connect_config::Props;
use kafka_client::cluster::Cluster;
use kafka_client::config::ClientConfig;
use kafka_client::producer::{Ack, Acks, AppendError, Producer, ProducerConfig, Record, Topic};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::Failure;
use crate::chance::Chance;
use crate::check::{Fate, History, Written};
use crate::place::{PARTITIONS, Place, TopicKind};

/// How many records are appended at once, and the pause after them.
const RUN: usize = 50;
const PAUSE: Duration = Duration::from_millis(10);
/// How long the last records may take once the fault is over.
const FLUSH: Duration = Duration::from_secs(120);

/// Settings of one producer, as properties.
pub(crate) fn draw_settings(chance: &mut Chance) -> Vec<(&'static str, &'static str)> {
    let mut settings = vec![
        ("batch.size", chance.one(&["500", "4000", "16384", "100000"])),
        ("linger.ms", chance.one(&["0", "5", "50"])),
        ("compression.type", chance.one(&["none", "none", "gzip", "snappy", "lz4", "zstd"])),
        ("max.in.flight.requests.per.connection", chance.one(&["1", "2", "5", "5"])),
        ("buffer.memory", chance.one(&["200000", "2000000"])),
        ("request.timeout.ms", chance.one(&["1500", "3000", "30000"])),
    ];
    // Some give up while the fault lasts: a broker that is dead or frozen holds every partition up, not only those that it
    // leads, until the controller takes it out of their in-sync replicas (`broker.session.timeout.ms`).
    if chance.of(0..4) == 0 {
        settings.retain(|(key, _)| *key != "request.timeout.ms");
        settings.extend([("request.timeout.ms", "1500"), ("delivery.timeout.ms", "2500")]);
    }
    settings
}

/// Writes until told to stop, then waits for the last acks. The value of a record is `p<writer>-<number>`.
pub(crate) async fn write(
    place: Place,
    number: usize,
    settings: Vec<(&'static str, &'static str)>,
    stop: watch::Receiver<bool>,
) -> Result<History, Failure> {
    let (producer, acks, patience) = producer(&place.proxied, &settings)?;
    let topic = producer.prepare_partition(&place.topic(TopicKind::Plain), PARTITIONS - 1).await?;
    let writing = async {
        let written = append_until(&producer, &topic, number, stop).await;
        // Closing ends the acks.
        let closed = producer.close(FLUSH).await;
        written.map(|written| (written, closed))
    };
    let (written, acks) = tokio::join!(writing, receive(acks));
    let (appended, closed) = written?;
    let (mut records, times): (Vec<_>, Vec<_>) = appended.into_iter().unzip();
    let mut hasty = 0;
    for (at, ack) in &acks {
        note(ack, &mut records)?;
        let begun = ack.submissions.iter().next().and_then(|first| times.get(first as usize));
        let early = ack.result.is_err() && begun.is_some_and(|begun| *at - *begun < patience);
        hasty += if early { ack.submissions.count() as usize } else { 0 };
    }
    let failed = records.iter().filter(|record| record.fate == Fate::Failed).map(|record| record.partition);
    let by_partition = failed.fold(BTreeMap::new(), |mut counts: BTreeMap<i32, usize>, partition| {
        *counts.entry(partition).or_default() += 1;
        counts
    });
    tracing::info!(number, written = records.len(), ?patience, given_up = ?by_partition, "a writer has ended");
    match closed {
        true => Ok(History { records, patience, hasty }),
        false => Err(format!("producer {number} could not flush within {FLUSH:?}").into()),
    }
}

fn producer(bootstrap: &str, settings: &[(&str, &str)]) -> Result<(Producer, Acks, Duration), Failure> {
    let mut props = Props::from([("bootstrap.servers", bootstrap), ("max.block.ms", "120000")]);
    settings.iter().for_each(|(key, value)| props.insert(*key, *value));
    let config = ProducerConfig::parse(&props)?;
    let patience = config.delivery_timeout;
    let (producer, acks) = Producer::new(Cluster::new(ClientConfig::parse(&props)?), config);
    Ok((producer, acks, patience))
}

/// The last record of each partition, behind every transaction: who reads it has passed them all.
pub(crate) async fn seal(place: &Place) -> Result<(), Failure> {
    let (producer, mut acks, _) = producer(&place.direct, &[])?;
    for kind in [TopicKind::Plain, TopicKind::Atomic] {
        let topic = producer.prepare_partition(&place.topic(kind), PARTITIONS - 1).await?;
        let value = format!("{}z", kind.letter());
        for partition in 0..PARTITIONS {
            producer.appender().append(record(&topic, partition, &value))?;
        }
    }
    producer.flush().await;
    while let Some(ack) = acks.try_recv() {
        ack.result?;
    }
    Ok(())
}

async fn append_until(
    producer: &Producer,
    topic: &Topic,
    number: usize,
    stop: watch::Receiver<bool>,
) -> Result<Vec<(Written, Instant)>, Failure> {
    let mut written = Vec::new();
    while !*stop.borrow() {
        match append_run(producer, topic, number, &mut written) {
            Ok(()) => sleep(PAUSE).await,
            Err(AppendError::BufferFull) => producer.wait_ready().await?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(written)
}

fn append_run(
    producer: &Producer,
    topic: &Topic,
    number: usize,
    written: &mut Vec<(Written, Instant)>,
) -> Result<(), AppendError> {
    let (mut appender, now) = (producer.appender(), Instant::now());
    for _ in 0..RUN {
        let value = format!("p{number}-{}", written.len());
        let partition = (written.len() as i32 / 3) % PARTITIONS;
        appender.append(record(topic, partition, &value))?;
        written.push((Written { partition, fate: Fate::Open }, now));
    }
    Ok(())
}

/// A record without a key, of now.
pub(crate) fn record<'a>(topic: &'a Topic, partition: i32, value: &'a str) -> Record<'a> {
    let (partition, value) = (Some(partition), Some(value.as_bytes()));
    Record { topic, partition, timestamp: now_millis(), key: None, value, headers: &[] }
}

async fn receive(mut acks: Acks) -> Vec<(Instant, Ack)> {
    let mut received = Vec::new();
    while let Some(ack) = acks.recv().await {
        received.push((Instant::now(), ack));
    }
    received
}

fn note(ack: &Ack, records: &mut [Written]) -> Result<(), Failure> {
    for (number, place) in ack.submissions.iter().zip(0..) {
        let record = records.get_mut(number as usize).ok_or("an ack for a record that nobody appended")?;
        if record.fate != Fate::Open {
            return Err(format!("record {number} was acked twice").into());
        }
        record.fate = match ack.result {
            Ok(()) => Fate::Acked((ack.base_offset >= 0).then_some(ack.base_offset + place)),
            Err(_) => Fate::Failed,
        };
    }
    Ok(())
}

/// Brokers forget producers whose last record is old, by its own timestamp, when they start.
fn now_millis() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

/// Waits for something that must not take forever.
pub(crate) async fn within<T>(allowed: Duration, what: &str, future: impl Future<Output = T>) -> Result<T, Failure> {
    timeout(allowed, future).await.map_err(|_| format!("{what}: not within {allowed:?}").into())
}
