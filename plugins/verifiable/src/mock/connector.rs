//! The connector of both: one task, and with `mock_mode=connector-failure` a failure of its own.

use async_trait::async_trait;
use connect_api::{ConnectError, Connector, ConnectorContext, SinkConnector, SourceConnector};
use connect_config::{ConfigDef, Props};
use tokio::task::JoinSet;

use super::{CONNECTOR_FAILURE, Failure, failure};

/// Its task has the connector's own configuration.
#[derive(Debug, Default)]
pub struct MockConnector {
    configs: Props,
    /// At most one: what waits to raise the error. It ends with the connector.
    failing: JoinSet<()>,
}

#[async_trait]
impl Connector for MockConnector {
    fn config_def(&self) -> &'static ConfigDef {
        &crate::NO_KEYS
    }

    /// # Errors
    /// `delay_ms` is needed and no number.
    async fn start(&mut self, context: ConnectorContext, configs: &Props) -> Result<(), ConnectError> {
        self.configs = configs.clone();
        if let Some(planned) = Failure::planned(configs, CONNECTOR_FAILURE)? {
            tracing::debug!("Started MockConnector with failure delay of {} ms", planned.delay.as_millis());
            self.failing.spawn(fail(context, planned));
        }
        Ok(())
    }

    fn task_configs(&mut self, _max_tasks: usize) -> Result<Vec<Props>, ConnectError> {
        Ok(vec![self.configs.clone()])
    }

    async fn stop(&mut self) {
        self.failing.shutdown().await;
    }
}

impl SourceConnector for MockConnector {}

impl SinkConnector for MockConnector {}

async fn fail(context: ConnectorContext, planned: Failure) {
    let delay = tokio::time::sleep(planned.left());
    if context.stop.run_until_cancelled(delay).await.is_some() {
        tracing::debug!("Triggering connector failure");
        context.events.raise_error(failure());
    }
}
