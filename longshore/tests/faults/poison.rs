//! Records that cannot be converted, among thousands that can.

use crate::harness::site::text;
use crate::harness::{Site, assert_same_lines, kafka, topic};
use crate::pipe::{Pipe, STRING};
use crate::plan::Plan;

const JSON: &str = "org.apache.kafka.connect.json.JsonConverter";
const POISONED: usize = 7;

#[test]
fn every_seventh_record_is_poison() {
    let Some(kafka) = kafka() else { return };
    let plan = Plan::new("poison", 7_000, 100_000);
    let pipe = Pipe::new(&kafka);
    let site = &pipe.site;
    let lines: Vec<_> = (0..plan.rounds)
        .map(|number| if number % POISONED == 3 { format!("{{poison {number}") } else { number.to_string() })
        .collect();
    site.write("in", lines.iter().map(|line| format!("{line}\n")).collect::<String>());
    let (poison, good): (Vec<_>, Vec<_>) = lines.iter().cloned().partition(|line| line.starts_with('{'));

    let letters = site.name("letters");
    let queue = [
        ("errors.deadletterqueue.topic.name", letters.as_str()),
        ("errors.deadletterqueue.topic.replication.factor", "1"),
    ];
    let worker = Pipe::plain(site.worker()).set("offset.flush.interval.ms", "100").connector(&pipe.source);
    let worker = worker.connector(&sink(site, "none", "none", &[]));
    let worker = worker.connector(&sink(site, "all", "all", &[]));
    let mut worker = worker.connector(&sink(site, "queued", "all", &queue)).start();
    worker.until("all good records are there", |worker| {
        let failed = worker.log().contains("Tolerance exceeded in error handler");
        failed && ["all", "queued"].iter().all(|name| site.line_count(name) >= good.len())
    });
    worker.until("all poison is in the queue", |_| topic::end(&kafka, &letters) >= poison.len() as i64);

    assert_same_lines("tolerated", &site.lines("all"), &good);
    assert_same_lines("tolerated and kept", &site.lines("queued"), &good);
    assert_same_lines("not tolerated", &site.lines("none"), &good[..3]);
    let kept: Vec<_> = topic::values(&kafka, &letters).into_iter().map(|v| String::from_utf8(v).unwrap()).collect();
    assert_same_lines("the dead letter queue", &kept, &poison);
    for (name, state) in [("source", "RUNNING"), ("none", "FAILED"), ("all", "RUNNING"), ("queued", "RUNNING")] {
        assert_eq!(worker.task_states(&site.name(name)), [state], "{name}");
    }
    plan.say(&format!("{} records, {} of them poison: each where it belongs", lines.len(), poison.len()));
}

/// Reads JSON, writes to a file of its name.
fn sink(site: &Site, name: &str, tolerance: &str, more: &[(&str, &str)]) -> std::path::PathBuf {
    let (out, topic) = (site.path(name), site.name("topic"));
    let base = [
        ("connector.class", "FileStreamSink"),
        ("file", text(&out)),
        ("topics", &topic),
        ("key.converter", STRING),
        ("value.converter", JSON),
        ("value.converter.schemas.enable", "false"),
        ("errors.tolerance", tolerance),
    ];
    site.connector(name, &[&base, more].concat())
}
