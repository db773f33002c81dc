//! The REST API of a whole worker: what clients send, and what is running afterwards.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod harness;

use std::time::{Duration, Instant};

use harness::http::{self, Answer};
use harness::site::text;
use harness::{Broker, Signal, Site, Worker, kafka};

/// A worker, and its answers with what differs from run to run made uniform: `W` is the worker's address, `F` its
/// folder. A name `x` stands for the connector or topic of that name of this test alone.
struct Rest<'a> {
    site: &'a Site,
    worker: Worker,
    address: String,
}

impl<'a> Rest<'a> {
    fn start(site: &'a Site) -> Self {
        let mut worker = site.worker().start();
        worker.until_ready();
        let address = worker.rest();
        Self { site, worker, address }
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        let body = body.replace("F/", &format!("{}/", text(&self.site.path("")).trim_end_matches('/')));
        http::request(&self.address, method, path, Some(body.as_str()).filter(|body| !body.is_empty()))
    }

    /// Status and body.
    fn answer(&self, method: &str, path: &str, body: &str) -> String {
        let Answer { status, body, .. } = self.ask(method, path, body);
        format!("{status} {}", self.uniform(&body)).trim_end().to_owned()
    }

    fn uniform(&self, text: &str) -> String {
        let folder = self.site.path("");
        text.replace(folder.to_str().unwrap(), "F/").replace(&self.address, "W")
    }

    /// Asks again until the answer is this.
    fn until(&mut self, path: &str, want: &str) {
        let (address, folder) = (self.address.clone(), self.site.path(""));
        self.worker.until(&format!("{path} answers {want}"), |_| {
            let body = http::request(&address, "GET", path, None).body;
            body.replace(folder.to_str().unwrap(), "F/").replace(&address, "W") == want
        });
    }
}

#[test]
fn the_life_of_a_connector() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let mut rest = Rest::start(&site);
    let (name, topic) = (site.name("c"), site.name("t"));
    let path = format!("/connectors/{name}");
    let config_path = format!("{path}/config");
    let config = |more: &str| {
        format!(
            r#"{{"connector.class":"FileStreamSource","tasks.max":"1","file":"F/in","topic":"{topic}"{more},"name":"{name}"}}"#
        )
    };
    let info = |more: &str| {
        let config = config(more);
        format!(r#"{{"name":"{name}","config":{config},"tasks":[{{"connector":"{name}","task":0}}],"type":"source"}}"#)
    };
    let entry = r#""state":"RUNNING","worker_id":"W","version":"4.3.1""#;
    let running =
        format!(r#"{{"name":"{name}","connector":{{{entry}}},"tasks":[{{"id":0,{entry}}}],"type":"source"}}"#);
    let not_found = format!(r#"404 {{"error_code":404,"message":"Connector {name} not found"}}"#);

    assert_eq!(rest.answer("GET", "/connectors", ""), "200 []");
    let created = rest.ask("POST", "/connectors", &format!(r#"{{"name":" {name}\n","config":{}}}"#, config("")));
    assert_eq!((created.status, rest.uniform(&created.body)), (201, info("")));
    let location = format!("http://{}/connectors/{name}", rest.address);
    assert_eq!(created.header("Location"), Some(location.as_str()));
    rest.until(&format!("{path}/status"), &running);
    let again = format!(r#"{{"name":"{name}","config":{}}}"#, config(""));
    for (method, path, body, want) in [
        ("GET", "/connectors", "", format!(r#"200 ["{name}"]"#)),
        ("GET", &path, "", format!("200 {}", info(""))),
        ("GET", &config_path, "", format!("200 {}", config(""))),
        ("POST", "/connectors", &again, format!(r#"409 {{"error_code":409,"message":"Connector {name} already exists"}}"#)),
        // The same once more: nothing restarts. Then another: the tasks do.
        ("PUT", &config_path, &config(""), format!("200 {}", info(""))),
        ("GET", &format!("{path}/status"), "", format!("200 {running}")),
        ("PUT", &config_path, &config(r#","batch.size":5"#), format!("200 {}", info(r#","batch.size":"5""#))),
        ("GET", &config_path, "", format!("200 {}", config(r#","batch.size":"5""#))),
        // What is invalid changes nothing.
        (
            "PUT",
            &config_path,
            &config(r#","batch.size":"x""#),
            "400 {\"error_code\":400,\"message\":\"Connector configuration is invalid and contains the following 1 error(s):\\nInvalid value x for configuration batch.size: Not a number of type INT\\nYou can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`\"}".to_owned(),
        ),
        ("GET", &config_path, "", format!("200 {}", config(r#","batch.size":"5""#))),
    ] {
        assert_eq!(rest.answer(method, path, body), want, "{method} {path} {body}");
    }
    rest.until(&format!("{path}/status"), &running);
    let tasks: serde_json::Value = serde_json::from_str(&rest.ask("GET", &format!("{path}/tasks"), "").body).unwrap();
    assert_eq!(tasks[0]["id"], serde_json::json!({"connector": name, "task": 0}));
    assert_eq!(tasks[0]["config"]["task.class"], "org.apache.kafka.connect.file.FileStreamSourceTask");
    assert_eq!(tasks[0]["config"]["batch.size"], "5");

    for (method, path, want) in [
        ("DELETE", &path, "204".to_owned()),
        ("DELETE", &path, not_found.clone()),
        ("GET", &path, not_found.clone()),
        ("GET", &config_path, not_found.clone()),
        ("GET", &format!("{path}/tasks"), not_found),
        (
            "GET",
            &format!("{path}/status"),
            format!(r#"404 {{"error_code":404,"message":"No status found for connector {name}"}}"#),
        ),
        ("GET", &"/connectors".to_owned(), "200 []".to_owned()),
    ] {
        assert_eq!(rest.answer(method, path, ""), want, "{method} {path}");
    }

    // Made anew, it goes on where it was.
    site.write("in", "one\ntwo\n");
    assert_eq!(rest.answer("PUT", &config_path, &config("")), format!("201 {}", info("")));
    rest.worker.until("both lines are in the topic", |_| harness::topic::end(&kafka, &topic) == 2);
    assert_eq!(rest.answer("DELETE", &path, ""), "204");
    site.write("in", "one\ntwo\nthree\n");
    assert_eq!(rest.answer("PUT", &config_path, &config("")), format!("201 {}", info("")));
    rest.worker.until("one more line is in the topic", |_| harness::topic::end(&kafka, &topic) >= 3);
    assert_eq!(harness::topic::json_payloads(&kafka, &topic), ["one", "two", "three"]);
    assert_eq!(rest.worker.stop(Signal::Term), 143);
}

#[test]
fn what_is_refused() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let rest = Rest::start(&site);
    let source = r#""connector.class":"FileStreamSource","topic":"t""#;
    let invalid = |errors: &[&str]| {
        let (count, errors) = (errors.len(), errors.join("\\n"));
        format!(
            "Connector configuration is invalid and contains the following {count} error(s):\\n{errors}\\nYou can also find the above list of errors at the endpoint `/connector-plugins/{{connectorType}}/config/validate`"
        )
    };
    let both = "topics and topics.regex are mutually exclusive options, but both are set.";
    for (name, config, want) in [
        (
            "b",
            format!(r#"{{"name":"c",{source}}}"#),
            "Connector name configuration (c) doesn't match connector name in the URL (b)".to_owned(),
        ),
        ("", format!("{{{source}}}"), invalid(&["Invalid value  for configuration name: String may not be empty"])),
        ("b", "{}".to_owned(), "Connector config {name=b} contains no connector type".to_owned()),
        (
            "b",
            r#"{"connector.class":"FileStreamSource"}"#.to_owned(),
            invalid(&["Missing required configuration \\\"topic\\\" which has no default value."]),
        ),
        (
            "b",
            format!(r#"{{{source},"tasks.max":0}}"#),
            invalid(&["Invalid value 0 for configuration tasks.max: Value must be at least 1"]),
        ),
        (
            "b",
            format!(r#"{{{source},"tasks.max":"abc"}}"#),
            invalid(&[
                "Invalid value abc for configuration tasks.max: Not a number of type INT",
                "Invalid value null for configuration tasks.max: Value must be non-null",
            ]),
        ),
        (
            "b",
            r#"{"connector.class":"FileStreamSink","topics":"a","topics.regex":"b"}"#.to_owned(),
            invalid(&[both, both]),
        ),
        (
            "b",
            r#"{"connector.class":"FileStreamSink","topics":"a","tasks.max":2147483647}"#.to_owned(),
            invalid(&[
                "Invalid value 2147483647 for configuration tasks.max: this worker runs at most 10000 tasks of one sink connector",
            ]),
        ),
        (
            "b",
            r#"{"connector.class":"FileStreamSink","topics":"a","consumer.override.max.poll.records":"0"}"#.to_owned(),
            invalid(&[
                "Invalid value 0 for configuration max.poll.records: Value must be at least 1 (in the worker's consumer.* or the connector's consumer.override.* keys)",
            ]),
        ),
    ] {
        let body = format!(r#"{{"name":"{name}","config":{config}}}"#);
        let want = format!(r#"400 {{"error_code":400,"message":"{want}"}}"#);
        assert_eq!(rest.answer("POST", "/connectors", &body), want, "{body}");
    }
    for (method, path, body, status, text) in [
        ("POST", "/connectors", "{\"name\":\"b\",\"config\":{}", 400, "not valid JSON"),
        ("POST", "/connectors", "[]", 400, "must be a JSON object, but is an array"),
        ("POST", "/connectors", r#"{"name":"b"}"#, 400, "\\\"config\\\" is missing"),
        ("POST", "/connectors", r#"{"name":"b","config":{},"initial_state":"SOON"}"#, 400, "RUNNING, PAUSED, STOPPED"),
        (
            "POST",
            "/connectors",
            r#"{"name":"b","config":{"connector.class":"no.Such"}}"#,
            400,
            "which name matches no.Such, available connectors are: PluginDesc{class=",
        ),
        ("GET", "/nothing", "", 404, "HTTP 404 Not Found"),
        ("DELETE", "/connectors", "", 405, "HTTP 405 Method Not Allowed"),
    ] {
        let answer = rest.ask(method, path, body);
        assert_eq!(answer.status, status, "{answer:?}");
        assert!(answer.body.contains(text), "{text}: {answer:?}");
    }
    assert_eq!(rest.answer("GET", "/connectors", ""), "200 []");
}

#[test]
fn initial_states() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let rest = Rest::start(&site);
    for (state, status, tasks) in [("running", "RUNNING", 1), ("PAUSED", "PAUSED", 0), ("Stopped", "STOPPED", 0)] {
        let name = site.name(state);
        let config = format!(r#"{{"connector.class":"FileStreamSource","file":"F/in","topic":"{}"}}"#, site.name("t"));
        let body = format!(r#"{{"name":"{name}","config":{config},"initial_state":"{state}"}}"#);
        let created = rest.ask("POST", "/connectors", &body);
        assert_eq!(created.status, 201, "{created:?}");
        assert_eq!(created.json()["tasks"].as_array().unwrap().len(), tasks, "{created:?}");
        let seen = rest.ask("GET", &format!("/connectors/{name}/status"), "").json();
        assert_eq!(seen["connector"]["state"], status, "{seen}");
        // A new configuration keeps the state.
        let changed = rest.ask("PUT", &format!("/connectors/{name}/config"), &config.replace("/in", "/other"));
        assert_eq!((changed.status, changed.json()["tasks"].as_array().unwrap().len()), (200, tasks), "{changed:?}");
        let seen = rest.ask("GET", &format!("/connectors/{name}/status"), "").json();
        assert_eq!(seen["connector"]["state"], status, "{seen}");
    }
}

#[test]
fn a_task_that_fails_and_is_mended() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    site.write("in", "one\n");
    let mut rest = Rest::start(&site);
    let (name, topic) = (site.name("sink"), site.name("t"));
    let source = format!(r#"{{"connector.class":"FileStreamSource","file":"F/in","topic":"{topic}"}}"#);
    let sink = |file: &str| format!(r#"{{"connector.class":"FileStreamSink","file":"F/{file}","topics":"{topic}"}}"#);
    assert_eq!(rest.ask("PUT", &format!("/connectors/{}/config", site.name("source")), &source).status, 201);
    let config_path = format!("/connectors/{name}/config");
    assert_eq!(rest.ask("PUT", &config_path, &sink("none/out")).status, 201);
    let (address, status_path) = (rest.address.clone(), format!("/connectors/{name}/status"));
    let mut status = serde_json::Value::Null;
    rest.worker.until("the task fails", |_| {
        status = http::request(&address, "GET", &status_path, None).json();
        status["tasks"][0]["state"] == "FAILED"
    });
    assert_eq!((&status["connector"]["state"], &status["type"]), (&"RUNNING".into(), &"sink".into()), "{status}");
    assert!(status["tasks"][0]["trace"].as_str().unwrap().contains("none/out"), "{status}");
    // The same configuration does not start it again, as in the reference; another one does.
    assert_eq!(rest.ask("PUT", &config_path, &sink("none/out")).status, 200);
    assert_eq!(rest.worker.task_states(&name), ["FAILED"]);
    assert_eq!(rest.ask("PUT", &config_path, &sink("out")).status, 200);
    rest.worker.until("the line arrives", |_| site.lines("out") == ["one"]);
    assert_eq!(rest.worker.task_states(&name), ["RUNNING"]);
}

#[test]
fn many_at_once() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let mut rest = Rest::start(&site);
    let topic = site.name("t");
    let names: Vec<_> = (0..50).map(|number| site.name(&format!("c{number}"))).collect();
    let each = |method: &str, path: fn(&str) -> String, body: &(dyn Fn(&str) -> String + Sync)| -> Vec<u16> {
        std::thread::scope(|scope| {
            let asking: Vec<_> =
                names.iter().map(|name| scope.spawn(|| rest.ask(method, &path(name), &body(name)).status)).collect();
            asking.into_iter().map(|asking| asking.join().unwrap()).collect()
        })
    };
    let config =
        |name: &str| format!(r#"{{"connector.class":"FileStreamSource","file":"F/{name}","topic":"{topic}"}}"#);
    let create = |name: &str| format!(r#"{{"name":"{name}","config":{}}}"#, config(name));
    names.iter().for_each(|name| drop(site.write(name, format!("{name}\n"))));
    assert_eq!(each("POST", |_| "/connectors".to_owned(), &create), [201; 50]);
    assert_eq!(each("POST", |_| "/connectors".to_owned(), &create), [409; 50]);
    assert_eq!(rest.ask("GET", "/connectors", "").json().as_array().unwrap().len(), 50);
    let mut worker = rest.worker;
    worker.until("a line of each arrives", |_| harness::topic::end(&kafka, &topic) == 50);
    for name in &names {
        worker.until(&format!("{name} runs"), |_| {
            let status = http::request(&rest.address, "GET", &format!("/connectors/{name}/status"), None).json();
            status["tasks"][0]["state"] == "RUNNING"
        });
    }
    rest = Rest { site: &site, address: rest.address.clone(), worker };
    let path = |name: &str| format!("/connectors/{name}");
    std::thread::scope(|scope| {
        names.iter().for_each(|name| {
            scope.spawn(|| assert_eq!(rest.ask("DELETE", &path(name), "").status, 204));
        });
    });
    assert_eq!(rest.answer("GET", "/connectors", ""), "200 []");
    assert_eq!(rest.worker.stop(Signal::Term), 143);
}

#[test]
fn deletes_while_the_broker_is_away() {
    if kafka().is_none() {
        return;
    }
    let broker = Broker::start();
    let site = Site::new(&broker.address());
    site.write("in", "one\n");
    let mut rest = Rest::start(&site);
    let topic = site.name("t");
    for (name, class, key, file) in
        [("source", "FileStreamSource", "topic", "in"), ("sink", "FileStreamSink", "topics", "out")]
    {
        let config = format!(r#"{{"connector.class":"{class}","{key}":"{topic}","file":"F/{file}"}}"#);
        assert_eq!(rest.ask("PUT", &format!("/connectors/{}/config", site.name(name)), &config).status, 201);
    }
    rest.worker.until("the line arrives", |_| site.line_count("out") == 1);
    broker.kill();
    site.write("in", "one\ntwo\n");
    for name in ["source", "sink"] {
        let began = Instant::now();
        assert_eq!(rest.answer("DELETE", &format!("/connectors/{}", site.name(name)), ""), "204");
        assert!(began.elapsed() < Duration::from_secs(12), "{name}: {:?}", began.elapsed());
    }
    // Nor does it hinder what comes after.
    let path = format!("/connectors/{}/config", site.name("later"));
    let config = format!(r#"{{"connector.class":"FileStreamSource","topic":"{topic}","file":"F/in"}}"#);
    assert_eq!(rest.ask("PUT", &path, &config).status, 201);
    rest.worker.signal(Signal::Term);
    assert_eq!(rest.worker.exit_within(Duration::from_secs(15)), 143);
}

#[test]
fn every_listener_answers() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let worker =
        site.worker().set("listeners", "http://127.0.0.1:0,http://:0").set("rest.advertised.listener", "https");
    let mut worker =
        worker.set("rest.advertised.host.name", "worker.example").set("rest.advertised.port", "443").start();
    worker.until_logged("advertising URL https://worker.example:443/");
    let log = worker.log();
    let (_, second) = log.split_once(", http://").unwrap();
    let port = second.split(',').next().unwrap().rsplit(':').next().unwrap();
    let first = worker.rest();
    for address in [first, format!("127.0.0.1:{port}")] {
        let answer = http::request(&address, "GET", "/", None);
        assert!(answer.status == 200 && answer.body.starts_with(r#"{"version":"4.3.1+longshore."#), "{answer:?}");
    }
    // IPv4 clients are logged as such, whatever the socket is.
    worker
        .until("both requests are logged", |worker| worker.log().matches("INFO 127.0.0.1 \"GET /\" 200").count() == 2);
    let config = format!(r#"{{"connector.class":"FileStreamSource","topic":"{}"}}"#, site.name("t"));
    let path = format!("/connectors/{}", site.name("c"));
    assert_eq!(worker.http("PUT", &format!("{path}/config"), Some(&config)).status, 201);
    assert_eq!(worker.get(&format!("{path}/status")).json()["connector"]["worker_id"], "worker.example:443");
}

#[test]
fn a_patch_may_set_another_name() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let mut rest = Rest::start(&site);
    let (name, topic) = (site.name("c"), site.name("t"));
    let path = format!("/connectors/{name}");
    let config = format!(r#"{{"connector.class":"FileStreamSource","topic":"{topic}","file":"F/in"}}"#);
    assert_eq!(rest.ask("PUT", &format!("{path}/config"), &config).status, 201);
    rest.until(&format!("{path}/tasks/0/status"), r#"{"id":0,"state":"RUNNING","worker_id":"W","version":"4.3.1"}"#);
    let patched = rest.ask("PATCH", &format!("{path}/config"), r#"{"name":"other"}"#).json();
    let named = (&patched["name"], &patched["config"]["name"]);
    assert_eq!(named, (&name.as_str().into(), &"other".into()), "the configuration says so, the connector stays");
    assert_eq!(rest.ask("GET", &format!("{path}/config"), "").json(), patched["config"]);
    assert_eq!(rest.ask("GET", "/connectors/other", "").status, 404);
    rest.until(&format!("{path}/tasks/0/status"), r#"{"id":0,"state":"RUNNING","worker_id":"W","version":"4.3.1"}"#);
    let gone = rest.answer("PATCH", &format!("{path}/config"), r#"{"name":null}"#);
    assert!(gone.starts_with("400 ") && gone.contains("Missing required configuration \\\"name\\\""), "{gone}");
    assert_eq!(rest.ask("PUT", &format!("{path}/config"), &config).json()["config"]["name"], name);
    assert_eq!(rest.ask("DELETE", &path, "").status, 204);
}

#[test]
fn a_worker_is_healthy_when_its_connectors_are_there() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let file = site.path("slow.properties");
    assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success());
    let mut worker = site.worker().connector(&file).start();
    let address = worker.rest();
    assert_eq!(http::request(&address, "GET", "/connectors", None).body, "[]");
    let asked = std::thread::spawn(move || http::request(&address, "GET", "/health", None));
    std::thread::sleep(Duration::from_millis(300));
    assert!(!asked.is_finished());
    let (name, topic) = (site.name("c"), site.name("t"));
    std::fs::write(&file, format!("name={name}\nconnector.class=FileStreamSource\ntopic={topic}\n")).unwrap();
    assert_eq!(asked.join().unwrap().json()["status"], "healthy");
    assert_eq!(worker.get(&format!("/connectors/{name}")).status, 200);
}
