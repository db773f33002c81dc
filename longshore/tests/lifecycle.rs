//! A source and a sink between two files, paused, resumed, stopped and restarted while lines flow; their offsets, set and
//! removed.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod harness;

use std::io::Write;
use std::time::Duration;

use connect_api::{Map, SourceOffsets, StopToken, Value};
use connect_config::Props;
use connect_core::config::StandaloneConfig;
use connect_core::herder::{Command, HerderError, Reply, Status, TargetState};
use connect_core::{ConnectorName, TaskId};
use connect_runtime::offsets::{FileOffsetStore, OffsetCodec, OffsetTable, StandaloneOffsets};
use connect_runtime::{HerderHandle, HerderLoop, TablePlugins, Worker, WorkerParts};
use harness::{Site, assert_same_lines, kafka};
use longshore::built_in_plugins;
use plugin_converters::json::{read_schemaless, write_schemaless};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

const CONVERTER: &str = "org.apache.kafka.connect.storage.StringConverter";

/// A standalone worker without REST.
struct Herder {
    handle: HerderHandle,
    stop: StopToken,
    running: JoinHandle<()>,
}

impl Herder {
    fn start(site: &Site) -> Self {
        let offsets = site.path("offsets");
        let props = Props::from([
            ("bootstrap.servers", site.kafka.as_str()),
            ("key.converter", CONVERTER),
            ("value.converter", CONVERTER),
            ("offset.storage.file.filename", offsets.to_str().unwrap()),
            ("offset.flush.interval.ms", "500"),
        ]);
        let plugins = built_in_plugins();
        let config = StandaloneConfig::new(&props, &TablePlugins(&plugins)).unwrap();
        let file = FileOffsetStore::new(&offsets);
        let codec =
            OffsetCodec { write: |value, out| write_schemaless(None, value, out).map(drop), read: read_schemaless };
        let table = OffsetTable::from_entries(codec, file.load().unwrap());
        let parts = WorkerParts {
            config,
            providers: Default::default(),
            plugins,
            offsets: StandaloneOffsets::new(table, file),
        };
        let (events, heard) = mpsc::channel(64);
        let worker = Worker::new(parts, Handle::current(), events);
        let (herder, handle) = HerderLoop::new("w:1".to_owned(), worker, heard);
        let stop = StopToken::new();
        let running = tokio::spawn(herder.run(stop.clone()));
        Self { handle, stop, running }
    }

    async fn ask(&self, command: Command) -> Result<Reply, HerderError> {
        self.handle.call(command).await
    }

    async fn create(&self, name: &ConnectorName, config: &[(&str, &str)]) {
        let mut props: Props = config.iter().copied().collect();
        props.insert("name", name.as_str());
        let create = Command::Create { name: name.clone(), config: props, initial_state: TargetState::Started };
        self.ask(create).await.unwrap();
    }

    async fn to(&self, name: &ConnectorName, target: TargetState) {
        self.ask(Command::SetTargetState(name.clone(), target)).await.unwrap();
        let tasks = usize::from(target != TargetState::Stopped);
        self.until(name, target.settled(), tasks).await;
    }

    /// Waits until the connector and so many tasks of it have this state.
    async fn until(&self, name: &ConnectorName, status: Status, tasks: usize) {
        for _ in 0..600 {
            let Ok(Reply::Status(found)) = self.ask(Command::ConnectorStatus(name.clone())).await else { panic!() };
            let same = found.tasks.len() == tasks && found.tasks.iter().all(|task| task.status == status);
            if found.status == status && same {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{name} does not become {status}: {:?}", self.ask(Command::ConnectorStatus(name.clone())).await);
    }

    async fn offsets(&self, name: &ConnectorName) -> String {
        let Ok(Reply::Offsets(offsets)) = self.ask(Command::Offsets(name.clone())).await else { panic!() };
        let text = |map: Option<Map>| map.map_or("null".to_owned(), |map| Value::map(map).to_string());
        let shown = offsets.into_iter().map(|(partition, offset)| format!("{} {}", text(partition), text(offset)));
        shown.collect::<Vec<_>>().join(", ")
    }

    async fn alter(&self, name: &ConnectorName, offsets: SourceOffsets) -> Result<String, String> {
        told(self.ask(Command::AlterOffsets { name: name.clone(), offsets }).await)
    }

    async fn end(self) {
        self.stop.cancel();
        self.running.await.unwrap();
    }
}

fn told(reply: Result<Reply, HerderError>) -> Result<String, String> {
    match reply {
        Ok(Reply::Message(text)) => Ok(text),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.to_string()),
    }
}

fn map(pairs: &[(&'static str, Value)]) -> Option<Map> {
    Some(pairs.iter().map(|(key, value)| (Value::string(*key), value.clone())).collect())
}

/// Two files, the connectors between them, and the lines so far.
struct Pipe {
    site: Site,
    source: ConnectorName,
    sink: ConnectorName,
    lines: Vec<String>,
}

impl Pipe {
    async fn new(kafka: &str, herder: impl FnOnce(&Site) -> Herder) -> (Self, Herder) {
        let site = Site::new(kafka);
        let (input, output, topic) = (site.write("in", ""), site.path("out"), site.name("topic"));
        let herder = herder(&site);
        let (source, sink) = (ConnectorName::new(site.name("source")), ConnectorName::new(site.name("sink")));
        let file = ("file", input.to_str().unwrap());
        herder.create(&source, &[("connector.class", "FileStreamSource"), file, ("topic", &topic)]).await;
        let file = ("file", output.to_str().unwrap());
        herder.create(&sink, &[("connector.class", "FileStreamSink"), file, ("topics", &topic)]).await;
        (Self { site, source, sink, lines: Vec::new() }, herder)
    }

    fn feed(&mut self, count: usize) {
        let mut input = std::fs::OpenOptions::new().append(true).open(self.site.path("in")).unwrap();
        for _ in 0..count {
            let line = format!("line {}", self.lines.len());
            writeln!(input, "{line}").unwrap();
            self.lines.push(line);
        }
    }

    async fn until_lines(&self, count: usize) {
        for _ in 0..1200 {
            if self.site.line_count("out") >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{} lines for {count}", self.site.line_count("out"));
    }

    async fn until_all_are_there(&self) {
        self.until_lines(self.lines.len()).await;
        assert_same_lines("the sink's file", &self.site.lines("out"), &self.lines);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_whatever_is_done_to_the_connectors() {
    let Some(kafka) = kafka() else { return };
    let (mut pipe, herder) = Pipe::new(&kafka, Herder::start).await;
    let (source, sink) = (pipe.source.clone(), pipe.sink.clone());
    pipe.feed(1000);
    pipe.until_lines(1).await;
    for name in [&source, &sink] {
        for target in [TargetState::Paused, TargetState::Stopped] {
            pipe.feed(500);
            herder.to(name, target).await;
            let there = pipe.site.line_count("out");
            pipe.feed(500);
            tokio::time::sleep(Duration::from_millis(300)).await;
            if *name == sink {
                assert_eq!(pipe.site.line_count("out"), there, "nothing arrives while the sink is {target:?}");
            }
            herder.to(name, TargetState::Started).await;
        }
    }
    for name in [&source, &sink] {
        pipe.feed(500);
        let task = TaskId { connector: name.clone(), index: 0 };
        herder.ask(Command::RestartTask(task.clone())).await.unwrap();
        pipe.feed(500);
        herder.until(name, Status::Running, 1).await;
        herder.ask(Command::RestartConnector(name.clone())).await.unwrap();
        let restart = Command::Restart { name: name.clone(), include_tasks: true, only_failed: false };
        let Ok(Reply::Status(planned)) = herder.ask(restart).await else { panic!() };
        assert_eq!((planned.status, planned.tasks[0].status), (Status::Restarting, Status::Restarting));
        herder.until(name, Status::Running, 1).await;
        assert!(herder.ask(Command::TaskStatus(task)).await.is_ok());
    }
    pipe.until_all_are_there().await;
    for name in [&source, &sink] {
        let Ok(Reply::Topics(topics)) = herder.ask(Command::Topics(name.clone())).await else { panic!() };
        assert_eq!(topics, [pipe.site.name("topic")]);
    }
    herder.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn offsets_are_set_and_removed_while_the_connector_is_stopped() {
    let Some(kafka) = kafka() else { return };
    let (mut pipe, herder) = Pipe::new(&kafka, Herder::start).await;
    let (source, sink) = (pipe.source.clone(), pipe.sink.clone());
    pipe.feed(10);
    pipe.until_all_are_there().await;
    let file = pipe.site.path("in").to_str().unwrap().to_owned();
    let filename = map(&[("filename", Value::string(file.clone()))]);
    let refused = herder.alter(&source, vec![(filename.clone(), None)]).await.unwrap_err();
    assert!(refused.starts_with("Connectors must be in the STOPPED state"), "{refused}");
    herder.to(&source, TargetState::Stopped).await;
    herder.to(&sink, TargetState::Stopped).await;

    let done = Ok("The offsets for this connector have been altered successfully".to_owned());
    assert_eq!(herder.offsets(&source).await, format!("{{filename={file}}} {{position=70}}"));
    let offset = map(&[("position", Value::Int32(63))]);
    assert_eq!(herder.alter(&source, vec![(filename.clone(), offset)]).await, done);
    assert_eq!(herder.offsets(&source).await, format!("{{filename={file}}} {{position=63}}"));
    let stored = FileOffsetStore::new(pipe.site.path("offsets")).load().unwrap();
    assert_eq!(stored.values().flatten().map(|value| &value[..]).collect::<Vec<_>>(), [b"{\"position\":63}"]);
    let wrong = map(&[("position", Value::string("x"))]);
    let refused = herder.alter(&source, vec![(filename, wrong)]).await;
    assert_eq!(
        refused,
        Err("The value for the 'position' key in the offset is expected to be a Long value".to_owned())
    );

    let topic = pipe.site.name("topic");
    let shown = |offset: i64| format!("{{kafka_partition=0, kafka_topic={topic}}} {{kafka_offset={offset}}}");
    assert_eq!(herder.offsets(&sink).await, shown(10));
    let partition = map(&[("kafka_topic", Value::string(topic.clone())), ("kafka_partition", Value::string("0"))]);
    let offset = map(&[("kafka_offset", Value::Int64(9))]);
    assert_eq!(herder.alter(&sink, vec![(partition.clone(), offset)]).await, done);
    assert_eq!(herder.offsets(&sink).await, shown(9));
    // The last line is read, and written, once more each.
    herder.to(&source, TargetState::Started).await;
    herder.to(&sink, TargetState::Started).await;
    pipe.lines.extend(["line 9".to_owned(), "line 9".to_owned()]);
    pipe.until_all_are_there().await;

    herder.to(&source, TargetState::Stopped).await;
    herder.to(&sink, TargetState::Stopped).await;
    assert_eq!(herder.alter(&sink, vec![(partition, None)]).await, done);
    assert_eq!(herder.offsets(&sink).await, "");
    let done = Ok("The offsets for this connector have been reset successfully".to_owned());
    for name in [&source, &sink, &sink] {
        assert_eq!(told(herder.ask(Command::ResetOffsets(name.clone())).await), done, "{name}");
        assert_eq!(herder.offsets(name).await, "");
    }
    herder.end().await;
}
