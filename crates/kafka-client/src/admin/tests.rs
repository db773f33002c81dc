//! The driver against a broker that says what the test wants.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::{BufMut, BytesMut};
use connect_config::Props;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::*;
use crate::ErrorCode;
use crate::config::ClientConfig;

/// What the broker answers to each attempt: throttle, and a code for each group that is asked about.
type Script = VecDeque<(i32, Vec<(&'static str, i16)>)>;

/// A broker that coordinates every group, and what it was asked.
struct Broker {
    admin: Admin,
    asked: Arc<Mutex<Vec<i16>>>,
    _serving: JoinSet<()>,
}

const FIND_COORDINATOR: i16 = 10;
const DELETE_GROUPS: i16 = 42;

impl Broker {
    async fn new(props: &[(&str, &str)], script: &[(i32, &[(&'static str, i16)])]) -> Broker {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let script: Script = script.iter().map(|(throttle, codes)| (*throttle, codes.to_vec())).collect();
        let (script, asked) = (Arc::new(Mutex::new(script)), Arc::new(Mutex::new(Vec::new())));
        let mut serving = JoinSet::new();
        let noted = asked.clone();
        serving.spawn(async move {
            let mut sockets = JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                sockets.spawn(serve(socket, port, script.clone(), noted.clone()));
            }
        });
        let bootstrap = format!("127.0.0.1:{port}");
        let mut all: Props = props.iter().copied().collect();
        all.insert("bootstrap.servers", bootstrap.as_str());
        all.insert("retry.backoff.ms", "10");
        let config = AdminConfig::parse(&all).unwrap();
        let admin = Admin::with_config(Cluster::new(ClientConfig::parse(&all).unwrap()), config);
        Broker { admin, asked, _serving: serving }
    }

    async fn delete(&self, groups: &[&str]) -> Vec<Result<(), String>> {
        let groups: Vec<String> = groups.iter().map(|group| (*group).to_owned()).collect();
        let results = self.admin.delete_groups(&groups).await;
        results.into_values().map(|result| result.map_err(|error| error.to_string())).collect()
    }

    fn times(&self, api: i16) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| **asked == api).count()
    }
}

async fn serve(mut socket: TcpStream, port: u16, script: Arc<Mutex<Script>>, asked: Arc<Mutex<Vec<i16>>>) {
    while let Ok(size) = socket.read_u32().await {
        let mut request = vec![0; size as usize];
        socket.read_exact(&mut request).await.unwrap();
        let api = i16::from_be_bytes([request[0], request[1]]);
        asked.lock().unwrap().push(api);
        let mut answer = BytesMut::new();
        answer.put_slice(&request[4..8]); // the correlation id
        match api {
            18 => put_versions(&mut answer),
            FIND_COORDINATOR => put_coordinator(&mut answer, port),
            _ => match script.lock().unwrap().pop_front() {
                Some((throttle, codes)) => put_groups(&mut answer, throttle, &codes),
                None => return, // the connection ends
            },
        }
        socket.write_u32(u32::try_from(answer.len()).unwrap()).await.unwrap();
        socket.write_all(&answer).await.unwrap();
    }
}

/// ApiVersions 3: FindCoordinator 0, DeleteGroups 0 and ApiVersions 3.
fn put_versions(answer: &mut BytesMut) {
    answer.put_slice(&[0, 0, 4]);
    for (api, version) in [(10, 0), (42, 0), (18, 3)] {
        answer.put_slice(&[0, api, 0, version, 0, version, 0]);
    }
    answer.put_slice(&[0, 0, 0, 0, 0]);
}

fn put_coordinator(answer: &mut BytesMut, port: u16) {
    answer.put_slice(b"\0\0\0\0\0\x01\0\x09127.0.0.1");
    answer.put_i32(port.into());
}

fn put_groups(answer: &mut BytesMut, throttle: i32, codes: &[(&str, i16)]) {
    answer.put_i32(throttle);
    answer.put_u32(u32::try_from(codes.len()).unwrap());
    for (group, code) in codes {
        answer.put_u16(u16::try_from(group.len()).unwrap());
        answer.put_slice(group.as_bytes());
        answer.put_i16(*code);
    }
}

#[tokio::test]
async fn each_key_is_repeated_settled_or_failed_for_itself() {
    let script: &[(i32, &[_])] = &[
        (0, &[("done", 0), ("full", 68), ("loading", 14), ("uninvited", 0)]),
        (0, &[("loading", 14)]),
        (0, &[("loading", 0)]),
    ];
    let broker = Broker::new(&[], script).await;
    let results = broker.delete(&["done", "full", "loading", "missing"]).await;
    let want = [
        Ok(()),
        Err("The group is not empty.".to_owned()),
        Ok(()),
        Err("The broker response did not contain a result for missing".to_owned()),
    ];
    assert_eq!(results, want);
    assert_eq!(broker.times(DELETE_GROUPS), 3);
    assert_eq!(broker.times(FIND_COORDINATOR), 4, "a coordinator that loads has not moved");
}

#[tokio::test]
async fn a_coordinator_that_moved_is_looked_up_again() {
    let broker = Broker::new(&[], &[(0, &[("g", 16)]), (0, &[("g", 15)]), (0, &[("g", 0)])]).await;
    assert_eq!(broker.delete(&["g"]).await, [Ok(())]);
    assert_eq!(broker.times(FIND_COORDINATOR), 3);
}

#[tokio::test]
async fn a_call_ends_with_its_retries_or_its_time() {
    let loading: &[(i32, &[_])] = &[(0, &[("g", 14)][..]); 200];
    for (props, at_most) in [
        (&[("retries", "2")][..], Some(3)),
        (&[("request.timeout.ms", "300"), ("default.api.timeout.ms", "300")], None),
    ] {
        let broker = Broker::new(props, loading).await;
        let begun = Instant::now();
        let error = broker.delete(&["g"]).await[0].clone().unwrap_err();
        assert!(begun.elapsed() < Duration::from_secs(5));
        assert!(error.starts_with("Call(callName=deleteConsumerGroups, deadlineMs="), "{error}");
        assert!(error.ends_with("(The coordinator is loading and hence can't process requests.)"), "{error}");
        let times = broker.times(DELETE_GROUPS);
        assert!(at_most.map_or(times > 1, |at_most| times == at_most), "{times}");
    }
}

#[tokio::test]
async fn a_connection_that_ends_is_opened_again() {
    let broker = Broker::new(&[("request.timeout.ms", "1000"), ("default.api.timeout.ms", "1000")], &[]).await;
    let error = broker.delete(&["g"]).await[0].clone().unwrap_err();
    assert!(error.contains("ended before a response was received"), "{error}");
    assert!(broker.times(DELETE_GROUPS) > 1);
}

#[tokio::test]
async fn a_broker_that_throttles_is_left_alone() {
    let broker = Broker::new(&[], &[(300, &[("g", 14)]), (0, &[("g", 0)])]).await;
    let begun = Instant::now();
    assert_eq!(broker.delete(&["g"]).await, [Ok(())]);
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn what_the_broker_does_not_know_fails_at_once() {
    let broker = Broker::new(&[], &[]).await;
    assert!(broker.admin.describe_features().await.is_ok());
    let error = broker.admin.describe_acls(&AclFilter::default()).await.unwrap_err();
    assert!(matches!(error, KafkaError::UnsupportedVersion { .. }), "{error}");
}

#[tokio::test]
async fn names_that_no_request_carries_cost_nothing() {
    let broker = Broker::new(&[], &[]).await;
    let results = broker.admin.delete_topics(&["".into()]).await;
    let error = results[""].as_ref().unwrap_err();
    assert_eq!(error.to_string(), "The given topic name '' cannot be represented in a request.");
    assert_eq!(error.code(), Some(ErrorCode::INVALID_TOPIC_EXCEPTION));
    assert!(broker.asked.lock().unwrap().is_empty());
}

#[test]
fn calls_can_be_made_from_any_thread() {
    fn sent<T: Send>(_: impl FnOnce(&'static Admin) -> T) {}
    static NO_TOPICS: BTreeMap<crate::cluster::TopicName, NewTopic> = BTreeMap::new();
    sent(|admin| admin.create_topics(&NO_TOPICS, false));
    sent(|admin| admin.describe_consumer_groups(&[], false));
    sent(|admin| admin.describe_cluster());
    sent(|admin| admin.fence_producers(&[]));
}
