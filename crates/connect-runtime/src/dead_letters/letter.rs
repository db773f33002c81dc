//! A failed record on its way to the dead letter queue: as it was consumed, with headers that say what went wrong.
//! Source: Apache Kafka, `DeadLetterQueueReporter`.

use std::sync::Arc;

use bytes::Bytes;
use bytestring::ByteString;
use connect_api::ConsumedRecord;
use connect_core::TaskId;

use crate::errors::{Consumed, Failure, Origin};
use crate::kafka::{Outgoing, OutgoingBatch};

type Header = (ByteString, Option<Bytes>);

/// One record for the queue.
#[derive(Debug)]
pub(crate) struct DeadLetter {
    raw: Arc<ConsumedRecord>,
    context: Vec<Header>,
}

impl DeadLetter {
    /// None for a record that was not consumed.
    pub(crate) fn of(task: &TaskId, failure: &Failure, with_context: bool) -> Option<Self> {
        let Origin::Consumed(consumed) = &failure.origin else { return None };
        let context = if with_context { context(task, failure, consumed) } else { Vec::new() };
        Some(Self { raw: Arc::clone(&consumed.raw), context })
    }

    /// Makes it the only record of `batch`.
    pub(super) fn write_to(self, topic: &Arc<str>, batch: &mut OutgoingBatch) {
        batch.clear(0);
        let headers = self.raw.headers.iter().map(|header| (header.key.clone(), header.value.clone()));
        let headers = headers.chain(self.context).collect();
        let key = self.raw.key.as_ref().map(|key| append(&mut batch.data, key));
        let value = self.raw.value.as_ref().map(|value| append(&mut batch.data, value));
        let record =
            Outgoing { topic: Arc::clone(topic), partition: None, timestamp: self.raw.timestamp, key, value, headers };
        batch.records.push(record);
    }
}

fn append(data: &mut Vec<u8>, bytes: &[u8]) -> std::ops::Range<usize> {
    let start = data.len();
    data.extend_from_slice(bytes);
    start..data.len()
}

fn context(task: &TaskId, failure: &Failure, consumed: &Consumed) -> Vec<Header> {
    let error = &failure.error;
    let texts = [
        ("topic", Some(consumed.at.topic.to_string())),
        ("partition", Some(consumed.at.partition.to_string())),
        ("offset", Some(consumed.offset.to_string())),
        ("connector.name", Some(task.connector.to_string())),
        ("task.id", Some(task.index.to_string())),
        ("stage", Some(failure.stage.to_string())),
        ("class.name", Some(failure.class.clone())),
        ("exception.class.name", Some(error.class().to_owned())),
        ("exception.message", error.message().map(str::to_owned)),
        ("exception.stacktrace", Some(error.trace())),
    ];
    let header =
        |(name, text): (&str, Option<String>)| (format!("__connect.errors.{name}").into(), text.map(Bytes::from));
    texts.into_iter().map(header).collect()
}
