//! What topics look like: partitions, leaders, replicas, and what this client may do with them.

use std::collections::{BTreeMap, BTreeSet};

use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::metadata_response::{MetadataResponsePartition, MetadataResponseTopic};
use kafka_protocol::messages::{MetadataRequest, MetadataResponse};

use super::TopicId;
use crate::admin::acl::{AclOperation, authorized as operations};
use crate::admin::ask::{Ask, Outcome, Outcomes, Terms, check};
use crate::admin::route::Route;
use crate::admin::wire::{ids, representable, topic, unsupported};
use crate::admin::{Admin, PerKey};
use crate::cluster::TopicName;
use crate::{ErrorCode, KafkaError};

/// A topic as a broker sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicDescription {
    /// Its name.
    pub name: TopicName,
    /// None before Kafka 2.8.
    pub id: Option<TopicId>,
    /// True for `__consumer_offsets` and its like.
    pub internal: bool,
    /// By index.
    pub partitions: BTreeMap<i32, PartitionDescription>,
    /// What this client may do with it; none if it was not asked for, or before Kafka 2.3.
    pub authorized: Option<BTreeSet<AclOperation>>,
}

/// Who has a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionDescription {
    /// None while there is an election, or no broker for it.
    pub leader: Option<i32>,
    /// All replicas, the preferred leader first.
    pub replicas: Vec<i32>,
    /// Those in sync.
    pub in_sync: Vec<i32>,
    /// Those whose broker or disk is gone.
    pub offline: Vec<i32>,
}

impl Admin {
    /// Each topic, or why it cannot be described; none is created by asking. `authorized` asks for the rights as well.
    pub async fn describe_topics(&self, names: &[TopicName], authorized: bool) -> PerKey<TopicName, TopicDescription> {
        let (names, mut results) = representable(names.iter().cloned(), "topic name");
        results.extend(self.ask(&ByName { authorized }, names).await);
        results
    }

    /// As [`describe_topics`](Self::describe_topics), by id (from Kafka 3.0 on).
    pub async fn describe_topics_by_id(&self, ids: &[TopicId], authorized: bool) -> PerKey<TopicId, TopicDescription> {
        self.ask(&ById { authorized }, ids.iter().copied()).await
    }
}

/// From this version on topics can be asked for by id; two before it claim to, and fail.
const BY_ID: i16 = 12;
/// From this version on the answer may name rights.
const AUTHORIZED: i16 = 8;

struct ByName {
    authorized: bool,
}

impl Ask for ByName {
    type Key = TopicName;
    type Value = TopicDescription;
    type Request = MetadataRequest;
    const NAME: &'static str = "describeTopics";

    fn route(&self, _: &TopicName) -> Route {
        Route::Any
    }

    fn request(&self, names: &[TopicName], terms: Terms) -> Result<MetadataRequest, KafkaError> {
        let topics = names.iter().map(|name| MetadataRequestTopic::default().with_name(Some(topic(name))));
        Ok(request(topics.collect(), self.authorized && terms.version >= AUTHORIZED))
    }

    fn read(&self, names: &[TopicName], answer: MetadataResponse) -> Outcomes<Self> {
        let mut found: BTreeMap<TopicName, MetadataResponseTopic> = BTreeMap::new();
        for topic in answer.topics {
            let name = topic.name.as_ref().map(|name| TopicName::from(name.as_str()));
            found.extend(name.map(|name| (name, topic)));
        }
        let mut described = |name: &TopicName| {
            check(answer.error_code, None)?;
            let missing =
                || KafkaError::refused(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, format!("Topic {name} not found."));
            description(found.remove(name).ok_or_else(missing)?)
        };
        names.iter().map(|name| (name.clone(), Outcome::repeating(described(name), &[]))).collect()
    }
}

struct ById {
    authorized: bool,
}

impl Ask for ById {
    type Key = TopicId;
    type Value = TopicDescription;
    type Request = MetadataRequest;
    const NAME: &'static str = "describeTopicsWithIds";

    fn route(&self, _: &TopicId) -> Route {
        Route::Any
    }

    fn request(&self, ids: &[TopicId], terms: Terms) -> Result<MetadataRequest, KafkaError> {
        if terms.version < BY_ID {
            let version = terms.version;
            return Err(unsupported(format!("MetadataRequest version {version} does not support non-zero topic IDs.")));
        }
        let topics = ids.iter().map(|id| MetadataRequestTopic::default().with_name(None).with_topic_id(id.wire()));
        Ok(request(topics.collect(), self.authorized))
    }

    fn read(&self, _: &[TopicId], answer: MetadataResponse) -> Outcomes<Self> {
        let whole = check(answer.error_code, None);
        let topics = answer.topics.into_iter().map(|topic| {
            let id = TopicId(topic.topic_id.as_u128());
            (id, Outcome::repeating(whole.clone().and_then(|()| description(topic)), &[]))
        });
        topics.collect()
    }
}

fn request(topics: Vec<MetadataRequestTopic>, authorized: bool) -> MetadataRequest {
    MetadataRequest::default()
        .with_topics(Some(topics))
        .with_allow_auto_topic_creation(false)
        .with_include_topic_authorized_operations(authorized)
}

fn description(topic: MetadataResponseTopic) -> Result<TopicDescription, KafkaError> {
    check(topic.error_code, None)?;
    Ok(TopicDescription {
        name: topic.name.map_or_else(|| TopicName::from(""), |name| name.as_str().into()),
        id: Some(TopicId(topic.topic_id.as_u128())).filter(|id| id.0 != 0),
        internal: topic.is_internal,
        partitions: topic.partitions.into_iter().map(|found| (found.partition_index, found.into())).collect(),
        authorized: operations(topic.topic_authorized_operations),
    })
}

impl From<MetadataResponsePartition> for PartitionDescription {
    fn from(partition: MetadataResponsePartition) -> Self {
        PartitionDescription {
            leader: Some(partition.leader_id.0).filter(|id| *id >= 0),
            replicas: ids(&partition.replica_nodes),
            in_sync: ids(&partition.isr_nodes),
            offline: ids(&partition.offline_replicas),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::ask::assert_writable;

    #[test]
    fn every_broker_from_2_1_on_can_be_asked() {
        assert_writable(&ByName { authorized: true }, "t".into(), 7);
        assert_writable(&ById { authorized: true }, TopicId(7), 7);
    }
}
