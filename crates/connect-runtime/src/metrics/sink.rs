//! `sink-task-metrics`: what a sink task consumes, delivers and commits.

use std::time::{Duration, Instant};

use connect_core::TaskId;

use super::figures::Figures;
use super::registry::{Group, Reading, Tags, Told};
use super::sample::Windows;
use super::stat::{Meter, Spread};
use super::task::tags;

pub(crate) struct SinkTaskMetrics {
    tags: Tags,
    figures: Figures<Records>,
}

struct Records {
    read: Meter,
    sent: Meter,
    put_time: Spread,
    active: f64,
    active_spread: Spread,
    partitions: f64,
    commit_number: f64,
    completed: Meter,
    skipped: Meter,
}

impl SinkTaskMetrics {
    pub(crate) fn new(id: &TaskId, windows: Windows) -> Self {
        let figures = Records {
            read: Meter::new(windows),
            sent: Meter::new(windows),
            put_time: Spread::new(windows),
            active: 0.0,
            active_spread: Spread::new(windows),
            partitions: 0.0,
            commit_number: 0.0,
            completed: Meter::new(windows),
            skipped: Meter::new(windows),
        };
        Self { tags: tags(id), figures: Figures::new(figures) }
    }

    /// So many records were consumed.
    pub(crate) fn read(&self, records: u64) {
        self.figures.with(|figures, now| figures.read.add(records as f64, now));
    }

    /// `put` has taken so many records; so many consumed ones are not committed yet.
    pub(crate) fn put(&self, records: usize, took: Duration, active: i64) {
        self.figures.with(|figures, now| {
            figures.sent.add(records as f64, now);
            figures.put_time.add_millis(took, now);
            figures.set_active(active, now);
        });
    }

    /// So many partitions are the task's, with so many consumed records that are not committed.
    pub(crate) fn assigned(&self, partitions: usize, active: i64) {
        self.figures.with(|figures, now| {
            figures.partitions = partitions as f64;
            figures.set_active(active, now);
        });
    }

    /// A commit of this number has begun.
    pub(crate) fn committing(&self, number: u64) {
        self.figures.with(|figures, _| figures.commit_number = number as f64);
    }

    /// A commit has succeeded.
    pub(crate) fn committed(&self, active: i64) {
        self.figures.with(|figures, now| {
            figures.completed.add(1.0, now);
            figures.set_active(active, now);
        });
    }

    /// A commit ended too late to count.
    pub(crate) fn commit_skipped(&self) {
        self.figures.with(|figures, now| figures.skipped.add(1.0, now));
    }

    /// Records read, sent, and active; commits completed and skipped.
    #[cfg(test)]
    pub(crate) fn counted(&self) -> [f64; 5] {
        self.figures.with(|figures, _| {
            let (read, sent, active) = (figures.read.total, figures.sent.total, figures.active);
            [read, sent, active, figures.completed.total, figures.skipped.total]
        })
    }
}

impl Records {
    fn set_active(&mut self, active: i64, now: Instant) {
        self.active = active.max(0) as f64;
        self.active_spread.add(self.active, now);
    }
}

impl Group for SinkTaskMetrics {
    fn name(&self) -> &'static str {
        "sink-task-metrics"
    }

    fn tell(&self, now: Instant) -> Vec<(Tags, Told)> {
        let told = self.figures.with(|figures, _| {
            vec![
                ("sink-record-read-total", Reading::Count(figures.read.total)),
                ("sink-record-read-rate", Reading::Gauge(figures.read.rate(now))),
                ("sink-record-send-total", Reading::Count(figures.sent.total)),
                ("sink-record-send-rate", Reading::Gauge(figures.sent.rate(now))),
                ("sink-record-active-count", Reading::Gauge(figures.active)),
                ("sink-record-active-count-max", Reading::Gauge(figures.active_spread.max(now))),
                ("sink-record-active-count-avg", Reading::Gauge(figures.active_spread.avg(now))),
                ("partition-count", Reading::Gauge(figures.partitions)),
                ("offset-commit-seq-no", Reading::Gauge(figures.commit_number)),
                ("offset-commit-completion-total", Reading::Count(figures.completed.total)),
                ("offset-commit-completion-rate", Reading::Gauge(figures.completed.rate(now))),
                ("offset-commit-skip-total", Reading::Count(figures.skipped.total)),
                ("offset-commit-skip-rate", Reading::Gauge(figures.skipped.rate(now))),
                ("put-batch-max-time-ms", Reading::Gauge(figures.put_time.max(now))),
                ("put-batch-avg-time-ms", Reading::Gauge(figures.put_time.avg(now))),
            ]
        });
        vec![(self.tags.clone(), told)]
    }
}
