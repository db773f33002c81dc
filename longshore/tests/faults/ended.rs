//! Workers that are killed or told to stop at any moment, the first ones of their start too.

use std::time::Duration;

use crate::harness::{Random, Signal, Worker, kafka};
use crate::pipe::Pipe;
use crate::plan::Plan;

/// A worker lives at most so long.
const LIFE_MS: u64 = 2_500;
const PART: usize = 10;

#[test]
fn killed_at_random_moments() {
    let Some(kafka) = kafka() else { return };
    let plan = Plan::new("kill -9", 6, 100);
    for (seed, rounds) in plan.parts(PART) {
        let (pipe, mut random) = (Pipe::new(&kafka), Random::new(seed));
        let feeder = pipe.feed(seed);
        for round in 1..=rounds {
            let code = |worker: Worker| (worker.stop(Signal::Kill), 137);
            let moments = end_one_round(&pipe, &mut random, code);
            plan.say(&format!("seed {seed} round {round}: after {moments:?}, {} lines", feeder.written()));
        }
        let mut worker = pipe.start();
        worker.until_ready();
        let lines = feeder.finish();
        pipe.finish(worker, &lines);
        let (in_topic, in_file) = (pipe.assert_whole_topic(&lines), pipe.assert_whole_file(&lines));
        let repeated = format!("{in_topic} were repeated in the topic, {in_file} in the file");
        plan.say(&format!("seed {seed}: {} lines, none lost; {repeated}", lines.len()));
    }
}

#[test]
fn told_to_stop_at_random_moments() {
    let Some(kafka) = kafka() else { return };
    let plan = Plan::new("SIGTERM", 5, 40);
    for (seed, rounds) in plan.parts(PART) {
        let (pipe, mut random) = (Pipe::new(&kafka), Random::new(seed));
        let feeder = pipe.feed(seed);
        for round in 1..=rounds {
            let code = |worker: Worker| (end_in_time(worker), 143);
            let moments = end_one_round(&pipe, &mut random, code);
            plan.say(&format!("seed {seed} round {round}: after {moments:?}, {} lines", feeder.written()));
        }
        let mut worker = pipe.start();
        worker.until_ready();
        let lines = feeder.finish();
        pipe.finish(worker, &lines);
        pipe.assert_exact(&lines);
        plan.say(&format!("seed {seed}: {} lines, none lost or repeated", lines.len()));
    }
}

/// Starts one worker or two, ends them with `end` some time later: how long they lived, in ms. What `end` answers is
/// twice the same.
fn end_one_round(pipe: &Pipe, random: &mut Random, end: impl Fn(Worker) -> (i32, i32)) -> Vec<u64> {
    let workers: Vec<_> = match random.below(2) {
        0 => vec![pipe.start()],
        _ => pipe.start_apart().into(),
    };
    let most = LIFE_MS / workers.len() as u64;
    let mut moments = Vec::new();
    for worker in workers {
        let moment = random.below(most);
        std::thread::sleep(Duration::from_millis(moment));
        let (found, want) = end(worker);
        assert_eq!(found, want, "after {moment} ms");
        moments.push(moment);
    }
    moments
}

/// Within `task.shutdown.graceful.timeout.ms`, which all tasks share, and a little.
fn end_in_time(mut worker: Worker) -> i32 {
    worker.signal(Signal::Term);
    worker.exit_within(Duration::from_secs(10))
}
