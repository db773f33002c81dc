//! How many lines a second the source reads and the sink writes: `cargo run --release --example file_bench [lines]`.

use std::error::Error;
use std::io::{BufWriter, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use connect_api::{
    ConnectError, ConnectRecord, Map, OffsetReader, PluginKind, PluginTable, SinkBatch, SinkRecord, SinkTask,
    SinkTaskContext, SourcePartition, SourceTask, SourceTaskContext, StopToken, TimestampType, TopicPartition, Value,
};
use connect_config::Props;

type Outcome<T> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let count = std::env::args().nth(1).map_or(Ok(2_000_000), |arg| arg.parse())?;
    let dir = tempfile::tempdir()?;
    let (input, output) = (dir.path().join("in.txt"), dir.path().join("out.txt"));
    let mut file = BufWriter::new(std::fs::File::create(&input)?);
    for number in 0..count {
        writeln!(file, "{number:099}")?;
    }
    file.flush()?;
    for _ in 0..3 {
        report("source", count, source(input.to_str().unwrap_or_default(), count).await?);
    }
    for _ in 0..3 {
        report("sink", count, sink(output.to_str().unwrap_or_default(), count).await?);
        std::fs::remove_file(&output)?;
    }
    Ok(())
}

fn report(what: &str, count: usize, time: Duration) {
    println!(
        "{what}: {:.2} M lines/s, {:.1} ns a line",
        count as f64 / time.as_secs_f64() / 1e6,
        time.as_secs_f64() * 1e9 / count as f64
    );
}

async fn source(path: &str, count: usize) -> Outcome<Duration> {
    let mut task = FileTasks::load().source()?;
    let configs = Props::from([("file", path), ("topic", "t")]);
    let context =
        SourceTaskContext { stop: StopToken::new(), configs, offsets: Arc::new(NoOffsets), transaction: None };
    task.start(context).await?;
    let (begin, mut read) = (Instant::now(), 0);
    while read < count {
        read += task.poll().await?.len();
    }
    let time = begin.elapsed();
    task.stop().await;
    Ok(time)
}

async fn sink(path: &str, count: usize) -> Outcome<Duration> {
    const BATCH: usize = 2000;
    let mut task = FileTasks::load().sink()?;
    task.start(SinkTaskContext::new(StopToken::new(), Props::from([("file", path)]), None)).await?;
    let original = TopicPartition { topic: "t".into(), partition: 0 };
    let record = |number: usize| SinkRecord {
        record: ConnectRecord::new("t".into(), None, Value::string(format!("{number:099}"))),
        offset: 0,
        timestamp_type: TimestampType::CreateTime,
        original: original.clone(),
        consumed: None,
    };
    let batch: SinkBatch = Arc::new((0..BATCH).map(record).collect());
    let begin = Instant::now();
    for _ in 0..count / BATCH {
        task.put(&batch).await?;
    }
    let time = begin.elapsed();
    task.stop().await;
    Ok(time)
}

/// The plugins as a worker finds them.
struct FileTasks(PluginTable);

impl FileTasks {
    fn load() -> Self {
        let mut table = PluginTable::new();
        plugin_file::register(&mut table);
        Self(table)
    }

    fn source(&self) -> Outcome<Box<dyn SourceTask>> {
        match self.0.find(&[PluginKind::Source], "FileStreamSource").map(|plugin| &plugin.factory) {
            Some(connect_api::Factory::Source { task, .. }) => Ok(task()),
            _ => Err("no such source".into()),
        }
    }

    fn sink(&self) -> Outcome<Box<dyn SinkTask>> {
        match self.0.find(&[PluginKind::Sink], "FileStreamSink").map(|plugin| &plugin.factory) {
            Some(connect_api::Factory::Sink { task, .. }) => Ok(task()),
            _ => Err("no such sink".into()),
        }
    }
}

struct NoOffsets;

#[async_trait::async_trait]
impl OffsetReader for NoOffsets {
    async fn offsets(&self, partitions: &[SourcePartition]) -> Result<Vec<Option<Map>>, ConnectError> {
        Ok(vec![None; partitions.len()])
    }
}
