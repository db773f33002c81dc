//! `task-error-metrics`: failed records and what became of them.

use std::sync::Arc;
use std::time::Instant;

use connect_core::TaskId;

use super::registry::{Group, Reading, Tags, Told};
use super::task::tags;
use crate::errors::ErrorCounts;

/// Tells what the task's error handling counts.
pub(super) struct ErrorMetrics {
    tags: Tags,
    counts: Arc<ErrorCounts>,
}

/// In the order of [`ErrorCounts::all`].
const NAMES: [&str; 7] = [
    "total-record-failures",
    "total-record-errors",
    "total-records-skipped",
    "total-retries",
    "total-errors-logged",
    "deadletterqueue-produce-requests",
    "deadletterqueue-produce-failures",
];

impl ErrorMetrics {
    pub(super) fn new(id: &TaskId, counts: Arc<ErrorCounts>) -> Self {
        Self { tags: tags(id), counts }
    }
}

impl Group for ErrorMetrics {
    fn name(&self) -> &'static str {
        "task-error-metrics"
    }

    fn tell(&self, _: Instant) -> Vec<(Tags, Told)> {
        let counts = self.counts.all().map(|count| Reading::Count(count as f64));
        let last = ("last-error-timestamp", Reading::Gauge(self.counts.last_error_ms() as f64));
        vec![(self.tags.clone(), NAMES.into_iter().zip(counts).chain([last]).collect())]
    }
}
