//! What the cluster looked like when it was last asked.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kafka_protocol::messages::metadata_response::{MetadataResponsePartition, MetadataResponseTopic};
use kafka_protocol::messages::{BrokerId, MetadataResponse};

use super::{NodeId, TopicName};
use crate::{ErrorCode, KafkaError};

/// A picture of the cluster; replaced as a whole, never changed.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// The cluster's id, from Kafka 0.10.1 on.
    pub cluster_id: Option<Arc<str>>,
    /// The node that forwards to the controller.
    pub controller: Option<NodeId>,
    /// The brokers by id.
    pub brokers: BTreeMap<i32, Broker>,
    topics: HashMap<TopicName, TopicMetadata>,
}

/// Where a broker listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broker {
    /// A name or an address.
    pub host: String,
    /// A port.
    pub port: u16,
    /// `broker.rack`.
    pub rack: Option<String>,
}

/// A topic, or why the broker could not tell of it.
#[derive(Clone, Debug)]
pub struct TopicMetadata {
    /// Its id; zero before Kafka 2.8.
    pub id: u128,
    /// True for `__consumer_offsets` and its like.
    pub internal: bool,
    /// Its partitions, `partitions[i]` with the index `i`; a gap in the answer has no leader.
    pub partitions: Vec<PartitionMetadata>,
    /// None for a topic that exists and may be described.
    pub error: Option<ErrorCode>,
    fetched: Instant,
}

/// Who has a partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartitionMetadata {
    /// The leader, or none while there is an election.
    pub leader: Option<i32>,
    /// Counts the leaders; -1 if the broker does not say.
    pub leader_epoch: i32,
    /// All replicas.
    pub replicas: Vec<i32>,
    /// Those in sync.
    pub in_sync: Vec<i32>,
}

impl Metadata {
    /// A topic that the cluster has answered for, be it with an error.
    pub fn topic(&self, topic: &str) -> Option<&TopicMetadata> {
        self.topics.get(topic)
    }

    /// Every topic that was asked for.
    pub fn topics(&self) -> impl Iterator<Item = (&TopicName, &TopicMetadata)> {
        self.topics.iter()
    }

    /// How many partitions the topic has; none if it is not known to exist.
    pub fn partition_count(&self, topic: &str) -> Option<i32> {
        let topic = self.topic(topic).filter(|topic| topic.error.is_none())?;
        i32::try_from(topic.partitions.len()).ok()
    }

    /// The node that leads the partition, if the topic is known, has that partition and a leader.
    pub fn leader(&self, topic: &str, partition: i32) -> Option<NodeId> {
        self.partition(topic, partition)?.leader.map(NodeId::new)
    }

    /// What is known about one partition.
    pub fn partition(&self, topic: &str, partition: i32) -> Option<&PartitionMetadata> {
        self.topic(topic)?.partitions.get(usize::try_from(partition).ok()?)
    }

    pub(super) fn partition_mut(&mut self, topic: &str, partition: i32) -> Option<&mut PartitionMetadata> {
        self.topics.get_mut(topic)?.partitions.get_mut(usize::try_from(partition).ok()?)
    }

    /// The topic, or why it cannot be used.
    /// # Errors
    /// The broker's code; `UNKNOWN_TOPIC_OR_PARTITION` for a topic that was not asked for.
    pub fn usable(&self, topic: &str) -> Result<&TopicMetadata, KafkaError> {
        let refuse = |code| Err(KafkaError::broker(code, format!("Topic {topic}")));
        match self.topic(topic) {
            None => refuse(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
            Some(TopicMetadata { error: Some(code), .. }) => refuse(*code),
            Some(found) if found.partitions.is_empty() => refuse(ErrorCode::LEADER_NOT_AVAILABLE),
            Some(found) => Ok(found),
        }
    }

    pub(super) fn is_fresh(&self, topic: &str, max_age: Duration) -> bool {
        self.usable(topic).is_ok_and(|topic| topic.fetched.elapsed() < max_age)
    }

    /// This picture without the topics that were last asked for longer ago than `kept`. Whoever uses a topic asks for it when
    /// it is older than `metadata.max.age.ms`, so those have no user.
    pub(super) fn without_idle(mut self, kept: Duration) -> Metadata {
        self.topics.retain(|_, topic| topic.fetched.elapsed() <= kept);
        self
    }

    /// This picture with what the answer says laid over it; `whole` if the answer names every topic there is.
    pub(crate) fn merged(&self, response: MetadataResponse, whole: bool) -> Metadata {
        let mut topics = if whole { HashMap::new() } else { self.topics.clone() };
        for topic in response.topics {
            let Some(name) = topic.name.as_ref().map(|name| TopicName::from(name.0.as_str())) else { continue };
            let known = self.topics.get(&name);
            topics.insert(name, TopicMetadata::new(topic, known));
        }
        Metadata {
            cluster_id: response.cluster_id.map(|id| id.as_str().into()),
            controller: Some(response.controller_id.0).filter(|id| *id >= 0).map(NodeId::new),
            brokers: response.brokers.into_iter().filter_map(broker).collect(),
            topics,
        }
    }
}

impl TopicMetadata {
    fn new(topic: MetadataResponseTopic, known: Option<&TopicMetadata>) -> Self {
        let id = topic.topic_id.as_u128();
        let known = known.filter(|known| known.id == id).map_or(&[][..], |known| &known.partitions);
        TopicMetadata {
            id,
            internal: topic.is_internal,
            partitions: partitions(topic.partitions, known),
            error: Some(ErrorCode(topic.error_code)).filter(|code| code.0 != 0),
            fetched: Instant::now(),
        }
    }
}

/// A broker that lags behind may tell of a leader that is no longer: the higher epoch wins.
fn partitions(answer: Vec<MetadataResponsePartition>, known: &[PartitionMetadata]) -> Vec<PartitionMetadata> {
    let mut partitions = vec![PartitionMetadata { leader_epoch: -1, ..Default::default() }; answer.len()];
    for partition in answer {
        let Ok(index) = usize::try_from(partition.partition_index) else { continue };
        let Some(slot) = partitions.get_mut(index) else { continue };
        *slot = match known.get(index) {
            Some(known) if partition.leader_epoch >= 0 && known.leader_epoch > partition.leader_epoch => known.clone(),
            _ => partition.into(),
        };
    }
    partitions
}

impl From<MetadataResponsePartition> for PartitionMetadata {
    fn from(partition: MetadataResponsePartition) -> Self {
        let ids = |nodes: &[BrokerId]| nodes.iter().map(|node| node.0).collect();
        PartitionMetadata {
            leader: Some(partition.leader_id.0).filter(|id| *id >= 0),
            leader_epoch: partition.leader_epoch,
            replicas: ids(&partition.replica_nodes),
            in_sync: ids(&partition.isr_nodes),
        }
    }
}

fn broker(broker: kafka_protocol::messages::metadata_response::MetadataResponseBroker) -> Option<(i32, Broker)> {
    let port = u16::try_from(broker.port).ok()?;
    let rack = broker.rack.map(|rack| rack.as_str().to_owned());
    Some((broker.node_id.0, Broker { host: broker.host.as_str().to_owned(), port, rack }))
}

#[cfg(test)]
mod tests {
    use kafka_protocol::messages::TopicName as WireName;
    use kafka_protocol::protocol::StrBytes;

    use super::*;

    fn answer(error: i16, partitions: &[(i32, i32, i32)]) -> MetadataResponse {
        let partition = |(index, leader, epoch): &(i32, i32, i32)| {
            let partition = MetadataResponsePartition::default().with_partition_index(*index);
            partition.with_leader_id(BrokerId(*leader)).with_leader_epoch(*epoch)
        };
        let topic = MetadataResponseTopic::default()
            .with_name(Some(WireName(StrBytes::from_static_str("t"))))
            .with_error_code(error)
            .with_partitions(partitions.iter().map(partition).collect());
        MetadataResponse::default().with_topics(vec![topic])
    }

    #[test]
    fn an_older_leader_does_not_replace_a_newer_one() {
        let metadata = Metadata::default().merged(answer(0, &[(1, 7, 5), (0, 6, 5)]), false);
        assert_eq!(metadata.leader("t", 0), Some(NodeId::new(6)));
        let later = metadata.merged(answer(0, &[(0, 1, 4), (1, 8, 6)]), false);
        assert_eq!(
            [0, 1, 2, -1].map(|index| later.leader("t", index).map(|node| node.id)),
            [Some(6), Some(8), None, None]
        );
    }

    #[test]
    fn a_topic_that_nobody_asks_for_is_forgotten() {
        let metadata = Metadata::default().merged(answer(0, &[(0, 1, 4)]), false);
        let kept = metadata.clone().without_idle(Duration::from_secs(60));
        assert!(kept.topic("t").is_some());
        std::thread::sleep(Duration::from_millis(2));
        assert!(metadata.without_idle(Duration::from_millis(1)).topic("t").is_none());
    }

    #[test]
    fn says_why_a_topic_cannot_be_used() {
        for (response, want) in [
            (answer(3, &[]), Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)),
            (answer(29, &[]), Some(ErrorCode::TOPIC_AUTHORIZATION_FAILED)),
            (answer(0, &[]), Some(ErrorCode::LEADER_NOT_AVAILABLE)),
            (answer(0, &[(0, -1, 0)]), None), // a partition without a leader is still a partition
            (answer(0, &[(900, 1, 0)]), None), // an index beyond the count is left out
        ] {
            let metadata = Metadata::default().merged(response, false);
            assert_eq!(metadata.usable("t").err().and_then(|error| error.code()), want);
        }
    }
}
