//! The main job: file → Kafka → file, with nothing lost, repeated, changed or out of order.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod harness;

use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;

use harness::site::text;
use harness::{Signal, Site, assert_same_lines, kafka};
use serde_json::json;

const JSON: &str = "org.apache.kafka.connect.json.JsonConverter";
const STRING: &str = "org.apache.kafka.connect.storage.StringConverter";

/// Empty and long lines, lines beyond ASCII, and lines that look like something else.
fn difficult_lines() -> Vec<String> {
    let mut lines: Vec<_> = (0..5_000).map(|number| format!("line {number}")).collect();
    lines[0].clear();
    lines[11].clear();
    lines[12] = "äöü 日本語 😀 \u{0} \u{7f} \u{2028} \"quoted\" \\back\\slash\\ \t tab".to_owned();
    lines[13] = "{\"schema\": null, \"payload\": 1}".to_owned();
    lines[14] = "long é".repeat(30_000);
    lines[4_999] = " ".to_owned();
    lines
}

/// The lines, with either terminator.
fn as_file(lines: &[String]) -> String {
    let end = |number: usize| if number.is_multiple_of(3) { "\r\n" } else { "\n" };
    lines.iter().enumerate().map(|(number, line)| format!("{line}{}", end(number))).collect()
}

#[test]
fn the_sink_file_is_the_source_file() {
    let Some(kafka) = kafka() else { return };
    for converter in [JSON, STRING] {
        let site = Site::new(&kafka);
        let lines = difficult_lines();
        site.write("in", as_file(&lines));
        // The sink is there before its topic is.
        let (sink, source) = (site.sink("topic", "out"), site.source("in", "topic"));
        let mut worker = site.worker().set("value.converter", converter).connector(&sink).connector(&source).start();
        worker.until("all lines arrive", |_| site.line_count("out") >= lines.len());
        assert_eq!(worker.stop(Signal::Term), 143);
        assert_same_lines(converter, &site.lines("out"), &lines);
    }
}

#[test]
fn each_sink_gets_every_record_whatever_the_form_of_its_file() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let lines = difficult_lines();
    site.write("in", as_file(&lines));
    let sink = |name: &str| {
        let file = site.path(name);
        json!({"connector.class": "FileStreamSink", "tasks.max": 1, "topics": site.name("topic"), "file": text(&file)})
    };
    let mut flat = sink("flat");
    flat["name"] = site.name("flat").into();
    let request = json!({"name": site.name("request"), "config": sink("request")});
    let properties = site.source("in", "topic");
    // What a file is called says nothing of its form.
    let (flat, request) = (site.write("a.properties", flat.to_string()), site.write("b", request.to_string()));
    let mut worker = site.start(&[&flat, &request, &properties]);
    for name in ["flat", "request"] {
        worker.until(&format!("all lines arrive in {name}"), |_| site.line_count(name) >= lines.len());
        assert_same_lines(name, &site.lines(name), &lines);
        assert_eq!(worker.task_states(&site.name(name)), ["RUNNING"]);
    }
    assert_eq!(worker.stop(Signal::Term), 143);
}

#[test]
fn a_pattern_of_topics_takes_in_topics_that_appear_later() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let (file, pattern) = (site.path("out"), site.name("matching-.*"));
    let sink = [("connector.class", "FileStreamSink"), ("file", text(&file)), ("topics.regex", &pattern)];
    let sink = site.connector("sink", &sink);
    let source = |topic: &str| -> PathBuf {
        site.write(topic, format!("{topic} 1\n{topic} 2\n"));
        site.source_named(&format!("source-{topic}"), topic, topic)
    };
    let mut worker = site.worker().set("consumer.metadata.max.age.ms", "300").connector(&sink);
    for topic in ["matching-a", "other", "matching-b"] {
        worker = worker.connector(&source(topic));
    }
    let mut worker = worker.start();
    worker.until("the first topics arrive", |_| site.line_count("out") >= 4);
    let later = source("matching-later");
    let config = std::fs::read_to_string(later).unwrap();
    let pairs = config.lines().filter_map(|line| line.split_once('='));
    let config: serde_json::Map<_, _> = pairs.map(|(key, value)| (key.to_owned(), value.into())).collect();
    let body = json!({"name": config["name"], "config": config}).to_string();
    let created = worker.http("POST", "/connectors", Some(&body));
    assert_eq!(created.status, 201, "{created:?}");
    worker.until("the later topic arrives", |_| site.line_count("out") >= 6);
    assert_eq!(worker.stop(Signal::Term), 143);
    let mut lines = site.lines("out");
    lines.sort();
    let want = ["matching-a", "matching-b", "matching-later"].map(|topic| [format!("{topic} 1"), format!("{topic} 2")]);
    assert_eq!(lines, want.concat());
}

#[test]
fn from_standard_input_to_standard_output() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let topic = site.name("topic");
    let source = site.connector("source", &[("connector.class", "FileStreamSource"), ("topic", &topic)]);
    let sink = site.connector("sink", &[("connector.class", "FileStreamSink"), ("topics", &topic)]);
    let worker = site.worker().connector(&source).connector(&sink).stdin(Stdio::piped());
    let mut worker = worker.start();
    let mut stdin = worker.stdin();
    stdin.write_all("first é\nsecond\nno end yet".as_bytes()).unwrap();
    worker.until("the lines are printed", |worker| printed(&worker.log()) == ["first é", "second"]);
    stdin.write_all(b" but now\n").unwrap();
    worker.until("the third line is printed", |worker| printed(&worker.log()).last() == Some(&"no end yet but now"));
    drop(stdin);
    assert_eq!(worker.task_states(&site.name("source")), ["RUNNING"]);
    assert_eq!(worker.stop(Signal::Term), 143);
}

/// What is not the worker's log.
fn printed(log: &str) -> Vec<&str> {
    log.lines().filter(|line| !line.starts_with('[')).collect()
}
