//! Workers that stop or are killed while somebody appends to their files.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod harness;

use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use harness::{Feeder, Launch, Random, Signal, Site, Worker, assert_same_lines, kafka, topic};

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
fn restarts_while_lines_are_appended_lose_and_repeat_nothing() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let connectors = [site.source("in", "topic"), site.sink("topic", "out")];
    let feeder = Feeder::start(&site.path("in"), 4, 2_000);
    for _ in 0..4 {
        let mut worker = site.start(&[&connectors[0], &connectors[1]]);
        let goal = site.line_count("out") + 500;
        worker.until("some more lines arrive", |_| site.line_count("out") >= goal);
        assert_eq!(worker.stop(Signal::Term), 143);
        feeder.until_more(100);
    }
    let mut worker = site.start(&[&connectors[0], &connectors[1]]);
    let lines = feeder.finish();
    worker.until("all lines arrive", |_| site.line_count("out") >= lines.len());
    assert_eq!(worker.stop(Signal::Term), 143);
    assert_same_lines("the topic", &topic::json_payloads(&kafka, &site.name("topic")), &lines);
    assert_same_lines("the sink's file", &site.lines("out"), &lines);
}

#[test]
fn a_killed_source_loses_nothing() {
    let Some(kafka) = kafka() else { return };
    for seed in 1..=2 {
        let site = Site::new(&kafka);
        let source = site.source("in", "topic");
        let feeder = Feeder::start(&site.path("in"), seed, 2_000);
        let mut random = Random::new(seed);
        let start = || site.worker().set("offset.flush.interval.ms", "50").connector(&source).start();
        for _ in 0..6 {
            let mut worker = start();
            if random.below(4) > 0 {
                worker.until_ready();
            }
            feeder.until_more(usize::try_from(random.below(1_500)).unwrap());
            assert_eq!(worker.stop(Signal::Kill), 137);
        }
        let mut worker = start();
        let lines = feeder.finish();
        worker.until("all lines arrive", |_| topic::json_payloads(&kafka, &site.name("topic")).last() == lines.last());
        assert_eq!(worker.stop(Signal::Term), 143);
        let found = first_appearances(topic::json_payloads(&kafka, &site.name("topic")));
        assert_same_lines(&format!("the topic of seed {seed}"), &found, &lines);
    }
}

#[test]
fn a_killed_sink_loses_nothing() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let feeder = Feeder::start(&site.path("in"), 5, 1_000);
    let mut source = site.start(&[&site.source("in", "topic")]);
    let sink = site.sink("topic", "out");
    let mut random = Random::new(5);
    for _ in 0..3 {
        let mut worker = start_impatient(site.worker().connector(&sink));
        let goal = site.line_count("out") + usize::try_from(1 + random.below(1_500)).unwrap();
        worker.until("some more lines arrive", |_| site.line_count("out") >= goal);
        assert_eq!(worker.stop(Signal::Kill), 137);
    }
    let mut worker = start_impatient(site.worker().connector(&sink));
    let lines = feeder.finish();
    source.until_ready();
    worker.until("all lines arrive", |_| site.lines("out").last() == lines.last());
    assert_eq!((worker.stop(Signal::Term), source.stop(Signal::Term)), (143, 143));
    let found = first_appearances(site.lines("out"));
    assert_same_lines("the sink's file", &found, &lines);
}

/// Commits often, and the group soon forgets a member that was killed.
fn start_impatient(worker: Launch<'_>) -> Worker {
    let worker = worker.set("offset.flush.interval.ms", "50");
    worker.set("consumer.session.timeout.ms", "6000").set("consumer.heartbeat.interval.ms", "500").start()
}

fn first_appearances(lines: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    lines.into_iter().filter(|line| seen.insert(line.clone())).collect()
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
