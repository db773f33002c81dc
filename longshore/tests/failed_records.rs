//! What becomes of records that cannot be processed, and what the worker makes for a connector: its dead letter queue, its
//! topics, its clients.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod harness;

use std::collections::BTreeMap;

use harness::site::text;
use harness::{Signal, Site, eventually, kafka, topic};

const STRING: &str = "org.apache.kafka.connect.storage.StringConverter";
const JSON: &str = "org.apache.kafka.connect.json.JsonConverter";

#[test]
fn poison_under_each_tolerance() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    site.write("in", "{\"n\":1}\npoison\n{\"n\":2}\n");
    let (file, records) = (site.path("in"), site.name("records"));
    let source = [
        ("connector.class", "FileStreamSource"),
        ("file", text(&file)),
        ("topic", &records),
        ("value.converter", STRING),
    ];
    let source = site.connector("source", &source);
    let sink = |name: &str, tolerance: &str, more: &[(&str, &str)]| {
        let (out, letters) = (site.path(&format!("{name}.out")), site.name(&format!("{name}-letters")));
        let base = [
            ("connector.class", "FileStreamSink"),
            ("file", text(&out)),
            ("topics", &records),
            ("value.converter", JSON),
            ("value.converter.schemas.enable", "false"),
            ("errors.tolerance", tolerance),
            ("errors.deadletterqueue.topic.name", &letters),
            ("errors.deadletterqueue.topic.replication.factor", "1"),
        ];
        site.connector(name, &[&base, more].concat())
    };
    let logged = [("errors.log.enable", "true"), ("errors.log.include.messages", "true")];
    let context = [("errors.deadletterqueue.context.headers.enable", "true")];
    let (all, none) = (sink("all", "all", &[&context[..], &logged].concat()), sink("none", "none", &[]));
    let worker = site.worker().set("offset.flush.interval.ms", "500");
    let mut worker = worker.connector(&source).connector(&all).connector(&none).start();
    eventually("the good records are there", || site.lines("all.out") == ["{n=1}", "{n=2}"]);
    let address = worker.rest();
    eventually("the strict task fails", || {
        let path = format!("/connectors/{}/status", site.name("none"));
        let status = harness::http::request(&address, "GET", &path, None).body;
        status.contains("FAILED") && status.contains("Tolerance exceeded in error handler")
    });
    assert_eq!(site.lines("none.out"), ["{n=1}"], "what came before is delivered");

    let letters = |name: &str| topic::records(&kafka, &site.name(&format!("{name}-letters")));
    eventually("the poison is in the queue", || letters("all").len() == 1 && letters("none").len() == 1);
    let letter = &letters("all")[0];
    assert_eq!(letter.value.as_deref(), Some(&b"poison"[..]));
    assert_eq!(letter.timestamp, topic::records(&kafka, &records)[1].timestamp);
    let headers = letter
        .headers
        .iter()
        .map(|(name, value)| (name.into_owned(), String::from_utf8(value.unwrap_or_default().to_vec()).unwrap()));
    let headers: BTreeMap<String, String> = headers.collect();
    let stripped = |name: &str| headers[&format!("__connect.errors.{name}")].as_str();
    for (name, want) in [
        ("topic", records.as_str()),
        ("partition", "0"),
        ("offset", "1"),
        ("connector.name", &site.name("all")),
        ("task.id", "0"),
        ("stage", "VALUE_CONVERTER"),
        ("class.name", JSON),
        ("exception.class.name", "org.apache.kafka.connect.errors.DataException"),
    ] {
        assert_eq!(stripped(name), want, "{name}");
    }
    assert!(stripped("exception.stacktrace").starts_with("org.apache.kafka.connect.errors.DataException: "));
    assert_eq!(headers.len(), 10);
    assert!(letters("none")[0].headers.is_empty(), "only where it is asked for");
    let line = format!(
        "Error encountered in task {}-0. Executing stage 'VALUE_CONVERTER' with class '{JSON}', where consumed record is \
         {{topic='{records}', partition=0, offset=1, timestamp={}, timestampType=CreateTime}}.",
        site.name("all"),
        letter.timestamp
    );
    worker.until_logged(&line);
    assert!(!worker.log().contains(&format!("in task {}-0", site.name("none"))), "only where it is asked for");
}

#[test]
fn a_dead_letter_that_is_refused_fails_the_task_and_the_record_comes_again() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    site.write("in", "{\"n\":1}\npoison\n{\"n\":2}\n");
    let (file, out, records) = (site.path("in"), site.path("out"), site.name("records"));
    let source = [
        ("connector.class", "FileStreamSource"),
        ("file", text(&file)),
        ("topic", &records),
        ("value.converter", STRING),
    ];
    let source = site.connector("source", &source);
    let letters = site.name("letters");
    let sink = [
        ("connector.class", "FileStreamSink"),
        ("file", text(&out)),
        ("topics", &records),
        ("value.converter", JSON),
        ("value.converter.schemas.enable", "false"),
        ("errors.tolerance", "all"),
        ("errors.deadletterqueue.topic.name", &letters),
        ("errors.deadletterqueue.topic.replication.factor", "1"),
    ];
    let tight = site.connector("sink", &[&sink[..], &[("producer.override.max.request.size", "70")]].concat());
    let mut worker = site.worker().set("offset.flush.interval.ms", "500").connector(&source).connector(&tight).start();
    worker.until_logged(&format!("A record could not be written to the dead letter queue {letters}."));
    eventually("the task fails", || worker.task_states(&site.name("sink")) == ["FAILED"]);
    assert_eq!(worker.stop(Signal::Term), 143);
    assert!(topic::records(&kafka, &letters).is_empty());

    let roomy = site.connector("sink", &sink);
    let _worker = site.worker().connector(&source).connector(&roomy).start();
    eventually("the poison is in the queue", || topic::records(&kafka, &letters).len() == 1);
}

#[test]
fn a_source_creates_its_topic_as_told() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    site.write("in", "a\n");
    let (file, records) = (site.path("in"), site.name("records"));
    let base = [
        ("connector.class", "FileStreamSource"),
        ("file", text(&file)),
        ("topic", &records),
        ("value.converter", STRING),
    ];
    let creation = [
        ("topic.creation.default.replication.factor", "-1"),
        ("topic.creation.default.partitions", "1"),
        ("topic.creation.groups", "many"),
        ("topic.creation.many.include", ".*-records"),
        ("topic.creation.many.partitions", "3"),
    ];
    let source = site.connector("source", &[&base[..], &creation].concat());
    let mut worker = site.start(&[&source]);
    worker.until_logged(&format!("Created topic '(name={records}, numPartitions=3, replicationFactor=default, "));
    assert_eq!(topic::partitions(&kafka, &records), 3);

    // What the broker refuses fails the task with its words.
    let (file, strange) = (site.path("in"), site.name("strange"));
    let base = [
        ("connector.class", "FileStreamSource"),
        ("file", text(&file)),
        ("topic", &strange),
        ("value.converter", STRING),
    ];
    let wrong = [
        ("topic.creation.default.replication.factor", "-1"),
        ("topic.creation.default.partitions", "1"),
        ("topic.creation.default.cleanup.policy", "nonsense"),
    ];
    let source = site.connector("wrong", &[&base[..], &wrong].concat());
    let mut worker =
        site.worker().set("offset.storage.file.filename", text(&site.path("offsets-2"))).connector(&source).start();
    worker.until_logged(&format!("Unable to create topic(s) '{strange}': "));
}

#[test]
fn overrides_need_the_policys_consent() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let mut worker = site.worker().set("connector.client.config.override.policy", "Principal").start();
    for (key, value, status) in [
        ("producer.override.linger.ms", "1", 400),
        ("producer.override.security.protocol", "PLAINTEXT", 201),
        ("consumer.override.max.poll.records", "1", 200), // a source makes no consumer
    ] {
        let config = format!(
            r#"{{"connector.class":"FileStreamSource","file":"none","topic":"{}","{key}":"{value}"}}"#,
            site.name("records")
        );
        let answer = worker.http("PUT", &format!("/connectors/{}/config", site.name("source")), Some(&config));
        assert_eq!(answer.status, status, "{key}: {answer:?}");
        let why = "The 'Principal' policy does not allow 'linger.ms' to be overridden in the connector configuration.";
        assert_eq!(answer.body.contains(why), status == 400, "{answer:?}");
    }
}
