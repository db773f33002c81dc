//! `connect-worker-metrics` and `connector-metrics`: what runs here, and how starts went.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use connect_core::ConnectorName;
use connect_core::herder::{ConnectorStatus, ConnectorType, Status};

use super::registry::{Group, Metrics, Reading, Registration, Tags, Told};
use super::sample::Windows;
use super::stat::Share;
use crate::sync::lock;

/// Fed by the herder's loop, which hears of every change.
pub(crate) struct WorkerMetrics {
    board: Arc<Mutex<Board>>,
    _registrations: [Registration; 2],
}

struct Worker(Arc<Mutex<Board>>);
/// The same figures, seen by connector.
struct Connectors(Arc<Mutex<Board>>);

struct Board {
    connectors: BTreeMap<ConnectorName, Entry>,
    connector_starts: Starts,
    task_starts: Starts,
}

struct Entry {
    connector_type: ConnectorType,
    class: String,
    version: Option<String>,
    status: Status,
    tasks: Vec<Status>,
}

struct Starts {
    successes: u64,
    failures: u64,
    share: Share,
}

impl WorkerMetrics {
    pub(crate) fn new(metrics: &Metrics) -> Self {
        let windows = metrics.windows();
        let board = Board {
            connectors: BTreeMap::new(),
            connector_starts: Starts::new(windows),
            task_starts: Starts::new(windows),
        };
        let board = Arc::new(Mutex::new(board));
        let worker = metrics.register(Arc::new(Worker(Arc::clone(&board))));
        let connectors = metrics.register(Arc::new(Connectors(Arc::clone(&board))));
        Self { board, _registrations: [worker, connectors] }
    }

    /// What a connector of this class and its tasks are now.
    pub(crate) fn connector(&self, now: &ConnectorStatus, class: &str) {
        let entry = Entry {
            connector_type: now.connector_type,
            class: class.to_owned(),
            version: now.version.clone(),
            status: now.status,
            tasks: now.tasks.iter().map(|task| task.status).collect(),
        };
        self.with(|board| drop(board.connectors.insert(now.name.clone(), entry)));
    }

    pub(crate) fn connector_gone(&self, name: &ConnectorName) {
        self.with(|board| drop(board.connectors.remove(name)));
    }

    pub(crate) fn connector_start(&self, success: bool) {
        self.with(|board| board.connector_starts.add(success));
    }

    pub(crate) fn task_start(&self, success: bool) {
        self.with(|board| board.task_starts.add(success));
    }

    fn with(&self, act: impl FnOnce(&mut Board)) {
        act(&mut lock(&self.board));
    }
}

impl Starts {
    fn new(windows: Windows) -> Self {
        Self { successes: 0, failures: 0, share: Share::new(windows) }
    }

    fn add(&mut self, success: bool) {
        match success {
            true => self.successes += 1,
            false => self.failures += 1,
        }
        self.share.add(success, Instant::now());
    }

    /// Attempts, successes, failures and their shares.
    fn tell(&mut self, now: Instant) -> [Reading; 5] {
        let (success, failure) = self.share.shares(now);
        let counts = [self.successes + self.failures, self.successes, self.failures];
        let [attempts, successes, failures] = counts.map(|count| Reading::Count(count as f64));
        [attempts, successes, failures, Reading::Gauge(success), Reading::Gauge(failure)]
    }
}

const CONNECTOR_STARTS: [&str; 5] = [
    "connector-startup-attempts-total",
    "connector-startup-success-total",
    "connector-startup-failure-total",
    "connector-startup-success-percentage",
    "connector-startup-failure-percentage",
];
const TASK_STARTS: [&str; 5] = [
    "task-startup-attempts-total",
    "task-startup-success-total",
    "task-startup-failure-total",
    "task-startup-success-percentage",
    "task-startup-failure-percentage",
];
/// By last status.
const TASKS: [(&str, Status); 5] = [
    ("connector-running-task-count", Status::Running),
    ("connector-paused-task-count", Status::Paused),
    ("connector-failed-task-count", Status::Failed),
    ("connector-unassigned-task-count", Status::Unassigned),
    ("connector-restarting-task-count", Status::Restarting),
];

impl Group for Worker {
    fn name(&self) -> &'static str {
        "connect-worker-metrics"
    }

    fn tell(&self, now: Instant) -> Vec<(Tags, Told)> {
        let board = &mut *lock(&self.0);
        let tasks: usize = board.connectors.values().map(|entry| entry.tasks.len()).sum();
        let mut own = vec![
            ("connector-count", Reading::Gauge(board.connectors.len() as f64)),
            ("task-count", Reading::Gauge(tasks as f64)),
        ];
        own.extend(CONNECTOR_STARTS.into_iter().zip(board.connector_starts.tell(now)));
        own.extend(TASK_STARTS.into_iter().zip(board.task_starts.tell(now)));
        let each = board.connectors.iter().map(|(name, entry)| (connector(name), entry.task_counts()));
        [(Tags::new(), own)].into_iter().chain(each).collect()
    }
}

impl Group for Connectors {
    fn name(&self) -> &'static str {
        "connector-metrics"
    }

    fn tell(&self, _: Instant) -> Vec<(Tags, Told)> {
        let board = lock(&self.0);
        board.connectors.iter().map(|(name, entry)| (connector(name), entry.texts())).collect()
    }
}

impl Entry {
    fn task_counts(&self) -> Told {
        let of = |status: Status| self.tasks.iter().filter(|&&task| task == status).count() as f64;
        let total = ("connector-total-task-count", Reading::Gauge(self.tasks.len() as f64));
        let by_status = TASKS.into_iter().map(|(name, status)| (name, Reading::Gauge(of(status))));
        // A task that is destroyed is not here any more.
        let destroyed = ("connector-destroyed-task-count", Reading::Gauge(0.0));
        [total].into_iter().chain(by_status).chain([destroyed]).collect()
    }

    fn texts(&self) -> Told {
        let version = self.version.clone().unwrap_or_else(|| "unknown".to_owned());
        vec![
            ("status", Reading::Text(self.status.to_string().to_lowercase())),
            ("connector-type", Reading::Text(self.connector_type.as_str().to_owned())),
            ("connector-class", Reading::Text(self.class.clone())),
            ("connector-version", Reading::Text(version)),
        ]
    }
}

fn connector(name: &ConnectorName) -> Tags {
    vec![("connector", name.to_string())]
}

#[cfg(test)]
mod tests {
    use connect_core::herder::TaskStatus;

    use super::*;

    #[test]
    fn the_board_follows_the_herder() {
        let metrics = Metrics::default();
        let worker = WorkerMetrics::new(&metrics);
        let name = ConnectorName::new("a");
        let task = |(index, status)| TaskStatus { index, status, worker_id: String::new(), version: None, trace: None };
        let status = ConnectorStatus {
            name: name.clone(),
            status: Status::Running,
            worker_id: String::new(),
            version: Some("1".to_owned()),
            trace: None,
            tasks: [(0, Status::Running), (1, Status::Failed)].map(task).to_vec(),
            connector_type: ConnectorType::Sink,
        };
        worker.connector(&status, "Class");
        worker.connector_start(true);
        worker.task_start(true);
        worker.task_start(false);
        let text = metrics.render();
        for line in [
            "kafka_connect_connect_worker_metrics_connector_count 1",
            "kafka_connect_connect_worker_metrics_task_count 2",
            "kafka_connect_connect_worker_metrics_connector_startup_success_percentage 1",
            "kafka_connect_connect_worker_metrics_task_startup_attempts_total 2",
            "kafka_connect_connect_worker_metrics_task_startup_failure_percentage 0.5",
            "kafka_connect_connect_worker_metrics_connector_failed_task_count{connector=\"a\"} 1",
            "kafka_connect_connector_metrics_status_info{connector=\"a\",status=\"running\"} 1",
            "kafka_connect_connector_metrics_connector_type_info{connector=\"a\",connector_type=\"sink\"} 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
        worker.connector_gone(&name);
        assert!(!metrics.render().contains("connector=\"a\""));
    }
}
