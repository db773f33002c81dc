//! Behind `poll`: converts, sends, takes acks and commits offsets.
//!
//! Memory: beside the batch of `poll` there is one converted chunk of it ([`SourceConversion`]), what the producer holds
//! (`buffer.memory`), and the bookkeeping of at most [`TRACKED_MAX`] records and a chunk. A source that is faster than the
//! broker waits in [`Pipeline::send`], and is not polled meanwhile.

use std::sync::Arc;
use std::time::Duration;

use connect_api::{ConnectError, RecordMetadata, SourceBatch, SourceRecord, StopToken};
use connect_core::ConnectorName;
use connect_core::task::SubmittedRecords;
use tokio::time::{Instant, timeout};

use super::Confirmations;
use super::SourceConversion;
use super::submission::Submission;
use crate::errors::{Failure, Origin, Stage};
use crate::kafka::{Acked, Acks, Blocked, Produce, ProduceAndAcks, Stopped, Unsent};
use crate::metrics::TaskGroups;
use crate::offsets::OffsetStore;
use crate::topic_creation::TopicCreation;
use crate::topics::TopicUse;

/// How many records may be on their way to a committed offset. One that is stuck holds up those behind it in the books,
/// though they are in Kafka long since.
pub(crate) const TRACKED_MAX: usize = 400_000;

/// The periods of a source task's commits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PipelineConfig {
    /// `offset.flush.interval.ms`
    pub flush_interval: Duration,
    /// `offset.flush.timeout.ms`
    pub flush_timeout: Duration,
    /// How long a stopping task waits for acks; the rest of its time is for the last commit.
    pub drain_timeout: Duration,
    /// [`TRACKED_MAX`], or less in tests.
    pub tracked_max: usize,
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
    /// None leaves the creation of topics to the broker.
    creation: Option<TopicCreation>,
    topics: TopicUse,
    config: PipelineConfig,
    next_commit: Instant,
    /// A commit has ended that the task has not been told of.
    committed: bool,
    /// The store has offsets that it could not make durable.
    unsaved: bool,
    pub(super) metrics: TaskGroups,
}

impl Pipeline {
    pub(crate) fn new(
        connector: ConnectorName,
        conversion: SourceConversion,
        (producer, acks): ProduceAndAcks,
        store: Arc<dyn OffsetStore>,
        (creation, topics): (Option<TopicCreation>, TopicUse),
        config: PipelineConfig,
        metrics: TaskGroups,
    ) -> Self {
        let confirmations = Confirmations::new(conversion.errors.needs_records());
        Self {
            connector,
            conversion,
            producer,
            acks,
            submitted: SubmittedRecords::default(),
            confirmations,
            store,
            creation,
            topics,
            config,
            next_commit: Instant::now() + config.flush_interval,
            committed: false,
            unsaved: false,
            metrics,
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
            PipelineEvent::Acked(ack) => self.take_acks(ack.ok_or_else(closed)?).await,
        }
    }

    /// Converts and sends the whole batch, or as much as fits before `stop`. The rest is not submitted, so that its
    /// offsets are not committed.
    /// # Errors
    /// A record failed and is not tolerated: those before it were sent. Or the producer failed.
    pub(crate) async fn send(&mut self, batch: SourceBatch, stop: &StopToken) -> Result<(), ConnectError> {
        let (records, numbers) = (batch.len() as u64, self.submitted.next_number());
        let sent = self.send_all(batch, stop).await;
        // Nobody will hear of the others again: they were dropped, or left out at the end.
        let submitted = self.submitted.next_number().saturating_sub(numbers);
        self.metrics.source.settled(records.saturating_sub(submitted), 0);
        sent
    }

    async fn send_all(&mut self, mut batch: SourceBatch, stop: &StopToken) -> Result<(), ConnectError> {
        let originals = self.confirmations.keeps().then(|| batch.clone());
        let prepared = self.conversion.begin(&mut batch, originals.as_ref()).await;
        let mut records = Submission { batch, originals, prepared, at: 0 };
        while !records.prepared.is_done() {
            let Submission { batch, originals, prepared, .. } = &mut records;
            self.conversion.convert_next(batch, originals.as_ref(), prepared).await;
            if !self.has_space(stop).await? || !self.send_chunk(&mut records, stop).await? {
                return Ok(());
            }
        }
        while let Some(ack) = self.acks.try_next() {
            self.take_acks(ack).await?;
        }
        match records.prepared.halt {
            None => Ok(()),
            Some(halt) => self.conversion.errors.end(halt).await.map_or(Ok(()), Err),
        }
    }

    /// Sends what was converted last; answers false when stopped before.
    async fn send_chunk(&mut self, records: &mut Submission, stop: &StopToken) -> Result<bool, ConnectError> {
        let total = self.conversion.outgoing().records.len();
        let mut next = 0;
        loop {
            let appended = self.producer.append(self.conversion.outgoing(), next).map_err(unsendable)?;
            records.submit(appended.next - next, &mut self.submitted, &mut self.confirmations);
            next = appended.next;
            let refused = match appended.stopped.filter(|_| next < total) {
                None => break,
                Some(Stopped::Refused(error)) => error,
                Some(Stopped::Blocked(blocked)) => match self.wait(&blocked, stop).await? {
                    Waited::Go => continue,
                    Waited::Stopped => return Ok(false),
                    Waited::Refused(error) => error,
                },
            };
            self.undelivered(records.next_origin(), refused).await?;
            records.drop_next(&mut self.submitted, &mut self.confirmations);
            next += 1;
        }
        records.settle_dropped(&mut self.submitted, &mut self.confirmations);
        Ok(true)
    }

    /// Waits until the books have space for another chunk; answers false when stopped before.
    async fn has_space(&mut self, stop: &StopToken) -> Result<bool, ConnectError> {
        while self.submitted.tracked() >= self.config.tracked_max {
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(false),
                event = self.event() => self.handle(event).await?,
            }
        }
        Ok(true)
    }

    /// Waits until there is room, or the topic is there.
    async fn wait(&mut self, blocked: &Blocked, stop: &StopToken) -> Result<Waited, ConnectError> {
        if let Blocked::UnknownTopic(topic) = blocked
            && !self.create_topic(topic, stop).await?
        {
            return Ok(Waited::Stopped);
        }
        loop {
            let producer = &mut self.producer;
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(Waited::Stopped),
                unblocked = producer.unblock(blocked) => return match unblocked {
                    Ok(()) => Ok(Waited::Go),
                    // Java's producer tells such errors of each record, too.
                    Err(Unsent::Records(error)) => Ok(Waited::Refused(error)),
                    Err(Unsent::Producer(error)) => Err(unsendable(error)),
                },
                ack = self.acks.next() => self.take_acks(ack.ok_or_else(closed)?).await?,
                () = tokio::time::sleep_until(self.next_commit) => self.commit().await,
            }
        }
    }

    /// Answers false when stopped before the topic was there.
    async fn create_topic(&mut self, topic: &Arc<str>, stop: &StopToken) -> Result<bool, ConnectError> {
        let Some(creation) = self.creation.clone() else { return Ok(true) };
        let mut creation = std::pin::pin!(creation.ensure(topic));
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(false),
                created = &mut creation => return created.map(|()| true),
                event = self.event() => self.handle(event).await?,
            }
        }
    }

    async fn take_acks(&mut self, first: Acked) -> Result<(), ConnectError> {
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
    async fn undelivered(&mut self, origin: Origin, error: ConnectError) -> Result<(), ConnectError> {
        if !self.conversion.errors.tolerates() {
            let message = "Unrecoverable exception from producer send callback";
            return Err(ConnectError::connect(message).caused_by(error));
        }
        let class = "org.apache.kafka.connect.runtime.WorkerSourceTask".to_owned();
        let failure = Failure { stage: Stage::KafkaProduce, class, error, origin };
        self.conversion.errors.failed(failure).await.map(drop)
    }

    /// Commits what may be committed. A failure is logged: the offsets go with the next commit.
    async fn commit(&mut self) {
        self.next_commit = Instant::now() + self.config.flush_interval;
        let offsets = self.submitted.committable();
        if offsets.is_empty() && !self.unsaved {
            self.committed = true;
            return self.metrics.task.commit(Duration::ZERO, true);
        }
        let begun = Instant::now();
        let stored = timeout(self.config.flush_timeout, self.store.commit(&self.connector, offsets)).await;
        self.unsaved = !matches!(stored, Ok(Ok(())));
        self.committed = !self.unsaved;
        self.metrics.task.commit(begun.elapsed(), self.committed);
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
                    Some(ack) => self.take_acks(ack).await?,
                    None => return Ok(()),
                },
                () = producer.flush() => match self.acks.try_next() {
                    Some(ack) => self.take_acks(ack).await?,
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

/// How a wait for the producer ended.
enum Waited {
    Go,
    Stopped,
    /// The next record cannot be sent; those behind it perhaps can.
    Refused(ConnectError),
}

fn unsendable(error: ConnectError) -> ConnectError {
    ConnectError::connect("Unrecoverable exception trying to send").caused_by(error)
}

fn closed() -> ConnectError {
    ConnectError::connect("The producer has closed")
}
