//! Starts and stops connectors and tasks on the data runtime, and says what became of them.
//! Every answer is an event to the herder; nothing here waits for anything.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use connect_api::{ConnectError, Factory, PluginTable, SinkTaskContext, SourceTaskContext, StopToken, java};
use connect_config::Props;
use connect_core::config::{SinkConnectorConfig, SourceConnectorConfig, StandaloneConfig};
use connect_core::herder::{Event, HerderError, Started, TargetState};
use connect_core::{ConnectorName, TaskId};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tracing::Instrument;

use crate::assemble::Assembly;
use crate::connector::{self, RunningConnector};
use crate::kafka::{Subscription, open_consumer, open_producer};
use crate::offsets::OffsetStore;
use crate::plugins::TablePlugins;
use crate::sink::{CommitSchedule, SinkConversion, SinkLoop};
use crate::source::{Pipeline, PipelineConfig, SourceConversion, SourceLoop};
use crate::supervise::SupervisedTask;
use crate::{client_config, validation};

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
    /// What waits for connectors and tasks and reports their ends.
    watchers: JoinSet<()>,
}

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
        let parts = Arc::new(parts);
        Self { parts, data, events, connectors: HashMap::new(), tasks: HashMap::new(), watchers: JoinSet::new() }
    }

    /// Answers with [`Event::Validated`].
    pub fn validate(&mut self, name: ConnectorName, config: Props) {
        let parts = Arc::clone(&self.parts);
        // On the data runtime and in a task of its own: a connector's validation may block, or panic.
        let validating = self.data.spawn(async move { validation::validate(&parts.plugins, &config).await });
        self.answer(async move {
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
        tracing::info!("[{name}|worker] Creating connector {name} of type {}", plugin.class);
        let offsets = matches!(plugin.factory, Factory::Source { .. })
            .then(|| Arc::clone(&self.parts.offsets).reader(&name));
        let stop = StopToken::new();
        let context = connector::context(name.clone(), stop, self.events.clone(), offsets);
        let (running, started) = RunningConnector::start(&self.data, instance, context, config.clone());
        let configs = running.task_configs(tasks_max(&config));
        let task_class = task_class(&plugin.factory);
        self.connectors.insert(name, HostedConnector { running, config: config.clone(), task_class });
        self.answer(async move {
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
        self.answer(async move { Event::TaskConfigsMade(finished(configs, task_class, &config).await) });
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
        let version = validation::find(&self.parts.plugins, &connector_config).ok().map(|plugin| plugin.version.to_owned());
        let span = tracing::info_span!("task", context = %format_args!("[{}|task-{}]", id.connector, id.index));
        let (starting, started) = oneshot::channel();
        let (parts, stopping) = (Arc::clone(&self.parts), stop.clone());
        let seed = TaskSeed { parts, id: id.clone(), connector_config, config, stop: stopping, started: starting };
        let running = self.data.spawn(seed.run().instrument(span.clone()));
        let (ending, ended) = oneshot::channel();
        let (grace, events) = (self.grace(), self.events.clone());
        let watched =
            SupervisedTask { id: id.clone(), version, running, started, stop: stop.clone(), grace, events };
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

    fn answer(&mut self, event: impl Future<Output = Event> + Send + 'static) {
        while self.watchers.try_join_next().is_some() {}
        let events = self.events.clone();
        self.watchers.spawn(async move {
            // The herder has gone: nobody waits for the answer.
            drop(events.send(event.await).await);
        });
    }

    fn grace(&self) -> Duration {
        millis(self.parts.config.worker.task_shutdown_graceful_timeout_ms)
    }
}

/// What a task is made of, on its way to the data runtime.
struct TaskSeed {
    parts: Arc<WorkerParts>,
    id: TaskId,
    connector_config: Props,
    config: Props,
    stop: StopToken,
    /// To be fired when the task has started.
    started: oneshot::Sender<()>,
}

impl TaskSeed {
    async fn run(self) -> Result<(), ConnectError> {
        let plugin = validation::find(&self.parts.plugins, &self.connector_config);
        let plugin = plugin.map_err(|error| ConnectError::connect(error.to_string()))?;
        match plugin.factory.clone() {
            Factory::Source { task, .. } => self.run_source(task()).await,
            Factory::Sink { task, .. } => self.run_sink(task()).await,
            _ => Err(ConnectError::connect(format!("{} is not a connector", plugin.class))),
        }
    }

    async fn run_source(self, task: Box<dyn connect_api::SourceTask>) -> Result<(), ConnectError> {
        let classes = TablePlugins(&self.parts.plugins);
        let config = SourceConnectorConfig::new(&self.connector_config, &classes, false).map_err(config_error)?;
        let assembly = self.assembly(&config.connector);
        let conversion =
            SourceConversion::new(assembly.transforms()?, assembly.converters()?, assembly.tolerance(self.id.clone()));
        let worker_props = &self.parts.config.originals;
        let client = open_producer(&client_config::producer(worker_props, &self.connector_config, &self.id))?;
        let (flush_interval, flush_timeout) = self.flush_times();
        let config = PipelineConfig { flush_interval, flush_timeout };
        let store = Arc::clone(&self.parts.offsets);
        let pipeline = Pipeline::new(self.id.connector.clone(), conversion, client, store, config);
        let context = SourceTaskContext {
            stop: self.stop.clone(),
            configs: self.config.clone(),
            offsets: Arc::clone(&self.parts.offsets).reader(&self.id.connector),
            transaction: None,
        };
        let running = SourceLoop { task, pipeline, stop: self.stop.clone() };
        running.run(context, || self.report_running()).await
    }

    async fn run_sink(self, task: Box<dyn connect_api::SinkTask>) -> Result<(), ConnectError> {
        let classes = TablePlugins(&self.parts.plugins);
        let config = SinkConnectorConfig::new(&self.connector_config, &classes).map_err(config_error)?;
        let assembly = self.assembly(&config.connector);
        let conversion =
            SinkConversion::new(assembly.transforms()?, assembly.converters()?, assembly.tolerance(self.id.clone()));
        let props = client_config::consumer(&self.parts.config.originals, &self.connector_config, &self.id);
        let consumer = open_consumer(&props, subscription(&config)?)?;
        let (flush_interval, flush_timeout) = self.flush_times();
        let commits = CommitSchedule::new(flush_interval, flush_timeout);
        let context = SinkTaskContext::new(self.stop.clone(), self.config.clone(), None);
        let running = SinkLoop::new(task, consumer, conversion, commits, self.stop.clone());
        running.run(context, || self.report_running()).await
    }

    fn assembly<'a>(&'a self, connector: &'a connect_core::config::ConnectorConfig) -> Assembly<'a> {
        Assembly {
            plugins: &self.parts.plugins,
            worker: &self.parts.config.worker,
            worker_props: &self.parts.config.originals,
            connector,
            connector_props: &self.connector_config,
        }
    }

    fn flush_times(&self) -> (Duration, Duration) {
        let worker = &self.parts.config.worker;
        (millis(worker.offset_flush_interval_ms), millis(worker.offset_flush_timeout_ms))
    }

    fn report_running(&self) {
        let (id, version) = (self.id.clone(), self.version.clone());
        let running = Event::TaskChanged { id, status: Status::Running, version, trace: None };
        if let Err(error) = self.events.try_send(running) {
            tracing::warn!("The herder is too busy to hear that task {} runs: {error}", self.id);
        }
    }
}

/// What a connector made of its work, with what the framework adds to every task.
async fn finished(
    configs: oneshot::Receiver<Result<Vec<Props>, ConnectError>>,
    task_class: &'static str,
    connector: &Props,
) -> Result<Vec<Props>, ConnectError> {
    let configs = configs.await.unwrap_or_else(|_| Err(connector_gone()))?;
    check_count(connector, configs.len())?;
    Ok(configs.into_iter().map(|task| framework_keys(task, task_class, connector)).collect())
}

fn check_count(config: &Props, tasks: usize) -> Result<(), ConnectError> {
    let max = tasks_max(config);
    if tasks <= max {
        return Ok(());
    }
    let name = config.get("name").unwrap_or_default();
    let message = format!(
        "The connector {name} has generated {tasks} tasks, which is greater than {max}, the maximum number of tasks it is configured to create. "
    );
    if config.get("tasks.max.enforce").is_some_and(|enforce| enforce.trim().eq_ignore_ascii_case("false")) {
        tracing::warn!("{message}");
        return Ok(());
    }
    Err(ConnectError::new(
        "org.apache.kafka.connect.runtime.TooManyTasksException",
        format!(
            "{message}This behaviour should be considered a bug and is disallowed. If necessary, it can be permitted by reconfiguring the connector with 'tasks.max.enforce' set to false; however, this option will be removed in a future release of Kafka Connect."
        ),
    ))
}

/// Adds what the framework gives every task, in the order of Java's HashMap, which REST shows.
fn framework_keys(mut task: Props, task_class: &str, connector: &Props) -> Props {
    task.insert("task.class", task_class);
    for key in ["topics", "topics.regex"] {
        if let Some(value) = connector.get(key) {
            task.insert(key, value);
        }
    }
    let keys: Vec<&str> = task.keys().collect();
    let order = java::hash_map_order(&keys);
    order.into_iter().map(|at| (keys[at], task.get(keys[at]))).collect()
}

fn subscription(config: &SinkConnectorConfig) -> Result<Subscription, ConnectError> {
    if config.topics_regex.is_empty() {
        return Ok(Subscription::Topics(config.topics.clone()));
    }
    let pattern = connect_config::JavaRegex::new(&config.topics_regex)
        .map_err(|error| ConnectError::config(format!("topics.regex: {error}")))?;
    Ok(Subscription::Pattern(Arc::new(move |topic: &str| pattern.matches(topic))))
}

fn task_class(factory: &Factory) -> &'static str {
    match factory {
        Factory::Source { task_class, .. } | Factory::Sink { task_class, .. } => task_class,
        _ => "",
    }
}

fn tasks_max(config: &Props) -> usize {
    config.get("tasks.max").and_then(|max| max.trim().parse().ok()).unwrap_or(1)
}

fn millis(ms: i64) -> Duration {
    Duration::from_millis(ms.max(0).unsigned_abs())
}

fn config_error(error: connect_config::ConfigException) -> ConnectError {
    ConnectError::new(error.java_class(), error.message())
}

fn connector_gone() -> ConnectError {
    ConnectError::connect("The connector has ended unexpectedly")
}
