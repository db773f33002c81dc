//! What happened to the failed records of one task, for its metrics.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use connect_api::java;

/// The group `task-error-metrics`; counted only where something fails.
#[derive(Debug, Default)]
pub(crate) struct ErrorCounts {
    record_failures: AtomicU64,
    record_errors: AtomicU64,
    records_skipped: AtomicU64,
    retries: AtomicU64,
    errors_logged: AtomicU64,
    dead_letter_requests: AtomicU64,
    dead_letter_failures: AtomicU64,
    /// Milliseconds since the epoch; 0 for never.
    last_error: AtomicI64,
}

impl ErrorCounts {
    /// `total-record-failures`: one attempt.
    pub(super) fn failed_once(&self) {
        add(&self.record_failures);
    }

    /// `total-record-errors`: a record that ended so.
    pub(super) fn errored(&self) {
        add(&self.record_errors);
        self.last_error.store(java::current_time_millis(), Ordering::Relaxed);
    }

    pub(super) fn skipped(&self) {
        add(&self.records_skipped);
    }

    pub(super) fn retried(&self) {
        add(&self.retries);
    }

    pub(super) fn logged(&self) {
        add(&self.errors_logged);
    }

    pub(crate) fn dead_letter_requested(&self) {
        add(&self.dead_letter_requests);
    }

    pub(crate) fn dead_letter_failed(&self) {
        add(&self.dead_letter_failures);
    }

    /// The counts as the metrics' names have them: failures, errors, skipped, retries, logged, dead letters, those of
    /// them that failed.
    pub(crate) fn all(&self) -> [u64; 7] {
        let counts = [
            &self.record_failures,
            &self.record_errors,
            &self.records_skipped,
            &self.retries,
            &self.errors_logged,
            &self.dead_letter_requests,
            &self.dead_letter_failures,
        ];
        counts.map(|count| count.load(Ordering::Relaxed))
    }

    /// `last-error-timestamp`: milliseconds since the epoch; 0 for never.
    pub(crate) fn last_error_ms(&self) -> i64 {
        self.last_error.load(Ordering::Relaxed)
    }
}

fn add(count: &AtomicU64) {
    count.fetch_add(1, Ordering::Relaxed);
}
