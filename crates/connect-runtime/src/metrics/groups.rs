//! All groups of one task: handed to its loop, and shown from its start until it is removed or started again.

use std::sync::Arc;

use connect_core::TaskId;
use connect_core::herder::ConnectorType;

use super::chain::{ChainMetrics, Kind, Step};
use super::errors::ErrorMetrics;
use super::registry::{Group, Metrics, Registration};
use super::sample::Windows;
use super::sink::SinkTaskMetrics;
use super::source::SourceTaskMetrics;
use super::task::{TaskMetrics, TaskPlugins};
use crate::errors::ErrorCounts;

/// What a task counts in; cheap to clone. A source leaves the sink's group alone, and the other way round.
#[derive(Clone)]
pub(crate) struct TaskGroups {
    pub(crate) task: Arc<TaskMetrics>,
    pub(crate) source: Arc<SourceTaskMetrics>,
    pub(crate) sink: Arc<SinkTaskMetrics>,
    pub(crate) errors: Arc<ErrorCounts>,
    transforms: Arc<ChainMetrics>,
    predicates: Arc<ChainMetrics>,
}

/// What a task is made of.
pub(crate) struct Composition {
    pub(crate) plugins: TaskPlugins,
    pub(crate) transforms: Vec<Step>,
    pub(crate) predicates: Vec<Step>,
}

impl TaskGroups {
    pub(crate) fn new(id: &TaskId, windows: Windows) -> Self {
        Self {
            task: Arc::new(TaskMetrics::new(id, windows)),
            source: Arc::new(SourceTaskMetrics::new(id, windows)),
            sink: Arc::new(SinkTaskMetrics::new(id, windows)),
            errors: Arc::default(),
            transforms: Arc::new(ChainMetrics::new(id, Kind::Transform)),
            predicates: Arc::new(ChainMetrics::new(id, Kind::Predicate)),
        }
    }

    /// The groups that a task of this type has are told of until the registrations are dropped.
    pub(crate) fn register(&self, metrics: &Metrics, id: &TaskId, connector_type: ConnectorType) -> Vec<Registration> {
        let own: Option<Arc<dyn Group>> = match connector_type {
            ConnectorType::Source => Some(Arc::clone(&self.source) as _),
            ConnectorType::Sink => Some(Arc::clone(&self.sink) as _),
            ConnectorType::Unknown => None,
        };
        let common: [Arc<dyn Group>; 4] = [
            Arc::clone(&self.task) as _,
            Arc::new(ErrorMetrics::new(id, Arc::clone(&self.errors))),
            Arc::clone(&self.transforms) as _,
            Arc::clone(&self.predicates) as _,
        ];
        common.into_iter().chain(own).map(|group| metrics.register(group)).collect()
    }

    pub(crate) fn made_of(&self, composition: Composition) {
        self.task.made_of(composition.plugins);
        self.transforms.made_of(composition.transforms);
        self.predicates.made_of(composition.predicates);
    }
}
