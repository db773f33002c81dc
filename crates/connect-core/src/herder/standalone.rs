//! The herder of a single worker: everything is in memory, and one change is carried out after the other.
//! ```text
//! Put:    Validate ─▶ StopConnector (if it runs) ─▶ StartConnector ─▶ StopTasks, StartTasks (if they changed) ─▶ Reply
//! Delete: StopTasks ─▶ StopConnector ─▶ Reply
//! ```
//! Questions are answered at once, from what is known.
//! Source: Apache Kafka, `StandaloneHerder`.

use std::collections::{BTreeMap, VecDeque};

use connect_api::ConnectError;
use connect_config::Props;

use super::{
    Command, ConnectorInfo, ConnectorStatus, ConnectorType, HerderError, Reply, RequestId, Status, TargetState,
    TaskInfo, TaskStatus,
};
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
    /// A running connector has asked for its work to be divided anew.
    ReconfigurationRequested(ConnectorName),
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

/// What is to be done. Those with an answer are answered by exactly one event, and only one is under way at a time.
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
    StopConnector(ConnectorName),
    MakeTaskConfigs(ConnectorName),
    /// Not answered: every task reports with [`Event::TaskChanged`].
    StartTasks {
        name: ConnectorName,
        connector_config: Props,
        configs: Vec<Props>,
    },
    StopTasks(Vec<TaskId>),
}

#[derive(Debug)]
struct Connector {
    config: Props,
    target: TargetState,
    connector_type: ConnectorType,
    version: Option<String>,
    status: Status,
    trace: Option<String>,
    task_configs: Vec<Props>,
    /// By task index; absent until the task has reported.
    tasks: BTreeMap<u32, TaskStatus>,
    /// The connector's configuration when its tasks were started.
    applied: Option<Props>,
}

#[derive(Debug)]
enum Change {
    /// With an initial state only where the connector must not exist yet.
    Put {
        request: RequestId,
        name: ConnectorName,
        config: Props,
        initial: Option<TargetState>,
    },
    Delete {
        request: RequestId,
        name: ConnectorName,
    },
    Reconfigure {
        name: ConnectorName,
    },
}

/// Where the change under way stands: which answer it waits for.
#[derive(Debug)]
enum Step {
    Validating {
        request: RequestId,
        name: ConnectorName,
        config: Props,
        initial: Option<TargetState>,
    },
    Replacing {
        put: Put,
    },
    Starting {
        put: Put,
    },
    MakingTaskConfigs {
        name: ConnectorName,
    },
    /// Old tasks are stopping before new ones start.
    SwappingTasks {
        name: ConnectorName,
        configs: Vec<Props>,
        put: Option<Put>,
    },
    DeletingTasks {
        request: RequestId,
        name: ConnectorName,
    },
    DeletingConnector {
        request: RequestId,
        name: ConnectorName,
    },
}

#[derive(Debug)]
struct Put {
    request: RequestId,
    name: ConnectorName,
    created: bool,
}

/// The state machine. No clock, no I/O, no await.
#[derive(Debug)]
pub struct StandaloneHerder {
    worker_id: String,
    connectors: BTreeMap<ConnectorName, Connector>,
    waiting: VecDeque<Change>,
    step: Option<Step>,
}

impl StandaloneHerder {
    /// `worker_id` is the `host:port` under which the worker's REST server is known.
    pub fn new(worker_id: String) -> Self {
        Self { worker_id, connectors: BTreeMap::new(), waiting: VecDeque::new(), step: None }
    }

    /// The tasks that should be running.
    pub fn tasks(&self) -> Vec<TaskId> {
        self.connectors.iter().flat_map(|(name, connector)| connector.task_ids(name)).collect()
    }

    /// Every connector that exists.
    pub fn connectors(&self) -> Vec<ConnectorName> {
        self.connectors.keys().cloned().collect()
    }

    /// Turns one event into the actions it calls for.
    pub fn step(&mut self, event: Event) -> Vec<Action> {
        let mut actions = Vec::new();
        match event {
            Event::Asked(request, command) => self.on_asked(request, command, &mut actions),
            Event::TaskChanged { id, status, version, trace } => self.on_task_changed(&id, status, version, trace),
            Event::ConnectorFailed(name, error) => self.on_connector_failed(&name, &error),
            Event::ReconfigurationRequested(name) => self.on_reconfiguration_requested(name),
            answer => self.on_answer(answer, &mut actions),
        }
        while self.step.is_none() {
            let Some(change) = self.waiting.pop_front() else { break };
            self.begin(change, &mut actions);
        }
        actions
    }

    fn on_asked(&mut self, request: RequestId, command: Command, actions: &mut Vec<Action>) {
        let answer = match command {
            Command::Create { name, config, initial_state } => {
                let change = Change::Put { request, name, config, initial: Some(initial_state) };
                return self.waiting.push_back(change);
            }
            Command::PutConfig { name, config } => {
                return self.waiting.push_back(Change::Put { request, name, config, initial: None });
            }
            Command::Delete(name) => return self.waiting.push_back(Change::Delete { request, name }),
            Command::Ping => Ok(Reply::Done),
            Command::Connectors => Ok(Reply::Names(self.connectors())),
            Command::Connector(name) => self.get(&name).map(|connector| Reply::Info(connector.info(&name))),
            Command::ConnectorConfig(name) => self.get(&name).map(|connector| Reply::Config(connector.config.clone())),
            Command::Tasks(name) => self.get(&name).map(|connector| Reply::Tasks(connector.task_infos(&name))),
            Command::ConnectorStatus(name) => match self.connectors.get(&name) {
                Some(connector) => Ok(Reply::Status(connector.status(&name, &self.worker_id))),
                None => Err(HerderError::NotFound(format!("No status found for connector {name}"))),
            },
            _ => Err(HerderError::Failed("not there yet".to_owned())),
        };
        actions.push(Action::Reply(request, answer));
    }

    fn begin(&mut self, change: Change, actions: &mut Vec<Action>) {
        match change {
            Change::Put { request, name, config, initial } => {
                actions.push(Action::Validate { name: name.clone(), config: config.clone() });
                self.step = Some(Step::Validating { request, name, config, initial });
            }
            Change::Delete { request, name } => match self.connectors.get(&name) {
                None => actions.push(Action::Reply(request, Err(HerderError::connector_not_found(&name)))),
                Some(connector) => {
                    actions.push(Action::StopTasks(connector.task_ids(&name)));
                    self.step = Some(Step::DeletingTasks { request, name });
                }
            },
            Change::Reconfigure { name } => {
                if self.connectors.get(&name).is_some_and(Connector::is_running) {
                    actions.push(Action::MakeTaskConfigs(name.clone()));
                    self.step = Some(Step::MakingTaskConfigs { name });
                }
            }
        }
    }

    fn on_answer(&mut self, answer: Event, actions: &mut Vec<Action>) {
        match (self.step.take(), answer) {
            (Some(Step::Validating { request, name, config, initial }), Event::Validated(validated)) => {
                match validated.and_then(|valid| self.admit(&name, initial.is_some()).map(|()| valid)) {
                    Ok(valid) => self.accept(request, name, config, initial.unwrap_or_default(), valid, actions),
                    Err(error) => actions.push(Action::Reply(request, Err(error))),
                }
            }
            (Some(Step::Replacing { put }), Event::ConnectorStopped) => self.start_connector(put, actions),
            (Some(Step::Starting { put }), Event::ConnectorStarted(started)) => self.on_started(put, started, actions),
            (Some(Step::MakingTaskConfigs { name }), Event::TaskConfigsMade(made)) => match made {
                Ok(configs) => self.swap_tasks(name, configs, None, actions),
                Err(error) => self.on_connector_failed(&name, &error),
            },
            (Some(Step::SwappingTasks { name, configs, put }), Event::TasksStopped) => {
                self.start_tasks(name, configs, put, actions);
            }
            (Some(Step::DeletingTasks { request, name }), Event::TasksStopped) => {
                actions.push(Action::StopConnector(name.clone()));
                self.step = Some(Step::DeletingConnector { request, name });
            }
            (Some(Step::DeletingConnector { request, name }), Event::ConnectorStopped) => {
                self.connectors.remove(&name);
                actions.push(Action::Reply(request, Ok(Reply::Done)));
            }
            // An answer that nothing waits for changes nothing.
            (step, _) => self.step = step,
        }
    }

    fn admit(&self, name: &ConnectorName, create_only: bool) -> Result<(), HerderError> {
        if create_only && self.connectors.contains_key(name) {
            return Err(HerderError::AlreadyExists(format!("Connector {name} already exists")));
        }
        Ok(())
    }

    /// Stores the new configuration and starts the connector, after the running one has stopped. A connector that
    /// exists keeps its target state; a new one gets `initial`.
    fn accept(
        &mut self,
        request: RequestId,
        name: ConnectorName,
        config: Props,
        initial: TargetState,
        (connector_type, version): (ConnectorType, String),
        actions: &mut Vec<Action>,
    ) {
        let version = Some(version);
        match self.connectors.get_mut(&name) {
            Some(connector) => {
                connector.config = config;
                connector.connector_type = connector_type;
                connector.version = version;
                actions.push(Action::StopConnector(name.clone()));
                self.step = Some(Step::Replacing { put: Put { request, name, created: false } });
            }
            None => {
                let connector = Connector::new(config, initial, connector_type, version);
                self.connectors.insert(name.clone(), connector);
                self.start_connector(Put { request, name, created: true }, actions);
            }
        }
    }

    fn start_connector(&mut self, put: Put, actions: &mut Vec<Action>) {
        if let Some(connector) = self.connectors.get(&put.name) {
            let (config, target) = (connector.config.clone(), connector.target);
            actions.push(Action::StartConnector { name: put.name.clone(), config, target });
        }
        self.step = Some(Step::Starting { put });
    }

    fn on_started(&mut self, put: Put, started: Result<Started, ConnectError>, actions: &mut Vec<Action>) {
        let Some(connector) = self.connectors.get_mut(&put.name) else { return };
        match started {
            Ok(started) => {
                connector.status = match connector.target {
                    TargetState::Started => Status::Running,
                    TargetState::Paused => Status::Paused,
                    TargetState::Stopped => Status::Stopped,
                };
                connector.trace = None;
                self.swap_tasks(put.name.clone(), started.task_configs, Some(put), actions);
            }
            Err(error) => {
                self.on_connector_failed(&put.name, &error);
                let message = error.message().unwrap_or(error.class()).to_owned();
                actions.push(Action::Reply(put.request, Err(HerderError::Failed(message))));
            }
        }
    }

    /// Restarts the tasks if their configurations or the connector's have changed.
    fn swap_tasks(&mut self, name: ConnectorName, configs: Vec<Props>, put: Option<Put>, actions: &mut Vec<Action>) {
        let Some(connector) = self.connectors.get(&name) else { return };
        if connector.task_configs == configs && connector.applied.as_ref() == Some(&connector.config) {
            return self.finish_put(put, actions);
        }
        actions.push(Action::StopTasks(connector.task_ids(&name)));
        self.step = Some(Step::SwappingTasks { name, configs, put });
    }

    fn start_tasks(&mut self, name: ConnectorName, configs: Vec<Props>, put: Option<Put>, actions: &mut Vec<Action>) {
        let Some(connector) = self.connectors.get_mut(&name) else { return };
        connector.tasks.clear();
        connector.applied = Some(connector.config.clone());
        connector.task_configs.clone_from(&configs);
        let connector_config = connector.config.clone();
        if !configs.is_empty() {
            actions.push(Action::StartTasks { name, connector_config, configs });
        }
        self.finish_put(put, actions);
    }

    fn finish_put(&mut self, put: Option<Put>, actions: &mut Vec<Action>) {
        let Some(Put { request, name, created }) = put else { return };
        let reply = self.get(&name).map(|connector| Reply::Put { created, info: connector.info(&name) });
        actions.push(Action::Reply(request, reply));
    }

    /// One that waits already sees to this one too.
    fn on_reconfiguration_requested(&mut self, name: ConnectorName) {
        let waits = |change: &Change| matches!(change, Change::Reconfigure { name: other } if *other == name);
        if !self.waiting.iter().any(waits) {
            self.waiting.push_back(Change::Reconfigure { name });
        }
    }

    fn on_connector_failed(&mut self, name: &ConnectorName, error: &ConnectError) {
        if let Some(connector) = self.connectors.get_mut(name) {
            connector.status = Status::Failed;
            connector.trace = Some(error.trace());
        }
    }

    fn on_task_changed(&mut self, id: &TaskId, status: Status, version: Option<String>, trace: Option<String>) {
        let worker_id = self.worker_id.clone();
        let Some(connector) = self.connectors.get_mut(&id.connector) else { return };
        if (id.index as usize) < connector.task_configs.len() {
            let index = id.index;
            connector.tasks.insert(index, TaskStatus { index, status, worker_id, version, trace });
        }
    }

    fn get(&self, name: &ConnectorName) -> Result<&Connector, HerderError> {
        self.connectors.get(name).ok_or_else(|| HerderError::connector_not_found(name))
    }
}

impl Connector {
    fn new(config: Props, target: TargetState, connector_type: ConnectorType, version: Option<String>) -> Self {
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

    fn is_running(&self) -> bool {
        self.status == Status::Running
    }

    fn task_ids(&self, name: &ConnectorName) -> Vec<TaskId> {
        (0..).zip(&self.task_configs).map(|(index, _)| TaskId { connector: name.clone(), index }).collect()
    }

    fn task_infos(&self, name: &ConnectorName) -> Vec<TaskInfo> {
        let infos = self.task_ids(name).into_iter().zip(&self.task_configs);
        infos.map(|(id, config)| TaskInfo { id, config: config.clone() }).collect()
    }

    fn info(&self, name: &ConnectorName) -> ConnectorInfo {
        ConnectorInfo {
            name: name.clone(),
            config: self.config.clone(),
            tasks: self.task_ids(name),
            connector_type: self.connector_type,
        }
    }

    fn status(&self, name: &ConnectorName, worker_id: &str) -> ConnectorStatus {
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
