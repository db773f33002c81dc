//! SchemaSource: the same struct again and again, in one version of its schema or in two by turns.

use std::fmt::Write;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use connect_api::data::SchemaParts;
use connect_api::{
    ConnectError, ConnectRecord, Field, Schema, SourceBatch, SourceRecord, SourceTask, SourceTaskContext, StopToken,
    Struct, TaskError, Type, Value,
};
use connect_config::Props;

use crate::number;
use crate::output::Printer;
use crate::sequence::{self, Sequence};
use crate::throttle::{Throttle, pause};

/// Writes `num.messages` structs after each start, `throughput` a second, to the partition that has the task's number.
///
/// Each record is a line on standard output before it is sent.
#[derive(Default)]
pub struct SchemaSourceTask {
    maker: Option<Maker>,
    stop: StopToken,
    printer: Printer,
}

#[async_trait]
impl SourceTask for SchemaSourceTask {
    async fn start(&mut self, context: SourceTaskContext) -> Result<(), ConnectError> {
        let config = Config::read(&context.configs)?;
        let sequence = Sequence::resume(&context, config.id).await?;
        let (name, id) = (context.configs.get("name").unwrap_or("null"), config.id);
        tracing::info!(
            "Started SchemaSourceTask {name}-{id} producing to topic {} resuming from seqno {}",
            config.topic,
            sequence.next
        );
        self.stop = context.stop;
        self.maker = Some(Maker { throttle: Throttle::new(config.throughput), config, sequence });
        Ok(())
    }

    async fn poll(&mut self) -> Result<SourceBatch, TaskError> {
        let Some(maker) = &mut self.maker else { return Ok(SourceBatch::new()) };
        let count = maker.wait(&self.stop).await;
        if count == 0 || self.stop.is_cancelled() {
            return Ok(SourceBatch::new());
        }
        let batch = maker.next(count, self.printer.lines())?;
        self.printer.print().await;
        Ok(batch)
    }
}

struct Config {
    id: i32,
    topic: Arc<str>,
    messages: i64,
    two_schemas: bool,
    partition_count: i32,
    throughput: i64,
}

impl Config {
    fn read(configs: &Props) -> Result<Self, ConnectError> {
        let invalid = |cause| ConnectError::connect("Invalid SchemaSourceTask configuration").caused_by(cause);
        let partition_count =
            if configs.contains_key("partition.count") { number::int(configs, "partition.count") } else { Ok(1) };
        Ok(Self {
            id: number::int(configs, "id").map_err(invalid)?,
            messages: number::long(configs, "num.messages").map_err(invalid)?,
            two_schemas: configs.get("multiple.schema").is_some_and(|text| text.eq_ignore_ascii_case("true")),
            partition_count: partition_count.map_err(invalid)?,
            throughput: number::long(configs, "throughput").map_err(invalid)?,
            topic: sequence::topic(configs).map_err(invalid)?,
        })
    }
}

/// Makes the records.
struct Maker {
    config: Config,
    sequence: Sequence,
    throttle: Throttle,
}

impl Maker {
    /// Waits a little if nothing is due; answers how many records are.
    async fn wait(&self, stop: &StopToken) -> usize {
        let taken = self.sequence.taken;
        let left = u64::try_from(self.config.messages).unwrap_or_default().saturating_sub(taken);
        if left == 0 {
            pause(Duration::MAX, stop).await;
            return 0;
        }
        if self.throttle.due(taken) == 0 {
            self.throttle.wait(taken, stop).await;
        }
        let due = self.throttle.due(taken);
        usize::try_from(left).map_or(due, |left| left.min(due))
    }

    /// The next `count` records; a line of each goes to `lines`.
    /// # Errors
    /// `partition.count` is 0.
    fn next(&mut self, count: usize, lines: &mut String) -> Result<SourceBatch, ConnectError> {
        let partitions = i64::from(self.config.partition_count);
        if partitions == 0 {
            return Err(ConnectError::new("java.lang.ArithmeticException", "/ by zero"));
        }
        let mut batch = SourceBatch::with_capacity(count);
        for _ in 0..count {
            // By their count since the start, not by their numbers.
            let second = self.config.two_schemas && !self.sequence.taken.is_multiple_of(2);
            let seqno = self.sequence.take();
            let partitioning = seqno.wrapping_rem(partitions);
            batch.push(self.record(seqno, partitioning as i32, second));
            // Writing to a string does not fail.
            let _infallible = writeln!(lines, "{{\"task\": {}, \"seqno\": {seqno}}}", self.config.id);
        }
        Ok(batch)
    }

    fn record(&self, seqno: i64, partitioning: i32, second: bool) -> SourceRecord {
        let schema = if second { &VERSION_2 } else { &VERSION_1 };
        let value = struct_of(schema, partitioning, second, self.config.id, seqno);
        let mut record = ConnectRecord::new(Arc::clone(&self.config.topic), Some(Arc::clone(schema)), value);
        record.partition = Some(self.config.id);
        record.key_schema = Some(Schema::required(Type::String));
        record.key = Value::string("key");
        let source_partition = Arc::clone(&self.sequence.partition);
        SourceRecord { record, source_partition, source_offset: sequence::offset(seqno) }
    }
}

/// By the fields of [`schema`].
fn struct_of(schema: &Arc<Schema>, partitioning: i32, second: bool, id: i32, seqno: i64) -> Value {
    let fixed: [Value; 5] = [true.into(), 12_i32.into(), 12_i64.into(), 12.2_f32.into(), 12.2_f64.into()];
    let mut values = Vec::with_capacity(schema.fields().len());
    values.extend(fixed);
    values.push(partitioning.into());
    values.extend(second.then(|| Value::string("def")));
    values.extend([id.into(), seqno.into()]);
    Struct::from_values(Arc::clone(schema), values).into()
}

static VERSION_1: LazyLock<Arc<Schema>> = LazyLock::new(|| schema(1));
static VERSION_2: LazyLock<Arc<Schema>> = LazyLock::new(|| schema(2));

/// Version 2 has one field more, with a default.
fn schema(version: i32) -> Arc<Schema> {
    let with_default = || Schema::new(SchemaParts { default: "abc".into(), ..SchemaParts::of(Type::String) });
    let mut fields = vec![
        ("boolean", Schema::required(Type::Boolean)),
        ("int", Schema::required(Type::Int32)),
        ("long", Schema::required(Type::Int64)),
        ("float", Schema::required(Type::Float32)),
        ("double", Schema::required(Type::Float64)),
        ("partitioning", Schema::required(Type::Int32)),
    ];
    if version == 2 {
        fields.push(("string", with_default()));
    }
    fields.extend([("id", Schema::required(Type::Int32)), ("seqno", Schema::required(Type::Int64))]);
    let field = |(index, (name, schema)): (usize, (&str, _))| Field { name: name.into(), index, schema };
    let fields = fields.into_iter().enumerate().map(field).collect();
    let (name, version) = (Some("record".into()), Some(version));
    Schema::new(SchemaParts { name, version, fields, ..SchemaParts::of(Type::Struct) })
}
