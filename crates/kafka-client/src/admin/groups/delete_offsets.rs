//! Forgetting what a group committed, for topics that it no longer reads.

use std::collections::BTreeSet;

use kafka_protocol::messages::offset_delete_request::{OffsetDeleteRequestPartition, OffsetDeleteRequestTopic};
use kafka_protocol::messages::{OffsetDeleteRequest, OffsetDeleteResponse};

use super::{coordinator, outcome};
use crate::KafkaError;
use crate::admin::ask::{Ask, Outcomes, Terms, check};
use crate::admin::route::Route;
use crate::admin::wire::{self, by_topic};
use crate::admin::{Admin, PerKey};
use crate::consumer::TopicPartition;

impl Admin {
    /// Deletes committed offsets (from Kafka 2.4 on). Each partition may fail alone: `GROUP_SUBSCRIBED_TO_TOPIC` says that
    /// members read its topic.
    /// # Errors
    /// `GROUP_ID_NOT_FOUND`, `NON_EMPTY_GROUP` (of a protocol type that does not tell what it reads),
    /// `GROUP_AUTHORIZATION_FAILED`; the coordinator did not answer in time.
    pub async fn delete_group_offsets(
        &self,
        group: &str,
        partitions: &BTreeSet<TopicPartition>,
    ) -> Result<PerKey<TopicPartition, ()>, KafkaError> {
        self.ask_one(&DeleteOffsets { partitions }, group.to_owned()).await
    }
}

pub(super) struct DeleteOffsets<'a> {
    pub(super) partitions: &'a BTreeSet<TopicPartition>,
}

impl Ask for DeleteOffsets<'_> {
    type Key = String;
    type Value = PerKey<TopicPartition, ()>;
    type Request = OffsetDeleteRequest;
    const NAME: &'static str = "offsetDelete";
    const BATCHED: bool = false;

    fn route(&self, group: &String) -> Route {
        coordinator(group)
    }

    fn request(&self, groups: &[String], _: Terms) -> Result<OffsetDeleteRequest, KafkaError> {
        let names: Vec<TopicPartition> = self.partitions.iter().cloned().collect();
        let topics = by_topic(&names, |topic, of_topic| {
            let partitions = of_topic
                .iter()
                .map(|name| OffsetDeleteRequestPartition::default().with_partition_index(name.partition));
            OffsetDeleteRequestTopic::default().with_name(topic).with_partitions(partitions.collect())
        });
        let group = groups.first().map_or("", String::as_str);
        Ok(OffsetDeleteRequest::default().with_group_id(wire::group(group)).with_topics(topics))
    }

    fn read(&self, groups: &[String], answer: OffsetDeleteResponse) -> Outcomes<Self> {
        let results = check(answer.error_code, None).map(|()| {
            let topics = answer.topics.into_iter().flat_map(|topic| {
                topic.partitions.into_iter().map(move |partition| {
                    let name = TopicPartition::new(topic.name.as_str(), partition.partition_index);
                    (name, check(partition.error_code, None))
                })
            });
            topics.collect()
        });
        groups.iter().zip([outcome(results)]).map(|(group, outcome)| (group.clone(), outcome)).collect()
    }
}
