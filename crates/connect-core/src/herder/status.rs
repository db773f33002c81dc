//! What connectors and tasks look like from outside.

use std::fmt;

use connect_config::Props;

use crate::{ConnectorName, TaskId};

/// Which way a connector moves data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectorType {
    Source,
    Sink,
    /// Its class is not known to this worker.
    Unknown,
}

impl ConnectorType {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Sink => "sink",
            Self::Unknown => "unknown",
        }
    }
}

/// What a connector is meant to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TargetState {
    #[default]
    Started,
    Paused,
    Stopped,
}

impl TargetState {
    /// What `initial_state` says, in any case.
    pub fn initial(word: &str) -> Option<Self> {
        match word.to_ascii_uppercase().as_str() {
            "RUNNING" => Some(Self::Started),
            "PAUSED" => Some(Self::Paused),
            "STOPPED" => Some(Self::Stopped),
            _ => None,
        }
    }

    /// The name in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Started => "STARTED",
            Self::Paused => "PAUSED",
            Self::Stopped => "STOPPED",
        }
    }

    /// What a connector is once it is there.
    pub fn settled(self) -> Status {
        match self {
            Self::Started => Status::Running,
            Self::Paused => Status::Paused,
            Self::Stopped => Status::Stopped,
        }
    }
}

/// What a connector or task does; `Display` is the word in REST answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Unassigned,
    Running,
    Paused,
    Failed,
    Restarting,
    /// Connectors only.
    Stopped,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unassigned => "UNASSIGNED",
            Self::Running => "RUNNING",
            Self::Paused => "PAUSED",
            Self::Failed => "FAILED",
            Self::Restarting => "RESTARTING",
            Self::Stopped => "STOPPED",
        })
    }
}

/// The state of one task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskStatus {
    pub index: u32,
    pub status: Status,
    /// `host:port` of the worker's REST server.
    pub worker_id: String,
    pub version: Option<String>,
    /// Why it failed: the chain of causes, one a line.
    pub trace: Option<String>,
}

/// The state of a connector and its tasks, the tasks by index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectorStatus {
    pub name: ConnectorName,
    pub status: Status,
    pub worker_id: String,
    pub version: Option<String>,
    pub trace: Option<String>,
    pub tasks: Vec<TaskStatus>,
    pub connector_type: ConnectorType,
}

/// A connector's configuration as it was given, variables unresolved.
#[derive(Debug, Clone)]
pub struct ConnectorInfo {
    pub name: ConnectorName,
    pub config: Props,
    pub tasks: Vec<TaskId>,
    pub connector_type: ConnectorType,
}

/// A task and its configuration, `task.class` included.
#[derive(Debug, Clone)]
pub struct TaskInfo {
    pub id: TaskId,
    pub config: Props,
}
