//! A producer under load that keeps a history of what it wrote and was told.

use std::time::Duration;

use connect_config::Props;
use kafka_client::cluster::Cluster;
use kafka_client::config::ClientConfig;
use kafka_client::producer::{Ack, Acks, AppendError, Producer, ProducerConfig, Record, Topic};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::Failure;
use crate::chance::Chance;
use crate::check::{Fate, History, Written};

/// How many records are appended at once, and the pause after them.
const RUN: usize = 50;
const PAUSE: Duration = Duration::from_millis(5);
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
    // Some give up while the fault lasts.
    if chance.of(0..4) == 0 {
        settings.retain(|(key, _)| *key != "request.timeout.ms");
        settings.extend([("request.timeout.ms", "1500"), ("delivery.timeout.ms", "2500")]);
    }
    settings
}

/// Writes until told to stop, then waits for the last acks. The value of a record is `<producer>-<number>`.
pub(crate) async fn write(
    bootstrap: String,
    topic: String,
    number: usize,
    settings: Vec<(&'static str, &'static str)>,
    partitions: i32,
    stop: watch::Receiver<bool>,
) -> Result<History, Failure> {
    let mut props = Props::from([("bootstrap.servers", bootstrap.as_str()), ("max.block.ms", "120000")]);
    settings.iter().for_each(|(key, value)| props.insert(*key, *value));
    let cluster = Cluster::new(ClientConfig::parse(&props)?);
    let (producer, acks) = Producer::new(cluster, ProducerConfig::parse(&props)?);
    let topic = producer.prepare(&topic).await?;
    let writing = async {
        let written = append_until(&producer, &topic, number, partitions, stop).await;
        // Closing ends the acks.
        let closed = producer.close(FLUSH).await;
        written.map(|written| (written, closed))
    };
    let (written, acks) = tokio::join!(writing, receive(acks));
    let (mut records, closed) = written?;
    for ack in &acks {
        note(ack, &mut records)?;
    }
    match closed {
        true => Ok(History { records }),
        false => Err(format!("producer {number} could not flush within {FLUSH:?}").into()),
    }
}

async fn append_until(
    producer: &Producer,
    topic: &Topic,
    number: usize,
    partitions: i32,
    stop: watch::Receiver<bool>,
) -> Result<Vec<Written>, Failure> {
    let mut written = Vec::new();
    while !*stop.borrow() {
        match append_run(producer, topic, number, partitions, &mut written) {
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
    partitions: i32,
    written: &mut Vec<Written>,
) -> Result<(), AppendError> {
    let mut appender = producer.appender();
    for _ in 0..RUN {
        let value = format!("{number}-{}", written.len());
        let partition = (written.len() as i32 / 3) % partitions;
        appender.append(Record {
            topic,
            partition: Some(partition),
            timestamp: now_millis(),
            key: None,
            value: Some(value.as_bytes()),
            headers: &[],
        })?;
        written.push(Written { partition, fate: Fate::Open });
    }
    Ok(())
}

async fn receive(mut acks: Acks) -> Vec<Ack> {
    let mut received = Vec::new();
    while let Some(ack) = acks.recv().await {
        received.push(ack);
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
