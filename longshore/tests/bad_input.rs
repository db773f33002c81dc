//! What a user can get wrong: the program ends or answers with a message that names the file, the key and the value and
//! says what to do. It never panics or hangs, and no secret shows.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod harness;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use harness::http;
use harness::site::text;
use harness::{Signal, Site, Worker, kafka};

const JSON: &str = "org.apache.kafka.connect.json.JsonConverter";

/// No broker listens there.
const NOBODY: &str = "127.0.0.1:1";

/// A worker of which one thing is wrong ends by itself.
fn refusal(mut worker: Worker) -> (i32, String) {
    let code = worker.exit_within(Duration::from_secs(30));
    let log = worker.log();
    assert!(!log.contains("panicked"), "{log}");
    (code, log)
}

fn assert_refused(what: &str, worker: Worker, code: i32, texts: &[&str]) {
    let (ended, log) = refusal(worker);
    assert_eq!(ended, code, "{what}: {log}");
    for text in texts {
        assert!(log.contains(text), "{what}: this is not in the log: {text}\n{log}");
    }
}

#[test]
fn worker_files() {
    let site = Site::new(NOBODY);
    site.write("present.properties", "");
    site.write("malformed.properties", "# comment\nbootstrap.servers=b:1\nkey.converter=\\u00zz\n");
    std::fs::create_dir(site.path("folder")).unwrap();
    let missing = "Missing required configuration";
    for (file, texts) in [
        ("absent.properties", &["absent.properties does not exist", "present.properties"][..]),
        ("none/absent.properties", &["none/absent.properties does not exist", "nor does the folder"]),
        ("folder", &["folder is a directory"]),
        ("malformed.properties", &["malformed.properties: line 3: Malformed \\uxxxx encoding"]),
        (
            "present.properties",
            &[
                "present.properties",
                &format!("{missing} \"bootstrap.servers\" which has no default value."),
                &format!("{missing} \"key.converter\" which has no default value."),
                &format!("{missing} \"value.converter\" which has no default value."),
                &format!("{missing} \"offset.storage.file.filename\" which has no default value."),
            ],
        ),
    ] {
        let path = site.path(file);
        assert_refused(file, site.worker().file(&path).start(), 2, texts);
    }
    assert_refused("no file", site.worker().file(Path::new("")).start(), 2, &["\"bootstrap.servers\""]);
    let locked = site.write("locked.properties", "");
    std::fs::set_permissions(&locked, PermissionsExt::from_mode(0o000)).unwrap();
    // Whoever may read everything, as root does, cannot see this.
    if std::fs::read(&locked).is_err() {
        let texts = &["locked.properties cannot be read: let the worker's user read it"];
        assert_refused("locked", site.worker().file(&locked).start(), 2, texts);
    }
}

#[test]
fn worker_keys() {
    let site = Site::new(NOBODY);
    for (key, value, texts) in [
        (
            "offset.flush.interval.ms",
            "soon",
            &["Invalid value soon for configuration offset.flush.interval.ms: Not a number of type LONG"][..],
        ),
        (
            "key.converter",
            "no.Such",
            &["Invalid value no.Such for configuration key.converter: Class no.Such could not be found."],
        ),
        ("header.converter", "no.Such", &["Invalid value no.Such for configuration header.converter"]),
        ("value.converter", "FileStreamSink", &["value.converter: this class is no converter", JSON]),
        ("listeners", "ftp://h:1", &["Invalid value ftp://h:1 for configuration listeners: Listener protocol must be"]),
        (
            "listeners",
            "nonsense",
            &["Invalid value nonsense for configuration listeners: Listener doesn't have the right format"],
        ),
        ("listeners", "", &["Invalid value for listeners, at least one URL is expected"]),
        ("security.protocol", "TLS", &["Invalid value TLS for configuration security.protocol", "SASL_SSL"]),
        (
            "producer.security.protocol",
            "SASL_SSL",
            &["Invalid value GSSAPI for configuration sasl.mechanism", "SCRAM-SHA-512", "producer."],
        ),
        (
            "config.providers",
            "file",
            &["config.providers.file.class: Could not load config provider class", "EnvVarConfigProvider"],
        ),
        ("rest.extension.classes", "a.B", &["rest.extension.classes is set, but"]),
        (
            "connector.client.config.override.policy",
            "Some",
            &["Invalid value Some for configuration connector.client.config.override.policy", "Principal"],
        ),
        ("bootstrap.servers", "here", &["Invalid url in bootstrap.servers: here"]),
        ("bootstrap.servers", "", &["bootstrap.servers"]),
        ("request.timeout.ms", "soon", &["Invalid value soon for configuration request.timeout.ms"]),
    ] {
        let worker = site.worker().set(key, value).start();
        assert_refused(key, worker, 2, &[&[".properties cannot be used:"], texts].concat());
    }
}

#[test]
fn no_broker() {
    let site = Site::new(NOBODY);
    let text =
        "Failed to connect to and describe Kafka cluster. Check worker's broker connection and security properties.";
    let began = Instant::now();
    let worker = site.worker().set("default.api.timeout.ms", "1500").start();
    assert_refused("no broker", worker, 2, &[text, "bootstrap.servers=127.0.0.1:1", "default.api.timeout.ms=1500"]);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());

    let mut worker = site.worker().set("default.api.timeout.ms", &i32::MAX.to_string()).start();
    worker.until_logged("No broker answers yet");
    worker.signal(Signal::Term);
    assert_eq!(worker.exit_within(Duration::from_secs(2)), 143, "{}", worker.log());
}

/// Somebody listens, but does not speak Kafka, or does not speak at all.
#[test]
fn no_broker_but_something_else() {
    for answer in ["HTTP/1.1 400 Bad Request\r\n\r\n", ""] {
        let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = server.local_addr().unwrap().to_string();
        std::thread::spawn(move || {
            let mut open = Vec::new();
            for mut client in server.incoming().flatten() {
                std::io::Write::write_all(&mut client, answer.as_bytes()).unwrap();
                open.push(client);
            }
        });
        let site = Site::new(&address);
        let worker = site.worker().set("default.api.timeout.ms", "1500").start();
        assert_refused(answer, worker, 2, &["Failed to connect to and describe Kafka cluster", &address]);
    }
}

#[test]
fn the_rest_port_is_taken() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", other.local_addr().unwrap());
    let worker = site.worker().set("listeners", &url).start();
    assert_refused("taken", worker, 3, &[&url, "another program uses this port", "`listeners`"]);
    let worker = site.worker().set("listeners", "https://127.0.0.1:0").start();
    assert_refused("https", worker, 3, &["https://127.0.0.1:0", "TLS"]);
}

#[test]
fn offset_files() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    site.write("garbage", "this is no offset file");
    site.write("truncated", [0xac, 0xed, 0x00, 0x05, b's', b'r']);
    std::fs::create_dir(site.path("folder")).unwrap();
    for (file, texts) in [
        ("garbage", &["is not a whole offset file", "Put back a copy, or move it away"][..]),
        ("truncated", &["is not a whole offset file", "Put back a copy, or move it away"]),
        ("folder", &["cannot be read", "offset.storage.file.filename"]),
        ("none/offsets", &["none", "offset.storage.file.filename"]),
    ] {
        let path = site.path(file);
        let worker = site.worker().set("offset.storage.file.filename", text(&path)).start();
        assert_refused(file, worker, 3, &[&[file], texts].concat());
    }
}

#[test]
fn connector_files() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let source = "connector.class=FileStreamSource";
    site.write("good", format!("name=good\n{source}\ntopic=t\nfile=absent\n"));
    site.write("twice", format!("name=good\n{source}\ntopic=t\nfile=absent\n"));
    site.write("broken", "{\"name\": \"a\",\n \"connector.class\": }");
    site.write("nameless", format!("{source}\ntopic=t\n"));
    site.write("unknown", "name=a\nconnector.class=no.Such\n");
    site.write("classless", "name=a\nsome.password=MARKER\n");
    site.write("topicless", format!("name=a\n{source}\nfile=f\n"));
    site.write("transformed", format!("name=a\n{source}\ntopic=t\ntransforms=x\ntransforms.x.type=no.Such\n"));
    site.write("converted", format!("name=a\n{source}\ntopic=t\nkey.converter=no.Such\n"));
    site.write("tasks", format!("name=a\n{source}\ntopic=t\ntasks.max=many\n"));
    site.write(
        "override",
        "name=a\nconnector.class=FileStreamSink\ntopics=t\nconsumer.override.max.poll.records=few\n",
    );
    site.write("secure", format!("name=a\n{source}\ntopic=t\nproducer.override.security.protocol=TLS\n"));
    site.write("both", "name=a\nconnector.class=FileStreamSink\ntopics=t\ntopics.regex=t.*\n");
    std::fs::create_dir(site.path("folder")).unwrap();
    let no_class =
        "Failed to find any class that implements Connector and which name matches no.Such, available connectors are: ";
    for (file, texts) in [
        ("absent", &["absent does not exist"][..]),
        ("folder", &["folder is a directory"]),
        ("broken", &["is not valid JSON", "line 2"]),
        ("nameless", &["is missing the mandatory 'name' configuration"]),
        ("unknown", &[no_class, "org.apache.kafka.connect.file.FileStreamSinkConnector"]),
        ("classless", &["contains no connector type"]),
        ("topicless", &["Missing required configuration \"topic\" which has no default value."]),
        ("transformed", &["transforms.x.type", "Class no.Such could not be found"]),
        ("converted", &["key.converter", "Class no.Such could not be found"]),
        ("tasks", &["Invalid value many for configuration tasks.max: Not a number of type INT"]),
        (
            "override",
            &["Invalid value few for configuration max.poll.records: Not a number of type INT", "consumer.override."],
        ),
        ("secure", &["Invalid value TLS for configuration security.protocol", "producer.override."]),
        ("both", &["topics.regex"]),
        ("twice", &["Connector good already exists"]),
    ] {
        let path = site.path(file);
        let worker = site.worker().connector(&site.path("good")).connector(&path).start();
        let failed = format!("Failed to create connector for {}: ", path.display());
        let (code, log) = refusal(worker);
        assert_eq!(code, 3, "{file}: {log}");
        for text in [&["Created connector good", &failed, "Stopping after connector error"], texts].concat() {
            assert!(log.contains(text), "{file}: this is not in the log: {text}\n{log}");
        }
        assert!(!log.contains("MARKER"), "{log}");
    }
}

/// A record that is no JSON, before and after good ones.
fn unreadable_record(site: &Site) -> PathBuf {
    site.write(
        "in",
        "{\"schema\":null,\"payload\":\"first\"}\nthis is no JSON\n{\"schema\":null,\"payload\":\"last\"}\n",
    );
    let (file, topic) = (site.path("in"), site.name("topic"));
    let string = "org.apache.kafka.connect.storage.StringConverter";
    site.connector(
        "source",
        &[
            ("connector.class", "FileStreamSource"),
            ("file", text(&file)),
            ("topic", &topic),
            ("value.converter", string),
        ],
    )
}

fn sink(site: &Site, name: &str, more: &[(&str, &str)]) -> PathBuf {
    let topic = site.name("topic");
    let base = [("connector.class", "FileStreamSink"), ("topics", topic.as_str())];
    site.connector(name, &[&base, more].concat())
}

/// The trace of a connector's first task once it has failed.
fn trace(worker: &mut Worker, connector: &str) -> String {
    let path = format!("/connectors/{connector}/status");
    let address = worker.rest();
    let mut status = serde_json::Value::Null;
    worker.until(&format!("the task of {connector} fails"), |_| {
        status = http::request(&address, "GET", &path, None).json();
        status["tasks"][0]["state"] == "FAILED"
    });
    assert_eq!(status["connector"]["state"], "RUNNING", "{status}");
    status["tasks"][0]["trace"].as_str().unwrap().to_owned()
}

#[test]
fn a_record_that_the_converter_rejects() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let source = unreadable_record(&site);
    let (strict, tolerant) = (site.path("strict.out"), site.path("tolerant.out"));
    let strict = sink(&site, "strict", &[("file", text(&strict))]);
    let logged = ("errors.log.enable", "true");
    let tolerant = sink(&site, "tolerant", &[("file", text(&tolerant)), ("errors.tolerance", "all"), logged]);
    let mut worker = site.start(&[&source, &strict, &tolerant]);
    let trace = trace(&mut worker, &site.name("strict"));
    for line in [
        "org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler",
        "Caused by: org.apache.kafka.connect.errors.DataException: Converting byte[] to Kafka Connect data failed due to serialization error",
        "Caused by: org.apache.kafka.common.errors.SerializationException",
    ] {
        assert!(trace.contains(line), "{line}: {trace}");
    }
    worker.until("the tolerant sink has the rest", |_| site.line_count("tolerant.out") == 2);
    assert_eq!(site.lines("tolerant.out"), ["first", "last"]);
    let stage = format!("Error encountered in task {}-0. Executing stage 'VALUE_CONVERTER'", site.name("tolerant"));
    worker.until_logged(&stage);
    assert_eq!(site.lines("strict.out"), ["first"]);
    assert_eq!(worker.stop(Signal::Term), 143);
}

#[test]
fn files_that_a_sink_cannot_write() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let source = unreadable_record(&site);
    let (nowhere, folder) = (site.path("none/out"), site.path("folder"));
    std::fs::create_dir(&folder).unwrap();
    let connectors = [("nowhere", text(&nowhere)), ("folder", text(&folder)), ("full", "/dev/full")];
    let files: Vec<_> = connectors
        .map(|(name, file)| sink(&site, name, &[("file", file), ("errors.tolerance", "all")]))
        .into_iter()
        .chain([source])
        .collect();
    let mut worker = site.start(&files.iter().map(PathBuf::as_path).collect::<Vec<_>>());
    for (name, file) in connectors {
        let trace = trace(&mut worker, &site.name(name));
        assert!(trace.contains(file), "{name}: {trace}");
    }
    assert_eq!(worker.stop(Signal::Term), 143);
}

/// Numbers that would overflow clocks or allocations do neither.
#[test]
fn the_largest_numbers() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    site.write("in", "one\ntwo\n");
    let (long, int) = (i64::MAX.to_string(), i32::MAX.to_string());
    let (input, output, topic) = (site.path("in"), site.path("out"), site.name("topic"));
    let source = site.connector(
        "source",
        &[
            ("connector.class", "FileStreamSource"),
            ("file", text(&input)),
            ("topic", &topic),
            ("tasks.max", &int),
            ("batch.size", &int),
            ("producer.override.request.timeout.ms", &int),
            ("producer.override.linger.ms", "0"),
            ("producer.override.buffer.memory", &long),
            ("producer.override.batch.size", &int),
            ("producer.override.metadata.max.age.ms", &long),
            ("producer.override.retry.backoff.max.ms", &long),
            ("producer.override.connections.max.idle.ms", &long),
        ],
    );
    let sink = site.connector(
        "sink",
        &[
            ("connector.class", "FileStreamSink"),
            ("file", text(&output)),
            ("topics", &topic),
            ("tasks.max", "3"),
            ("consumer.override.max.poll.records", &int),
            ("consumer.override.fetch.max.bytes", &int),
            ("consumer.override.request.timeout.ms", &int),
            ("consumer.override.default.api.timeout.ms", &int),
            ("consumer.override.max.poll.interval.ms", &int),
            ("consumer.override.metadata.max.age.ms", &long),
        ],
    );
    let mut worker = site.worker().connector(&source).connector(&sink);
    for (key, largest) in [
        ("offset.flush.interval.ms", &long),
        ("offset.flush.timeout.ms", &long),
        ("task.shutdown.graceful.timeout.ms", &long),
        ("default.api.timeout.ms", &int),
        ("request.timeout.ms", &int),
    ] {
        worker = worker.set(key, largest);
    }
    let mut worker = worker.start();
    worker.until("both lines arrive", |_| site.line_count("out") == 2);
    worker.signal(Signal::Term);
    assert_eq!(worker.exit_code(), 143);
    assert!(!worker.log().contains("panicked"), "{}", worker.log());
}

/// The program prints and answers much, but no value that may be a secret; only the configuration itself holds it.
#[test]
fn secrets_do_not_show() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let secret = "MARKER-OF-A-SECRET";
    site.write("in", "one\n");
    let input = site.path("in");
    let source = site.connector(
        "source",
        &[
            ("connector.class", "FileStreamSource"),
            ("file", text(&input)),
            ("topic", &site.name("topic")),
            ("producer.override.sasl.jaas.config", secret),
            ("some.password", secret),
        ],
    );
    let worker =
        site.worker().connector(&source).set("ssl.keystore.password", secret).set("producer.ssl.key.password", secret);
    let mut worker = worker.env("LONGSHORE_LOG", "trace").start();
    worker.until_ready();
    let connector = format!("/connectors/{}", site.name("source"));
    let with = |more: &str| {
        format!("{{\"some.password\":\"{secret}\",\"producer.override.sasl.jaas.config\":\"{secret}\"{more}}}")
    };
    let wrong_type = with(",\"connector.class\":\"FileStreamSource\",\"topic\":\"t\",\"tasks.max\":\"x\"");
    let broken = with(",\"a\":[]");
    let unfinished = with("")[..60].to_owned();
    let posted = format!("{{\"name\":\"x\",\"config\":{}}}", with(""));
    for (method, path, body, status) in [
        ("PUT", "/connectors/x/config", Some(with("").as_str()), 400),
        ("PUT", "/connectors/x/config", Some(&wrong_type), 400),
        ("PUT", "/connectors/x/config", Some(&broken), 400),
        ("PUT", "/connectors/x/config", Some(&unfinished), 400),
        ("POST", "/connectors", Some(&posted), 400),
        ("GET", "/connectors/x/status?password=MARKER-OF-A-SECRET", None, 404),
        ("GET", &format!("{connector}/status"), None, 200),
        ("GET", "/connectors?expand=status", None, 200),
    ] {
        let answer = worker.http(method, path, body);
        assert_eq!(answer.status, status, "{answer:?}");
        assert!(!answer.body.contains(secret), "{method} {path}: {answer:?}");
    }
    assert_eq!(worker.get(&format!("{connector}/config")).json()["some.password"], secret);
    assert_eq!(worker.http("DELETE", &connector, None).status, 204);
    worker.signal(Signal::Term);
    assert_eq!(worker.exit_code(), 143);
    let log = worker.log();
    assert!(!log.contains(secret), "{log}");
}
