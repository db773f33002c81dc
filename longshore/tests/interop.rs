//! Apache's worker and tools at one end, ours at the other: the same records, the same offsets.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod harness;

use std::fs::OpenOptions;
use std::io::Write;

use harness::{Feeder, Launch, Signal, Site, apache, assert_same_lines, kafka, topic};

#[test]
fn either_end_may_be_apaches() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    // Fewer than `batch.size`: after a full batch Apache's source waits until the file grows.
    let mut lines: Vec<_> = (0..1_500).map(|number| format!("line {number}")).collect();
    lines[7].clear();
    lines[8] = "äöü 日本語 😀 \u{1} \u{7f} \u{2028} \"quoted\" \\ / \t <&'> tab".to_owned();
    lines[9] = "long é".repeat(3_000);
    site.write("in", lines.iter().map(|line| format!("{line}\r\n")).collect::<String>());
    let mut theirs = Launch::apache(&site)
        .set("offset.storage.file.filename", harness::site::text(&site.path("their-offsets")))
        .connector(&site.source_named("their-source", "in", "from-theirs"))
        .connector(&site.sink_named("their-sink", "from-ours", "out-theirs"))
        .start();
    let mut ours = site.start(&[
        &site.source_named("our-source", "in", "from-ours"),
        &site.sink_named("our-sink", "from-theirs", "out-ours"),
    ]);
    ours.until("Apache's records arrive with us", |_| site.line_count("out-ours") >= lines.len());
    theirs.until("our records arrive with Apache", |_| site.line_count("out-theirs") >= lines.len());
    assert_eq!((ours.stop(Signal::Term), theirs.stop(Signal::Term)), (143, 143));
    assert_same_lines("from Apache to us", &site.lines("out-ours"), &lines);
    assert_same_lines("from us to Apache", &site.lines("out-theirs"), &lines);

    let [from_ours, from_theirs] =
        ["from-ours", "from-theirs"].map(|topic| apache::console_consumer(&kafka, &site.name(topic), lines.len()));
    let first = "null\t{\"schema\":{\"type\":\"string\",\"optional\":false},\"payload\":\"line 0\"}\n";
    assert!(from_ours.starts_with(first.as_bytes()), "{}", String::from_utf8_lossy(&from_ours[..200]));
    assert!(from_ours == from_theirs, "the records differ");
    assert_eq!(topic::end(&kafka, &site.name("from-ours")), 1_500);
}

#[test]
fn offsets_go_from_apache_to_us_and_back() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let mut file = OpenOptions::new().create(true).append(true).open(site.path("in")).unwrap();
    let connectors = [site.source("in", "topic"), site.sink("topic", "out")];
    let mut lines = Vec::new();
    for (turn, theirs) in [true, false, true, false].into_iter().enumerate() {
        // Each turn ends within a line, which the next one completes.
        writeln!(file, "{turn}").unwrap();
        lines.push(if turn == 0 { "0".to_owned() } else { format!("begun in {}, completed in {turn}", turn - 1) });
        for number in 0..1_000 {
            writeln!(file, "turn {turn} line {number}").unwrap();
            lines.push(format!("turn {turn} line {number}"));
        }
        write!(file, "begun in {turn}, completed in ").unwrap();
        let launch = if theirs { Launch::apache(&site) } else { Launch::longshore(&site) };
        let mut worker = connectors.iter().fold(launch, |launch, file| launch.connector(file)).start();
        worker.until(&format!("turn {turn} arrives"), |_| site.line_count("out") >= lines.len());
        assert_eq!(worker.stop(Signal::Term), 143);
    }
    assert_same_lines("the topic", &topic::json_payloads(&kafka, &site.name("topic")), &lines);
    assert_same_lines("the sink's file", &site.lines("out"), &lines);
}

#[test]
fn each_takes_over_from_the_other_in_mid_stream() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let connectors = [site.source("in", "topic"), site.sink("topic", "out")];
    let start = |launch: Launch<'_>| connectors.iter().fold(launch, |launch, file| launch.connector(file)).start();
    let feeder = Feeder::ascii(&site.path("in"), 5, 3_000);
    for theirs in [true, false, true, false] {
        let mut worker = start(if theirs { Launch::apache(&site) } else { Launch::longshore(&site) });
        let goal = site.line_count("out") + 3_000;
        worker.until("more lines arrive", |_| site.line_count("out") >= goal);
        assert_eq!(worker.stop(Signal::Term), 143);
    }
    let mut worker = start(Launch::longshore(&site));
    let lines = feeder.finish();
    worker.until("all lines arrive", |_| site.line_count("out") >= lines.len());
    assert_eq!(worker.stop(Signal::Term), 143);
    assert_same_lines("the topic", &topic::json_payloads(&kafka, &site.name("topic")), &lines);
    assert_same_lines("the sink's file", &site.lines("out"), &lines);
}

#[test]
fn a_clean_stop_commits_everything_delivered() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    for (file, count) in [("in-a", 2_500), ("in-b", 1)] {
        site.write(file, (0..count).map(|number| format!("{number}\n")).collect::<String>());
    }
    let (a, b) = (site.source_named("a", "in-a", "topic-a"), site.source_named("b", "in-b", "topic-b"));
    let topics = format!("{},{}", site.name("topic-a"), site.name("topic-b"));
    let out = site.path("out");
    let sink = [("connector.class", "FileStreamSink"), ("file", harness::site::text(&out)), ("topics", &topics)];
    let sink = site.connector("sink", &sink);
    let mut worker = site.start(&[&a, &b, &sink]);
    worker.until("all lines arrive", |_| site.line_count("out") >= 2_501);
    assert_eq!(worker.stop(Signal::Term), 143);
    let mut offsets = apache::group_offsets(&kafka, &format!("connect-{}", site.name("sink")));
    offsets.sort();
    assert_eq!(offsets, [(site.name("topic-a"), 2_500, 2_500), (site.name("topic-b"), 1, 1)]);
}
