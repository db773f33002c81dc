//! The sender's part in transactions: it puts the transaction's questions to the coordinators, and brings the answers back.

use std::sync::Arc;
use std::time::Instant;

use super::ProducerConfig;
use super::appender::lock;
use super::identify::Idempotence;
use super::pipeline::Identity;
use super::sender::{Event, Sender};
use super::transaction::{Answer, Coordinator, Protocol, Task, Transaction};
use crate::KafkaError;
use crate::cluster::Cluster;

/// The newest produce request that does not add partitions to transactions by itself.
const PRODUCE_V1: i16 = 11;

pub(super) fn coordinator(cluster: &Cluster, config: &ProducerConfig) -> Option<Coordinator> {
    let transaction = config.transaction.as_ref()?;
    Some(Coordinator::new(cluster.clone(), transaction.id.clone(), transaction.timeout_ms))
}

/// Up to which version produce requests mean what the transaction's protocol says.
pub(super) fn newest_version(label: Option<&(Arc<str>, Protocol)>) -> i16 {
    match label {
        Some((_, Protocol::V1)) => PRODUCE_V1,
        _ => i16::MAX,
    }
}

impl Sender {
    /// Asks what the transaction needs next, unless an answer is out.
    pub(super) fn ask_coordinator(&mut self) {
        let Some(coordinator) = self.coordinator.clone() else { return };
        let task = {
            let mut accumulator = lock(&self.shared);
            accumulator.note_partitions();
            let idle = self.unacked == 0 && accumulator.is_empty();
            accumulator.transaction().and_then(|own| own.next_task(idle).map(|task| (task, own.given_up())))
        };
        match task {
            Some((task, given_up)) => self.ask(coordinator.until(given_up), task),
            None => self.shared.turned.notify_waiters(), // a transaction without records has just ended
        }
    }

    fn ask(&mut self, coordinator: Coordinator, task: Task) {
        let partitions = match &task {
            Task::AddPartitions(_, slots) => {
                let accumulator = lock(&self.shared);
                Transaction::by_topic(slots, |slot| accumulator.place(slot))
            }
            _ => Default::default(),
        };
        self.events.push(Box::pin(async move {
            Event::Coordinated(match task {
                Task::Initialize(current) => Answer::Initialized(coordinator.initialize(current).await),
                Task::AddPartitions(identity, slots) => {
                    let result = coordinator.add_partitions(identity, partitions).await;
                    Answer::PartitionsAdded(slots, result)
                }
                Task::SendOffsets(identity, protocol, offsets) => {
                    let (begun, result) = coordinator.send_offsets(identity, protocol, &offsets).await;
                    Answer::OffsetsSent { sent: offsets, begun, result }
                }
                Task::End(identity, protocol, commit) => {
                    Answer::Ended(coordinator.end(identity, protocol, commit).await)
                }
            })
        }));
    }

    pub(super) fn coordinated(&mut self, answer: Answer, now: Instant) {
        let identity = {
            let mut accumulator = lock(&self.shared);
            let Some(transaction) = accumulator.transaction() else { return };
            match answer {
                Answer::Initialized(answer) => transaction.initialized(answer),
                Answer::PartitionsAdded(slots, answer) => transaction.partitions_added(slots, answer),
                Answer::OffsetsSent { sent, begun, result } => transaction.offsets_sent(&sent, begun, result),
                Answer::Ended(answer) => transaction.ended(answer, now),
            }
            transaction.identity()
        };
        identity.into_iter().for_each(|identity| self.adopt(identity));
        self.note_transaction_failure();
    }

    /// Goes on under the identity that the coordinator gave. Nothing is in flight when it is a new one.
    fn adopt(&mut self, identity: Identity) {
        if self.failed.is_some() || self.idempotence == Idempotence::Granted(identity) {
            return;
        }
        self.idempotence = Idempotence::Granted(identity);
        for pipeline in self.pipelines.values_mut().filter(|pipeline| pipeline.needs_epoch()) {
            pipeline.restart(Some(identity));
        }
    }

    /// A batch was given up: its transaction, if there is one, cannot be committed.
    pub(super) fn fail_transaction(&mut self, error: &KafkaError) {
        if self.coordinator.is_none() {
            return;
        }
        lock(&self.shared).transaction().into_iter().for_each(|own| own.batch_failed(error));
        self.note_transaction_failure();
    }

    fn note_transaction_failure(&mut self) {
        self.shared.turned.notify_waiters();
        let failure = lock(&self.shared).transaction().and_then(|own| own.failure().cloned());
        if let Some(error) = failure.filter(|_| self.failed.is_none()) {
            self.fail_all(error);
        }
    }
}
