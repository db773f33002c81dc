//! `longshore standalone`: builds the parts of a worker, joins them, and waits for a signal.
//! ```text
//! worker file ─▶ config ─▶ cluster id ─▶ REST port ─▶ offset file ─▶ herder ─▶ connector files ─▶ ready
//! ```

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use connect_api::{ConnectError, PluginTable, StopToken, Value};
use connect_config::Props;
use connect_core::config::StandaloneConfig;
use connect_core::herder::{Command, HerderError, Reply};
use connect_rest::{BoundServer, Herder, RestConfig, RestServer, Startup, Timeouts};
use connect_runtime::offsets::{FileOffsetStore, OffsetCodec, OffsetTable, StandaloneOffsets};
use connect_runtime::{HerderHandle, HerderLoop, TablePlugins, Worker, WorkerParts, admin_config, unsupported};
use kafka_client::cluster::Cluster;
use kafka_client::config::ClientConfig;
use plugin_converters::json::{read_schemaless, write_schemaless};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::exit::StartError;
use crate::signals::{Signal, Signals};
use crate::{APACHE_VERSION, connector_files, input};

/// How many events of the worker may wait for the herder.
const EVENTS_WAITING: usize = 1024;

/// Runs a worker until a signal stops it.
/// # Errors
/// It could not start.
pub(crate) fn run(plugins: PluginTable, worker: &Path, connectors: &[PathBuf]) -> Result<Signal, StartError> {
    let config = load_config(worker, &plugins).map_err(StartError::Before)?;
    let runtime = |name: &str, threads: usize| {
        let builder = tokio::runtime::Builder::new_multi_thread().thread_name(name).worker_threads(threads).enable_all().build();
        builder.map_err(|error| StartError::Before(format!("no threads: {error}")))
    };
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let (control, data) = (runtime("control", 1)?, runtime("data", threads)?);
    let outcome = control.block_on(serve(config, plugins, connectors, &data));
    // Everything was told to stop and waited for; a plugin's stuck thread must not hold the process.
    data.shutdown_background();
    control.shutdown_background();
    outcome
}

/// # Errors
/// The file or a key in it is wrong; all wrong keys are named.
fn load_config(path: &Path, plugins: &PluginTable) -> Result<StandaloneConfig, String> {
    let props = match path.as_os_str().is_empty() {
        true => Props::new(),
        false => input::parse_properties(path, &input::read(path)?)?,
    };
    let config = StandaloneConfig::new(&props, &TablePlugins(plugins))
        .map_err(|errors| format!("{} is not a worker's configuration:\n{errors}", path.display()))?;
    let refused = unsupported::worker_errors(&config.originals);
    if !refused.is_empty() {
        return Err(format!("{}:\n{}", path.display(), refused.join("\n")));
    }
    let ignored = unsupported::ignored_worker_keys(&config.originals);
    if !ignored.is_empty() {
        tracing::warn!("These keys have no effect in Longshore: {}", ignored.join(", "));
    }
    Ok(config)
}

async fn serve(
    config: StandaloneConfig,
    plugins: PluginTable,
    connectors: &[PathBuf],
    data: &Runtime,
) -> Result<Signal, StartError> {
    let mut signals = Signals::new().map_err(|error| StartError::Before(format!("no signals: {error}")))?;
    let starting = start(config, plugins, data);
    let running = tokio::select! {
        started = starting => started?,
        signal = signals.next() => return Ok(signal),
    };
    let outcome = tokio::select! {
        biased;
        signal = signals.next() => Ok(signal),
        created = create_connectors(&running.herder, connectors) => match created {
            Ok(()) => {
                running.startup.ready();
                tracing::info!("Kafka Connect standalone worker is ready");
                Ok(signals.next().await)
            }
            Err(error) => Err(StartError::During(error)),
        },
    };
    match &outcome {
        Ok(signal) => tracing::info!("Kafka Connect is stopping ({signal:?})"),
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

async fn start(config: StandaloneConfig, plugins: PluginTable, data: &Runtime) -> Result<Running, StartError> {
    let cluster_id = cluster_id(&config.originals).await.map_err(StartError::Before)?;
    let server = bind(&config, cluster_id).await.map_err(StartError::During)?;
    let offsets = open_offsets(&config.offset_storage_file_filename).map_err(StartError::During)?;
    let (events, heard) = mpsc::channel(EVENTS_WAITING);
    let parts = WorkerParts { config, plugins, offsets };
    let worker = Worker::new(parts, data.handle().clone(), events);
    let (herder_loop, herder) = HerderLoop::new(server.worker_id().to_owned(), worker, heard);
    let (stop_rest, stop_herder) = (StopToken::new(), StopToken::new());
    let (mut rest, mut loops) = (JoinSet::new(), JoinSet::new());
    loops.spawn(herder_loop.run(stop_herder.clone()));
    tracing::info!("REST server listening at {}, advertising URL {}", listening(&server), server.advertised_url());
    let startup = server.startup();
    startup.begin("starting the connectors named on the command line");
    rest.spawn(server.serve(Arc::new(ThroughHandle(herder.clone())), stop_rest.clone()));
    Ok(Running { herder, startup, stop_rest, stop_herder, rest, herder_loop: loops })
}

/// Lets REST ask the herder.
struct ThroughHandle(HerderHandle);

#[async_trait]
impl Herder for ThroughHandle {
    async fn call(&self, command: Command) -> Result<Reply, HerderError> {
        self.0.call(command).await
    }
}

async fn cluster_id(worker: &Props) -> Result<String, String> {
    let failed = |error: &dyn std::fmt::Display| {
        format!(
            "Failed to connect to and describe Kafka cluster. Check worker's broker connection and security properties. bootstrap.servers={}: {error}",
            worker.get("bootstrap.servers").unwrap_or_default()
        )
    };
    let config = ClientConfig::parse(&admin_config(worker)).map_err(|error| failed(&error))?;
    let limit = config.default_api_timeout;
    let cluster = Cluster::new(config);
    let mut backoff = cluster.retry_backoff();
    let deadline = tokio::time::Instant::now() + limit;
    let mut warned = false;
    loop {
        match cluster.refresh(&[]).await {
            Ok(metadata) => return Ok(metadata.cluster_id.as_deref().unwrap_or_default().to_owned()),
            Err(error) if !error.is_retriable() || tokio::time::Instant::now() >= deadline => return Err(failed(&error)),
            Err(error) if !warned => {
                warned = true;
                tracing::warn!("No broker answers yet, trying for {} s: {error}", limit.as_secs());
            }
            Err(_) => {}
        }
        tokio::time::sleep(backoff.next_delay()).await;
    }
}

async fn bind(config: &StandaloneConfig, kafka_cluster_id: String) -> Result<BoundServer, String> {
    let listeners = config.worker.listeners().map_err(|error| error.to_string())?;
    let listeners = listeners.iter().map(|l| connect_rest::Listener::parse(&l.to_string())).collect::<Result<_, _>>();
    let listeners = listeners.map_err(|error| error.to_string())?;
    let rest = &config.worker.rest;
    let config = RestConfig {
        listeners,
        advertised_host: rest.advertised_host_name.clone(),
        advertised_port: rest.advertised_port.and_then(|port| u16::try_from(port).ok()),
        version: format!("{APACHE_VERSION}+longshore.{}", env!("CARGO_PKG_VERSION")),
        commit: option_env!("LONGSHORE_COMMIT").unwrap_or("unknown").to_owned(),
        kafka_cluster_id,
        timeouts: Timeouts::default(),
    };
    RestServer::bind(config).await.map_err(|error| error.to_string())
}

fn listening(server: &BoundServer) -> String {
    server.advertised_url()
}

fn open_offsets(path: &str) -> Result<Arc<StandaloneOffsets>, String> {
    let file = FileOffsetStore::new(path);
    let entries = file.load().map_err(|error| error.to_string())?;
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
        let file = connector_files::load(path).map_err(|error| failed(&error))?;
        let name = file.name.clone();
        let create = Command::Create { name: file.name, config: file.config, initial_state: file.initial_state };
        herder.call(create).await.map_err(|error| failed(&error))?;
        tracing::info!("Created connector {name}");
    }
    Ok(())
}
