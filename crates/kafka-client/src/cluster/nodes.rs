//! The addresses of the brokers and the connections to them.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::link::Link;
use super::{Lane, NodeId};
use crate::config::{ClientConfig, DnsLookup, HostPort};
use crate::net::{Connection, canonical};
use crate::sync::lock;
use crate::{ErrorKind, KafkaError};

#[derive(Debug)]
pub(super) struct Nodes {
    config: Arc<ClientConfig>,
    bootstrap: Mutex<Bootstrap>,
    addresses: Mutex<BTreeMap<i32, HostPort>>,
    links: Mutex<HashMap<NodeId, Arc<Link>>>,
    lanes: AtomicU32,
    turn: AtomicUsize,
}

/// The bootstrap servers, which count from -1 down.
#[derive(Debug)]
struct Bootstrap {
    servers: Vec<HostPort>,
    /// Whether their names still have to be found out.
    is_unnamed: bool,
}

impl Nodes {
    pub(super) fn new(config: Arc<ClientConfig>) -> Self {
        let bootstrap = Bootstrap::new(&config);
        Nodes {
            addresses: Mutex::new(bootstrap.nodes().collect()),
            bootstrap: Mutex::new(bootstrap),
            config,
            links: Mutex::default(),
            lanes: AtomicU32::new(1),
            turn: AtomicUsize::new(0),
        }
    }

    pub(super) fn new_lane(&self) -> Lane {
        Lane(self.lanes.fetch_add(1, Ordering::Relaxed))
    }

    pub(super) fn close_lane(&self, lane: Lane) {
        lock(&self.links).retain(|node, _| node.lane != lane);
    }

    /// Replaces the known brokers; the bootstrap servers stay for the day when all of these are gone.
    pub(super) fn set_brokers(&self, brokers: impl Iterator<Item = (i32, HostPort)>) {
        let mut addresses: BTreeMap<i32, HostPort> = lock(&self.bootstrap).nodes().collect();
        addresses.extend(brokers);
        lock(&self.links).retain(|node, _| addresses.contains_key(&node.id));
        *lock(&self.addresses) = addresses;
    }

    /// Adds or moves one broker, as a coordinator lookup tells it.
    pub(super) fn set_broker(&self, id: i32, address: HostPort) {
        lock(&self.addresses).insert(id, address);
    }

    /// Forgets every broker and its connections: only the bootstrap servers are left, with names looked up anew.
    pub(super) fn rebootstrap(&self) {
        let bootstrap = Bootstrap::new(&self.config);
        lock(&self.links).clear();
        *lock(&self.addresses) = bootstrap.nodes().collect();
        *lock(&self.bootstrap) = bootstrap;
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

    /// The node with the fewest requests under way among those that are connected and answer; if none is, the first that
    /// connects: brokers first, of these the ones that have not just failed, then bootstrap servers.
    /// Source: Apache Kafka, `NetworkClient.leastLoadedNode`, which does not see whether a broker answers.
    pub(super) async fn any(&self, lane: Lane) -> Result<NodeId, KafkaError> {
        self.name_bootstrap_servers().await;
        let candidates = self.candidates(lane);
        let loads = candidates.iter().filter_map(|node| Some((self.load(*node)?, *node)));
        if let Some((_, node)) = loads.min_by_key(|(load, _)| *load) {
            return Ok(node);
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

    /// Every node in the order in which it should be tried. `metadata.recovery.strategy=none` keeps to the brokers once
    /// they are known.
    fn candidates(&self, lane: Lane) -> Vec<NodeId> {
        let ids: Vec<i32> = lock(&self.addresses).keys().copied().collect();
        let (bootstrap, mut brokers): (Vec<i32>, Vec<i32>) = ids.into_iter().partition(|id| *id < 0);
        if !brokers.is_empty() {
            let first = self.turn.fetch_add(1, Ordering::Relaxed) % brokers.len();
            brokers.rotate_left(first);
        }
        let stranded = brokers.is_empty() || self.config.rebootstrap;
        let bootstrap = bootstrap.into_iter().rev().filter(|_| stranded);
        let mut nodes: Vec<NodeId> = brokers.into_iter().map(|id| NodeId { id, lane }).collect();
        nodes.sort_by_key(|node| self.is_doubtful(*node));
        nodes.into_iter().chain(bootstrap.map(|id| NodeId { id, lane })).collect()
    }

    fn load(&self, node: NodeId) -> Option<usize> {
        let link = lock(&self.links).get(&node).cloned();
        link?.load(self.silence_max())
    }

    fn is_doubtful(&self, node: NodeId) -> bool {
        let link = lock(&self.links).get(&node).cloned();
        link.is_some_and(|link| link.is_doubtful(self.silence_max()))
    }

    /// After so long without an answer a broker is not the first choice. Some requests take that long by design; it is still
    /// chosen when there is no other.
    fn silence_max(&self) -> Duration {
        self.config.request_timeout / 6
    }

    #[cfg(test)]
    pub(super) fn knows_brokers(&self) -> bool {
        lock(&self.addresses).keys().any(|id| *id >= 0)
    }

    #[cfg(test)]
    pub(super) fn disconnect(&self, node: NodeId) {
        lock(&self.links).remove(&node);
    }

    /// Puts the names of the bootstrap servers' addresses in their place, if `client.dns.lookup` wants it. Two at the same
    /// time do the same work twice, and come to the same.
    async fn name_bootstrap_servers(&self) {
        let servers = Some(lock(&self.bootstrap)).filter(|bootstrap| bootstrap.is_unnamed).map(|b| b.servers.clone());
        let Some(servers) = servers else { return };
        let names = canonical(&servers, self.config.connection_setup_timeout).await;
        if names.is_empty() {
            return;
        }
        let named = Bootstrap { servers: names, is_unnamed: false };
        let mut addresses = lock(&self.addresses);
        addresses.retain(|id, _| *id >= 0);
        addresses.extend(named.nodes());
        drop(addresses);
        *lock(&self.bootstrap) = named;
    }
}

impl Bootstrap {
    fn new(config: &ClientConfig) -> Self {
        let is_unnamed = config.dns_lookup == DnsLookup::ResolveCanonicalBootstrapServersOnly;
        Bootstrap { servers: config.bootstrap.clone(), is_unnamed }
    }

    fn nodes(&self) -> impl Iterator<Item = (i32, HostPort)> {
        (1..).map(|id: i32| -id).zip(self.servers.iter().cloned())
    }
}

#[cfg(test)]
mod tests {
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

    #[tokio::test]
    async fn an_attempt_that_was_given_up_has_failed() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap(); // connects, and answers nothing
        let address = listener.local_addr().unwrap().to_string();
        let props = Props::from([
            ("bootstrap.servers", address.as_str()),
            ("reconnect.backoff.ms", "60000"),
            ("reconnect.backoff.max.ms", "60000"),
        ]);
        let nodes = Nodes::new(Arc::new(ClientConfig::parse(&props).unwrap()));
        let node = NodeId::new(-1);
        for _ in 0..3 {
            assert!(timeout(Duration::from_millis(50), nodes.connection(node)).await.is_err());
        }
        listener.accept().await.unwrap();
        let second = timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(second.is_err(), "the pause was not kept");
    }
}
