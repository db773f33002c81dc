//! OffsetFetch and OffsetCommit: what groups have committed. Consumer and admin ask alike; what a failure means to them is
//! theirs.

use kafka_protocol::messages::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use kafka_protocol::messages::offset_fetch_request::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};
use kafka_protocol::messages::{OffsetFetchRequest, OffsetFetchResponse};
use kafka_protocol::protocol::StrBytes;

use crate::consumer::{OffsetAndMetadata, Offsets, TopicPartition};
use crate::wire::{by_topic, group, text};

/// From this version on groups stand in a list.
const GROUPS: i16 = 8;
/// From this version on the broker can be told to wait for transactions that are about to commit offsets.
const STABLE: i16 = 7;

/// Asks for the offsets of sorted partitions, or of all (from version 2 on). `require_stable` where the version can say it.
pub(crate) fn request(
    group_id: &str,
    partitions: Option<&[TopicPartition]>,
    require_stable: bool,
    version: i16,
) -> OffsetFetchRequest {
    let request = OffsetFetchRequest::default().with_require_stable(require_stable && version >= STABLE);
    let indexes = |of_topic: &[TopicPartition]| of_topic.iter().map(|name| name.partition).collect();
    if version < GROUPS {
        let topics = partitions.map(|some| {
            by_topic(some, |name, of_topic| {
                OffsetFetchRequestTopic::default().with_name(name).with_partition_indexes(indexes(of_topic))
            })
        });
        return request.with_group_id(group(group_id)).with_topics(topics);
    }
    let topics = partitions.map(|some| {
        by_topic(some, |name, of_topic| {
            OffsetFetchRequestTopics::default().with_name(name).with_partition_indexes(indexes(of_topic))
        })
    });
    request.with_groups(vec![OffsetFetchRequestGroup::default().with_group_id(group(group_id)).with_topics(topics)])
}

/// What an answer says of one partition: its code, and its offset if one is committed.
pub(crate) type Row = (TopicPartition, i16, Option<OffsetAndMetadata>);

/// Why the answer as a whole is none; 0 if it is one.
pub(crate) fn failure(answer: &OffsetFetchResponse) -> i16 {
    let codes = [answer.error_code].into_iter().chain(answer.groups.iter().map(|group| group.error_code));
    codes.into_iter().find(|code| *code != 0).unwrap_or(0)
}

/// Both layouts of the answer, as one. An answer in neither, as for a group that never was, has no rows.
pub(crate) fn rows(answer: OffsetFetchResponse) -> Vec<Row> {
    let mut rows = Vec::new();
    for topic in answer.topics {
        rows.extend(topic.partitions.into_iter().map(|found| {
            let offset = offset(found.committed_offset, found.committed_leader_epoch, found.metadata);
            (TopicPartition::new(topic.name.as_str(), found.partition_index), found.error_code, offset)
        }));
    }
    for topic in answer.groups.into_iter().flat_map(|group| group.topics) {
        rows.extend(topic.partitions.into_iter().map(|found| {
            let offset = offset(found.committed_offset, found.committed_leader_epoch, found.metadata);
            (TopicPartition::new(topic.name.as_str(), found.partition_index), found.error_code, offset)
        }));
    }
    rows
}

fn offset(offset: i64, leader_epoch: i32, metadata: Option<StrBytes>) -> Option<OffsetAndMetadata> {
    (offset >= 0).then(|| OffsetAndMetadata {
        offset,
        leader_epoch: Some(leader_epoch).filter(|epoch| *epoch >= 0),
        metadata: metadata.map(|text| text.to_string()).unwrap_or_default(),
    })
}

/// The offsets of an OffsetCommit.
pub(crate) fn topics(offsets: &Offsets) -> Vec<OffsetCommitRequestTopic> {
    let sorted: Vec<_> = offsets.iter().collect();
    by_topic(&sorted, |name, of_topic| {
        let partitions = of_topic.iter().map(|(partition, offset)| {
            OffsetCommitRequestPartition::default()
                .with_partition_index(partition.partition)
                .with_committed_offset(offset.offset)
                .with_committed_leader_epoch(offset.leader_epoch.unwrap_or(-1))
                .with_committed_metadata(Some(text(&offset.metadata)))
        });
        OffsetCommitRequestTopic::default().with_name(name).with_partitions(partitions.collect())
    })
}
