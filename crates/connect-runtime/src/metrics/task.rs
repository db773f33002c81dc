//! `connector-task-metrics`: what any task has; and which transformations and predicates it runs.

use std::time::{Duration, Instant};

use connect_core::TaskId;
use connect_core::herder::Status;

use super::figures::Figures;
use super::registry::{Group, Reading, Tags, Told};
use super::sample::Windows;
use super::stat::{Share, Spread, Timeline};

/// The classes and versions of what a task is made of: metric names and their texts.
pub(crate) type TaskPlugins = Vec<(&'static str, String)>;

pub(super) fn tags(id: &TaskId) -> Tags {
    vec![("connector", id.connector.to_string()), ("task", id.index.to_string())]
}

/// States of the [`Timeline`].
const OTHER: usize = 0;
const RUNNING: usize = 1;
const PAUSED: usize = 2;

pub(crate) struct TaskMetrics {
    tags: Tags,
    figures: Figures<Life>,
}

struct Life {
    status: Status,
    life: Timeline<3>,
    commit_time: Spread,
    commits: Share,
    batch: Spread,
    plugins: TaskPlugins,
}

impl TaskMetrics {
    pub(crate) fn new(id: &TaskId, windows: Windows) -> Self {
        let figures = Life {
            status: Status::Unassigned,
            life: Timeline::new(OTHER, Instant::now()),
            commit_time: Spread::new(windows),
            commits: Share::new(windows),
            batch: Spread::new(windows),
            plugins: TaskPlugins::new(),
        };
        Self { tags: tags(id), figures: Figures::new(figures) }
    }

    pub(crate) fn made_of(&self, plugins: TaskPlugins) {
        self.figures.with(|figures, _| figures.plugins = plugins);
    }

    pub(crate) fn status(&self, status: Status) {
        let state = match status {
            Status::Running => RUNNING,
            Status::Paused => PAUSED,
            _ => OTHER,
        };
        self.figures.with(|figures, now| {
            figures.status = status;
            figures.life.change(state, now);
        });
    }

    /// A source has polled, or a sink has put, so many records.
    pub(crate) fn batch(&self, records: usize) {
        self.figures.with(|figures, now| figures.batch.add(records as f64, now));
    }

    /// A commit of offsets has ended.
    pub(crate) fn commit(&self, took: Duration, success: bool) {
        self.figures.with(|figures, now| {
            figures.commits.add(success, now);
            if success {
                figures.commit_time.add_millis(took, now);
            }
        });
    }
}

impl Group for TaskMetrics {
    fn name(&self) -> &'static str {
        "connector-task-metrics"
    }

    fn tell(&self, now: Instant) -> Vec<(Tags, Told)> {
        let told = self.figures.with(|figures, _| {
            let (successes, failures) = figures.commits.shares(now);
            let own = [
                ("status", Reading::Text(figures.status.to_string().to_lowercase())),
                ("running-ratio", Reading::Gauge(figures.life.ratio(RUNNING, now))),
                ("pause-ratio", Reading::Gauge(figures.life.ratio(PAUSED, now))),
                ("offset-commit-max-time-ms", Reading::Gauge(figures.commit_time.max(now))),
                ("offset-commit-avg-time-ms", Reading::Gauge(figures.commit_time.avg(now))),
                ("offset-commit-success-percentage", Reading::Gauge(successes)),
                ("offset-commit-failure-percentage", Reading::Gauge(failures)),
                ("batch-size-max", Reading::Gauge(figures.batch.max(now))),
                ("batch-size-avg", Reading::Gauge(figures.batch.avg(now))),
            ];
            let plugins = figures.plugins.iter().map(|(name, text)| (*name, Reading::Text(text.clone())));
            own.into_iter().chain(plugins).collect()
        });
        vec![(self.tags.clone(), told)]
    }
}
