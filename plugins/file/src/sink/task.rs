//! The task: turns a batch into text and appends it with one write.

use std::fmt::Write;

use async_trait::async_trait;
use connect_api::{
    Blocking, BlockingSinkTask, ConnectError, SinkBatch, SinkTask, SinkTaskContext, TaskError, TopicOffsets, Value,
};

use super::FileSinkConfig;
use super::append::Appender;
use crate::FileError;

/// The text buffer is given back when a batch has made it larger than this.
const KEPT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Appends the value of each record as Java prints it, and a newline; key and headers are ignored.
///
/// The lines of a batch are in the file when `put` returns; as in Java, that means with the operating system. A `put`
/// that fails leaves nothing of its batch, so that the batch, delivered again, is there once.
pub struct FileStreamSinkTask {
    writer: Blocking<LineWriter>,
}

impl Default for FileStreamSinkTask {
    fn default() -> Self {
        Self { writer: Blocking::new("file-sink", LineWriter::default()) }
    }
}

#[async_trait]
impl SinkTask for FileStreamSinkTask {
    async fn start(&mut self, context: SinkTaskContext) -> Result<(), ConnectError> {
        self.writer.start(context).await
    }

    async fn put(&mut self, batch: &SinkBatch) -> Result<(), TaskError> {
        self.writer.put(batch).await
    }

    /// Nothing is kept back by `put`.
    async fn pre_commit(&mut self, offsets: &TopicOffsets) -> Result<TopicOffsets, ConnectError> {
        Ok(offsets.clone())
    }

    async fn stop(&mut self) {
        self.writer.stop().await;
    }
}

#[derive(Default)]
pub(crate) struct LineWriter {
    /// For messages: `file 'x'` or `standard output`.
    name: String,
    output: Option<Appender>,
    text: String,
}

impl BlockingSinkTask for LineWriter {
    fn start(&mut self, context: SinkTaskContext) -> Result<(), ConnectError> {
        let config = FileSinkConfig::parse(&context.configs).map_err(crate::config_error)?;
        let file = config.file();
        self.name = file.map_or_else(|| "standard output".to_owned(), |file| format!("file '{file}'"));
        let create_error = |source| FileError::Create { file: file.unwrap_or_default().to_owned(), source };
        self.output = Some(Appender::open(file).map_err(create_error)?);
        Ok(())
    }

    fn put(&mut self, batch: &SinkBatch) -> Result<(), TaskError> {
        self.text.clear();
        batch.iter().for_each(|sunk| push_line(&mut self.text, &sunk.record.value));
        let Some(output) = &mut self.output else { return Ok(()) };
        let write_error = |source| FileError::Write { file: self.name.clone(), source };
        output.append(self.text.as_bytes()).map_err(write_error)?;
        self.text.shrink_to(KEPT_BYTES_MAX);
        Ok(())
    }

    fn stop(&mut self) {
        self.output = None;
    }
}

fn push_line(text: &mut String, value: &Value) {
    match value.as_str() {
        Some(line) => text.push_str(line),
        // Writing to a string does not fail.
        None => drop(write!(text, "{value}")),
    }
    text.push('\n');
}
