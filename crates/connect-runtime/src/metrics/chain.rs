//! `connector-transform-metrics` and `connector-predicate-metrics`: the steps of a task's chain.

use std::sync::OnceLock;
use std::time::Instant;

use connect_core::TaskId;

use super::registry::{Group, Reading, Tags, Told};
use super::task::tags;

/// One kind of a task's steps.
pub(crate) struct ChainMetrics {
    kind: Kind,
    task: Tags,
    /// None until the task is made.
    steps: OnceLock<Vec<Step>>,
}

/// One `transforms.<alias>` or `predicates.<alias>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) alias: String,
    pub(crate) class: &'static str,
    pub(crate) version: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Transform,
    Predicate,
}

impl ChainMetrics {
    pub(crate) fn new(id: &TaskId, kind: Kind) -> Self {
        Self { kind, task: tags(id), steps: OnceLock::new() }
    }

    /// Only the first call counts: a task is made once.
    pub(crate) fn made_of(&self, steps: Vec<Step>) {
        self.steps.get_or_init(|| steps);
    }

    fn tags(&self, step: &Step) -> Tags {
        let tag = if self.kind == Kind::Transform { "transform" } else { "predicate" };
        self.task.iter().cloned().chain([(tag, step.alias.clone())]).collect()
    }
}

impl Group for ChainMetrics {
    fn name(&self) -> &'static str {
        match self.kind {
            Kind::Transform => "connector-transform-metrics",
            Kind::Predicate => "connector-predicate-metrics",
        }
    }

    fn tell(&self, _: Instant) -> Vec<(Tags, Told)> {
        let (class_name, version_name) = match self.kind {
            Kind::Transform => ("transform-class", "transform-version"),
            Kind::Predicate => ("predicate-class", "predicate-version"),
        };
        let text = |text: &str| Reading::Text(text.to_owned());
        let told =
            |step: &Step| (self.tags(step), vec![(class_name, text(step.class)), (version_name, text(step.version))]);
        self.steps.get().into_iter().flatten().map(told).collect()
    }
}
