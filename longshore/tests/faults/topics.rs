//! A topic is deleted under a running sink, and comes back: by itself, because the sink asks for it, or by hand.
//! The task goes on with the first record of the new topic, as Apache's does as a rule.

use std::time::Duration;

use crate::harness::site::text;
use crate::harness::{Random, Signal, Site, assert_same_lines, kafka, topic};
use crate::pipe::Pipe;
use crate::plan::Plan;

#[test]
fn a_topic_is_deleted_and_comes_back() {
    let Some(kafka) = kafka() else { return };
    let plan = Plan::new("topic deleted", 2, 20);
    // More than one part: one of each kind.
    for (seed, rounds) in plan.parts(if plan.long { 5 } else { 1 }) {
        let (pipe, mut random) = (Pipe::new(&kafka), Random::new(seed));
        let by_itself = seed % 2 == 0;
        // Nothing is committed before the topic goes.
        let launch = Pipe::plain(pipe.site.worker()).set("consumer.allow.auto.create.topics", &by_itself.to_string());
        let mut worker = launch.connector(&pipe.sink).start();
        let topic = pipe.site.name("topic");
        if !by_itself {
            topic::create(&kafka, &topic);
        }
        let mut lines = Vec::new();
        for round in 1..=rounds {
            lines.extend(produce(&pipe.site, round, 1 + random.below(30_000)));
            pipe.until_arrived(&mut worker, &lines);
            assert_same_lines("the sink's file", &pipe.in_file(), &lines);
            topic::delete(&kafka, &topic);
            let pause = random.below(2_000);
            std::thread::sleep(Duration::from_millis(pause));
            if !by_itself {
                topic::create(&kafka, &topic);
            }
            plan.say(&format!("seed {seed} round {round}: back after {pause} ms, {} lines", lines.len()));
        }
        lines.extend(produce(&pipe.site, 0, 20_000));
        pipe.until_arrived(&mut worker, &lines);
        assert_eq!(worker.task_states(&pipe.site.name("sink")), ["RUNNING"]);
        assert_eq!(worker.stop(Signal::Term), 143);
        assert_same_lines("the sink's file", &pipe.in_file(), &lines);
    }
}

/// A worker of its own writes so many lines to the topic, which it creates if there is none.
fn produce(site: &Site, round: usize, count: u64) -> Vec<String> {
    let lines: Vec<_> = (0..count).map(|number| format!("{round} {number}")).collect();
    let file = format!("in-{round}");
    site.write(&file, lines.join("\n") + "\n");
    let (source, offsets) = (site.source_named(&file, &file, "topic"), site.path(&format!("offsets-{round}")));
    let mut worker =
        Pipe::plain(site.worker()).set("offset.storage.file.filename", text(&offsets)).connector(&source).start();
    worker.until("the topic has the lines", |_| topic::end(&site.kafka, &site.name("topic")) >= count as i64);
    assert_eq!(worker.stop(Signal::Term), 143);
    lines
}
