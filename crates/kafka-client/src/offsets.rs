//! ListOffsets: where partitions begin and end. Consumer and admin ask alike; what a failure means to them is theirs.

use std::collections::BTreeMap;

use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::list_offsets_response::ListOffsetsPartitionResponse;
use kafka_protocol::messages::{BrokerId, ListOffsetsRequest, ListOffsetsResponse};

use crate::ErrorCode;
use crate::consumer::TopicPartition;
use crate::wire::by_topic;

/// What is asked about one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// A timestamp, or one of the negative numbers that mean a place.
    pub(crate) timestamp: i64,
    /// The epoch of the leader that is meant; -1 is whoever leads.
    pub(crate) leader_epoch: i32,
}

/// An offset as a broker lists it; -1 where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedOffset {
    /// The offset; -1 if no record is as late as the timestamp asked for.
    pub offset: i64,
    /// The record's timestamp, if a timestamp was asked for; otherwise -1.
    pub timestamp: i64,
    /// The leader epoch of the record, if the broker tells it.
    pub leader_epoch: Option<i32>,
}

/// `read_uncommitted` and `read_committed` on the wire.
pub(crate) type Isolation = i8;

pub(crate) fn request(wanted: &BTreeMap<&TopicPartition, Wanted>, isolation: Isolation) -> ListOffsetsRequest {
    let sorted: Vec<_> = wanted.iter().map(|(name, wanted)| (*name, *wanted)).collect();
    let topics = by_topic(&sorted, |name, of_topic| {
        let partitions = of_topic.iter().map(|(name, wanted)| {
            ListOffsetsPartition::default()
                .with_partition_index(name.partition)
                .with_current_leader_epoch(wanted.leader_epoch)
                .with_timestamp(wanted.timestamp)
        });
        ListOffsetsTopic::default().with_name(name).with_partitions(partitions.collect())
    });
    ListOffsetsRequest::default().with_replica_id(BrokerId(-1)).with_isolation_level(isolation).with_topics(topics)
}

/// What the broker says about each partition that it speaks of.
pub(crate) fn answers(
    response: ListOffsetsResponse,
) -> impl Iterator<Item = (TopicPartition, Result<ListedOffset, ErrorCode>)> {
    response.topics.into_iter().flat_map(|topic| {
        let name: std::sync::Arc<str> = topic.name.as_str().into();
        topic.partitions.into_iter().map(move |found| {
            (TopicPartition { topic: name.clone(), partition: found.partition_index }, listed(&found))
        })
    })
}

fn listed(found: &ListOffsetsPartitionResponse) -> Result<ListedOffset, ErrorCode> {
    match found.error_code {
        0 => Ok(ListedOffset {
            offset: found.offset,
            timestamp: found.timestamp,
            leader_epoch: Some(found.leader_epoch).filter(|epoch| *epoch >= 0),
        }),
        code => Err(ErrorCode(code)),
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;
    use kafka_protocol::messages::list_offsets_response::ListOffsetsTopicResponse;
    use kafka_protocol::protocol::Encodable;

    use super::*;
    use crate::net::Request;

    #[test]
    fn partitions_of_one_topic_stand_together_in_every_version() {
        let names = [("a", 1), ("b", 0), ("a", 0)].map(|(topic, index)| TopicPartition::new(topic, index));
        for (version, leader_epoch) in (1..=ListOffsetsRequest::MAX_VERSION).zip([-1, -1, -1, 7, 7, 7, 7, 7, 7, 7]) {
            let wanted = names.iter().map(|name| (name, Wanted { timestamp: -2, leader_epoch })).collect();
            let request = request(&wanted, 0);
            assert!(request.encode(&mut BytesMut::new(), version).is_ok(), "version {version}");
            let counts: Vec<_> = request.topics.iter().map(|topic| topic.partitions.len()).collect();
            assert_eq!(counts, [2, 1]);
        }
    }

    #[test]
    fn an_answer_is_told_partition_by_partition() {
        let partitions = [(0, 0, 7, 3), (1, 6, -1, -1), (2, 0, -1, -1)].map(|(index, code, offset, epoch)| {
            let partition = ListOffsetsPartitionResponse::default().with_partition_index(index);
            partition.with_error_code(code).with_offset(offset).with_leader_epoch(epoch)
        });
        let topic = ListOffsetsTopicResponse::default().with_partitions(partitions.into());
        let got: Vec<_> = answers(ListOffsetsResponse::default().with_topics(vec![topic]))
            .map(|(name, found)| (name.partition, found.map(|found| (found.offset, found.leader_epoch))))
            .collect();
        assert_eq!(got, [(0, Ok((7, Some(3)))), (1, Err(ErrorCode(6))), (2, Ok((-1, None)))]);
    }
}
