//! Clusters that move, seen through brokers that know two requests.

use std::sync::atomic::{AtomicI16, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::{BufMut, BytesMut};
use connect_config::Props;
use kafka_protocol::messages::HeartbeatRequest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::*;
use crate::ErrorCode;
use crate::net::Frame;

/// A broker that answers ApiVersions and Metadata, and nothing else.
struct FakeBroker {
    port: u16,
    state: Arc<FakeState>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct FakeState {
    /// The ports of brokers 1, 2, … as its metadata tells.
    brokers: Mutex<Vec<u16>>,
    error: AtomicI16,
    connections: AtomicUsize,
}

impl FakeBroker {
    async fn start() -> FakeBroker {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(FakeState::default());
        let own = state.clone();
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                own.connections.fetch_add(1, Ordering::Relaxed);
                connections.spawn(answer(socket, own.clone()));
            }
        });
        FakeBroker { port, state, task }
    }

    fn tells(&self, brokers: &[&FakeBroker]) {
        *self.state.brokers.lock().unwrap() = brokers.iter().map(|broker| broker.port).collect();
    }

    /// Ends it with all of its connections.
    async fn stop(self) {
        self.task.abort();
        let _ = self.task.await;
    }

    fn connections(&self) -> usize {
        self.state.connections.load(Ordering::Relaxed)
    }
}

async fn answer(mut socket: TcpStream, state: Arc<FakeState>) {
    while let Ok(size) = socket.read_i32().await {
        let mut request = vec![0; size.try_into().unwrap()];
        socket.read_exact(&mut request).await.unwrap();
        let mut frame = BytesMut::new();
        frame.put_slice(&request[4..8]);
        match i16::from_be_bytes([request[0], request[1]]) {
            18 => put_versions(&mut frame),
            3 => put_metadata(&mut frame, &state),
            _ => continue,
        }
        socket.write_i32(frame.len().try_into().unwrap()).await.unwrap();
        socket.write_all(&frame).await.unwrap();
    }
}

/// ApiVersions 3: Metadata 13, Heartbeat 0 to 4, ApiVersions 0 to 3.
fn put_versions(frame: &mut BytesMut) {
    frame.put_slice(&[0, 0, 4, 0, 3, 0, 13, 0, 13, 0, 0, 12, 0, 0, 0, 4, 0, 0, 18, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0]);
}

/// Metadata 13, without topics.
fn put_metadata(frame: &mut BytesMut, state: &FakeState) {
    let brokers = state.brokers.lock().unwrap();
    frame.put_slice(&[0, 0, 0, 0, 0, u8::try_from(brokers.len() + 1).unwrap()]);
    for (id, port) in (1..).zip(brokers.iter()) {
        frame.put_i32(id);
        frame.put_slice(b"\x0a127.0.0.1");
        frame.put_i32((*port).into());
        frame.put_slice(&[0, 0]);
    }
    frame.put_slice(b"\x02c\0\0\0\x01\x01");
    frame.put_i16(state.error.swap(0, Ordering::Relaxed));
    frame.put_u8(0);
}

fn cluster(bootstrap: &FakeBroker, entries: &[(&str, &str)]) -> Cluster {
    let mut props = Props::from([("reconnect.backoff.ms", "1"), ("reconnect.backoff.max.ms", "1")]);
    props.insert("bootstrap.servers", format!("127.0.0.1:{}", bootstrap.port));
    entries.iter().for_each(|(key, value)| props.insert(*key, *value));
    Cluster::new(ClientConfig::parse(&props).unwrap())
}

fn ports(cluster: &Cluster) -> Vec<u16> {
    cluster.cached_metadata().brokers.values().map(|broker| broker.port).collect()
}

#[tokio::test]
async fn a_cluster_that_moved_is_found_through_its_bootstrap_servers() {
    for (strategy, found) in [("rebootstrap", true), ("NONE", false)] {
        let (bootstrap, before, after) =
            (FakeBroker::start().await, FakeBroker::start().await, FakeBroker::start().await);
        bootstrap.tells(&[&before]);
        before.tells(&[&before]);
        let cluster =
            cluster(&bootstrap, &[("metadata.recovery.strategy", strategy), ("connections.max.idle.ms", "-1")]);
        cluster.refresh(&[]).await.unwrap();
        assert_eq!(ports(&cluster), [before.port]);
        bootstrap.tells(&[&after]);
        before.stop().await;
        // Its own connection to the bootstrap server would hide what the strategy is.
        cluster.shared.nodes.close_lane(Lane::SHARED);
        let refreshed = cluster.refresh(&[]).await;
        assert_eq!(refreshed.is_ok(), found, "{strategy}: {refreshed:?}");
        assert_eq!(ports(&cluster) == [after.port], found, "{strategy}");
    }
}

#[tokio::test]
async fn a_broker_may_send_its_clients_back_to_the_bootstrap_servers() {
    let (bootstrap, before, after) = (FakeBroker::start().await, FakeBroker::start().await, FakeBroker::start().await);
    bootstrap.tells(&[&before]);
    before.tells(&[&before]);
    let cluster = cluster(&bootstrap, &[]);
    cluster.refresh(&[]).await.unwrap();
    cluster.shared.nodes.close_lane(Lane::SHARED);
    cluster.refresh(&[]).await.unwrap();
    assert_eq!(before.connections(), 1, "brokers are asked before bootstrap servers");
    bootstrap.tells(&[&after]);
    before.state.error.store(ErrorCode::REBOOTSTRAP_REQUIRED.0, Ordering::Relaxed);
    cluster.refresh(&[]).await.unwrap();
    assert_eq!(ports(&cluster), [after.port]);
}

#[tokio::test]
async fn brokers_that_are_silent_for_long_are_forgotten() {
    let (bootstrap, broker) = (FakeBroker::start().await, FakeBroker::start().await);
    bootstrap.tells(&[&broker]);
    let cluster = cluster(&bootstrap, &[("metadata.recovery.rebootstrap.trigger.ms", "20")]);
    cluster.refresh(&[]).await.unwrap();
    bootstrap.stop().await;
    broker.stop().await;
    assert!(cluster.refresh(&[]).await.is_err());
    let known = |cluster: &Cluster| cluster.shared.nodes.knows_brokers();
    assert!(known(&cluster));
    while known(&cluster) {
        assert!(cluster.refresh(&[]).await.is_err());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn the_node_with_the_fewest_requests_is_asked() {
    let (one, two) = (FakeBroker::start().await, FakeBroker::start().await);
    one.tells(&[&one, &two]);
    two.tells(&[&one, &two]);
    let cluster = cluster(&one, &[]);
    cluster.refresh(&[]).await.unwrap();
    let ids = [1, 2].map(NodeId::new);
    let connections = [cluster.connection(ids[0]).await.unwrap(), cluster.connection(ids[1]).await.unwrap()];
    cluster.shared.nodes.disconnect(NodeId::new(-1)); // it is the first broker under another name
    for (busy, free) in [(0, 1), (1, 0)] {
        let mut unanswered = Vec::new();
        for _ in 0..3 {
            let frame = Frame::encode(&HeartbeatRequest::default(), 4).unwrap();
            unanswered.push(connections[busy].submit(frame).await.unwrap());
        }
        assert_eq!(cluster.any_broker().await.unwrap(), ids[free]);
    }
}

#[tokio::test]
async fn a_connection_that_nobody_uses_is_closed_and_opened_again() {
    let broker = FakeBroker::start().await;
    let cluster = cluster(&broker, &[("connections.max.idle.ms", "100")]);
    let node = cluster.any_broker().await.unwrap();
    let first = cluster.connection(node).await.unwrap();
    assert!(first.is_open());
    while first.is_open() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let second = cluster.connection(node).await.unwrap();
    assert!(second.is_open() && broker.connections() == 2);
}

#[tokio::test]
async fn every_address_of_a_name_is_tried() {
    let broker = FakeBroker::start().await; // on 127.0.0.1 only, while localhost may be ::1 as well
    let cluster = cluster(&broker, &[("bootstrap.servers", &format!("localhost:{}", broker.port))]);
    cluster.any_broker().await.unwrap();
    let canonical = &[("client.dns.lookup", "resolve_canonical_bootstrap_servers_only")];
    let cluster = self::cluster(&broker, canonical);
    cluster.any_broker().await.unwrap();
}

/// A connection ends with the runtime that opened it; whoever still holds it finds out.
#[test]
fn a_runtime_that_ends_takes_its_connections_along() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (brokers, first, second) = (runtime(), runtime(), runtime());
    let broker = brokers.block_on(FakeBroker::start());
    let cluster = cluster(&broker, &[]);
    let connection = first.block_on(async { cluster.connection(NodeId::new(-1)).await.unwrap() });
    assert!(connection.is_open());
    drop(first);
    assert!(!connection.is_open());
    second.block_on(async { cluster.refresh(&[]).await.unwrap() });
}

#[tokio::test]
async fn a_connection_that_ended_is_not_opened_again_at_once() {
    let broker = FakeBroker::start().await;
    let backoff = ("reconnect.backoff.ms", "400");
    let cluster = cluster(&broker, &[("connections.max.idle.ms", "100"), backoff, ("reconnect.backoff.max.ms", "400")]);
    let node = cluster.any_broker().await.unwrap();
    let first = cluster.connection(node).await.unwrap();
    while first.is_open() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let ended = Instant::now();
    cluster.connection(node).await.unwrap();
    assert!(ended.elapsed() >= Duration::from_millis(250), "{:?}", ended.elapsed());
}

#[tokio::test]
async fn a_broker_that_hangs_is_not_preferred_for_its_connection() {
    let (hanging, other) = (FakeBroker::start().await, FakeBroker::start().await);
    hanging.tells(&[&hanging, &other]);
    let cluster = cluster(&hanging, &[("request.timeout.ms", "600")]);
    cluster.refresh(&[]).await.unwrap();
    let connection = cluster.connection(NodeId::new(1)).await.unwrap();
    cluster.shared.nodes.disconnect(NodeId::new(-1)); // it is the first broker under another name
    let frame = Frame::encode(&HeartbeatRequest::default(), 4).unwrap();
    let _unanswered = connection.submit(frame).await.unwrap();
    assert_eq!(cluster.any_broker().await.unwrap(), NodeId::new(1), "it may answer yet");
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert!(connection.is_open());
    assert_eq!(cluster.any_broker().await.unwrap(), NodeId::new(2));
}

#[tokio::test]
async fn metadata_that_nobody_waits_for_is_sought_in_vain() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let cluster = Cluster::new(ClientConfig::parse(&Props::from([("bootstrap.servers", address.as_str())])).unwrap());
    assert!(tokio::time::timeout(Duration::from_millis(10), cluster.refresh(&[])).await.is_err());
    assert!(cluster.shared.sought_since.lock().unwrap().is_some());
}
