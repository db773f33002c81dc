//! Tasks: started, paused and resumed, stopped.

use std::sync::Arc;

use connect_config::Props;
use connect_core::herder::{ConnectorType, Event, StartTasks, TargetState};
use connect_core::{ConnectorName, TaskId};
use tokio::sync::oneshot;
use tracing::Instrument;

use super::Worker;
use crate::life::{self, TaskControl};
use crate::metrics::{Registration, TaskGroups};
use crate::supervise::SupervisedTask;
use crate::task::TaskSeed;
use crate::validation;

pub(super) struct RunningTask {
    control: TaskControl,
    /// Ends when the task has ended and its last state has been reported.
    ended: oneshot::Receiver<()>,
    /// A failed task is told of until it is removed or started again.
    _metrics: Vec<Registration>,
}

impl Worker {
    /// Each task reports with [`Event::TaskChanged`].
    pub fn start_tasks(&mut self, start: StartTasks) {
        let StartTasks { name, connector_config, target, task_count, configs } = start;
        for (index, config) in configs {
            let id = TaskId { connector: name.clone(), index };
            self.start_task(id, connector_config.clone(), config, target, task_count);
        }
    }

    /// The connector's tasks follow as soon as they come to it; each reports with [`Event::TaskChanged`].
    pub fn set_tasks_target(&mut self, name: &ConnectorName, target: TargetState) {
        let own = self.tasks.iter().filter(|(id, _)| id.connector == *name);
        own.for_each(|(_, task)| task.control.set_target(target));
    }

    /// Answers with [`Event::TasksStopped`] when all have ended, or were given up.
    pub fn stop_tasks(&mut self, ids: &[TaskId]) {
        let tasks: Vec<_> = ids.iter().filter_map(|id| self.tasks.remove(id)).collect();
        tasks.iter().for_each(|task| task.control.stop());
        self.answer(async move {
            for task in tasks {
                // A watcher that is gone has nothing to report.
                drop(task.ended.await);
            }
            Event::TasksStopped
        });
    }

    fn start_task(
        &mut self,
        id: TaskId,
        connector_config: Props,
        config: Props,
        target: TargetState,
        task_count: usize,
    ) {
        let plugin = validation::find(&self.parts.plugins, &connector_config).ok();
        let version = plugin.map(|plugin| plugin.version.to_owned());
        let connector_type = plugin.map_or(ConnectorType::Unknown, validation::connector_type);
        let groups = TaskGroups::new(&id, self.metrics.windows());
        // A task of the same name that did not end is not told of any more.
        let registrations = groups.register(&self.metrics, &id, connector_type);
        let metrics = Arc::clone(&groups.task);
        let span = tracing::info_span!("task", context = %format_args!("[{}|task-{}]", id.connector, id.index));
        let (control, life, told) = life::begin(target, groups);
        let parts = Arc::clone(&self.parts);
        let seed = TaskSeed { parts, id: id.clone(), connector_config, config, task_count, life };
        let running = self.data.spawn(seed.run().instrument(span.clone()));
        let (ending, ended) = oneshot::channel();
        let (stop, grace, events) = (control.stop_token().clone(), self.parts.grace(), self.events.clone());
        let watched = SupervisedTask { id: id.clone(), version, running, told, stop, grace, events, metrics };
        self.watchers.spawn(
            async move {
                watched.watch().await;
                // Nobody waits for a task that ended by itself.
                let _ = ending.send(());
            }
            .instrument(span),
        );
        self.tasks.insert(id, RunningTask { control, ended, _metrics: registrations });
    }
}
