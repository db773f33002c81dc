//! A connector: checks its configuration and divides the work into tasks.

use async_trait::async_trait;
use connect_config::{ConfigDef, ConfigValue, Props};

use super::ConnectorContext;
use crate::ConnectError;
use crate::data::Map;

/// What source and sink connectors have in common. One instance a connector and worker; calls never overlap.
#[async_trait]
pub trait Connector: Send {
    /// The connector's own keys, without those of the framework.
    fn config_def(&self) -> &'static ConfigDef;

    /// Checks a configuration before it is accepted, a REST validation too; called on an instance that was never
    /// started. May look at the outside system, and answers within the REST timeout of 90 s.
    async fn validate(&mut self, configs: &Props) -> Vec<ConfigValue> {
        self.config_def().validate(configs)
    }

    /// Called once before anything else but `validate`, with all keys of the connector, variables resolved.
    /// # Errors
    /// The connector goes to FAILED; its tasks are not started.
    async fn start(&mut self, context: ConnectorContext, configs: &Props) -> Result<(), ConnectError>;

    /// At most `max_tasks` configurations, one a task. Called after `start` and whenever the connector
    /// has asked for a reconfiguration.
    /// # Errors
    /// The connector goes to FAILED; running tasks go on.
    fn task_configs(&mut self, max_tasks: usize) -> Result<Vec<Props>, ConnectError>;

    /// Called once, last, after a failed `start` too.
    async fn stop(&mut self) {}
}

/// Source partitions and the offsets they are set to; none removes the stored offset.
pub type SourceOffsets = Vec<(Option<Map>, Option<Map>)>;

/// Whether a source connector can deliver exactly once with a given configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExactlyOnceSupport {
    Supported,
    Unsupported,
}

/// Whether a source connector's tasks can say where transactions end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionBoundaries {
    Supported,
    Unsupported,
}

/// A connector that reads from an outside system.
#[async_trait]
pub trait SourceConnector: Connector {
    /// None: the connector does not say, which counts as unsupported.
    fn exactly_once_support(&self, _configs: &Props) -> Option<ExactlyOnceSupport> {
        None
    }

    fn can_define_transaction_boundaries(&self, _configs: &Props) -> TransactionBoundaries {
        TransactionBoundaries::Unsupported
    }

    /// Checks offsets that an operator wants to set. Called on a stopped connector.
    /// Answers true if offsets live nowhere but in Connect, false if an outside system must be changed by hand.
    /// # Errors
    /// The offsets are refused with this error.
    async fn alter_offsets(&mut self, _configs: &Props, _offsets: &SourceOffsets) -> Result<bool, ConnectError> {
        Ok(false)
    }
}

/// A connector that writes to an outside system.
#[async_trait]
pub trait SinkConnector: Connector {
    /// Checks consumer offsets that an operator wants to set; none removes a committed offset. As for sources.
    /// # Errors
    /// The offsets are refused with this error.
    async fn alter_offsets(
        &mut self,
        _configs: &Props,
        _offsets: &[(crate::TopicPartition, Option<i64>)],
    ) -> Result<bool, ConnectError> {
        Ok(false)
    }
}
