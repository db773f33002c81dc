//! What the worker's metrics learn from the herder: how starts went, and what connectors and tasks are.

use std::collections::BTreeSet;

use connect_core::TaskId;
use connect_core::herder::{Action, Event, StandaloneHerder, Status, TargetState};

use crate::metrics::{Metrics, WorkerMetrics};
use crate::worker::Worker;

/// Hears every event before the herder does, and sees every action that it calls for.
pub(super) struct Watch {
    metrics: WorkerMetrics,
    /// A connector is to start; its answer is not there yet.
    connector_starts: bool,
    /// Tasks that were started and have not run yet.
    starting: BTreeSet<TaskId>,
}

impl Watch {
    pub(super) fn new(metrics: &Metrics) -> Self {
        Self { metrics: WorkerMetrics::new(metrics), connector_starts: false, starting: BTreeSet::new() }
    }

    pub(super) fn heard(&mut self, event: &Event) {
        match event {
            Event::ConnectorStarted(started) if std::mem::take(&mut self.connector_starts) => {
                self.metrics.connector_start(started.is_ok());
            }
            Event::TaskChanged { id, status, .. } => self.task_is(id, *status),
            _ => {}
        }
    }

    pub(super) fn called_for(&mut self, action: &Action) {
        match action {
            // With any other target state nothing is started.
            Action::StartConnector { target, .. } => self.connector_starts = *target == TargetState::Started,
            Action::StartTasks(start) => {
                let id = |index: u32| TaskId { connector: start.name.clone(), index };
                self.starting.extend(start.configs.iter().map(|(index, _)| id(*index)));
            }
            // Those that have not run by now need not do so.
            Action::StopTasks(ids) => self.starting.retain(|id| !ids.contains(id)),
            _ => {}
        }
    }

    /// Takes over what the last step has changed.
    pub(super) fn follow(&self, core: &mut StandaloneHerder, worker: &Worker) {
        for name in core.take_changed() {
            match core.look_at(&name) {
                Some((status, config)) => self.metrics.connector(&status, worker.class_of(config)),
                None => self.metrics.connector_gone(&name),
            }
        }
    }

    /// A paused task starts when it is resumed.
    fn task_is(&mut self, id: &TaskId, status: Status) {
        let success = match status {
            Status::Running => true,
            Status::Failed => false,
            _ => return,
        };
        if self.starting.remove(id) {
            self.metrics.task_start(success);
        }
    }
}
