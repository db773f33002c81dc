//! What may be asked of a herder, and what it answers.

use connect_api::SourceOffsets;
use connect_config::Props;

use super::{ConnectorInfo, ConnectorStatus, TargetState, TaskInfo, TaskStatus};
use crate::{ConnectorName, TaskId};

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
    /// Changes some keys of a connector's configuration; a null removes its key. → [`Reply::Put`]
    PatchConfig { name: ConnectorName, patch: Props },
    /// Pause, resume or stop. → [`Reply::Done`]
    SetTargetState(ConnectorName, TargetState),
    /// Restarts the connector's instance alone. → [`Reply::Done`]
    RestartConnector(ConnectorName),
    /// Restarts what the plan says. → [`Reply::Status`], in which the parts that are to be restarted are `RESTARTING`
    Restart { name: ConnectorName, include_tasks: bool, only_failed: bool },
    /// → [`Reply::Done`]
    RestartTask(TaskId),
    /// → [`Reply::TaskStatus`]
    TaskStatus(TaskId),
    /// The topics that the connector has used since the last reset. → [`Reply::Topics`]
    Topics(ConnectorName),
    /// → [`Reply::Done`]
    ResetTopics(ConnectorName),
    /// → [`Reply::Offsets`]
    Offsets(ConnectorName),
    /// Sets the offsets of a stopped connector; none removes one. → [`Reply::Message`]
    AlterOffsets { name: ConnectorName, offsets: SourceOffsets },
    /// Removes all offsets of a stopped connector. → [`Reply::Message`]
    ResetOffsets(ConnectorName),
}

impl Command {
    /// Whether it waits until those before it are carried out; the others are answered meanwhile.
    pub(crate) fn is_change(&self) -> bool {
        match self {
            Self::Create { .. }
            | Self::PutConfig { .. }
            | Self::Delete(_)
            | Self::PatchConfig { .. }
            | Self::SetTargetState(..)
            | Self::RestartConnector(_)
            | Self::Restart { .. }
            | Self::RestartTask(_)
            | Self::AlterOffsets { .. }
            | Self::ResetOffsets(_) => true,
            Self::Ping
            | Self::Connectors
            | Self::Connector(_)
            | Self::ConnectorConfig(_)
            | Self::ConnectorStatus(_)
            | Self::Tasks(_)
            | Self::TaskStatus(_)
            | Self::Topics(_)
            | Self::ResetTopics(_)
            | Self::Offsets(_) => false,
        }
    }
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
    Put {
        created: bool,
        info: ConnectorInfo,
    },
    TaskStatus(TaskStatus),
    /// Sorted.
    Topics(Vec<String>),
    /// Partitions and offsets in the shape of source offsets; of a sink: `kafka_topic`, `kafka_partition`, `kafka_offset`.
    Offsets(SourceOffsets),
    /// For the user.
    Message(String),
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
    /// What was asked is switched off.
    #[error("{0}")]
    Forbidden(String),
    /// What was asked may be right, but failed.
    #[error("{0}")]
    Failed(String),
    /// Too many others wait for their turn.
    #[error("This worker has too many requests to carry out; please try again later")]
    Busy,
    /// The worker is stopping.
    #[error("This worker is shutting down")]
    ShuttingDown,
}

impl HerderError {
    /// The same error with its text as `reword` puts it.
    #[must_use]
    pub fn reworded(self, reword: impl Fn(&str) -> String) -> Self {
        match self {
            Self::NotFound(text) => Self::NotFound(reword(&text)),
            Self::AlreadyExists(text) => Self::AlreadyExists(reword(&text)),
            Self::BadRequest(text) => Self::BadRequest(reword(&text)),
            Self::Forbidden(text) => Self::Forbidden(reword(&text)),
            Self::Failed(text) => Self::Failed(reword(&text)),
            Self::Busy => Self::Busy,
            Self::ShuttingDown => Self::ShuttingDown,
        }
    }

    pub(crate) fn connector_not_found(name: &ConnectorName) -> Self {
        Self::NotFound(format!("Connector {name} not found"))
    }
}
