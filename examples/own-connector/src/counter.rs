//! A source that writes 1, 2, 3 … to a topic, one number a second, and goes on where it left off.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use connect_api::{
    ConnectError, ConnectRecord, Connector, ConnectorContext, Factory, Plugin, Schema, SourceBatch, SourceConnector,
    SourceOffset, SourcePartition, SourceRecord, SourceTask, SourceTaskContext, TaskError, Type, Value,
};
use connect_config::{ConfigDef, Props};

/// Where the numbers go, and how many there are a second.
#[derive(Debug, Clone, ConfigDef)]
struct CounterConfig {
    /// The topic that gets the numbers.
    #[config(importance = High, validate = NonEmptyString)]
    topic: String,
}

/// The entry of the plugin table; `connector.class` names the class.
pub(crate) fn plugin() -> Plugin {
    Plugin {
        class: "org.example.CounterConnector",
        version: env!("CARGO_PKG_VERSION"),
        config_def: CounterConfig::def(),
        factory: Factory::Source {
            connector: Arc::new(|| Box::<Counter>::default()),
            task_class: "org.example.CounterTask",
            task: Arc::new(|| Box::<CounterTask>::default()),
        },
    }
}

#[derive(Default)]
struct Counter {
    configs: Props,
}

#[async_trait]
impl Connector for Counter {
    fn config_def(&self) -> &'static ConfigDef {
        CounterConfig::def()
    }

    async fn start(&mut self, _: ConnectorContext, configs: &Props) -> Result<(), ConnectError> {
        self.configs = configs.clone();
        Ok(())
    }

    fn task_configs(&mut self, _max_tasks: usize) -> Result<Vec<Props>, ConnectError> {
        Ok(vec![self.configs.clone()])
    }
}

impl SourceConnector for Counter {}

#[derive(Default)]
struct CounterTask {
    context: Option<SourceTaskContext>,
    topic: Arc<str>,
    partition: Arc<SourcePartition>,
    count: i64,
}

#[async_trait]
impl SourceTask for CounterTask {
    async fn start(&mut self, context: SourceTaskContext) -> Result<(), ConnectError> {
        let config = CounterConfig::parse(&context.configs).map_err(|error| ConnectError::config(error.to_string()))?;
        self.topic = config.topic.into();
        self.partition = Arc::new([(Value::string("counter"), Value::string("one"))].into_iter().collect());
        let stored = context.offsets.offsets(&[(*self.partition).clone()]).await?;
        if let Some(Some(Value::Int64(count))) = stored.first().map(|offset| offset.as_ref()?.get_str("count")) {
            self.count = *count;
        }
        self.context = Some(context);
        Ok(())
    }

    async fn poll(&mut self) -> Result<SourceBatch, TaskError> {
        let Some(context) = &self.context else { return Ok(SourceBatch::new()) };
        let second = tokio::time::sleep(Duration::from_secs(1));
        if context.stop.run_until_cancelled(second).await.is_none() {
            return Ok(SourceBatch::new());
        }
        self.count += 1;
        let schema = Some(Schema::required(Type::Int64));
        Ok(vec![SourceRecord {
            record: ConnectRecord::new(Arc::clone(&self.topic), schema, Value::Int64(self.count)),
            source_partition: Arc::clone(&self.partition),
            source_offset: SourceOffset::Single { field: "count", value: self.count },
        }])
    }
}
