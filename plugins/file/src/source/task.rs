//! The task as the runtime sees it: finds where to begin, then leaves the reading to a thread of its own.

use async_trait::async_trait;
use connect_api::{Blocking, ConnectError, SourceBatch, SourceTask, SourceTaskContext, TaskError, Value};

use super::reader::{LineReader, partition};
use super::{FileSourceConfig, POSITION_FIELD};

/// Reads a file from the stored offset on and follows it as it grows.
///
/// - Positions are bytes. (Java counts UTF-16 units and skips as many bytes, and so loses its place in any other text
///   than ASCII.)
/// - Lines end with `\n`, `\r\n` or a lone `\r`; the last line is not a record before it has an end.
/// - Malformed UTF-8 becomes U+FFFD; a character that arrives in two parts is one character.
/// - A file that is missing is waited for. One that is shorter than the stored offset, or that is truncated while it is
///   read, is read from its beginning, with a warning: lines may come twice, but none is lost.
/// - A FIFO or device is read as it comes; its positions go on counting and mean nothing at a restart.
#[derive(Default)]
pub struct FileStreamSourceTask {
    reader: Option<Blocking<LineReader>>,
}

#[async_trait]
impl SourceTask for FileStreamSourceTask {
    async fn start(&mut self, context: SourceTaskContext) -> Result<(), ConnectError> {
        let config = FileSourceConfig::parse(&context.configs).map_err(crate::config_error)?;
        let position = match config.file() {
            Some(file) => stored_position(&context, file).await?,
            None => None,
        };
        let reader = LineReader::new(&config, position, context.stop.clone());
        let thread = format!("file-source-{}", context.configs.get("name").unwrap_or("task"));
        self.reader.insert(Blocking::new(&thread, reader)).start(context).await
    }

    async fn poll(&mut self) -> Result<SourceBatch, TaskError> {
        match &mut self.reader {
            Some(reader) => reader.poll().await,
            None => Ok(SourceBatch::new()),
        }
    }

    async fn stop(&mut self) {
        if let Some(mut reader) = self.reader.take() {
            reader.stop().await;
        }
    }
}

async fn stored_position(context: &SourceTaskContext, file: &str) -> Result<Option<i64>, ConnectError> {
    let stored = context.offsets.offsets(&[partition(Some(file))]).await?;
    match stored.first().and_then(Option::as_ref).and_then(|offset| offset.get_str(POSITION_FIELD)) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Int64(position)) => Ok(Some(*position)),
        Some(_) => Err(ConnectError::connect("Offset position is the incorrect type")),
    }
}
