//! The shell around the standalone herder: waits for an event, asks the state machine, starts each action.
//! ```text
//! HerderHandle::call ─▶ requests ─┐
//!                                 ├─▶ StandaloneHerder::step ─▶ Worker (its end is another event)
//! Worker events ──────────────────┘
//! ```
//! Start at [`HerderLoop::run`].

mod watch;

use std::collections::HashMap;

use connect_api::StopToken;
use connect_core::herder::{Action, Command, Event, HerderError, Reply, RequestId, StandaloneHerder};
use tokio::sync::{mpsc, oneshot};

use crate::worker::Worker;
use watch::Watch;

/// How many requests may wait for the herder.
const REQUESTS_WAITING: usize = 128;

type Answer = oneshot::Sender<Result<Reply, HerderError>>;

/// Asks a herder; cheap to clone.
#[derive(Clone)]
pub struct HerderHandle {
    requests: mpsc::Sender<(Command, Answer)>,
}

impl HerderHandle {
    /// Ends when the command has been carried out.
    /// # Errors
    /// It was not carried out, and why.
    pub async fn call(&self, command: Command) -> Result<Reply, HerderError> {
        let (answer, answered) = oneshot::channel();
        self.requests.send((command, answer)).await.map_err(|_| HerderError::ShuttingDown)?;
        answered.await.unwrap_or(Err(HerderError::ShuttingDown))
    }
}

/// Runs one standalone herder and its worker.
pub struct HerderLoop {
    core: StandaloneHerder,
    worker: Worker,
    watch: Watch,
    requests: mpsc::Receiver<(Command, Answer)>,
    events: mpsc::Receiver<Event>,
    answers: HashMap<RequestId, Answer>,
    next_request: u64,
}

impl HerderLoop {
    /// `worker_id` is the `host:port` of the worker's REST server; `events` is what `worker` reports to.
    pub fn new(worker_id: String, worker: Worker, events: mpsc::Receiver<Event>) -> (Self, HerderHandle) {
        let (sender, requests) = mpsc::channel(REQUESTS_WAITING);
        let core = StandaloneHerder::new(worker_id);
        let watch = Watch::new(&worker.metrics());
        let herder = Self { core, worker, watch, requests, events, answers: HashMap::new(), next_request: 0 };
        (herder, HerderHandle { requests: sender })
    }

    /// Runs until `stop`; then stops every task and connector, in this order, and commits their offsets.
    pub async fn run(mut self, stop: StopToken) {
        loop {
            let event = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(event) = self.events.recv() => event,
                Some((command, answer)) = self.requests.recv() => self.asked(command, answer),
            };
            log_failure(&event);
            self.watch.heard(&event);
            for action in self.core.step(event) {
                self.watch.called_for(&action);
                self.act(action);
            }
            self.watch.follow(&mut self.core, &self.worker);
        }
        self.requests.close();
        self.answers.clear();
        self.worker.shut_down(self.events).await;
    }

    fn asked(&mut self, command: Command, answer: Answer) -> Event {
        let request = RequestId(self.next_request);
        self.next_request += 1;
        self.answers.insert(request, answer);
        Event::Asked(request, command)
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Reply(request, reply) => {
                if let Some(answer) = self.answers.remove(&request) {
                    // Nobody to hear it: the REST client has gone.
                    drop(answer.send(reply));
                }
            }
            Action::Validate { name, config } => self.worker.validate(name, config),
            Action::StartConnector { name, config, target } => self.worker.start_connector(name, config, target),
            Action::StopConnector(name) => self.worker.stop_connector(&name),
            Action::MakeTaskConfigs(name) => self.worker.make_task_configs(&name),
            Action::StartTasks(start) => self.worker.start_tasks(start),
            Action::StopTasks(ids) => self.worker.stop_tasks(&ids),
            Action::SetTasksTarget(name, target) => self.worker.set_tasks_target(&name, target),
            Action::ModifyOffsets { name, config, offsets } => self.worker.modify_offsets(name, config, offsets),
            Action::LookUp(request, what) => self.worker.look_up(request, what),
            Action::Forget(name) => self.worker.forget(&name),
        }
    }
}

/// A connector that fails says so nowhere else; tasks log their own ends.
fn log_failure(event: &Event) {
    match event {
        Event::ConnectorFailed(name, error) => {
            tracing::error!("[{name}|worker] Connector {name} has failed: {}", error.trace());
        }
        Event::ConnectorStarted(Err(error)) => tracing::error!("The connector could not start: {}", error.trace()),
        Event::TaskConfigsMade(Err(error)) => {
            tracing::error!("The connector could not divide its work into tasks: {}", error.trace());
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
