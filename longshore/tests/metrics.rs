//! `GET /metrics` of a worker that moves lines from a file to Kafka to a file.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod harness;

use std::collections::BTreeSet;
use std::path::PathBuf;

use harness::site::text;
use harness::{Signal, Site, Worker, http, kafka};

const LINES: usize = 1234;

/// The value of one metric, its labels as they are written; none if it is not there.
fn value(page: &str, metric: &str) -> Option<f64> {
    let line = page.lines().find_map(|line| line.strip_prefix(metric)?.strip_prefix(' '));
    line.map(|value| value.parse().unwrap())
}

fn page(worker: &mut Worker) -> String {
    let answer = worker.get("/metrics");
    assert_eq!(answer.status, 200);
    answer.body
}

/// The metrics that are there, of all groups whose names say so.
fn names(text: &str) -> BTreeSet<&str> {
    text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect()
}

#[test]
fn a_source_and_a_sink_are_counted() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    site.write("in", (0..LINES).map(|number| format!("line {number}\n")).collect::<String>());
    let (source, sink) = (site.source("in", "topic"), site.sink("topic", "out"));
    let launch = site.worker().set("offset.flush.interval.ms", "300").set("metrics.sample.window.ms", "60000");
    let mut worker = launch.connector(&sink).connector(&source).start();
    worker.until("all lines arrive", |_| site.line_count("out") == LINES);
    let of = |metric: &str, connector: &str, more: &str| {
        format!("kafka_connect_{metric}{{connector=\"{}\"{more}}}", site.name(connector))
    };
    let task = r#",task="0""#;
    let want = [
        (of("source_task_metrics_source_record_poll_total", "source", task), LINES as f64),
        (of("source_task_metrics_source_record_write_total", "source", task), LINES as f64),
        (of("source_task_metrics_source_record_active_count", "source", task), 0.0),
        (of("sink_task_metrics_sink_record_read_total", "sink", task), LINES as f64),
        (of("sink_task_metrics_sink_record_send_total", "sink", task), LINES as f64),
        // Everything is committed.
        (of("sink_task_metrics_sink_record_active_count", "sink", task), 0.0),
        (of("sink_task_metrics_partition_count", "sink", task), 1.0),
        (of("task_error_metrics_total_record_errors", "sink", task), 0.0),
        (of("connector_task_metrics_offset_commit_success_percentage", "source", task), 1.0),
        (of("connector_task_metrics_status_info", "source", r#",task="0",status="running""#), 1.0),
        (of("connector_task_metrics_status_info", "sink", r#",task="0",status="running""#), 1.0),
        (of("connector_metrics_status_info", "source", r#",status="running""#), 1.0),
        (of("connector_metrics_connector_type_info", "sink", r#",connector_type="sink""#), 1.0),
        (of("connect_worker_metrics_connector_running_task_count", "sink", ""), 1.0),
        ("kafka_connect_connect_worker_metrics_connector_count".to_owned(), 2.0),
        ("kafka_connect_connect_worker_metrics_task_count".to_owned(), 2.0),
        ("kafka_connect_connect_worker_metrics_connector_startup_success_total".to_owned(), 2.0),
        ("kafka_connect_connect_worker_metrics_task_startup_success_total".to_owned(), 2.0),
        ("kafka_connect_connect_worker_metrics_task_startup_failure_total".to_owned(), 0.0),
    ];
    let address = worker.rest();
    for (metric, wanted) in &want {
        worker.until(&format!("{metric} is {wanted}"), |_| {
            value(&http::request(&address, "GET", "/metrics", None).body, metric) == Some(*wanted)
        });
    }
    let page = page(&mut worker);
    let class = r#",task="0",value_converter_class="org.apache.kafka.connect.json.JsonConverter""#;
    let class = of("connector_task_metrics_value_converter_class_info", "sink", class);
    assert_eq!(value(&page, &class), Some(1.0), "{page}");
    for (metric, connector) in [
        ("source_task_metrics_source_record_poll_rate", "source"),
        ("source_task_metrics_poll_batch_max_time_ms", "source"),
        ("sink_task_metrics_put_batch_avg_time_ms", "sink"),
        ("sink_task_metrics_offset_commit_completion_total", "sink"),
        ("sink_task_metrics_offset_commit_seq_no", "sink"),
        ("connector_task_metrics_batch_size_max", "sink"),
        ("connector_task_metrics_running_ratio", "source"),
    ] {
        let metric = of(metric, connector, task);
        assert!(value(&page, &metric).unwrap() > 0.0, "{metric}\n{page}");
    }
    let documented = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/metrics.md")).unwrap();
    let documented: BTreeSet<_> = documented.split('`').filter(|word| word.starts_with("kafka_connect_")).collect();
    let chain = |name: &&str| name.contains("_transform_metrics_") || name.contains("_predicate_metrics_");
    // Neither connector has transformations. The two names with labels are examples.
    let documented = documented.into_iter().filter(|name| !chain(name) && !name.contains(['{', '<']));
    assert_eq!(names(&page), documented.collect());
    let mut seen = BTreeSet::new();
    let samples = page.lines().filter_map(|line| Some(line.rsplit_once(' ')?.0)).filter(|line| !line.starts_with('#'));
    samples.for_each(|sample| assert!(seen.insert(sample), "{sample} is there twice"));
    assert_eq!(worker.stop(Signal::Term), 143);
}

#[test]
fn a_failed_task_is_told_of_until_it_is_removed() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    site.write("in", "no JSON\n");
    let string = ("value.converter", "org.apache.kafka.connect.storage.StringConverter");
    let (file, topic) = (site.path("in"), site.name("topic"));
    let source = site.connector(
        "source",
        &[("connector.class", "FileStreamSource"), ("file", text(&file)), ("topic", &topic), string],
    );
    let sink: PathBuf = site.sink("topic", "out");
    let mut worker = site.start(&[&source, &sink]);
    let name = site.name("sink");
    worker.until_ready();
    worker.until_logged("Task is being killed");
    let failed = format!(
        "kafka_connect_connector_task_metrics_status_info{{connector=\"{name}\",task=\"0\",status=\"failed\"}}"
    );
    let errors = format!("kafka_connect_task_error_metrics_total_record_errors{{connector=\"{name}\",task=\"0\"}}");
    let address = worker.rest();
    worker.until("the task's failure is shown", |_| {
        value(&http::request(&address, "GET", "/metrics", None).body, &failed) == Some(1.0)
    });
    assert_eq!(value(&page(&mut worker), &errors), Some(1.0));
    assert_eq!(worker.http("POST", &format!("/connectors/{name}/tasks/0/restart"), None).status, 204);
    worker.until("the new task has failed, too", |_| {
        let page = http::request(&address, "GET", "/metrics", None).body;
        value(&page, &failed) == Some(1.0)
            && value(&page, "kafka_connect_connect_worker_metrics_task_startup_success_total") == Some(3.0)
    });
    assert_eq!(value(&page(&mut worker), &errors), Some(1.0), "it counts from 0 again");
    assert_eq!(worker.http("DELETE", &format!("/connectors/{name}"), None).status, 204);
    let left = page(&mut worker);
    assert!(!left.contains(&format!("connector=\"{name}\"")), "{left}");
    assert!(left.contains(&site.name("source")), "{left}");
    assert_eq!(worker.stop(Signal::Term), 143);
}

#[test]
fn metrics_may_have_a_listener_of_their_own_or_none() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let mut worker = site.worker().set("longshore.metrics.listener", "http://127.0.0.1:0").start();
    worker.until_ready();
    let log = worker.log();
    let (_, address) = log.split_once("Metrics are at http://").unwrap();
    let (address, _) = address.split_once("/metrics").unwrap();
    let answer = http::request(address, "GET", "/metrics", None);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("Content-Type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    assert_eq!(value(&answer.body, "kafka_connect_connect_worker_metrics_connector_count"), Some(0.0));
    assert_eq!(http::request(address, "GET", "/", None).status, 404);
    assert_eq!(worker.get("/metrics").status, 404);
    let address = address.to_owned();
    let taken = format!("http://{address}");
    let mut other = site.worker().set("longshore.metrics.listener", &taken).start();
    assert_eq!(other.exit_code(), 3);
    let said = format!("cannot open listener {taken}: another program uses this port");
    assert!(other.log().contains(&said) && other.log().contains("`longshore.metrics.listener`"), "{}", other.log());
    assert_eq!(worker.stop(Signal::Term), 143);
    let mut silent = site.worker().set("longshore.metrics.listener", "").start();
    silent.until_ready();
    assert_eq!(silent.get("/metrics").status, 404);
    assert_eq!(silent.stop(Signal::Term), 143);
}
