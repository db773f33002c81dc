//! Setting what a group committed, while nobody is in it.

use kafka_protocol::messages::{OffsetCommitRequest, OffsetCommitResponse};

use super::{COORDINATOR, coordinator};
use crate::admin::ask::{Ask, Outcome, Outcomes, Terms};
use crate::admin::route::Route;
use crate::admin::wire;
use crate::admin::{Admin, PerKey};
use crate::committed;
use crate::consumer::{Offsets, TopicPartition};
use crate::{ErrorCode, KafkaError};

impl Admin {
    /// Sets the committed offsets of a group; partitions that are not named keep theirs. Each partition may fail alone:
    /// `UNKNOWN_MEMBER_ID` says that the group has members.
    /// # Errors
    /// The coordinator was not found, or did not answer, in time.
    pub async fn alter_group_offsets(
        &self,
        group: &str,
        offsets: &Offsets,
    ) -> Result<PerKey<TopicPartition, ()>, KafkaError> {
        self.ask_one(&AlterOffsets { offsets }, group.to_owned()).await
    }
}

pub(super) struct AlterOffsets<'a> {
    pub(super) offsets: &'a Offsets,
}

impl Ask for AlterOffsets<'_> {
    type Key = String;
    type Value = PerKey<TopicPartition, ()>;
    type Request = OffsetCommitRequest;
    const NAME: &'static str = "offsetCommit";
    const BATCHED: bool = false;

    fn route(&self, group: &String) -> Route {
        coordinator(group)
    }

    fn request(&self, groups: &[String], _: Terms) -> Result<OffsetCommitRequest, KafkaError> {
        Ok(OffsetCommitRequest::default()
            .with_group_id(wire::group(groups.first().map_or("", String::as_str)))
            .with_generation_id_or_member_epoch(-1)
            .with_topics(committed::topics(self.offsets)))
    }

    fn read(&self, groups: &[String], answer: OffsetCommitResponse) -> Outcomes<Self> {
        let Some(group) = groups.first() else { return Vec::new() };
        let mut results = PerKey::new();
        for topic in answer.topics {
            for partition in topic.partitions {
                let name = TopicPartition::new(topic.name.as_str(), partition.partition_index);
                let code = ErrorCode(partition.error_code);
                if COORDINATOR.contains(&code) || code == ErrorCode::REBALANCE_IN_PROGRESS {
                    return vec![(group.clone(), Outcome::Retry(KafkaError::broker(code, "")))];
                }
                results.insert(name, KafkaError::check(code.0, String::new));
            }
        }
        vec![(group.clone(), Outcome::Done(results))]
    }
}
