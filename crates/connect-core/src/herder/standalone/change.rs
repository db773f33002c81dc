//! Changes that wait for their turn, and the course that each takes.

use connect_api::SourceOffsets;
use connect_config::Props;

use super::course::{Answer, Course, Stage};
use super::{Action, StandaloneHerder};
use crate::herder::{HerderError, RequestId, Status, TargetState};
use crate::{ConnectorName, TaskId};

/// What is to be changed, and who has asked.
#[derive(Debug)]
pub(super) enum Change {
    /// With an initial state only where the connector must not exist yet.
    Put {
        request: RequestId,
        name: ConnectorName,
        config: Props,
        initial: Option<TargetState>,
    },
    Patch {
        request: RequestId,
        name: ConnectorName,
        patch: Props,
    },
    Delete {
        request: RequestId,
        name: ConnectorName,
    },
    Transition {
        request: Option<RequestId>,
        name: ConnectorName,
        to: TargetState,
    },
    RestartConnector {
        request: RequestId,
        name: ConnectorName,
    },
    Restart {
        request: RequestId,
        name: ConnectorName,
        include_tasks: bool,
        only_failed: bool,
    },
    RestartTask {
        request: RequestId,
        id: TaskId,
    },
    Reconfigure(ConnectorName),
    Reload(ConnectorName),
    /// Without offsets: removes all.
    ModifyOffsets {
        request: RequestId,
        name: ConnectorName,
        offsets: Option<SourceOffsets>,
    },
}

impl StandaloneHerder {
    pub(super) fn begin(&mut self, change: Change, actions: &mut Vec<Action>) -> Course {
        match change {
            Change::Put { request, name, config, initial } => put(request, name, config, initial),
            Change::Patch { request, name, patch } => self.patch(request, name, &patch),
            Change::Delete { request, name } => self.delete(request, name),
            Change::Transition { request, name, to } => self.transition(request, name, to),
            Change::RestartConnector { request, name } => self.restart_connector(request, name),
            Change::Restart { request, name, include_tasks, only_failed } => {
                self.restart(request, name, (include_tasks, only_failed), actions)
            }
            Change::RestartTask { request, id } => self.restart_task(request, id),
            Change::Reconfigure(name) => self.reconfigure(name),
            Change::Reload(name) => self.reload(name),
            Change::ModifyOffsets { request, name, offsets } => self.modify_offsets(request, name, offsets),
        }
    }

    /// The result may hold any `name`: the connector keeps its own, as Apache's does.
    fn patch(&self, request: RequestId, name: ConnectorName, patch: &Props) -> Course {
        let mut config = match self.get(&name) {
            Ok(connector) => connector.config.clone(),
            Err(error) => return refused(request, name, error),
        };
        for (key, value) in patch.iter() {
            match value {
                Some(value) => config.insert(key, value),
                None => drop(config.remove(key)),
            }
        }
        put(request, name, config, None)
    }

    fn delete(&self, request: RequestId, name: ConnectorName) -> Course {
        match self.get(&name) {
            Ok(connector) => {
                let stages = [Stage::StopTasks(connector.indices()), Stage::StopConnector, Stage::Forget];
                Course::new(name, Answer::Done(request), stages)
            }
            Err(error) => refused(request, name, error),
        }
    }

    fn transition(&mut self, request: Option<RequestId>, name: ConnectorName, to: TargetState) -> Course {
        let answer = request.map_or(Answer::Nobody, Answer::Done);
        let Some(connector) = self.connectors.get_mut(&name) else {
            let error = HerderError::connector_not_found(&name);
            return Course::new(name, answer.failed(error), []);
        };
        connector.target = to;
        let stages = match (to, connector.status) {
            (TargetState::Stopped, _) => vec![
                Stage::StopTasks(connector.indices()),
                Stage::ForgetTasks,
                Stage::StopConnector,
                Stage::Settle(Status::Stopped),
            ],
            // A failed connector stays so until it is restarted or stopped.
            (_, Status::Failed) | (TargetState::Paused, Status::Paused) | (TargetState::Started, Status::Running) => {
                vec![Stage::TellTasks(to)]
            }
            (TargetState::Paused, _) => {
                vec![Stage::TellTasks(to), Stage::StopConnector, Stage::Settle(Status::Paused)]
            }
            (TargetState::Started, _) => {
                vec![Stage::StartConnector { target: to }, Stage::TellTasks(to), Stage::SwapTasks]
            }
        };
        Course::new(name, answer, stages)
    }

    fn reconfigure(&self, name: ConnectorName) -> Course {
        let runs = |target| target == TargetState::Started;
        let connector = self.connectors.get(&name);
        let stages = match connector.filter(|connector| connector.is_running() && runs(connector.target)) {
            Some(_) => vec![Stage::MakeTaskConfigs, Stage::SwapTasks],
            None => Vec::new(),
        };
        Course::new(name, Answer::Nobody, stages)
    }

    fn modify_offsets(&self, request: RequestId, name: ConnectorName, offsets: Option<SourceOffsets>) -> Course {
        match self.admit_offsets(&name, offsets.as_ref()) {
            Ok(()) => Course::new(name, Answer::Message(request, String::new()), [Stage::ModifyOffsets(offsets)]),
            Err(error) => refused(request, name, error),
        }
    }

    fn admit_offsets(&self, name: &ConnectorName, offsets: Option<&SourceOffsets>) -> Result<(), HerderError> {
        if offsets.is_some_and(Vec::is_empty) {
            let missing = "Partitions / offsets need to be provided for an alter offsets request";
            return Err(HerderError::BadRequest(missing.to_owned()));
        }
        let connector = self.get(name)?;
        let is_stopped = (connector.target, connector.status) == (TargetState::Stopped, Status::Stopped);
        if is_stopped && connector.task_configs.is_empty() {
            return Ok(());
        }
        Err(HerderError::BadRequest(format!(
            "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the \
             specified connector by issuing a 'PUT' request to the '/connectors/{name}/stop' endpoint"
        )))
    }
}

fn put(request: RequestId, name: ConnectorName, config: Props, initial: Option<TargetState>) -> Course {
    Course::new(name, Answer::Put { request, created: false }, [Stage::Validate { config, initial }])
}

/// A change that ends before it begins.
pub(super) fn refused(request: RequestId, name: ConnectorName, error: HerderError) -> Course {
    Course::new(name, Answer::Failed(request, error), [])
}
