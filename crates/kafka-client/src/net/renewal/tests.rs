use bytes::{Buf, BufMut, Bytes, BytesMut};
use connect_config::Props;
use kafka_protocol::messages::HeartbeatRequest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::super::{Connection, Target};
use super::*;
use crate::config::ClientConfig;
use crate::{ErrorCode, KafkaError};

const HEARTBEAT: i16 = 12;
const HANDSHAKE: i16 = 17;
const VERSIONS: i16 = 18;
const AUTHENTICATE: i16 = 36;

#[tokio::test(start_paused = true)]
async fn is_due_shortly_before_the_session_ends() {
    let now = Instant::now();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..200 {
        let after = due(Duration::from_secs(100)).unwrap() - now;
        assert!((85..=95).contains(&after.as_secs()), "{after:?}");
        seen.insert(after);
    }
    assert!(seen.len() > 5, "clients do not march in step");
    assert!(due(Duration::MAX).is_none_or(|at| at > now));
}

/// What the broker does with the n-th SaslAuthenticate, from 0.
type Script = fn(usize) -> Option<ErrorCode>;

/// A broker with sessions of 200 ms; it gives back the requests that it saw, by their keys.
async fn broker(script: Script) -> (String, JoinHandle<Vec<i16>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let task = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut seen = Vec::new();
        while let Some((key, version, correlation_id)) = request(&mut socket).await {
            let authentications = seen.iter().filter(|key| **key == AUTHENTICATE).count();
            seen.push(key);
            let Some(body) = answer(key, version, script, authentications) else { break };
            let mut frame = BytesMut::new();
            frame.put_i32(i32::try_from(4 + body.len()).unwrap());
            frame.put_i32(correlation_id);
            frame.put(body);
            socket.write_all(&frame).await.unwrap();
        }
        seen
    });
    (address, task)
}

async fn request(socket: &mut TcpStream) -> Option<(i16, i16, i32)> {
    let size = socket.read_u32().await.ok()?;
    let mut frame = vec![0; size as usize];
    socket.read_exact(&mut frame).await.ok()?;
    let mut frame = Bytes::from(frame);
    Some((frame.get_i16(), frame.get_i16(), frame.get_i32()))
}

fn answer(key: i16, version: i16, script: Script, authentications: usize) -> Option<BytesMut> {
    let mut body = BytesMut::new();
    match key {
        VERSIONS => {
            // A broker that knows version 0 only.
            body.put_i16(if version > 0 { ErrorCode::UNSUPPORTED_VERSION.0 } else { 0 });
            body.put_i32(3);
            for (key, version) in [(HEARTBEAT, 0), (HANDSHAKE, 1), (AUTHENTICATE, 1)] {
                [key, version, version].into_iter().for_each(|number| body.put_i16(number));
            }
        }
        HANDSHAKE => {
            body.put_i16(0);
            body.put_i32(0);
        }
        AUTHENTICATE => {
            body.put_i16(script(authentications)?.0);
            body.put_i16(-1); // no message
            body.put_i32(0); // no bytes
            body.put_i64(200);
        }
        _ => body.put_i16(0),
    }
    Some(body)
}

async fn open(address: &str) -> Result<Connection, KafkaError> {
    let props = Props::from([
        ("bootstrap.servers", address),
        ("security.protocol", "SASL_PLAINTEXT"),
        ("sasl.mechanism", "PLAIN"),
        ("sasl.jaas.config", "org.apache.kafka.common.security.plain.PlainLoginModule required username=u password=p;"),
    ]);
    let config = ClientConfig::parse(&props).unwrap();
    let target = Target { host: "127.0.0.1", address: address.parse().unwrap(), allowed: Duration::from_secs(5) };
    Connection::open(&target, Arc::new(config)).await
}

#[tokio::test]
async fn requests_wait_behind_a_renewal_and_keep_their_order() {
    let (address, seen) = broker(|_| Some(ErrorCode(0))).await;
    let connection = open(&address).await.unwrap();
    let heartbeat = HeartbeatRequest::default();
    connection.send(&heartbeat).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let (one, two, three) =
        tokio::join!(connection.send(&heartbeat), connection.send(&heartbeat), connection.send(&heartbeat));
    assert!(one.is_ok() && two.is_ok() && three.is_ok());
    drop(connection);
    let seen = seen.await.unwrap();
    let first = seen.iter().position(|key| *key == HANDSHAKE).unwrap();
    let first_talk = [HANDSHAKE, AUTHENTICATE, HEARTBEAT];
    let second_talk = [HANDSHAKE, AUTHENTICATE, HEARTBEAT, HEARTBEAT, HEARTBEAT];
    assert_eq!(seen[first..], [&first_talk[..], &second_talk[..]].concat());
}

#[tokio::test]
async fn a_renewal_that_is_refused_ends_the_connection_with_the_reason() {
    let (address, _) = broker(|number| Some(if number == 0 { ErrorCode(0) } else { ErrorCode(58) })).await;
    let connection = open(&address).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let error = connection.send(&HeartbeatRequest::default()).await.unwrap_err();
    assert!(error.is_retriable(), "the next connection finds out whether the credentials still hold");
    let want = "it could not be authenticated again: SASL Authentication failed.";
    assert!(error.to_string().contains(want), "{error}");
}

#[tokio::test]
async fn a_broker_that_closes_instead_of_answering_is_no_refusal() {
    let (address, _) = broker(|_| None).await;
    let error = open(&address).await.unwrap_err();
    assert!(error.is_retriable());
    assert!(error.to_string().contains("terminated during authentication"), "{error}");
}
