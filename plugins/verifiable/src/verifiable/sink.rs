//! VerifiableSink: says what it was given.

use std::time::Duration;

use async_trait::async_trait;
use connect_api::java::current_time_millis;
use connect_api::{ConnectError, SinkBatch, SinkTask, SinkTaskContext, TaskError, TopicOffsets, TopicPartition};
use connect_config::Props;

use super::INVALID;
use super::ledger::{Ledger, Run};
use super::line::SinkLine;
use crate::number;
use crate::output::Printer;

/// So much may wait for a flush before the task asks for one.
const UNFLUSHED_SOFT_MAX: usize = 64 * 1024 * 1024;
/// So much, and further batches have to wait for it.
const UNFLUSHED_HARD_MAX: usize = 4 * UNFLUSHED_SOFT_MAX;
/// How soon such a batch is tried again.
const ROOM_RETRY: Duration = Duration::from_secs(1);
/// Lines of a flush are printed in pieces of about this size.
const PIECE_BYTES: usize = 1024 * 1024;

/// Prints a line of JSON for each record that it is given, and once more when the record is flushed.
#[derive(Default)]
pub struct VerifiableSinkTask {
    running: Option<(SinkLine, SinkTaskContext)>,
    ledger: Ledger,
    printer: Printer,
}

#[async_trait]
impl SinkTask for VerifiableSinkTask {
    async fn start(&mut self, context: SinkTaskContext) -> Result<(), ConnectError> {
        self.running = Some((line(&context.configs)?, context));
        Ok(())
    }

    async fn put(&mut self, batch: &SinkBatch) -> Result<(), TaskError> {
        let Some((line, context)) = &self.running else { return Ok(()) };
        make_room(self.ledger.bytes(), context)?;
        let (now, lines) = (current_time_millis(), self.printer.lines());
        for sunk in batch.iter() {
            let from = lines.len();
            SinkLine::push_start(lines, sunk);
            self.ledger.note(&sunk.original, &sunk.record.topic, &lines[from..]);
            line.push_end(lines, now, &sunk.record.topic, false);
        }
        self.printer.print().await;
        Ok(())
    }

    /// Only what was delivered of these partitions.
    async fn flush(&mut self, offsets: &TopicOffsets) -> Result<(), ConnectError> {
        let Some((line, _)) = &self.running else { return Ok(()) };
        let now = current_time_millis();
        for partition in offsets.keys() {
            let runs = self.ledger.take(partition);
            print_flushed(&mut self.printer, line, now, &runs).await;
        }
        self.printer.print().await;
        Ok(())
    }

    /// What could not be flushed will be delivered again, to this task or another.
    async fn close(&mut self, partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        partitions.iter().for_each(|partition| drop(self.ledger.take(partition)));
        Ok(())
    }
}

fn line(configs: &Props) -> Result<SinkLine, ConnectError> {
    let id = number::int(configs, "id").map_err(|cause| ConnectError::connect(INVALID).caused_by(cause))?;
    Ok(SinkLine::new(configs.get("name"), id))
}

/// Sees to it that the records which wait for a flush do not take all memory.
/// # Errors
/// There is no room for another batch before the next flush.
fn make_room(unflushed: usize, context: &SinkTaskContext) -> Result<(), TaskError> {
    if unflushed > UNFLUSHED_SOFT_MAX {
        context.request_commit();
    }
    if unflushed > UNFLUSHED_HARD_MAX {
        context.retry_after(ROOM_RETRY);
        let waiting = "Too many records wait for their offsets to be committed; the next ones come after the commit";
        return Err(TaskError::Retriable(ConnectError::retriable(waiting)));
    }
    Ok(())
}

async fn print_flushed(printer: &mut Printer, line: &SinkLine, now: i64, runs: &[Run]) {
    for run in runs {
        for start in run.starts() {
            if printer.lines().len() > PIECE_BYTES {
                printer.print().await;
            }
            printer.lines().push_str(start);
            line.push_end(printer.lines(), now, &run.topic, true);
        }
    }
}
