use std::collections::BTreeMap;

use kafka_protocol::messages::{ListOffsetsRequest, ListOffsetsResponse};

use crate::cluster::{Cluster, Metadata, NodeId};
use crate::consumer::TopicPartition;
use crate::offsets::{self, Wanted};
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

/// What became of each partition that was asked for; nothing is found where there is no such record.
pub(in crate::consumer) type Listed = BTreeMap<TopicPartition, Result<Option<Found>, KafkaError>>;

/// Asks each leader once. One that fails costs only its own partitions.
pub(in crate::consumer) async fn list(
    cluster: &Cluster,
    metadata: &Metadata,
    wanted: &BTreeMap<TopicPartition, At>,
    isolation: i8,
) -> Listed {
    let mut listed = Listed::new();
    let mut by_leader: BTreeMap<NodeId, Vec<(&TopicPartition, At)>> = BTreeMap::new();
    for (partition, at) in wanted {
        match leader(metadata, partition) {
            Ok(leader) => by_leader.entry(leader).or_default().push((partition, *at)),
            Err(error) => drop(listed.insert(partition.clone(), Err(error))),
        }
    }
    for (leader, wanted) in by_leader {
        let response = cluster.send(leader, request(&wanted, metadata, isolation)).await;
        listed.extend(results(&wanted, response));
    }
    listed
}

fn leader(metadata: &Metadata, partition: &TopicPartition) -> Result<NodeId, KafkaError> {
    metadata.usable(&partition.topic)?;
    let leader = metadata.leader(&partition.topic, partition.partition);
    leader.ok_or_else(|| KafkaError::broker(ErrorCode::LEADER_NOT_AVAILABLE, partition.to_string()))
}

/// One leader's answer, complete: a partition that it does not speak of is unknown to it.
fn results(wanted: &[(&TopicPartition, At)], response: Result<ListOffsetsResponse, KafkaError>) -> Listed {
    let refused = |name: &TopicPartition, code| KafkaError::broker(code, format!("Offsets of {name}"));
    let response = match response {
        Ok(response) => response,
        Err(error) => return wanted.iter().map(|(name, _)| ((*name).clone(), Err(error.clone()))).collect(),
    };
    let unknown = |name| Err(refused(name, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION));
    let mut listed: Listed = wanted.iter().map(|(name, _)| ((*name).clone(), unknown(*name))).collect();
    for (name, found) in offsets::answers(response) {
        let result = match found {
            Ok(found) => Ok((found.offset >= 0).then_some((found.offset, found.timestamp))),
            Err(code) => Err(refused(&name, code)),
        };
        listed.insert(name, result);
    }
    listed
}

fn request(wanted: &[(&TopicPartition, At)], metadata: &Metadata, isolation: i8) -> ListOffsetsRequest {
    let wanted = wanted.iter().map(|(name, at)| {
        let known = metadata.partition(&name.topic, name.partition);
        (*name, Wanted { timestamp: at.wire(), leader_epoch: known.map_or(-1, |known| known.leader_epoch) })
    });
    offsets::request(&wanted.collect(), isolation)
}

#[cfg(test)]
mod tests {
    use kafka_protocol::messages::TopicName;
    use kafka_protocol::messages::list_offsets_response::{ListOffsetsPartitionResponse, ListOffsetsTopicResponse};
    use kafka_protocol::protocol::StrBytes;

    use super::*;

    #[test]
    fn a_failure_costs_only_its_own_partition() {
        let names = [0, 1, 2, 3].map(|index| TopicPartition::new("t", index));
        let wanted: Vec<_> = names.iter().map(|name| (name, At::End)).collect();
        let answered = [(0, 0, 7), (1, 6, -1), (2, 0, -1)].map(|(index, code, offset)| {
            let partition = ListOffsetsPartitionResponse::default().with_partition_index(index);
            partition.with_error_code(code).with_offset(offset)
        });
        let topic = ListOffsetsTopicResponse::default()
            .with_name(TopicName(StrBytes::from_static_str("t")))
            .with_partitions(answered.into());
        let listed = results(&wanted, Ok(ListOffsetsResponse::default().with_topics(vec![topic])));
        let listed =
            names.each_ref().map(|name| listed[name].as_ref().map(|found| found.map(|(offset, _)| offset)).ok());
        assert_eq!(listed, [Some(Some(7)), None, Some(None), None]);
        assert!(results(&wanted, Err(KafkaError::Closed)).values().all(Result::is_err));
    }
}
