//! The blocking half of the source task: opens the input, follows it, and makes records of its lines.
//! ```text
//! poll ─▶ take lines of the chunk ─┬─ batch full ─▶ return
//!              ▲                   └─ chunk empty ─▶ read ─┬─ bytes ─▶ cut, go on
//!              └───────────────────────────────────────────┤
//!                                                          └─ nothing ─▶ return, or wait up to a second for more
//! ```

use std::io;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::{Duration, Instant};

use connect_api::{
    BlockingSourceTask, ConnectError, ConnectRecord, Map, Schema, SourceBatch, SourceOffset, SourceRecord,
    SourceTaskContext, StopToken, TaskError, Type, Value, java,
};

use super::input::Input;
use super::lines::{LINE_LENGTH_MAX, LineBuffer};
use super::wait::wait;
use super::{FILENAME_FIELD, FileSourceConfig, POSITION_FIELD};
use crate::FileError;

/// How long a poll waits for lines.
const POLL_TIME: Duration = Duration::from_secs(1);
/// How often a waiting poll looks at the input: soon where lines have just come, seldom where it has long been quiet, for
/// a worker may follow hundreds of quiet files.
const LOOK_INTERVAL: RangeInclusive<Duration> = Duration::from_millis(20)..=Duration::from_millis(500);
/// A poll returns what it has when its records take this much memory, however large `batch.size` is.
const BATCH_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Reads one input for as long as its task lives.
pub(crate) struct LineReader {
    /// None for standard input.
    file: Option<String>,
    batch_max: usize,
    input: Option<Input>,
    lines: LineBuffer,
    stop: StopToken,
    warned_missing: bool,
    /// When there were lines last.
    busy: Instant,
    /// As many records as the last batch had: room for the next one.
    expected: usize,
    /// Why reading ended behind the last batch.
    failure: Option<FileError>,
    topic: Arc<str>,
    schema: Arc<Schema>,
    partition: Arc<Map>,
    stdin_offset: SourceOffset,
}

impl LineReader {
    /// Reads from `position` on, which standard input does not have.
    pub(crate) fn new(config: &FileSourceConfig, position: Option<i64>, stop: StopToken) -> Self {
        Self {
            file: config.file().map(str::to_owned),
            batch_max: usize::try_from(config.batch_size).unwrap_or(0).max(1),
            input: config.file().is_none().then_some(Input::Stdin),
            lines: LineBuffer::new(position.unwrap_or(0).max(0)),
            stop,
            warned_missing: false,
            busy: Instant::now(),
            expected: 0,
            failure: None,
            topic: config.topic.as_str().into(),
            schema: Schema::required(Type::String),
            partition: Arc::new(partition(config.file())),
            stdin_offset: SourceOffset::Map(Arc::new(field(POSITION_FIELD, Value::Null))),
        }
    }

    /// The lines that are there now.
    fn read_batch(&mut self) -> Result<SourceBatch, FileError> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let mut batch = Vec::new();
        if !self.open()? {
            return Ok(batch);
        }
        let (mut bytes, mut begun) = (0, self.lines.position());
        let timestamp = Some(java::current_time_millis());
        loop {
            self.take(&mut batch, timestamp);
            bytes += usize::try_from(self.lines.position().saturating_sub(begun)).unwrap_or(0);
            let held = bytes + batch.len() * size_of::<SourceRecord>();
            if batch.len() >= self.batch_max || held >= BATCH_BYTES_MAX {
                break;
            }
            match self.fill() {
                Ok(true) => begun = self.lines.position(),
                Ok(false) => break,
                // The lines before are good: they go first.
                Err(failure) if !batch.is_empty() => {
                    self.failure = Some(failure);
                    break;
                }
                Err(failure) => return Err(failure),
            }
        }
        self.expected = batch.len();
        Ok(batch)
    }

    /// Makes records of the lines at hand, as many as fit.
    fn take(&mut self, batch: &mut SourceBatch, timestamp: Option<i64>) {
        let Self { topic, schema, partition, stdin_offset, file, .. } = self;
        let (tracked, expected) = (file.is_some(), self.expected);
        self.lines.take(self.batch_max - batch.len(), |line, position| {
            if batch.capacity() == 0 {
                batch.reserve(expected);
            }
            let source_offset = match tracked {
                true => SourceOffset::Single { field: POSITION_FIELD, value: position },
                false => stdin_offset.clone(),
            };
            let value_schema = Some(Arc::clone(schema));
            let record = ConnectRecord::new(Arc::clone(topic), value_schema, Value::String(line));
            let record = ConnectRecord { timestamp, ..record };
            batch.push(SourceRecord { record, source_partition: Arc::clone(partition), source_offset });
        });
    }

    /// Reads on; answers whether there was anything.
    fn fill(&mut self) -> Result<bool, FileError> {
        let read = self.read().map_err(|source| self.read_error(source))?;
        if read == 0 {
            return self.restart_if_truncated().map_err(|source| self.read_error(source));
        }
        self.lines.filled(read).map_err(|_| FileError::LineTooLong {
            file: self.name(),
            position: self.lines.position(),
            limit: LINE_LENGTH_MAX,
        })?;
        Ok(true)
    }

    fn read(&mut self) -> io::Result<usize> {
        self.input.as_mut().map_or(Ok(0), |input| input.read(self.lines.space()))
    }

    /// Answers true if the file has lost what was read of it: then reading begins anew.
    fn restart_if_truncated(&mut self) -> io::Result<bool> {
        let read_to = self.lines.end();
        let Some(Input::Regular(regular)) = &mut self.input else { return Ok(false) };
        if !regular.is_truncated(read_to.unsigned_abs())? {
            return Ok(false);
        }
        regular.seek(0)?;
        let (file, len) = (self.file.as_deref(), regular.len());
        tracing::warn!(file, read_to, len, "The file has been truncated; reading it from its beginning");
        self.lines = LineBuffer::new(0);
        Ok(true)
    }

    /// Answers whether the input is open. A missing file is waited for.
    fn open(&mut self) -> Result<bool, FileError> {
        let (None, Some(file)) = (&self.input, self.file.clone()) else { return Ok(true) };
        match Input::open(&file).and_then(|input| self.at_position(input)) {
            Ok(input) => self.input = Some(input),
            Err(e) if e.kind() == io::ErrorKind::NotFound => self.warn_missing(),
            Err(source) => return Err(FileError::Open { file, source }),
        }
        Ok(self.input.is_some())
    }

    /// Goes to where the stored offset says. What has no positions goes on counting there.
    fn at_position(&mut self, mut input: Input) -> io::Result<Input> {
        let Input::Regular(regular) = &mut input else { return Ok(input) };
        let position = self.lines.position();
        if position.unsigned_abs() > regular.len() {
            let (file, len) = (self.file.as_deref(), regular.len());
            tracing::warn!(
                file,
                position,
                len,
                "The stored offset lies behind the end of the file, which must have been truncated or replaced; \
                 reading it from its beginning"
            );
            self.lines = LineBuffer::new(0);
        }
        regular.seek(self.lines.position().unsigned_abs())?;
        Ok(input)
    }

    /// Once a task: the wait may be long.
    fn warn_missing(&mut self) {
        if !std::mem::replace(&mut self.warned_missing, true) {
            let file = self.file.as_deref().unwrap_or_default();
            tracing::warn!("Couldn't find file {file} for FileStreamSourceTask, waiting for it to be created");
        }
    }

    fn read_error(&self, source: io::Error) -> FileError {
        FileError::Read { file: self.name(), position: self.lines.end(), source }
    }

    fn name(&self) -> String {
        self.file.as_ref().map_or_else(|| "standard input".to_owned(), |file| format!("file '{file}'"))
    }
}

impl BlockingSourceTask for LineReader {
    /// Everything was given to [`new`](Self::new).
    fn start(&mut self, _: SourceTaskContext) -> Result<(), ConnectError> {
        Ok(())
    }

    fn poll(&mut self) -> Result<SourceBatch, TaskError> {
        let end = Instant::now() + POLL_TIME;
        loop {
            let batch = self.read_batch()?;
            let now = Instant::now();
            if !batch.is_empty() {
                self.busy = now;
                return Ok(batch);
            }
            let quiet = now.duration_since(self.busy);
            if now >= end || wait(&self.stop, (quiet / 4).clamp(*LOOK_INTERVAL.start(), *LOOK_INTERVAL.end())) {
                return Ok(batch);
            }
        }
    }

    fn stop(&mut self) {
        self.input = None;
    }
}

/// The source partition of a file.
pub(crate) fn partition(file: Option<&str>) -> Map {
    field(FILENAME_FIELD, file.map_or(Value::Null, |name| Value::string(name.to_owned())))
}

fn field(name: &'static str, value: Value) -> Map {
    Map::from_iter([(Value::string(name), value)])
}
