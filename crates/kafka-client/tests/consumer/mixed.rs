//! Groups of Java's members and ours, which come and go while records flow: either kind leads in turn.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kafka_client::consumer::{Consumer, ConsumerError, Event, Offsets, Subscription, TopicPartition};
use tokio::task::JoinHandle;

use crate::support::*;

const PARTITIONS: i32 = 8;
/// Starting a JVM that compiles its program first takes minutes on a busy machine.
const SETTLING: Duration = Duration::from_secs(240);

/// What all members have told, in the order in which it was heard.
#[derive(Clone, Default)]
struct Journal(Arc<Mutex<Vec<Entry>>>);

#[derive(Clone, Debug)]
struct Entry {
    millis: u128,
    who: String,
    what: What,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    Assigned(Vec<String>),
    Gone(Vec<String>),
    Lost(Vec<String>),
    Record(String),
}

fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()
}

fn names(partitions: &[TopicPartition]) -> Vec<String> {
    partitions.iter().map(ToString::to_string).collect()
}

impl Journal {
    fn note(&self, who: &str, what: What) {
        self.note_at(now(), who, what);
    }

    fn note_at(&self, millis: u128, who: &str, what: What) {
        self.0.lock().unwrap().push(Entry { millis, who: who.to_owned(), what });
    }

    fn entries(&self) -> Vec<Entry> {
        self.0.lock().unwrap().clone()
    }

    /// Who has what, as far as it was heard.
    fn owners(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for entry in self.entries() {
            let of = owners.entry(entry.who).or_default();
            match entry.what {
                What::Assigned(names) => of.extend(names),
                What::Gone(names) | What::Lost(names) => of.retain(|name| !names.contains(name)),
                What::Record(_) => {}
            }
        }
        owners
    }

    /// Waits until these members have everything between them, evenly.
    async fn settle(&self, members: &[&str]) {
        let deadline = Instant::now() + SETTLING;
        let share = usize::try_from(PARTITIONS).unwrap() / members.len();
        loop {
            let owners = self.owners();
            let counts: Vec<usize> = members.iter().map(|who| owners.get(*who).map_or(0, BTreeSet::len)).collect();
            if counts.iter().sum::<usize>() == usize::try_from(PARTITIONS).unwrap()
                && counts.iter().all(|n| *n >= share)
            {
                return;
            }
            assert!(Instant::now() < deadline, "{members:?} do not settle: {owners:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn values(&self) -> Vec<String> {
        let values = self.entries().into_iter().filter_map(|entry| match entry.what {
            What::Record(value) => Some(value),
            _ => None,
        });
        values.collect()
    }

    /// All but the records.
    fn moves(&self) -> Vec<Entry> {
        self.entries().into_iter().filter(|entry| !matches!(entry.what, What::Record(_))).collect()
    }

    /// By the clock that all members share: a partition is given up before somebody else gets it, or at least within the
    /// same millisecond.
    fn assert_one_owner_at_a_time(&self) {
        for (partition, mut spans) in self.spans() {
            spans.sort();
            for pair in spans.windows(2) {
                assert!(pair[0].until <= pair[1].from, "{partition} is read by two: {pair:?}");
            }
        }
    }

    /// From when until when each partition was whose. What one member tells comes in order; what two tell may not.
    fn spans(&self) -> BTreeMap<String, Vec<Span>> {
        let mut open: BTreeMap<(String, String), u128> = BTreeMap::new();
        let mut spans: BTreeMap<String, Vec<Span>> = BTreeMap::new();
        for Entry { millis, who, what } in self.entries() {
            match what {
                What::Assigned(names) => {
                    for name in names {
                        let before = open.insert((who.clone(), name.clone()), millis);
                        assert_eq!(before, None, "{name} is given to {who} twice");
                    }
                }
                What::Gone(names) => {
                    for name in names {
                        let from = open.remove(&(who.clone(), name.clone()));
                        let from = from.unwrap_or_else(|| {
                            panic!("{who} gives {name} up at {millis}, which it was not given: {:?}", self.moves())
                        });
                        spans.entry(name).or_default().push(Span { from, until: millis, who: who.clone() });
                    }
                }
                What::Lost(names) => panic!("{who} has lost {names:?}"),
                What::Record(_) => {}
            }
        }
        assert!(open.is_empty(), "still owned: {open:?}");
        spans
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    from: u128,
    until: u128,
    who: String,
}

/// One of our members, in a task.
struct Ours {
    stop: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Ours {
    fn start(setting: &Setting, who: &'static str) -> Self {
        let extra = [
            ("group.id", setting.group.as_str()),
            ("auto.offset.reset", "earliest"),
            ("heartbeat.interval.ms", "200"),
            ("partition.assignment.strategy", setting.strategy),
        ];
        let mut consumer = consumer(&setting.bootstrap, &extra);
        consumer.subscribe(Subscription::Topics(vec![setting.topic.clone()])).unwrap();
        let (stop, journal) = (Arc::new(AtomicBool::new(false)), setting.journal.clone());
        let task = tokio::spawn(run(consumer, journal, who, stop.clone()));
        Self { stop, task }
    }

    async fn close(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.unwrap();
    }
}

async fn run(mut consumer: Consumer, journal: Journal, who: &'static str, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        step(&mut consumer, &journal, who).await;
    }
    loop {
        let all = consumer.assignment();
        match commit(&mut consumer, &all).await {
            Ok(()) => break,
            Err(ConsumerError::RebalanceInProgress(_)) => step(&mut consumer, &journal, who).await,
            Err(error) => panic!("{who}: {error}"),
        }
    }
    // What was revoked is the consumer's until it is polled again: it is not given up twice.
    let left = journal.owners().remove(who).unwrap_or_default();
    journal.note(who, What::Gone(left.into_iter().collect()));
    consumer.close(PATIENCE).await;
}

async fn step(consumer: &mut Consumer, journal: &Journal, who: &str) {
    match consumer.poll(Duration::from_millis(50)).await.unwrap() {
        Event::Assigned(partitions) => journal.note(who, What::Assigned(names(&partitions))),
        Event::Revoked(partitions) => {
            commit(consumer, &partitions).await.unwrap();
            journal.note(who, What::Gone(names(&partitions)));
        }
        Event::Lost(partitions) => journal.note(who, What::Lost(names(&partitions))),
        Event::Records(parts) => {
            for record in parts.into_iter().flatten() {
                let value = String::from_utf8(record.unwrap().value.unwrap().to_vec()).unwrap();
                journal.note(who, What::Record(value));
            }
        }
        Event::Committed { .. } | Event::Idle => {}
    }
}

/// What was read of these partitions.
async fn commit(consumer: &mut Consumer, partitions: &[TopicPartition]) -> Result<(), ConsumerError> {
    let mut offsets = Offsets::new();
    for partition in partitions {
        let position = consumer.position(partition, PATIENCE).await?;
        offsets.insert(partition.clone(), position.into());
    }
    consumer.commit(&offsets).await
}

/// One of Java's members, in a process.
struct Java {
    child: Child,
    reader: std::thread::JoinHandle<()>,
}

impl Java {
    fn start(setting: &Setting, who: &'static str) -> Self {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/java/GroupMember.java");
        let mut command = Command::new("java");
        command.args(["-Xmx256m", "-cp", &format!("{}/*", setting.libs), source]);
        command.args([&setting.bootstrap, &setting.group, &setting.topic, setting.strategy]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (out, journal) = (BufReader::new(child.stdout.take().unwrap()), setting.journal.clone());
        let reader = std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                note_line(&journal, who, &line);
            }
        });
        Self { child, reader }
    }

    async fn close(mut self) {
        drop(self.child.stdin.take());
        let ended = tokio::task::spawn_blocking(move || {
            self.reader.join().unwrap();
            self.child.wait().unwrap()
        });
        assert!(tokio::time::timeout(SETTLING, ended).await.unwrap().unwrap().success());
    }
}

fn note_line(journal: &Journal, who: &str, line: &str) {
    let Some((millis, told)) = line.strip_prefix("> ").and_then(|line| line.split_once(' ')) else { return };
    let (what, of) = told.split_once(' ').unwrap_or((told, ""));
    let names = || of.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let what = match what {
        "assigned" => What::Assigned(names()),
        "revoked" => What::Gone(names()),
        "lost" => What::Lost(names()),
        "record" => What::Record(of.rsplit(' ').next().unwrap_or_default().to_owned()),
        _ => return,
    };
    journal.note_at(millis.parse().unwrap(), who, what);
}

struct Setting {
    bootstrap: String,
    libs: String,
    group: String,
    topic: String,
    strategy: &'static str,
    journal: Journal,
}

impl Setting {
    async fn new(name: &str, strategy: &'static str) -> Option<Self> {
        let _ = tracing_subscriber::fmt()
            .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
            .with_ansi(false)
            .with_test_writer()
            .try_init();
        let (bootstrap, libs) = (bootstrap()?, wanted("LONGSHORE_TEST_KAFKA_LIBS")?);
        let (group, topic) = (unique(&format!("{name}-group")), unique(name));
        create_topic(&cluster(&bootstrap), &topic, PARTITIONS).await;
        Some(Self { bootstrap, libs, group, topic, strategy, journal: Journal::default() })
    }

    /// Writes a record to each partition every few milliseconds until stopped; answers with all values.
    fn write(&self, stop: Arc<AtomicBool>) -> JoinHandle<Vec<String>> {
        let (cluster, topic) = (cluster(&self.bootstrap), self.topic.clone());
        tokio::spawn(async move {
            let mut written = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                for index in 0..PARTITIONS {
                    let value = format!("v{}", written.len());
                    let partition = TopicPartition::new(topic.as_str(), index);
                    produce(&cluster, &partition, std::slice::from_ref(&value)).await;
                    written.push(value);
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            written
        })
    }

    /// For the message of a failure: each record with its partition, and what has become of the partitions.
    fn missing(&self, written: &[String]) -> String {
        let read: BTreeSet<String> = self.journal.values().into_iter().collect();
        let partitions = (0..PARTITIONS).cycle().zip(written);
        let missing: Vec<_> = partitions.filter(|(_, value)| !read.contains(*value)).collect();
        format!("{missing:?} of {}; {:?}", written.len(), self.journal.moves())
    }

    /// Everything that was written has been read, each record once.
    async fn assert_read(&self, written: Vec<String>) {
        let deadline = Instant::now() + SETTLING;
        while self.journal.values().len() < written.len() {
            assert!(Instant::now() < deadline, "not read: {}", self.missing(&written));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let (mut read, mut written) = (self.journal.values(), written);
        read.sort();
        written.sort();
        assert!(read == written, "{} records were read, {} written", read.len(), written.len());
    }
}

async fn members_come_and_go(name: &str, strategy: &'static str) {
    let Some(setting) = Setting::new(name, strategy).await else { return };
    let (journal, stop) = (&setting.journal, Arc::new(AtomicBool::new(false)));
    let writer = setting.write(stop.clone());
    let a = Ours::start(&setting, "a");
    journal.settle(&["a"]).await;
    let java = Java::start(&setting, "java"); // joins while ours leads
    journal.settle(&["a", "java"]).await;
    let b = Ours::start(&setting, "b");
    journal.settle(&["a", "java", "b"]).await;
    a.close().await; // the leader goes
    journal.settle(&["java", "b"]).await;
    b.close().await; // Java leads from here on
    journal.settle(&["java"]).await;
    let c = Ours::start(&setting, "c");
    journal.settle(&["java", "c"]).await;
    let d = Ours::start(&setting, "d");
    journal.settle(&["java", "c", "d"]).await;
    java.close().await;
    journal.settle(&["c", "d"]).await;
    stop.store(true, Ordering::Relaxed);
    setting.assert_read(writer.await.unwrap()).await;
    c.close().await;
    d.close().await;
    journal.assert_one_owner_at_a_time();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cooperative_group_is_shared_with_java() {
    members_come_and_go("cooperative", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sticky_group_is_shared_with_java() {
    members_come_and_go("sticky", "org.apache.kafka.clients.consumer.StickyAssignor").await;
}
