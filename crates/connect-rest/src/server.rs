//! The open port: accepts connections and owns them until they end.
//! ```text
//! bind ─▶ accept loop a listener ─▶ task a connection        serve: register the routes, wait for `stop`,
//!         (404 until serve)                                  close the port, drain, cut what is left
//! ```

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use connect_core::config::{Listener, ListenerScheme};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::herder::Resources;
use crate::site::Site;
use crate::{Herder, MetricsPage, RestConfig, RestError, Startup, Timeouts, connection, routes};

/// How many clients may be connected at once; further ones wait in the system's queue.
const CONNECTIONS_MAX: usize = 512;

/// How long to wait when the system has no socket to give.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(100);

/// Kafka Connect's REST server.
pub struct RestServer;

/// A server whose port is open. Until [`serve`](Self::serve) it answers every request with 404.
/// Dropped, it closes its port and cuts its connections.
pub struct BoundServer {
    config: RestConfig,
    advertised: String,
    startup: Startup,
    ports: Ports,
}

/// Open ports that all serve the same site.
pub(crate) struct Ports {
    /// Of each listener, as it was bound.
    addresses: Vec<SocketAddr>,
    site: Arc<Site>,
    closing: CancellationToken,
    accepting: JoinSet<()>,
}

impl RestServer {
    /// Opens every listener and begins to accept.
    /// # Errors
    /// Names the listener and says what to do; no port stays open then.
    pub async fn bind(config: RestConfig) -> Result<BoundServer, RestError> {
        let ports = Ports::open(&config.listeners, "listeners", config.timeouts).await?;
        let (Some(listener), Some(address)) = (config.listeners.first(), ports.addresses.first()) else {
            return Err(RestError::NoListener);
        };
        let advertised = advertised(&config, &listener.host, address.port()).await;
        Ok(BoundServer { config, advertised, startup: Startup::default(), ports })
    }
}

impl BoundServer {
    /// The address of each listener, as it was bound.
    pub fn addresses(&self) -> &[SocketAddr] {
        self.ports.addresses()
    }

    /// Where other workers and clients reach this server: `http://host:port/`.
    pub fn advertised_url(&self) -> String {
        format!("{}://{}/", self.config.advertised_scheme, self.advertised)
    }

    /// The `host:port` of the advertised URL: `worker_id` in every status.
    pub fn worker_id(&self) -> &str {
        &self.advertised
    }

    /// Where the worker tells how far its start has come.
    pub fn startup(&self) -> Startup {
        self.startup.clone()
    }

    /// Registers the API at once, with `GET /metrics` if there is a page for it; the returned future serves it until
    /// `stop`. Then no connection is accepted any more, requests under way get the stop timeout to end, and what is left
    /// is cut. The herder has to answer until it ends.
    pub fn serve(
        self,
        herder: Arc<dyn Herder>,
        metrics: Option<MetricsPage>,
        stop: CancellationToken,
    ) -> impl Future<Output = ()> + Send + 'static {
        let advertised_url = self.advertised_url();
        let resources = Resources {
            herder,
            startup: self.startup,
            timeouts: self.config.timeouts,
            advertised_url,
            version: self.config.version,
            commit: self.config.commit,
            kafka_cluster_id: self.config.kafka_cluster_id,
        };
        self.ports.serve(routes::router(Arc::new(resources), metrics), stop)
    }
}

impl Ports {
    /// Opens every listener and begins to accept; `key` is the worker's key that names them.
    /// # Errors
    /// Names the listener and says what to do; no port stays open then.
    pub(crate) async fn open(listeners: &[Listener], key: &'static str, timeouts: Timeouts) -> Result<Self, RestError> {
        if let Some(listener) = listeners.iter().find(|listener| listener.scheme == ListenerScheme::Https) {
            return Err(RestError::Https { listener: listener.clone(), key });
        }
        let (mut sockets, mut addresses) = (Vec::new(), Vec::new());
        for listener in listeners {
            let failed = |source| RestError::bind(listener, key, source);
            let socket = open(listener).await.map_err(failed)?;
            addresses.push(socket.local_addr().map_err(failed)?);
            sockets.push(socket);
        }
        let (site, closing, mut accepting) = (Arc::new(Site::default()), CancellationToken::new(), JoinSet::new());
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        for socket in sockets {
            accepting.spawn(accept(socket, places.clone(), site.clone(), timeouts, closing.clone()));
        }
        Ok(Self { addresses, site, closing, accepting })
    }

    pub(crate) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Registers the routes at once; the returned future serves them until `stop`.
    pub(crate) fn serve(
        mut self,
        router: Router,
        stop: CancellationToken,
    ) -> impl Future<Output = ()> + Send + 'static {
        self.site.register(router);
        async move {
            stop.cancelled().await;
            self.closing.cancel();
            while self.accepting.join_next().await.is_some() {}
        }
    }
}

/// Accepts until `closing`, then sees its connections out.
async fn accept(
    socket: TcpListener,
    places: Arc<Semaphore>,
    site: Arc<Site>,
    timeouts: Timeouts,
    closing: CancellationToken,
) {
    let mut connections = JoinSet::new();
    loop {
        // Every arm is cancel-safe: a permit that was waited for goes back.
        tokio::select! {
            () = closing.cancelled() => break,
            Some(_) = connections.join_next() => {}
            next = next_client(&socket, &places) => match next {
                Ok((stream, peer, place)) => {
                    let served = connection::serve(stream, peer, site.clone(), timeouts.idle, closing.clone());
                    connections.spawn(async move {
                        served.await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a REST connection");
                    tokio::time::sleep(ACCEPT_BACKOFF).await;
                }
            },
        }
    }
    drop(socket);
    drain(connections, timeouts.stop).await;
}

async fn next_client(
    socket: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = socket.accept().await?;
    Ok((stream, peer, place))
}

async fn drain(mut connections: JoinSet<()>, grace: Duration) {
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(grace, ended).await.is_err() {
        tracing::warn!(left = connections.len(), ?grace, "REST requests did not end in time; cutting them");
        connections.shutdown().await;
    }
}

/// An empty host means all interfaces, IPv6 and IPv4 where the machine has both.
async fn open(listener: &Listener) -> io::Result<TcpListener> {
    if !listener.host.is_empty() {
        return TcpListener::bind((listener.host.as_str(), listener.port)).await;
    }
    match TcpListener::bind(("::", listener.port)).await {
        Err(error) if error.kind() != io::ErrorKind::AddrInUse => TcpListener::bind(("0.0.0.0", listener.port)).await,
        opened => opened,
    }
}

async fn advertised(config: &RestConfig, listener_host: &str, port: u16) -> String {
    let host = match &config.advertised_host {
        Some(host) => host.clone(),
        None if listener_host.is_empty() => local_address().await,
        None => listener_host.to_owned(),
    };
    Listener::authority(&host, config.advertised_port.unwrap_or(port))
}

/// The address of this machine's name, as Java's `InetAddress.getLocalHost` finds it.
async fn local_address() -> String {
    let name = tokio::fs::read_to_string("/proc/sys/kernel/hostname").await.ok();
    let name = name.or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_default();
    match tokio::net::lookup_host((name.trim(), 0)).await.ok().and_then(|mut found| found.next()) {
        Some(address) => address.ip().to_string(),
        None => "127.0.0.1".to_owned(),
    }
}
