//! What groups committed.

use std::collections::{BTreeMap, BTreeSet};

use kafka_protocol::messages::{OffsetFetchRequest, OffsetFetchResponse};

use super::{COORDINATOR, coordinator};
use crate::admin::ask::{Ask, Outcome, Outcomes, Terms, check};
use crate::admin::route::Route;
use crate::admin::wire::unsupported;
use crate::admin::{Admin, PerKey};
use crate::committed::{self, Row};
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
        let group = groups.first().map_or("", String::as_str);
        let partitions = self.groups.get(group).and_then(Option::as_ref);
        let partitions: Option<Vec<TopicPartition>> = partitions.map(|some| some.iter().cloned().collect());
        if terms.version < ALL && partitions.is_none() {
            return Err(unsupported("The broker lists offsets of named partitions only"));
        }
        Ok(committed::request(group, partitions.as_deref(), self.require_stable, terms.version))
    }

    fn read(&self, groups: &[String], answer: OffsetFetchResponse) -> Outcomes<Self> {
        let Some(group) = groups.first() else { return Vec::new() };
        let again: Vec<ErrorCode> = COORDINATOR.iter().copied().chain([ErrorCode::UNSTABLE_OFFSET_COMMIT]).collect();
        let found =
            check(committed::failure(&answer), None).and_then(|()| self.committed(group, committed::rows(answer)));
        vec![(group.clone(), Outcome::repeating(found, &again))]
    }
}

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
