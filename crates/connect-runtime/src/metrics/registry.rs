//! Every group of metrics that lives now.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::sample::Windows;
use super::text;
use crate::sync::lock;

/// What a metric says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reading {
    /// May go down as well as up.
    Gauge(f64),
    /// Only grows.
    Count(f64),
    Text(String),
}

/// Names and values of a group's metrics, in their order.
pub(crate) type Told = Vec<(&'static str, Reading)>;
/// Which connector, task, … a group is about.
pub(crate) type Tags = Vec<(&'static str, String)>;

/// Metrics of one kind about one thing.
pub(crate) trait Group: Send + Sync {
    /// Apache's name: `source-task-metrics`.
    fn name(&self) -> &'static str;

    /// What there is to tell at `now`, by the thing that it is about.
    fn tell(&self, now: Instant) -> Vec<(Tags, Told)>;
}

/// The worker's metrics; cheap to clone.
#[derive(Clone, Default)]
pub struct Metrics {
    windows: Windows,
    registered: Arc<Mutex<Registered>>,
}

/// By number, in the order of their registration.
#[derive(Default)]
struct Registered {
    next: u64,
    groups: BTreeMap<u64, Arc<dyn Group>>,
}

/// A group is told of until this is dropped, whoever else still counts for it.
#[must_use]
pub(crate) struct Registration {
    number: u64,
    registered: Arc<Mutex<Registered>>,
}

impl Drop for Registration {
    fn drop(&mut self) {
        lock(&self.registered).groups.remove(&self.number);
    }
}

impl Metrics {
    pub fn new(windows: Windows) -> Self {
        Self { windows, registered: Arc::default() }
    }

    pub(crate) fn windows(&self) -> Windows {
        self.windows
    }

    pub(crate) fn register(&self, group: Arc<dyn Group>) -> Registration {
        let mut registered = lock(&self.registered);
        let number = registered.next;
        registered.next += 1;
        registered.groups.insert(number, group);
        Registration { number, registered: Arc::clone(&self.registered) }
    }

    /// All metrics in Prometheus' text format, version 0.0.4.
    pub fn render(&self) -> String {
        let now = Instant::now();
        // Not to hold up those who register while every group is asked.
        let groups: Vec<_> = lock(&self.registered).groups.values().cloned().collect();
        let told = groups.iter().flat_map(|group| group.tell(now).into_iter().map(|told| (group.name(), told)));
        text::render(told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct One(&'static str);

    impl Group for One {
        fn name(&self) -> &'static str {
            "test-metrics"
        }

        fn tell(&self, _: Instant) -> Vec<(Tags, Told)> {
            vec![(vec![("connector", self.0.to_owned())], vec![("count", Reading::Gauge(1.0))])]
        }
    }

    #[test]
    fn a_group_is_told_of_while_it_is_registered() {
        let metrics = Metrics::default();
        let held = Arc::new(One("a"));
        let (a, b) = (metrics.register(Arc::clone(&held) as _), metrics.register(Arc::new(One("b"))));
        assert!(metrics.render().contains("kafka_connect_test_metrics_count{connector=\"a\"} 1\n"));
        drop(a);
        let text = metrics.render();
        assert!(!text.contains("\"a\"") && text.contains("\"b\""), "{text}");
        drop(b);
        assert_eq!(metrics.render(), "");
    }
}
