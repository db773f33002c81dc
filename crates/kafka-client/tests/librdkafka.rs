//! Beside librdkafka, through its Python package: what either writes the other reads, and they share a group.
//!
//! `LONGSHORE_TEST_BOOTSTRAP` is the broker. The package is installed into the user's cache by `python/venv.sh`; where that
//! fails the tests are skipped, except in CI.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod common;
#[path = "consumer/support.rs"]
#[allow(dead_code)]
mod support;

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use common::lines::{CODECS, all_lines, append_line, as_line, assert_lines, line};
use common::{bootstrap, fresh, producer, read_all, receive};
use kafka_client::consumer::{Event, TopicPartition};
use support::{PATIENCE, Seen, create_topic, drive, member, produce, values};

const RECORDS: usize = 2_000;
/// What is written in each transaction, and whether it is committed.
const TRANSACTIONS: [(&str, bool); 4] = [("a", true), ("b", false), ("c", false), ("d", true)];
/// What is there to see at each isolation level.
const LEVELS: [(&str, &[&str]); 2] = [("read_committed", &["a", "d"]), ("read_uncommitted", &["a", "b", "c", "d"])];

/// The interpreter that has the package; tests of this binary wait for the first one's installation.
fn python() -> Option<&'static str> {
    static PYTHON: OnceLock<Option<String>> = OnceLock::new();
    let install = || {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/venv.sh");
        let output = Command::new(script).output().unwrap();
        let found = output.status.success().then(|| String::from_utf8(output.stdout).unwrap().trim().to_owned());
        if found.is_none() {
            let reason = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(std::env::var("CI").is_err(), "librdkafka has to be installed in CI: {reason}");
            eprintln!("SKIPPED: librdkafka's Python package cannot be installed: {reason}");
        }
        found
    };
    PYTHON.get_or_init(install).as_deref()
}

fn librdkafka(python: &str, bootstrap: &str, arguments: &[&str]) -> Child {
    let mut command = Command::new(python);
    command.args([concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/librdkafka.py"), bootstrap]).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

/// Runs it to its end with this input; gives what it printed.
async fn run(mut child: Child, input: String) -> String {
    let output = tokio::task::spawn_blocking(move || {
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    });
    let output = output.await.unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn librdkafka_reads_every_codec_of_ours() {
    let (Some(bootstrap), Some(python)) = (bootstrap(), python()) else { return };
    let name = fresh("to-librdkafka");
    for codec in CODECS {
        let (_, producer, mut acks) =
            producer(&bootstrap, &[("compression.type", codec), ("batch.size", "60000"), ("linger.ms", "100")]);
        let topic = producer.prepare(&name).await.unwrap();
        for number in 0..RECORDS {
            append_line(&producer, &topic, &line(codec, number), number).await;
        }
        producer.flush().await;
        assert!(receive(&mut acks, RECORDS as u64).await.iter().all(|ack| ack.result.is_ok()), "{codec}");
    }
    let count = (RECORDS * CODECS.len()).to_string();
    let reader = librdkafka(python, &bootstrap, &["read", &name, &count, "read_committed"]);
    assert_lines(run(reader, String::new()).await.lines(), all_lines(RECORDS));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_codec_of_librdkafka_is_read() {
    let (Some(bootstrap), Some(python)) = (bootstrap(), python()) else { return };
    let (cluster, producer, _acks) = producer(&bootstrap, &[]);
    let name = fresh("from-librdkafka");
    producer.prepare(&name).await.unwrap();
    for codec in CODECS {
        let writer = librdkafka(python, &bootstrap, &["write", &name, codec]);
        run(writer, (0..RECORDS).map(|number| line(codec, number) + "\n").collect()).await;
    }
    let stored = read_all(&cluster, &name, 0).await;
    assert_lines(stored.iter().map(as_line), all_lines(RECORDS));
}

#[tokio::test(flavor = "multi_thread")]
async fn librdkafka_reads_what_our_transactions_committed() {
    let (Some(bootstrap), Some(python)) = (bootstrap(), python()) else { return };
    let name = fresh("transactions-to-librdkafka");
    let id = format!("{name}-writer");
    let small = [("transactional.id", id.as_str()), ("batch.size", "500")];
    let (_, producer, _acks) = producer(&bootstrap, &small);
    let topic = producer.prepare(&name).await.unwrap();
    producer.init_transactions().await.unwrap();
    for (kind, commits) in TRANSACTIONS {
        producer.begin_transaction().unwrap();
        for number in 0..50 {
            append_line(&producer, &topic, &line(kind, number), number).await;
        }
        producer.flush().await; // so that what is aborted is in the log, and has to be passed over
        match commits {
            true => producer.commit_transaction().await.unwrap(),
            false => producer.abort_transaction().await.unwrap(),
        }
    }
    for (level, kinds) in LEVELS {
        let reader = librdkafka(python, &bootstrap, &["read", &name, &(50 * kinds.len()).to_string(), level]);
        let wanted = kinds.iter().flat_map(|kind| (0..50).map(|number| line(kind, number)));
        assert_lines(run(reader, String::new()).await.lines(), wanted);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_of_librdkafka_are_read_committed() {
    let (Some(bootstrap), Some(python)) = (bootstrap(), python()) else { return };
    let name = fresh("librdkafka-transactions");
    common::producer(&bootstrap, &[]).1.prepare(&name).await.unwrap();
    let mut input = String::new();
    for (kind, commits) in TRANSACTIONS {
        let end = if commits { "commit" } else { "abort" };
        let records: String = (0..50).map(|number| line(kind, number) + "\n").collect();
        input += &format!("begin\n{records}{end}\n");
    }
    run(librdkafka(python, &bootstrap, &["transact", &name]), input).await;
    for (level, kinds) in LEVELS {
        let props = [("auto.offset.reset", "earliest"), ("isolation.level", level)];
        let mut consumer = support::consumer(&bootstrap, &props);
        consumer.assign(&[TopicPartition::new(name.as_str(), 0)]).unwrap();
        let mut found = Vec::new();
        while found.len() < 50 * kinds.len() {
            let event = tokio::time::timeout(PATIENCE, consumer.poll(PATIENCE)).await.unwrap().unwrap();
            let Event::Records(parts) = event else { panic!("{event:?} after {} records", found.len()) };
            found.extend(parts.iter().flat_map(|part| part.iter().map(|record| as_line(&record.unwrap()))));
        }
        let wanted = kinds.iter().flat_map(|kind| (0..50).map(|number| line(kind, number)));
        assert_lines(found.iter(), wanted);
        assert_eq!(found.len(), 50 * kinds.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_shared_with_librdkafka() {
    let (Some(bootstrap), Some(python)) = (bootstrap(), python()) else { return };
    let (cluster, name) = (support::cluster(&bootstrap), fresh("shared-with-librdkafka"));
    let group = format!("{name}-group");
    create_topic(&cluster, &name, 4).await;
    let mut ours = member(&bootstrap, &group, &name);
    let mut seen = Seen::default();
    drive(&mut ours, &mut seen, |seen| seen.assigned.len() == 4).await;
    let mut theirs = librdkafka(python, &bootstrap, &["member", &name, &group]);
    drive(&mut ours, &mut seen, |seen| seen.assigned.len() == 2).await;
    for index in 0..4 {
        produce(&cluster, &TopicPartition::new(name.as_str(), index), &values(0..10)).await;
    }
    drive(&mut ours, &mut seen, |seen| seen.values.len() == 20).await;
    // Its input ends: it leaves, and what it had is ours.
    let left = tokio::task::spawn_blocking(move || {
        std::thread::sleep(std::time::Duration::from_secs(2));
        drop(theirs.stdin.take());
        theirs.wait_with_output().unwrap()
    });
    drive(&mut ours, &mut seen, |seen| seen.assigned.len() == 4).await;
    assert_eq!(seen.values.len(), 20, "nothing is read twice");
    let printed = String::from_utf8(left.await.unwrap().stdout).unwrap();
    let (assigned, records): (Vec<_>, Vec<_>) = printed.lines().partition(|line| line.starts_with("assigned"));
    assert_eq!((assigned, records.len()), (vec!["assigned 2"], 20));
    ours.close(PATIENCE).await;
}
