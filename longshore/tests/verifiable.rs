//! The test connectors in the running worker: what VerifiableSource says it sent, VerifiableSink says it got.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod harness;

use std::path::PathBuf;

use harness::{Signal, Site, Worker, kafka, topic};
use serde_json::Value as Json;

/// What the worker has printed as JSON.
fn printed(worker: &Worker) -> Vec<Json> {
    worker.log().lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// By whether `member` has this value.
fn split(lines: Vec<Json>, member: &str, value: impl Into<Json>) -> (Vec<Json>, Vec<Json>) {
    let value = value.into();
    lines.into_iter().partition(|line| line[member] == value)
}

/// The numbers of a task, in order of appearance.
fn seqnos(lines: &[Json], task: i64) -> Vec<i64> {
    lines.iter().filter(|line| line["task"] == task).map(|line| line["seqno"].as_i64().unwrap()).collect()
}

fn source(site: &Site, more: &[(&str, &str)]) -> PathBuf {
    let topic = site.name("topic");
    let mut config = vec![("connector.class", "VerifiableSource"), ("tasks.max", "2"), ("topic", topic.as_str())];
    config.extend_from_slice(more);
    site.connector("source", &config)
}

#[test]
fn numbers_arrive_in_order_and_go_on_after_a_restart() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let topic = site.name("topic");
    let source = source(&site, &[("throughput", "2000")]);
    let sink = site.connector("sink", &[("connector.class", "VerifiableSink"), ("topics", &topic)]);
    let mut lines = Vec::new();
    for goal in [1_500, 3_000] {
        let mut worker = site.worker().connector(&source).connector(&sink).start();
        worker.until("both tasks' numbers arrive", |worker| {
            let (received, _) = split(printed(worker), "sinkTask", 0);
            [0, 1].iter().all(|task| seqnos(&received, *task).last().is_some_and(|last| *last > goal))
        });
        worker.signal(Signal::Term);
        assert_eq!(worker.exit_code(), 143);
        lines.extend(printed(&worker));
    }
    let (sunk, sourced) = split(lines, "sinkTask", 0);
    let (flushed, received) = split(sunk, "flushed", true);
    let (committed, sent) = split(sourced, "committed", true);
    for task in [0, 1] {
        let numbers = seqnos(&received, task);
        assert_eq!(numbers, (0..numbers.len() as i64).collect::<Vec<_>>(), "task {task}");
        assert_eq!(seqnos(&flushed, task), numbers, "task {task}: everything delivered is flushed");
        let numbers = seqnos(&sent, task);
        assert_eq!(numbers, (0..numbers.len() as i64).collect::<Vec<_>>(), "task {task}");
        assert_eq!(seqnos(&committed, task), numbers, "task {task}: everything sent is acknowledged");
    }
    let offsets: Vec<_> = received.iter().map(|line| line["offset"].as_i64().unwrap()).collect();
    assert_eq!(offsets, (0..received.len() as i64).collect::<Vec<_>>());
    let line = &received[0];
    assert_eq!((&line["topic"], &line["name"]), (&topic.into(), &site.name("sink").into()));
    assert!(line["time_ms"].as_i64().unwrap() > 1_700_000_000_000);
}

#[test]
fn a_schema_source_makes_its_structs_and_no_more() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let topic = site.name("topic");
    let config = [("num.messages", "3"), ("multiple.schema", "true"), ("throughput", "-1"), ("topic", topic.as_str())];
    let config: Vec<_> = [("connector.class", "SchemaSource")].into_iter().chain(config).collect();
    let mut worker = site.start(&[&site.connector("source", &config)]);
    worker.until("the records arrive", |_| topic::values(&kafka, &topic).len() == 3);
    assert_eq!(worker.task_states(&site.name("source")), ["RUNNING"]);
    assert_eq!(worker.stop(Signal::Term), 143);
    let values: Vec<Json> = topic::values(&kafka, &topic).iter().map(|v| serde_json::from_slice(v).unwrap()).collect();
    let versions: Vec<_> = values.iter().map(|value| value["schema"]["version"].as_i64().unwrap()).collect();
    assert_eq!(versions, [1, 2, 1]);
    assert_eq!(values[1]["payload"]["string"], "def");
    assert_eq!(values[2]["payload"]["seqno"], 2);
}

#[test]
fn mocks_fail_when_they_are_told_to() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let (topic, fails) = (site.name("topic"), [("delay_ms", "300"), ("mock_mode", "task-failure")]);
    let with = |class, more: &[(&'static str, &str)]| -> Vec<(&str, String)> {
        let base = [("connector.class", class)].into_iter().chain(more.iter().copied());
        base.map(|(key, value)| (key, value.to_owned())).collect()
    };
    let file = |name: &str, config: Vec<(&str, String)>| {
        let config: Vec<_> = config.iter().map(|(key, value)| (*key, value.as_str())).collect();
        site.connector(name, &config)
    };
    let sink = file("sink", with("MockSink", &[fails[0], fails[1], ("topics", &topic)]));
    let source = file("source", with("MockSource", &fails));
    let connector = file("connector", with("MockSource", &[fails[0], ("mock_mode", "connector-failure")]));
    let mut worker = site.worker().connector(&sink).connector(&source).connector(&connector).start();
    worker.until_ready();
    for name in ["sink", "source"] {
        harness::eventually(&format!("the task of {name} fails"), || {
            worker.task_states(&site.name(name)) == ["FAILED"]
        });
    }
    harness::eventually("the connector fails, and its task does not", || {
        let status = worker.get(&format!("/connectors/{}/status", site.name("connector"))).json();
        let trace = status["connector"]["trace"].as_str().unwrap_or_default().to_owned();
        status["tasks"][0]["state"] == "RUNNING" && trace.starts_with("java.lang.RuntimeException")
    });
    assert_eq!(worker.stop(Signal::Term), 143);
}
