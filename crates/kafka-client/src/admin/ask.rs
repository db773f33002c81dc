//! One question about many keys: who is asked, in how many requests, and what becomes of each key.
//! ```text
//! keys ─▶ Ask::route ─▶ by node ─▶ Ask::request ─▶ answer ─▶ Ask::read ─┬─▶ Done, Failed: settled
//!   ▲                                                                     └─▶ Retry ─┐
//!   └──── pause, lookups repeated where things have moved ◀──────────────────────────┘
//! ```
//! Start at [`Admin::ask`]. A key that fails costs no other key anything.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Instant;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};

use super::call::Call;
use super::route::{self, CONCURRENT, Route};
use super::throttle::Throttled;
use super::{Admin, PerKey};
use crate::cluster::NodeId;
use crate::net::Request;
use crate::{ErrorCode, KafkaError};

/// What an answer says about one key.
#[derive(Debug)]
pub(super) enum Outcome<V> {
    /// Answered.
    Done(V),
    /// Refused; asking again changes nothing.
    Failed(KafkaError),
    /// To be asked again.
    Retry(KafkaError),
}

impl<V> Outcome<V> {
    /// Repeats what may succeed later.
    pub(super) fn of(result: Result<V, KafkaError>) -> Self {
        match result {
            Ok(value) => Outcome::Done(value),
            Err(error) if error.is_retriable() => Outcome::Retry(error),
            Err(error) => Outcome::Failed(error),
        }
    }

    /// Repeats only what one of `codes` says, or what never reached a broker.
    pub(super) fn repeating(result: Result<V, KafkaError>, codes: &[ErrorCode]) -> Self {
        match result {
            Ok(value) => Outcome::Done(value),
            Err(error) if error.code().is_some_and(|code| codes.contains(&code)) => Outcome::Retry(error),
            Err(error) => Outcome::Failed(error),
        }
    }
}

/// What one request is made for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    /// The version it will be written in.
    pub(super) version: i16,
    /// How long the broker may work on it.
    pub(super) timeout_ms: i32,
}

/// A kind of question.
pub(super) trait Ask: Sync {
    type Key: Ord + Clone + fmt::Display + Send + Sync;
    type Value: Send;
    type Request: Request<Response: Throttled> + Sync;

    /// Java's name of the call.
    const NAME: &'static str;
    /// Whether one request may ask about several keys.
    const BATCHED: bool = true;

    /// Who answers for this key.
    fn route(&self, key: &Self::Key) -> Route;

    /// Whether a key that nobody can be found for is asked about again.
    fn seek_again(&self, error: &KafkaError) -> bool {
        error.is_retriable()
    }

    /// The request about some keys, all of one node.
    /// # Errors
    /// The version cannot say what is asked.
    fn request(&self, keys: &[Self::Key], terms: Terms) -> Result<Self::Request, KafkaError>;

    /// What the answer says, key by key. Keys that it passes over have failed; keys that were not asked are ignored.
    fn read(&self, keys: &[Self::Key], answer: <Self::Request as Request>::Response) -> Outcomes<Self>;
}

pub(super) type Outcomes<A> = Vec<(<A as Ask>::Key, Outcome<<A as Ask>::Value>)>;

impl Admin {
    /// Asks until every key is settled or the call's time is over.
    pub(super) async fn ask<A: Ask>(
        &self,
        ask: &A,
        keys: impl IntoIterator<Item = A::Key>,
    ) -> PerKey<A::Key, A::Value> {
        let mut call = Call::new(self, A::NAME);
        let mut open: BTreeMap<A::Key, Option<KafkaError>> = keys.into_iter().map(|key| (key, None)).collect();
        let mut settled = BTreeMap::new();
        while !open.is_empty() {
            let keys = open.keys().cloned().collect();
            for (key, outcome) in self.attempt(ask, &call, keys).await {
                settle(&mut open, &mut settled, key, outcome);
            }
            if !open.is_empty() && !call.again().await {
                break;
            }
            self.look_again(ask, &call, &open).await;
        }
        settled.extend(open.into_iter().map(|(key, last)| (key, Err(call.given_up(last)))));
        settled
    }

    /// Asks about one key.
    pub(super) async fn ask_one<A: Ask>(&self, ask: &A, key: A::Key) -> Result<A::Value, KafkaError> {
        let answers = self.ask(ask, [key]).await;
        answers.into_values().next().unwrap_or(Err(KafkaError::Closed))
    }

    /// Asks every broker that there is; answers and failures, by broker.
    /// # Errors
    /// No broker told in time which brokers there are.
    pub(super) async fn ask_all_brokers<A: Ask<Key = i32>>(
        &self,
        ask: &A,
    ) -> Result<(BTreeMap<i32, A::Value>, BTreeMap<i32, KafkaError>), KafkaError> {
        let begun = Instant::now();
        let brokers = self.describe_cluster().await?.brokers;
        let (mut answers, mut errors) = (BTreeMap::new(), BTreeMap::new());
        for (broker, answer) in self.left_since(begun).ask(ask, brokers.into_keys()).await {
            match answer {
                Ok(answer) => drop(answers.insert(broker, answer)),
                Err(error) => drop(errors.insert(broker, error)),
            }
        }
        Ok((answers, errors))
    }

    async fn attempt<A: Ask>(&self, ask: &A, call: &Call, keys: Vec<A::Key>) -> Outcomes<A> {
        let routes: Vec<Route> = distinct(keys.iter().map(|key| ask.route(key)));
        let Some(nodes) = call.within(route::resolve(&self.cluster, routes)).await else { return Vec::new() };
        let mut outcomes = Vec::new();
        let mut by_node: BTreeMap<NodeId, Vec<A::Key>> = BTreeMap::new();
        for key in keys {
            match nodes.get(&ask.route(&key)) {
                Some(Ok(node)) => by_node.entry(*node).or_default().push(key),
                Some(Err(error)) if ask.seek_again(error) => outcomes.push((key, Outcome::Retry(error.clone()))),
                Some(Err(error)) => outcomes.push((key, Outcome::Failed(error.clone()))),
                None => {}
            }
        }
        let batches = batches(by_node, if A::BATCHED { usize::MAX } else { 1 });
        outcomes.extend(self.send_all(ask, call, &batches).await);
        outcomes
    }

    async fn send_all<A: Ask>(&self, ask: &A, call: &Call, batches: &[(NodeId, Vec<A::Key>)]) -> Outcomes<A> {
        // Boxed, because a stream of closures' futures does not let the compiler see that it may change threads.
        let mut sends: Vec<BoxFuture<'_, Outcomes<A>>> = Vec::with_capacity(batches.len());
        for (node, keys) in batches {
            sends.push(self.send_batch(ask, call, *node, keys).boxed());
        }
        let answers: Vec<Outcomes<A>> = stream::iter(sends).buffer_unordered(CONCURRENT).collect().await;
        answers.into_iter().flatten().collect()
    }

    async fn send_batch<A: Ask>(&self, ask: &A, call: &Call, node: NodeId, keys: &[A::Key]) -> Outcomes<A> {
        match call.within(self.send(ask, call, node, keys)).await {
            None => Vec::new(),
            Some(Ok(answer)) => complete(keys, ask.read(keys, answer)),
            Some(Err(error)) => keys.iter().map(|key| (key.clone(), Outcome::of(Err(error.clone())))).collect(),
        }
    }

    async fn send<A: Ask>(
        &self,
        ask: &A,
        call: &Call,
        node: NodeId,
        keys: &[A::Key],
    ) -> Result<<A::Request as Request>::Response, KafkaError> {
        self.throttles.wait(node).await;
        let connection = self.cluster.connection(node).await?;
        let version = connection.version::<A::Request>()?;
        let timeout_ms = call.left_ms(self.cluster.config().request_timeout);
        let request = ask.request(keys, Terms { version, timeout_ms })?;
        call.note_sent();
        let answer = connection.send(&request).await?;
        self.throttles.note(node, &answer);
        Ok(answer)
    }

    /// Makes the next attempt look where things are now that have moved.
    async fn look_again<A: Ask>(&self, ask: &A, call: &Call, open: &BTreeMap<A::Key, Option<KafkaError>>) {
        let failed = open.iter().filter_map(|(key, last)| Some((ask.route(key), last.as_ref()?)));
        let failed: Vec<(Route, &KafkaError)> = failed.collect();
        failed.iter().for_each(|(route, error)| route::distrust(&self.cluster, route, error));
        if failed.iter().any(|(route, error)| route::needs_refresh(route, error)) {
            let topics = route::topics(failed.iter().map(|(route, _)| route));
            // What goes wrong here goes wrong again in the next attempt, which tells of it.
            let _ = call.within(self.cluster.refresh(&topics)).await;
        }
    }
}

fn batches<K: Clone>(by_node: BTreeMap<NodeId, Vec<K>>, size_max: usize) -> Vec<(NodeId, Vec<K>)> {
    let mut batches = Vec::new();
    for (node, keys) in by_node {
        batches.extend(keys.chunks(size_max).map(|keys| (node, keys.to_vec())));
    }
    batches
}

fn distinct(routes: impl Iterator<Item = Route>) -> Vec<Route> {
    let mut routes: Vec<Route> = routes.collect();
    routes.sort();
    routes.dedup();
    routes
}

fn settle<K: Ord, V>(
    open: &mut BTreeMap<K, Option<KafkaError>>,
    settled: &mut PerKey<K, V>,
    key: K,
    outcome: Outcome<V>,
) {
    let Some(last) = open.get_mut(&key) else { return };
    let result = match outcome {
        Outcome::Retry(error) => return *last = Some(error),
        Outcome::Done(value) => Ok(value),
        Outcome::Failed(error) => Err(error),
    };
    open.remove(&key);
    settled.insert(key, result);
}

/// The answers, and a failure for each key that the broker passed over.
fn complete<K: Ord + Clone + fmt::Display, V>(keys: &[K], mut answers: Vec<(K, Outcome<V>)>) -> Vec<(K, Outcome<V>)> {
    let answered: std::collections::BTreeSet<K> = answers.iter().map(|(key, _)| key.clone()).collect();
    answers.extend(keys.iter().filter(|key| !answered.contains(*key)).map(|key| {
        let text = format!("The broker response did not contain a result for {key}");
        (key.clone(), Outcome::Failed(KafkaError::refused(ErrorCode::UNKNOWN_SERVER_ERROR, text)))
    }));
    answers
}

/// Java's text for a code, or the broker's own where it has some.
pub(super) fn check(code: i16, message: Option<&str>) -> Result<(), KafkaError> {
    match (code, message) {
        (0, _) => Ok(()),
        (code, Some(message)) => Err(KafkaError::refused(ErrorCode(code), message)),
        (code, None) => Err(KafkaError::broker(ErrorCode(code), "")),
    }
}

/// Whether every version of the request from `first` on can be written, or is refused by name.
#[cfg(test)]
pub(super) fn assert_writable<A: Ask>(ask: &A, key: A::Key, first: i16) {
    use kafka_protocol::protocol::{Encodable, Message};

    for version in first.max(A::Request::VERSIONS.min)..=A::Request::MAX_VERSION {
        match ask.request(std::slice::from_ref(&key), Terms { version, timeout_ms: 1 }) {
            Ok(request) => {
                let written = request.encode(&mut bytes::BytesMut::new(), version);
                assert!(written.is_ok(), "{} version {version}: {written:?}", A::NAME);
            }
            Err(error) => {
                assert_eq!(error.code(), Some(ErrorCode::UNSUPPORTED_VERSION), "{} version {version}", A::NAME)
            }
        }
    }
}
