//! How long a call goes on: its deadline, its pauses, and what it says when it gives up.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::{Instant, sleep, timeout_at};

use super::Admin;
use crate::net::Backoff;
use crate::{ErrorCode, KafkaError};

/// One call of the admin, over all its attempts.
#[derive(Debug)]
pub(super) struct Call {
    name: &'static str,
    begun: Instant,
    allowed: Duration,
    backoff: Backoff,
    attempts: u32,
    attempts_max: u32,
    /// Whether a request ever went out.
    sent: AtomicBool,
}

impl Call {
    pub(super) fn new(admin: &Admin, name: &'static str) -> Self {
        Call {
            name,
            begun: Instant::now(),
            // A day's end is as good as none, and adding it never overflows.
            allowed: admin.config.default_api_timeout.min(Duration::from_secs(1 << 32)),
            backoff: admin.cluster.retry_backoff(),
            attempts: 0,
            attempts_max: admin.config.retries.saturating_add(1),
            sent: AtomicBool::new(false),
        }
    }

    fn deadline(&self) -> Instant {
        self.begun + self.allowed
    }

    /// What is left, as requests tell it to brokers.
    pub(super) fn left_ms(&self, at_most: Duration) -> i32 {
        let left = self.deadline().saturating_duration_since(Instant::now()).min(at_most);
        i32::try_from(left.as_millis()).unwrap_or(i32::MAX)
    }

    /// Runs a part of an attempt; none if the call's time is over first.
    pub(super) async fn within<T>(&self, part: impl Future<Output = T>) -> Option<T> {
        timeout_at(self.deadline(), part).await.ok()
    }

    /// A node was found, and is asked.
    pub(super) fn note_sent(&self) {
        self.sent.store(true, Ordering::Relaxed);
    }

    /// After a failed attempt: waits for the next one. False: there is none.
    pub(super) async fn again(&mut self) -> bool {
        self.attempts = self.attempts.saturating_add(1);
        if self.attempts >= self.attempts_max || Instant::now() >= self.deadline() {
            return false;
        }
        let pause = self.backoff.next_delay();
        self.within(sleep(pause)).await.is_some()
    }

    /// What the caller gets instead of an answer; `last` is what went wrong last.
    pub(super) fn given_up(&self, last: Option<KafkaError>) -> KafkaError {
        match last {
            // A quota violation says more than that time ran out.
            Some(error) if error.code() == Some(ErrorCode::THROTTLING_QUOTA_EXCEEDED) => error,
            Some(error) => KafkaError::Timeout(format!("{} ({error})", self.timed_out()).into()),
            None if self.sent.load(Ordering::Relaxed) => KafkaError::Timeout(self.timed_out().into()),
            None => KafkaError::Timeout(format!("Timed out waiting for a node assignment. Call: {}", self.name).into()),
        }
    }

    /// Java's words, with its clock's milliseconds.
    fn timed_out(&self) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let deadline = now + self.deadline().saturating_duration_since(Instant::now()).as_millis();
        format!(
            "Call(callName={}, deadlineMs={deadline}, tries={}, nextAllowedTryMs={now}) timed out at {now} after {} attempt(s)",
            self.name, self.attempts, self.attempts
        )
    }
}
