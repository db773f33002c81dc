//! Behind `poll`: converts and sends, while the [`Books`] are kept.
//!
//! Memory: beside the batch of `poll` there is one converted chunk of it ([`SourceConversion`]), what the producer holds
//! (`buffer.memory`), and the bookkeeping of at most [`TRACKED_MAX`] records and a chunk. A source that is faster than the
//! broker waits in [`Pipeline::send`], and is not polled meanwhile.

use std::sync::Arc;
use std::time::Duration;

use connect_api::{ConnectError, RecordMetadata, SourceBatch, SourceRecord, StopToken};
use connect_core::ConnectorName;
use tokio::time::{Instant, timeout_at};

use super::SourceConversion;
use super::books::{Books, PipelineEvent};
use super::submission::{Originals, Submission};
use crate::kafka::{Blocked, Produce, ProduceAndAcks, Stopped, Unsent};
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
    /// How long a task may take to stop; then it is aborted, and commits nothing more.
    pub grace: Duration,
    /// [`TRACKED_MAX`], or less in tests.
    pub tracked_max: usize,
}

/// Of the grace: until then a stopping task waits for acks.
const DRAIN_SHARE: f32 = 0.8;
/// Of the grace: until then it waits for its last commit. The rest is for its own stop.
const COMMIT_SHARE: f32 = 0.9;

/// From records to committed offsets.
pub(crate) struct Pipeline {
    conversion: SourceConversion,
    producer: Box<dyn Produce>,
    /// None leaves the creation of topics to the broker.
    creation: Option<TopicCreation>,
    books: Books,
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
        let books = Books::new(connector, acks, store, topics, conversion.errors.clone(), config, metrics.clone());
        Self { conversion, producer, creation, books, metrics }
    }

    /// Whether the task wants to be told of each record.
    pub(crate) fn keep_records(&mut self, wanted: bool) {
        self.books.confirmations.want(wanted);
    }

    /// What `commit_record` is to be called with.
    pub(crate) fn take_confirmed(&mut self) -> Vec<(SourceRecord, Option<RecordMetadata>)> {
        self.books.confirmations.take()
    }

    /// True once after each commit.
    pub(crate) fn take_committed(&mut self) -> bool {
        std::mem::take(&mut self.books.committed)
    }

    /// The next thing to [`handle`](Self::handle). Cancel-safe.
    pub(crate) async fn event(&mut self) -> PipelineEvent {
        self.books.event().await
    }

    /// Takes acks, or commits. Not to be dropped half way: offsets on their way to the store would be lost.
    /// # Errors
    /// The producer has failed for good.
    pub(crate) async fn handle(&mut self, event: PipelineEvent) -> Result<(), ConnectError> {
        self.books.handle(event).await
    }

    /// Converts and sends the whole batch, or as much as fits before `stop`. The rest is not submitted, so that its
    /// offsets are not committed.
    /// # Errors
    /// A record failed and is not tolerated: those before it were sent. Or the producer failed.
    pub(crate) async fn send(&mut self, batch: SourceBatch, stop: &StopToken) -> Result<(), ConnectError> {
        let (records, numbers) = (batch.len() as u64, self.books.submitted.next_number());
        let sent = self.send_all(batch, stop).await;
        // Nobody will hear of the others again: they were dropped, or left out at the end.
        let submitted = self.books.submitted.next_number().saturating_sub(numbers);
        self.metrics.source.settled(records.saturating_sub(submitted), 0);
        sent
    }

    async fn send_all(&mut self, mut batch: SourceBatch, stop: &StopToken) -> Result<(), ConnectError> {
        let originals =
            self.books.confirmations.keeps().then(|| batch.iter().cloned().map(Some).collect::<Originals>());
        // Records that are tried again may take long.
        let beginning = self.conversion.begin(&mut batch, originals.as_deref());
        let prepared = self.books.meanwhile(beginning).await?;
        let mut records = Submission { batch, originals, prepared, at: 0 };
        while !records.prepared.is_done() {
            let Submission { batch, originals, prepared, .. } = &mut records;
            let converting = self.conversion.convert_next(batch, originals.as_deref(), prepared);
            self.books.meanwhile(converting).await?;
            if !self.has_space(stop).await? || !self.send_chunk(&mut records, stop).await? {
                return Ok(());
            }
        }
        while let Some(ack) = self.books.acks.try_next() {
            self.books.take_acks(ack).await?;
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
            records.submit(appended.next - next, &mut self.books);
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
            self.books.undelivered(records.next_origin(), refused).await?;
            records.drop_next(&mut self.books);
            next += 1;
        }
        records.settle_dropped(&mut self.books);
        Ok(true)
    }

    /// Waits until the books have space for another chunk; answers false when stopped before.
    async fn has_space(&mut self, stop: &StopToken) -> Result<bool, ConnectError> {
        while self.books.submitted.tracked() >= self.books.config.tracked_max {
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(false),
                event = self.books.event() => self.books.handle(event).await?,
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
        // One wait, whatever comes meanwhile: `max.block.ms` counts from its beginning.
        let unblocked = stop.run_until_cancelled(self.producer.unblock(blocked));
        match self.books.meanwhile(unblocked).await? {
            None => Ok(Waited::Stopped),
            Some(Ok(())) => Ok(Waited::Go),
            // Java's producer tells such errors of each record, too.
            Some(Err(Unsent::Records(error))) => Ok(Waited::Refused(error)),
            Some(Err(Unsent::Producer(error))) => Err(unsendable(error)),
        }
    }

    /// Answers false when stopped before the topic was there.
    async fn create_topic(&mut self, topic: &Arc<str>, stop: &StopToken) -> Result<bool, ConnectError> {
        let Some(creation) = self.creation.clone() else { return Ok(true) };
        let created = self.books.meanwhile(stop.run_until_cancelled(creation.ensure(topic))).await?;
        created.transpose().map(|created| created.is_some())
    }

    /// Commits, waits for outstanding acks, and commits these: all within the grace of a task that was told to stop at
    /// `stopped`, or has failed just now.
    /// # Errors
    /// Records failed meanwhile.
    pub(crate) async fn finish(&mut self, stopped: Option<Instant>) -> Result<(), ConnectError> {
        let (now, grace) = (Instant::now(), self.books.config.grace);
        let begun = stopped.unwrap_or(now);
        let (drained_by, committed_by) = (begun + grace.mul_f32(DRAIN_SHARE), begun + grace.mul_f32(COMMIT_SHARE));
        // First of all: a poll that ended late may have left too little time for the acks.
        self.books.commit_by(committed_by).await;
        let drained_by = drained_by.min(Instant::now() + self.books.config.flush_timeout);
        let drained = match timeout_at(drained_by, self.drain()).await {
            Ok(drained) => drained,
            Err(_) => {
                tracing::warn!(
                    "{} records were not acknowledged in time; they will be sent again after a restart",
                    self.books.submitted.unacked()
                );
                Ok(())
            }
        };
        self.books.commit_by(committed_by).await;
        drained
    }

    async fn drain(&mut self) -> Result<(), ConnectError> {
        let Self { producer, books, .. } = self;
        while books.submitted.unacked() > 0 {
            tokio::select! {
                biased;
                ack = books.acks.next() => match ack {
                    Some(ack) => books.take_acks(ack).await?,
                    None => return Ok(()),
                },
                () = producer.flush() => match books.acks.try_next() {
                    Some(ack) => books.take_acks(ack).await?,
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

pub(super) fn unsendable(error: ConnectError) -> ConnectError {
    ConnectError::connect("Unrecoverable exception trying to send").caused_by(error)
}
