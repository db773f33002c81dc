//! The log of the real program: formats, levels from log4j files, and a daemon of the start script.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod harness;

use std::path::Path;
use std::process::{Command, Output};

use harness::{Launch, Signal, Site, eventually, kafka};

const SECRET: &str = "hunter2";

/// A worker file that cannot be used: the program logs why, and ends before it needs a broker.
fn refused(site: &Site, more: &str) -> std::path::PathBuf {
    site.write("refused.properties", format!("rest.port=many\nsasl.jaas.config={SECRET}\n{more}"))
}

fn run(site: &Site, more: &str, environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_longshore"));
    command.arg("standalone").arg(refused(site, more)).envs(environment.iter().copied());
    command.output().unwrap()
}

fn out(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(!text.contains(SECRET), "{text}");
    text
}

#[test]
fn json_from_the_first_line_on() {
    let site = Site::new("unused");
    let heap = format!("-Xmx2G -Dsecret={SECRET}");
    let missing = [("KAFKA_HEAP_OPTS", heap.as_str()), ("KAFKA_LOG4J_OPTS", "-Dlog4j2.configurationFile=gone.yaml")];
    let text = out(&run(&site, "longshore.log.format=json\n", &missing));
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let shown: Vec<_> =
        lines.iter().map(|line| (line["level"].as_str().unwrap(), line["message"].as_str().unwrap())).collect();
    let [(warn, missing), (info, heap), (error, refused)] = shown[..] else { panic!("{text}") };
    assert_eq!((warn, info, error), ("WARN", "INFO", "ERROR"));
    assert!(missing.contains("gone.yaml is not used: it cannot be read"), "{missing}");
    assert_eq!(heap, "No effect, because there is no JVM: KAFKA_HEAP_OPTS");
    assert!(refused.contains("bootstrap.servers") && refused.contains('\n'), "{refused}");
}

#[test]
fn a_format_that_is_unknown_is_refused() {
    let site = Site::new("unused");
    let text = out(&run(&site, "longshore.log.format=xml\n", &[]));
    assert!(text.contains("Invalid value xml for configuration longshore.log.format"), "{text}");
}

#[test]
fn levels_of_the_log4j_file_hold_and_longshore_log_comes_first() {
    let site = Site::new("unused");
    let file = site.write("levels.properties", "log4j.rootLogger=OFF\nlog4j.appender.f=a.FileAppender\n");
    let options = format!("-Dlog4j.configuration=file:{}", file.display());
    assert_eq!(out(&run(&site, "", &[("KAFKA_LOG4J_OPTS", &options)])), "");
    assert!(
        out(&run(&site, "", &[("KAFKA_LOG4J_OPTS", &options), ("LONGSHORE_LOG", "error")])).contains("ERROR Stopping")
    );
}

#[test]
fn a_full_disk_under_the_log_is_no_panic() {
    let site = Site::new("unused");
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_longshore"));
    command.arg("standalone").arg(refused(&site, "")).stdout(full()).stderr(full());
    assert_eq!(command.status().unwrap().code(), Some(2));
}

fn script() -> Command {
    let bin = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("bin/connect-standalone.sh");
    let mut command = Command::new(bin);
    command.env("LONGSHORE_BIN", env!("CARGO_BIN_EXE_longshore"));
    command
}

#[test]
fn the_start_script_says_how_it_is_used() {
    let nothing = script().output().unwrap();
    let usage = String::from_utf8_lossy(&nothing.stdout).into_owned();
    assert!(usage.starts_with("USAGE: ") && usage.contains("[-daemon] connect-standalone.properties"), "{usage}");
    assert_eq!(nothing.status.code(), Some(1));
    assert_eq!(script().arg("--help").output().unwrap().status.code(), Some(1));
    assert_eq!(script().arg("gone.properties").output().unwrap().status.code(), Some(2));
}

#[test]
fn a_daemon_writes_its_whole_log_and_ends_by_its_process_number() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    let (worker, _source) = (site.write("worker.properties", worker_file(&site)), site.write("lines", "one\ntwo\n"));
    let started = script()
        .args(["-daemon".as_ref(), worker.as_path(), &site.source("lines", "topic"), &site.sink("topic", "out")])
        .env("LOG_DIR", site.path("logs"))
        .env("EXTRA_ARGS", "-name myWorker -loggc -Xlog:* -Dlog4j2.configurationFile=/no/such.yaml")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&started.stdout).into_owned();
    let id = said.split("process ").nth(1).unwrap().split(';').next().unwrap().to_owned();
    let noted = String::from_utf8_lossy(&started.stderr).into_owned();
    assert!(started.status.success() && noted.contains("-Xlog has no effect"), "{said} {noted}");
    let log = || String::from_utf8_lossy(&site.read("logs/myWorker.out")).into_owned();
    eventually("both lines arrive", || site.line_count("out") == 2 || ended(&id, &log()));
    assert!(Command::new("kill").arg(&id).status().unwrap().success());
    eventually("the log is complete", || log().contains("Kafka Connect stopped"));
    let log = log();
    for want in ["/no/such.yaml is not used", "-sink|task-0] ", "worker is ready", "is stopping (Terminate)"] {
        assert!(log.contains(want), "{want}: {log}");
    }
    assert!(log.ends_with('\n') && log.starts_with('['), "{log}");
}

fn worker_file(site: &Site) -> String {
    let text = "org.apache.kafka.connect.storage.StringConverter";
    let (kafka, offsets) = (&site.kafka, site.path("offsets"));
    format!(
        "bootstrap.servers={kafka}\nkey.converter={text}\nvalue.converter={text}\nlisteners=http://127.0.0.1:0\noffset.storage.file.filename={}\n",
        offsets.display()
    )
}

/// # Panics
/// The process has ended; shows its log.
fn ended(id: &str, log: &str) -> bool {
    assert!(Path::new("/proc").join(id).exists(), "the daemon ended: {log}");
    false
}

#[test]
fn tasks_log_as_json_with_their_context() {
    let Some(kafka) = kafka() else { return };
    let site = Site::new(&kafka);
    site.write("lines", "one\n");
    let levels = site.write("levels.yaml", "Configuration:\n  Loggers:\n    Root: {level: warn}\n    Logger:\n    - {name: org.apache.kafka.connect.cli, level: info}\n    - {name: org.apache.kafka.connect.runtime.WorkerSinkTask, level: all}\n    - {name: org.apache.kafka.clients.consumer, level: debug}\n");
    let launch = Launch::longshore(&site).set("longshore.log.format", "json");
    let launch = launch.env("KAFKA_LOG4J_OPTS", &format!("-Dlog4j2.configurationFile=file:{}", levels.display()));
    let mut worker = launch.connector(&site.source("lines", "topic")).connector(&site.sink("topic", "out")).start();
    worker.until_ready();
    worker.until("the line arrives", |_| site.line_count("out") == 1);
    worker.signal(Signal::Term);
    assert_eq!(worker.exit_code(), 143);
    let log = worker.log();
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let task = format!("[{}|task-0]", site.name("sink"));
    assert!(lines.iter().any(|line| line["connector.context"] == task.as_str()), "{log}");
    let quiet = lines.iter().filter(|line| line["level"] == "INFO" || line["level"] == "DEBUG");
    for logger in quiet.map(|line| line["logger"].as_str().unwrap()) {
        let told = ["connect.cli.", "connect.runtime.WorkerSinkTask", "clients.consumer."];
        assert!(told.iter().any(|name| logger.starts_with(&format!("org.apache.kafka.{name}"))), "{logger}");
    }
}
