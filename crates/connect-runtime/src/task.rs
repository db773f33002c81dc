//! One task, from its configuration to its running loop.

use std::sync::Arc;
use std::time::Duration;

use connect_api::{ConnectError, Factory, SinkTask, SinkTaskContext, SourceTask, SourceTaskContext};
use connect_config::{ConfigException, JavaRegex, Props};
use connect_core::TaskId;
use connect_core::config::{ConnectorConfig, SinkConnectorConfig, SourceConnectorConfig};

use crate::assemble::Assembly;
use crate::kafka::{Subscription, open_consumer, open_producer};
use crate::life::TaskLife;
use crate::plugins::TablePlugins;
use crate::sink::{CommitSchedule, SinkConversion, SinkLoop};
use crate::source::{Pipeline, PipelineConfig, SourceConversion, SourceLoop};
use crate::task_configs::check_count;
use crate::worker::TaskParts;
use crate::{client_config, validation};

/// What a task is made of, on its way to the data runtime.
pub(crate) struct TaskSeed {
    pub parts: Arc<TaskParts>,
    pub id: TaskId,
    pub connector_config: Props,
    pub config: Props,
    /// How many tasks the connector has in all.
    pub task_count: usize,
    pub life: TaskLife,
}

impl TaskSeed {
    /// Runs until stopped.
    /// # Errors
    /// The task could not be made, or has failed.
    pub(crate) async fn run(self) -> Result<(), ConnectError> {
        let plugin = validation::find(&self.parts.plugins, &self.connector_config);
        let plugin = plugin.map_err(|error| ConnectError::connect(error.to_string()))?;
        check_count(&self.connector_config, self.task_count)?;
        match plugin.factory.clone() {
            Factory::Source { task, .. } => self.run_source(task()).await,
            Factory::Sink { task, .. } => self.run_sink(task()).await,
            _ => Err(ConnectError::connect(format!("{} is not a connector", plugin.class))),
        }
    }

    async fn run_source(self, task: Box<dyn SourceTask>) -> Result<(), ConnectError> {
        let classes = TablePlugins(&self.parts.plugins);
        let config = SourceConnectorConfig::new(&self.connector_config, &classes, false).map_err(config_error)?;
        let assembly = self.assembly(&config.connector);
        let conversion =
            SourceConversion::new(assembly.transforms()?, assembly.converters()?, assembly.tolerance(self.id.clone()));
        let worker_props = &self.parts.config.originals;
        let client = open_producer(&client_config::producer(worker_props, &self.connector_config, &self.id)).await?;
        let (flush_interval, flush_timeout) = self.flush_times();
        // A task that uses up its grace is aborted, and commits nothing more.
        let drain_timeout = flush_timeout.min(self.parts.grace().mul_f32(0.8));
        let config = PipelineConfig { flush_interval, flush_timeout, drain_timeout };
        let store = Arc::clone(&self.parts.offsets);
        let topics = self.parts.topics.of(&self.id.connector);
        let pipeline = Pipeline::new(self.id.connector.clone(), conversion, client, store, topics, config);
        let context = SourceTaskContext {
            stop: self.life.stop.clone(),
            configs: self.config.clone(),
            offsets: Arc::clone(&self.parts.offsets).reader(&self.id.connector),
            transaction: None,
        };
        SourceLoop { task, pipeline, life: self.life }.run(context).await
    }

    async fn run_sink(self, task: Box<dyn SinkTask>) -> Result<(), ConnectError> {
        let classes = TablePlugins(&self.parts.plugins);
        let config = SinkConnectorConfig::new(&self.connector_config, &classes).map_err(config_error)?;
        let assembly = self.assembly(&config.connector);
        let conversion =
            SinkConversion::new(assembly.transforms()?, assembly.converters()?, assembly.tolerance(self.id.clone()));
        let props = client_config::consumer(&self.parts.config.originals, &self.connector_config, &self.id);
        let consumer = open_consumer(&props, subscription(&config)?).await?;
        let (flush_interval, flush_timeout) = self.flush_times();
        // As above; the rest of the time is for the task's own stop and for leaving the group.
        let closing_timeout = flush_timeout.min(self.parts.grace().mul_f32(0.6));
        let commits = CommitSchedule::new(flush_interval, flush_timeout, closing_timeout);
        let context = SinkTaskContext::new(self.life.stop.clone(), self.config.clone(), None);
        let topics = self.parts.topics.of(&self.id.connector);
        SinkLoop::new(task, consumer, conversion, commits, topics, self.life).run(context).await
    }

    fn assembly<'a>(&'a self, connector: &'a ConnectorConfig) -> Assembly<'a> {
        Assembly {
            plugins: &self.parts.plugins,
            worker: &self.parts.config.worker,
            worker_props: &self.parts.config.originals,
            connector,
            connector_props: &self.connector_config,
        }
    }

    fn flush_times(&self) -> (Duration, Duration) {
        (self.parts.flush_interval(), self.parts.flush_timeout())
    }
}

fn subscription(config: &SinkConnectorConfig) -> Result<Subscription, ConnectError> {
    if config.topics_regex.is_empty() {
        return Ok(Subscription::Topics(config.topics.clone()));
    }
    let pattern =
        JavaRegex::new(&config.topics_regex).map_err(|error| ConnectError::config(format!("topics.regex: {error}")))?;
    Ok(Subscription::Pattern(Arc::new(move |topic: &str| pattern.matches(topic))))
}

fn config_error(error: ConfigException) -> ConnectError {
    ConnectError::new(error.java_class(), error.message())
}
