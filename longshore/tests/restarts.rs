//! Workers that stop and start again. `faults` does the same under load, at any moment.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod harness;

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use harness::{Signal, Site, Worker, assert_same_lines, kafka, topic};

#[test]
fn goes_on_where_a_clean_stop_left_off() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let connectors = [site.source("in", "topic"), site.sink("topic", "out")];
    let mut file = OpenOptions::new().create(true).append(true).open(site.path("in")).unwrap();
    let mut lines = Vec::new();
    for (turn, (signal, code)) in [(Signal::Term, 143), (Signal::Int, 130), (Signal::Term, 143)].into_iter().enumerate()
    {
        for number in 0..2_000 {
            writeln!(file, "é {turn} {number}").unwrap();
            lines.push(format!("é {turn} {number}"));
        }
        let mut worker = site.start(&[&connectors[0], &connectors[1]]);
        worker.until("the appended lines arrive", |_| site.line_count("out") >= lines.len());
        assert_eq!(worker.stop(signal), code);
    }
    assert_same_lines("the topic", &topic::json_payloads(&kafka, &site.name("topic")), &lines);
    assert_same_lines("the sink's file", &site.lines("out"), &lines);
}

#[test]
fn a_waiting_source_stops_at_once() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    site.write("idle", "line\nhalf a li");
    make_fifo(&site.path("fifo"));
    make_fifo(&site.path("silent-fifo"));
    for (file, waiting) in
        [("missing", Some("Couldn't find file")), ("idle", None), ("fifo", None), ("silent-fifo", None)]
    {
        let mut worker = site.start(&[&site.source(file, file)]);
        worker.until_ready();
        // A FIFO opens for writing once the worker reads it.
        let writer = (file == "silent-fifo").then(|| OpenOptions::new().write(true).open(site.path(file)).unwrap());
        if let Some(mut writer) = writer.as_ref() {
            writer.write_all(b"line\nhalf a li").unwrap();
        }
        if let Some(said) = waiting {
            worker.until_logged(said);
        } else if file != "fifo" {
            worker.until("the line arrives", |_| topic::end(&kafka, &site.name(file)) == 1);
        }
        stops_at_once(worker, file);
    }
    let source = [("connector.class", "FileStreamSource"), ("topic", &site.name("stdin"))];
    let mut worker = site.worker().connector(&site.connector("source", &source)).stdin(Stdio::piped()).start();
    let mut silent = worker.stdin();
    silent.write_all(b"line\nhalf a li").unwrap();
    worker.until("the line arrives", |_| topic::end(&kafka, &site.name("stdin")) == 1);
    stops_at_once(worker, "standard input");
    drop(silent);
}

fn stops_at_once(mut worker: Worker, what: &str) {
    worker.signal(Signal::Term);
    assert_eq!(worker.exit_within(Duration::from_secs(3)), 143, "{what}");
}

fn make_fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}
