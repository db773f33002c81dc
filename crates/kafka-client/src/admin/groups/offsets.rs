//! What groups committed.

use std::collections::{BTreeMap, BTreeSet};

use kafka_protocol::messages::offset_fetch_request::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};
use kafka_protocol::messages::{OffsetFetchRequest, OffsetFetchResponse};
use kafka_protocol::protocol::StrBytes;

use super::{COORDINATOR, coordinator};
use crate::admin::ask::{Ask, Outcome, Outcomes, Terms, check};
use crate::admin::route::Route;
use crate::admin::wire::{self, by_topic};
use crate::admin::{Admin, PerKey};
use crate::consumer::{OffsetAndMetadata, TopicPartition};
use crate::{ErrorCode, KafkaError};

/// What a group committed; none for a partition that was asked for and has nothing committed.
type Committed = BTreeMap<TopicPartition, Option<OffsetAndMetadata>>;

impl Admin {
    /// The committed offsets of each group: of the given partitions, or of all that have one. With `require_stable`
    /// (from Kafka 2.5 on) transactions that are about to commit offsets are waited for. Partitions that this client
    /// may not see are left out.
    pub async fn list_group_offsets(
        &self,
        groups: &BTreeMap<String, Option<BTreeSet<TopicPartition>>>,
        require_stable: bool,
    ) -> PerKey<String, Committed> {
        self.ask(&ListOffsets { groups, require_stable }, groups.keys().cloned()).await
    }
}

pub(super) struct ListOffsets<'a> {
    pub(super) groups: &'a BTreeMap<String, Option<BTreeSet<TopicPartition>>>,
    pub(super) require_stable: bool,
}

/// From this version on groups stand in a list.
const GROUPS: i16 = 8;
/// From this version on the broker can be told to wait for transactions.
const STABLE: i16 = 7;
/// From this version on all partitions can be asked for at once.
const ALL: i16 = 2;

impl Ask for ListOffsets<'_> {
    type Key = String;
    type Value = Committed;
    type Request = OffsetFetchRequest;
    const NAME: &'static str = "offsetFetch";
    const BATCHED: bool = false; // brokers before 3.0 take one group a request, and those after it do as well

    fn route(&self, group: &String) -> Route {
        coordinator(group)
    }

    fn request(&self, groups: &[String], terms: Terms) -> Result<OffsetFetchRequest, KafkaError> {
        let stable = self.require_stable && terms.version >= STABLE;
        let request = OffsetFetchRequest::default().with_require_stable(stable);
        let Some(group) = groups.first() else { return Ok(request) };
        let partitions = self.groups.get(group).and_then(Option::as_ref);
        let partitions: Option<Vec<TopicPartition>> = partitions.map(|some| some.iter().cloned().collect());
        if terms.version < ALL && partitions.is_none() {
            return Err(wire::unsupported("The broker lists offsets of named partitions only"));
        }
        Ok(match terms.version >= GROUPS {
            true => request.with_groups(vec![
                OffsetFetchRequestGroup::default()
                    .with_group_id(wire::group(group))
                    .with_topics(partitions.map(|some| by_topic(&some, in_group))),
            ]),
            false => request
                .with_group_id(wire::group(group))
                .with_topics(partitions.map(|some| by_topic(&some, in_request))),
        })
    }

    fn read(&self, groups: &[String], answer: OffsetFetchResponse) -> Outcomes<Self> {
        let Some(group) = groups.first() else { return Vec::new() };
        let again: Vec<ErrorCode> = COORDINATOR.iter().copied().chain([ErrorCode::UNSTABLE_OFFSET_COMMIT]).collect();
        let found = rows(answer).and_then(|rows| self.committed(group, rows));
        vec![(group.clone(), Outcome::repeating(found, &again))]
    }
}

fn in_group(name: kafka_protocol::messages::TopicName, partitions: &[TopicPartition]) -> OffsetFetchRequestTopics {
    OffsetFetchRequestTopics::default().with_name(name).with_partition_indexes(indexes(partitions))
}

fn in_request(name: kafka_protocol::messages::TopicName, partitions: &[TopicPartition]) -> OffsetFetchRequestTopic {
    OffsetFetchRequestTopic::default().with_name(name).with_partition_indexes(indexes(partitions))
}

fn indexes(partitions: &[TopicPartition]) -> Vec<i32> {
    partitions.iter().map(|name| name.partition).collect()
}

type Row = (TopicPartition, i16, Option<OffsetAndMetadata>);

impl ListOffsets<'_> {
    fn committed(&self, group: &str, rows: Vec<Row>) -> Result<Committed, KafkaError> {
        let mut committed = Committed::new();
        let all = self.groups.get(group).is_none_or(Option::is_none);
        for (name, code, offset) in rows {
            match ErrorCode(code) {
                ErrorCode(0) if all && offset.is_none() => {}
                ErrorCode(0) => drop(committed.insert(name, offset)),
                ErrorCode::UNSTABLE_OFFSET_COMMIT => return Err(KafkaError::broker(ErrorCode(code), "")),
                code => tracing::warn!(partition = %name, ?code, group, "a committed offset is left out"),
            }
        }
        Ok(committed)
    }
}

/// Both layouts of the answer, as one. An answer in neither, as for a group that never was, has no rows.
fn rows(answer: OffsetFetchResponse) -> Result<Vec<Row>, KafkaError> {
    check(answer.error_code, None)?;
    let mut rows = Vec::new();
    for topic in answer.topics {
        rows.extend(topic.partitions.into_iter().map(|found| {
            let offset = offset(found.committed_offset, found.committed_leader_epoch, found.metadata);
            (TopicPartition::new(topic.name.as_str(), found.partition_index), found.error_code, offset)
        }));
    }
    for group in answer.groups {
        check(group.error_code, None)?;
        for topic in group.topics {
            rows.extend(topic.partitions.into_iter().map(|found| {
                let offset = offset(found.committed_offset, found.committed_leader_epoch, found.metadata);
                (TopicPartition::new(topic.name.as_str(), found.partition_index), found.error_code, offset)
            }));
        }
    }
    Ok(rows)
}

fn offset(offset: i64, leader_epoch: i32, metadata: Option<StrBytes>) -> Option<OffsetAndMetadata> {
    (offset >= 0).then(|| OffsetAndMetadata {
        offset,
        leader_epoch: Some(leader_epoch).filter(|epoch| *epoch >= 0),
        metadata: metadata.map(|text| text.as_str().to_owned()).unwrap_or_default(),
    })
}
