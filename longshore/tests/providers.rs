//! Values from configuration providers: used, and shown nowhere.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod harness;

use harness::site::text;
use harness::{Launch, Signal, Site, Worker, assert_same_lines, kafka};
use serde_json::{Value as Json, json};

const PACKAGE: &str = "org.apache.kafka.common.config.provider";

/// A worker with all three providers, itself in need of one.
fn launch(site: &Site) -> Launch<'_> {
    site.write("own.properties", format!("kafka={}\n", site.kafka));
    site.worker()
        .set("config.providers", "file,dir,env")
        .set("config.providers.file.class", &format!("{PACKAGE}.FileConfigProvider"))
        .set("config.providers.dir.class", &format!("{PACKAGE}.DirectoryConfigProvider"))
        .set("config.providers.dir.param.allowed.paths", text(&site.path("secrets")))
        .set("config.providers.env.class", "EnvVarConfigProvider")
        .set("config.providers.env.param.allowlist.pattern", "LONGSHORE_.*")
        .set("bootstrap.servers", &format!("${{file:{}:kafka}}", text(&site.path("own.properties"))))
        .env("LONGSHORE_SUFFIX", "topic")
        .env("SECRET", "not-allowed")
}

fn put(worker: &mut Worker, name: &str, config: &Json) -> (u16, String) {
    let answer = worker.http("PUT", &format!("/connectors/{name}/config"), Some(&config.to_string()));
    (answer.status, answer.body)
}

#[test]
fn values_are_used_and_not_shown() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    std::fs::create_dir(site.path("secrets")).unwrap();
    site.write("secrets/out", text(&site.path("planted-out")));
    site.write("in", "one\ntwo\n");
    let mut worker = launch(&site).start();
    let topic = site.name("${env:LONGSHORE_SUFFIX}");
    let out = format!("${{dir:{}:out}}", text(&site.path("secrets")));
    let source = json!({ "connector.class": "FileStreamSource", "file": text(&site.path("in")), "topic": topic });
    let sink = json!({ "connector.class": "FileStreamSink", "topics": topic, "file": out });
    for (name, config) in [("source", &source), ("sink", &sink)] {
        assert_eq!(put(&mut worker, &site.name(name), config).0, 201);
    }
    worker.until("the lines arrive", |_| site.line_count("planted-out") >= 2);
    assert_same_lines("the sink's file", &site.lines("planted-out"), &["one".to_owned(), "two".to_owned()]);

    let name = site.name("sink");
    let mut shown = Vec::new();
    for path in ["", "/config", "/tasks", "/status"] {
        shown.push(worker.get(&format!("/connectors/{name}{path}")).body);
    }
    assert_eq!(serde_json::from_str::<Json>(&shown[1]).unwrap()["file"], json!(out));
    let tasks: Json = serde_json::from_str(&shown[2]).unwrap();
    assert_eq!((&tasks[0]["config"]["file"], &tasks[0]["config"]["topics"]), (&json!(out), &json!(topic)));
    shown.push(worker.log());
    assert!(!shown.concat().contains("planted"), "{shown:#?}");
    assert_eq!(worker.stop(Signal::Term), 143);
}

#[test]
fn what_is_wrong_is_told_without_the_value() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    std::fs::create_dir(site.path("secrets")).unwrap();
    site.write("secrets/number", "planted-number");
    site.write("secrets/folder", "/planted/no/such/folder/out");
    let mut worker = launch(&site).start();
    let name = site.name("sink");
    let variable = |key: &str| format!("${{dir:{}:{key}}}", text(&site.path("secrets")));
    let config = |key: &str, value: &str| {
        let mut config = json!({ "connector.class": "FileStreamSink", "topics": site.name("topic") });
        config[key] = json!(value);
        config
    };
    for (key, value, status, said) in [
        (
            "tasks.max",
            variable("number"),
            400,
            format!("Invalid value {} for configuration tasks.max", variable("number")),
        ),
        ("tasks.max", variable("missing"), 400, format!("Invalid value {}", variable("missing"))),
        (
            "file",
            "${file:/no/such/file:x}".to_owned(),
            500,
            "Could not read properties from file /no/such/file".to_owned(),
        ),
        ("file", "${env:some/path:x}".to_owned(), 500, "Path is not supported for EnvVarConfigProvider".to_owned()),
    ] {
        let (answered, body) = put(&mut worker, &name, &config(key, &value));
        assert_eq!(answered, status, "{body}");
        assert!(body.contains(&said), "{value}: {body}");
    }
    // Variables that nobody knows stay as they are, here in a file's name; so do those outside of what is allowed.
    let unknown = text(&site.path("${nobody:x}${env:SECRET}")).to_owned();
    assert_eq!(put(&mut worker, &name, &config("file", &unknown)).0, 201);
    worker.until("the file is there", |_| site.path("${nobody:x}${env:SECRET}").exists());
    assert_eq!(put(&mut worker, &name, &config("file", &variable("folder"))).0, 200);
    let mut status = String::new();
    harness::eventually("the task fails", || {
        status = worker.get(&format!("/connectors/{name}/status")).body;
        status.contains("FAILED")
    });
    assert!(status.contains("${dir:"), "{status}");
    for shown in [status, worker.log()] {
        assert!(!shown.contains("planted"), "{shown}");
    }
    assert_eq!(worker.stop(Signal::Term), 143);
}

#[test]
fn a_provider_that_cannot_be_had_stops_the_start() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    for (key, value, said) in [
        ("config.providers.p.class", "no.Such", "config.providers.p.class: Could not load config provider class"),
        ("config.providers.p.class", "EnvVarConfigProvider", "Unclosed group near index 1"),
        ("config.providers", "p", "config.providers.p.class"),
    ] {
        let launch = site.worker().set("config.providers", "p").set("config.providers.p.param.allowlist.pattern", "(");
        let mut worker = launch.set(key, value).start();
        assert_eq!(worker.exit_code(), 2, "{}", worker.log());
        assert!(worker.log().contains(said), "{key}={value}: {}", worker.log());
    }
}
