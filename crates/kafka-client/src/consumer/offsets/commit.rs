use std::collections::BTreeMap;

use kafka_protocol::messages::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use kafka_protocol::messages::offset_fetch_request::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};
use kafka_protocol::messages::{GroupId, OffsetCommitRequest, OffsetFetchRequest, OffsetFetchResponse, TopicName};
use kafka_protocol::protocol::StrBytes;

use crate::KafkaError;
use crate::consumer::{OffsetAndMetadata, TopicPartition};
use crate::group::{Coordinator, Generation};

type Offsets = BTreeMap<TopicPartition, OffsetAndMetadata>;

/// From this version on one request asks for several groups.
const BATCHED_OFFSET_FETCH: i16 = 8;
/// From this version on the broker can be told to wait for transactions that are about to commit offsets.
const STABLE_OFFSET_FETCH: i16 = 7;

/// Commits once; whether to repeat is the caller's to say.
pub(in crate::consumer) async fn commit(
    coordinator: &Coordinator,
    generation: &Generation,
    instance_id: Option<&str>,
    offsets: &Offsets,
) -> Result<(), KafkaError> {
    if offsets.is_empty() {
        return Ok(());
    }
    let request = OffsetCommitRequest::default()
        .with_group_id(GroupId(StrBytes::from(coordinator.group_id().to_owned())))
        .with_generation_id_or_member_epoch(generation.id)
        .with_member_id(StrBytes::from(generation.member_id.clone()))
        .with_group_instance_id(instance_id.map(|id| StrBytes::from(id.to_owned())))
        .with_topics(by_topic(offsets.iter(), |name, offsets| {
            let partitions = offsets.iter().map(|(partition, offset)| {
                OffsetCommitRequestPartition::default()
                    .with_partition_index(partition.partition)
                    .with_committed_offset(offset.offset)
                    .with_committed_leader_epoch(offset.leader_epoch.unwrap_or(-1))
                    .with_committed_metadata(Some(StrBytes::from(offset.metadata.clone())))
            });
            OffsetCommitRequestTopic::default().with_name(name).with_partitions(partitions.collect())
        }));
    let response = coordinator.send(&request).await?;
    for topic in &response.topics {
        for partition in &topic.partitions {
            let what = format!("commit of {}-{}", topic.name.as_str(), partition.partition_index);
            coordinator.check(partition.error_code, &what)?;
        }
    }
    Ok(())
}

/// What the group committed; partitions without a committed offset are left out. One that a transaction is about to change is
/// waited for, at every isolation level: whoever has the partition next would do the transaction's work again.
pub(in crate::consumer) async fn committed(
    coordinator: &Coordinator,
    partitions: &[TopicPartition],
) -> Result<Offsets, KafkaError> {
    let version = coordinator.version::<OffsetFetchRequest>().await?;
    let batched = version >= BATCHED_OFFSET_FETCH;
    let request = committed_request(coordinator.group_id(), partitions, version);
    let response = coordinator.send(&request).await?;
    let mut offsets = Offsets::new();
    for (partition, error, offset) in rows(response, batched, coordinator)? {
        coordinator.check(error, &format!("offset of {partition}"))?;
        if offset.offset >= 0 {
            offsets.insert(partition, offset);
        }
    }
    Ok(offsets)
}

fn committed_request(group: &str, partitions: &[TopicPartition], version: i16) -> OffsetFetchRequest {
    let request = OffsetFetchRequest::default().with_require_stable(version >= STABLE_OFFSET_FETCH);
    let group = GroupId(StrBytes::from(group.to_owned()));
    let mut sorted: Vec<(&TopicPartition, &())> = partitions.iter().map(|partition| (partition, &())).collect();
    sorted.sort();
    let indexes = |of_topic: &[(&TopicPartition, &())]| of_topic.iter().map(|(name, ())| name.partition).collect();
    if version < BATCHED_OFFSET_FETCH {
        let topics = by_topic(sorted.into_iter(), |name, of_topic| {
            OffsetFetchRequestTopic::default().with_name(name).with_partition_indexes(indexes(of_topic))
        });
        return request.with_group_id(group).with_topics(Some(topics));
    }
    let topics = by_topic(sorted.into_iter(), |name, of_topic| {
        OffsetFetchRequestTopics::default().with_name(name).with_partition_indexes(indexes(of_topic))
    });
    let group = OffsetFetchRequestGroup::default().with_group_id(group).with_topics(Some(topics));
    request.with_groups(vec![group])
}

type Row = (TopicPartition, i16, OffsetAndMetadata);

fn rows(response: OffsetFetchResponse, batched: bool, coordinator: &Coordinator) -> Result<Vec<Row>, KafkaError> {
    let mut rows = Vec::new();
    if !batched {
        coordinator.check(response.error_code, "committed offsets")?;
        for topic in response.topics {
            rows.extend(topic.partitions.into_iter().map(|found| {
                let offset = value(found.committed_offset, found.committed_leader_epoch, found.metadata);
                (TopicPartition::new(topic.name.as_str(), found.partition_index), found.error_code, offset)
            }));
        }
    }
    for group in response.groups {
        coordinator.check(group.error_code, "committed offsets")?;
        for topic in group.topics {
            rows.extend(topic.partitions.into_iter().map(|found| {
                let offset = value(found.committed_offset, found.committed_leader_epoch, found.metadata);
                (TopicPartition::new(topic.name.as_str(), found.partition_index), found.error_code, offset)
            }));
        }
    }
    Ok(rows)
}

fn value(offset: i64, leader_epoch: i32, metadata: Option<StrBytes>) -> OffsetAndMetadata {
    OffsetAndMetadata {
        offset,
        leader_epoch: Some(leader_epoch).filter(|epoch| *epoch >= 0),
        metadata: metadata.map(|text| text.to_string()).unwrap_or_default(),
    }
}

/// Groups sorted partitions by topic.
fn by_topic<'a, V: 'a, T>(
    sorted: impl Iterator<Item = (&'a TopicPartition, &'a V)>,
    make: impl Fn(TopicName, &[(&'a TopicPartition, &'a V)]) -> T,
) -> Vec<T> {
    let all: Vec<_> = sorted.collect();
    let topics = all.chunk_by(|a, b| a.0.topic == b.0.topic);
    topics.map(|of_topic| make(TopicName(StrBytes::from(of_topic[0].0.topic.to_string())), of_topic)).collect()
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;
    use kafka_protocol::protocol::Encodable;

    use super::*;
    use crate::net::Request;

    #[test]
    fn every_broker_can_be_asked_what_was_committed() {
        for version in 1..=OffsetFetchRequest::MAX_VERSION {
            let request = committed_request("g", &[TopicPartition::new("t", 0)], version);
            assert!(request.encode(&mut BytesMut::new(), version).is_ok(), "version {version}");
            assert_eq!(request.require_stable, version >= 7);
        }
    }
}
