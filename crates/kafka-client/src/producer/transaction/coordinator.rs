//! The talk with the transaction's coordinator, and with a group's: each question is repeated until its answer is final.
//!
//! That may take for ever while a cluster is down. The caller's wait is bounded by `max.block.ms`; the question goes on,
//! so that the same call, made again, joins it. What a transaction asked for is given up between two attempts when the
//! transaction is aborted; the abort itself is asked until it is answered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use kafka_protocol::messages::add_partitions_to_txn_request::AddPartitionsToTxnTopic;
use kafka_protocol::messages::{
    AddOffsetsToTxnRequest, AddPartitionsToTxnRequest, AddPartitionsToTxnResponse, EndTxnRequest, GroupId,
    InitProducerIdRequest, ProducerId, TopicName as WireName, TransactionalId,
};
use kafka_protocol::protocol::StrBytes;
use tokio_util::sync::CancellationToken;

use super::fault::{Asked, Fault, Verdict, judge};
use super::offsets::{OffsetsToSend, check};
use crate::KafkaError;
use crate::cluster::{Cluster, CoordinatorKind, TopicName};
use crate::net::{Backoff, Connection, Request};
use crate::producer::pipeline::Identity;

/// How transactions are told to the cluster; the same within one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::producer) enum Protocol {
    /// Partitions are added by requests.
    V1,
    /// Partitions are added by their first batch; each end raises the epoch (KIP-890).
    V2,
}

/// What to ask.
#[derive(Clone, Debug)]
pub(in crate::producer) enum Task {
    /// A producer id, or a raised epoch of this one.
    Initialize(Option<Identity>),
    /// Slots to add.
    AddPartitions(Identity, BTreeSet<usize>),
    SendOffsets(Identity, Protocol, OffsetsToSend),
    /// True to commit.
    End(Identity, Protocol, bool),
}

/// What was answered.
#[derive(Debug)]
pub(in crate::producer) enum Answer {
    Initialized(Result<Initialized, Fault>),
    PartitionsAdded(BTreeSet<usize>, Result<(), Fault>),
    OffsetsSent { sent: OffsetsToSend, begun: bool, result: Result<(), Fault> },
    Ended(Result<Ended, Fault>),
}

#[derive(Clone, Copy, Debug)]
pub(in crate::producer) struct Initialized {
    pub(super) identity: Identity,
    pub(super) protocol: Protocol,
    pub(super) can_bump: bool,
}

#[derive(Clone, Copy, Debug)]
pub(in crate::producer) struct Ended {
    /// The raised epoch, if the end raised it.
    pub(super) identity: Option<Identity>,
    /// The next transaction's.
    pub(super) protocol: Protocol,
}

/// The way to the coordinators for one `transactional.id`.
#[derive(Clone, Debug)]
pub(in crate::producer) struct Coordinator {
    cluster: Cluster,
    id: Arc<str>,
    timeout_ms: i32,
    /// Cancelled when the answer to the present question is of no more use.
    given_up: CancellationToken,
}

/// The pauses while the last transaction is being completed: its markers are on their way to the partitions, which takes
/// a few milliseconds. Java's pause is the longest of these from the start.
const SOON: Duration = Duration::from_millis(2);
const SOON_MAX: Duration = Duration::from_millis(20);
/// From this version on InitProducerId raises an epoch.
const INIT_THAT_BUMPS: i16 = 3;
/// The newest versions of the first protocol.
const END_V1: i16 = 4;
const TXN_OFFSET_COMMIT_V1: i16 = 4;

impl Coordinator {
    pub(in crate::producer) fn new(cluster: Cluster, id: Arc<str>, timeout_ms: i32) -> Self {
        Coordinator { cluster, id, timeout_ms, given_up: CancellationToken::new() }
    }

    /// For one question, which is not repeated any more once `given_up` is cancelled.
    pub(in crate::producer) fn until(&self, given_up: CancellationToken) -> Self {
        Coordinator { given_up, ..self.clone() }
    }

    /// Asks for a producer id; with `current`, for the next epoch of that.
    pub(in crate::producer) async fn initialize(&self, current: Option<Identity>) -> Result<Initialized, Fault> {
        let Identity { id, epoch } = current.unwrap_or(Identity { id: -1, epoch: -1 });
        let request = InitProducerIdRequest::default()
            .with_transactional_id(Some(self.wire_id()))
            .with_transaction_timeout_ms(self.timeout_ms)
            .with_producer_id(ProducerId(id))
            .with_producer_epoch(epoch);
        self.ask(Asked::Initialize, request, i16::MAX, |response, connection| {
            KafkaError::check(response.error_code, String::new)?;
            let identity = Identity { id: response.producer_id.0, epoch: response.producer_epoch };
            let can_bump = connection.version::<InitProducerIdRequest>()? >= INIT_THAT_BUMPS;
            Ok(Initialized { identity, protocol: protocol_of(connection), can_bump })
        })
        .await
    }

    /// Makes partitions part of the transaction.
    pub(in crate::producer) async fn add_partitions(
        &self,
        identity: Identity,
        partitions: BTreeMap<TopicName, Vec<i32>>,
    ) -> Result<(), Fault> {
        let topic = |(name, partitions): (TopicName, Vec<i32>)| {
            let name = WireName(StrBytes::from_string(name.to_string()));
            AddPartitionsToTxnTopic::default().with_name(name).with_partitions(partitions)
        };
        let request = AddPartitionsToTxnRequest::default()
            .with_v3_and_below_transactional_id(self.wire_id())
            .with_v3_and_below_producer_id(ProducerId(identity.id))
            .with_v3_and_below_producer_epoch(identity.epoch)
            .with_v3_and_below_topics(partitions.into_iter().map(topic).collect());
        self.ask(Asked::AddPartitions, request, i16::MAX, |response, _| all_added(&response)).await
    }

    /// Commits offsets with the transaction. Also says whether the coordinator may know of the transaction now.
    pub(in crate::producer) async fn send_offsets(
        &self,
        identity: Identity,
        protocol: Protocol,
        offsets: &OffsetsToSend,
    ) -> (bool, Result<(), Fault>) {
        if protocol == Protocol::V1
            && let Err(fault) = self.add_offsets(identity, offsets).await
        {
            return (false, Err(fault));
        }
        let newest = if protocol == Protocol::V1 { TXN_OFFSET_COMMIT_V1 } else { i16::MAX };
        let request = offsets.request(self.wire_id(), identity);
        let (kind, group) = (CoordinatorKind::Group, offsets.group.group_id.as_str());
        let committed =
            self.ask_at(kind, group, Asked::CommitOffsets, request, newest, |response, _| check(&response)).await;
        (true, committed)
    }

    async fn add_offsets(&self, identity: Identity, offsets: &OffsetsToSend) -> Result<(), Fault> {
        let group = &offsets.group.group_id;
        let request = AddOffsetsToTxnRequest::default()
            .with_transactional_id(self.wire_id())
            .with_producer_id(ProducerId(identity.id))
            .with_producer_epoch(identity.epoch)
            .with_group_id(GroupId(StrBytes::from_string(group.clone())));
        let about = || format!("Group {group}");
        self.ask(Asked::AddOffsets, request, i16::MAX, |response, _| KafkaError::check(response.error_code, about))
            .await
    }

    /// Commits or aborts the transaction.
    pub(in crate::producer) async fn end(
        &self,
        identity: Identity,
        protocol: Protocol,
        commit: bool,
    ) -> Result<Ended, Fault> {
        let request = EndTxnRequest::default()
            .with_transactional_id(self.wire_id())
            .with_producer_id(ProducerId(identity.id))
            .with_producer_epoch(identity.epoch)
            .with_committed(commit);
        let newest = if protocol == Protocol::V1 { END_V1 } else { i16::MAX };
        let asked = if commit { Asked::Commit } else { Asked::Abort };
        self.ask(asked, request, newest, |response, connection| {
            KafkaError::check(response.error_code, String::new)?;
            let identity = Identity { id: response.producer_id.0, epoch: response.producer_epoch };
            Ok(Ended { identity: Some(identity).filter(|next| next.id >= 0), protocol: protocol_of(connection) })
        })
        .await
    }

    async fn ask<R: Request, T>(
        &self,
        asked: Asked,
        request: R,
        newest: i16,
        read: impl Fn(R::Response, &Connection) -> Result<T, KafkaError>,
    ) -> Result<T, Fault> {
        self.ask_at(CoordinatorKind::Transaction, &self.id, asked, request, newest, read).await
    }

    async fn ask_at<R: Request, T>(
        &self,
        kind: CoordinatorKind,
        key: &str,
        asked: Asked,
        request: R,
        newest: i16,
        read: impl Fn(R::Response, &Connection) -> Result<T, KafkaError>,
    ) -> Result<T, Fault> {
        let mut backoff = self.cluster.retry_backoff();
        let mut short = Backoff::new(SOON.min(self.cluster.config().retry_backoff), SOON_MAX);
        let mut maybe_heard = false;
        loop {
            let connected = self.given_up.run_until_cancelled(self.connection(kind, key)).await;
            let result = match connected.ok_or(Fault::GivenUp { maybe_heard })? {
                Ok(connection) => {
                    // Never given up on its way: what the coordinator has heard must not be in doubt more than need be.
                    let answer = connection.send_at_most(&request, newest).await;
                    maybe_heard |= answer.is_err();
                    answer.and_then(|response| read(response, &connection))
                }
                Err(error) => Err(error),
            };
            let error = match result {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let verdict = judge(asked, &error);
            tracing::debug!(transactional_id = %self.id, ?asked, %error, ?verdict, "a coordinator's answer");
            let pause = match verdict {
                Verdict::Fault(fault) => return Err(fault),
                Verdict::Soon => short.next_delay(),
                Verdict::Again => backoff.next_delay(),
                Verdict::Moved => {
                    self.cluster.invalidate_coordinator(kind, key);
                    backoff.next_delay()
                }
            };
            let paused = self.given_up.run_until_cancelled(tokio::time::sleep(pause)).await;
            paused.ok_or(Fault::GivenUp { maybe_heard })?;
        }
    }

    async fn connection(&self, kind: CoordinatorKind, key: &str) -> Result<Arc<Connection>, KafkaError> {
        let node = self.cluster.coordinator(kind, key).await?;
        self.cluster.connection(node).await
    }

    fn wire_id(&self) -> TransactionalId {
        TransactionalId(StrBytes::from_string(self.id.to_string()))
    }
}

fn protocol_of(connection: &Connection) -> Protocol {
    match connection.feature("transaction.version") {
        ..2 => Protocol::V1,
        _ => Protocol::V2,
    }
}

/// The error that decides: one that nothing helps comes before those that may go away, and before partitions that were
/// left out for another's sake.
fn all_added(response: &AddPartitionsToTxnResponse) -> Result<(), KafkaError> {
    let topics = response.results_by_topic_v3_and_below.iter();
    let rows = topics.flat_map(|topic| topic.results_by_partition.iter().map(move |row| (topic, row)));
    let errors = rows.filter(|(_, row)| row.partition_error_code != 0).map(|(topic, row)| {
        let place = format!("{}-{}", topic.name.as_str(), row.partition_index);
        KafkaError::broker(crate::ErrorCode(row.partition_error_code), place)
    });
    let rank = |error: &KafkaError| match error.code() {
        Some(crate::ErrorCode::OPERATION_NOT_ATTEMPTED) => 2,
        _ if error.is_retriable() => 1,
        _ => 0,
    };
    errors.min_by_key(rank).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use connect_config::Props;

    use super::*;
    use crate::config::ClientConfig;

    #[tokio::test]
    async fn a_question_that_nobody_answers_is_given_up() {
        let props = Props::from([("bootstrap.servers", "127.0.0.1:1"), ("reconnect.backoff.max.ms", "60000")]);
        let cluster = Cluster::new(ClientConfig::parse(&props).unwrap());
        let given_up = CancellationToken::new();
        let coordinator = Coordinator::new(cluster, "id".into(), 1).until(given_up.clone());
        let identity = Identity { id: 1, epoch: 0 };
        let asking = coordinator.add_partitions(identity, BTreeMap::from([("t".into(), vec![0])]));
        let mut asking = std::pin::pin!(tokio::time::timeout(Duration::from_secs(30), asking));
        assert!(tokio::time::timeout(Duration::from_millis(50), &mut asking).await.is_err(), "asks on");
        given_up.cancel();
        assert!(matches!(asking.await, Ok(Err(Fault::GivenUp { maybe_heard: false }))));
    }
}
