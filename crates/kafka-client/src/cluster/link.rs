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

/// How the last connection or attempt ended, unless one is open.
#[derive(Debug)]
struct Failure {
    to: HostPort,
    at: Instant,
    not_before: Instant,
    /// For those who waited for an attempt. None if it was given up, or came to an established connection.
    error: Option<KafkaError>,
}

/// An attempt to connect, which has failed if it is dropped: whoever comes next must not try at once.
struct Attempt<'a> {
    state: &'a mut LinkState,
    /// None when it has ended.
    to: Option<HostPort>,
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

    /// The connection to `address`; opened if there is none, once the pause after a failed attempt or the end of the last
    /// connection is over.
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
            if let Some(error) = error.as_ref().filter(|_| *at > asked) {
                return Err(error.clone());
            }
            sleep_until(*not_before).await;
        }
        Attempt { state: &mut state, to: Some(address) }.run(config).await
    }

    /// How many requests are under way, if it is connected, the broker answers and nobody is about to change that.
    pub(super) fn load(&self, silence_max: Duration) -> Option<usize> {
        let state = self.state.try_lock().ok()?;
        let (_, connection) = state.connection.as_ref()?;
        (connection.is_open() && connection.silence() < silence_max).then(|| connection.load())
    }

    /// Whether another broker should be tried first: the last attempt failed, the last connection ended, an attempt is under
    /// way, or the broker does not answer.
    pub(super) fn is_doubtful(&self, silence_max: Duration) -> bool {
        self.state.try_lock().map_or(true, |state| match &state.connection {
            Some((_, connection)) => !connection.is_open() || connection.silence() >= silence_max,
            None => state.failure.is_some(),
        })
    }
}

impl Attempt<'_> {
    async fn run(mut self, config: &Arc<ClientConfig>) -> Result<Arc<Connection>, KafkaError> {
        let Some(to) = self.to.clone() else { return Err(KafkaError::Closed) };
        let opened = self.state.open(&to, config).await;
        self.to = None;
        match opened {
            Ok(connection) => Ok(self.state.connected(to, connection)),
            Err(error) => {
                self.state.failed(to, Some(error.clone()));
                Err(error)
            }
        }
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.to.take().into_iter().for_each(|to| self.state.failed(to, None));
    }
}

impl LinkState {
    /// The connection, if it is open and leads there. One that was open is looked for anew: its host may have moved.
    fn connected_to(&mut self, address: &HostPort) -> Option<Arc<Connection>> {
        let useless = self.connection.take_if(|(to, connection)| to != address || !connection.is_open());
        if let Some((to, connection)) = useless {
            self.addresses.clear();
            self.rest(to, connection.ended_at().unwrap_or_else(Instant::now), None);
        }
        self.connection.as_ref().map(|(_, connection)| connection.clone())
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

    fn failed(&mut self, to: HostPort, error: Option<KafkaError>) {
        self.setup_timeout = self.setup.next_delay();
        self.rest(to, Instant::now(), error);
    }

    fn rest(&mut self, to: HostPort, at: Instant, error: Option<KafkaError>) {
        self.failure = Some(Failure { to, at, not_before: at + self.pause.next_delay(), error });
    }
}
