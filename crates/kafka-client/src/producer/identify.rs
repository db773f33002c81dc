//! Getting a producer id, and going on without one where the cluster does not grant it.

use kafka_protocol::messages::describe_producers_request::TopicRequest;
use kafka_protocol::messages::{DescribeProducersRequest, InitProducerIdRequest, TopicName as WireName};
use kafka_protocol::protocol::StrBytes;

use super::ProducerConfig;
use super::pipeline::Identity;
use crate::cluster::{Cluster, TopicName};
use crate::record::ProducerIdentity;
use crate::{ErrorCode, ErrorKind, KafkaError};

/// How far a producer has come with its identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Idempotence {
    /// Not configured, or refused by the cluster.
    Off,
    /// A transaction's initialization grants it.
    Awaited,
    /// Needed before anything is sent.
    Wanted,
    /// Asked for.
    Requested,
    /// Granted.
    Granted(Identity),
}

impl Idempotence {
    pub(super) fn at_first(config: &ProducerConfig) -> Self {
        match config.idempotent {
            true if config.transaction.is_some() => Idempotence::Awaited,
            true => Idempotence::Wanted,
            false => Idempotence::Off,
        }
    }

    /// The identity for batches, or none where batches have none.
    pub(super) fn identity(self) -> Option<Identity> {
        match self {
            Idempotence::Granted(identity) => Some(identity),
            _ => None,
        }
    }

    /// Whether nothing may be sent for now.
    pub(super) fn is_pending(self) -> bool {
        matches!(self, Idempotence::Awaited | Idempotence::Wanted | Idempotence::Requested)
    }

    /// The next epoch; after the last one a new id is wanted.
    pub(super) fn bumped(self) -> Idempotence {
        match self {
            Idempotence::Granted(Identity { id, epoch }) => {
                match epoch.checked_add(1).filter(|next| *next < i16::MAX) {
                    Some(epoch) => Idempotence::Granted(Identity { id, epoch }),
                    None => Idempotence::Wanted,
                }
            }
            other => other,
        }
    }
}

/// Asks until there is an answer that asking again does not change.
pub(super) async fn identify(cluster: Cluster) -> Result<Identity, KafkaError> {
    let mut backoff = cluster.retry_backoff();
    loop {
        match ask(&cluster).await {
            Err(error) if matches!(error.kind(), ErrorKind::Retriable | ErrorKind::RefreshMetadata) => {
                tracing::debug!(%error, "no producer id yet");
                tokio::time::sleep(backoff.next_delay()).await;
            }
            answer => return answer,
        }
    }
}

async fn ask(cluster: &Cluster) -> Result<Identity, KafkaError> {
    let node = cluster.any_broker().await?;
    let request = InitProducerIdRequest::default().with_transactional_id(None).with_transaction_timeout_ms(i32::MAX);
    let response = cluster.send(node, request).await?;
    KafkaError::check(response.error_code, || "InitProducerId".to_owned())?;
    Ok(Identity { id: response.producer_id.0, epoch: response.producer_epoch })
}

/// The last sequence number that the partition's leader has stored for this id and epoch, if it knows of them.
pub(super) async fn last_sequence(
    cluster: Cluster,
    topic: TopicName,
    partition: i32,
    identity: ProducerIdentity,
) -> Result<Option<i32>, KafkaError> {
    let place = || format!("{topic}-{partition}");
    let leader = cluster.leader(&topic, partition);
    let leader = leader.ok_or_else(|| KafkaError::broker(ErrorCode::LEADER_NOT_AVAILABLE, place()))?;
    let name = WireName(StrBytes::from_string(topic.to_string()));
    let asked = TopicRequest::default().with_name(name).with_partition_indexes(vec![partition]);
    let response = cluster.send(leader, DescribeProducersRequest::default().with_topics(vec![asked])).await?;
    let mut last = None;
    for partition in response.topics.into_iter().flat_map(|topic| topic.partitions) {
        KafkaError::check(partition.error_code, place)?;
        let ours = |producer: &&kafka_protocol::messages::describe_producers_response::ProducerState| {
            producer.producer_id.0 == identity.id && producer.producer_epoch == i32::from(identity.epoch)
        };
        last = last.or(partition.active_producers.iter().find(ours).map(|producer| producer.last_sequence));
    }
    Ok(last.filter(|last| *last >= 0))
}
