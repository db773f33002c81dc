//! From source records to bytes: transformations, then the header, key and value converters of each record.

use std::sync::Arc;

use bytes::Bytes;
use bytestring::ByteString;
use connect_api::{ConnectError, ConnectRecord, Converter, Headers, Schema, SourceBatch, SourceRecord, Value};

use crate::converters::{Converters, Named, converted};
use crate::errors::{Failure, Stage, Tolerance};
use crate::kafka::{Outgoing, OutgoingBatch};
use crate::transforms::{Fates, TransformationChain};

/// Memory of the conversion buffer that is kept from batch to batch.
const BUFFER_KEPT: usize = 1 << 20;

/// Turns batches of records into batches of bytes.
pub(crate) struct SourceConversion {
    pub transforms: TransformationChain,
    pub converters: Converters,
    pub tolerance: Tolerance,
    out: OutgoingBatch,
}

/// A batch after conversion. Dropped records have no bytes.
pub(crate) struct Prepared {
    /// One a record of the batch, in order: whether it is in the outgoing batch.
    pub sent: Vec<bool>,
    /// The task fails with this after those before have been sent; `sent` ends before the record at fault.
    pub fatal: Option<ConnectError>,
}

impl SourceConversion {
    pub(crate) fn new(transforms: TransformationChain, converters: Converters, tolerance: Tolerance) -> Self {
        Self { transforms, converters, tolerance, out: OutgoingBatch::default() }
    }

    /// The bytes of the last batch.
    pub(crate) fn outgoing(&self) -> &OutgoingBatch {
        &self.out
    }

    /// Transforms the batch in place and converts it into [`outgoing`](Self::outgoing).
    pub(crate) async fn prepare(&mut self, batch: &mut SourceBatch) -> Prepared {
        self.out.clear(BUFFER_KEPT);
        let Fates { kept, fatal } = self.transform(batch);
        let (end, mut fatal) = fatal.map_or((batch.len(), None), |(at, error)| (at, Some(error)));
        let mut sent = Vec::with_capacity(end);
        for (index, source) in batch.iter().enumerate().take(end) {
            if !kept.get(index).copied().unwrap_or(true) {
                sent.push(false);
                continue;
            }
            let outcome = match (invalid(&source.record), self.convert(&source.record).await) {
                (Some(error), _) => Err(error),
                (None, Ok(outgoing)) => {
                    self.out.records.push(outgoing);
                    Ok(true)
                }
                (None, Err(failure)) => self.tolerance.judge(failure).map(|()| false),
            };
            match outcome {
                Ok(is_sent) => sent.push(is_sent),
                Err(error) => {
                    fatal = Some(error);
                    break;
                }
            }
        }
        Prepared { sent, fatal }
    }

    fn transform(&mut self, batch: &mut [SourceRecord]) -> Fates {
        if self.transforms.is_empty() {
            return Fates::default();
        }
        self.transforms.run(batch.iter_mut().map(|source| &mut source.record), &self.tolerance)
    }

    async fn convert(&mut self, record: &ConnectRecord) -> Result<Outgoing, Failure> {
        let headers = self.headers(record)?;
        let Converters { key, value, .. } = &mut self.converters;
        let (topic, fields) = (&*record.topic, &record.headers);
        let data = &mut self.out.data;
        let start = data.len();
        let has_key = field(key, topic, fields, record.key_schema.as_ref(), &record.key, data).await;
        let has_key = has_key.map_err(|error| {
            data.truncate(start);
            failure(Stage::KeyConverter, key.class, error)
        })?;
        let middle = data.len();
        let has_value = field(value, topic, fields, record.value_schema.as_ref(), &record.value, data).await;
        let has_value = has_value.map_err(|error| {
            data.truncate(start);
            failure(Stage::ValueConverter, value.class, error)
        })?;
        Ok(Outgoing {
            topic: Arc::clone(&record.topic),
            partition: record.partition,
            // -1 is Java's way to say that there is none.
            timestamp: record.timestamp.filter(|&timestamp| timestamp >= 0),
            key: has_key.then_some(start..middle),
            value: has_value.then_some(middle..data.len()),
            headers,
        })
    }

    fn headers(&self, record: &ConnectRecord) -> Result<Vec<(ByteString, Option<Bytes>)>, Failure> {
        if record.headers.is_empty() {
            return Ok(Vec::new());
        }
        let Named { class, plugin } = &self.converters.header;
        let one = |header: connect_api::Header| {
            let bytes =
                plugin.from_connect_header(&record.topic, &header.key, header.schema.as_ref(), &header.value)?;
            Ok((header.key, bytes))
        };
        let all = record.headers.to_vec().and_then(|headers| headers.into_iter().map(one).collect());
        all.map_err(|error| failure(Stage::HeaderConverter, class, error))
    }
}

/// What Java's producer would not take as an argument; no tolerance helps.
fn invalid(record: &ConnectRecord) -> Option<ConnectError> {
    let timestamp = record.timestamp.filter(|&timestamp| timestamp < -1);
    let timestamp = timestamp.map(|timestamp| {
        ConnectError::new(
            "org.apache.kafka.common.InvalidRecordException",
            format!("Invalid record timestamp {timestamp}"),
        )
    });
    let partition = record.partition.filter(|&partition| partition < 0);
    timestamp.or(partition.map(|partition| {
        let message =
            format!("Invalid partition: {partition}. Partition number should always be non-negative or null.");
        ConnectError::new("java.lang.IllegalArgumentException", message)
    }))
}

/// Appends one key or value; answers whether there is one.
async fn field(
    converter: &mut Named<Box<dyn Converter>>,
    topic: &str,
    headers: &Headers,
    schema: Option<&Arc<Schema>>,
    value: &Value,
    data: &mut Vec<u8>,
) -> Result<bool, ConnectError> {
    let start = data.len();
    converted(|| {
        data.truncate(start);
        converter.plugin.from_connect_data(topic, headers, schema, value, data)
    })
    .await
}

fn failure(stage: Stage, class: &str, error: ConnectError) -> Failure {
    Failure { stage, class: class.to_owned(), error }
}
