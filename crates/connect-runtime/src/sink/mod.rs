//! One sink task, from the consumer group to the committed offset.
//! ```text
//! Consume::poll ─▶ Converters ─▶ TransformationChain ─▶ SinkTask::put ─▶ Positions
//!      ▲                                                                    │ every `offset.flush.interval.ms`
//!      └────────── group offsets ◀── Consume::commit ◀── pre_commit ◀───────┘
//! ```
//! Start at [`SinkLoop::run`]. Source: Apache Kafka, `WorkerSinkTask`.

mod commits;
mod convert;
mod positions;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use connect_api::{ConnectError, SinkBatch, SinkRequests, SinkTask, SinkTaskContext, TaskError, TopicPartition};
use connect_core::herder::Status;
use tokio::time::Instant;

use crate::errant::ErrantRecords;
use crate::kafka::{Consume, Incoming};
use crate::life::TaskLife;
use crate::topics::TopicUse;
pub(crate) use commits::CommitSchedule;
pub(crate) use convert::SinkConversion;
use positions::Positions;

/// How long a poll waits at most, so that requests of the task are seen.
const POLL_MAX: Duration = Duration::from_secs(1);
/// Between two tries of a failed `put`, unless the task has asked for another time.
const PUT_RETRY: Duration = POLL_MAX;
/// Longer waits that a task asks for are cut to this.
const RETRY_MAX: Duration = Duration::from_secs(24 * 3600);
/// For leaving the group.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// A sink task and everything before it.
pub(crate) struct SinkLoop {
    pub task: Box<dyn SinkTask>,
    pub consumer: Box<dyn Consume>,
    pub conversion: SinkConversion,
    /// What the task reports itself; none if it cannot.
    pub errant: Option<ErrantRecords>,
    pub commits: CommitSchedule,
    topics: TopicUse,
    life: TaskLife,
    positions: Positions,
    /// A batch that `put` could not take yet, and when to try again.
    retry: Option<(SinkBatch, Instant)>,
}

impl SinkLoop {
    pub(crate) fn new(
        task: Box<dyn SinkTask>,
        consumer: Box<dyn Consume>,
        conversion: SinkConversion,
        errant: Option<ErrantRecords>,
        commits: CommitSchedule,
        topics: TopicUse,
        life: TaskLife,
    ) -> Self {
        Self { task, consumer, conversion, errant, commits, topics, life, positions: Positions::default(), retry: None }
    }

    /// Runs until stopped; then commits what was delivered.
    /// # Errors
    /// The task has failed. What was delivered before is committed all the same, unless that failed.
    pub(crate) async fn run(mut self, context: SinkTaskContext) -> Result<(), ConnectError> {
        let outcome = if self.life.may_start().await { self.start_and_run(context).await } else { Ok(()) };
        self.consumer.close(CLOSE_TIMEOUT).await;
        outcome
    }

    async fn start_and_run(&mut self, context: SinkTaskContext) -> Result<(), ConnectError> {
        let outcome = match self.task.start(context.clone()).await {
            Ok(()) => {
                self.life.tell(Status::Running);
                let ran = self.consume(&context).await;
                ran.and(self.close_all().await)
            }
            Err(error) => Err(error),
        };
        self.task.stop().await;
        outcome
    }

    async fn consume(&mut self, context: &SinkTaskContext) -> Result<(), ConnectError> {
        let mut pause = POLL_MAX;
        while !self.life.is_stopping() {
            self.follow_target();
            self.check_letters()?;
            self.commit_if_due().await?;
            match self.next(pause).await? {
                Some(incoming) => self.on_incoming(incoming).await?,
                None => break,
            }
            pause = self.apply(context.take_requests());
        }
        Ok(())
    }

    /// Pauses or resumes all partitions when the connector is paused or resumed. The loop goes on polling, so that the
    /// task stays in its group.
    fn follow_target(&mut self) {
        match (self.life.is_paused(), self.positions.is_halted()) {
            (true, false) => {
                let all = self.positions.halt();
                self.consumer.pause(&all);
                self.commits.request();
                self.life.tell(Status::Paused);
            }
            (false, true) => {
                let flowing = self.positions.proceed();
                self.consumer.resume(&flowing);
                self.life.tell(Status::Running);
            }
            (true, true) | (false, false) => {}
        }
    }

    /// What the consumer says next; none when stopped.
    async fn next(&mut self, pause: Duration) -> Result<Option<Incoming>, ConnectError> {
        let now = Instant::now();
        let retry = self.retry.as_ref().map_or(POLL_MAX, |(_, at)| at.saturating_duration_since(now));
        let wait = pause.min(retry).min(self.commits.until_due(now));
        let (stop, halted) = (self.life.stop.clone(), self.positions.is_halted());
        tokio::select! {
            biased;
            () = stop.cancelled() => Ok(None),
            () = self.life.until_paused_is(!halted) => Ok(Some(Incoming::Idle)),
            polled = self.consumer.poll(wait) => polled.map(Some),
        }
    }

    async fn on_incoming(&mut self, incoming: Incoming) -> Result<(), ConnectError> {
        match incoming {
            Incoming::Assigned(partitions) => self.open(partitions).await,
            Incoming::Revoked(partitions) => self.close(&partitions, true).await,
            Incoming::Lost(partitions) => self.close(&partitions, false).await,
            Incoming::Committed(number, result) => {
                let ended = self.commits.on_committed(number, result, &mut self.positions);
                self.count_commit(ended);
                Ok(())
            }
            Incoming::Records(records) => {
                records.iter().for_each(|records| self.topics.note(&records.partition.topic));
                let (mut batch, halt) = self.conversion.convert(records, &mut self.positions).await;
                self.life.metrics.sink.read(self.conversion.consumed);
                if let Some((waiting, _)) = self.retry.take() {
                    // Fetched before the partitions were paused: behind those that wait.
                    batch.splice(0..0, waiting.iter().cloned());
                }
                if !batch.is_empty() || halt.is_none() {
                    self.put(Arc::new(batch)).await?;
                }
                match halt {
                    None => Ok(()),
                    Some(halt) => self.conversion.errors.end(halt).await.map_or(Ok(()), Err),
                }
            }
            Incoming::Idle => match self.retry.take() {
                Some((batch, at)) if at <= Instant::now() => self.put(batch).await,
                Some(waiting) => {
                    self.retry = Some(waiting);
                    Ok(())
                }
                None => self.put(SinkBatch::default()).await,
            },
        }
    }

    async fn put(&mut self, batch: SinkBatch) -> Result<(), ConnectError> {
        let was_retry = self.retry.take().is_some() || self.positions.is_holding();
        let begun = Instant::now();
        let put = self.task.put(&batch).await;
        match self.swallowed().map_or(put, |error| Err(TaskError::Fatal(error))) {
            Ok(()) => {
                self.life.metrics.task.batch(batch.len());
                self.life.metrics.sink.put(batch.len(), begun.elapsed(), self.positions.active());
                self.positions.delivered();
                if was_retry {
                    let flowing = self.positions.release();
                    self.consumer.resume(&flowing);
                }
                self.conversion.recycle(batch);
                Ok(())
            }
            Err(TaskError::Retriable(error)) => {
                tracing::error!("RetriableException from SinkTask: {}", error.trace());
                if !self.positions.is_holding() {
                    let all = self.positions.hold();
                    self.consumer.pause(&all);
                }
                self.retry = Some((batch, Instant::now() + PUT_RETRY));
                Ok(())
            }
            Err(TaskError::Fatal(error)) => Err(exiting(error)),
        }
    }

    /// A report that is not tolerated: the task may have swallowed what it was answered.
    fn swallowed(&self) -> Option<ConnectError> {
        self.errant.as_ref().and_then(ErrantRecords::fatal)
    }

    /// Does what the task has asked for; answers how long the next poll may wait.
    fn apply(&mut self, requests: SinkRequests) -> Duration {
        for (partition, offset) in requests.rewinds {
            if self.positions.rewind(&partition, offset) {
                self.consumer.seek(&partition, offset);
            } else {
                tracing::warn!("Ignoring the rewind of {partition}: it is not assigned to this task");
            }
        }
        for (partition, paused) in requests.flow {
            if self.positions.set_paused(&partition, paused) {
                let one = [partition];
                if paused { self.consumer.pause(&one) } else { self.consumer.resume(&one) }
            }
        }
        if requests.commit {
            self.commits.request();
        }
        if let (Some(timeout), Some((_, at))) = (requests.timeout, &mut self.retry) {
            *at = Instant::now() + timeout.min(RETRY_MAX);
        }
        requests.timeout.unwrap_or(POLL_MAX)
    }

    async fn open(&mut self, partitions: Vec<TopicPartition>) -> Result<(), ConnectError> {
        if partitions.is_empty() {
            return Ok(());
        }
        // Stopped, or lost again before the task has heard of them.
        let Some(found) = self.find_positions(&partitions).await? else { return Ok(()) };
        found.into_iter().for_each(|(partition, position)| self.positions.assign(partition, position));
        let held = self.positions.held_of(&partitions);
        self.consumer.pause(&held);
        self.count_assigned();
        self.task.open(&partitions).await
    }

    /// None: the task is being stopped, or a partition is lost already.
    async fn find_positions(
        &mut self,
        partitions: &[TopicPartition],
    ) -> Result<Option<Vec<(TopicPartition, i64)>>, ConnectError> {
        let mut found = Vec::with_capacity(partitions.len());
        for partition in partitions {
            let position = tokio::select! {
                biased;
                () = self.life.stop.cancelled() => None,
                position = self.consumer.position(partition) => position?,
            };
            let Some(position) = position else { return Ok(None) };
            found.push((partition.clone(), position));
        }
        Ok(Some(found))
    }

    async fn close(&mut self, partitions: &[TopicPartition], commit: bool) -> Result<(), ConnectError> {
        let partitions = &self.positions.opened_of(partitions)[..];
        if partitions.is_empty() {
            return Ok(());
        }
        self.commits.forget();
        let committed = if commit { self.commit_now(partitions).await } else { Ok(()) };
        let closed = self.task.close(partitions).await;
        self.positions.remove(partitions);
        self.count_assigned();
        if let Some((batch, _)) = &mut self.retry {
            let left = batch.iter().filter(|record| !partitions.contains(&record.original)).cloned().collect();
            *batch = Arc::new(left);
        }
        committed.and(closed)
    }

    fn count_assigned(&self) {
        self.life.metrics.sink.assigned(self.positions.count(), self.positions.active());
    }

    async fn close_all(&mut self) -> Result<(), ConnectError> {
        let all = self.positions.partitions();
        self.close(&all, true).await
    }
}

fn exiting(error: ConnectError) -> ConnectError {
    ConnectError::connect("Exiting WorkerSinkTask due to unrecoverable exception.").caused_by(error)
}
