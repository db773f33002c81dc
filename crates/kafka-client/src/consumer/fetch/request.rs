//! The request of a session, sent and taken in.

use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic, ForgottenTopic};
use kafka_protocol::messages::{BrokerId, FetchRequest, FetchResponse};
use kafka_protocol::protocol::StrBytes;
use uuid::Uuid;

use super::answer::{Answer, answers, leaders};
use super::session::{Ask, Session};
use super::{TopicPartition, Wanted};
use crate::cluster::{Cluster, NodeId};
use crate::consumer::{ConsumerConfig, IsolationLevel};
use crate::net::Frame;
use crate::{ErrorCode, KafkaError, wire};

/// Connections refuse answers much larger than this; a single batch may still exceed it.
const ANSWER_BYTES_MAX: i32 = 64 << 20;
/// The last version that names topics; later ones know only their ids.
const NAMES_MAX: i16 = 12;
/// Closes the session that a request names.
const CLOSING: i32 = -1;

/// The session's next request and its answer, ready for the buffers.
/// # Errors
/// All that sending returns, and what the broker says of the session. The next request opens another one then.
pub(in crate::consumer) async fn fetch(
    cluster: &Cluster,
    node: NodeId,
    config: &ConsumerConfig,
    session: &mut Session,
) -> Result<Vec<Answer>, KafkaError> {
    let ask = session.ask();
    let response = send(cluster, node, config, &ask).await.inspect_err(|_| session.on_failure())?;
    cluster.learn(leaders(&response, session));
    let opening = (ask.epoch == 0).then_some(ask.wanted).filter(|_| response.error_code == 0);
    let (answers, outcome) = answers(response, session, opening, config);
    session.on_answer(outcome);
    KafkaError::check(outcome.error, || "Fetch".to_owned()).map(|()| answers)
}

async fn send(
    cluster: &Cluster,
    node: NodeId,
    config: &ConsumerConfig,
    ask: &Ask,
) -> Result<FetchResponse, KafkaError> {
    let connection = cluster.connection(node).await?;
    let newest = connection.version::<FetchRequest>()?;
    // Brokers told of no id, as older ones beside newer ones do: then only names say what is meant.
    let version = if ask.by_id { newest } else { newest.min(NAMES_MAX) };
    let frame = Frame::encode(&request(config, ask, version), version)
        .map_err(|reason| KafkaError::broker(ErrorCode::UNSUPPORTED_VERSION, format!("Fetch: {reason}")))?;
    connection.submit(frame).await?.decode::<FetchRequest>(version).await
}

/// Tells a broker that nobody comes back to a session. One that does not hear of it drops the session when others need the room.
pub(in crate::consumer) async fn close(cluster: &Cluster, node: NodeId, session_id: i32) -> Result<(), KafkaError> {
    let request =
        FetchRequest::default().with_replica_id(BrokerId(-1)).with_session_id(session_id).with_session_epoch(CLOSING);
    cluster.send(node, request).await.map(drop)
}

fn request(config: &ConsumerConfig, ask: &Ask, version: i16) -> FetchRequest {
    let topics = ask.wanted.chunk_by(|a, b| (&a.partition.topic, a.topic_id) == (&b.partition.topic, b.topic_id));
    FetchRequest::default()
        .with_replica_id(BrokerId(-1))
        .with_max_wait_ms(i32::try_from(config.fetch_max_wait.as_millis()).unwrap_or(i32::MAX))
        .with_min_bytes(config.fetch_min_bytes)
        .with_max_bytes(config.fetch_max_bytes.min(ANSWER_BYTES_MAX))
        .with_isolation_level(isolation(config))
        .with_session_id(ask.id)
        .with_session_epoch(ask.epoch)
        .with_topics(topics.map(|of_topic| topic(config, of_topic, version)).collect())
        .with_forgotten_topics_data(forgotten(&ask.forgotten, version))
        .with_rack_id(StrBytes::from(config.client_rack.clone()))
}

fn topic(config: &ConsumerConfig, of_topic: &[Wanted], version: i16) -> FetchTopic {
    let partitions = of_topic.iter().map(|wanted| {
        FetchPartition::default()
            .with_partition(wanted.partition.partition)
            .with_current_leader_epoch(wanted.leader_epoch)
            .with_fetch_offset(wanted.offset)
            .with_partition_max_bytes(config.max_partition_fetch_bytes)
    });
    let topic = FetchTopic::default().with_partitions(partitions.collect());
    match version {
        ..=NAMES_MAX => topic.with_topic(wire::topic(&of_topic[0].partition.topic)),
        _ => topic.with_topic_id(Uuid::from_u128(of_topic[0].topic_id)),
    }
}

fn forgotten(all: &[(TopicPartition, u128)], version: i16) -> Vec<ForgottenTopic> {
    let topics = all.chunk_by(|a, b| (&a.0.topic, a.1) == (&b.0.topic, b.1));
    let topics = topics.map(|of_topic| {
        let partitions = of_topic.iter().map(|(name, _)| name.partition).collect();
        let topic = ForgottenTopic::default().with_partitions(partitions);
        match version {
            ..=NAMES_MAX => topic.with_topic(wire::topic(&of_topic[0].0.topic)),
            _ => topic.with_topic_id(Uuid::from_u128(of_topic[0].1)),
        }
    });
    topics.collect()
}

pub(in crate::consumer) fn isolation(config: &ConsumerConfig) -> i8 {
    match config.isolation_level {
        IsolationLevel::ReadUncommitted => 0,
        IsolationLevel::ReadCommitted => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Request;

    /// Encoders refuse a field that has a value and no place in the version.
    #[test]
    fn every_broker_can_be_asked() {
        for version in 7..=<FetchRequest as Request>::MAX_VERSION {
            let partition = TopicPartition::new("t", 0);
            let ask = Ask {
                id: 7,
                epoch: 3,
                by_id: version > NAMES_MAX,
                forgotten: vec![(partition.clone(), 5)],
                wanted: vec![Wanted { partition, ticket: 0, offset: 1, leader_epoch: 2, topic_id: 5, served: 0 }],
            };
            let request = request(&ConsumerConfig::default(), &ask, version);
            assert!(Frame::encode(&request, version).is_ok(), "version {version}");
        }
    }
}
