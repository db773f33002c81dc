//! What a failed record does to its task.
//! ```text
//! stage ─▶ RetriableException ─▶ again, after a pause (retry.rs)
//!       ─▶ any other, or time is up ─▶ Halt ─▶ ErrorHandler::judge ─┬─▶ tolerated: reported, the record is left out
//!                                                                   └─▶ ErrorHandler::end: reported, the task fails
//! reported: counted, logged (log.rs), sent to the dead letter queue
//! ```
//! Start at [`ErrorHandler`]. Nothing here is called for a record that does not fail.
//! Source: Apache Kafka, `RetryWithToleranceOperator`.

mod counts;
mod log;
mod retry;
mod stage;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use connect_api::{ConnectError, StopToken};
use connect_core::TaskId;

use crate::dead_letters::{DeadLetter, DeadLetters, Delivery};
pub(crate) use counts::ErrorCounts;
pub(crate) use log::{Consumed, Origin};
pub(crate) use retry::{Retries, RetryPolicy};
pub(crate) use stage::Stage;

/// A record that failed, where, and which one it was.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub stage: Stage,
    /// The Java class that was at work.
    pub class: String,
    pub error: ConnectError,
    pub origin: Origin,
}

/// Why a batch ends before a record.
#[derive(Debug)]
pub(crate) enum Halt {
    /// The record is at fault. Nobody has been told yet: one before it may fail in a later stage.
    Failed(Box<Failure>),
    /// The task was told to stop while the record waited: it has neither succeeded nor failed.
    Stopped,
    /// The task fails, whichever record was its turn.
    Fatal(ConnectError),
}

impl From<Failure> for Halt {
    fn from(failure: Failure) -> Self {
        Self::Failed(Box::new(failure))
    }
}

/// `errors.log.enable` and `errors.log.include.messages`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorLog {
    Off,
    On,
    /// Says which record it was.
    WithRecords,
}

/// What a connector's configuration says about failed records.
#[derive(Debug, Clone)]
pub(crate) struct ErrorPolicy {
    /// `errors.tolerance=all`
    pub tolerate: bool,
    pub log: ErrorLog,
    pub retry: RetryPolicy,
}

/// Decides over the failed records of one task.
#[derive(Clone)]
pub(crate) struct ErrorHandler {
    task: TaskId,
    policy: ErrorPolicy,
    dead_letters: Option<DeadLetters>,
    counts: Arc<ErrorCounts>,
    stop: StopToken,
}

impl ErrorHandler {
    /// Counts in `counts` what it hears of.
    pub(crate) fn new(
        task: TaskId,
        policy: ErrorPolicy,
        dead_letters: Option<DeadLetters>,
        counts: Arc<ErrorCounts>,
        stop: StopToken,
    ) -> Self {
        Self { task, policy, dead_letters, counts, stop }
    }

    /// Whether a failed operation may be tried again: then its input has to be kept.
    pub(crate) fn retries(&self) -> bool {
        !self.policy.retry.is_off()
    }

    /// Whether a report needs the record as it was before anything was done to it.
    pub(crate) fn needs_records(&self) -> bool {
        self.dead_letters.is_some() || self.policy.log == ErrorLog::WithRecords
    }

    /// Whether there is anybody to report to.
    pub(crate) fn reports(&self) -> bool {
        self.dead_letters.is_some() || self.policy.log != ErrorLog::Off
    }

    pub(crate) fn dead_letters(&self) -> Option<&DeadLetters> {
        self.dead_letters.as_ref()
    }

    pub(crate) fn tolerates(&self) -> bool {
        self.policy.tolerate
    }

    /// Waits before the operation is tried again.
    /// # Errors
    /// It is not: the error is not retriable, its time is up, or the task is stopping.
    pub(crate) async fn try_again(
        &self,
        retries: &mut Retries,
        failure: impl FnOnce(ConnectError) -> Failure,
        error: ConnectError,
    ) -> Result<(), Halt> {
        self.counts.failed_once();
        let pause = match error.is_retriable() {
            true => retries.pause(&self.policy.retry),
            false => None,
        };
        let Some(pause) = pause else { return Err(failure(error).into()) };
        tracing::debug!("{error}: trying again in {pause:?}");
        if self.stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
            return Err(Halt::Stopped);
        }
        self.counts.retried();
        Ok(())
    }

    /// Reports a failure that is tolerated; the record is left out.
    /// # Errors
    /// The record is not left out: the batch ends before it.
    pub(crate) async fn judge(&self, halt: Halt) -> Result<(), Halt> {
        match halt {
            Halt::Failed(failure) if self.policy.tolerate && failure.is_tolerable() => {
                let delivery = self.report(&failure).await.ok_or(Halt::Stopped)?;
                // An offset is committed only when the queue has it; nobody else waits.
                drop(delivery);
                self.counts.skipped();
                Ok(())
            }
            other => Err(other),
        }
    }

    /// The error with which the task fails, once those before the record are done with; none if it is stopping anyway.
    pub(crate) async fn end(&self, halt: Halt) -> Option<ConnectError> {
        match halt {
            Halt::Stopped => None,
            Halt::Fatal(error) => Some(error),
            Halt::Failed(failure) => {
                drop(self.report(&failure).await);
                let why = if failure.is_tolerable() { EXCEEDED } else { UNHANDLED };
                Some(ConnectError::connect(why).caused_by(failure.error))
            }
        }
    }

    /// Judges a record that failed outside of the chain: any error may be tolerated, none is tried again.
    /// # Errors
    /// The task has to fail with this.
    pub(crate) async fn failed(&self, failure: Failure) -> Result<Option<Delivery>, ConnectError> {
        self.counts.failed_once();
        let delivery = self.report(&failure).await;
        if !self.policy.tolerate {
            return Err(ConnectError::connect(EXCEEDED).caused_by(failure.error));
        }
        let stopped = || ConnectError::connect("The task was stopped before the record could be reported");
        let delivery = delivery.ok_or_else(stopped)?;
        self.counts.skipped();
        Ok(delivery)
    }

    /// Ends when the letter is written, or when the task is to stop.
    /// # Errors
    /// It is not written.
    pub(crate) async fn written(&self, delivery: Delivery) -> Result<(), ConnectError> {
        let stopped =
            || Err(ConnectError::connect("The task was stopped before the record was in the dead letter queue"));
        self.stop.run_until_cancelled(delivery.written()).await.unwrap_or_else(stopped)
    }

    /// None if the task was stopped meanwhile; then there is no dead letter.
    async fn report(&self, failure: &Failure) -> Option<Option<Delivery>> {
        self.counts.errored();
        if self.policy.log != ErrorLog::Off {
            self.counts.logged();
            let with_record = self.policy.log == ErrorLog::WithRecords;
            tracing::error!("{}\n{}", log::line(&self.task, failure, with_record), failure.error.trace());
        }
        let Some(queue) = &self.dead_letters else { return Some(None) };
        let Some(letter) = DeadLetter::of(&self.task, failure, queue.has_context()) else { return Some(None) };
        tokio::select! {
            // A queue that has room takes what a stopping task still reports.
            biased;
            delivery = queue.send(letter, Arc::clone(&self.counts)) => Some(Some(delivery)),
            () = self.stop.cancelled() => None,
        }
    }
}

impl Failure {
    fn is_tolerable(&self) -> bool {
        self.stage.tolerates_all() || self.error.is_retriable()
    }
}

const EXCEEDED: &str = "Tolerance exceeded in error handler";
const UNHANDLED: &str = "Unhandled exception in error handler";
