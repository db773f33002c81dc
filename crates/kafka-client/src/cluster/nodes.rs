//! The addresses of the brokers and the connections to them.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::{Instant, sleep_until};

use super::{Lane, NodeId};
use crate::config::{ClientConfig, HostPort};
use crate::net::{Backoff, Connection};
use crate::{ErrorKind, KafkaError};

#[derive(Debug)]
pub(super) struct Nodes {
    config: Arc<ClientConfig>,
    addresses: Mutex<BTreeMap<i32, HostPort>>,
    links: Mutex<HashMap<NodeId, Arc<Link>>>,
    lanes: AtomicU32,
    turn: AtomicUsize,
}

/// The connection to one node on one lane, or when to try again.
#[derive(Debug)]
struct Link {
    // An async lock: whoever connects holds it; all others who want this node wait for that attempt, and share what
    // comes of it.
    state: tokio::sync::Mutex<LinkState>,
}

#[derive(Debug)]
struct LinkState {
    connection: Option<(HostPort, Arc<Connection>)>,
    backoff: Backoff,
    failure: Option<Failure>,
}

/// The last attempt, if it failed.
#[derive(Debug)]
struct Failure {
    at: Instant,
    not_before: Instant,
    error: KafkaError,
}

impl Nodes {
    pub(super) fn new(config: Arc<ClientConfig>) -> Self {
        let addresses = Mutex::new(bootstrap(&config));
        Nodes { config, addresses, links: Mutex::default(), lanes: AtomicU32::new(1), turn: AtomicUsize::new(0) }
    }

    pub(super) fn new_lane(&self) -> Lane {
        Lane(self.lanes.fetch_add(1, Ordering::Relaxed))
    }

    pub(super) fn close_lane(&self, lane: Lane) {
        lock(&self.links).retain(|node, _| node.lane != lane);
    }

    /// Replaces the known brokers; the bootstrap servers stay for the day when all of these are gone.
    pub(super) fn set_brokers(&self, brokers: impl Iterator<Item = (i32, HostPort)>) {
        let mut addresses = bootstrap(&self.config);
        addresses.extend(brokers);
        lock(&self.links).retain(|node, _| addresses.contains_key(&node.id));
        *lock(&self.addresses) = addresses;
    }

    /// Adds or moves one broker, as a coordinator lookup tells it.
    pub(super) fn set_broker(&self, id: i32, address: HostPort) {
        lock(&self.addresses).insert(id, address);
    }

    /// The connection to a node; opened if there is none, after the reconnect backoff if the last attempt failed.
    pub(super) async fn connection(&self, node: NodeId) -> Result<Arc<Connection>, KafkaError> {
        let address = lock(&self.addresses).get(&node.id).cloned();
        let address = address.ok_or_else(|| KafkaError::Disconnected {
            address: format!("node {}", node.id).into(),
            reason: "the cluster no longer has this node".into(),
        })?;
        let link = lock(&self.links).entry(node).or_insert_with(|| Arc::new(Link::new(&self.config))).clone();
        link.connection(address, &self.config).await
    }

    /// Brokers first, in turn, then bootstrap servers; the first that connects.
    pub(super) async fn any(&self, lane: Lane) -> Result<NodeId, KafkaError> {
        let candidates = self.candidates(lane);
        if let Some(node) = candidates.iter().find(|node| self.is_connected(**node)) {
            return Ok(*node);
        }
        let mut last = KafkaError::Closed;
        for node in candidates {
            match self.connection(node).await {
                Ok(_) => return Ok(node),
                // That one broker is away must not hide that another refuses this client.
                Err(_) if last.kind() == ErrorKind::Authentication => {}
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn candidates(&self, lane: Lane) -> Vec<NodeId> {
        let addresses = lock(&self.addresses);
        let (bootstrap, mut brokers): (Vec<i32>, Vec<i32>) = addresses.keys().partition(|id| **id < 0);
        if !brokers.is_empty() {
            let first = self.turn.fetch_add(1, Ordering::Relaxed) % brokers.len();
            brokers.rotate_left(first);
        }
        brokers.into_iter().chain(bootstrap.into_iter().rev()).map(|id| NodeId { id, lane }).collect()
    }

    fn is_connected(&self, node: NodeId) -> bool {
        let link = lock(&self.links).get(&node).cloned();
        link.is_some_and(|link| link.state.try_lock().is_ok_and(|state| state.open().is_some()))
    }
}

impl Link {
    fn new(config: &ClientConfig) -> Self {
        let backoff = Backoff::new(config.reconnect_backoff, config.reconnect_backoff_max);
        Link { state: tokio::sync::Mutex::new(LinkState { connection: None, backoff, failure: None }) }
    }

    async fn connection(&self, address: HostPort, config: &Arc<ClientConfig>) -> Result<Arc<Connection>, KafkaError> {
        let asked = Instant::now();
        let mut state = self.state.lock().await;
        match &state.connection {
            Some((connected, connection)) if *connected == address && connection.is_open() => {
                return Ok(connection.clone());
            }
            _ => state.connection = None,
        }
        if let Some(Failure { at, not_before, error }) = &state.failure {
            if *at > asked {
                return Err(error.clone());
            }
            sleep_until(*not_before).await;
        }
        match Connection::open(&address.0, address.1, config.clone()).await {
            Ok(connection) => Ok(state.connected(address, connection)),
            Err(error) => Err(state.failed(error)),
        }
    }
}

impl LinkState {
    fn open(&self) -> Option<&Arc<Connection>> {
        self.connection.as_ref().map(|(_, connection)| connection).filter(|connection| connection.is_open())
    }

    fn connected(&mut self, address: HostPort, connection: Connection) -> Arc<Connection> {
        let connection = Arc::new(connection);
        self.backoff.reset();
        self.failure = None;
        self.connection = Some((address, connection.clone()));
        connection
    }

    fn failed(&mut self, error: KafkaError) -> KafkaError {
        let at = Instant::now();
        self.failure = Some(Failure { at, not_before: at + self.backoff.next_delay(), error: error.clone() });
        error
    }
}

fn bootstrap(config: &ClientConfig) -> BTreeMap<i32, HostPort> {
    (1..).map(|id: i32| -id).zip(config.bootstrap.iter().cloned()).collect()
}

/// A lock that a panic elsewhere cannot take away: every change under these is one assignment.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use connect_config::Props;
    use tokio::net::TcpListener;
    use tokio::time::timeout;

    use super::*;

    /// Nodes whose only bootstrap server closes every connection, and a count of those.
    async fn refusing(backoff_ms: &str) -> (Arc<Nodes>, Arc<AtomicUsize>, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let count = Arc::new(AtomicUsize::new(0));
        let counter = count.clone();
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::Relaxed);
                drop(socket);
            }
        });
        let props = Props::from([
            ("bootstrap.servers", address.as_str()),
            ("reconnect.backoff.ms", backoff_ms),
            ("reconnect.backoff.max.ms", backoff_ms),
        ]);
        (Arc::new(Nodes::new(Arc::new(ClientConfig::parse(&props).unwrap()))), count, task)
    }

    #[tokio::test]
    async fn those_who_wait_for_an_attempt_share_its_failure() {
        let (nodes, count, task) = refusing("1").await;
        let node = NodeId::new(-1);
        let (one, two, three) = tokio::join!(nodes.connection(node), nodes.connection(node), nodes.connection(node));
        assert!(one.is_err() && two.is_err() && three.is_err());
        assert_eq!(count.load(Ordering::Relaxed), 1);
        assert!(nodes.connection(node).await.is_err());
        assert_eq!(count.load(Ordering::Relaxed), 2, "who comes later gets an attempt of its own");
        task.abort();
    }

    #[tokio::test]
    async fn who_gives_up_during_the_pause_leaves_it_to_the_next() {
        let (nodes, count, task) = refusing("60000").await;
        let node = NodeId::new(-1);
        assert!(nodes.connection(node).await.is_err());
        for _ in 0..3 {
            assert!(timeout(Duration::from_millis(20), nodes.connection(node)).await.is_err());
        }
        assert_eq!(count.load(Ordering::Relaxed), 1);
        task.abort();
    }
}
