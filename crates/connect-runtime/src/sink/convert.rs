//! From fetched records to sink records: key, value and header converters of each record, then transformations.

use std::sync::Arc;

use connect_api::data::HeaderBytes;
use connect_api::{ConnectError, ConnectRecord, Header, Headers, SinkBatch, SinkRecord, TimestampType, TopicPartition};
use kafka_client::consumer::PartitionRecords;
use kafka_client::record::{RecordView, TimestampType as ViewTimestampType};

use super::positions::Positions;
use crate::converters::{Converters, converted};
use crate::errors::{Failure, Stage, Tolerance};
use crate::transforms::TransformationChain;

/// Turns fetched records into batches for `put`.
pub(crate) struct SinkConversion {
    pub transforms: TransformationChain,
    pub converters: Converters,
    pub tolerance: Tolerance,
    spare: Vec<SinkRecord>,
}

impl SinkConversion {
    pub(crate) fn new(transforms: TransformationChain, converters: Converters, tolerance: Tolerance) -> Self {
        Self { transforms, converters, tolerance, spare: Vec::new() }
    }

    /// Takes back a delivered batch, so that the next one needs no new memory.
    pub(crate) fn recycle(&mut self, batch: SinkBatch) {
        if let Some(mut records) = Arc::into_inner(batch) {
            records.clear();
            self.spare = records;
        }
    }

    /// The records to deliver, and the error that fails the task after them. Moves the consumed positions up to there.
    pub(super) async fn convert(
        &mut self,
        fetched: Vec<PartitionRecords>,
        positions: &mut Positions,
    ) -> (Vec<SinkRecord>, Option<ConnectError>) {
        let mut batch = std::mem::take(&mut self.spare);
        batch.reserve(fetched.iter().map(PartitionRecords::len_max).sum());
        let mut fatal = None;
        for records in fetched {
            fatal = self.convert_partition(records, &mut batch, positions).await.err();
            if fatal.is_some() {
                break;
            }
        }
        let in_chain = self.transform(&mut batch, positions);
        (batch, in_chain.or(fatal))
    }

    /// Appends the records up to the first that fails the task, and moves the consumed position up to there.
    async fn convert_partition(
        &mut self,
        records: PartitionRecords,
        batch: &mut Vec<SinkRecord>,
        positions: &mut Positions,
    ) -> Result<(), ConnectError> {
        let original =
            TopicPartition { topic: Arc::clone(&records.partition.topic), partition: records.partition.partition };
        let next_offset = records.next_offset;
        let mut next = None;
        for view in records {
            let outcome = match view {
                Ok(view) => self.convert_or_skip(view, &original, batch, &mut next).await,
                Err(error) => Err(corrupt(&error)),
            };
            if let Err(error) = outcome {
                next.into_iter().for_each(|next| positions.consumed(&original, next));
                return Err(error);
            }
        }
        positions.consumed(&original, next_offset);
        Ok(())
    }

    /// Sets `next` to the offset after the record unless it fails the task.
    async fn convert_or_skip(
        &mut self,
        view: RecordView,
        original: &TopicPartition,
        batch: &mut Vec<SinkRecord>,
        next: &mut Option<i64>,
    ) -> Result<(), ConnectError> {
        let offset = view.offset;
        match self.convert_one(view, original).await {
            Ok(record) => batch.push(record),
            Err(failure) => self.tolerance.judge(failure)?,
        }
        *next = Some(offset.saturating_add(1));
        Ok(())
    }

    async fn convert_one(&mut self, view: RecordView, original: &TopicPartition) -> Result<SinkRecord, Failure> {
        let topic = &*original.topic;
        let headers = raw_headers(&view);
        let raw = match headers.is_empty() {
            true => Headers::new(),
            false => Headers::raw(Arc::clone(&original.topic), headers, Arc::clone(&self.converters.header.plugin)),
        };
        let Converters { key, value, header } = &mut self.converters;
        let (key_schema, key_value) = converted(|| key.plugin.to_connect_data(topic, &raw, view.key.as_ref()))
            .await
            .map_err(|error| failure(Stage::KeyConverter, key.class, error))?;
        let (value_schema, value_value) = converted(|| value.plugin.to_connect_data(topic, &raw, view.value.as_ref()))
            .await
            .map_err(|error| failure(Stage::ValueConverter, value.class, error))?;
        let headers = match raw.is_empty() || header.plugin.never_fails() {
            true => raw,
            false => {
                let read: Result<Vec<Header>, _> = raw.to_vec();
                read.map_err(|error| failure(Stage::HeaderConverter, header.class, error))?.into()
            }
        };
        let timestamp_type = match view.timestamp_type {
            ViewTimestampType::CreateTime => TimestampType::CreateTime,
            ViewTimestampType::LogAppendTime => TimestampType::LogAppendTime,
        };
        let record = ConnectRecord {
            topic: Arc::clone(&original.topic),
            partition: Some(original.partition),
            key_schema,
            key: key_value,
            value_schema,
            value: value_value,
            timestamp: (view.timestamp >= 0).then_some(view.timestamp),
            headers,
        };
        Ok(SinkRecord { record, offset: view.offset, timestamp_type, original: original.clone() })
    }

    fn transform(&mut self, batch: &mut Vec<SinkRecord>, positions: &mut Positions) -> Option<ConnectError> {
        if self.transforms.is_empty() {
            return None;
        }
        let fates = self.transforms.run(batch.iter_mut().map(|sink| &mut sink.record), &self.tolerance);
        let end = fates.fatal.as_ref().map_or(batch.len(), |(at, _)| *at);
        for failed in batch.drain(end..).rev() {
            // Back to the first record of each partition that is not delivered.
            positions.consumed(&failed.original, failed.offset);
        }
        let mut kept = fates.kept.into_iter();
        batch.retain(|_| kept.next().unwrap_or(true));
        fates.fatal.map(|(_, error)| error)
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

fn failure(stage: Stage, class: &str, error: ConnectError) -> Failure {
    Failure { stage, class: class.to_owned(), error }
}
