//! The connection to one node on one lane, or when to try again.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::{Instant, sleep_until};

use crate::KafkaError;
use crate::config::{ClientConfig, HostPort};
use crate::net::{Addresses, Backoff, Connection, Target};

#[derive(Debug)]
pub(super) struct Link {
    // An async lock: whoever connects holds it; all others who want this node wait for that attempt, and share what
    // comes of it.
    state: tokio::sync::Mutex<LinkState>,
}

#[derive(Debug)]
struct LinkState {
    connection: Option<(HostPort, Arc<Connection>)>,
    addresses: Addresses,
    /// Grows with each attempt that fails.
    pause: Backoff,
    setup: Backoff,
    setup_timeout: Duration,
    failure: Option<Failure>,
}

/// The last attempt, if it failed.
#[derive(Debug)]
struct Failure {
    to: HostPort,
    at: Instant,
    not_before: Instant,
    error: KafkaError,
}

impl Link {
    pub(super) fn new(config: &ClientConfig) -> Self {
        let mut setup = Backoff::new(config.connection_setup_timeout, config.connection_setup_timeout_max);
        let state = LinkState {
            connection: None,
            addresses: Addresses::default(),
            pause: Backoff::new(config.reconnect_backoff, config.reconnect_backoff_max),
            setup_timeout: setup.next_delay(),
            setup,
            failure: None,
        };
        Link { state: tokio::sync::Mutex::new(state) }
    }

    /// The connection to `address`; opened if there is none, once the pause after a failed attempt is over.
    pub(super) async fn connection(
        &self,
        address: HostPort,
        config: &Arc<ClientConfig>,
    ) -> Result<Arc<Connection>, KafkaError> {
        let asked = Instant::now();
        let mut state = self.state.lock().await;
        if let Some(connection) = state.connected_to(&address) {
            return Ok(connection);
        }
        if let Some(Failure { at, not_before, error, .. }) = state.failure_at(&address) {
            if *at > asked {
                return Err(error.clone());
            }
            sleep_until(*not_before).await;
        }
        match state.open(&address, config).await {
            Ok(connection) => Ok(state.connected(address, connection)),
            Err(error) => Err(state.failed(address, error)),
        }
    }

    /// How many requests are under way, if it is connected and nobody is about to change that.
    pub(super) fn load(&self) -> Option<usize> {
        let state = self.state.try_lock().ok()?;
        let (_, connection) = state.connection.as_ref()?;
        connection.is_open().then(|| connection.load())
    }

    /// Whether the last attempt failed, or one is under way.
    pub(super) fn has_failed(&self) -> bool {
        self.state.try_lock().map_or(true, |state| state.failure.is_some())
    }
}

impl LinkState {
    /// The connection, if it is open and leads there. One that was open is looked for anew: its host may have moved.
    fn connected_to(&mut self, address: &HostPort) -> Option<Arc<Connection>> {
        let (to, connection) = self.connection.as_ref()?;
        if to == address && connection.is_open() {
            return Some(connection.clone());
        }
        self.connection = None;
        self.addresses.clear();
        None
    }

    /// The last failure; one at an address that the broker no longer has is forgotten.
    fn failure_at(&mut self, address: &HostPort) -> Option<&Failure> {
        if self.failure.as_ref().is_some_and(|failure| failure.to != *address) {
            self.failure = None;
            self.addresses.clear();
        }
        self.failure.as_ref()
    }

    /// Tries the addresses that are left. Only one that cannot be reached makes way for the next at once: what a broker says
    /// about the client would be said by the others too.
    async fn open(&mut self, to: &HostPort, config: &Arc<ClientConfig>) -> Result<Connection, KafkaError> {
        let allowed = self.setup_timeout;
        self.addresses.refill(&to.0, to.1, allowed).await.map_err(|source| KafkaError::Connect {
            address: format!("{}:{}", to.0, to.1).into(),
            source: Arc::new(source),
        })?;
        let mut last = KafkaError::Closed;
        while let Some(address) = self.addresses.next() {
            let target = Target { host: &to.0, address, allowed };
            // Named by its trait alone: what lies behind it (TLS, SASL, a token's HTTP) would be part of every caller's future,
            // and the compiler proves no more than so many layers to be `Send`.
            let opening: BoxFuture<'_, _> = Box::pin(Connection::open(&target, config.clone()));
            match opening.await {
                Err(error @ KafkaError::Connect { .. }) => last = error,
                result => return result,
            }
        }
        Err(last)
    }

    fn connected(&mut self, address: HostPort, connection: Connection) -> Arc<Connection> {
        let connection = Arc::new(connection);
        self.pause.reset();
        self.setup.reset();
        self.setup_timeout = self.setup.next_delay();
        self.failure = None;
        self.connection = Some((address, connection.clone()));
        connection
    }

    fn failed(&mut self, to: HostPort, error: KafkaError) -> KafkaError {
        let at = Instant::now();
        self.setup_timeout = self.setup.next_delay();
        self.failure = Some(Failure { to, at, not_before: at + self.pause.next_delay(), error: error.clone() });
        error
    }
}
