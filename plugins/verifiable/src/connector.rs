//! The connector of VerifiableSource, VerifiableSink and SchemaSource: as many tasks as it may have, each with a number.

use async_trait::async_trait;
use connect_api::{ConnectError, Connector, ConnectorContext, SinkConnector, SourceConnector};
use connect_config::{ConfigDef, Props};

/// Each task has the connector's own configuration and `id`, its number from 0.
#[derive(Debug, Default)]
pub struct NumberedTasks {
    configs: Props,
}

#[async_trait]
impl Connector for NumberedTasks {
    fn config_def(&self) -> &'static ConfigDef {
        &crate::NO_KEYS
    }

    /// Takes anything: wrong values fail the tasks, as in Apache.
    async fn start(&mut self, _: ConnectorContext, configs: &Props) -> Result<(), ConnectError> {
        self.configs = configs.clone();
        Ok(())
    }

    fn task_configs(&mut self, max_tasks: usize) -> Result<Vec<Props>, ConnectError> {
        let numbered = |id: usize| {
            let mut configs = self.configs.clone();
            configs.insert("id", id.to_string());
            configs
        };
        Ok((0..max_tasks).map(numbered).collect())
    }
}

impl SourceConnector for NumberedTasks {}

impl SinkConnector for NumberedTasks {}
