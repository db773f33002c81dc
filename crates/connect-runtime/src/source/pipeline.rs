//! Behind `poll`: converts, sends, takes acks and commits offsets.

use std::sync::Arc;
use std::time::Duration;

use connect_api::{ConnectError, RecordMetadata, SourceBatch, SourceRecord, StopToken};
use connect_core::ConnectorName;
use connect_core::task::SubmittedRecords;
use tokio::time::{Instant, timeout};

use super::Confirmations;
use super::convert::{Prepared, SourceConversion};
use crate::errors::{Failure, Stage};
use crate::kafka::{Acked, Acks, Blocked, Produce, ProduceAndAcks, Stopped};
use crate::offsets::OffsetStore;
use crate::topics::TopicUse;

/// The periods of a source task's commits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PipelineConfig {
    /// `offset.flush.interval.ms`
    pub flush_interval: Duration,
    /// `offset.flush.timeout.ms`
    pub flush_timeout: Duration,
    /// How long a stopping task waits for acks; the rest of its time is for the last commit.
    pub drain_timeout: Duration,
}

/// What a pipeline waits for beside `poll`.
pub(crate) enum PipelineEvent {
    CommitDue,
    /// None: the producer has closed.
    Acked(Option<Acked>),
}

/// From records to committed offsets.
pub(crate) struct Pipeline {
    connector: ConnectorName,
    conversion: SourceConversion,
    producer: Box<dyn Produce>,
    acks: Box<dyn Acks>,
    submitted: SubmittedRecords,
    confirmations: Confirmations,
    store: Arc<dyn OffsetStore>,
    topics: TopicUse,
    config: PipelineConfig,
    next_commit: Instant,
    /// A commit has ended that the task has not been told of.
    committed: bool,
    /// The store has offsets that it could not make durable.
    unsaved: bool,
}

impl Pipeline {
    pub(crate) fn new(
        connector: ConnectorName,
        conversion: SourceConversion,
        (producer, acks): ProduceAndAcks,
        store: Arc<dyn OffsetStore>,
        topics: TopicUse,
        config: PipelineConfig,
    ) -> Self {
        Self {
            connector,
            conversion,
            producer,
            acks,
            submitted: SubmittedRecords::default(),
            confirmations: Confirmations::default(),
            store,
            topics,
            config,
            next_commit: Instant::now() + config.flush_interval,
            committed: false,
            unsaved: false,
        }
    }

    /// Whether the task wants to be told of each record.
    pub(crate) fn keep_records(&mut self, wanted: bool) {
        self.confirmations.want(wanted);
    }

    /// What `commit_record` is to be called with.
    pub(crate) fn take_confirmed(&mut self) -> Vec<(SourceRecord, Option<RecordMetadata>)> {
        self.confirmations.take()
    }

    /// True once after each commit.
    pub(crate) fn take_committed(&mut self) -> bool {
        std::mem::take(&mut self.committed)
    }

    /// The next thing to [`handle`](Self::handle). Cancel-safe.
    pub(crate) async fn event(&mut self) -> PipelineEvent {
        tokio::select! {
            biased;
            () = tokio::time::sleep_until(self.next_commit) => PipelineEvent::CommitDue,
            ack = self.acks.next() => PipelineEvent::Acked(ack),
        }
    }

    /// Takes acks, or commits. Not to be dropped half way: offsets on their way to the store would be lost.
    /// # Errors
    /// The producer has failed for good.
    pub(crate) async fn handle(&mut self, event: PipelineEvent) -> Result<(), ConnectError> {
        match event {
            PipelineEvent::CommitDue => {
                self.commit().await;
                Ok(())
            }
            PipelineEvent::Acked(ack) => self.take_acks(ack.ok_or_else(closed)?),
        }
    }

    /// Converts and sends the whole batch, or as much as fits before `stop`. The rest is not submitted, so that its
    /// offsets are not committed.
    /// # Errors
    /// A record failed and is not tolerated: those before it were sent. Or the producer failed.
    pub(crate) async fn send(&mut self, mut batch: SourceBatch, stop: &StopToken) -> Result<(), ConnectError> {
        let originals = self.confirmations.wanted().then(|| batch.clone());
        let Prepared { sent, fatal } = self.conversion.prepare(&mut batch).await;
        let mut records = Submission { batch, originals, sent, at: 0 };
        let total = self.conversion.outgoing().records.len();
        let mut next = 0;
        loop {
            let appended = self.producer.append(self.conversion.outgoing(), next);
            let appended = appended.map_err(unsendable)?;
            records.submit(appended.next - next, &mut self.submitted, &mut self.confirmations);
            next = appended.next;
            match appended.stopped.filter(|_| next < total) {
                None => break,
                Some(Stopped::Refused(error)) => {
                    self.on_undelivered(error)?;
                    records.drop_next(&mut self.submitted, &mut self.confirmations);
                    next += 1;
                }
                Some(Stopped::Blocked(blocked)) => {
                    if !self.wait(&blocked, stop).await? {
                        return Ok(());
                    }
                }
            }
        }
        records.settle_dropped(&mut self.submitted, &mut self.confirmations);
        while let Some(ack) = self.acks.try_next() {
            self.take_acks(ack)?;
        }
        fatal.map_or(Ok(()), Err)
    }

    /// Waits until there is room; answers false when stopped before.
    async fn wait(&mut self, blocked: &Blocked, stop: &StopToken) -> Result<bool, ConnectError> {
        loop {
            let producer = &mut self.producer;
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(false),
                unblocked = producer.unblock(blocked) => {
                    return unblocked.map(|()| true).map_err(unsendable);
                }
                ack = self.acks.next() => self.take_acks(ack.ok_or_else(closed)?)?,
                () = tokio::time::sleep_until(self.next_commit) => self.commit().await,
            }
        }
    }

    fn take_acks(&mut self, first: Acked) -> Result<(), ConnectError> {
        let mut next = Some(first);
        while let Some(ack) = next {
            match &ack.result {
                Ok(_) => self.topics.note(&ack.topic_partition.topic),
                Err(error) => self.on_undelivered(error.clone())?,
            }
            for numbers in &ack.numbers {
                self.submitted.ack(numbers.clone());
            }
            self.confirmations.acked(&ack);
            next = self.acks.try_next();
        }
        Ok(())
    }

    fn on_undelivered(&self, error: ConnectError) -> Result<(), ConnectError> {
        let class = "org.apache.kafka.connect.runtime.AbstractWorkerSourceTask".to_owned();
        let failure = Failure { stage: Stage::KafkaProduce, class, error: error.clone() };
        self.conversion
            .tolerance
            .judge(failure)
            .map_err(|_| ConnectError::connect("Unrecoverable exception from producer send callback").caused_by(error))
    }

    /// Commits what may be committed. A failure is logged: the offsets go with the next commit.
    async fn commit(&mut self) {
        self.next_commit = Instant::now() + self.config.flush_interval;
        let offsets = self.submitted.committable();
        if offsets.is_empty() && !self.unsaved {
            self.committed = true;
            return;
        }
        let stored = timeout(self.config.flush_timeout, self.store.commit(&self.connector, offsets)).await;
        self.unsaved = !matches!(stored, Ok(Ok(())));
        self.committed = !self.unsaved;
        match stored {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!("Failed to flush offsets to storage: {}", error.trace()),
            Err(_) => tracing::error!(
                "Timed out waiting to flush offsets to storage; will try again on next flush interval with latest offsets"
            ),
        }
    }

    /// Commits, waits up to the drain timeout for outstanding acks, and commits these.
    /// # Errors
    /// Records failed meanwhile.
    pub(crate) async fn finish(&mut self) -> Result<(), ConnectError> {
        // First of all: a poll that ended late may have left too little time for the acks.
        self.commit().await;
        let drained = match timeout(self.config.drain_timeout, self.drain()).await {
            Ok(drained) => drained,
            Err(_) => {
                tracing::warn!(
                    "{} records were not acknowledged in time; they will be sent again after a restart",
                    self.submitted.unacked()
                );
                Ok(())
            }
        };
        self.commit().await;
        drained
    }

    async fn drain(&mut self) -> Result<(), ConnectError> {
        while self.submitted.unacked() > 0 {
            let producer = &mut self.producer;
            tokio::select! {
                biased;
                ack = self.acks.next() => match ack {
                    Some(ack) => self.take_acks(ack)?,
                    None => return Ok(()),
                },
                () = producer.flush() => match self.acks.try_next() {
                    Some(ack) => self.take_acks(ack)?,
                    None => return Ok(()),
                },
            }
        }
        Ok(())
    }

    pub(crate) async fn close(&mut self) {
        self.producer.close(Duration::ZERO).await;
    }
}

/// The records of one batch, on their way into the bookkeeping in order.
struct Submission {
    batch: SourceBatch,
    originals: Option<SourceBatch>,
    /// By index in `batch`; ends where the task failed.
    sent: Vec<bool>,
    at: usize,
}

impl Submission {
    /// The next `count` sent records have been taken by the producer; dropped ones between them settle.
    fn submit(&mut self, count: usize, submitted: &mut SubmittedRecords, confirmations: &mut Confirmations) {
        for _ in 0..count {
            self.settle_dropped(submitted, confirmations);
            let source = &self.batch[self.at];
            submitted.submit(&source.source_partition, source.source_offset.clone());
            if let Some(originals) = &self.originals {
                confirmations.submitted(originals[self.at].clone());
            }
            self.at += 1;
        }
    }

    /// Dropped records up to the next sent one.
    fn settle_dropped(&mut self, submitted: &mut SubmittedRecords, confirmations: &mut Confirmations) {
        while self.sent.get(self.at) == Some(&false) {
            self.settle_one(submitted, confirmations);
        }
    }

    /// The next record that was to be sent is dropped after all.
    fn drop_next(&mut self, submitted: &mut SubmittedRecords, confirmations: &mut Confirmations) {
        self.settle_dropped(submitted, confirmations);
        self.settle_one(submitted, confirmations);
    }

    fn settle_one(&mut self, submitted: &mut SubmittedRecords, confirmations: &mut Confirmations) {
        let source = &self.batch[self.at];
        submitted.settle(&source.source_partition, source.source_offset.clone());
        if let Some(originals) = &self.originals {
            confirmations.dropped(originals[self.at].clone());
        }
        self.at += 1;
    }
}

fn unsendable(error: ConnectError) -> ConnectError {
    ConnectError::connect("Unrecoverable exception trying to send").caused_by(error)
}

fn closed() -> ConnectError {
    ConnectError::connect("The producer has closed")
}
