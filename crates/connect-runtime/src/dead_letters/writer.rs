//! Writes letters one by one and says what became of each.

use std::collections::BTreeMap;
use std::sync::Arc;

use connect_api::ConnectError;
use tokio::sync::{mpsc, oneshot};

use super::{DeadLetter, Lost, closed};
use crate::errors::ErrorCounts;
use crate::kafka::{Acked, Acks, Blocked, OutgoingBatch, Produce, ProduceAndAcks, Stopped, Unsent};

type Done = oneshot::Sender<Result<(), ConnectError>>;

/// What a writer is asked for.
pub(super) enum Order {
    Write(Box<DeadLetter>, Arc<ErrorCounts>, Done),
    /// Fires when every letter before has been written or has failed.
    Settle(oneshot::Sender<()>),
}

/// The task behind the queue.
pub(super) struct Writer {
    producer: Box<dyn Produce>,
    acks: Box<dyn Acks>,
    orders: mpsc::Receiver<Order>,
    batch: OutgoingBatch,
    ledger: Ledger,
}

/// The letters that are on their way.
struct Ledger {
    topic: Arc<str>,
    /// By the producer's number, which is the next one for the next letter.
    unacked: BTreeMap<u64, (Arc<ErrorCounts>, Done)>,
    next: u64,
    /// Each waits for the letters below its number.
    settling: Vec<(u64, oneshot::Sender<()>)>,
    lost: Lost,
}

impl Writer {
    pub(super) fn new(
        topic: &str,
        (producer, acks): ProduceAndAcks,
        orders: mpsc::Receiver<Order>,
        lost: Lost,
    ) -> Self {
        let ledger = Ledger { topic: topic.into(), unacked: BTreeMap::new(), next: 0, settling: Vec::new(), lost };
        Self { producer, acks, orders, batch: OutgoingBatch::default(), ledger }
    }

    /// Runs until nobody can send any more, or the producer is closed.
    pub(super) async fn run(mut self) {
        loop {
            tokio::select! {
                biased;
                acked = self.acks.next() => match acked {
                    Some(acked) => self.ledger.on_acked(&acked),
                    None => return self.ledger.lose(&closed()),
                },
                order = self.orders.recv() => match order {
                    Some(order) => self.on_order(order).await,
                    None => break,
                },
            }
        }
    }

    async fn on_order(&mut self, order: Order) {
        match order {
            Order::Write(letter, counts, done) => {
                counts.dead_letter_requested();
                letter.write_to(&self.ledger.topic, &mut self.batch);
                match self.append().await {
                    Ok(()) => self.ledger.appended(counts, done),
                    Err(error) => self.ledger.tell(&counts, done, Err(error)),
                }
            }
            Order::Settle(done) => self.ledger.settle(done),
        }
    }

    /// Waits for room as long as the producer does: `max.block.ms`.
    async fn append(&mut self) -> Result<(), ConnectError> {
        loop {
            match self.producer.append(&self.batch, 0)?.stopped {
                None => return Ok(()),
                Some(Stopped::Refused(error)) => return Err(error),
                Some(Stopped::Blocked(blocked)) => self.unblock(&blocked).await?,
            }
        }
    }

    async fn unblock(&mut self, blocked: &Blocked) -> Result<(), ConnectError> {
        // One wait, whatever is acknowledged meanwhile: `max.block.ms` counts from its beginning.
        let mut unblocked = self.producer.unblock(blocked);
        loop {
            tokio::select! {
                unblocked = &mut unblocked => return unblocked.map_err(Unsent::into_error),
                acked = self.acks.next() => self.ledger.on_acked(&acked.ok_or_else(closed)?),
            }
        }
    }
}

impl Ledger {
    fn appended(&mut self, counts: Arc<ErrorCounts>, done: Done) {
        self.unacked.insert(self.next, (counts, done));
        self.next += 1;
    }

    fn settle(&mut self, done: oneshot::Sender<()>) {
        self.settling.push((self.next, done));
        self.tell_settled();
    }

    fn on_acked(&mut self, acked: &Acked) {
        for number in acked.numbers.iter().cloned().flatten() {
            if let Some((counts, done)) = self.unacked.remove(&number) {
                self.tell(&counts, done, acked.result.clone().map(drop).map_err(Unsent::into_error));
            }
        }
        self.tell_settled();
    }

    fn tell(&self, counts: &ErrorCounts, done: Done, result: Result<(), ConnectError>) {
        if let Err(error) = &result {
            counts.dead_letter_failed();
            let topic = &self.topic;
            tracing::error!("Could not produce message to dead letter queue. topic={topic}\n{}", error.trace());
            self.lose(error);
        }
        // Only a task that has reported the record itself waits.
        drop(done.send(result));
    }

    fn lose(&self, why: &ConnectError) {
        let text = format!(
            "A record could not be written to the dead letter queue {}. Offsets are not committed past it, so that it \
             comes again when the task is restarted",
            self.topic
        );
        // Set already: the first one counts.
        let _ = self.lost.set(ConnectError::connect(text).caused_by(why.clone()));
    }

    fn tell_settled(&mut self) {
        let first = self.unacked.keys().next().copied().unwrap_or(self.next);
        for (_, done) in self.settling.extract_if(.., |(upto, _)| *upto <= first) {
            // Who waited may have lost patience.
            let _ = done.send(());
        }
    }
}
