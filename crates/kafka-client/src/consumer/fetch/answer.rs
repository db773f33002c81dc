//! What an answer says of each partition, and what of its bytes is for the caller.

use bytes::Bytes;
use kafka_protocol::messages::FetchResponse;
use kafka_protocol::messages::fetch_response::{AbortedTransaction, FetchableTopicResponse, PartitionData};

use super::aborted::AbortedFilter;
use super::session::{Outcome, Session};
use super::{TopicPartition, Wanted};
use crate::ErrorCode;
use crate::cluster::{LeaderNews, TopicName};
use crate::consumer::buffer::Fetched;
use crate::consumer::{ConsumerConfig, IsolationLevel};
use crate::record::{Batches, RecordError};

/// One partition's part of an answer.
#[derive(Debug)]
pub(in crate::consumer) struct Answer {
    pub(in crate::consumer) wanted: Wanted,
    pub(in crate::consumer) error: Option<ErrorCode>,
    pub(in crate::consumer) fetched: Vec<Fetched>,
    pub(in crate::consumer) next_offset: i64,
    pub(in crate::consumer) preferred_replica: Option<i32>,
    /// The offset after the last record that a consumer like this one may see today.
    pub(in crate::consumer) end: Option<i64>,
}

impl Answer {
    /// Whether it comes from a broker that does not lead the partition, which may have named who does.
    pub(in crate::consumer) fn is_from_no_leader(&self) -> bool {
        matches!(self.error, Some(ErrorCode::NOT_LEADER_OR_FOLLOWER | ErrorCode::FENCED_LEADER_EPOCH))
    }
}

/// Reads what was answered, and what that means for the session. `opening` holds what was asked for if the request named all
/// that the session has: an answer to that names all of it too.
pub(super) fn answers(
    response: FetchResponse,
    session: &Session,
    opening: Option<Vec<Wanted>>,
    config: &ConsumerConfig,
) -> (Vec<Answer>, Outcome) {
    let mut outcome = Outcome { error: response.error_code, session_id: response.session_id, amiss: false };
    let mut answers: Vec<Answer> = Vec::new();
    for topic in response.responses {
        let name = name_of(&topic, session);
        for data in topic.partitions {
            let name = name.clone().map(|topic| TopicPartition { topic, partition: data.partition_index });
            match name.and_then(|name| session.get(&name)) {
                Some(wanted) => answers.push(answer(wanted.clone(), data, config)),
                None => outcome.amiss = true,
            }
        }
    }
    let silent = unanswered(opening.unwrap_or_default(), &answers);
    outcome.amiss |= !silent.is_empty();
    answers.extend(silent);
    (answers, outcome)
}

/// The leaders that the broker names for partitions that it does not lead.
pub(super) fn leaders(response: &FetchResponse, session: &Session) -> LeaderNews {
    let mut news = LeaderNews::default();
    for topic in &response.responses {
        let wrong = |data: &&PartitionData| data.error_code != 0 && data.current_leader.leader_id.0 >= 0;
        for data in topic.partitions.iter().filter(wrong) {
            let Some(name) = name_of(topic, session) else { continue };
            let leader = &data.current_leader;
            news.leader(&name, data.partition_index, leader.leader_id.0, leader.leader_epoch);
        }
    }
    for node in &response.node_endpoints {
        news.broker(node.node_id.0, &node.host, node.port, node.rack.as_deref());
    }
    news
}

fn name_of(topic: &FetchableTopicResponse, session: &Session) -> Option<TopicName> {
    match topic.topic_id.as_u128() {
        0 => Some(TopicName::from(topic.topic.as_str())),
        id => session.topic(id).cloned(),
    }
}

/// The broker does not speak of these: it does not know what was meant. They are asked for again only after a pause, as after
/// any other error.
fn unanswered(mut asked: Vec<Wanted>, answers: &[Answer]) -> Vec<Answer> {
    if !asked.is_empty() {
        let told: std::collections::HashSet<_> = answers.iter().map(|answer| &answer.wanted.partition).collect();
        asked.retain(|wanted| !told.contains(&wanted.partition));
    }
    let silent = |wanted: Wanted| {
        let (error, next_offset) = (Some(ErrorCode::UNKNOWN_TOPIC_ID), wanted.offset);
        Answer { wanted, error, fetched: Vec::new(), next_offset, preferred_replica: None, end: None }
    };
    asked.into_iter().map(silent).collect()
}

fn answer(wanted: Wanted, data: PartitionData, config: &ConsumerConfig) -> Answer {
    let error = Some(ErrorCode(data.error_code)).filter(|code| code.0 != 0);
    let preferred_replica = Some(data.preferred_read_replica.0).filter(|id| *id >= 0);
    let records = data.records.unwrap_or_default();
    let (end, aborted) = match config.isolation_level {
        IsolationLevel::ReadCommitted => (data.last_stable_offset, data.aborted_transactions.unwrap_or_default()),
        IsolationLevel::ReadUncommitted => (data.high_watermark, Vec::new()),
    };
    let (fetched, next_offset) = match error {
        None => read(records, wanted.offset, config.check_crcs, aborted),
        Some(_) => (Vec::new(), wanted.offset),
    };
    Answer { wanted, error, fetched, next_offset, preferred_replica, end: Some(end).filter(|end| *end >= 0) }
}

/// The batches from `offset` on, without those of aborted transactions, and where the next fetch starts.
pub(in crate::consumer) fn read(
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

#[cfg(test)]
mod tests {
    use kafka_protocol::messages::TopicName as WireName;
    use kafka_protocol::protocol::StrBytes;

    use super::*;

    fn response(partitions: &[i32]) -> FetchResponse {
        let partitions = partitions.iter().map(|index| PartitionData::default().with_partition_index(*index));
        let topic = FetchableTopicResponse::default()
            .with_topic(WireName(StrBytes::from_static_str("t")))
            .with_partitions(partitions.collect());
        FetchResponse::default().with_responses(vec![topic])
    }

    #[test]
    fn what_the_broker_passes_over_is_an_error_only_when_it_was_asked_for_all() {
        for (told, opening, want, amiss) in [
            (&[1][..], true, vec![(0, true), (1, false)], true),
            (&[0, 1], true, vec![(0, false), (1, false)], false),
            (&[1], false, vec![(1, false)], false),
            (&[], false, vec![], false),
            (&[1, 2], false, vec![(1, false)], true), // nobody asked for 2
        ] {
            let mut session = Session::default();
            for index in [0, 1] {
                let partition = TopicPartition::new("t", index);
                session.want(Wanted { partition, ticket: 1, offset: 5, leader_epoch: 0, topic_id: 0, served: 0 });
            }
            let asked = session.ask().wanted;
            let config = ConsumerConfig::default();
            let (mut answers, outcome) = answers(response(told), &session, opening.then_some(asked), &config);
            answers.sort_by_key(|answer| answer.wanted.partition.clone());
            let failed = answers.iter().map(|answer| (answer.wanted.partition.partition, answer.error.is_some()));
            assert_eq!((failed.collect::<Vec<_>>(), outcome.amiss), (want, amiss), "{told:?}");
        }
    }
}
