//! Memory stays where it is under a steady load.

use std::time::{Duration, Instant};

use crate::harness::kafka;
use crate::pipe::Pipe;
use crate::plan::Plan;

const SAMPLE: Duration = Duration::from_millis(100);

#[test]
fn memory_is_flat() {
    let Some(kafka) = kafka() else { return };
    let plan = Plan::new("memory", 5, 150);
    let pipe = Pipe::new(&kafka);
    let mut worker = pipe.start();
    let feeder = pipe.feed(plan.seed);
    pipe.until_more_in_file(&mut worker, 1_000_000);
    let end = Instant::now() + Duration::from_secs(plan.rounds as u64);
    let mut samples = Vec::new();
    while Instant::now() < end {
        samples.push(worker.memory("VmRSS"));
        std::thread::sleep(SAMPLE);
    }
    let most: Vec<_> = samples.chunks(samples.len().div_ceil(3)).filter_map(|third| third.iter().max()).collect();
    let lines = feeder.finish();
    pipe.finish(worker, &lines);
    pipe.assert_exact(&lines);
    plan.say(&format!("{} lines in {} s, at most {most:?} bytes in each third", lines.len(), plan.rounds));
    assert!(most[2] * 10 <= most[1] * 13, "memory grows: at most {most:?} bytes in each third of the time");
}
