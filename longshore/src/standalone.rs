//! `longshore standalone`: builds the parts of a worker, joins them, and waits for a signal.
//! ```text
//! worker file ─▶ config ─▶ cluster id ─▶ REST port ─▶ offset file ─▶ herder ─▶ connector files ─▶ ready
//! ```

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use connect_api::{ConnectError, PluginTable, StopToken, Value};
use connect_core::herder::{Command, HerderError, Reply};
use connect_rest::{Herder, MetricsPage, MetricsServer, RestConfig, RestServer, Startup};
use connect_runtime::offsets::{FileOffsetStore, OffsetCodec, OffsetTable, StandaloneOffsets};
use connect_runtime::{HerderHandle, HerderLoop, Worker, WorkerParts};
use plugin_converters::json::{read_schemaless, write_schemaless};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::exit::StartError;
use crate::metrics::MetricsPlace;
use crate::signals::{Signal, Signals};
use crate::worker_file::WorkerFile;
use crate::{cluster, connector_files};

/// How many events of the worker may wait for the herder.
const EVENTS_WAITING: usize = 1024;

/// Runs a worker until a signal stops it.
/// # Errors
/// It could not start.
pub(crate) fn run(plugins: PluginTable, worker: WorkerFile, connectors: &[PathBuf]) -> Result<Signal, StartError> {
    let runtime = |name: &str, threads: usize| {
        let builder =
            tokio::runtime::Builder::new_multi_thread().thread_name(name).worker_threads(threads).enable_all().build();
        builder.map_err(|error| StartError::Before(format!("no threads: {error}")))
    };
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let (control, data) = (runtime("control", 1)?, runtime("data", threads)?);
    let outcome = control.block_on(serve(worker, plugins, connectors, &data));
    // Everything was told to stop and waited for; a plugin's stuck thread must not hold the process.
    data.shutdown_background();
    control.shutdown_background();
    outcome
}

async fn serve(
    worker: WorkerFile,
    plugins: PluginTable,
    connectors: &[PathBuf],
    data: &Runtime,
) -> Result<Signal, StartError> {
    let mut signals = Signals::new().map_err(|error| StartError::Before(format!("no signals: {error}")))?;
    let starting = start(worker, plugins, data);
    let mut running = tokio::select! {
        started = starting => started?,
        signal = signals.next() => return Ok(signal),
    };
    let work = async {
        create_connectors(&running.herder, connectors).await.map_err(StartError::During)?;
        running.startup.complete();
        running.startup.ready();
        tracing::info!("Kafka Connect standalone worker is ready");
        std::future::pending().await
    };
    let outcome = tokio::select! {
        biased;
        signal = signals.next() => Ok(signal),
        // Only a panic ends it, which has been logged.
        Some(_) = running.herder_loop.join_next() => Err(StartError::Herder),
        failed = work => failed,
    };
    match &outcome {
        Ok(signal) => tracing::info!("Kafka Connect is stopping ({signal:?})"),
        Err(StartError::Herder) => tracing::error!("Stopping because the herder has ended"),
        Err(_) => tracing::error!("Stopping after connector error"),
    }
    let stopped = StopToken::new();
    let (done, impatient) = (stopped.clone(), signals.or_abort(stopped));
    let stop = async {
        running.stop().await;
        done.cancel();
    };
    tokio::join!(stop, impatient);
    tracing::info!("Kafka Connect stopped");
    outcome
}

/// A worker whose REST server and herder run.
struct Running {
    herder: HerderHandle,
    startup: Startup,
    stop_rest: StopToken,
    stop_herder: StopToken,
    rest: JoinSet<()>,
    herder_loop: JoinSet<()>,
}

impl Running {
    /// REST first, then tasks and connectors.
    async fn stop(mut self) {
        self.stop_rest.cancel();
        while self.rest.join_next().await.is_some() {}
        self.stop_herder.cancel();
        while self.herder_loop.join_next().await.is_some() {}
    }
}

async fn start(worker: WorkerFile, plugins: PluginTable, data: &Runtime) -> Result<Running, StartError> {
    let WorkerFile { config, providers, rest, metrics: place } = worker;
    let kafka_cluster_id = cluster::cluster_id(&config.originals).await.map_err(StartError::Before)?;
    let server = RestServer::bind(RestConfig { kafka_cluster_id, ..rest }).await;
    let server = server.map_err(|error| StartError::During(error.to_string()))?;
    let metrics_server = open_metrics(&place).await?;
    let offsets = open_offsets(&config.offset_storage_file_filename).map_err(StartError::During)?;
    let (events, heard) = mpsc::channel(EVENTS_WAITING);
    let parts = WorkerParts { config, providers, plugins, offsets };
    let worker = Worker::new(parts, data.handle().clone(), events);
    let metrics = worker.metrics();
    let page: MetricsPage = Arc::new(move || metrics.render());
    let (herder_loop, herder) = HerderLoop::new(server.worker_id().to_owned(), worker, heard);
    let (stop_rest, stop_herder) = (StopToken::new(), StopToken::new());
    let (mut rest, mut loops) = (JoinSet::new(), JoinSet::new());
    loops.spawn(herder_loop.run(stop_herder.clone()));
    let listening: Vec<_> = server.addresses().iter().map(|address| format!("http://{address}")).collect();
    let listening = listening.join(", ");
    let advertised = server.advertised_url();
    let startup = server.startup();
    startup.begin("starting the connectors named on the command line");
    if let Some(server) = metrics_server {
        let listening: Vec<_> = server.addresses().iter().map(|address| format!("http://{address}/metrics")).collect();
        tracing::info!("Metrics are at {}", listening.join(", "));
        rest.spawn(server.serve(Arc::clone(&page), stop_rest.clone()));
    }
    let page = (place == MetricsPlace::Rest).then_some(page);
    rest.spawn(server.serve(Arc::new(ThroughHandle(herder.clone())), page, stop_rest.clone()));
    // Only now: who reads this asks at once.
    tracing::info!("REST server listening at {listening}, advertising URL {advertised}");
    Ok(Running { herder, startup, stop_rest, stop_herder, rest, herder_loop: loops })
}

/// None where the metrics have no port of their own.
async fn open_metrics(place: &MetricsPlace) -> Result<Option<MetricsServer>, StartError> {
    let MetricsPlace::Own(listener) = place else { return Ok(None) };
    let server = MetricsServer::bind(listener.clone(), MetricsPlace::KEY).await;
    server.map(Some).map_err(|error| StartError::During(error.to_string()))
}

/// Lets REST ask the herder.
struct ThroughHandle(HerderHandle);

#[async_trait]
impl Herder for ThroughHandle {
    async fn call(&self, command: Command) -> Result<Reply, HerderError> {
        self.0.call(command).await
    }
}

fn open_offsets(path: &str) -> Result<Arc<StandaloneOffsets>, String> {
    let file = FileOffsetStore::new(path);
    let entries = file.load().and_then(|entries| file.probe().map(|()| entries));
    let entries = entries.map_err(|error| format!("offset.storage.file.filename={path}: {error}"))?;
    let codec = OffsetCodec { write, read: read_schemaless };
    Ok(StandaloneOffsets::new(OffsetTable::from_entries(codec, entries), file))
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), ConnectError> {
    write_schemaless(None, value, out).map(drop)
}

/// Creates the connectors one after the other; each must be accepted before the next.
async fn create_connectors(herder: &HerderHandle, files: &[PathBuf]) -> Result<(), String> {
    for path in files {
        let failed = |why: &dyn std::fmt::Display| format!("Failed to create connector for {}: {why}", path.display());
        // It may be a pipe: meanwhile signals are heard.
        let reading = path.clone();
        let file = tokio::task::spawn_blocking(move || connector_files::load(&reading)).await;
        let file = file.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
        let name = file.name.clone();
        let create = Command::Create { name: file.name, config: file.config, initial_state: file.initial_state };
        herder.call(create).await.map_err(|error| failed(&error))?;
        tracing::info!("Created connector {name}");
    }
    Ok(())
}
