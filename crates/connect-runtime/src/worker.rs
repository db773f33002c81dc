//! Starts and stops connectors and tasks on the data runtime, and says what became of them.
//! Every answer is an event to the herder; nothing here waits for anything.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use connect_api::{ConnectError, Factory, PluginTable, StopToken};
use connect_config::Props;
use connect_core::config::StandaloneConfig;
use connect_core::herder::{Event, HerderError, Started, TargetState};
use connect_core::{ConnectorName, TaskId};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tracing::Instrument;

use crate::connector::{self, RunningConnector};
use crate::offsets::OffsetStore;
use crate::supervise::SupervisedTask;
use crate::task::TaskSeed;
use crate::task_configs::{connector_gone, finished, task_class, tasks_max};
use crate::{unsupported, validation};

/// Everything that a task is made from.
pub struct WorkerParts {
    pub config: StandaloneConfig,
    pub plugins: PluginTable,
    pub offsets: Arc<dyn OffsetStore>,
}

/// The running connectors and tasks of one worker.
pub struct Worker {
    parts: Arc<WorkerParts>,
    data: Handle,
    events: mpsc::Sender<Event>,
    connectors: HashMap<ConnectorName, HostedConnector>,
    tasks: HashMap<TaskId, RunningTask>,
    /// What waits for a connector's own work, as long as [`CALL_TIME_MAX`].
    calls: JoinSet<()>,
    /// What waits for connectors and tasks to stop, and reports their ends.
    watchers: JoinSet<()>,
}

/// How long a connector may take for what the herder waits for: as long as a REST client waits.
const CALL_TIME_MAX: Duration = Duration::from_secs(90);

struct HostedConnector {
    running: RunningConnector,
    config: Props,
    task_class: &'static str,
}

struct RunningTask {
    stop: StopToken,
    /// Ends when the task has ended and its last state has been reported.
    ended: oneshot::Receiver<()>,
}

impl Worker {
    /// Tasks run on `data`; what becomes of them is told to `events`.
    pub fn new(parts: WorkerParts, data: Handle, events: mpsc::Sender<Event>) -> Self {
        Self {
            parts: Arc::new(parts),
            data,
            events,
            connectors: HashMap::new(),
            tasks: HashMap::new(),
            calls: JoinSet::new(),
            watchers: JoinSet::new(),
        }
    }

    /// Answers with [`Event::Validated`].
    pub fn validate(&mut self, name: ConnectorName, config: Props) {
        let parts = Arc::clone(&self.parts);
        // On the data runtime and in a task of its own: a connector's validation may block, or panic.
        let validating = self
            .data
            .spawn(async move { validation::validate(&parts.plugins, &parts.config.originals, &config).await });
        let late = HerderError::Failed(format!("The validation of connector {name} did not end in time"));
        self.answer_in_time(Event::Validated(Err(late)), async move {
            let panicked = |_| Err(HerderError::Failed(format!("The validation of connector {name} panicked")));
            Event::Validated(validating.await.unwrap_or_else(panicked))
        });
    }

    /// Answers with [`Event::ConnectorStarted`].
    pub fn start_connector(&mut self, name: ConnectorName, config: Props, target: TargetState) {
        if target != TargetState::Started {
            return self.answer(async { Event::ConnectorStarted(Ok(Started { task_configs: Vec::new() })) });
        }
        let plugin = validation::find(&self.parts.plugins, &config).ok();
        let Some((plugin, instance)) = plugin.and_then(|plugin| Some((plugin, validation::instantiate(plugin)?)))
        else {
            let gone = ConnectError::connect("The connector's class is not there any more");
            return self.answer(async { Event::ConnectorStarted(Err(gone)) });
        };
        let ignored = unsupported::ignored_connector_keys(&config);
        if !ignored.is_empty() {
            tracing::warn!("[{name}|worker] These keys have no effect in Longshore: {}", ignored.join(", "));
        }
        tracing::info!("[{name}|worker] Creating connector {name} of type {}", plugin.class);
        let offsets =
            matches!(plugin.factory, Factory::Source { .. }).then(|| Arc::clone(&self.parts.offsets).reader(&name));
        let stop = StopToken::new();
        let context = connector::context(name.clone(), stop, self.events.clone(), offsets);
        let (running, started) = RunningConnector::start(&self.data, instance, context, config.clone());
        let configs = running.task_configs(tasks_max(&config));
        let task_class = task_class(&plugin.factory);
        self.connectors.insert(name, HostedConnector { running, config: config.clone(), task_class });
        self.answer_in_time(Event::ConnectorStarted(Err(late("start"))), async move {
            let started = started.await.unwrap_or_else(|_| Err(connector_gone()));
            let task_configs = match started {
                Ok(()) => finished(configs, task_class, &config).await,
                Err(error) => Err(error),
            };
            Event::ConnectorStarted(task_configs.map(|task_configs| Started { task_configs }))
        });
    }

    /// Answers with [`Event::TaskConfigsMade`].
    pub fn make_task_configs(&mut self, name: &ConnectorName) {
        let Some(hosted) = self.connectors.get(name) else {
            return self.answer(async { Event::TaskConfigsMade(Err(connector_gone())) });
        };
        let configs = hosted.running.task_configs(tasks_max(&hosted.config));
        let (task_class, config) = (hosted.task_class, hosted.config.clone());
        self.answer_in_time(Event::TaskConfigsMade(Err(late("divide its work"))), async move {
            Event::TaskConfigsMade(finished(configs, task_class, &config).await)
        });
    }

    /// Answers with [`Event::ConnectorStopped`].
    pub fn stop_connector(&mut self, name: &ConnectorName) {
        let hosted = self.connectors.remove(name);
        let (grace, name) = (self.grace(), name.clone());
        self.answer(async move {
            if let Some(hosted) = hosted
                && tokio::time::timeout(grace, hosted.running.stop()).await.is_err()
            {
                tracing::error!("[{name}|worker] Connector {name} did not stop in time; it is left to itself");
            }
            Event::ConnectorStopped
        });
    }

    /// Each task reports with [`Event::TaskChanged`].
    pub fn start_tasks(&mut self, name: &ConnectorName, connector_config: &Props, configs: Vec<Props>) {
        for (index, config) in (0..).zip(configs) {
            let id = TaskId { connector: name.clone(), index };
            self.start_task(id, connector_config.clone(), config);
        }
    }

    /// Answers with [`Event::TasksStopped`] when all have ended.
    pub fn stop_tasks(&mut self, ids: &[TaskId]) {
        let tasks: Vec<_> = ids.iter().filter_map(|id| self.tasks.remove(id)).collect();
        tasks.iter().for_each(|task| task.stop.cancel());
        self.answer(async move {
            for task in tasks {
                // A watcher that is gone has nothing to report.
                drop(task.ended.await);
            }
            Event::TasksStopped
        });
    }

    /// Stops all tasks, then all connectors; takes the events that they still report.
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

    fn start_task(&mut self, id: TaskId, connector_config: Props, config: Props) {
        let stop = StopToken::new();
        let version =
            validation::find(&self.parts.plugins, &connector_config).ok().map(|plugin| plugin.version.to_owned());
        let span = tracing::info_span!("task", context = %format_args!("[{}|task-{}]", id.connector, id.index));
        let (starting, started) = oneshot::channel();
        let (parts, stopping) = (Arc::clone(&self.parts), stop.clone());
        let seed = TaskSeed { parts, id: id.clone(), connector_config, config, stop: stopping, started: starting };
        let running = self.data.spawn(seed.run().instrument(span.clone()));
        let (ending, ended) = oneshot::channel();
        let (grace, events) = (self.grace(), self.events.clone());
        let watched = SupervisedTask { id: id.clone(), version, running, started, stop: stop.clone(), grace, events };
        self.watchers.spawn(
            async move {
                watched.watch().await;
                // Nobody waits for a task that ended by itself.
                let _ = ending.send(());
            }
            .instrument(span),
        );
        self.tasks.insert(id, RunningTask { stop, ended });
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

    fn grace(&self) -> Duration {
        self.parts.grace()
    }
}

impl WorkerParts {
    /// How long a task or connector may take to stop.
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

fn late(what: &str) -> ConnectError {
    ConnectError::connect(format!("The connector did not {what} within {} s", CALL_TIME_MAX.as_secs()))
}
