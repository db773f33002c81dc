//! From source records to bytes: transformations, then the header, key and value converters of each record.
//! ```text
//! SourceBatch ─▶ begin: TransformationChain ─▶ Prepared ─▶ convert_next, again and again ─▶ OutgoingBatch, at most
//!                                                                                           CHUNK_BYTES and a record
//! ```

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use bytestring::ByteString;
use connect_api::{
    ConnectError, ConnectRecord, Conversion, Converter, HeaderConverter, Headers, Schema, SourceBatch, SourceRecord,
    Value,
};

use crate::converters::{Converters, Named, converted};
use crate::errors::{ErrorHandler, Failure, Halt, Origin, Stage};
use crate::kafka::{Outgoing, OutgoingBatch};
use crate::transforms::{Fates, TransformationChain};

/// What is converted at once: a batch of huge records does not stand in memory twice. Kept from batch to batch.
const CHUNK_BYTES: usize = 1 << 20;
/// The same for records without bytes.
const CHUNK_RECORDS: usize = 1 << 14;

type OutgoingHeaders = Vec<(ByteString, Option<Bytes>)>;

/// Turns batches of records into batches of bytes.
pub(crate) struct SourceConversion {
    pub transforms: TransformationChain,
    pub converters: Converters,
    pub errors: ErrorHandler,
    out: OutgoingBatch,
}

/// How far a batch has been converted. Dropped records have no bytes.
pub(crate) struct Prepared {
    /// One a record of the batch, in order: whether it goes to Kafka. Grows with each chunk.
    pub sent: Vec<bool>,
    /// Why the batch ends early, if it does.
    pub halt: Option<Halt>,
    /// False for those that the chain has dropped; empty if it has dropped none.
    kept: Vec<bool>,
    /// Where the batch ends.
    end: usize,
}

impl Prepared {
    /// Whether all that can be converted has been.
    pub(crate) fn is_done(&self) -> bool {
        self.sent.len() >= self.end
    }
}

impl SourceConversion {
    pub(crate) fn new(transforms: TransformationChain, converters: Converters, errors: ErrorHandler) -> Self {
        Self { transforms, converters, errors, out: OutgoingBatch::default() }
    }

    /// The bytes of the last chunk.
    pub(crate) fn outgoing(&self) -> &OutgoingBatch {
        &self.out
    }

    /// Transforms the batch in place; `originals` are its records as they were, where anybody asks for them.
    pub(crate) async fn begin(
        &mut self,
        batch: &mut SourceBatch,
        originals: Option<&[Option<SourceRecord>]>,
    ) -> Prepared {
        let mut fates = Fates::default();
        if !self.transforms.is_empty() {
            let origin = |index: usize, _: &SourceRecord| original(originals, index);
            fates = self.transforms.run(batch, &self.errors, &origin).await;
        }
        let (end, halt) = fates.halt.map_or((batch.len(), None), |(at, halt)| (at, Some(halt)));
        Prepared { sent: Vec::with_capacity(end), halt, kept: fates.kept, end }
    }

    /// Converts the next records into [`outgoing`](Self::outgoing).
    pub(crate) async fn convert_next(
        &mut self,
        batch: &SourceBatch,
        originals: Option<&[Option<SourceRecord>]>,
        prepared: &mut Prepared,
    ) {
        self.out.clear(CHUNK_BYTES);
        let from = prepared.sent.len();
        for (index, source) in batch.iter().enumerate().take(prepared.end).skip(from) {
            if self.out.data.len() >= CHUNK_BYTES || self.out.records.len() >= CHUNK_RECORDS {
                return;
            }
            if !prepared.kept.get(index).copied().unwrap_or(true) {
                prepared.sent.push(false);
                continue;
            }
            match self.convert_or_skip(&source.record, originals, index).await {
                Ok(is_sent) => prepared.sent.push(is_sent),
                Err(halt) => {
                    prepared.end = index;
                    prepared.halt = Some(halt);
                    return;
                }
            }
        }
    }

    /// Answers whether the record is in [`outgoing`](Self::outgoing).
    async fn convert_or_skip(
        &mut self,
        record: &ConnectRecord,
        originals: Option<&[Option<SourceRecord>]>,
        index: usize,
    ) -> Result<bool, Halt> {
        if let Some(error) = invalid(record) {
            return Err(Halt::Fatal(error));
        }
        if let Some(outgoing) = self.convert_now(record) {
            self.out.records.push(outgoing);
            return Ok(true);
        }
        let start = self.out.data.len();
        match self.convert(record, &|| original(originals, index)).await {
            Ok(outgoing) => {
                self.out.records.push(outgoing);
                Ok(true)
            }
            Err(halt) => {
                self.out.data.truncate(start);
                self.errors.judge(halt).await.map(|()| false)
            }
        }
    }

    /// The record's bytes, if nothing has to be awaited and nothing fails: nearly always, so that a future a record is
    /// spared. Otherwise nothing is left of it.
    fn convert_now(&mut self, record: &ConnectRecord) -> Option<Outgoing> {
        let headers = self.headers_now(record)?;
        let Converters { key, value, .. } = &mut self.converters;
        let data = &mut self.out.data;
        let (topic, start) = (&*record.topic, data.len());
        let mut append =
            |converter: &mut Named<Box<dyn Converter>>, schema: &Option<Arc<Schema>>, value: &Value| match converter
                .plugin
                .from_connect_data(topic, &record.headers, schema.as_ref(), value, data)
            {
                Ok(Conversion::Ready(is_there)) => Some((is_there, data.len())),
                _ => None,
            };
        let converted = append(key, &record.key_schema, &record.key)
            .and_then(|has_key| Some((has_key, append(value, &record.value_schema, &record.value)?)));
        match converted {
            Some(((has_key, middle), (has_value, end))) => {
                let (key, value) = (has_key.then_some(start..middle), has_value.then_some(middle..end));
                Some(outgoing(record, key, value, headers))
            }
            None => {
                data.truncate(start);
                None
            }
        }
    }

    fn headers_now(&self, record: &ConnectRecord) -> Option<OutgoingHeaders> {
        match record.headers.is_empty() {
            true => Some(Vec::new()),
            false => convert_headers(&*self.converters.header.plugin, record).ok(),
        }
    }

    async fn convert(
        &mut self,
        record: &ConnectRecord,
        origin: &(impl Fn() -> Origin + Sync),
    ) -> Result<Outgoing, Halt> {
        let headers = self.headers(record, origin).await?;
        let Converters { key, value, .. } = &mut self.converters;
        let (data, errors) = (&mut self.out.data, &self.errors);
        let start = data.len();
        let failed = failure(Stage::KeyConverter, key.class, origin);
        let has_key = field(key, record, record.key_schema.as_ref(), &record.key, data, errors, failed).await?;
        let middle = data.len();
        let failed = failure(Stage::ValueConverter, value.class, origin);
        let has_value = field(value, record, record.value_schema.as_ref(), &record.value, data, errors, failed).await?;
        let (key, value) = (has_key.then_some(start..middle), has_value.then_some(middle..data.len()));
        Ok(outgoing(record, key, value, headers))
    }

    async fn headers(
        &mut self,
        record: &ConnectRecord,
        origin: &(impl Fn() -> Origin + Sync),
    ) -> Result<OutgoingHeaders, Halt> {
        if record.headers.is_empty() {
            return Ok(Vec::new());
        }
        let Named { class, plugin } = &self.converters.header;
        let all = || convert_headers(&**plugin, record).map(Conversion::Ready);
        converted(&self.errors, failure(Stage::HeaderConverter, class, origin), all).await
    }
}

fn convert_headers(converter: &dyn HeaderConverter, record: &ConnectRecord) -> Result<OutgoingHeaders, ConnectError> {
    let one = |header: connect_api::Header| {
        let bytes = converter.from_connect_header(&record.topic, &header.key, header.schema.as_ref(), &header.value)?;
        Ok((header.key, bytes))
    };
    record.headers.to_vec()?.into_iter().map(one).collect()
}

fn outgoing(
    record: &ConnectRecord,
    key: Option<Range<usize>>,
    value: Option<Range<usize>>,
    headers: OutgoingHeaders,
) -> Outgoing {
    Outgoing {
        topic: Arc::clone(&record.topic),
        partition: record.partition,
        // -1 is Java's way to say that there is none.
        timestamp: record.timestamp.filter(|&timestamp| timestamp >= 0),
        key,
        value,
        headers,
    }
}

fn original(originals: Option<&[Option<SourceRecord>]>, index: usize) -> Origin {
    Origin::of_source(originals.and_then(|originals| originals.get(index)?.as_ref()))
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
    record: &ConnectRecord,
    schema: Option<&Arc<Schema>>,
    value: &Value,
    data: &mut Vec<u8>,
    errors: &ErrorHandler,
    failure: impl Fn(ConnectError) -> Failure,
) -> Result<bool, Halt> {
    let start = data.len();
    let (topic, headers): (&str, &Headers) = (&record.topic, &record.headers);
    converted(errors, failure, || {
        data.truncate(start);
        converter.plugin.from_connect_data(topic, headers, schema, value, data)
    })
    .await
}

fn failure(
    stage: Stage,
    class: &'static str,
    origin: &(impl Fn() -> Origin + Sync),
) -> impl Fn(ConnectError) -> Failure {
    move |error| Failure { stage, class: class.to_owned(), error, origin: origin() }
}
