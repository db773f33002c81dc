//! One source task, from `poll` to the committed offset.
//! ```text
//! SourceTask::poll ─▶ TransformationChain ─▶ Converters ─▶ OutgoingBatch ─▶ Produce::append
//!                              │ Drop:                                            │ ack
//!                              ▼ settled in turn                                  ▼
//!                        SubmittedRecords ◀───────────────────────────────────────┘
//!                              └─▶ OffsetStore, every `offset.flush.interval.ms`
//! ```
//! Start at [`SourceLoop::run`]. Which offsets may be committed is decided in `connect_core::task`.

mod acks;
mod books;
mod convert;
mod pipeline;
mod submission;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use connect_api::{ConnectError, SourceBatch, SourceTask, SourceTaskContext, TaskError};
use connect_core::herder::Status;

use crate::life::TaskLife;
pub(crate) use acks::Confirmations;
pub(crate) use convert::SourceConversion;
pub(crate) use pipeline::{Pipeline, PipelineConfig, TRACKED_MAX};

/// After a retriable error of `poll`.
const POLL_RETRY: Duration = Duration::from_millis(100);

/// A source task and everything behind it.
pub(crate) struct SourceLoop {
    pub task: Box<dyn SourceTask>,
    pub pipeline: Pipeline,
    pub life: TaskLife,
}

impl SourceLoop {
    /// Runs until stopped; then waits for acknowledgements and commits.
    /// # Errors
    /// The task has failed: nothing more is polled. What was acknowledged before is committed all the same.
    pub(crate) async fn run(mut self, context: SourceTaskContext) -> Result<(), ConnectError> {
        let outcome = if self.life.may_start().await { self.start_and_run(context).await } else { Ok(()) };
        self.pipeline.close().await;
        outcome
    }

    async fn start_and_run(&mut self, context: SourceTaskContext) -> Result<(), ConnectError> {
        let outcome = match self.task.start(context).await {
            Ok(()) => {
                self.life.tell(Status::Running);
                self.pipeline.keep_records(self.task.wants_record_acks());
                let ran = self.poll_and_send().await;
                ran.and(self.finish().await)
            }
            Err(error) => Err(error),
        };
        self.task.stop().await;
        outcome
    }

    async fn poll_and_send(&mut self) -> Result<(), ConnectError> {
        while !self.life.is_stopping() {
            if self.life.is_paused() {
                self.pause().await?;
                continue;
            }
            let begun = Instant::now();
            let batch = self.poll().await?;
            let took = begun.elapsed();
            self.tell_task().await;
            if !batch.is_empty() {
                self.pipeline.metrics.source.polled(batch.len(), took);
                self.pipeline.metrics.task.batch(batch.len());
                self.pipeline.send(batch, &self.life.stop).await?;
            }
        }
        Ok(())
    }

    /// Nothing is polled until the task is resumed or stopped; acks are taken and offsets committed meanwhile.
    async fn pause(&mut self) -> Result<(), ConnectError> {
        self.life.tell(Status::Paused);
        let stop = self.life.stop.clone();
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(()),
                () = self.life.until_paused_is(false) => break,
                event = self.pipeline.event() => self.pipeline.handle(event).await?,
            }
            self.tell_task().await;
        }
        self.life.tell(Status::Running);
        Ok(())
    }

    /// Waits for the next batch, taking acks and committing offsets meanwhile.
    async fn poll(&mut self) -> Result<SourceBatch, ConnectError> {
        // The pending poll is never dropped: the task may have taken records from its source already.
        let mut poll = self.task.poll();
        let mut failed = None;
        let polled = loop {
            tokio::select! {
                // Events first: a task that always has data must not keep its own commits waiting.
                biased;
                event = self.pipeline.event(), if failed.is_none() => failed = self.pipeline.handle(event).await.err(),
                polled = &mut poll => break polled,
            }
        };
        match (failed, polled) {
            (Some(error), _) | (None, Err(TaskError::Fatal(error))) => Err(error),
            (None, Ok(batch)) => Ok(batch),
            (None, Err(TaskError::Retriable(error))) => {
                tracing::warn!("poll failed and will be tried again: {}", error.trace());
                tokio::time::sleep(POLL_RETRY).await;
                Ok(SourceBatch::new())
            }
        }
    }

    /// Passes on what happened since the last poll: record acks if the task asked for them, and commits.
    async fn tell_task(&mut self) {
        for (record, metadata) in self.pipeline.take_confirmed() {
            if let Err(error) = self.task.commit_record(record, metadata).await {
                tracing::error!("Exception thrown while calling task.commitRecord(): {}", error.trace());
            }
        }
        if self.pipeline.take_committed()
            && let Err(error) = self.task.commit().await
        {
            tracing::error!("Exception thrown while calling task.commit(): {}", error.trace());
        }
    }

    /// Waits up to `offset.flush.timeout.ms` for what is on its way, then commits.
    async fn finish(&mut self) -> Result<(), ConnectError> {
        let finished = self.pipeline.finish(self.life.stopped_at()).await;
        self.tell_task().await;
        finished
    }
}
