//! What is on its way to a committed offset: acks come in, offsets go out.
//! ```text
//! submitted ─▶ SubmittedRecords ◀─ Acks        SubmittedRecords ─▶ OffsetStore, every `offset.flush.interval.ms`
//!                                  └─▶ Confirmations, for tasks that want to be told of each record
//! ```
//! Whoever waits for anything keeps the books [`meanwhile`](Books::meanwhile).

use std::sync::Arc;
use std::time::Duration;

use connect_api::ConnectError;
use connect_core::ConnectorName;
use connect_core::task::SubmittedRecords;
use tokio::time::{Instant, timeout};

use super::Confirmations;
use super::pipeline::{PipelineConfig, unsendable};
use crate::errors::{ErrorHandler, Failure, Origin, Stage};
use crate::kafka::{Acked, Acks, Unsent};
use crate::metrics::TaskGroups;
use crate::offsets::OffsetStore;
use crate::topics::TopicUse;

/// What a task waits for beside `poll`.
pub(crate) enum PipelineEvent {
    CommitDue,
    /// None: the producer has closed.
    Acked(Option<Acked>),
}

/// The records and offsets of one task that are under way.
pub(super) struct Books {
    connector: ConnectorName,
    pub(super) acks: Box<dyn Acks>,
    pub(super) submitted: SubmittedRecords,
    pub(super) confirmations: Confirmations,
    store: Arc<dyn OffsetStore>,
    topics: TopicUse,
    errors: ErrorHandler,
    pub(super) config: PipelineConfig,
    next_commit: Instant,
    /// A commit has ended that the task has not been told of.
    pub(super) committed: bool,
    /// The store has offsets that it could not make durable.
    unsaved: bool,
    pub(super) metrics: TaskGroups,
}

impl Books {
    pub(super) fn new(
        connector: ConnectorName,
        acks: Box<dyn Acks>,
        store: Arc<dyn OffsetStore>,
        topics: TopicUse,
        errors: ErrorHandler,
        config: PipelineConfig,
        metrics: TaskGroups,
    ) -> Self {
        Self {
            connector,
            acks,
            submitted: SubmittedRecords::default(),
            confirmations: Confirmations::new(errors.needs_records()),
            store,
            topics,
            errors,
            config,
            next_commit: Instant::now() + config.flush_interval,
            committed: false,
            unsaved: false,
            metrics,
        }
    }

    /// Ends with `work`; takes acks and commits offsets until then. Work that is done at once is not held up.
    /// # Errors
    /// The producer has failed for good: `work` is given up.
    pub(super) async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> Result<T, ConnectError> {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return Ok(done),
                event = self.event() => self.handle(event).await?,
            }
        }
    }

    /// The next thing to [`handle`](Self::handle). Cancel-safe.
    pub(super) async fn event(&mut self) -> PipelineEvent {
        tokio::select! {
            biased;
            () = tokio::time::sleep_until(self.next_commit) => PipelineEvent::CommitDue,
            ack = self.acks.next() => PipelineEvent::Acked(ack),
        }
    }

    /// Takes acks, or commits. Not to be dropped half way: offsets on their way to the store would be lost.
    /// # Errors
    /// The producer has failed for good.
    pub(super) async fn handle(&mut self, event: PipelineEvent) -> Result<(), ConnectError> {
        match event {
            PipelineEvent::CommitDue => {
                self.commit().await;
                Ok(())
            }
            PipelineEvent::Acked(ack) => self.take_acks(ack.ok_or_else(closed)?).await,
        }
    }

    pub(super) async fn take_acks(&mut self, first: Acked) -> Result<(), ConnectError> {
        let (mut next, mut settled, mut written) = (Some(first), 0, 0);
        while let Some(ack) = next {
            let records: u64 = ack.numbers.iter().map(|numbers| numbers.end.saturating_sub(numbers.start)).sum();
            settled += records;
            match &ack.result {
                Ok(_) => {
                    written += records;
                    self.topics.note(&ack.topic_partition.topic);
                }
                Err(Unsent::Producer(error)) => return Err(unsendable(error.clone())),
                Err(Unsent::Records(error)) => {
                    for number in ack.numbers.iter().cloned().flatten() {
                        let origin = Origin::of_source(self.confirmations.record(number));
                        self.undelivered(origin, error.clone()).await?;
                    }
                }
            }
            for numbers in &ack.numbers {
                self.submitted.ack(numbers.clone());
            }
            self.confirmations.acked(&ack);
            next = self.acks.try_next();
        }
        self.metrics.source.settled(settled, written);
        Ok(())
    }

    /// A record that Kafka did not take, and never will.
    pub(super) async fn undelivered(&mut self, origin: Origin, error: ConnectError) -> Result<(), ConnectError> {
        if !self.errors.tolerates() {
            let message = "Unrecoverable exception from producer send callback";
            return Err(ConnectError::connect(message).caused_by(error));
        }
        let class = "org.apache.kafka.connect.runtime.WorkerSourceTask".to_owned();
        let failure = Failure { stage: Stage::KafkaProduce, class, error, origin };
        self.errors.failed(failure).await.map(drop)
    }

    /// Commits what may be committed. A failure is logged: the offsets go with the next commit.
    async fn commit(&mut self) {
        self.next_commit = Instant::now() + self.config.flush_interval;
        if !self.save(self.config.flush_timeout).await {
            tracing::error!(
                "Timed out waiting to flush offsets to storage; will try again on next flush interval with latest offsets"
            );
        }
    }

    /// Commits before the task ends, in time for that. A failure is logged: nobody tries again.
    pub(super) async fn commit_by(&mut self, deadline: Instant) {
        let left = deadline.saturating_duration_since(Instant::now());
        if !self.save(self.config.flush_timeout.min(left)).await {
            tracing::error!(
                "The task is stopping and its last offsets were not stored in time. They may be missing, and then the \
                 records behind the last stored ones are sent again after a restart"
            );
        }
    }

    /// Answers false when the store took too long.
    async fn save(&mut self, allowed: Duration) -> bool {
        let offsets = self.submitted.committable();
        if offsets.is_empty() && !self.unsaved {
            self.committed = true;
            self.metrics.task.commit(Duration::ZERO, true);
            return true;
        }
        let begun = Instant::now();
        let stored = timeout(allowed, self.store.commit(&self.connector, offsets)).await;
        self.unsaved = !matches!(stored, Ok(Ok(())));
        self.committed = !self.unsaved;
        self.metrics.task.commit(begun.elapsed(), self.committed);
        if let Ok(Err(error)) = &stored {
            tracing::error!("Failed to flush offsets to storage: {}", error.trace());
        }
        stored.is_ok()
    }
}

fn closed() -> ConnectError {
    ConnectError::connect("The producer has closed")
}
