use std::collections::BTreeMap;

use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::{BrokerId, ListOffsetsRequest, TopicName};
use kafka_protocol::protocol::StrBytes;

use crate::cluster::{Cluster, Metadata, NodeId};
use crate::consumer::TopicPartition;
use crate::{ErrorCode, KafkaError};

/// Which offset is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::consumer) enum At {
    Beginning,
    End,
    /// The first record that is not older (milliseconds since 1970).
    Timestamp(i64),
}

impl At {
    fn wire(self) -> i64 {
        match self {
            Self::End => -1,
            Self::Beginning => -2,
            Self::Timestamp(millis) => millis,
        }
    }
}

/// An offset, and the timestamp of its record (-1 for beginning and end).
pub(in crate::consumer) type Found = (i64, i64);

/// Asks each leader once. Partitions for which there is no such record are left out; the first error is returned.
pub(in crate::consumer) async fn list(
    cluster: &Cluster,
    metadata: &Metadata,
    wanted: &BTreeMap<TopicPartition, At>,
    isolation: i8,
) -> Result<BTreeMap<TopicPartition, Found>, KafkaError> {
    let mut by_leader: BTreeMap<NodeId, Vec<(&TopicPartition, At)>> = BTreeMap::new();
    for (partition, at) in wanted {
        metadata.usable(&partition.topic)?;
        let leader = metadata.leader(&partition.topic, partition.partition);
        let leader =
            leader.ok_or_else(|| KafkaError::broker(ErrorCode::LEADER_NOT_AVAILABLE, partition.to_string()))?;
        by_leader.entry(leader).or_default().push((partition, *at));
    }
    let mut found = BTreeMap::new();
    for (leader, wanted) in by_leader {
        let response = cluster.send(leader, request(&wanted, metadata, isolation)).await?;
        for topic in response.topics {
            for partition in topic.partitions {
                let name = TopicPartition::new(topic.name.as_str(), partition.partition_index);
                KafkaError::check(partition.error_code, || format!("Offsets of {name}"))?;
                if partition.offset >= 0 {
                    found.insert(name, (partition.offset, partition.timestamp));
                }
            }
        }
    }
    Ok(found)
}

fn request(wanted: &[(&TopicPartition, At)], metadata: &Metadata, isolation: i8) -> ListOffsetsRequest {
    let topics = wanted.chunk_by(|a, b| a.0.topic == b.0.topic).map(|of_topic| {
        let partitions = of_topic.iter().map(|(name, at)| {
            let epoch = metadata.partition(&name.topic, name.partition).map_or(-1, |known| known.leader_epoch);
            ListOffsetsPartition::default()
                .with_partition_index(name.partition)
                .with_current_leader_epoch(epoch)
                .with_timestamp(at.wire())
        });
        ListOffsetsTopic::default()
            .with_name(TopicName(StrBytes::from(of_topic[0].0.topic.to_string())))
            .with_partitions(partitions.collect())
    });
    ListOffsetsRequest::default()
        .with_replica_id(BrokerId(-1))
        .with_isolation_level(isolation)
        .with_topics(topics.collect())
}
