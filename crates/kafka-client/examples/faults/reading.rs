//! The log, read twice: by our consumer and by Java's.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use kafka_client::consumer::{Event, PartitionRecords};

use crate::Failure;
use crate::apache::Apache;
use crate::place::{Place, TopicKind, consumer};

const PATIENCE: Duration = Duration::from_secs(60);

/// Offset and value of every record that read_committed shows, by partition.
pub(crate) type Raw = BTreeMap<i32, Vec<(i64, String)>>;

/// The whole log as our consumer reads it when all is over.
pub(crate) async fn read_ours(place: &Place, kind: TopicKind) -> Result<Raw, Failure> {
    let mut consumer = consumer(&place.direct, &[])?;
    let names = place.partitions(kind);
    let ends = consumer.end_offsets(&names).await?;
    consumer.assign(&names)?;
    let mut log = Raw::new();
    let deadline = Instant::now() + PATIENCE;
    for name in &names {
        // Markers at the end are passed without an event.
        while consumer.position(name, PATIENCE).await? < ends[name] {
            if Instant::now() > deadline {
                return Err(format!("our consumer is stuck at {name}, of {ends:?}").into());
            }
            if let Event::Records(parts) = consumer.poll(Duration::from_millis(200)).await? {
                for part in parts {
                    log.entry(part.partition.partition).or_default().extend(records(&part)?);
                }
            }
        }
    }
    consumer.close(PATIENCE).await;
    Ok(log)
}

fn records(part: &PartitionRecords) -> Result<Vec<(i64, String)>, Failure> {
    let records = part.iter().map(|record| {
        let record = record?;
        Ok((record.offset, String::from_utf8(record.value.as_deref().unwrap_or_default().to_vec())?))
    });
    records.collect()
}

/// Where each partition's last record ends.
pub(crate) fn ends_of(log: &Raw) -> BTreeMap<i32, i64> {
    log.iter().filter_map(|(partition, stored)| Some((*partition, stored.last()?.0 + 1))).collect()
}

/// The first `count` records of all topics as Java's console consumer reads them, and it reads no less. Every partition's
/// last record is a seal: if one before it should not be there, a seal is missing.
pub(crate) async fn read_java(
    apache: &Apache,
    place: &Place,
    count: usize,
) -> Result<BTreeMap<TopicKind, Raw>, Failure> {
    let (count, pattern) = (count.to_string(), place.pattern());
    let mut arguments = vec!["--include", pattern.as_str(), "--from-beginning", "--isolation-level", "read_committed"];
    arguments.extend(["--timeout-ms", "30000", "--max-messages", &count]);
    for property in ["print.partition=true", "print.offset=true"] {
        arguments.extend(["--formatter-property", property]);
    }
    let printed = apache.tool("org.apache.kafka.tools.consumer.ConsoleConsumer", &arguments).await?;
    tracing::info!("Java's consumer has ended");
    let mut logs: BTreeMap<TopicKind, Raw> = BTreeMap::new();
    for line in printed.lines().filter(|line| line.starts_with("Partition:")) {
        let (partition, offset, value) = parse_line(line).ok_or_else(|| format!("Java printed {line:?}"))?;
        let kind = TopicKind::of(value).ok_or_else(|| format!("Java printed {line:?}"))?;
        logs.entry(kind).or_default().entry(partition).or_default().push((offset, value.to_owned()));
    }
    Ok(logs)
}

/// `Partition:1<tab>Offset:5<tab>p0-17`
fn parse_line(line: &str) -> Option<(i32, i64, &str)> {
    let mut fields = line.split('\t');
    let partition = fields.next()?.strip_prefix("Partition:")?.parse().ok()?;
    let offset = fields.next()?.strip_prefix("Offset:")?.parse().ok()?;
    Some((partition, offset, fields.next()?))
}
