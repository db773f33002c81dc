//! The broker goes away and comes back. Brokers of its own: no other test has to live through it.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod harness;

use std::path::PathBuf;
use std::time::Duration;

use harness::{Broker, Feeder, Signal, Site, Worker, assert_same_lines, kafka, topic};

#[test]
fn everything_arrives_when_the_broker_is_killed_and_comes_back() {
    if kafka().is_none() {
        return;
    }
    let broker = Broker::start();
    let site = Site::new(&broker.address());
    let connectors = [site.source("in", "topic"), site.sink("topic", "out")];
    let mut worker = start(&site, &connectors);
    let feeder = Feeder::start(&site.path("in"), 6, 1_000);
    for _ in 0..2 {
        let goal = site.line_count("out") + 1_000;
        worker.until("some more lines arrive", |_| site.line_count("out") >= goal);
        broker.kill();
        feeder.until_more(3_000);
        all_run(&mut worker, &site);
        broker.again();
    }
    let lines = feeder.finish();
    worker.until("all lines arrive", |_| site.lines("out").last() == lines.last());
    all_run(&mut worker, &site);
    assert_same_lines("the topic", &topic::json_payloads(&site.kafka, &site.name("topic")), &lines);
    assert!(is_in_order(&site.lines("out"), &lines), "the sink's file misses lines");

    // It also stops in time without a broker, and keeps the offsets of what it has sent: the rest comes after a restart.
    broker.kill();
    let feeder = Feeder::start(&site.path("in"), 7, 1_000);
    feeder.until_more(500);
    worker.signal(Signal::Term);
    assert_eq!(worker.exit_within(Duration::from_secs(12)), 143);
    let more = feeder.finish();
    broker.again();
    let mut worker = start(&site, &connectors);
    worker.until("the lines of the outage arrive", |_| site.lines("out").last() == more.last());
    assert_eq!(worker.stop(Signal::Term), 143);
    let all = [lines, more].concat();
    assert_same_lines("the topic", &topic::json_payloads(&site.kafka, &site.name("topic")), &all);
}

fn start(site: &Site, connectors: &[PathBuf; 2]) -> Worker {
    // The group soon forgets a member that could not say goodbye.
    let worker = site.worker().set("consumer.session.timeout.ms", "6000").set("consumer.heartbeat.interval.ms", "500");
    worker.connector(&connectors[0]).connector(&connectors[1]).start()
}

fn all_run(worker: &mut Worker, site: &Site) {
    for connector in ["source", "sink"] {
        assert_eq!(worker.task_states(&site.name(connector)), ["RUNNING"], "{connector}: {}", worker.log());
    }
}

/// Whether `found` holds all of `want` in order, once it is cut at repetitions.
fn is_in_order(found: &[String], want: &[String]) -> bool {
    let mut next = want.iter().peekable();
    found.iter().for_each(|line| {
        next.next_if_eq(&line);
    });
    next.peek().is_none()
}
