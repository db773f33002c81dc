//! One task, from its configuration to its running loop.

use std::sync::Arc;
use std::time::Duration;

use connect_api::{ConnectError, Factory, Plugin, SinkTask, SinkTaskContext, SourceTask, SourceTaskContext, StopToken};
use connect_config::{ConfigException, JavaRegex, Props};
use connect_core::TaskId;
use connect_core::config::{
    ConnectorConfig, SinkConnectorConfig, SourceConnectorConfig, topic_creation_groups, uses_topic_creation,
};
use connect_core::herder::ConnectorType;
use kafka_client::admin::Admin;

use crate::assemble::Assembly;
use crate::client_check::{OverridePolicy, clients};
use crate::dead_letters::{DeadLetterQueue, DeadLetters, ensure_topic};
use crate::errant::ErrantRecords;
use crate::errors::ErrorHandler;
use crate::kafka::{Subscription, open_admin, open_consumer, open_producer};
use crate::life::TaskLife;
use crate::plugins::TablePlugins;
use crate::providers::resolve;
use crate::sink::{CommitSchedule, SinkConversion, SinkLoop};
use crate::source::{Pipeline, PipelineConfig, SourceConversion, SourceLoop, TRACKED_MAX};
use crate::task_configs::check_count;
use crate::topic_creation::TopicCreation;
use crate::validation::made_by;
use crate::worker::TaskParts;
use crate::{client_config, validation};

/// For the dead letters that the last commit did not wait for.
const QUEUE_CLOSE_TIMEOUT: Duration = Duration::from_millis(500);

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
    pub(crate) async fn run(mut self) -> Result<(), ConnectError> {
        let (parts, stop) = (Arc::clone(&self.parts), self.life.stop.clone());
        let resolving = async {
            let connector = resolve(&parts.providers, &self.connector_config).await?;
            Ok::<_, ConnectError>((connector, resolve(&parts.providers, &self.config).await?))
        };
        let Some(resolved) = stop.run_until_cancelled(resolving).await else { return Ok(()) };
        let (connector, task) = resolved?;
        (self.connector_config, self.config) = (connector.props.clone(), task.props.clone());
        let outcome = self.run_resolved(stop).await;
        outcome.map_err(|error| error.reworded(&|text| task.conceal(&connector.conceal(text))))
    }

    async fn run_resolved(self, stop: StopToken) -> Result<(), ConnectError> {
        let parts = Arc::clone(&self.parts);
        let plugin = validation::find(&parts.plugins, &self.connector_config);
        let plugin = plugin.map_err(|error| ConnectError::connect(error.to_string()))?;
        check_count(&self.connector_config, self.task_count)?;
        match plugin.factory.clone() {
            Factory::Source { task, .. } => match stop.run_until_cancelled(made_by(task)).await {
                Some(task) => self.run_source(plugin, task).await,
                None => Ok(()),
            },
            Factory::Sink { task, .. } => match stop.run_until_cancelled(made_by(task)).await {
                Some(task) => self.run_sink(plugin, task).await,
                None => Ok(()),
            },
            _ => Err(ConnectError::connect(format!("{} is not a connector", plugin.class))),
        }
    }

    async fn run_source(self, plugin: &Plugin, task: Box<dyn SourceTask>) -> Result<(), ConnectError> {
        let classes = TablePlugins(&self.parts.plugins);
        let create_topics = self.parts.config.worker.topic_creation_enable;
        let config =
            SourceConnectorConfig::new(&self.connector_config, &classes, create_topics).map_err(config_error)?;
        self.check_overrides(ConnectorType::Source)?;
        let assembly = self.assembly(&config.connector);
        self.life.metrics.made_of(assembly.composition(plugin));
        let errors = self.errors(&assembly, None);
        let conversion = SourceConversion::new(assembly.transforms()?, assembly.converters()?, errors);
        let worker_props = &self.parts.config.originals;
        let client = open_producer(&client_config::producer(worker_props, &self.connector_config, &self.id)).await?;
        let (flush_interval, flush_timeout) = self.flush_times();
        let grace = self.parts.grace();
        let config = PipelineConfig { flush_interval, flush_timeout, grace, tracked_max: TRACKED_MAX };
        let store = Arc::clone(&self.parts.offsets);
        let topics = (self.topic_creation().await?, self.parts.topics.of(&self.id.connector));
        let metrics = self.life.metrics.clone();
        let pipeline = Pipeline::new(self.id.connector.clone(), conversion, client, store, topics, config, metrics);
        let context = SourceTaskContext {
            stop: self.life.stop.clone(),
            configs: self.config.clone(),
            offsets: Arc::clone(&self.parts.offsets).reader(&self.id.connector),
            transaction: None,
        };
        SourceLoop { task, pipeline, life: self.life }.run(context).await
    }

    async fn run_sink(self, plugin: &Plugin, task: Box<dyn SinkTask>) -> Result<(), ConnectError> {
        let classes = TablePlugins(&self.parts.plugins);
        let config = SinkConnectorConfig::new(&self.connector_config, &classes).map_err(config_error)?;
        self.check_overrides(ConnectorType::Sink)?;
        let assembly = self.assembly(&config.connector);
        self.life.metrics.made_of(assembly.composition(plugin));
        let (transforms, converters) = (assembly.transforms()?, assembly.converters()?);
        let Some(queue) = self.life.stop.run_until_cancelled(self.dead_letter_queue(&config)).await else {
            return Ok(());
        };
        let queue = queue?;
        let errors = self.errors(&assembly, queue.as_ref().map(DeadLetterQueue::letters));
        let errant = ErrantRecords::new(&errors);
        let conversion = SinkConversion::new(transforms, converters, errors);
        let props = client_config::consumer(&self.parts.config.originals, &self.connector_config, &self.id);
        let consumer = open_consumer(&props, subscription(&config)?).await?;
        let (flush_interval, flush_timeout) = self.flush_times();
        // A task that uses up its grace is aborted; the rest of the time is for the task's own stop and for leaving the group.
        let closing_timeout = flush_timeout.min(self.parts.grace().mul_f32(0.6));
        let commits = CommitSchedule::new(flush_interval, flush_timeout, closing_timeout);
        let reporter = errant.clone().map(|errant| Arc::new(errant) as _);
        let context = SinkTaskContext::new(self.life.stop.clone(), self.config.clone(), reporter);
        let topics = self.parts.topics.of(&self.id.connector);
        let outcome = SinkLoop::new(task, consumer, conversion, errant, commits, topics, self.life).run(context).await;
        if let Some(queue) = queue {
            queue.close(QUEUE_CLOSE_TIMEOUT).await;
        }
        outcome
    }

    /// The topic is created where it is missing.
    async fn dead_letter_queue(&self, config: &SinkConnectorConfig) -> Result<Option<DeadLetterQueue>, ConnectError> {
        let topic = config.dlq_topic_name.trim();
        if topic.is_empty() {
            return Ok(None);
        }
        let admin = self.admin("connector-dlq-adminclient").await?;
        ensure_topic(&admin, topic, config.dlq_topic_replication_factor).await?;
        let worker = &self.parts.config.originals;
        let client =
            open_producer(&client_config::dead_letter_producer(worker, &self.connector_config, &self.id)).await?;
        Ok(Some(DeadLetterQueue::open(topic, config.dlq_context_headers_enable, client)))
    }

    /// None leaves the creation of topics to the broker.
    async fn topic_creation(&self) -> Result<Option<TopicCreation>, ConnectError> {
        if !self.parts.config.worker.topic_creation_enable || !uses_topic_creation(&self.connector_config) {
            return Ok(None);
        }
        let groups = topic_creation_groups(&self.connector_config).map_err(config_error)?;
        Ok(Some(TopicCreation::new(self.admin("connector-adminclient").await?, groups)))
    }

    async fn admin(&self, purpose: &str) -> Result<Admin, ConnectError> {
        let client_id = format!("{purpose}-{}", self.id);
        open_admin(&client_config::task_admin(&self.parts.config.originals, &self.connector_config, &client_id)).await
    }

    fn errors(&self, assembly: &Assembly<'_>, letters: Option<DeadLetters>) -> ErrorHandler {
        let (counts, stop) = (Arc::clone(&self.life.metrics.errors), self.life.stop.clone());
        ErrorHandler::new(self.id.clone(), assembly.error_policy(), letters, counts, stop)
    }

    /// Validation has said so already, unless the worker was reconfigured since.
    fn check_overrides(&self, connector_type: ConnectorType) -> Result<(), ConnectError> {
        let policy = OverridePolicy::of(&self.parts.config.originals).map_err(ConnectError::config)?;
        policy.check(&clients(connector_type, &self.connector_config), &self.connector_config)
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
