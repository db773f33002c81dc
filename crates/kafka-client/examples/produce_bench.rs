//! How many records a second a producer gets acked: `produce_bench <bootstrap> <topic> [records] [bytes] [key=value]…`
//!
//! The counterpart of `kafka-producer-perf-test`: one thread appends as fast as memory allows, every record is acked.

use std::error::Error;
use std::time::Instant;

use connect_config::Props;
use kafka_client::cluster::Cluster;
use kafka_client::config::ClientConfig;
use kafka_client::producer::{Acks, AppendError, Producer, ProducerConfig, Record, Topic};

/// How many records are appended under one lock.
const RUN: u64 = 500;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(bootstrap), Some(topic)) = (arguments.next(), arguments.next()) else {
        return Err("usage: produce_bench <bootstrap> <topic> [records] [bytes] [key=value]…".into());
    };
    let records: u64 = arguments.next().map_or(Ok(2_000_000), |text| text.parse())?;
    let bytes: usize = arguments.next().map_or(Ok(100), |text| text.parse())?;
    let mut props = Props::from([("bootstrap.servers", bootstrap.as_str()), ("batch.size", "262144")]);
    for argument in arguments {
        let (key, value) = argument.split_once('=').ok_or("options are key=value")?;
        props.insert(key, value);
    }
    let cluster = Cluster::new(ClientConfig::parse(&props)?);
    let (producer, acks) = Producer::new(cluster, ProducerConfig::parse(&props)?);
    let topic = producer.prepare(&topic).await?;
    let start = Instant::now();
    let (appended, acked) = tokio::join!(append(&producer, &topic, records, bytes), count(acks, records));
    appended?;
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{acked} records acked, {:.0} records/sec ({:.2} MB/sec)",
        acked as f64 / seconds,
        megabytes(acked, bytes) / seconds
    );
    Ok(())
}

async fn append(producer: &Producer, topic: &Topic, records: u64, bytes: usize) -> Result<(), Box<dyn Error>> {
    let value = vec![b'x'; bytes];
    let record = Record { topic, partition: None, timestamp: 0, key: None, value: Some(&value), headers: &[] };
    let mut appended = 0;
    while appended < records {
        let run = RUN.min(records - appended);
        match append_run(producer, record, run) {
            (taken, Ok(())) => appended += taken,
            (taken, Err(AppendError::BufferFull)) => {
                appended += taken;
                producer.wait_ready().await?;
            }
            (_, Err(error)) => return Err(error.into()),
        }
        tokio::task::yield_now().await;
    }
    producer.flush().await;
    Ok(())
}

fn append_run(producer: &Producer, record: Record<'_>, run: u64) -> (u64, Result<(), AppendError>) {
    let mut appender = producer.appender();
    for taken in 0..run {
        if let Err(error) = appender.append(record) {
            return (taken, Err(error));
        }
    }
    (run, Ok(()))
}

async fn count(mut acks: Acks, records: u64) -> u64 {
    let mut acked = 0;
    while acked < records {
        let Some(ack) = acks.recv().await else { return acked };
        match ack.result {
            Ok(()) => acked += ack.submissions.count(),
            Err(error) => {
                eprintln!("{} records lost: {error}", ack.submissions.count());
                return acked;
            }
        }
    }
    acked
}

fn megabytes(records: u64, bytes: usize) -> f64 {
    records as f64 * bytes as f64 / f64::from(1 << 20)
}
