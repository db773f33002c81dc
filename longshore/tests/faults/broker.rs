//! The broker is killed and comes back. A broker of its own: no other test has to live through it.

use std::time::Duration;

use crate::harness::{Broker, Signal, kafka};
use crate::pipe::Pipe;
use crate::plan::Plan;

#[test]
fn the_broker_is_killed_and_comes_back() {
    if kafka().is_none() {
        return;
    }
    let plan = Plan::new("broker killed", 2, 10);
    let broker = Broker::start();
    for (seed, rounds) in plan.parts(5) {
        let pipe = Pipe::new(&broker.address());
        let mut worker = pipe.start();
        let feeder = pipe.feed(seed);
        for round in 1..=rounds {
            pipe.until_more_in_file(&mut worker, 1_000_000);
            broker.kill();
            feeder.until_more(30_000);
            pipe.all_run(&mut worker);
            broker.again();
            plan.say(&format!("seed {seed} round {round}: {} lines", feeder.written()));
        }
        pipe.until_more_in_file(&mut worker, 100_000);
        pipe.all_run(&mut worker);

        // It also stops in time without a broker, and keeps the offsets of what it has sent: the rest comes after a restart.
        broker.kill();
        feeder.until_more(10_000);
        worker.signal(Signal::Term);
        assert_eq!(worker.exit_within(Duration::from_secs(12)), 143);
        broker.again();
        let worker = pipe.start();
        let lines = feeder.finish();
        pipe.finish(worker, &lines);
        pipe.assert_exact_topic(&lines);
        let repeated = pipe.assert_whole_file(&lines);
        plan.say(&format!("seed {seed}: {} lines, none lost; {repeated} were repeated in the file", lines.len()));
    }
}
