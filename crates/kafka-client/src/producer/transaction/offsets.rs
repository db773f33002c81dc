//! Consumed offsets that are committed with a transaction.

use std::collections::BTreeMap;

use kafka_protocol::messages::txn_offset_commit_request::{
    TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};
use kafka_protocol::messages::{ProducerId, TransactionalId, TxnOffsetCommitRequest, TxnOffsetCommitResponse};

use super::error;
use crate::KafkaError;
use crate::consumer::{OffsetAndMetadata, TopicPartition};
use crate::group::ConsumerGroupMetadata;
use crate::producer::pipeline::Identity;
use crate::wire::{by_topic, group, text};

/// What one call sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::producer) struct OffsetsToSend {
    pub(super) offsets: BTreeMap<TopicPartition, OffsetAndMetadata>,
    pub(super) group: ConsumerGroupMetadata,
}

impl OffsetsToSend {
    /// # Errors
    /// The group's metadata contradicts itself.
    pub(in crate::producer) fn new(
        offsets: &BTreeMap<TopicPartition, OffsetAndMetadata>,
        group: &ConsumerGroupMetadata,
    ) -> Result<Self, KafkaError> {
        if group.generation_id > 0 && group.member_id.is_empty() {
            return Err(error::illegal_argument(format!(
                "Passed in group metadata {group} has generationId > 0 but the member.id is unknown"
            )));
        }
        Ok(OffsetsToSend { offsets: offsets.clone(), group: group.clone() })
    }

    pub(super) fn request(&self, transactional_id: TransactionalId, identity: Identity) -> TxnOffsetCommitRequest {
        TxnOffsetCommitRequest::default()
            .with_transactional_id(transactional_id)
            .with_group_id(group(&self.group.group_id))
            .with_producer_id(ProducerId(identity.id))
            .with_producer_epoch(identity.epoch)
            .with_generation_id(self.group.generation_id)
            .with_member_id(text(&self.group.member_id))
            .with_group_instance_id(self.group.group_instance_id.as_deref().map(text))
            .with_topics(self.topics())
    }

    fn topics(&self) -> Vec<TxnOffsetCommitRequestTopic> {
        let sorted: Vec<_> = self.offsets.iter().collect();
        by_topic(&sorted, |name, of_topic| {
            let partitions = of_topic.iter().map(|(place, offset)| {
                TxnOffsetCommitRequestPartition::default()
                    .with_partition_index(place.partition)
                    .with_committed_offset(offset.offset)
                    .with_committed_leader_epoch(offset.leader_epoch.unwrap_or(-1))
                    .with_committed_metadata(Some(text(&offset.metadata)))
            });
            TxnOffsetCommitRequestTopic::default().with_name(name).with_partitions(partitions.collect())
        })
    }
}

/// The first error in an answer; the whole request is repeated after one, which commits the same offsets again.
pub(super) fn check(response: &TxnOffsetCommitResponse) -> Result<(), KafkaError> {
    for topic in &response.topics {
        for partition in &topic.partitions {
            KafkaError::check(partition.error_code, || {
                format!("Offset of {}-{}", topic.name.as_str(), partition.partition_index)
            })?;
        }
    }
    Ok(())
}
