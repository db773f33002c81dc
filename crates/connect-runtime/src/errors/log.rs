//! The log line of a failed record, as Java writes it.

use std::fmt::Write;
use std::sync::Arc;

use connect_api::{ConsumedRecord, Header, SinkRecord, SourceRecord, TimestampType, TopicPartition, Value};
use connect_core::TaskId;

use super::Failure;

/// Which record failed.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    /// Nobody needs to know.
    Unknown,
    /// As `poll` gave it.
    Source(Box<SourceRecord>),
    Consumed(Consumed),
}

/// A record as it was consumed.
#[derive(Debug, Clone)]
pub(crate) struct Consumed {
    pub at: TopicPartition,
    pub offset: i64,
    pub timestamp_type: TimestampType,
    pub raw: Arc<ConsumedRecord>,
}

impl Origin {
    /// Unknown unless the record was kept.
    pub(crate) fn of_sink(record: &SinkRecord) -> Self {
        let raw = record.consumed.as_ref().and_then(|kept| kept.record(record.offset));
        raw.map_or(Self::Unknown, |raw| {
            let (at, timestamp_type) = (record.original.clone(), record.timestamp_type);
            Self::Consumed(Consumed { at, offset: record.offset, timestamp_type, raw: Arc::new(raw) })
        })
    }

    pub(crate) fn of_source(record: Option<&SourceRecord>) -> Self {
        record.map_or(Self::Unknown, |record| Self::Source(Box::new(record.clone())))
    }
}

/// Source: Apache Kafka, `LogReporter.message`.
pub(super) fn line(task: &TaskId, failure: &Failure, with_record: bool) -> String {
    let Failure { stage, class, origin, .. } = failure;
    let mut line = format!("Error encountered in task {task}. Executing stage '{stage}' with class '{class}'");
    if with_record {
        match origin {
            Origin::Unknown => {}
            Origin::Source(record) => {
                line.push_str(", where source record is = ");
                line.push_str(&source_record(record));
            }
            Origin::Consumed(consumed) => {
                line.push_str(", where consumed record is ");
                line.push_str(&consumed_record(consumed));
            }
        }
    }
    line.push('.');
    line
}

fn consumed_record(consumed: &Consumed) -> String {
    let Consumed { at, offset, timestamp_type, raw } = consumed;
    let mut text = format!("{{topic='{}', partition={}, offset={offset}", at.topic, at.partition);
    if *timestamp_type != TimestampType::NoTimestampType {
        let timestamp = raw.timestamp.unwrap_or(-1);
        // Writing to a string does not fail.
        let _ = write!(text, ", timestamp={timestamp}, timestampType={timestamp_type}");
    }
    text.push('}');
    text
}

/// Java's `SourceRecord.toString`.
fn source_record(source: &SourceRecord) -> String {
    let partition = Value::Map(Arc::clone(&source.source_partition));
    let offset = source.source_offset.to_map().map_or(Value::Null, Value::Map);
    let record = &source.record;
    format!(
        "SourceRecord{{sourcePartition={partition}, sourceOffset={offset}}} ConnectRecord{{topic='{}', \
         kafkaPartition={}, key={}, keySchema={}, value={}, valueSchema={}, timestamp={}, headers={}}}",
        record.topic,
        or_null(record.partition),
        record.key,
        or_null(record.key_schema.as_ref()),
        record.value,
        or_null(record.value_schema.as_ref()),
        or_null(record.timestamp),
        headers(&record.headers.to_vec().unwrap_or_default()),
    )
}

fn headers(headers: &[Header]) -> String {
    if headers.is_empty() {
        return "ConnectHeaders(headers=)".to_owned();
    }
    let one = |header: &Header| {
        let schema = or_null(header.schema.as_ref());
        format!("ConnectHeader(key={}, value={}, schema={schema})", header.key, header.value)
    };
    let all: Vec<_> = headers.iter().map(one).collect();
    format!("ConnectHeaders(headers=[{}])", all.join(", "))
}

fn or_null(value: Option<impl std::fmt::Display>) -> String {
    value.map_or_else(|| "null".to_owned(), |value| value.to_string())
}
