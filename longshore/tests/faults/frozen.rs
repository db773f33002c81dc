//! The worker or its broker is frozen for a while: a suspended machine, a long pause of a virtual one.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::time::Duration;

use crate::harness::{Broker, Signal, Worker, kafka};
use crate::pipe::Pipe;
use crate::plan::Plan;

const MIB: u64 = 1024 * 1024;
/// Of the worker, while the broker takes nothing: `buffer.memory` and what is read ahead of it.
const MEMORY_MAX: u64 = 250 * MIB;

#[test]
fn the_worker_is_frozen() {
    let Some(kafka) = kafka() else { return };
    let plan = Plan::new("worker frozen", 1, 3);
    for (seed, rounds) in plan.parts(3) {
        // One group takes the silent member for dead, the other one waits for it.
        let pipes = [Pipe::new(&kafka), Pipe::new(&kafka)];
        let start = |pipe: &Pipe| pipe.with_both(Pipe::plain(pipe.site.worker())).start();
        let mut workers = [pipes[0].start(), start(&pipes[1])];
        let feeders = [pipes[0].feed(seed), pipes[1].feed(seed)];
        for round in 1..=rounds {
            flows(&pipes, &mut workers);
            workers.iter().for_each(|worker| worker.signal(Signal::Stop));
            std::thread::sleep(frozen_for(&plan, 8));
            workers.iter().for_each(|worker| worker.signal(Signal::Continue));
            plan.say(&format!("seed {seed} round {round}: {} lines", feeders[0].written()));
        }
        flows(&pipes, &mut workers);
        let fed = feeders.map(|feeder| feeder.finish());
        for ((pipe, worker), lines) in pipes.iter().zip(workers).zip(&fed) {
            pipe.finish(worker, lines);
            pipe.assert_exact_topic(lines);
            let repeated = pipe.assert_whole_file(lines);
            plan.say(&format!("seed {seed}: {} lines, none lost; {repeated} were repeated in the file", lines.len()));
        }
        assert_eq!(pipes[1].in_file(), fed[1], "whoever keeps its place in the group repeats nothing");
    }
}

#[test]
fn the_broker_is_frozen_while_the_file_grows() {
    if kafka().is_none() {
        return;
    }
    let plan = Plan::new("broker frozen", 1, 2);
    let broker = Broker::start();
    for (seed, rounds) in plan.parts(5) {
        let pipe = Pipe::new(&broker.address());
        let mut worker = pipe.start();
        let mut lines = Vec::new();
        grow(&pipe, &mut lines, MIB);
        pipe.until_arrived(&mut worker, &lines);
        for round in 1..=rounds {
            broker.pause();
            let size = if plan.long { 200 } else { 40 };
            grow(&pipe, &mut lines, size * MIB);
            std::thread::sleep(frozen_for(&plan, 4));
            let frozen = worker.memory("VmHWM");
            broker.resume();
            pipe.until_arrived(&mut worker, &lines);
            let most = worker.memory("VmHWM");
            plan.say(&format!(
                "seed {seed} round {round}: {size} MiB appended, at most {} MiB of memory while frozen, {} after",
                frozen / MIB,
                most / MIB
            ));
            assert!(most < MEMORY_MAX, "the worker took {most} bytes, {frozen} while the broker was frozen");
        }
        pipe.finish(worker, &lines);
        pipe.assert_exact_topic(&lines);
        pipe.assert_whole_file(&lines);
    }
}

fn frozen_for(plan: &Plan, seconds: u64) -> Duration {
    Duration::from_secs(if plan.long { 30 } else { seconds })
}

fn flows(pipes: &[Pipe; 2], workers: &mut [Worker; 2]) {
    for (pipe, worker) in pipes.iter().zip(workers) {
        pipe.until_more_in_file(worker, 1_000_000);
        pipe.all_run(worker);
    }
}

/// Appends lines of 100 bytes.
fn grow(pipe: &Pipe, lines: &mut Vec<String>, bytes: u64) {
    let file = OpenOptions::new().create(true).append(true).open(pipe.site.path("in")).unwrap();
    let mut file = BufWriter::new(file);
    for _ in 0..bytes / 100 {
        let line = format!("{:099}", lines.len());
        writeln!(file, "{line}").unwrap();
        lines.push(line);
    }
    file.flush().unwrap();
}
