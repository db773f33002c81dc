//! What the standalone herder hears, and what it calls for.

use connect_api::{ConnectError, SourceOffsets};
use connect_config::Props;

use crate::herder::{Command, ConnectorType, HerderError, Reply, RequestId, Status, TargetState};
use crate::{ConnectorName, TaskId};

/// What has happened.
#[derive(Debug)]
pub enum Event {
    Asked(RequestId, Command),
    /// Answers [`Action::Validate`]: the connector's type and version, or why it cannot be.
    Validated(Result<(ConnectorType, String), HerderError>),
    /// Answers [`Action::StartConnector`].
    ConnectorStarted(Result<Started, ConnectError>),
    /// Answers [`Action::StopConnector`].
    ConnectorStopped,
    /// Answers [`Action::MakeTaskConfigs`].
    TaskConfigsMade(Result<Vec<Props>, ConnectError>),
    /// Answers [`Action::StopTasks`].
    TasksStopped,
    /// Answers [`Action::ModifyOffsets`] with what to tell the user.
    OffsetsModified(Result<String, HerderError>),
    /// Answers [`Action::LookUp`].
    LookedUp(RequestId, Result<Reply, HerderError>),
    /// A running connector has asked for its work to be divided anew.
    ReconfigurationRequested(ConnectorName),
    /// A value that a running connector got from a configuration provider has expired.
    ConfigExpired(ConnectorName),
    /// A running connector has failed by itself.
    ConnectorFailed(ConnectorName, ConnectError),
    /// A task has changed its state by itself.
    TaskChanged {
        id: TaskId,
        status: Status,
        version: Option<String>,
        trace: Option<String>,
    },
}

/// What a connector says when it has started.
#[derive(Debug)]
pub struct Started {
    /// One a task, with `task.class`; empty where the target state is not started.
    pub task_configs: Vec<Props>,
}

/// What is to be done. Those with an answer are answered by exactly one event, and, but for [`LookUp`](Self::LookUp),
/// only one is under way at a time.
#[derive(Debug)]
pub enum Action {
    Reply(RequestId, Result<Reply, HerderError>),
    Validate {
        name: ConnectorName,
        config: Props,
    },
    StartConnector {
        name: ConnectorName,
        config: Props,
        target: TargetState,
    },
    /// Answered at once where none runs.
    StopConnector(ConnectorName),
    MakeTaskConfigs(ConnectorName),
    /// Not answered: every task reports with [`Event::TaskChanged`].
    StartTasks(StartTasks),
    StopTasks(Vec<TaskId>),
    /// Not answered: running tasks pause or go on, and report it.
    SetTasksTarget(ConnectorName, TargetState),
    /// Changes the offsets of a stopped connector; without any, removes all that it has.
    ModifyOffsets {
        name: ConnectorName,
        config: Props,
        offsets: Option<SourceOffsets>,
    },
    /// Answered whenever it is done.
    LookUp(RequestId, LookUp),
    /// Not answered: the connector is deleted, and with it what is remembered of its tasks' work.
    Forget(ConnectorName),
}

/// Which tasks of a connector start.
#[derive(Debug)]
pub struct StartTasks {
    pub name: ConnectorName,
    pub connector_config: Props,
    pub target: TargetState,
    /// How many tasks the connector has in all.
    pub task_count: usize,
    /// By task index.
    pub configs: Vec<(u32, Props)>,
}

/// A question that the herder does not answer from what it knows.
#[derive(Debug)]
pub enum LookUp {
    /// → [`Reply::Offsets`]
    Offsets { name: ConnectorName, config: Props },
    /// → [`Reply::Topics`]
    Topics(ConnectorName),
    /// → [`Reply::Done`]
    ResetTopics(ConnectorName),
}
