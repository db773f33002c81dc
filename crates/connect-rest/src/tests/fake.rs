//! The real herder over a worker that does everything at once; single answers can be put in its mouth.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use connect_config::Props;
use connect_core::herder::{
    Action, Command, ConnectorType, Event, HerderError, Reply, RequestId, StandaloneHerder, StartTasks, Started,
    Status, TargetState,
};
use connect_core::{ConnectorName, TaskId};

use crate::Herder;

pub(crate) struct FakeHerder {
    state: Mutex<State>,
    /// The answer to the next command, which does not reach the real herder then.
    scripted: Mutex<Option<Result<Reply, HerderError>>>,
    /// The last command that was answered from the script.
    asked: Mutex<Option<Command>>,
    /// Never answers while this is set.
    pub(crate) stuck: AtomicBool,
}

struct State {
    herder: StandaloneHerder,
    requests: u64,
    replies: BTreeMap<RequestId, Result<Reply, HerderError>>,
}

impl FakeHerder {
    pub(crate) fn new(worker_id: &str) -> Self {
        let herder = StandaloneHerder::new(worker_id.to_owned());
        let state = State { herder, requests: 0, replies: BTreeMap::new() };
        let (scripted, asked) = (Mutex::default(), Mutex::default());
        Self { state: Mutex::new(state), scripted, asked, stuck: AtomicBool::new(false) }
    }

    /// The next command is answered with `reply`.
    pub(crate) fn answer(&self, reply: Result<Reply, HerderError>) {
        *self.scripted.lock().unwrap() = Some(reply);
    }

    /// The command that the script has answered.
    pub(crate) fn asked(&self) -> Option<Command> {
        self.asked.lock().unwrap().take()
    }
}

#[async_trait]
impl Herder for FakeHerder {
    async fn call(&self, command: Command) -> Result<Reply, HerderError> {
        while self.stuck.load(Ordering::Relaxed) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        if let Some(reply) = self.scripted.lock().unwrap().take() {
            *self.asked.lock().unwrap() = Some(command);
            return reply;
        }
        self.state.lock().unwrap_or_else(PoisonError::into_inner).call(command)
    }
}

impl State {
    fn call(&mut self, command: Command) -> Result<Reply, HerderError> {
        self.requests += 1;
        let request = RequestId(self.requests);
        let mut events = VecDeque::from([Event::Asked(request, command)]);
        while let Some(event) = events.pop_front() {
            for action in self.herder.step(event) {
                self.carry_out(action, &mut events);
            }
        }
        self.replies.remove(&request).expect("every command is answered")
    }

    fn carry_out(&mut self, action: Action, events: &mut VecDeque<Event>) {
        match action {
            Action::Reply(request, reply) => {
                self.replies.insert(request, reply);
            }
            Action::Validate { config, .. } => events.push_back(Event::Validated(validate(&config))),
            Action::StartConnector { config, target, .. } => {
                let task_configs = if target == TargetState::Started { task_configs(&config) } else { Vec::new() };
                events.push_back(Event::ConnectorStarted(Ok(Started { task_configs })));
            }
            Action::StopConnector(_) => events.push_back(Event::ConnectorStopped),
            Action::MakeTaskConfigs(_) => events.push_back(Event::TaskConfigsMade(Ok(Vec::new()))),
            Action::StartTasks(StartTasks { name, configs, .. }) => {
                events.extend(configs.iter().map(|(index, config)| started(&name, *index, config)));
            }
            Action::StopTasks(_) => events.push_back(Event::TasksStopped),
            // Not answered, or asked for by nothing that is not scripted.
            Action::SetTasksTarget(..) | Action::ModifyOffsets { .. } | Action::LookUp(..) | Action::Forget(_) => {}
        }
    }
}

fn validate(config: &Props) -> Result<(ConnectorType, String), HerderError> {
    match config.get("connector.class") {
        Some(class) if class.ends_with("Source") => Ok((ConnectorType::Source, "4.3.1".to_owned())),
        Some(class) if class.ends_with("Sink") => Ok((ConnectorType::Sink, "undefined".to_owned())),
        Some(class) => Err(HerderError::BadRequest(format!("Failed to find any class that is {class}"))),
        None => Err(HerderError::BadRequest("Connector config {} contains no connector type".to_owned())),
    }
}

fn task_configs(config: &Props) -> Vec<Props> {
    let count = config.get("tasks.max").and_then(|max| max.parse().ok()).unwrap_or(1);
    (0..count).map(|_| Props::from([("task.class", "FakeTask")])).collect()
}

fn started(name: &ConnectorName, index: u32, config: &Props) -> Event {
    let id = TaskId { connector: name.clone(), index };
    let version = config.get("task.class").map(|_| "4.3.1".to_owned());
    Event::TaskChanged { id, status: Status::Running, version, trace: None }
}
