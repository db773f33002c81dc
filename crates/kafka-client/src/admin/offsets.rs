//! Where partitions begin and end.

use std::collections::BTreeMap;

use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::{BrokerId, ListOffsetsRequest, ListOffsetsResponse, TopicName as WireName};
use kafka_protocol::protocol::StrBytes;

use super::Admin;
use crate::cluster::TopicName;
use crate::{ErrorCode, KafkaError};

/// Which offset is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffsetSpec {
    /// The first offset that is still there.
    Earliest,
    /// The offset of the next record.
    Latest,
    /// The first record with this timestamp or a later one.
    ForTimestamp(i64),
}

/// The answer for one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedOffset {
    /// The offset; -1 if no record is as late as the timestamp asked for.
    pub offset: i64,
    /// The record's timestamp, if a timestamp was asked for; otherwise -1.
    pub timestamp: i64,
}

impl Admin {
    /// The offset of each partition.
    /// # Errors
    /// A partition that is unknown, may not be described, or has no leader for `default.api.timeout.ms`.
    pub async fn list_offsets(
        &self,
        partitions: &[(TopicName, i32)],
        spec: OffsetSpec,
    ) -> Result<BTreeMap<(TopicName, i32), ListedOffset>, KafkaError> {
        let mut offsets = BTreeMap::new();
        for (topic, partition) in partitions {
            let listed = self.repeat("listOffsets", || self.list_offset(topic, *partition, spec)).await?;
            offsets.insert((topic.clone(), *partition), listed);
        }
        Ok(offsets)
    }

    async fn list_offset(
        &self,
        topic: &TopicName,
        partition: i32,
        spec: OffsetSpec,
    ) -> Result<ListedOffset, KafkaError> {
        let place = || format!("{topic}-{partition}");
        let names = std::slice::from_ref(topic);
        let metadata = self.cluster.metadata(names, false).await?;
        metadata.usable(topic)?;
        let Some(leader) = metadata.leader(topic, partition) else {
            self.cluster.refresh(names).await?;
            return Err(KafkaError::broker(ErrorCode::LEADER_NOT_AVAILABLE, place()));
        };
        let response = self.cluster.send(leader, request(topic, partition, spec)).await;
        let listed = response.and_then(|response| listed(response, place));
        // The leader may have moved, or be gone: the next attempt looks where it is now.
        if listed.as_ref().is_err_and(KafkaError::is_retriable) {
            self.cluster.refresh(names).await?;
        }
        listed
    }
}

fn listed(response: ListOffsetsResponse, place: impl Fn() -> String) -> Result<ListedOffset, KafkaError> {
    let answer = response.topics.into_iter().flat_map(|topic| topic.partitions).next();
    let answer = answer.ok_or_else(|| KafkaError::broker(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, place()))?;
    KafkaError::check(answer.error_code, place)?;
    Ok(ListedOffset { offset: answer.offset, timestamp: answer.timestamp })
}

fn request(topic: &TopicName, partition: i32, spec: OffsetSpec) -> ListOffsetsRequest {
    let timestamp = match spec {
        OffsetSpec::Earliest => -2,
        OffsetSpec::Latest => -1,
        OffsetSpec::ForTimestamp(timestamp) => timestamp,
    };
    let wanted = ListOffsetsPartition::default().with_partition_index(partition).with_timestamp(timestamp);
    let name = WireName(StrBytes::from_string(topic.to_string()));
    let topics = vec![ListOffsetsTopic::default().with_name(name).with_partitions(vec![wanted])];
    ListOffsetsRequest::default().with_replica_id(BrokerId(-1)).with_topics(topics)
}
