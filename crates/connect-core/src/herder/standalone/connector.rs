//! What the standalone herder knows of one connector.

use std::collections::BTreeMap;

use connect_api::ConnectError;
use connect_config::Props;

use super::StartTasks;
use crate::herder::{ConnectorInfo, ConnectorStatus, ConnectorType, Status, TargetState, TaskInfo, TaskStatus};
use crate::{ConnectorName, TaskId};

#[derive(Debug)]
pub(super) struct Connector {
    pub(super) config: Props,
    pub(super) target: TargetState,
    pub(super) connector_type: ConnectorType,
    pub(super) version: Option<String>,
    pub(super) status: Status,
    trace: Option<String>,
    pub(super) task_configs: Vec<Props>,
    /// By task index; absent until the task has reported.
    pub(super) tasks: BTreeMap<u32, TaskStatus>,
    /// The connector's configuration when its tasks were started.
    applied: Option<Props>,
}

impl Connector {
    pub(super) fn new(
        config: Props,
        target: TargetState,
        connector_type: ConnectorType,
        version: Option<String>,
    ) -> Self {
        Self {
            config,
            target,
            connector_type,
            version,
            status: Status::Unassigned,
            trace: None,
            task_configs: Vec::new(),
            tasks: BTreeMap::new(),
            applied: None,
        }
    }

    pub(super) fn is_running(&self) -> bool {
        self.status == Status::Running
    }

    #[cfg(test)]
    pub(super) fn is_settled(&self) -> bool {
        let tasks_gone = self.target != TargetState::Stopped || self.task_configs.is_empty();
        tasks_gone && [self.target.settled(), Status::Failed].contains(&self.status)
    }

    pub(super) fn become_status(&mut self, status: Status) {
        (self.status, self.trace) = (status, None);
    }

    pub(super) fn fail(&mut self, error: &ConnectError) {
        (self.status, self.trace) = (Status::Failed, Some(error.trace()));
    }

    pub(super) fn indices(&self) -> Vec<u32> {
        (0..).zip(&self.task_configs).map(|(index, _)| index).collect()
    }

    pub(super) fn task_ids(&self, name: &ConnectorName) -> Vec<TaskId> {
        self.indices().into_iter().map(|index| TaskId { connector: name.clone(), index }).collect()
    }

    pub(super) fn has_task(&self, index: u32) -> bool {
        (index as usize) < self.task_configs.len()
    }

    /// Whether its tasks run with these configurations, and with the connector's own as it is now.
    pub(super) fn runs_with(&self, configs: &[Props]) -> bool {
        self.task_configs == configs && self.applied.as_ref() == Some(&self.config)
    }

    pub(super) fn replace_tasks(&mut self, configs: Vec<Props>) {
        self.tasks.clear();
        self.applied = Some(self.config.clone());
        self.task_configs = configs;
    }

    pub(super) fn forget_tasks(&mut self) {
        self.tasks.clear();
        self.task_configs.clear();
        self.applied = None;
    }

    /// The start of those tasks that there are.
    pub(super) fn start(&self, name: &ConnectorName, indices: impl IntoIterator<Item = u32>) -> StartTasks {
        let config = |index: u32| Some((index, self.task_configs.get(index as usize)?.clone()));
        StartTasks {
            name: name.clone(),
            connector_config: self.config.clone(),
            target: self.target,
            task_count: self.task_configs.len(),
            configs: indices.into_iter().filter_map(config).collect(),
        }
    }

    pub(super) fn task_infos(&self, name: &ConnectorName) -> Vec<TaskInfo> {
        let infos = self.task_ids(name).into_iter().zip(&self.task_configs);
        infos.map(|(id, config)| TaskInfo { id, config: config.clone() }).collect()
    }

    pub(super) fn info(&self, name: &ConnectorName) -> ConnectorInfo {
        ConnectorInfo {
            name: name.clone(),
            config: self.config.clone(),
            tasks: self.task_ids(name),
            connector_type: self.connector_type,
        }
    }

    pub(super) fn status(&self, name: &ConnectorName, worker_id: &str) -> ConnectorStatus {
        ConnectorStatus {
            name: name.clone(),
            status: self.status,
            worker_id: worker_id.to_owned(),
            version: self.version.clone(),
            trace: self.trace.clone(),
            tasks: self.tasks.values().cloned().collect(),
            connector_type: self.connector_type,
        }
    }
}
