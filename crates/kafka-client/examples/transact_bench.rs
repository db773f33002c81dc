//! How long a transaction takes: `transact_bench <bootstrap> <topic> [transactions] [records] [bytes] [key=value]…`
//!
//! `benches/java/TransactBench.java` does the same with Java's producer.

use std::error::Error;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use connect_config::Props;
use kafka_client::cluster::Cluster;
use kafka_client::config::ClientConfig;
use kafka_client::producer::{Acks, AppendError, Producer, ProducerConfig, Record, Topic};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(bootstrap), Some(topic)) = (arguments.next(), arguments.next()) else {
        return Err("usage: transact_bench <bootstrap> <topic> [transactions] [records] [bytes] [key=value]…".into());
    };
    let transactions: usize = arguments.next().map_or(Ok(300), |text| text.parse())?;
    let records: usize = arguments.next().map_or(Ok(2_000), |text| text.parse())?;
    let bytes: usize = arguments.next().map_or(Ok(100), |text| text.parse())?;
    let id = format!("transact-bench-{}", SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos());
    let mut props = Props::from([("bootstrap.servers", bootstrap.as_str()), ("transactional.id", id.as_str())]);
    for argument in arguments {
        let (key, value) = argument.split_once('=').ok_or("options are key=value")?;
        props.insert(key, value);
    }
    let (producer, mut acks) =
        Producer::new(Cluster::new(ClientConfig::parse(&props)?), ProducerConfig::parse(&props)?);
    producer.init_transactions().await?;
    let topic = producer.prepare(&topic).await?;
    let value = vec![b'x'; bytes];
    let mut millis = Vec::with_capacity(transactions);
    for _ in 0..transactions {
        let start = Instant::now();
        producer.begin_transaction()?;
        append(&producer, &topic, &value, records).await?;
        producer.commit_transaction().await?;
        millis.push(start.elapsed().as_secs_f64() * 1e3);
        check(&mut acks)?;
    }
    report(&millis, records);
    Ok(())
}

async fn append(producer: &Producer, topic: &Topic, value: &[u8], records: usize) -> Result<(), Box<dyn Error>> {
    let record = Record { topic, partition: None, timestamp: 0, key: None, value: Some(value), headers: &[] };
    let mut appended = 0;
    while appended < records {
        match append_run(producer, record, records - appended) {
            (taken, Ok(())) => appended += taken,
            (taken, Err(AppendError::BufferFull)) => {
                appended += taken;
                producer.wait_ready().await?;
            }
            (_, Err(error)) => return Err(error.into()),
        }
    }
    Ok(())
}

fn append_run(producer: &Producer, record: Record<'_>, run: usize) -> (usize, Result<(), AppendError>) {
    let mut appender = producer.appender();
    for taken in 0..run {
        if let Err(error) = appender.append(record) {
            return (taken, Err(error));
        }
    }
    (run, Ok(()))
}

fn check(acks: &mut Acks) -> Result<(), Box<dyn Error>> {
    while let Some(ack) = acks.try_recv() {
        ack.result?;
    }
    Ok(())
}

fn report(millis: &[f64], records: usize) {
    // The first third warms up, as it does in Java.
    let mut warm = millis[millis.len() / 3..].to_vec();
    warm.sort_by(f64::total_cmp);
    let count = warm.len();
    if count == 0 {
        return println!("no transactions");
    }
    let (median, mean, late) = (warm[count / 2], warm.iter().sum::<f64>() / count as f64, warm[count * 99 / 100]);
    println!("{count} transactions of {records} records: median {median:.2} ms, mean {mean:.2} ms, 99% {late:.2} ms");
}
