//! The herder of a single worker: everything is in memory, and one change is carried out after the other.
//! ```text
//! Command ─▶ ask ─┬─▶ Reply, from what is known
//!                 └─▶ Change, waits ─▶ begin ─▶ Course of stages ─▶ Action ─▶ its answer ─▶ next stage … ─▶ Reply
//! put:     Validate ─▶ StopConnector ─▶ StartConnector ─▶ SwapTasks
//! pause:   TellTasks ─▶ StopConnector ─▶ Settle             resume: StartConnector ─▶ TellTasks ─▶ SwapTasks
//! stop:    StopTasks ─▶ ForgetTasks ─▶ StopConnector ─▶ Settle      delete: StopTasks ─▶ StopConnector ─▶ Forget
//! restart: StopTasks ─▶ StopConnector ─▶ StartConnector ─▶ SwapTasks, of all this what the plan says
//! ```
//! Start at [`StandaloneHerder::step`]. Source: Apache Kafka, `StandaloneHerder`, `WorkerConnector`.

mod ask;
mod change;
mod connector;
mod course;
mod event;
mod restart;
mod stages;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use connect_api::ConnectError;
use connect_config::Props;

use super::{ConnectorStatus, HerderError, Status, TaskStatus};
use crate::{ConnectorName, TaskId};
use change::Change;
use connector::Connector;
use course::Course;
pub use event::{Action, Event, LookUp, StartTasks, Started};

/// How many changes may wait. They are carried out even when their askers have given up, so that nothing else bounds them;
/// no more clients than this are connected at once.
pub(super) const CHANGES_WAITING_MAX: usize = 512;

/// The state machine. No clock, no I/O, no await.
#[derive(Debug)]
pub struct StandaloneHerder {
    worker_id: String,
    connectors: BTreeMap<ConnectorName, Connector>,
    waiting: VecDeque<Change>,
    course: Option<Course>,
    /// Connectors that may look different since [`take_changed`](Self::take_changed).
    changed: BTreeSet<ConnectorName>,
}

impl StandaloneHerder {
    /// `worker_id` is the `host:port` under which the worker's REST server is known.
    pub fn new(worker_id: String) -> Self {
        Self {
            worker_id,
            connectors: BTreeMap::new(),
            waiting: VecDeque::new(),
            course: None,
            changed: BTreeSet::new(),
        }
    }

    /// The tasks that should be there.
    pub fn tasks(&self) -> Vec<TaskId> {
        self.connectors.iter().flat_map(|(name, connector)| connector.task_ids(name)).collect()
    }

    /// Every connector that exists.
    pub fn connectors(&self) -> Vec<ConnectorName> {
        self.connectors.keys().cloned().collect()
    }

    /// The connectors that the steps since the last call were about: created, changed, or gone.
    pub fn take_changed(&mut self) -> BTreeSet<ConnectorName> {
        std::mem::take(&mut self.changed)
    }

    /// A connector and its tasks as they are now, and its configuration; none if there is no such connector.
    pub fn look_at(&self, name: &ConnectorName) -> Option<(ConnectorStatus, &Props)> {
        let connector = self.connectors.get(name)?;
        Some((connector.status(name, &self.worker_id), &connector.config))
    }

    /// Connectors that are not what they are meant to be, and have not failed either.
    #[cfg(test)]
    pub(super) fn unsettled(&self) -> Vec<String> {
        let unsettled = self.connectors.iter().filter(|(_, connector)| !connector.is_settled());
        unsettled.map(|(name, connector)| format!("{name}: {connector:?}")).collect()
    }

    /// Turns one event into the actions it calls for.
    pub fn step(&mut self, event: Event) -> Vec<Action> {
        let mut actions = Vec::new();
        match event {
            Event::Asked(request, command) => self.on_asked(request, command, &mut actions),
            Event::TaskChanged { id, status, version, trace } => self.on_task_changed(&id, status, version, trace),
            Event::ConnectorFailed(name, error) => self.on_connector_failed(&name, &error),
            Event::ReconfigurationRequested(name) => self.on_reconfiguration_requested(name),
            Event::ConfigExpired(name) => self.waiting.push_back(Change::Reload(name)),
            Event::LookedUp(request, reply) => actions.push(Action::Reply(request, reply)),
            answer => self.on_answer(answer),
        }
        self.go_on(&mut actions);
        actions
    }

    /// Carries out stages, and begins changes, until an answer is waited for.
    fn go_on(&mut self, actions: &mut Vec<Action>) {
        loop {
            match self.course.take() {
                Some(course) if course.awaited.is_some() => return self.course = Some(course),
                Some(mut course) => {
                    self.changed.insert(course.name.clone());
                    match course.stages.pop_front() {
                        Some(stage) => {
                            self.enter(&mut course, stage, actions);
                            self.course = Some(course);
                        }
                        None => self.finish(course, actions),
                    }
                }
                None => match self.waiting.pop_front() {
                    Some(change) => self.course = Some(self.begin(change, actions)),
                    None => return,
                },
            }
        }
    }

    /// One that waits already sees to this one too.
    fn on_reconfiguration_requested(&mut self, name: ConnectorName) {
        let waits = |change: &Change| matches!(change, Change::Reconfigure(other) if *other == name);
        if !self.waiting.iter().any(waits) {
            self.waiting.push_back(Change::Reconfigure(name));
        }
    }

    /// Its tasks go on.
    fn on_connector_failed(&mut self, name: &ConnectorName, error: &ConnectError) {
        if let Some(connector) = self.connectors.get_mut(name) {
            connector.fail(error);
            self.changed.insert(name.clone());
        }
    }

    fn on_task_changed(&mut self, id: &TaskId, status: Status, version: Option<String>, trace: Option<String>) {
        let worker_id = self.worker_id.clone();
        let Some(connector) = self.connectors.get_mut(&id.connector) else { return };
        if connector.has_task(id.index) {
            let index = id.index;
            connector.tasks.insert(index, TaskStatus { index, status, worker_id, version, trace });
            self.changed.insert(id.connector.clone());
        }
    }

    fn get(&self, name: &ConnectorName) -> Result<&Connector, HerderError> {
        self.connectors.get(name).ok_or_else(|| HerderError::connector_not_found(name))
    }
}
