//! Commands: questions are answered at once, changes wait for their turn.

use super::change::Change;
use super::{Action, CHANGES_WAITING_MAX, LookUp, StandaloneHerder};
use crate::herder::{Command, HerderError, Reply, RequestId, TargetState, TaskStatus};
use crate::{ConnectorName, TaskId};

impl StandaloneHerder {
    pub(super) fn on_asked(&mut self, request: RequestId, command: Command, actions: &mut Vec<Action>) {
        if command.is_change() && self.waiting.len() >= CHANGES_WAITING_MAX {
            return actions.push(Action::Reply(request, Err(HerderError::Busy)));
        }
        match command {
            Command::Create { name, config, initial_state } => {
                self.wait(Change::Put { request, name, config, initial: Some(initial_state) });
            }
            Command::PutConfig { name, config } => self.wait(Change::Put { request, name, config, initial: None }),
            Command::PatchConfig { name, patch } => self.wait(Change::Patch { request, name, patch }),
            Command::Delete(name) => self.wait(Change::Delete { request, name }),
            Command::SetTargetState(name, to) => self.set_target_state(request, name, to, actions),
            Command::RestartConnector(name) => self.wait(Change::RestartConnector { request, name }),
            Command::Restart { name, include_tasks, only_failed } => {
                self.wait(Change::Restart { request, name, include_tasks, only_failed });
            }
            Command::RestartTask(id) => self.wait(Change::RestartTask { request, id }),
            Command::AlterOffsets { name, offsets } => {
                self.wait(Change::ModifyOffsets { request, name, offsets: Some(offsets) });
            }
            Command::ResetOffsets(name) => self.wait(Change::ModifyOffsets { request, name, offsets: None }),
            Command::Topics(name) => actions.push(Action::LookUp(request, LookUp::Topics(name))),
            Command::ResetTopics(name) => actions.push(Action::LookUp(request, LookUp::ResetTopics(name))),
            Command::Offsets(name) => actions.push(match self.get(&name) {
                Ok(connector) => Action::LookUp(request, LookUp::Offsets { name, config: connector.config.clone() }),
                Err(error) => Action::Reply(request, Err(error)),
            }),
            Command::Ping => actions.push(Action::Reply(request, Ok(Reply::Done))),
            question => actions.push(Action::Reply(request, self.known(question))),
        }
    }

    fn wait(&mut self, change: Change) {
        self.waiting.push_back(change);
    }

    /// What is answered from what is known.
    fn known(&self, question: Command) -> Result<Reply, HerderError> {
        match question {
            Command::Connectors => Ok(Reply::Names(self.connectors())),
            Command::Connector(name) => self.get(&name).map(|connector| Reply::Info(connector.info(&name))),
            Command::ConnectorConfig(name) => self.get(&name).map(|connector| Reply::Config(connector.config.clone())),
            Command::Tasks(name) => self.get(&name).map(|connector| Reply::Tasks(connector.task_infos(&name))),
            Command::TaskStatus(id) => self.task_status(&id).map(Reply::TaskStatus),
            Command::ConnectorStatus(name) => match self.connectors.get(&name) {
                Some(connector) => Ok(Reply::Status(connector.status(&name, &self.worker_id))),
                None => Err(HerderError::NotFound(format!("No status found for connector {name}"))),
            },
            _ => Ok(Reply::Done),
        }
    }

    fn task_status(&self, id: &TaskId) -> Result<TaskStatus, HerderError> {
        let status = self.connectors.get(&id.connector).and_then(|connector| connector.tasks.get(&id.index));
        status.cloned().ok_or_else(|| HerderError::NotFound(format!("No status found for task {id}")))
    }

    /// Waits for its turn; the target counts from then on, so that what is under way ends as it began. A stop is answered
    /// when it is done.
    fn set_target_state(
        &mut self,
        request: RequestId,
        name: ConnectorName,
        to: TargetState,
        actions: &mut Vec<Action>,
    ) {
        if !self.connectors.contains_key(&name) {
            return actions.push(Action::Reply(request, Err(unknown(&name, to))));
        }
        self.pre_empt(&name, to, actions);
        let request = match to {
            TargetState::Stopped => Some(request),
            TargetState::Started | TargetState::Paused => {
                actions.push(Action::Reply(request, Ok(Reply::Done)));
                None
            }
        };
        self.wait(Change::Transition { request, name, to });
    }

    /// Takes back the connector's transitions that have not begun.
    fn pre_empt(&mut self, name: &ConnectorName, to: TargetState, actions: &mut Vec<Action>) {
        self.waiting.retain(|change| {
            let Change::Transition { request, name: other, to: old } = change else { return true };
            if other != name {
                return true;
            }
            if let Some(request) = request {
                actions.push(Action::Reply(*request, Err(pre_empted(*old, to))));
            }
            false
        });
    }
}

fn unknown(name: &ConnectorName, to: TargetState) -> HerderError {
    match to {
        // As Apache's standalone herder says it, with status 500.
        TargetState::Stopped => HerderError::Failed(format!("No connector `{name}` configured")),
        TargetState::Started | TargetState::Paused => HerderError::NotFound(format!("Unknown connector {name}")),
    }
}

fn pre_empted(old: TargetState, new: TargetState) -> HerderError {
    let (old, new) = (old.as_str(), new.as_str());
    HerderError::Failed(format!(
        "Could not begin changing connector state to {old} before another request to change state was made; the new \
         request (which is to change the state to {new}) has pre-empted this one"
    ))
}
