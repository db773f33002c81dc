use std::collections::BTreeMap;

use kafka_protocol::messages::offset_for_leader_epoch_request::{OffsetForLeaderPartition, OffsetForLeaderTopic};
use kafka_protocol::messages::{BrokerId, OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse};

use crate::cluster::{Cluster, NodeId};
use crate::consumer::TopicPartition;
use crate::wire::by_topic;
use crate::{ErrorCode, KafkaError};

/// Consumers may ask from this version on; before, it takes a broker's rights.
const FOR_CONSUMERS: i16 = 3;

/// Of which epoch the end is asked for, and in which epoch the leader is thought to be.
#[derive(Clone, Copy, Debug)]
pub(in crate::consumer) struct Epochs {
    pub(in crate::consumer) record: i32,
    pub(in crate::consumer) leader: i32,
}

/// Where the records of an epoch end in the leader's log; where it has none of it, of the largest epoch before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::consumer) struct EpochEnd {
    pub(in crate::consumer) epoch: i32,
    pub(in crate::consumer) offset: i64,
}

/// What became of each partition that was asked for; no end where the leader has no records of such an epoch.
pub(in crate::consumer) type EpochEnds = BTreeMap<TopicPartition, Result<Option<EpochEnd>, KafkaError>>;

/// Asks one leader once; nothing, if it is too old to be asked.
pub(in crate::consumer) async fn epoch_ends(
    cluster: &Cluster,
    leader: NodeId,
    wanted: &BTreeMap<TopicPartition, Epochs>,
) -> Option<EpochEnds> {
    let response = async {
        let connection = cluster.connection(leader).await?;
        match connection.version::<OffsetForLeaderEpochRequest>()? {
            ..FOR_CONSUMERS => Ok(None),
            _ => connection.send(&request(wanted)).await.map(Some),
        }
    };
    match response.await {
        Ok(response) => response.map(|response| results(wanted, response)),
        Err(error) => Some(wanted.keys().map(|name| (name.clone(), Err(error.clone()))).collect()),
    }
}

fn request(wanted: &BTreeMap<TopicPartition, Epochs>) -> OffsetForLeaderEpochRequest {
    let sorted: Vec<_> = wanted.iter().collect();
    let topics = by_topic(&sorted, |name, of_topic| {
        let partitions = of_topic.iter().map(|(name, epochs)| {
            OffsetForLeaderPartition::default()
                .with_partition(name.partition)
                .with_current_leader_epoch(epochs.leader)
                .with_leader_epoch(epochs.record)
        });
        OffsetForLeaderTopic::default().with_topic(name).with_partitions(partitions.collect())
    });
    OffsetForLeaderEpochRequest::default().with_replica_id(BrokerId(-1)).with_topics(topics)
}

/// Complete: a partition that the leader does not speak of is unknown to it.
fn results(wanted: &BTreeMap<TopicPartition, Epochs>, response: OffsetForLeaderEpochResponse) -> EpochEnds {
    let refused = |name: &TopicPartition, code| KafkaError::broker(code, format!("Leader epochs of {name}"));
    let unknown = |name| Err(refused(name, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION));
    let mut ends: EpochEnds = wanted.keys().map(|name| (name.clone(), unknown(name))).collect();
    for topic in response.topics {
        for found in topic.partitions {
            let name = TopicPartition::new(topic.topic.as_str(), found.partition);
            let end = EpochEnd { epoch: found.leader_epoch, offset: found.end_offset };
            let result = match found.error_code {
                0 => Ok(Some(end).filter(|end| end.epoch >= 0 && end.offset >= 0)),
                code => Err(refused(&name, ErrorCode(code))),
            };
            ends.insert(name, result);
        }
    }
    ends
}
