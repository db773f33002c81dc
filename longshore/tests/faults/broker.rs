//! The broker is killed and comes back. A broker of its own: no other test has to live through it.

use std::fs::OpenOptions;
use std::io::Write;
use std::time::Duration;

use crate::harness::{Broker, Signal, kafka};
use crate::pipe::Pipe;
use crate::plan::Plan;

#[test]
fn the_broker_is_killed_and_comes_back() {
    if kafka().is_none() {
        return;
    }
    let plan = Plan::new("broker killed", 1, 10);
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
        let mut lines = feeder.finish();
        pipe.until_arrived(&mut worker, &lines);
        pipe.all_run(&mut worker);
        pipe.assert_exact_topic(&lines);
        let repeated = pipe.assert_whole_file(&lines);
        plan.say(&format!("seed {seed}: {} lines, none lost; {repeated} were repeated in the file", lines.len()));

        // It also stops in time without a broker, and keeps the offsets of what it has sent: the rest comes after a restart.
        broker.kill();
        let late: Vec<_> = (0..20_000).map(|number| format!("late {number}")).collect();
        let mut file = OpenOptions::new().append(true).open(pipe.site.path("in")).unwrap();
        file.write_all((late.join("\n") + "\n").as_bytes()).unwrap();
        worker.signal(Signal::Term);
        assert_eq!(worker.exit_within(Duration::from_secs(12)), 143);
        lines.extend(late);
        broker.again();
        pipe.finish(pipe.start(), &lines);
        pipe.assert_exact_topic(&lines);
        pipe.assert_whole_file(&lines);
    }
}
