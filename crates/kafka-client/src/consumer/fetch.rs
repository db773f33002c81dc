//! Fetching ahead: one request under way per broker, decoded in its own task while the caller works.
//! ```text
//! Partitions ─▶ plan: per broker, who wants what ─▶ FetchRequest ─▶ batches, checked, without what was aborted ─▶ Buffer
//! ```
//! Requests are sessionless: each names all its partitions. Sessions would only shorten requests to brokers with very many.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use kafka_protocol::messages::fetch_response::{AbortedTransaction, FetchableTopicResponse, PartitionData};
use kafka_protocol::messages::{BrokerId, FetchRequest, FetchResponse, TopicName as WireName};
use kafka_protocol::protocol::{Decodable, StrBytes};

use crate::cluster::{Cluster, Metadata, NodeId, TopicName};
use crate::net::Frame;
use crate::record::{Batch, Batches, ControlRecord, RecordError};
use crate::{ErrorCode, KafkaError};

use super::partitions::{Fetched, Partition, Partitions, Stage};
use super::{ConsumerConfig, IsolationLevel, TopicPartition};

/// Connections refuse answers much larger than this; a single batch may still exceed it.
const ANSWER_BYTES_MAX: i32 = 64 << 20;
/// The last version that names topics; later ones know only their ids.
const NAMES_MAX: i16 = 12;

/// One partition's part of a request.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) partition: TopicPartition,
    pub(super) ticket: u64,
    pub(super) offset: i64,
    leader_epoch: i32,
    topic_id: u128,
    served: u64,
}

/// One partition's part of an answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) wanted: Wanted,
    pub(super) error: Option<ErrorCode>,
    pub(super) fetched: Vec<Fetched>,
    pub(super) next_offset: i64,
    pub(super) preferred_replica: Option<i32>,
}

/// What to ask each broker for. A broker is left alone while a request to it is under way, and while one of its partitions
/// has enough buffered: a request without that partition would wait for the idle ones, and the busy one behind it.
pub(super) fn plan(
    partitions: &Partitions,
    metadata: &Metadata,
    config: &ConsumerConfig,
    busy: &HashSet<i32>,
    now: Instant,
) -> Plan {
    let mut plan = Plan::default();
    let enough = usize::try_from(config.max_partition_fetch_bytes).unwrap_or(usize::MAX).max(1);
    let full = partitions.buffered_bytes() >= usize::try_from(config.fetch_max_bytes).unwrap_or(usize::MAX).max(1);
    let mut satisfied = HashSet::new();
    for (name, partition) in partitions.iter() {
        let Stage::At(_) = partition.stage else { continue };
        if partition.paused || partition.buffer.is_broken() || !partition.may_ask(now) {
            continue;
        }
        let Some(node) = node_of(name, partition, metadata, now) else {
            plan.leaderless = true;
            continue;
        };
        if busy.contains(&node) {
            continue;
        }
        if partition.buffer.bytes() >= enough || (full && !partition.buffer.is_empty()) {
            satisfied.insert(node);
            continue;
        }
        plan.by_node.entry(node).or_default().push(wanted(name, partition, metadata));
    }
    plan.by_node.retain(|node, _| !satisfied.contains(node));
    // Stable: who was served by the same answer stays together, so that few topics are named twice.
    plan.by_node.values_mut().for_each(|wanted| wanted.sort_by_key(|wanted| wanted.served));
    plan
}

/// See [`plan`].
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) by_node: BTreeMap<i32, Vec<Wanted>>,
    /// Some partition has no leader in this metadata.
    pub(super) leaderless: bool,
}

fn node_of(name: &TopicPartition, partition: &Partition, metadata: &Metadata, now: Instant) -> Option<i32> {
    match partition.replica {
        Some((node, until)) if now < until => Some(node),
        _ => metadata.leader(&name.topic, name.partition).map(|node| node.id),
    }
}

fn wanted(name: &TopicPartition, partition: &Partition, metadata: &Metadata) -> Wanted {
    Wanted {
        partition: name.clone(),
        ticket: partition.ticket,
        offset: partition.fetch_from,
        leader_epoch: metadata.partition(&name.topic, name.partition).map_or(-1, |known| known.leader_epoch),
        topic_id: metadata.topic(&name.topic).map_or(0, |topic| topic.id),
        served: partition.served,
    }
}

/// One request and its answer, ready for the buffers.
pub(super) async fn fetch(
    cluster: Cluster,
    node: NodeId,
    config: std::sync::Arc<ConsumerConfig>,
    wanted: Vec<Wanted>,
) -> Result<Vec<Answer>, KafkaError> {
    let connection = cluster.connection(node).await?;
    let newest = connection.version::<FetchRequest>()?;
    // Brokers told of no id, as older ones beside newer ones do: then only names say what is meant.
    let nameless = wanted.iter().any(|wanted| wanted.topic_id == 0);
    let version = if nameless { newest.min(NAMES_MAX) } else { newest };
    let frame = Frame::encode(&request(&config, &wanted), version)
        .map_err(|reason| KafkaError::broker(ErrorCode::UNSUPPORTED_VERSION, format!("Fetch: {reason}")))?;
    let response = connection.submit(frame).await?.decode::<FetchRequest>(version).await?;
    KafkaError::check(response.error_code, || "Fetch".to_owned())?;
    Ok(answers(response, wanted, &config))
}

fn request(config: &ConsumerConfig, wanted: &[Wanted]) -> FetchRequest {
    let topics = wanted.chunk_by(|a, b| a.partition.topic == b.partition.topic).map(|of_topic| {
        let partitions = of_topic.iter().map(|wanted| {
            FetchPartition::default()
                .with_partition(wanted.partition.partition)
                .with_current_leader_epoch(wanted.leader_epoch)
                .with_fetch_offset(wanted.offset)
                .with_partition_max_bytes(config.max_partition_fetch_bytes)
        });
        // Newer brokers read the id, older ones the name.
        topic_by_id(of_topic[0].topic_id)
            .with_topic(WireName(StrBytes::from(of_topic[0].partition.topic.to_string())))
            .with_partitions(partitions.collect())
    });
    FetchRequest::default()
        .with_replica_id(BrokerId(-1))
        .with_max_wait_ms(i32::try_from(config.fetch_max_wait.as_millis()).unwrap_or(i32::MAX))
        .with_min_bytes(config.fetch_min_bytes)
        .with_max_bytes(config.fetch_max_bytes.min(ANSWER_BYTES_MAX))
        .with_isolation_level(isolation(config))
        .with_session_epoch(-1)
        .with_topics(topics.collect())
        .with_rack_id(StrBytes::from(config.client_rack.clone()))
}

pub(super) fn isolation(config: &ConsumerConfig) -> i8 {
    match config.isolation_level {
        IsolationLevel::ReadUncommitted => 0,
        IsolationLevel::ReadCommitted => 1,
    }
}

fn answers(response: FetchResponse, wanted: Vec<Wanted>, config: &ConsumerConfig) -> Vec<Answer> {
    let names: HashMap<u128, TopicName> =
        wanted.iter().map(|wanted| (wanted.topic_id, wanted.partition.topic.clone())).collect();
    let mut open: HashMap<TopicPartition, Wanted> =
        wanted.into_iter().map(|wanted| (wanted.partition.clone(), wanted)).collect();
    let mut answers = Vec::new();
    for topic in response.responses {
        let name = match topic.topic_id.as_u128() {
            0 => Some(TopicName::from(topic.topic.as_str())),
            id => names.get(&id).cloned(),
        };
        let Some(name) = name else { continue };
        for data in topic.partitions {
            let wanted = open.remove(&TopicPartition { topic: name.clone(), partition: data.partition_index });
            answers.extend(wanted.map(|wanted| answer(wanted, data, config)));
        }
    }
    // Asked again only after a pause, as after any other error.
    answers.extend(open.into_values().map(unanswered));
    answers
}

/// The broker does not speak of the partition: it does not know what was meant.
fn unanswered(wanted: Wanted) -> Answer {
    let (error, next_offset) = (Some(ErrorCode::UNKNOWN_TOPIC_ID), wanted.offset);
    Answer { wanted, error, fetched: Vec::new(), next_offset, preferred_replica: None }
}

fn answer(wanted: Wanted, data: PartitionData, config: &ConsumerConfig) -> Answer {
    let error = Some(ErrorCode(data.error_code)).filter(|code| code.0 != 0);
    let preferred_replica = Some(data.preferred_read_replica.0).filter(|id| *id >= 0);
    let records = data.records.unwrap_or_default();
    let aborted = match config.isolation_level {
        IsolationLevel::ReadCommitted => data.aborted_transactions.unwrap_or_default(),
        IsolationLevel::ReadUncommitted => Vec::new(),
    };
    let (fetched, next_offset) = match error {
        None => read(records, wanted.offset, config.check_crcs, aborted),
        Some(_) => (Vec::new(), wanted.offset),
    };
    Answer { wanted, error, fetched, next_offset, preferred_replica }
}

/// The batches from `offset` on, without those of aborted transactions, and where the next fetch starts.
pub(super) fn read(
    records: Bytes,
    offset: i64,
    check_crcs: bool,
    aborted: Vec<AbortedTransaction>,
) -> (Vec<Fetched>, i64) {
    let (mut fetched, mut next_offset, got_bytes) = (Vec::new(), offset, !records.is_empty());
    let mut filter = AbortedFilter::new(aborted);
    for batch in Batches::new(records, check_crcs) {
        let batch = match batch {
            Ok(batch) => batch,
            Err(error) => {
                fetched.push(Fetched::Broken(error));
                break;
            }
        };
        // Also for batches before the offset: their markers count.
        let readable = filter.admits(&batch);
        if batch.next_offset() <= next_offset {
            continue;
        }
        next_offset = batch.next_offset();
        fetched.push(match readable {
            true => Fetched::Batch { bytes: batch.len_bytes(), batch },
            false => Fetched::Skip { next_offset },
        });
    }
    if fetched.is_empty() && got_bytes {
        let what = "the broker's answer holds no whole batch from this offset on";
        fetched.push(Fetched::Broken(RecordError::Corrupt { offset, what }));
    }
    (fetched, next_offset)
}

/// Tells the batches of aborted transactions from the others, going through the log in order.
struct AbortedFilter {
    /// Those that begin later, the first one last.
    ahead: Vec<AbortedTransaction>,
    /// Producers within an aborted transaction.
    open: HashSet<i64>,
}

impl AbortedFilter {
    fn new(mut aborted: Vec<AbortedTransaction>) -> Self {
        aborted.sort_by_key(|transaction| std::cmp::Reverse(transaction.first_offset));
        Self { ahead: aborted, open: HashSet::new() }
    }

    /// Whether the batch's records are for the caller.
    fn admits(&mut self, batch: &Batch) -> bool {
        while let Some(begun) = self.ahead.pop_if(|transaction| transaction.first_offset <= batch.last_offset) {
            self.open.insert(begun.producer_id.0);
        }
        if batch.is_control() {
            if batch.control() == Some(ControlRecord::Abort) {
                self.open.remove(&batch.producer_id);
            }
            return false;
        }
        !(batch.is_transactional() && self.open.contains(&batch.producer_id))
    }
}

/// A topic without a name, by its id. The id's type belongs to a crate that is not ours to depend on, so the smallest message
/// that holds one and can be decoded is.
fn topic_by_id(id: u128) -> FetchTopic {
    const WITH_IDS: i16 = 13;
    const NO_PARTITIONS_NO_TAGS: [u8; 2] = [1, 0];
    let mut encoded = BytesMut::from(&id.to_be_bytes()[..]);
    encoded.extend_from_slice(&NO_PARTITIONS_NO_TAGS);
    let answer = FetchableTopicResponse::decode(&mut encoded.freeze(), WITH_IDS).unwrap_or_default();
    FetchTopic::default().with_topic_id(answer.topic_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_broker_passes_over_is_an_error() {
        let wanted = [0, 1].map(|index| Wanted {
            partition: TopicPartition::new("t", index),
            ticket: 1,
            offset: 5,
            leader_epoch: 0,
            topic_id: 0,
            served: 0,
        });
        let topic = FetchableTopicResponse::default()
            .with_topic(WireName(StrBytes::from_static_str("t")))
            .with_partitions(vec![PartitionData::default().with_partition_index(1)]);
        let response = FetchResponse::default().with_responses(vec![topic]);
        let mut answers = answers(response, wanted.into(), &ConsumerConfig::default());
        answers.sort_by_key(|answer| answer.wanted.partition.clone());
        let told: Vec<_> = answers.iter().map(|answer| (answer.error, answer.next_offset)).collect();
        assert_eq!(told, [(Some(ErrorCode::UNKNOWN_TOPIC_ID), 5), (None, 5)]);
    }
}
