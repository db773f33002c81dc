//! A file that is fed, through a topic into a file, and what may have become of its lines.

use std::collections::HashSet;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::harness::site::text;
use crate::harness::{Feeder, Launch, Signal, Site, SmallDisk, Worker, assert_same_lines, topic};

/// Lines a second.
pub(crate) const LOAD: u64 = 20_000;
pub(crate) const STRING: &str = "org.apache.kafka.connect.storage.StringConverter";
const TAIL: u64 = 4096;

/// `in` ─▶ `topic` ─▶ `out`.
pub(crate) struct Pipe {
    pub site: Site,
    pub source: PathBuf,
    pub sink: PathBuf,
    /// Where this process finds what the sink has written.
    pub out: PathBuf,
}

impl Pipe {
    pub(crate) fn new(kafka: &str) -> Self {
        let site = Site::new(kafka);
        let (source, sink, out) = (site.source("in", "topic"), site.sink("topic", "out"), site.path("out"));
        Self { site, source, sink, out }
    }

    pub(crate) fn feed(&self, seed: u64) -> Feeder {
        Feeder::start(&self.site.path("in"), seed, LOAD)
    }

    /// Commits often, so that many commits are disturbed; the group soon forgets who could not say goodbye.
    pub(crate) fn eager<'a>(launch: Launch<'a>) -> Launch<'a> {
        let launch = launch.set("consumer.session.timeout.ms", "6000").set("consumer.heartbeat.interval.ms", "500");
        Self::plain(launch).set("offset.flush.interval.ms", "100")
    }

    pub(crate) fn plain<'a>(launch: Launch<'a>) -> Launch<'a> {
        launch.set("key.converter", STRING).set("value.converter", STRING)
    }

    /// One worker with both connectors.
    pub(crate) fn start(&self) -> Worker {
        self.with_both(Self::eager(self.site.worker())).start()
    }

    /// One worker with both connectors, where the disk is mounted.
    pub(crate) fn start_on(&self, disk: &SmallDisk) -> Worker {
        self.with_both(Self::eager(Launch::on(&self.site, disk))).start()
    }

    pub(crate) fn with_both<'a>(&self, launch: Launch<'a>) -> Launch<'a> {
        launch.connector(&self.source).connector(&self.sink)
    }

    /// Two workers with a connector each.
    pub(crate) fn start_apart(&self) -> [Worker; 2] {
        let source = Self::eager(self.site.worker()).connector(&self.source);
        let sink = Self::eager(self.site.worker()).connector(&self.sink);
        [source.start(), sink.set("offset.storage.file.filename", text(&self.site.path("offsets-2"))).start()]
    }

    /// Where the next record of the topic will stand.
    pub(crate) fn topic_end(&self) -> i64 {
        topic::end(&self.site.kafka, &self.site.name("topic"))
    }

    /// Waits until `count` more lines are in the topic.
    pub(crate) fn until_more_in_topic(&self, worker: &mut Worker, count: i64) {
        let goal = self.topic_end() + count;
        worker.until("more lines are in the topic", |_| {
            std::thread::sleep(Duration::from_millis(200));
            self.topic_end() >= goal
        });
    }

    /// Waits until the sink's file has grown.
    pub(crate) fn until_more_in_file(&self, worker: &mut Worker, bytes: u64) {
        let len = || std::fs::metadata(&self.out).map_or(0, |found| found.len());
        let goal = len() + bytes;
        worker.until("more lines are in the sink's file", |_| len() >= goal);
    }

    /// Waits until the last line is in the sink's file.
    pub(crate) fn until_arrived(&self, worker: &mut Worker, lines: &[String]) {
        let last = format!("{}\n", lines.last().unwrap());
        worker.until("all lines arrive", |_| tail(&self.out).ends_with(last.as_bytes()));
    }

    /// Waits for the last line, ends the worker.
    pub(crate) fn finish(&self, mut worker: Worker, lines: &[String]) {
        self.until_arrived(&mut worker, lines);
        self.all_run(&mut worker);
        assert_eq!(worker.stop(Signal::Term), 143);
    }

    pub(crate) fn all_run(&self, worker: &mut Worker) {
        for connector in ["source", "sink"] {
            assert_eq!(worker.task_states(&self.site.name(connector)), ["RUNNING"], "{connector}: {}", worker.log());
        }
    }

    pub(crate) fn in_topic(&self) -> Vec<String> {
        let values = topic::values(&self.site.kafka, &self.site.name("topic"));
        values.into_iter().map(|value| String::from_utf8(value).unwrap()).collect()
    }

    pub(crate) fn in_file(&self) -> Vec<String> {
        self.site.lines(text(&self.out))
    }

    /// Exactly these lines are in the topic and in the sink's file.
    pub(crate) fn assert_exact(&self, lines: &[String]) {
        self.assert_exact_topic(lines);
        assert_same_lines("the sink's file", &self.in_file(), lines);
    }

    /// Exactly these lines are in the topic.
    pub(crate) fn assert_exact_topic(&self, lines: &[String]) {
        assert_same_lines("the topic", &self.in_topic(), lines);
    }

    /// All these lines are in the topic, in order but for repetitions. Answers how many were repeated.
    pub(crate) fn assert_whole_topic(&self, lines: &[String]) -> usize {
        let found = self.in_topic();
        assert_same_lines("the topic", &first_appearances(found.iter().map(String::as_str)), lines);
        found.len() - lines.len()
    }

    /// The same of the sink's file, where a line that was torn by a kill may have the next one behind it.
    pub(crate) fn assert_whole_file(&self, lines: &[String]) -> usize {
        let (found, fed) = (self.in_file(), lines.iter().map(String::as_str).collect());
        let mended: Vec<_> = found.iter().map(|line| without_torn_start(line, &fed)).collect();
        assert_same_lines("the sink's file", &first_appearances(mended), lines);
        found.len() - lines.len()
    }
}

fn first_appearances<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut seen = HashSet::new();
    lines.into_iter().filter(|line| seen.insert(*line)).map(str::to_owned).collect()
}

/// The line that was fed, whatever stands before it.
fn without_torn_start<'a>(line: &'a str, fed: &HashSet<&str>) -> &'a str {
    let mut ends = line.char_indices().map(|(at, _)| &line[at..]);
    ends.find(|end| fed.contains(end)).unwrap_or(line)
}

/// The last few lines of a file.
fn tail(path: &Path) -> Vec<u8> {
    let Ok(mut file) = File::open(path) else { return Vec::new() };
    let len = file.metadata().unwrap().len();
    file.seek(SeekFrom::Start(len.saturating_sub(TAIL))).unwrap();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    bytes
}
