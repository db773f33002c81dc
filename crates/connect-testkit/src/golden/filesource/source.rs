//! The source task.
//! ```text
//! source: steps on a real file ─▶ our polls ─┬─ in order, complete, positions in bytes ─▶ the lines of the file
//!                             Apache's polls ┴─ in order, positions in UTF-16 units   ─▶ the same lines
//! ```
//! Apache keeps lines back after a full batch until the file grows again. So its polls are compared with ours one by one
//! up to its first full batch; from there on it may be behind, never ahead.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use connect_api::{
    ConnectError, ConnectRecord, Factory, Map, OffsetReader, SourceBatch, SourceOffset, SourcePartition, SourceRecord,
    SourceTask, SourceTaskContext, StopToken, TaskError, Value,
};
use connect_config::Props;
use serde_json::Value as Json;
use tempfile::TempDir;

use super::super::data::{self, Decoded};
use super::super::{Case, Outcome};
use super::{block_on, factory, failed};

/// A line as both sides count: behind it, in UTF-16 units and in bytes.
#[derive(Debug, PartialEq)]
struct Line {
    text: String,
    units_end: i64,
    bytes_end: i64,
}

/// What a poll returned: the lines, and where each ends in the counting of who read it.
type Poll = Vec<(String, i64)>;

pub(super) fn source(case: &Case) -> Decoded<Outcome> {
    let dir = TempDir::new().map_err(failed)?;
    let path = dir.path().join("in.txt");
    let stored = data::value(&case.input["storedOffset"], None)?;
    let mut run = SourceRun::new(case, &path);
    let ours = match block_on(run.steps(case, stored.clone()))?? {
        Ok(ours) => ours,
        Err(error) => return Ok(data::expect_result::<()>(Err(error), &case.expect, |(), _| Outcome::Passed)),
    };
    if case.expect["error"].is_object() {
        return Ok(Outcome::Failed(format!("ours is no error, expected {}", case.expect)));
    }
    if run.truncated {
        return Ok(Outcome::Skipped("Apache does not notice a truncation".to_owned()));
    }
    if run.torn {
        return Ok(Outcome::Skipped("Apache spoils a character that arrives in two parts".to_owned()));
    }
    let start = start_position(&stored);
    let lines = lines_of(run.content.get(start..).unwrap_or_default(), start);
    Ok(compare(&ours, &expected_polls(&case.expect["polls"]), &lines, run.batch_max))
}

fn start_position(stored: &Value) -> usize {
    let Value::Map(offset) = stored else { return 0 };
    match offset.get_str("position") {
        Some(Value::Int64(position)) => usize::try_from(*position).unwrap_or(0),
        _ => 0,
    }
}

fn compare(ours: &[Poll], theirs: &[Poll], lines: &[Line], batch_max: usize) -> Outcome {
    let told: Vec<_> = ours.concat();
    let want: Vec<_> = lines.iter().map(|line| (line.text.clone(), line.bytes_end)).collect();
    let apache: Vec<_> = lines.iter().map(|line| (line.text.clone(), line.units_end)).collect();
    if told != want[..told.len().min(want.len())] {
        return Outcome::expect_eq(told, want);
    }
    let expected = theirs.concat();
    if expected != apache[..expected.len().min(apache.len())] {
        return Outcome::Failed(format!("Apache delivers {expected:?}, which are not the lines {apache:?}"));
    }
    let full = theirs.iter().position(|poll| poll.len() >= batch_max).map_or(theirs.len(), |at| at + 1);
    let sizes = |polls: &[Poll]| polls[..full.min(polls.len())].iter().map(Vec::len).collect::<Vec<_>>();
    if sizes(ours) != sizes(theirs) {
        return Outcome::Failed(format!("our polls {ours:?}, expected {theirs:?}"));
    }
    let behind = |polls: &[Poll]| polls.iter().map(Vec::len).sum::<usize>();
    match (0..=theirs.len()).find(|&at| behind(&ours[..at]) < behind(&theirs[..at])) {
        Some(at) => Outcome::Failed(format!("after {at} polls ours are behind: {ours:?}, expected {theirs:?}")),
        None => Outcome::Passed,
    }
}

/// One pass over the steps of a case.
struct SourceRun<'a> {
    path: &'a Path,
    configs: Props,
    batch_max: usize,
    content: Vec<u8>,
    truncated: bool,
    /// There was a poll while the file ended inside a character.
    torn: bool,
}

impl<'a> SourceRun<'a> {
    fn new(case: &Case, path: &'a Path) -> Self {
        let mut configs = data::props(&case.config);
        configs.insert("file", path.to_string_lossy());
        let batch_size = configs.get("batch.size").and_then(|size| size.parse::<i64>().ok()).unwrap_or(2000);
        let batch_max = usize::try_from(batch_size).unwrap_or(0).max(1);
        Self { path, configs, batch_max, content: Vec::new(), truncated: false, torn: false }
    }

    /// Our polls. The stop token is cancelled from the start, so that no poll waits.
    async fn steps(&mut self, case: &Case, stored: Value) -> Decoded<Result<Vec<Poll>, ConnectError>> {
        if case.input["missingAtStart"] != Json::Bool(true) {
            File::create(self.path).map_err(failed)?;
        }
        let Some(Factory::Source { task, .. }) = factory(plugin_file::SOURCE_CLASS) else {
            return Err(failed("no such plugin"));
        };
        let mut task = task();
        let polls = self.run(task.as_mut(), case, stored).await;
        task.stop().await;
        polls
    }

    async fn run(
        &mut self,
        task: &mut dyn SourceTask,
        case: &Case,
        stored: Value,
    ) -> Decoded<Result<Vec<Poll>, ConnectError>> {
        let stop = StopToken::new();
        stop.cancel();
        let offsets = Arc::new(Stored(match stored {
            Value::Map(offset) => Some(Map::clone(&offset)),
            _ => None,
        }));
        let context = SourceTaskContext { stop, configs: self.configs.clone(), offsets, transaction: None };
        if let Err(error) = task.start(context).await {
            return Ok(Err(error));
        }
        let mut polls = Vec::new();
        for step in case.input["steps"].as_array().into_iter().flatten() {
            self.change_file(step)?;
            for _ in 0..step["poll"].as_u64().unwrap_or(0) {
                self.torn |= ends_inside_a_character(&self.content);
                match task.poll().await {
                    Ok(batch) => polls.push(self.poll_of(&batch)?),
                    Err(TaskError::Fatal(error) | TaskError::Retriable(error)) => return Ok(Err(error)),
                }
            }
        }
        Ok(Ok(polls))
    }

    fn change_file(&mut self, step: &Json) -> Decoded<()> {
        if step.get("truncate").is_some() {
            self.truncated = true;
            File::create(self.path).map_err(failed)?;
        }
        if let Some(appended) = step.get("append") {
            let appended = data::bytes(appended)?;
            let mut file = OpenOptions::new().create(true).append(true).open(self.path).map_err(failed)?;
            file.write_all(&appended).map_err(failed)?;
            self.content.extend_from_slice(&appended);
        }
        Ok(())
    }

    fn poll_of(&self, batch: &SourceBatch) -> Decoded<Poll> {
        batch.iter().map(|record| self.line_of(record)).collect()
    }

    /// What all records of the reference have is checked here, the rest compared with the lines.
    fn line_of(&self, ours: &SourceRecord) -> Decoded<(String, i64)> {
        let partition =
            Map::from_iter([(Value::string("filename"), Value::string(self.path.to_string_lossy().as_ref()))]);
        let ConnectRecord { topic, partition: kafka, key_schema, key, value_schema, value, timestamp, headers, .. } =
            &ours.record;
        let schema = connect_api::Schema::required(connect_api::Type::String);
        let plain = Some(&**topic) == self.configs.get("topic")
            && (kafka, key_schema, key) == (&None, &None, &Value::Null)
            && value_schema.as_ref() == Some(&schema)
            && timestamp.is_some()
            && headers.is_empty()
            && *ours.source_partition == partition;
        match (value.as_str(), &ours.source_offset) {
            (Some(text), SourceOffset::Single { field: "position", value }) if plain => Ok((text.to_owned(), *value)),
            _ => Err(failed(format!("not a record of this task: {ours:?}"))),
        }
    }
}

/// How Apache cuts text, with both countings. The last line without an end is none.
fn lines_of(bytes: &[u8], start: usize) -> Vec<Line> {
    let (mut lines, mut from, mut units) = (Vec::new(), 0, start);
    while let Some(len) = bytes[from..].iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
        let end = match &bytes[from + len..] {
            [b'\r'] => break,
            [b'\r', b'\n', ..] => 2,
            _ => 1,
        };
        let text = plugin_file::decode_utf8(&bytes[from..from + len]);
        units += text.encode_utf16().count() + end;
        from += len + end;
        lines.push(Line { text, units_end: units as i64, bytes_end: (start + from) as i64 });
    }
    lines
}

fn ends_inside_a_character(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Err(e) = std::str::from_utf8(rest) {
        let Some(malformed) = e.error_len() else { return true };
        rest = &rest[e.valid_up_to() + malformed..];
    }
    false
}

fn expected_polls(polls: &Json) -> Vec<Poll> {
    let line = |record: &Json| {
        let position = &record["sourceOffset"]["map"][0][1]["int64"];
        let text = record["value"]["string"].as_str().unwrap_or_default();
        (text.to_owned(), position.as_str().and_then(|number| number.parse().ok()).unwrap_or(-1))
    };
    let poll = |poll: &Json| poll.as_array().into_iter().flatten().map(line).collect();
    polls.as_array().into_iter().flatten().map(poll).collect()
}

struct Stored(Option<Map>);

#[async_trait::async_trait]
impl OffsetReader for Stored {
    async fn offsets(&self, partitions: &[SourcePartition]) -> Result<Vec<Option<Map>>, ConnectError> {
        Ok(vec![self.0.clone(); partitions.len()])
    }
}
