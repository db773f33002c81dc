//! `task-error-metrics`: failed records and what became of them.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use connect_core::TaskId;

use super::registry::{Group, Reading, Tags, Told};
use super::task::tags;

pub(crate) struct ErrorMetrics {
    tags: Tags,
    failures: AtomicU64,
    errors: AtomicU64,
    skipped: AtomicU64,
    retries: AtomicU64,
    logged: AtomicU64,
    dead_letters: AtomicU64,
    dead_letters_failed: AtomicU64,
    /// Milliseconds since the epoch; 0 before the first.
    last: AtomicI64,
}

impl ErrorMetrics {
    pub(crate) fn new(id: &TaskId) -> Self {
        Self {
            tags: tags(id),
            failures: AtomicU64::new(0),
            errors: AtomicU64::new(0),
            skipped: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            logged: AtomicU64::new(0),
            dead_letters: AtomicU64::new(0),
            dead_letters_failed: AtomicU64::new(0),
            last: AtomicI64::new(0),
        }
    }

    /// One attempt failed.
    pub(crate) fn failure(&self) {
        self.failures.fetch_add(1, Relaxed);
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.last.store(i64::try_from(since.as_millis()).unwrap_or(i64::MAX), Relaxed);
    }

    /// A record ended failed.
    pub(crate) fn error(&self) {
        self.errors.fetch_add(1, Relaxed);
    }

    pub(crate) fn skipped(&self) {
        self.skipped.fetch_add(1, Relaxed);
    }

    pub(crate) fn retry(&self) {
        self.retries.fetch_add(1, Relaxed);
    }

    pub(crate) fn logged(&self) {
        self.logged.fetch_add(1, Relaxed);
    }

    pub(crate) fn dead_letter(&self) {
        self.dead_letters.fetch_add(1, Relaxed);
    }

    pub(crate) fn dead_letter_failed(&self) {
        self.dead_letters_failed.fetch_add(1, Relaxed);
    }
}

impl Group for ErrorMetrics {
    fn name(&self) -> &'static str {
        "task-error-metrics"
    }

    fn tell(&self, _: Instant) -> Vec<(Tags, Told)> {
        let count = |counter: &AtomicU64| Reading::Count(counter.load(Relaxed) as f64);
        let told = vec![
            ("total-record-failures", count(&self.failures)),
            ("total-record-errors", count(&self.errors)),
            ("total-records-skipped", count(&self.skipped)),
            ("total-retries", count(&self.retries)),
            ("total-errors-logged", count(&self.logged)),
            ("deadletterqueue-produce-requests", count(&self.dead_letters)),
            ("deadletterqueue-produce-failures", count(&self.dead_letters_failed)),
            ("last-error-timestamp", Reading::Gauge(self.last.load(Relaxed) as f64)),
        ];
        vec![(self.tags.clone(), told)]
    }
}
