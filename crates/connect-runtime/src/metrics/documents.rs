//! That the metrics of `docs/metrics.md` and of `examples/monitoring` are those that there are.

use std::collections::{BTreeMap, BTreeSet};

use connect_core::herder::{ConnectorStatus, ConnectorType, Status, TaskStatus};

use super::*;
use crate::fakes::task_id;

/// What `composition.rs` names, whose own test says so.
pub(crate) const TASK_PLUGINS: [&str; 11] = [
    "connector-class",
    "connector-version",
    "connector-type",
    "task-class",
    "task-version",
    "key-converter-class",
    "key-converter-version",
    "value-converter-class",
    "value-converter-version",
    "header-converter-class",
    "header-converter-version",
];

/// The metrics of a worker with a source and a sink task: names and kinds.
fn rendered() -> BTreeMap<String, String> {
    let (metrics, id) = (Metrics::default(), task_id());
    let worker = WorkerMetrics::new(&metrics);
    let task = TaskStatus { index: 0, status: Status::Running, worker_id: String::new(), version: None, trace: None };
    let connector = ConnectorStatus {
        name: id.connector.clone(),
        status: Status::Running,
        worker_id: String::new(),
        version: None,
        trace: None,
        tasks: vec![task],
        connector_type: ConnectorType::Source,
    };
    worker.connector(&connector, "Class");
    let groups = TaskGroups::new(&id, Windows::default());
    let step = |alias: &str| vec![Step { alias: alias.to_owned(), class: "Class", version: "1" }];
    let plugins = TASK_PLUGINS.into_iter().map(|name| (name, "text".to_owned())).collect();
    groups.made_of(Composition { plugins, transforms: step("t"), predicates: step("p") });
    let _source = groups.register(&metrics, &id, ConnectorType::Source);
    let _sink = metrics.register(groups.sink.clone());
    let text = metrics.render();
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    types
        .map(|(name, kind)| (name.to_owned(), if name.ends_with("_info") { "info" } else { kind }.to_owned()))
        .collect()
}

fn read(path: &str) -> String {
    let path = format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_document_has_every_metric_and_no_other() {
    let text = read("docs/metrics.md");
    let (mut documented, mut group) = (BTreeMap::new(), "");
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## `") {
            group = heading.split('`').next().unwrap_or_default();
        }
        let cells: Vec<_> = line.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        if let ["", name, full, kind @ ("gauge" | "counter" | "info"), _, ""] = cells[..] {
            let ending = if kind == "info" { "_info" } else { "" };
            let want = format!("kafka_connect_{group}_{name}{ending}").replace('-', "_");
            assert_eq!(full, want, "under {group}");
            assert_eq!(documented.insert(full.to_owned(), kind.to_owned()), None, "{full} stands there twice");
        }
    }
    assert_eq!(rendered(), documented);
}

#[test]
fn dashboard_and_alerts_name_metrics_that_there_are() {
    let known = rendered();
    for path in ["examples/monitoring/alerts.yml", "examples/monitoring/grafana-dashboard.json", "docs/metrics.md"] {
        let text = read(path);
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let named: BTreeSet<_> =
            words.filter(|word| word.starts_with("kafka_connect_") && !word.ends_with('_')).collect();
        assert!(named.len() >= 5, "{path} names only {named:?}");
        let unknown: Vec<_> = named.into_iter().filter(|name| !known.contains_key(*name)).collect();
        assert!(unknown.is_empty(), "{path} names metrics that there are not: {unknown:?}");
    }
}
