//! The one task of a producer: it takes batches from the accumulator, sends them to their leaders, and acks them.
//!
//! Every slow thing (connect, answer, metadata, producer id) is a future in `events`; the loop itself never waits for
//! one of them alone. At most `max.in.flight.requests.per.connection` requests are under way to one node, each with at
//! most one batch of a partition.

mod node;
mod refresh;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use kafka_protocol::messages::{ProduceRequest, ProduceResponse};
use tokio::sync::mpsc;

use super::appender::lock;
use super::batch::{Ack, Batch};
use super::collect::{PAUSE, Request, build};
use super::identify::{Idempotence, identify, last_sequence};
use super::pipeline::{Identity, Pipeline};
use super::request;
use super::settle::Settled;
use super::transact::{coordinator, newest_version};
use super::transaction::{Answer, Coordinator};
use super::{ProducerConfig, Shared};
use crate::cluster::{Cluster, Metadata, NodeId, OwnLane};
use crate::net::{Connection, REQUESTS_QUEUED_MAX};
use crate::{ErrorKind, KafkaError};
use node::Node;
pub(super) use node::Readiness;
use refresh::Refresh;

/// The loop looks around at least this often, whatever its timers say.
const LOOK_AROUND: Duration = Duration::from_secs(5);
/// Requests under way to one node, whatever is configured. The rest of the connection's queue is for those of others: the
/// loop must not wait in `submit` for a broker that reads nothing, because its timeouts would wait too.
const IN_FLIGHT_MAX: usize = REQUESTS_QUEUED_MAX / 2;

pub(super) struct Sender {
    pub(super) cluster: Cluster,
    /// Brokers work on one request of a connection at a time: another client's batches would stand before this one's.
    lane: OwnLane,
    pub(super) config: ProducerConfig,
    pub(super) shared: Arc<Shared>,
    pub(super) acks: mpsc::Sender<Ack>,
    pub(super) pipelines: BTreeMap<usize, Pipeline>,
    pub(super) idempotence: Idempotence,
    /// Of a producer with transactions.
    pub(super) coordinator: Option<Coordinator>,
    pub(super) nodes: HashMap<i32, Node>,
    pub(super) events: FuturesUnordered<EventFuture>,
    pub(super) refresh: Refresh,
    pub(super) max_in_flight: usize,
    /// Why nothing can be sent any more.
    pub(super) failed: Option<KafkaError>,
    /// Acks for which the channel had no room.
    pub(super) unsent_acks: VecDeque<Settled>,
    /// Batches taken from the accumulator whose ack is not in the channel yet.
    pub(super) unacked: usize,
    pub(super) turn: usize,
}

pub(super) type EventFuture = Pin<Box<dyn Future<Output = Event> + Send>>;

pub(super) enum Event {
    Connected { node: i32, result: Result<Arc<Connection>, KafkaError> },
    Answered { node: i32, batches: Vec<Batch>, result: Result<ProduceResponse, KafkaError> },
    Described { batch: Batch, last_sequence: Result<Option<i32>, KafkaError> },
    Refreshed(Result<Arc<Metadata>, KafkaError>),
    Identified(Result<Identity, KafkaError>),
    Coordinated(Answer),
}

impl Sender {
    pub(super) fn new(cluster: Cluster, config: ProducerConfig, shared: Arc<Shared>, acks: mpsc::Sender<Ack>) -> Self {
        let backoff = cluster.retry_backoff();
        Sender {
            max_in_flight: config.max_in_flight.min(IN_FLIGHT_MAX),
            idempotence: Idempotence::at_first(&config),
            coordinator: coordinator(&cluster, &config),
            refresh: Refresh::new(backoff),
            pipelines: BTreeMap::new(),
            nodes: HashMap::new(),
            events: FuturesUnordered::new(),
            failed: None,
            unsent_acks: VecDeque::new(),
            unacked: 0,
            turn: 0,
            lane: cluster.data_lane(),
            cluster,
            config,
            shared,
            acks,
        }
    }

    /// Runs until it is dropped.
    pub(super) async fn run(mut self) {
        loop {
            let now = Instant::now();
            self.ask_for_what_is_missing(now);
            let wake_at = self.send_what_is_ready(now).await;
            self.ask_coordinator();
            let wake_at = self.refresh.wake_at(wake_at, now);
            let shared = self.shared.clone();
            // Cancel-safe: an event that was not taken stays in `events`, a notification stays a permit.
            tokio::select! {
                Some(event) = self.events.next(), if !self.events.is_empty() => self.handle(event),
                () = shared.work.notified() => {}
                () = tokio::time::sleep_until(wake_at.into()) => {}
            }
            while let Some(Some(event)) = self.events.next().now_or_never() {
                self.handle(event);
            }
        }
    }

    fn handle(&mut self, event: Event) {
        let now = Instant::now();
        match event {
            Event::Connected { node, result } => self.connected(node, result, now),
            Event::Answered { node, batches, result } => self.answered(node, batches, result, now),
            Event::Described { batch, last_sequence } => self.described(batch, last_sequence, now),
            Event::Refreshed(result) => self.refreshed(result, now),
            Event::Identified(result) => self.identified(result),
            Event::Coordinated(answer) => self.coordinated(answer, now),
        }
    }

    fn ask_for_what_is_missing(&mut self, now: Instant) {
        let idle = lock(&self.shared).is_empty();
        if self.idempotence == Idempotence::Wanted && !(idle && self.unacked == 0) {
            self.idempotence = Idempotence::Requested;
            let cluster = self.cluster.clone();
            self.events.push(Box::pin(async move { Event::Identified(identify(cluster).await) }));
        }
        if self.refresh.due(now, self.cluster.config().metadata_max_age) {
            self.refresh();
        }
    }

    fn refresh(&mut self) {
        let topics = lock(&self.shared).topic_names();
        if topics.is_empty() {
            return; // a producer without topics connects to nobody
        }
        self.refresh.under_way = true;
        let cluster = self.cluster.clone();
        self.events.push(Box::pin(async move { Event::Refreshed(cluster.refresh(&topics).await) }));
    }

    /// Sends every batch that may go, and says when to look again.
    async fn send_what_is_ready(&mut self, now: Instant) -> Instant {
        let mut wake_at = now + LOOK_AROUND;
        self.send_acks();
        loop {
            self.start_new_epochs();
            let requests = self.collect(now, &mut wake_at);
            if requests.is_empty() {
                let pause = if self.unsent_acks.is_empty() { LOOK_AROUND } else { PAUSE };
                return wake_at.min(now + pause);
            }
            for (node, request) in requests {
                self.send(node, request).await;
            }
        }
    }

    async fn send(&mut self, node: i32, Request { connection, batches, .. }: Request) {
        self.nodes.entry(node).or_default().in_flight += 1;
        let (batches, parts) = build(&self.shared, batches);
        let (acks, timeout_ms) = (self.config.acks, self.config.request_timeout.as_millis());
        let timeout_ms = i32::try_from(timeout_ms).unwrap_or(i32::MAX);
        let transaction = lock(&self.shared).transaction().map(|own| own.label());
        let id = transaction.as_ref().map(|(id, _)| &**id);
        let submitted = match connection.version::<ProduceRequest>() {
            Ok(version) => {
                let version = version.min(newest_version(transaction.as_ref()));
                let frame = request::encode(&parts, version, id, acks, timeout_ms);
                connection.submit(frame).await.map(|reply| (reply, version))
            }
            Err(error) => Err(error),
        };
        self.events.push(Box::pin(async move {
            let result = match submitted {
                Err(error) => Err(error),
                Ok((reply, _)) if acks == 0 => reply.bytes().await.map(|_| ProduceResponse::default()),
                Ok((reply, version)) => reply.decode::<ProduceRequest>(version).await,
            };
            Event::Answered { node, batches, result }
        }));
    }

    fn connected(&mut self, node: i32, result: Result<Arc<Connection>, KafkaError>, now: Instant) {
        let pause = self.cluster.config().retry_backoff;
        let state = self.nodes.entry(node).or_default();
        state.connecting = false;
        match result {
            Ok(connection) => {
                state.serial += 1;
                state.connection = Some(connection);
            }
            // Without this every record would wait for delivery.timeout.ms and then say nothing of the reason.
            Err(error) if error.kind() == ErrorKind::Authentication => self.fail_all(error),
            Err(error) => {
                tracing::warn!(node, %error, "cannot send to this node");
                state.throttled_until = now.checked_add(pause);
                self.refresh.wanted = true;
            }
        }
    }

    fn answered(&mut self, node: i32, batches: Vec<Batch>, result: Result<ProduceResponse, KafkaError>, now: Instant) {
        if let Some(state) = self.nodes.get_mut(&node) {
            state.in_flight -= 1;
            let throttle = result.as_ref().map_or(0, |response| response.throttle_time_ms);
            let throttle = Duration::from_millis(u64::try_from(throttle).unwrap_or(0));
            state.throttled_until = now.checked_add(throttle).filter(|until| *until > now);
        }
        if result.is_err() {
            self.refresh.wanted = true;
        }
        lock(&self.shared).transaction().into_iter().for_each(|own| own.note_answer(now));
        self.settle(batches, result, now);
    }

    /// Asks the leader how far it has stored what this producer sent to the batch's partition.
    pub(super) fn ask_for_last_sequence(&mut self, batch: Batch) {
        let (cluster, (topic, partition)) = (self.cluster.clone(), lock(&self.shared).place(batch.slot));
        self.events.push(Box::pin(async move {
            let last_sequence = last_sequence(cluster, topic, partition, batch.identity).await;
            Event::Described { batch, last_sequence }
        }));
    }

    pub(super) fn connect(&mut self, id: i32) {
        let node = self.nodes.entry(id).or_default();
        node.connecting = true;
        node.connection = None;
        let (cluster, node) = (self.cluster.clone(), NodeId::new(id).on(self.lane.lane()));
        self.events
            .push(Box::pin(async move { Event::Connected { node: id, result: cluster.connection(node).await } }));
    }

    pub(super) fn want_metadata(&mut self) {
        self.refresh.wanted = true;
    }

    fn refreshed(&mut self, result: Result<Arc<Metadata>, KafkaError>, now: Instant) {
        match result {
            Ok(metadata) => {
                self.refresh.done(now);
                let mut accumulator = lock(&self.shared);
                for topic in accumulator.topic_names() {
                    accumulator.update_topic(&topic, &metadata);
                }
            }
            Err(error) if error.kind() == ErrorKind::Authentication => self.fail_all(error),
            Err(error) => {
                tracing::debug!(%error, "no metadata");
                self.refresh.failed(now);
            }
        }
    }
}

#[cfg(test)]
mod tests;
