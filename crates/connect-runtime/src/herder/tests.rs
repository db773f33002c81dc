//! Connectors that do not do what they should, under a paused clock.

use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use connect_api::{ConnectError, Connector, ConnectorContext, Factory, Plugin, PluginTable, SourceConnector};
use connect_config::{AnyClass, ConfigDef, ConfigValue, Props};
use connect_core::ConnectorName;
use connect_core::config::StandaloneConfig;
use connect_core::herder::TargetState;
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::*;
use crate::fakes::FakeStore;
use crate::worker::WorkerParts;

static NO_KEYS: LazyLock<ConfigDef> = LazyLock::new(ConfigDef::new);

/// Does what the key `fault` says.
#[derive(Default)]
struct Faulty {
    fault: String,
}

impl Faulty {
    async fn at(&self, place: &str) {
        if self.fault == format!("hang in {place}") {
            pending::<()>().await;
        }
        assert_ne!(self.fault, format!("panic in {place}"));
    }
}

#[async_trait]
impl Connector for Faulty {
    fn config_def(&self) -> &'static ConfigDef {
        &NO_KEYS
    }

    async fn validate(&mut self, configs: &Props) -> Vec<ConfigValue> {
        self.fault = configs.get("fault").unwrap_or_default().to_owned();
        self.at("validate").await;
        Vec::new()
    }

    async fn start(&mut self, _: ConnectorContext, configs: &Props) -> Result<(), ConnectError> {
        self.fault = configs.get("fault").unwrap_or_default().to_owned();
        self.at("start").await;
        Ok(())
    }

    fn task_configs(&mut self, max_tasks: usize) -> Result<Vec<Props>, ConnectError> {
        assert_ne!(self.fault, "panic in task_configs");
        let count = if self.fault == "too many tasks" { max_tasks + 1 } else { 0 };
        Ok(vec![Props::new(); count])
    }

    async fn stop(&mut self) {
        self.at("stop").await;
    }
}

#[async_trait]
impl SourceConnector for Faulty {}

fn worker(events: mpsc::Sender<Event>) -> Worker {
    worker_with(events, || {})
}

/// `constructing` is called by each constructor.
fn worker_with(events: mpsc::Sender<Event>, constructing: impl Fn() + Send + Sync + 'static) -> Worker {
    let mut plugins = PluginTable::new();
    let connector = move || {
        constructing();
        Box::new(Faulty::default()) as Box<dyn SourceConnector>
    };
    plugins.add(Plugin {
        class: "test.FaultyConnector",
        version: "1",
        config_def: &NO_KEYS,
        factory: Factory::Source {
            connector: Arc::new(connector),
            task_class: "test.FaultyTask",
            task: Arc::new(|| panic!("it has no tasks")),
        },
    });
    let props = Props::from([
        ("bootstrap.servers", "b:1"),
        ("key.converter", "k"),
        ("value.converter", "v"),
        ("offset.storage.file.filename", "o"),
    ]);
    let config = StandaloneConfig::new(&props, &AnyClass).unwrap();
    let parts = WorkerParts { config, providers: Default::default(), plugins, offsets: Arc::new(FakeStore::default()) };
    Worker::new(parts, Handle::current(), events)
}

fn name(fault: &str) -> ConnectorName {
    ConnectorName::new(fault)
}

fn create(fault: &str) -> Command {
    let config = Props::from([("name", fault), ("connector.class", "Faulty"), ("fault", fault)]);
    Command::Create { name: name(fault), config, initial_state: TargetState::Started }
}

#[tokio::test(start_paused = true)]
async fn a_faulty_connector_does_not_hold_up_the_herder() {
    let (events, heard) = mpsc::channel(16);
    let worker = worker(events);
    let metrics = worker.metrics();
    let (herder_loop, herder) = HerderLoop::new("w:1".to_owned(), worker, heard);
    let stop = StopToken::new();
    let running = tokio::spawn(herder_loop.run(stop.clone()));
    for (fault, want) in [
        ("hang in validate", Err("The validation of connector hang in validate did not end in time")),
        ("panic in validate", Err("The validation of connector panic in validate panicked")),
        ("hang in start", Err("The connector did not start within 90 s")),
        ("panic in start", Err("The connector has ended unexpectedly")),
        ("panic in task_configs", Err("The connector has ended unexpectedly")),
        ("too many tasks", Err("The connector too many tasks has generated 2 tasks, which is greater than 1, ")),
        ("hang in stop", Ok(())),
        ("panic in stop", Ok(())),
    ] {
        let created = herder.call(create(fault)).await.map(drop).map_err(|error| error.to_string());
        match want {
            Ok(()) => assert_eq!(created, Ok(()), "{fault}"),
            Err(text) => assert!(created.as_ref().is_err_and(|error| error.starts_with(text)), "{fault}: {created:?}"),
        }
        let exists = herder.call(Command::Connector(name(fault))).await.is_ok();
        assert_eq!(exists, !fault.ends_with("validate"), "{fault}");
        if exists {
            herder.call(Command::Delete(name(fault))).await.unwrap();
        }
    }
    let text = metrics.render();
    for (name, want) in [("attempts", 6), ("success", 2), ("failure", 4)] {
        let line = format!("kafka_connect_connect_worker_metrics_connector_startup_{name}_total {want}\n");
        assert!(text.contains(&line), "{line} is not in\n{text}");
    }
    assert!(text.contains("kafka_connect_connect_worker_metrics_connector_count 0\n"), "all are deleted");
    // Nor does it hold up the end.
    let asking = ["hang in stop", "hang in start"].map(|fault| {
        let herder = herder.clone();
        tokio::spawn(async move { herder.call(create(fault)).await.map(drop) })
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    let began = Instant::now();
    stop.cancel();
    running.await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    let [stopping, starting] = asking;
    assert_eq!(stopping.await.unwrap(), Ok(()));
    assert_eq!(starting.await.unwrap(), Err(HerderError::ShuttingDown));
}

#[tokio::test]
async fn a_constructor_that_blocks_or_panics_holds_up_nobody() {
    let (unblock, blocked) = std::sync::mpsc::channel::<()>();
    let (blocked, constructed) = (Mutex::new(blocked), AtomicUsize::new(0));
    // Each connector is made once to validate it, and once to run.
    let constructing = move || match constructed.fetch_add(1, Ordering::Relaxed) {
        0 | 1 => drop(blocked.lock().unwrap().recv_timeout(Duration::from_secs(6))),
        3 => panic!("no connector today"),
        _ => {}
    };
    let (events, heard) = mpsc::channel(16);
    let (herder_loop, herder) = HerderLoop::new("w:1".to_owned(), worker_with(events, constructing), heard);
    let stop = StopToken::new();
    let running = tokio::spawn(herder_loop.run(stop.clone()));
    let asking = herder.clone();
    let creating = tokio::spawn(async move { asking.call(create("blocks")).await.map(drop) });
    for _ in ["validated", "started"] {
        let began = std::time::Instant::now();
        tokio::time::sleep(Duration::from_millis(100)).await;
        herder.call(Command::Connectors).await.unwrap();
        assert!(began.elapsed() < Duration::from_secs(5));
        unblock.send(()).unwrap();
    }
    assert_eq!(creating.await.unwrap(), Ok(()));
    let panicked = herder.call(create("panics")).await.map(drop).map_err(|error| error.to_string());
    assert_eq!(panicked, Err("The connector has ended unexpectedly".to_owned()));
    stop.cancel();
    running.await.unwrap();
}
