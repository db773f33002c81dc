//! What may be asked of a herder, and what it answers.

use connect_config::Props;

use super::{ConnectorInfo, ConnectorStatus, TargetState, TaskInfo};
use crate::ConnectorName;

/// Ties a reply to its command; chosen by the shell, never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub u64);

/// One request, from REST or from the command line.
#[derive(Debug, Clone)]
pub enum Command {
    /// Answered as soon as the herder gets to it: shows that it is alive. → [`Reply::Done`]
    Ping,
    /// → [`Reply::Names`]
    Connectors,
    /// → [`Reply::Info`]
    Connector(ConnectorName),
    /// → [`Reply::Config`]
    ConnectorConfig(ConnectorName),
    /// → [`Reply::Status`]
    ConnectorStatus(ConnectorName),
    /// → [`Reply::Tasks`]
    Tasks(ConnectorName),
    /// Creates a connector; one of that name must not exist. `config` holds `name` too. → [`Reply::Put`]
    Create { name: ConnectorName, config: Props, initial_state: TargetState },
    /// Creates a connector or replaces its configuration; `config` holds `name` too. → [`Reply::Put`]
    PutConfig { name: ConnectorName, config: Props },
    /// → [`Reply::Done`]
    Delete(ConnectorName),
}

/// The answer to a [`Command`] that could be carried out.
#[derive(Debug, Clone)]
pub enum Reply {
    Done,
    Names(Vec<ConnectorName>),
    Info(ConnectorInfo),
    Config(Props),
    Status(ConnectorStatus),
    Tasks(Vec<TaskInfo>),
    Put { created: bool, info: ConnectorInfo },
}

/// Why a [`Command`] was not carried out; the message is for the user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HerderError {
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    AlreadyExists(String),
    /// What was asked cannot be right: invalid configuration, unknown class.
    #[error("{0}")]
    BadRequest(String),
    /// What was asked may be right, but failed.
    #[error("{0}")]
    Failed(String),
    /// The worker is stopping.
    #[error("This worker is shutting down")]
    ShuttingDown,
}

impl HerderError {
    pub(crate) fn connector_not_found(name: &ConnectorName) -> Self {
        Self::NotFound(format!("Connector {name} not found"))
    }
}
