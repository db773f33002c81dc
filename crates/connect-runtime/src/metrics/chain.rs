//! `connector-transform-metrics` and `connector-predicate-metrics`: the steps of a task's chain.

use std::time::Instant;

use connect_core::TaskId;

use super::registry::{Group, Reading, Tags, Told};
use super::task::tags;

/// One kind of a task's steps.
pub(crate) struct ChainMetrics {
    kind: Kind,
    /// Alias, class and version of each.
    steps: Vec<(Tags, String, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Transform,
    Predicate,
}

impl ChainMetrics {
    /// `steps` are alias, class and version of each.
    pub(crate) fn new(id: &TaskId, kind: Kind, steps: impl IntoIterator<Item = (String, String, String)>) -> Self {
        let tag = if kind == Kind::Transform { "transform" } else { "predicate" };
        let with_tags = |(alias, class, version)| {
            let mut tags = tags(id);
            tags.push((tag, alias));
            (tags, class, version)
        };
        Self { kind, steps: steps.into_iter().map(with_tags).collect() }
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
        let told = |(tags, class, version): &(Tags, String, String)| {
            let texts = vec![(class_name, Reading::Text(class.clone())), (version_name, Reading::Text(version.clone()))];
            (tags.clone(), texts)
        };
        self.steps.iter().map(told).collect()
    }
}
