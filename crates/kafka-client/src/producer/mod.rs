//! Records in, acks of batches out.
//! ```text
//! Appender::append ─▶ Accumulator: one open batch a partition ─▶ Sender (the one task) ─▶ Pipeline a partition
//!                        ▲ memory comes back                         │ one request a node        │ order, sequences
//!                        └──────────────── Ack ◀─ Acks::recv ◀───────┴◀─ answers ◀───────────────┘
//! ```
//! Start at [`Producer`]. Nothing is allocated, locked or awaited for a single record: an [`Appender`] holds the lock
//! for as many records as its caller has, and an [`Ack`] settles a whole batch.

mod accumulator;
mod appender;
mod batch;
mod collect;
mod config;
mod identify;
mod partitioner;
mod pipeline;
mod record;
mod request;
mod sender;
mod settle;
mod transact;
mod transaction;
mod transactional;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

pub use appender::Appender;
pub use batch::{Ack, Submissions};
pub use config::{ProducerConfig, TransactionConfig};
pub use partitioner::{Partitioner, murmur2, partition_for_key};
pub use record::{AppendError, Record, Topic};

use crate::cluster::{Cluster, TopicName};
use crate::{ErrorKind, KafkaError};
use accumulator::Accumulator;
use appender::lock;
use sender::Sender;

/// Acks that nobody has received yet; while there are so many, nothing more is sent.
const ACKS_MAX: usize = 8192;

/// Writes records to topics, in order within each partition. Dropping it gives up what is not yet acked.
#[derive(Debug)]
pub struct Producer {
    cluster: Cluster,
    config: ProducerConfig,
    shared: Arc<Shared>,
    stop: CancellationToken,
    _task: JoinSet<()>,
}

/// The acks of one producer. They have to be received: a producer with thousands of acks waiting stops sending.
///
/// Their order: within a partition, acks come in the order of submission, also through retries, splits and failures;
/// an ack waits until every record before it in its partition has one. Across partitions they come as brokers answer.
#[derive(Debug)]
pub struct Acks {
    receiver: mpsc::Receiver<Ack>,
}

#[derive(Debug)]
struct Shared {
    accumulator: Mutex<Accumulator>,
    /// Wakes the sender.
    work: Notify,
    /// Wakes those who wait for memory.
    room: Notify,
    /// Wakes those who flush.
    settled: Notify,
    /// Wakes those who wait for a transactional call.
    turned: Notify,
}

impl Producer {
    /// Starts the sender task on the current runtime. Nothing is connected before the first record.
    pub fn new(cluster: Cluster, config: ProducerConfig) -> (Producer, Acks) {
        let shared = Arc::new(Shared {
            accumulator: Mutex::new(Accumulator::new(config.clone())),
            work: Notify::new(),
            room: Notify::new(),
            settled: Notify::new(),
            turned: Notify::new(),
        });
        let (acks, receiver) = mpsc::channel(ACKS_MAX);
        let stop = CancellationToken::new();
        let sender = Sender::new(cluster.clone(), config.clone(), shared.clone(), acks);
        let mut task = JoinSet::new();
        let stopped = stop.clone();
        let run = async move {
            stopped.run_until_cancelled(sender.run()).await;
        };
        // It logs as whoever made the producer.
        task.spawn(run.in_current_span());
        (Producer { cluster, config, shared, stop, _task: task }, Acks { receiver })
    }

    /// A topic's handle once its partitions are known; brokers with `auto.create.topics.enable` create it.
    /// # Errors
    /// The topic is not there within `max.block.ms`, may not be written, or has a name that Kafka refuses.
    pub async fn prepare(&self, topic: &str) -> Result<Topic, KafkaError> {
        self.prepare_partition(topic, 0).await
    }

    /// As [`prepare`](Self::prepare), and waits until the topic has this partition.
    /// # Errors
    /// As [`prepare`](Self::prepare).
    pub async fn prepare_partition(&self, topic: &str, partition: i32) -> Result<Topic, KafkaError> {
        let name = TopicName::from(topic);
        let mut last = None;
        match timeout(self.config.max_block, self.until_known(&name, partition, &mut last)).await {
            Ok(known) => known,
            Err(_) => Err(self.not_known(&name, partition, last)),
        }
    }

    /// The handle of a topic that was prepared.
    pub fn topic(&self, name: &str) -> Option<Topic> {
        lock(&self.shared).topic(name)
    }

    /// Takes the lock for a run of records; give it back before anything slow, and before any `await`.
    pub fn appender(&self) -> Appender<'_> {
        Appender::new(&self.shared)
    }

    /// Waits until the record that was refused with [`AppendError::BufferFull`] fits.
    /// # Errors
    /// It does not within `max.block.ms`, or the producer has failed.
    pub async fn wait_ready(&self) -> Result<(), KafkaError> {
        let waited = timeout(self.config.max_block, self.until_room()).await;
        waited.unwrap_or_else(|_| {
            let blocked = self.config.max_block.as_millis();
            let text = format!("Failed to allocate memory within the configured max blocking time {blocked} ms.");
            Err(KafkaError::Timeout(text.into()))
        })
    }

    /// Sends what is there without lingering, and waits until every record appended before has its ack.
    pub async fn flush(&self) {
        let generation = lock(&self.shared).seal_all();
        self.shared.work.notify_one();
        loop {
            let settled = self.shared.settled.notified();
            tokio::pin!(settled);
            settled.as_mut().enable();
            if lock(&self.shared).is_settled(generation) {
                return;
            }
            settled.await;
        }
    }

    /// Takes no more records, flushes for at most `allowed`, waits for a commit under way or aborts an open transaction, and
    /// stops. True if everything was acked and the transaction has ended.
    pub async fn close(self, allowed: Duration) -> bool {
        lock(&self.shared).fail(KafkaError::Closed);
        let flush = async {
            self.flush().await;
            self.end_ongoing().await;
        };
        let flushed = timeout(allowed, flush).await.is_ok();
        self.stop.cancel();
        flushed
    }

    async fn until_known(
        &self,
        name: &TopicName,
        partition: i32,
        last: &mut Option<KafkaError>,
    ) -> Result<Topic, KafkaError> {
        let mut backoff = self.cluster.retry_backoff();
        loop {
            match self.look_up(name, partition, last.is_some()).await {
                Ok(Some(topic)) => return Ok(topic),
                Ok(None) => *last = last.take().or(Some(KafkaError::Closed)),
                Err(error) if matches!(error.kind(), ErrorKind::Retriable | ErrorKind::RefreshMetadata) => {
                    *last = Some(error);
                }
                Err(error) => return Err(error),
            }
            tokio::time::sleep(backoff.next_delay()).await;
        }
    }

    async fn look_up(&self, name: &TopicName, partition: i32, again: bool) -> Result<Option<Topic>, KafkaError> {
        let names = std::slice::from_ref(name);
        let mut metadata = self.cluster.metadata(names, true).await?;
        if again && metadata.partition(name, partition).is_none() {
            metadata = self.cluster.refresh(names).await?;
        }
        metadata.usable(name)?;
        let topic = lock(&self.shared).update_topic(name, &metadata);
        Ok(topic.filter(|_| metadata.partition(name, partition).is_some()))
    }

    fn not_known(&self, name: &TopicName, partition: i32, last: Option<KafkaError>) -> KafkaError {
        let blocked = self.config.max_block;
        let count = self.cluster.cached_metadata().partition_count(name);
        if let Some(error) = last {
            tracing::debug!(topic = %name, %error, "the last attempt to find the topic");
        }
        match count {
            Some(count) => KafkaError::timeout(
                format!(
                    "Partition {partition} of topic {name} with partition count {count} is not present in metadata"
                ),
                blocked,
            ),
            None => KafkaError::Timeout(
                format!("Topic {name} not present in metadata after {} ms.", blocked.as_millis()).into(),
            ),
        }
    }

    async fn until_room(&self) -> Result<(), KafkaError> {
        loop {
            let room = self.shared.room.notified();
            tokio::pin!(room);
            room.as_mut().enable();
            {
                let accumulator = lock(&self.shared);
                if let Some(error) = accumulator.failure() {
                    return Err(error.clone());
                }
                if accumulator.has_room() {
                    return Ok(());
                }
            }
            room.await;
        }
    }
}

impl Acks {
    /// The next ack; none after the producer has ended. Cancel-safe.
    pub async fn recv(&mut self) -> Option<Ack> {
        self.receiver.recv().await
    }

    /// Up to `limit` acks at once, at least one unless the producer has ended. Cancel-safe.
    pub async fn recv_many(&mut self, acks: &mut Vec<Ack>, limit: usize) -> usize {
        self.receiver.recv_many(acks, limit).await
    }

    /// An ack that is there already.
    pub fn try_recv(&mut self) -> Option<Ack> {
        self.receiver.try_recv().ok()
    }
}
