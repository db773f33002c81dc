//! Starts and stops connectors and tasks on the data runtime, and says what became of them.
//! Every answer is an event to the herder; nothing here waits for anything.
//! ```text
//! connectors: validate, start, divide, stop      tasks: start, pause, resume, stop      offsets and topics: look up, modify
//! ```

mod connectors;
mod look_up;
mod tasks;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use connect_api::{ConnectError, PluginTable};
use connect_config::Props;
use connect_core::config::{ConfigProviders, StandaloneConfig, WorkerConfig};
use connect_core::herder::Event;
use connect_core::{ConnectorName, TaskId};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::connector::RunningConnector;
use crate::metrics::{Metrics, Windows};
use crate::offsets::OffsetStore;
use crate::topics::ActiveTopics;
use crate::validation;
use tasks::RunningTask;

/// Everything that a worker is made from.
pub struct WorkerParts {
    pub config: StandaloneConfig,
    pub providers: ConfigProviders,
    pub plugins: PluginTable,
    pub offsets: Arc<dyn OffsetStore>,
}

/// What the worker's connectors and tasks share.
pub(crate) struct TaskParts {
    pub config: StandaloneConfig,
    pub providers: Arc<ConfigProviders>,
    pub plugins: PluginTable,
    pub offsets: Arc<dyn OffsetStore>,
    pub topics: Arc<ActiveTopics>,
}

/// The running connectors and tasks of one worker.
pub struct Worker {
    parts: Arc<TaskParts>,
    data: Handle,
    metrics: Metrics,
    events: mpsc::Sender<Event>,
    connectors: HashMap<ConnectorName, RunningConnector>,
    tasks: HashMap<TaskId, RunningTask>,
    /// What waits for a connector's own work, as long as [`CALL_TIME_MAX`].
    calls: JoinSet<()>,
    /// What waits for connectors and tasks to stop, and reports their ends.
    watchers: JoinSet<()>,
}

/// How long a connector may take for what the herder waits for: as long as a REST client waits.
const CALL_TIME_MAX: Duration = Duration::from_secs(90);

impl Worker {
    /// Tasks run on `data`; what becomes of them is told to `events`.
    pub fn new(parts: WorkerParts, data: Handle, events: mpsc::Sender<Event>) -> Self {
        let WorkerParts { config, providers, plugins, offsets } = parts;
        let providers = Arc::new(providers);
        let topics = ActiveTopics::new(&config.worker);
        let metrics = Metrics::new(windows(&config.worker));
        Self {
            parts: Arc::new(TaskParts { config, providers, plugins, offsets, topics }),
            data,
            metrics,
            events,
            connectors: HashMap::new(),
            tasks: HashMap::new(),
            calls: JoinSet::new(),
            watchers: JoinSet::new(),
        }
    }

    /// What this worker and its tasks count.
    pub fn metrics(&self) -> Metrics {
        self.metrics.clone()
    }

    /// The class behind the name that a connector's configuration has for it; this name if there is none.
    pub(crate) fn class_of<'a>(&'a self, config: &'a Props) -> &'a str {
        let named = || config.get("connector.class").unwrap_or_default();
        validation::find(&self.parts.plugins, config).map_or_else(|_| named(), |plugin| plugin.class)
    }

    /// Stops all tasks together, then all connectors; takes the events that they still report.
    pub async fn shut_down(mut self, mut events: mpsc::Receiver<Event>) {
        let drain = async { while events.recv().await.is_some() {} };
        let stop = async {
            self.calls.shutdown().await;
            let tasks: Vec<_> = self.tasks.keys().cloned().collect();
            self.stop_tasks(&tasks);
            while self.watchers.join_next().await.is_some() {}
            for name in self.connectors.keys().cloned().collect::<Vec<_>>() {
                self.stop_connector(&name);
            }
            while self.watchers.join_next().await.is_some() {}
        };
        tokio::select! {
            () = stop => {}
            () = drain => {}
        }
    }

    /// Answers with `late` when `event` takes too long: a connector that hangs must not hold up the others.
    fn answer_in_time(&mut self, late: Event, event: impl Future<Output = Event> + Send + 'static) {
        while self.calls.try_join_next().is_some() {}
        let events = self.events.clone();
        self.calls.spawn(async move {
            let event = tokio::time::timeout(CALL_TIME_MAX, event).await.unwrap_or(late);
            // The herder has gone: nobody waits for the answer.
            drop(events.send(event).await);
        });
    }

    fn answer(&mut self, event: impl Future<Output = Event> + Send + 'static) {
        while self.watchers.try_join_next().is_some() {}
        let events = self.events.clone();
        self.watchers.spawn(async move {
            // The herder has gone: nobody waits for the answer.
            drop(events.send(event.await).await);
        });
    }
}

impl TaskParts {
    /// How long tasks may take to stop.
    pub(crate) fn grace(&self) -> Duration {
        millis(self.config.worker.task_shutdown_graceful_timeout_ms)
    }

    /// Between two commits of a task.
    pub(crate) fn flush_interval(&self) -> Duration {
        millis(self.config.worker.offset_flush_interval_ms)
    }

    /// How long a commit may take.
    pub(crate) fn flush_timeout(&self) -> Duration {
        millis(self.config.worker.offset_flush_timeout_ms)
    }
}

fn millis(ms: i64) -> Duration {
    Duration::from_millis(ms.max(0).unsigned_abs())
}

/// How far back sampled values reach.
fn windows(worker: &WorkerConfig) -> Windows {
    let count = u32::try_from(worker.metrics_num_samples).unwrap_or(1);
    Windows { count, length: millis(worker.metrics_sample_window_ms) }
}

fn late(what: &str) -> ConnectError {
    ConnectError::connect(format!("The connector did not {what} within {} s", CALL_TIME_MAX.as_secs()))
}
