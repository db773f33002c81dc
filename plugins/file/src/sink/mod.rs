//! FileStreamSink: the values of records, one a line, at the end of a file or on standard output.

mod append;
mod config;
mod task;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use connect_api::{ConnectError, Connector, ConnectorContext, SinkConnector, TopicPartition};
use connect_config::{ConfigDef, Props};

pub use config::FileSinkConfig;
pub use task::FileStreamSinkTask;

/// Has as many tasks as it may, all with the connector's own configuration: they append to the same file.
#[derive(Debug, Default)]
pub struct FileStreamSinkConnector {
    configs: Props,
}

#[async_trait]
impl Connector for FileStreamSinkConnector {
    fn config_def(&self) -> &'static ConfigDef {
        FileSinkConfig::def()
    }

    async fn start(&mut self, _: ConnectorContext, configs: &Props) -> Result<(), ConnectError> {
        FileSinkConfig::parse(configs).map_err(crate::config_error)?;
        self.configs = configs.clone();
        Ok(())
    }

    fn task_configs(&mut self, max_tasks: usize) -> Result<Vec<Props>, ConnectError> {
        Ok(vec![self.configs.clone(); max_tasks])
    }
}

#[async_trait]
impl SinkConnector for FileStreamSinkConnector {
    /// Any offsets will do: the file keeps none.
    async fn alter_offsets(&mut self, _: &Props, _: &[(TopicPartition, Option<i64>)]) -> Result<bool, ConnectError> {
        Ok(true)
    }
}
