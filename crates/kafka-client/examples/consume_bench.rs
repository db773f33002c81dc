//! How fast a topic is read: `consume_bench <bootstrap> <topic> <records> [key=value …]`.
//!
//! Reads the first so many records of all partitions, looks at every value's length, and prints the rate from the first record on.
//! Properties are the consumer's (`max.poll.records=5000`, …).

use std::error::Error;
use std::time::{Duration, Instant};

use connect_config::Props;
use kafka_client::cluster::Cluster;
use kafka_client::config::ClientConfig;
use kafka_client::consumer::{Consumer, ConsumerConfig, Event, TopicPartition};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let usage = "usage: consume_bench <bootstrap> <topic> <records> [key=value …]";
    let (bootstrap, topic) = (args.next().ok_or(usage)?, args.next().ok_or(usage)?);
    let wanted: u64 = args.next().ok_or(usage)?.parse()?;
    let mut props = Props::new();
    props.insert("bootstrap.servers", bootstrap);
    props.insert("auto.offset.reset", "earliest");
    for (key, value) in args.filter_map(|arg| arg.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned()))) {
        props.insert(key, value);
    }
    let cluster = Cluster::new(ClientConfig::parse(&props)?);
    let metadata = cluster.metadata(&[topic.as_str().into()], false).await?;
    let partitions = 0..metadata.partition_count(&topic).ok_or("no such topic")?;
    let mut consumer = Consumer::new(cluster, ConsumerConfig::parse(&props)?)?;
    consumer.assign(&partitions.map(|partition| TopicPartition::new(topic.as_str(), partition)).collect::<Vec<_>>())?;

    let (mut records, mut bytes, mut polls, mut begun) = (0_u64, 0_u64, 0_u64, None);
    while records < wanted {
        let Event::Records(parts) = consumer.poll(Duration::from_secs(10)).await? else {
            return Err(format!("only {records} records came").into());
        };
        begun.get_or_insert_with(Instant::now);
        polls += 1;
        for record in parts.into_iter().flatten() {
            records += 1;
            bytes += record?.value.map_or(0, |value| value.len() as u64);
        }
    }
    let seconds = begun.map_or(0.0, |begun| begun.elapsed().as_secs_f64());
    let (rate, mib) = (records as f64 / seconds / 1e6, bytes as f64 / seconds / f64::from(1 << 20));
    println!("{records} records in {seconds:.3} s: {rate:.2} M records/s, {mib:.0} MiB/s, {polls} polls");
    consumer.close(Duration::from_secs(5)).await;
    Ok(())
}
