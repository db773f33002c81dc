//! Every group of metrics that lives now.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Instant;

use super::sample::Windows;
use super::text;

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
    groups: Arc<Mutex<Vec<Weak<dyn Group>>>>,
}

impl Metrics {
    pub fn new(windows: Windows) -> Self {
        Self { windows, groups: Arc::default() }
    }

    pub(crate) fn windows(&self) -> Windows {
        self.windows
    }

    /// The group is told of for as long as somebody holds it.
    pub(crate) fn register<G: Group + 'static>(&self, group: G) -> Arc<G> {
        let group = Arc::new(group);
        let weak: Weak<dyn Group> = Arc::<G>::downgrade(&group);
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        groups.retain(|group| group.strong_count() > 0);
        groups.push(weak);
        group
    }

    /// All metrics in Prometheus' text format, version 0.0.4.
    pub fn render(&self) -> String {
        let now = Instant::now();
        let groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let living = groups.iter().filter_map(Weak::upgrade);
        text::render(living.flat_map(|group| group.tell(now).into_iter().map(move |told| (group.name(), told))))
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
    fn a_group_is_told_of_while_somebody_holds_it() {
        let metrics = Metrics::default();
        let (a, b) = (metrics.register(One("a")), metrics.register(One("b")));
        assert!(metrics.render().contains("kafka_connect_test_metrics_count{connector=\"a\"} 1\n"));
        drop(a);
        let text = metrics.render();
        assert!(!text.contains("\"a\"") && text.contains("\"b\""), "{text}");
        drop(b);
        assert_eq!(metrics.render(), "");
    }
}
