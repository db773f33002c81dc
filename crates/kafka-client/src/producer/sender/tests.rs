use std::sync::Mutex;

use bytes::{BufMut, BytesMut};
use connect_config::Props;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::*;
use crate::config::ClientConfig;
use crate::producer::Record;
use crate::producer::accumulator::Accumulator;

/// A broker with topic `t` of two partitions, which answers no produce request.
async fn broker() -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let mut serving = tokio::task::JoinSet::new();
        while let Ok((socket, _)) = listener.accept().await {
            serving.spawn(serve(socket, port));
        }
    });
    (port, task)
}

async fn serve(mut socket: TcpStream, port: u16) {
    while let Ok(size) = socket.read_u32().await {
        let mut request = vec![0; size as usize];
        socket.read_exact(&mut request).await.unwrap();
        let mut answer = BytesMut::new();
        answer.put_slice(&request[4..8]); // the correlation id
        match i16::from_be_bytes([request[0], request[1]]) {
            18 => put_versions(&mut answer),
            3 => put_metadata(&mut answer, port),
            _ => continue,
        }
        socket.write_u32(u32::try_from(answer.len()).unwrap()).await.unwrap();
        socket.write_all(&answer).await.unwrap();
    }
}

/// ApiVersions 3: Produce 7, Metadata 4 and ApiVersions 3.
fn put_versions(answer: &mut BytesMut) {
    answer.put_slice(&[0, 0, 4]);
    for (api, version) in [(0, 7), (3, 4), (18, 3)] {
        answer.put_slice(&[0, api, 0, version, 0, version, 0]);
    }
    answer.put_slice(&[0, 0, 0, 0, 0]);
}

/// Metadata 4: node 1 leads both partitions.
fn put_metadata(answer: &mut BytesMut, port: u16) {
    answer.put_slice(&[0, 0, 0, 0, /* brokers */ 0, 0, 0, 1, 0, 0, 0, 1]);
    answer.put_slice(b"\0\x09127.0.0.1");
    answer.put_i32(port.into());
    answer.put_slice(&[0xff, 0xff, /* cluster */ 0xff, 0xff, /* controller */ 0, 0, 0, 1]);
    answer.put_slice(&[/* topics */ 0, 0, 0, 1, 0, 0, 0, 1, b't', 0, /* partitions */ 0, 0, 0, 2]);
    for partition in [0, 1] {
        answer.put_slice(&[0, 0, 0, 0, 0, partition, /* leader */ 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    }
}

/// A sender that is not running, with one record in each partition.
async fn sender(port: u16) -> Sender {
    let props = Props::from([("bootstrap.servers", format!("127.0.0.1:{port}").as_str()), ("acks", "1")]);
    let (cluster, config) =
        (Cluster::new(ClientConfig::parse(&props).unwrap()), ProducerConfig::parse(&props).unwrap());
    let metadata = cluster.refresh(&["t".into()]).await.unwrap();
    let mut accumulator = Accumulator::new(config.clone());
    let topic = accumulator.update_topic(&"t".into(), &metadata).unwrap();
    for partition in [0, 1] {
        let (partition, value) = (Some(partition), Some(&b"v"[..]));
        let record = Record { topic: &topic, partition, timestamp: 0, key: None, value, headers: &[] };
        accumulator.append(&record, Instant::now()).unwrap();
    }
    accumulator.seal_all();
    let (work, room, settled, turned) = (Notify::new(), Notify::new(), Notify::new(), Notify::new());
    let shared = Arc::new(Shared { accumulator: Mutex::new(accumulator), work, room, settled, turned });
    Sender::new(cluster, config, shared, mpsc::channel(1000).0)
}

#[tokio::test]
async fn a_connection_that_ends_before_its_batches_are_sent_loses_none() {
    let (port, broker) = broker().await;
    let mut sender = sender(port).await;
    let now = Instant::now();
    let connection = sender.cluster.connection(NodeId::new(1)).await.unwrap();
    sender.connected(1, Ok(connection.clone()), now);
    let requests = sender.collect(now, &mut (now + LOOK_AROUND));
    assert_eq!(requests.values().map(|request| request.batches.len()).collect::<Vec<_>>(), [2]);
    broker.abort();
    while connection.is_open() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    sender.connect(1); // as for a partition that comes later
    for (node, request) in requests {
        sender.send(node, request).await;
    }
    while let Some(event) = sender.events.next().await {
        sender.handle(event);
    }
    assert!(sender.pipelines.values().all(|pipeline| pipeline.next_repeat_len().is_some()), "both are repeated");
    assert_eq!(sender.nodes[&1].in_flight, 0);
}
