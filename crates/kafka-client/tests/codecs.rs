//! Every codec both ways between this client and Java's console clients, with keys, headers and nulls.
//!
//! `LONGSHORE_TEST_BOOTSTRAP` is the broker, `LONGSHORE_TEST_KAFKA_LIBS` a folder with Apache Kafka's jars.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod common;

use std::io::Write;
use std::ops::Range;
use std::process::{Command, Stdio};

use common::lines::{CODECS, all_lines, append_line, as_line, assert_lines, line, timestamp};
use common::{bootstrap, fresh, producer, read_all, receive, required};

const RECORDS: usize = 3_000;

/// What the second half of every codec's records is written with.
const OTHER_LEVELS: [(&str, &str); 3] =
    [("compression.gzip.level", "9"), ("compression.lz4.level", "17"), ("compression.zstd.level", "19")];

fn java(libs: &str, class: &str, bootstrap: &str, topic: &str) -> Command {
    let mut command = Command::new("java");
    command.args(["-Xmx256m", "-Dfile.encoding=UTF-8", "-cp", &format!("{libs}/*"), class]);
    command.args(["--bootstrap-server", bootstrap, "--topic", topic]).stderr(Stdio::inherit());
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn java_reads_every_codec_of_ours() {
    let Some(bootstrap) = bootstrap() else { return };
    let Some(libs) = required("LONGSHORE_TEST_KAFKA_LIBS", "a folder with Apache Kafka's jars") else { return };
    let name = fresh("codecs-to-java");
    for codec in CODECS {
        write(&bootstrap, &name, codec, &[], 0..RECORDS / 2).await;
        write(&bootstrap, &name, codec, &OTHER_LEVELS, RECORDS / 2..RECORDS).await;
    }
    let mut consumer = java(&libs, "org.apache.kafka.tools.consumer.ConsoleConsumer", &bootstrap, &name);
    consumer.args([
        "--from-beginning",
        "--timeout-ms",
        "240000", // between two records, the JVM's start among them; the last record ends it at once
        "--max-messages",
        &(RECORDS * CODECS.len()).to_string(),
    ]);
    for property in ["print.headers=true", "print.key=true", "print.timestamp=true"] {
        consumer.args(["--formatter-property", property]);
    }
    let printed = tokio::task::spawn_blocking(move || consumer.output()).await.unwrap().unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    let wanted = all_lines(RECORDS).zip((0..RECORDS).cycle());
    let wanted = wanted.map(|(line, number)| format!("CreateTime:{}\t{line}", timestamp(number)));
    assert_lines(printed.lines(), wanted);
}

async fn write(bootstrap: &str, name: &str, codec: &str, levels: &[(&str, &str)], numbers: Range<usize>) {
    let plain = [("compression.type", codec), ("batch.size", "60000"), ("linger.ms", "100")];
    let (_, producer, mut acks) = producer(bootstrap, &[&plain[..], levels].concat());
    let topic = producer.prepare(name).await.unwrap();
    for number in numbers.clone() {
        append_line(&producer, &topic, &line(codec, number), number).await;
    }
    producer.flush().await;
    assert!(receive(&mut acks, numbers.len() as u64).await.iter().all(|ack| ack.result.is_ok()), "{codec}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_codec_of_java_is_read() {
    let Some(bootstrap) = bootstrap() else { return };
    let Some(libs) = required("LONGSHORE_TEST_KAFKA_LIBS", "a folder with Apache Kafka's jars") else { return };
    let (cluster, producer, _acks) = producer(&bootstrap, &[]);
    let name = fresh("codecs-from-java");
    producer.prepare(&name).await.unwrap();
    for codec in CODECS {
        let mut java = java(&libs, "org.apache.kafka.tools.ConsoleProducer", &bootstrap, &name);
        java.args(["--compression-codec", codec, "--batch-size", "60000", "--timeout", "100"]);
        for property in ["parse.headers=true", "parse.key=true", "null.marker=null"] {
            java.args(["--reader-property", property]);
        }
        let input = (0..RECORDS).map(|number| typed(&line(codec, number)) + "\n").collect::<String>();
        let ended = tokio::task::spawn_blocking(move || {
            let mut child = java.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
            child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
            child.wait().unwrap()
        });
        assert!(ended.await.unwrap().success(), "{codec}");
    }
    let stored = read_all(&cluster, &name, 0).await;
    assert_lines(stored.iter().map(as_line), all_lines(RECORDS));
}

/// As the console producer wants it: no headers are the null marker.
fn typed(line: &str) -> String {
    line.replacen("NO_HEADERS", "null", 1)
}
