//! From fetched records to sink records: key, value and header converters of each record, then transformations.
//!
//! Memory: one poll brings at most `max.poll.records` records of what was fetched (`fetch.max.bytes` from each broker, or
//! one record that is larger); converted text and bytes are slices of that.

use std::sync::Arc;

use connect_api::data::HeaderBytes;
use connect_api::{
    ConnectError, ConnectRecord, ConsumedRecord, ConsumedRecords, Conversion, Header, Headers, SchemaAndValue,
    SinkBatch, SinkRecord, TimestampType, TopicPartition,
};
use kafka_client::consumer::PartitionRecords;
use kafka_client::record::{RecordView, Records, TimestampType as ViewTimestampType};

use super::positions::Positions;
use crate::converters::{Converters, converted};
use crate::errors::{Consumed, ErrorHandler, Failure, Halt, Origin, Stage};
use crate::transforms::TransformationChain;

/// How many records share what is kept of them: so many are read again at most to find one that has failed.
const KEPT_TOGETHER: usize = 128;

/// Fetched records from some place on; they are read again only when one fails.
#[derive(Debug)]
struct Kept(Records);

impl ConsumedRecords for Kept {
    fn record(&self, offset: i64) -> Option<ConsumedRecord> {
        let mut records = self.0.clone().map_while(Result::ok);
        records.find(|view| view.offset == offset).map(|view| consumed(&view))
    }
}

/// Turns fetched records into batches for `put`.
pub(crate) struct SinkConversion {
    pub transforms: TransformationChain,
    pub converters: Converters,
    pub errors: ErrorHandler,
    spare: Vec<SinkRecord>,
    /// Has the record at hand as it was fetched, and some behind it; none where nobody asks for them.
    kept: Option<Arc<dyn ConsumedRecords>>,
    /// How many records the last call of [`convert`](Self::convert) has got to.
    pub(super) consumed: u64,
}

impl SinkConversion {
    pub(crate) fn new(transforms: TransformationChain, converters: Converters, errors: ErrorHandler) -> Self {
        Self { transforms, converters, errors, spare: Vec::new(), kept: None, consumed: 0 }
    }

    /// Takes back a delivered batch, so that the next one needs no new memory.
    pub(crate) fn recycle(&mut self, batch: SinkBatch) {
        if let Some(mut records) = Arc::into_inner(batch) {
            records.clear();
            self.spare = records;
        }
    }

    /// The records to deliver, and why the batch ends after them, if it does. Moves the consumed positions up to there.
    pub(super) async fn convert(
        &mut self,
        fetched: Vec<PartitionRecords>,
        positions: &mut Positions,
    ) -> (Vec<SinkRecord>, Option<Halt>) {
        self.consumed = 0;
        let mut batch = std::mem::take(&mut self.spare);
        batch.reserve(fetched.iter().map(PartitionRecords::len_max).sum());
        let mut halt = None;
        for records in fetched {
            halt = self.convert_partition(records, &mut batch, positions).await.err();
            if halt.is_some() {
                break;
            }
        }
        self.kept = None;
        let in_chain = self.transform(&mut batch, positions).await;
        (batch, in_chain.or(halt))
    }

    /// Appends the records up to the first that ends the batch, and moves the consumed position up to there.
    async fn convert_partition(
        &mut self,
        records: PartitionRecords,
        batch: &mut Vec<SinkRecord>,
        positions: &mut Positions,
    ) -> Result<(), Halt> {
        let original =
            TopicPartition { topic: Arc::clone(&records.partition.topic), partition: records.partition.partition };
        let next_offset = records.next_offset;
        let mut next = None;
        for part in records.into_parts() {
            if let Err(halt) = self.convert_part(part, &original, batch, &mut next).await {
                next.into_iter().for_each(|next| positions.consumed(&original, next));
                return Err(halt);
            }
        }
        positions.consumed(&original, next_offset);
        Ok(())
    }

    /// Sets `next` to the offset after the last record that does not end the batch.
    async fn convert_part(
        &mut self,
        mut part: Records,
        original: &TopicPartition,
        batch: &mut Vec<SinkRecord>,
        next: &mut Option<i64>,
    ) -> Result<(), Halt> {
        let keeps = self.errors.needs_records();
        for at in 0_usize.. {
            if keeps && at.is_multiple_of(KEPT_TOGETHER) {
                self.kept = Some(Arc::new(Kept(part.clone())));
            }
            let Some(view) = part.next() else { break };
            self.consumed += 1;
            let view = view.map_err(|error| Halt::Fatal(corrupt(&error)))?;
            match self.convert_now(&view, original) {
                Some(record) => {
                    *next = Some(view.offset.saturating_add(1));
                    batch.push(record);
                }
                None => self.convert_or_skip(view, original, batch, next).await?,
            }
        }
        Ok(())
    }

    /// Sets `next` to the offset after the record unless it ends the batch.
    async fn convert_or_skip(
        &mut self,
        view: RecordView,
        original: &TopicPartition,
        batch: &mut Vec<SinkRecord>,
        next: &mut Option<i64>,
    ) -> Result<(), Halt> {
        match self.convert_one(&view, original).await {
            Ok(record) => batch.push(record),
            Err(halt) => self.errors.judge(halt).await?,
        }
        *next = Some(view.offset.saturating_add(1));
        Ok(())
    }

    /// The record, if nothing has to be awaited and nothing fails: nearly always, so that a future a record is spared.
    fn convert_now(&mut self, view: &RecordView, original: &TopicPartition) -> Option<SinkRecord> {
        let raw = self.raw(view, original);
        let Converters { key, value, header } = &mut self.converters;
        let key = ready(key.plugin.to_connect_data(&original.topic, &raw, view.key.as_ref()))?;
        let value = ready(value.plugin.to_connect_data(&original.topic, &raw, view.value.as_ref()))?;
        let headers = match raw.is_empty() || header.plugin.never_fails() {
            true => raw,
            false => raw.to_vec().ok()?.into(),
        };
        Some(self.sink_record(view, original, key, value, headers))
    }

    async fn convert_one(&mut self, view: &RecordView, original: &TopicPartition) -> Result<SinkRecord, Halt> {
        let topic = &*original.topic;
        let raw = self.raw(view, original);
        let (errors, Converters { key, value, header }) = (&self.errors, &mut self.converters);
        let failed = |stage, class: &'static str| {
            move |error| Failure { stage, class: class.to_owned(), error, origin: origin(view, original) }
        };
        let key = converted(errors, failed(Stage::KeyConverter, key.class), || {
            key.plugin.to_connect_data(topic, &raw, view.key.as_ref())
        })
        .await?;
        let value = converted(errors, failed(Stage::ValueConverter, value.class), || {
            value.plugin.to_connect_data(topic, &raw, view.value.as_ref())
        })
        .await?;
        let headers = match raw.is_empty() || header.plugin.never_fails() {
            true => raw,
            false => {
                let failed = failed(Stage::HeaderConverter, header.class);
                let read: Vec<Header> = converted(errors, failed, || raw.to_vec().map(Conversion::Ready)).await?;
                read.into()
            }
        };
        Ok(self.sink_record(view, original, key, value, headers))
    }

    /// The headers as they were consumed, read when somebody looks at them.
    fn raw(&self, view: &RecordView, original: &TopicPartition) -> Headers {
        match view.headers.is_empty() {
            true => Headers::new(),
            false => {
                let converter = Arc::clone(&self.converters.header.plugin);
                Headers::raw(Arc::clone(&original.topic), raw_headers(view), converter)
            }
        }
    }

    fn sink_record(
        &self,
        view: &RecordView,
        original: &TopicPartition,
        (key_schema, key): SchemaAndValue,
        (value_schema, value): SchemaAndValue,
        headers: Headers,
    ) -> SinkRecord {
        let record = ConnectRecord {
            topic: Arc::clone(&original.topic),
            partition: Some(original.partition),
            key_schema,
            key,
            value_schema,
            value,
            timestamp: timestamp(view),
            headers,
            consumed_offset: Some(view.offset),
        };
        let (offset, timestamp_type, consumed) = (view.offset, timestamp_type(view), self.kept.clone());
        SinkRecord { record, offset, timestamp_type, original: original.clone(), consumed }
    }

    async fn transform(&mut self, batch: &mut Vec<SinkRecord>, positions: &mut Positions) -> Option<Halt> {
        if self.transforms.is_empty() {
            return None;
        }
        let fates = self.transforms.run(batch, &self.errors, &|_, record| Origin::of_sink(record)).await;
        let end = fates.halt.as_ref().map_or(batch.len(), |(at, _)| *at);
        for failed in batch.drain(end..).rev() {
            // Back to the first record of each partition that is not delivered.
            positions.consumed(&failed.original, failed.offset);
        }
        let mut kept = fates.kept.into_iter();
        batch.retain(|_| kept.next().unwrap_or(true));
        fates.halt.map(|(_, halt)| halt)
    }
}

fn ready<T>(conversion: Result<Conversion<T>, ConnectError>) -> Option<T> {
    match conversion {
        Ok(Conversion::Ready(value)) => Some(value),
        _ => None,
    }
}

/// The record at fault, whole.
fn origin(view: &RecordView, original: &TopicPartition) -> Origin {
    let raw = Arc::new(consumed(view));
    Origin::Consumed(Consumed { at: original.clone(), offset: view.offset, timestamp_type: timestamp_type(view), raw })
}

fn consumed(view: &RecordView) -> ConsumedRecord {
    ConsumedRecord {
        key: view.key.clone(),
        value: view.value.clone(),
        headers: raw_headers(view),
        timestamp: timestamp(view),
    }
}

fn timestamp(view: &RecordView) -> Option<i64> {
    (view.timestamp >= 0).then_some(view.timestamp)
}

fn timestamp_type(view: &RecordView) -> TimestampType {
    match view.timestamp_type {
        ViewTimestampType::CreateTime => TimestampType::CreateTime,
        ViewTimestampType::LogAppendTime => TimestampType::LogAppendTime,
    }
}

fn raw_headers(view: &RecordView) -> Vec<HeaderBytes> {
    let own = |(key, value): (std::borrow::Cow<'_, str>, Option<bytes::Bytes>)| HeaderBytes {
        key: key.into_owned().into(),
        value,
    };
    view.headers.iter().map(own).collect()
}

fn corrupt(error: &kafka_client::record::RecordError) -> ConnectError {
    ConnectError::new("org.apache.kafka.common.errors.CorruptRecordException", error.to_string())
}
