//! A change that is being carried out: the stages that are left, and who waits for the end.

use std::collections::{BTreeSet, VecDeque};

use connect_api::SourceOffsets;
use connect_config::Props;

use crate::ConnectorName;
use crate::herder::{HerderError, RequestId, Status, TargetState};

/// One change on its way.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) name: ConnectorName,
    pub(super) answer: Answer,
    pub(super) stages: VecDeque<Stage>,
    /// Which answer of the worker the course waits for.
    pub(super) awaited: Option<Awaited>,
    /// The division of work that the connector has just made.
    pub(super) configs: Option<Vec<Props>>,
    /// Tasks that have been stopped and are to be started again.
    pub(super) down: BTreeSet<u32>,
}

impl Course {
    pub(super) fn new(name: ConnectorName, answer: Answer, stages: impl Into<VecDeque<Stage>>) -> Self {
        Self { name, answer, stages: stages.into(), awaited: None, configs: None, down: BTreeSet::new() }
    }

    /// What comes next, before the stages that are left.
    pub(super) fn insert<const N: usize>(&mut self, stages: [Stage; N]) {
        stages.into_iter().rev().for_each(|stage| self.stages.push_front(stage));
    }
}

/// One step of a course. Those marked so wait for an answer of the worker.
#[derive(Debug)]
pub(super) enum Stage {
    /// Waits. With an initial state only where the connector must not exist yet.
    Validate {
        config: Props,
        initial: Option<TargetState>,
    },
    /// Waits.
    StopConnector,
    /// Waits. The connector starts as far as its target state says.
    StartConnector {
        target: TargetState,
    },
    /// Waits.
    MakeTaskConfigs,
    /// Waits. They are started again by a later stage.
    StopTasks(Vec<u32>),
    /// Restarts all tasks if their configurations or the connector's have changed, else those that are down.
    SwapTasks,
    ReplaceTasks(Vec<Props>),
    TellTasks(TargetState),
    ForgetTasks,
    Settle(Status),
    Forget,
    /// Waits.
    ModifyOffsets(Option<SourceOffsets>),
}

/// What a course waits for.
#[derive(Debug)]
pub(super) enum Awaited {
    Validation { config: Props, initial: Option<TargetState> },
    ConnectorStopped,
    ConnectorStarted { target: TargetState },
    TaskConfigs,
    TasksStopped,
    OffsetsModified,
}

/// What is said at the end of a course, and to whom.
#[derive(Debug)]
pub(super) enum Answer {
    Nobody,
    Done(RequestId),
    Put { request: RequestId, created: bool },
    Message(RequestId, String),
    Failed(RequestId, HerderError),
}

impl Answer {
    /// The same with bad news.
    pub(super) fn failed(&self, error: HerderError) -> Self {
        match self {
            Self::Nobody => Self::Nobody,
            Self::Done(request) | Self::Put { request, .. } | Self::Message(request, _) | Self::Failed(request, _) => {
                Self::Failed(*request, error)
            }
        }
    }
}
