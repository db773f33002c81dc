//! The disk is full where the sink writes, or where the offsets are.

use std::time::Duration;

use crate::harness::site::text;
use crate::harness::{Launch, Signal, SmallDisk, Worker, http, kafka, skip};
use crate::pipe::Pipe;
use crate::plan::Plan;

/// KiB.
const SIZE: u32 = 128 * 1024;

fn small_disk(pipe: &Pipe) -> Option<SmallDisk> {
    let disk = SmallDisk::mount(&pipe.site.path("small"), SIZE);
    if disk.is_none() {
        skip("leave to mount a tmpfs in a user namespace");
    }
    disk
}

#[test]
fn the_sinks_disk_is_full() {
    let Some(kafka) = kafka() else { return };
    let plan = Plan::new("sink's disk full", 2, 10);
    for (seed, rounds) in plan.parts(5) {
        let mut pipe = Pipe::new(&kafka);
        pipe.sink = pipe.site.sink("topic", "small/out");
        let Some(disk) = small_disk(&pipe) else { return };
        pipe.out = disk.seen("out");
        let mut worker = pipe.start_on(&disk);
        let feeder = pipe.feed(seed);
        for round in 1..=rounds {
            disk.fill(1_000);
            let trace = until_failed(&pipe, &mut worker);
            assert!(trace.contains("No space left on device"), "{trace}");
            // The others go on.
            pipe.until_more_in_topic(&mut worker, 20_000);
            assert_eq!(worker.task_states(&pipe.site.name("source")), ["RUNNING"]);
            disk.make_room();
            restart(&pipe, &mut worker, round);
            pipe.until_more_in_file(&mut worker, 1_000_000);
            plan.say(&format!("seed {seed} round {round}: {} lines", feeder.written()));
        }
        let lines = feeder.finish();
        pipe.finish(worker, &lines);
        // What was not written whole was taken back.
        pipe.assert_exact(&lines);
    }
}

/// The trace of the sink's task.
fn until_failed(pipe: &Pipe, worker: &mut Worker) -> String {
    let path = format!("/connectors/{}/tasks/0/status", pipe.site.name("sink"));
    let address = worker.rest();
    let mut trace = String::new();
    worker.until("the sink's task fails", |_| {
        let status = http::request(&address, "GET", &path, None).json();
        trace = status["trace"].as_str().unwrap_or_default().to_owned();
        status["state"] == "FAILED"
    });
    trace
}

/// The task alone, or with its connector.
fn restart(pipe: &Pipe, worker: &mut Worker, round: usize) {
    let sink = pipe.site.name("sink");
    let (path, status) = match round % 2 {
        0 => (format!("/connectors/{sink}/restart?includeTasks=true"), 202),
        _ => (format!("/connectors/{sink}/tasks/0/restart"), 204),
    };
    let answer = worker.http("POST", &path, None);
    assert_eq!(answer.status, status, "{answer:?}");
}

#[test]
fn the_disk_of_the_offsets_is_full() {
    let Some(kafka) = kafka() else { return };
    let plan = Plan::new("offsets' disk full", 2, 10);
    for (seed, rounds) in plan.parts(5) {
        let pipe = Pipe::new(&kafka);
        let Some(disk) = small_disk(&pipe) else { return };
        let offsets = pipe.site.path("small/offsets");
        let start = || {
            let launch = Pipe::eager(Launch::on(&pipe.site, &disk));
            pipe.with_both(launch.set("offset.storage.file.filename", text(&offsets))).start()
        };
        let mut worker = start();
        let feeder = pipe.feed(seed);
        for round in 1..=rounds {
            pipe.until_more_in_file(&mut worker, 500_000);
            let read = || std::fs::read(disk.seen("offsets")).unwrap();
            worker.until("offsets are committed", |_| !read().is_empty());
            let failures = |worker: &Worker| worker.log().matches("No space left on device").count();
            let before = failures(&worker);
            disk.fill(0);
            worker.until("a commit fails", |worker| failures(worker) > before);
            let kept = read();
            pipe.until_more_in_topic(&mut worker, 20_000);
            pipe.all_run(&mut worker);
            assert_eq!(read(), kept, "the old offsets stay whole");
            if round % 2 == 0 {
                assert_eq!(worker.stop(Signal::Kill), 137);
                worker = start();
                worker.until_ready();
            }
            disk.make_room();
            worker.until("commits succeed again", |_| {
                std::thread::sleep(Duration::from_millis(50));
                read() != kept
            });
            plan.say(&format!("seed {seed} round {round}: {} lines", feeder.written()));
        }
        worker.until_ready();
        let lines = feeder.finish();
        pipe.finish(worker, &lines);
        let repeated = pipe.assert_whole_topic(&lines);
        pipe.assert_whole_file(&lines);
        plan.say(&format!("seed {seed}: {} lines, none lost; {repeated} were repeated in the topic", lines.len()));
    }
}
