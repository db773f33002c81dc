//! VerifiableSource: each task counts, and says so.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use connect_api::data::SchemaParts;
use connect_api::java::current_time_millis;
use connect_api::{
    ConnectError, ConnectRecord, Field, RecordMetadata, Schema, SourceBatch, SourceRecord, SourceTask,
    SourceTaskContext, StopToken, Struct, TaskError, Type, Value,
};
use connect_config::Props;

use super::INVALID;
use super::line::SourceLine;
use crate::number;
use crate::output::Printer;
use crate::sequence::{self, Sequence};
use crate::throttle::Throttle;

/// Writes the numbers from 0 on, or from behind its stored offset on, to a topic, `throughput` of them a second.
///
/// The key is the task's number, the value the number itself; with `complete.record.data=true` a struct of all that the
/// line says. Each record is a line on standard output before it is sent, and another one when it is acknowledged.
#[derive(Default)]
pub struct VerifiableSourceTask {
    counter: Option<Counter>,
    stop: StopToken,
    printer: Printer,
}

#[async_trait]
impl SourceTask for VerifiableSourceTask {
    async fn start(&mut self, context: SourceTaskContext) -> Result<(), ConnectError> {
        let config = Config::read(&context.configs)?;
        let sequence = Sequence::resume(&context, config.id).await?;
        let Config { name, id, topic, .. } = &config;
        let name = name.as_deref().unwrap_or("null");
        tracing::info!(
            "Started VerifiableSourceTask {name}-{id} producing to topic {topic} resuming from seqno {}",
            sequence.next
        );
        self.stop = context.stop;
        self.counter = Some(Counter::new(config, sequence));
        Ok(())
    }

    async fn poll(&mut self) -> Result<SourceBatch, TaskError> {
        let Some(counter) = &mut self.counter else { return Ok(SourceBatch::new()) };
        let mut due = counter.throttle.due(counter.sequence.taken);
        if due == 0 {
            // What was acknowledged is said before the wait.
            self.printer.print().await;
            counter.throttle.wait(counter.sequence.taken, &self.stop).await;
            due = counter.throttle.due(counter.sequence.taken);
        }
        if self.stop.is_cancelled() {
            return Ok(SourceBatch::new());
        }
        let batch = counter.next(due, current_time_millis(), self.printer.lines());
        self.printer.print().await;
        Ok(batch)
    }

    fn wants_record_acks(&self) -> bool {
        true
    }

    /// Printed together with the next batch.
    async fn commit_record(&mut self, record: SourceRecord, _: Option<RecordMetadata>) -> Result<(), ConnectError> {
        if let (Some(counter), Some(seqno)) = (&self.counter, sequence::seqno(&record.source_offset)) {
            counter.line.push_committed(self.printer.lines(), seqno, current_time_millis());
        }
        Ok(())
    }

    async fn stop(&mut self) {
        self.printer.print().await;
    }
}

struct Config {
    name: Option<String>,
    id: i32,
    topic: Arc<str>,
    throughput: i64,
    complete: bool,
}

impl Config {
    fn read(configs: &Props) -> Result<Self, ConnectError> {
        let invalid = |cause| ConnectError::connect(INVALID).caused_by(cause);
        Ok(Self {
            name: configs.get("name").map(str::to_owned),
            id: number::int(configs, "id").map_err(invalid)?,
            throughput: number::long(configs, "throughput").map_err(invalid)?,
            topic: sequence::topic(configs).map_err(invalid)?,
            complete: configs.get("complete.record.data").is_some_and(|text| text.eq_ignore_ascii_case("true")),
        })
    }
}

/// Makes the records.
struct Counter {
    config: Config,
    sequence: Sequence,
    throttle: Throttle,
    line: SourceLine,
    key_schema: Arc<Schema>,
    value_schema: Arc<Schema>,
}

impl Counter {
    fn new(config: Config, sequence: Sequence) -> Self {
        Self {
            throttle: Throttle::new(config.throughput),
            line: SourceLine::new(config.name.as_deref(), config.id, &config.topic),
            key_schema: Schema::required(Type::Int32),
            value_schema: if config.complete { Arc::clone(&COMPLETE) } else { Schema::required(Type::Int64) },
            config,
            sequence,
        }
    }

    /// The next `count` records; a line of each goes to `lines`.
    fn next(&mut self, count: usize, time_ms: i64, lines: &mut String) -> SourceBatch {
        let mut batch = SourceBatch::with_capacity(count);
        for _ in 0..count {
            let seqno = self.sequence.take();
            self.line.push_sent(lines, seqno, time_ms);
            batch.push(self.record(seqno, time_ms));
        }
        batch
    }

    fn record(&self, seqno: i64, time_ms: i64) -> SourceRecord {
        let value = if self.config.complete { self.complete(seqno, time_ms) } else { Value::Int64(seqno) };
        let topic = Arc::clone(&self.config.topic);
        let mut record = ConnectRecord::new(topic, Some(Arc::clone(&self.value_schema)), value);
        record.key_schema = Some(Arc::clone(&self.key_schema));
        record.key = Value::Int32(self.config.id);
        let source_partition = Arc::clone(&self.sequence.partition);
        SourceRecord { record, source_partition, source_offset: sequence::offset(seqno) }
    }

    /// By the fields of [`COMPLETE`].
    fn complete(&self, seqno: i64, time_ms: i64) -> Value {
        let name = self.config.name.as_deref().map_or(Value::Null, Value::from);
        let topic = Value::from(&*self.config.topic);
        let values = vec![name, self.config.id.into(), topic, time_ms.into(), seqno.into()];
        Struct::from_values(Arc::clone(&self.value_schema), values).into()
    }
}

/// The value's schema with `complete.record.data=true`.
static COMPLETE: LazyLock<Arc<Schema>> = LazyLock::new(|| {
    let fields = [
        ("name", Type::String),
        ("task", Type::Int32),
        ("topic", Type::String),
        ("time_ms", Type::Int64),
        ("seqno", Type::Int64),
    ];
    let field = |(index, (name, of_type)): (usize, (&str, Type))| Field {
        name: name.into(),
        index,
        schema: Schema::required(of_type),
    };
    let fields = fields.into_iter().enumerate().map(field).collect();
    Schema::new(SchemaParts { fields, ..SchemaParts::of(Type::Struct) })
});
