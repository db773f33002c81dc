//! Restarts of a connector, of its tasks, and of what has failed among them.

use std::collections::BTreeSet;

use super::change::refused;
use super::connector::Connector;
use super::course::{Answer, Course, Stage};
use super::{Action, StandaloneHerder};
use crate::herder::{ConnectorStatus, HerderError, Reply, RequestId, Status};
use crate::{ConnectorName, TaskId};

/// Which parts of a connector are restarted. Source: Apache Kafka, `RestartPlan`.
struct Plan {
    connector: bool,
    tasks: BTreeSet<u32>,
}

impl Plan {
    /// Tasks that have not reported yet are left alone.
    fn new(connector: &Connector, include_tasks: bool, only_failed: bool) -> Self {
        let is_due = |status: Status| !only_failed || status == Status::Failed;
        let tasks = connector.tasks.values().filter(|task| include_tasks && is_due(task.status));
        Self { connector: is_due(connector.status), tasks: tasks.map(|task| task.index).collect() }
    }

    /// The state as it is told to whoever has asked: traces remain.
    fn show(&self, mut status: ConnectorStatus) -> ConnectorStatus {
        if self.connector {
            status.status = Status::Restarting;
        }
        let restarting = status.tasks.iter_mut().filter(|task| self.tasks.contains(&task.index));
        restarting.for_each(|task| task.status = Status::Restarting);
        status
    }

    fn mark(&self, connector: &mut Connector) {
        if self.connector {
            connector.become_status(Status::Restarting);
        }
        for task in connector.tasks.values_mut().filter(|task| self.tasks.contains(&task.index)) {
            (task.status, task.trace) = (Status::Restarting, None);
        }
    }
}

impl StandaloneHerder {
    /// The instance alone; the tasks only if it divides the work in another way.
    pub(super) fn restart_connector(&self, request: RequestId, name: ConnectorName) -> Course {
        match self.connectors.get(&name) {
            Some(connector) => {
                let target = connector.target;
                let stages = [Stage::StopConnector, Stage::StartConnector { target }, Stage::SwapTasks];
                Course::new(name, Answer::Done(request), stages)
            }
            None => {
                let error = HerderError::connector_not_found(&name);
                refused(request, name, error)
            }
        }
    }

    /// Answers with the plan, then carries it out.
    pub(super) fn restart(
        &mut self,
        request: RequestId,
        name: ConnectorName,
        (include_tasks, only_failed): (bool, bool),
        actions: &mut Vec<Action>,
    ) -> Course {
        let Some(connector) = self.connectors.get_mut(&name) else {
            let error = HerderError::NotFound(format!("Unknown connector: {name}"));
            return refused(request, name, error);
        };
        let plan = Plan::new(connector, include_tasks, only_failed);
        let shown = plan.show(connector.status(&name, &self.worker_id));
        actions.push(Action::Reply(request, Ok(Reply::Status(shown))));
        plan.mark(connector);
        let mut stages = Vec::new();
        if !plan.tasks.is_empty() {
            stages.push(Stage::StopTasks(plan.tasks.into_iter().collect()));
        }
        if plan.connector {
            let target = connector.target;
            stages.extend([Stage::StopConnector, Stage::StartConnector { target }]);
        }
        stages.push(Stage::SwapTasks);
        Course::new(name, Answer::Nobody, stages)
    }

    /// All of a running connector, tasks too: each of them has values that have expired.
    pub(super) fn reload(&self, name: ConnectorName) -> Course {
        let stages = match self.connectors.get(&name).filter(|connector| connector.is_running()) {
            Some(connector) => vec![
                Stage::StopTasks(connector.indices()),
                Stage::StopConnector,
                Stage::StartConnector { target: connector.target },
                Stage::SwapTasks,
            ],
            None => Vec::new(),
        };
        Course::new(name, Answer::Nobody, stages)
    }

    pub(super) fn restart_task(&self, request: RequestId, id: TaskId) -> Course {
        match self.connectors.get(&id.connector) {
            None => {
                let error = HerderError::connector_not_found(&id.connector);
                refused(request, id.connector, error)
            }
            Some(connector) if !connector.has_task(id.index) => {
                let error = HerderError::NotFound(format!("Task {id} not found"));
                refused(request, id.connector, error)
            }
            Some(_) => {
                let stages = [Stage::StopTasks(vec![id.index]), Stage::SwapTasks];
                Course::new(id.connector, Answer::Done(request), stages)
            }
        }
    }
}
