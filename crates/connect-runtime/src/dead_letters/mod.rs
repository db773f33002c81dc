//! The dead letter queue of one sink task.
//! ```text
//! ErrorHandler ─▶ DeadLetter ─▶ orders, at most ORDERS_WAITING ─▶ Writer ─▶ Produce, buffer.memory
//!                                                                   │ ack
//! commit of offsets ◀── settled ◀───────────────────────────────────┘
//! ```
//! A letter that cannot be written is logged and counted, and [lost](Lost): the task fails and commits nothing more, so that the
//! record comes again. Who sends waits while the queue is full, so that memory stays bounded by the orders' few records
//! and the producer's buffer.

mod letter;
#[cfg(test)]
mod tests;
mod topic;
mod writer;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use connect_api::ConnectError;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tracing::Instrument;

use crate::errors::ErrorCounts;
use crate::kafka::ProduceAndAcks;
pub(crate) use letter::DeadLetter;
pub(crate) use topic::ensure_topic;
use writer::{Order, Writer};

/// How many letters wait for the writer. Few: each keeps the fetched batch of its record alive.
const ORDERS_WAITING: usize = 16;

/// Why the first letter that could not be written was not; none as long as all could.
type Lost = Arc<OnceLock<ConnectError>>;

/// Sends letters; cheap to clone.
#[derive(Clone)]
pub(crate) struct DeadLetters {
    orders: mpsc::Sender<Order>,
    with_context: bool,
    lost: Lost,
}

/// The running queue. Dropping it gives up what is not written yet.
pub(crate) struct DeadLetterQueue {
    letters: DeadLetters,
    writer: JoinSet<()>,
}

impl DeadLetterQueue {
    /// Writes to `topic`; `with_context` is `errors.deadletterqueue.context.headers.enable`.
    pub(crate) fn open(topic: &str, with_context: bool, client: ProduceAndAcks) -> Self {
        let (sender, orders) = mpsc::channel(ORDERS_WAITING);
        let (mut writer, lost) = (JoinSet::new(), Lost::default());
        // It logs as its task.
        writer.spawn(Writer::new(topic, client, orders, Arc::clone(&lost)).run().in_current_span());
        Self { letters: DeadLetters { orders: sender, with_context, lost }, writer }
    }

    pub(crate) fn letters(&self) -> DeadLetters {
        self.letters.clone()
    }

    /// Waits until everything is written, up to `timeout`, and ends the writer.
    pub(crate) async fn close(mut self, timeout: Duration) {
        if !self.letters.settled(timeout).await.unwrap_or(false) {
            tracing::error!("Some records could not be written to the dead letter queue in time");
        }
        self.writer.shutdown().await;
    }
}

impl DeadLetters {
    /// Whether letters say in their headers what went wrong.
    pub(crate) fn has_context(&self) -> bool {
        self.with_context
    }

    /// Ends when the writer has room for the letter. Cancel-safe: the letter is sent as a whole or not at all.
    pub(crate) async fn send(&self, letter: DeadLetter, counts: Arc<ErrorCounts>) -> Delivery {
        let (done, delivery) = oneshot::channel();
        // A writer that has ended drops `done`, which the delivery sees.
        drop(self.orders.send(Order::Write(Box::new(letter), counts, done)).await);
        Delivery(delivery)
    }

    /// Ends when every letter sent before has been written; false after `timeout`.
    /// # Errors
    /// As [`check`](Self::check), or the queue is closed.
    pub(crate) async fn settled(&self, timeout: Duration) -> Result<bool, ConnectError> {
        let (done, settled) = oneshot::channel();
        let settled = async {
            drop(self.orders.send(Order::Settle(done)).await);
            settled.await.map_err(|_| closed())
        };
        let settled = tokio::time::timeout(timeout, settled).await;
        self.check()?;
        settled.map_or(Ok(false), |settled| settled.map(|()| true))
    }

    /// # Errors
    /// A letter could not be written, and never will be: no offset may be committed any more.
    pub(crate) fn check(&self) -> Result<(), ConnectError> {
        self.lost.get().map_or(Ok(()), |why| Err(why.clone()))
    }
}

fn closed() -> ConnectError {
    ConnectError::connect("The dead letter queue has been closed")
}

/// What becomes of one letter.
pub(crate) struct Delivery(oneshot::Receiver<Result<(), ConnectError>>);

impl Delivery {
    /// # Errors
    /// The letter could not be written.
    pub(crate) async fn written(self) -> Result<(), ConnectError> {
        self.0.await.unwrap_or_else(|_| Err(closed()))
    }
}
