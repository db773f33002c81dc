//! Stand-ins for Kafka, the offset store and plugins, for tests of the loops.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use connect_api::{
    ConnectError, ConnectRecord, Conversion, Converter, HeaderConverter, Headers, OffsetReader, Schema, SchemaAndValue,
    SourceOffset, SourceOffsets, SourcePartition, SourceRecord, StopToken, TopicOffsets, TopicPartition, Type, Value,
};
use connect_config::{ConfigDef, Props};
use connect_core::{ConnectorName, TaskId};
use kafka_client::consumer::PartitionRecords;
use kafka_client::record::{BatchBuilder, Compression, ProducerIdentity};
use tokio::sync::{Notify, mpsc};

use crate::converters::{Converters, Named};
use crate::dead_letters::DeadLetters;
use crate::errors::{ErrorHandler, ErrorLog, ErrorPolicy, RetryPolicy};
use crate::kafka::{
    Acked, Acks, Appended, Blocked, Consume, Incoming, Landed, OutgoingBatch, Produce, Stopped, Unsent,
};
use crate::offsets::OffsetStore;

pub(crate) fn task_id() -> TaskId {
    TaskId { connector: ConnectorName::new("c"), index: 0 }
}

/// Neither retries nor a log.
pub(crate) fn errors(tolerate: bool) -> ErrorHandler {
    errors_with(ErrorPolicy { tolerate, log: ErrorLog::Off, retry: RetryPolicy::new(0, 60_000) }, None)
}

/// Tolerates nothing, and tries again for so long.
pub(crate) fn retrying_errors(timeout_ms: i64) -> ErrorHandler {
    let policy = ErrorPolicy { tolerate: false, log: ErrorLog::Off, retry: RetryPolicy::new(timeout_ms, 60_000) };
    errors_with(policy, None)
}

pub(crate) fn errors_with(policy: ErrorPolicy, letters: Option<DeadLetters>) -> ErrorHandler {
    ErrorHandler::new(task_id(), policy, letters, Arc::default(), StopToken::new())
}

pub(crate) fn source_record(text: &str, number: i64) -> SourceRecord {
    SourceRecord {
        record: ConnectRecord::new("t".into(), None, Value::string(text.to_owned())),
        source_partition: Arc::default(),
        source_offset: SourceOffset::Single { field: "n", value: number },
    }
}

/// A producer whose broker is the test.
#[derive(Default)]
pub(crate) struct FakeKafka {
    /// The values taken so far; the index is the record's number.
    pub taken: Mutex<Vec<String>>,
    /// How many records fit before acks make room.
    pub room: Mutex<usize>,
    pub more_room: Notify,
    /// How long a send waits for room; zero for ever.
    pub max_block: Mutex<Duration>,
    /// Why the producer cannot go on; seen by who waits for room.
    pub finished: Mutex<Option<ConnectError>>,
}

pub(crate) struct FakeProducer(pub Arc<FakeKafka>);

#[async_trait]
impl Produce for FakeProducer {
    fn append(&mut self, batch: &OutgoingBatch, from: usize) -> Result<Appended, ConnectError> {
        for (index, record) in batch.records.iter().enumerate().skip(from) {
            let mut room = self.0.room.lock().unwrap();
            if *room == 0 {
                return Ok(Appended { next: index, stopped: Some(Stopped::Blocked(Blocked::Full)) });
            }
            let value = batch.slice(record.value.as_ref()).unwrap_or(b"null");
            if value == b"huge" {
                let stopped = Some(Stopped::Refused(ConnectError::connect("too large")));
                return Ok(Appended { next: index, stopped });
            }
            *room -= 1;
            self.0.taken.lock().unwrap().push(String::from_utf8(value.to_vec()).unwrap());
        }
        Ok(Appended { next: batch.records.len(), stopped: None })
    }

    async fn unblock(&mut self, _: &Blocked) -> Result<(), Unsent> {
        if let Some(error) = self.0.finished.lock().unwrap().clone() {
            return Err(Unsent::Producer(error));
        }
        let room = async {
            while *self.0.room.lock().unwrap() == 0 {
                self.0.more_room.notified().await;
            }
        };
        let max_block = *self.0.max_block.lock().unwrap();
        if max_block.is_zero() {
            room.await;
            return Ok(());
        }
        let waited = tokio::time::timeout(max_block, room).await;
        waited.map_err(|_| Unsent::Records(ConnectError::connect("no room")))
    }

    async fn flush(&mut self) {
        std::future::pending().await
    }

    async fn close(&mut self, _: Duration) {}
}

pub(crate) struct FakeAcks(pub mpsc::Receiver<Acked>);

#[async_trait]
impl Acks for FakeAcks {
    async fn next(&mut self) -> Option<Acked> {
        self.0.recv().await
    }

    fn try_next(&mut self) -> Option<Acked> {
        self.0.try_recv().ok()
    }
}

/// An ack of the records from `first` to before `end`, the first at offset 100.
pub(crate) fn ack(first: u64, end: u64, result: Result<(), ConnectError>) -> Acked {
    Acked {
        topic_partition: at("t", 0),
        numbers: vec![first..end],
        result: result.map(|()| Landed { base_offset: Some(100), timestamp: None }).map_err(Unsent::Records),
    }
}

pub(crate) fn at(topic: &str, partition: i32) -> TopicPartition {
    TopicPartition { topic: topic.into(), partition }
}

/// A committed null.
pub(crate) const REMOVED: i64 = i64::MIN;

/// Remembers what was committed.
#[derive(Default)]
pub(crate) struct FakeStore {
    pub committed: Mutex<Vec<i64>>,
    /// What could not be made durable.
    pub kept: Mutex<Vec<i64>>,
    pub failing: Mutex<bool>,
    /// Never ends.
    pub hanging: Mutex<bool>,
    pub changed: Notify,
}

#[async_trait]
impl OffsetStore for FakeStore {
    async fn commit(
        &self,
        _: &ConnectorName,
        offsets: Vec<(Arc<SourcePartition>, SourceOffset)>,
    ) -> Result<(), ConnectError> {
        let numbers = offsets.iter().map(|(_, offset)| match offset {
            SourceOffset::Single { value, .. } => *value,
            SourceOffset::Null => REMOVED,
            other => panic!("{other:?}"),
        });
        self.kept.lock().unwrap().extend(numbers);
        let hanging = *self.hanging.lock().unwrap();
        if hanging {
            std::future::pending::<()>().await;
        }
        if *self.failing.lock().unwrap() {
            return Err(ConnectError::connect("disk full"));
        }
        let kept = std::mem::take(&mut *self.kept.lock().unwrap());
        self.committed.lock().unwrap().extend(kept);
        self.changed.notify_one();
        Ok(())
    }

    async fn offsets_of(&self, _: &ConnectorName) -> Result<SourceOffsets, ConnectError> {
        Ok(SourceOffsets::new())
    }

    fn normalized(&self, offsets: SourceOffsets) -> Result<SourceOffsets, ConnectError> {
        Ok(offsets)
    }

    async fn alter(&self, _: &ConnectorName, _: &SourceOffsets) -> Result<(), ConnectError> {
        Ok(())
    }

    fn reader(self: Arc<Self>, _: &ConnectorName) -> Arc<dyn OffsetReader> {
        Arc::new(NoOffsets)
    }
}

pub(crate) struct NoOffsets;

#[async_trait]
impl OffsetReader for NoOffsets {
    async fn offsets(&self, partitions: &[SourcePartition]) -> Result<Vec<Option<connect_api::Map>>, ConnectError> {
        Ok(vec![None; partitions.len()])
    }
}

/// Text to bytes and back; the text `bad` is at fault, and `later` may be tried again.
pub(crate) struct TextConverter;

fn check(text: &[u8]) -> Result<(), ConnectError> {
    match text {
        b"bad" => Err(ConnectError::data("bad record")),
        b"later" => Err(ConnectError::retriable("not yet")),
        _ => Ok(()),
    }
}

fn no_keys() -> &'static ConfigDef {
    static DEF: std::sync::LazyLock<ConfigDef> = std::sync::LazyLock::new(ConfigDef::new);
    &DEF
}

impl Converter for TextConverter {
    fn config_def(&self) -> &'static ConfigDef {
        no_keys()
    }

    fn configure(&mut self, _: &Props, _: bool) -> Result<(), ConnectError> {
        Ok(())
    }

    fn from_connect_data(
        &mut self,
        _: &str,
        _: &Headers,
        _: Option<&Arc<Schema>>,
        value: &Value,
        out: &mut Vec<u8>,
    ) -> Result<Conversion<bool>, ConnectError> {
        let Some(text) = value.as_str() else { return Ok(Conversion::Ready(false)) };
        out.extend_from_slice(text.as_bytes());
        check(text.as_bytes())?;
        Ok(Conversion::Ready(true))
    }

    fn to_connect_data(
        &mut self,
        _: &str,
        _: &Headers,
        bytes: Option<&Bytes>,
    ) -> Result<Conversion<SchemaAndValue>, ConnectError> {
        let Some(bytes) = bytes else { return Ok(Conversion::Ready((None, Value::Null))) };
        check(bytes)?;
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Ok(Conversion::Ready((Some(Schema::required(Type::String)), Value::string(text))))
    }
}

struct NoHeaders;

impl HeaderConverter for NoHeaders {
    fn config_def(&self) -> &'static ConfigDef {
        no_keys()
    }

    fn configure(&mut self, _: &Props) -> Result<(), ConnectError> {
        Ok(())
    }

    fn from_connect_header(
        &self,
        _: &str,
        _: &str,
        _: Option<&Arc<Schema>>,
        _: &Value,
    ) -> Result<Option<Bytes>, ConnectError> {
        Ok(None)
    }

    fn to_connect_header(&self, _: &str, _: &str, _: Option<&Bytes>) -> Result<SchemaAndValue, ConnectError> {
        Ok((None, Value::Null))
    }
}

pub(crate) fn converters() -> Converters {
    Converters {
        key: Named { class: "k", plugin: Box::new(TextConverter) },
        value: Named { class: "v", plugin: Box::new(TextConverter) },
        header: Named { class: "h", plugin: Arc::new(NoHeaders) },
    }
}

/// What a test sees of a sink's consumer.
#[derive(Default)]
pub(crate) struct ConsumerLog {
    /// `commit t-0=3`, `seek t-0=1`, `pause t-0`, …
    pub calls: Mutex<Vec<String>>,
}

/// Says what the test has prepared, then is idle; commits succeed. Nobody can tell the positions of topic `away`.
pub(crate) struct FakeConsumer {
    pub log: Arc<ConsumerLog>,
    pub script: VecDeque<Incoming>,
    pub committed: Vec<u64>,
    pub next_commit: u64,
}

impl FakeConsumer {
    pub(crate) fn new(log: &Arc<ConsumerLog>, script: impl IntoIterator<Item = Incoming>) -> Box<Self> {
        let script = script.into_iter().collect();
        Box::new(Self { log: Arc::clone(log), script, committed: Vec::new(), next_commit: 0 })
    }

    fn note(&self, call: String) {
        self.log.calls.lock().unwrap().push(call);
    }
}

fn show(offsets: &TopicOffsets) -> String {
    offsets.iter().map(|(partition, offset)| format!("{partition}={offset}")).collect::<Vec<_>>().join(",")
}

#[async_trait]
impl Consume for FakeConsumer {
    async fn poll(&mut self, timeout: Duration) -> Result<Incoming, ConnectError> {
        if let Some(number) = self.committed.pop() {
            return Ok(Incoming::Committed(number, Ok(())));
        }
        if let Some(incoming) = self.script.pop_front() {
            return Ok(incoming);
        }
        tokio::time::sleep(timeout).await;
        Ok(Incoming::Idle)
    }

    fn commit_async(&mut self, offsets: &TopicOffsets) -> Result<u64, ConnectError> {
        self.note(format!("commit {}", show(offsets)));
        self.next_commit += 1;
        self.committed.push(self.next_commit);
        Ok(self.next_commit)
    }

    async fn commit(&mut self, offsets: &TopicOffsets) -> Result<(), ConnectError> {
        self.note(format!("commit sync {}", show(offsets)));
        Ok(())
    }

    async fn position(&mut self, partition: &TopicPartition) -> Result<Option<i64>, ConnectError> {
        match &*partition.topic {
            "away" => std::future::pending().await,
            _ => Ok(Some(0)),
        }
    }

    fn seek(&mut self, partition: &TopicPartition, offset: i64) {
        self.note(format!("seek {partition}={offset}"));
    }

    fn pause(&mut self, partitions: &[TopicPartition]) {
        partitions.iter().for_each(|partition| self.note(format!("pause {partition}")));
    }

    fn resume(&mut self, partitions: &[TopicPartition]) {
        partitions.iter().for_each(|partition| self.note(format!("resume {partition}")));
    }

    async fn close(&mut self, _: Duration) {
        self.note("close".to_owned());
    }
}

/// Records of partition `t-0` from offset 0 on.
pub(crate) fn records(values: &[&str]) -> Incoming {
    let mut batch = BatchBuilder::new(Compression::named("none").unwrap(), 1024);
    for value in values {
        batch.append(1, None, Some(value.as_bytes()), &[]);
    }
    let partition = kafka_client::consumer::TopicPartition { topic: "t".into(), partition: 0 };
    let bytes = batch.build(ProducerIdentity::NONE);
    Incoming::Records(vec![PartitionRecords::decode(partition, bytes).unwrap()])
}
