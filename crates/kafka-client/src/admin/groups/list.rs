//! Which groups there are. Each broker knows those that it coordinates, so all are asked.

use std::collections::{BTreeMap, BTreeSet};

use kafka_protocol::messages::list_groups_response::ListedGroup;
use kafka_protocol::messages::{ListGroupsRequest, ListGroupsResponse};

use super::{COORDINATOR, GroupState, GroupType};
use crate::KafkaError;
use crate::admin::Admin;
use crate::admin::ask::{Ask, Outcome, Outcomes, Terms, check};
use crate::admin::route::Route;
use crate::admin::wire::{text, unsupported};

/// Which groups are listed; an empty set means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupFilter {
    /// In one of these states (from Kafka 2.6 on).
    pub states: BTreeSet<GroupState>,
    /// Of one of these types (from Kafka 3.8 on).
    pub types: BTreeSet<GroupType>,
    /// With one of these protocol types: `consumer`, `connect`; the empty text for groups that only commit.
    pub protocols: BTreeSet<String>,
}

impl GroupFilter {
    /// The groups of consumers, and those that only commit: what Java lists as consumer groups.
    pub fn consumers() -> Self {
        GroupFilter { protocols: ["consumer", ""].map(str::to_owned).into(), ..Default::default() }
    }
}

/// A group in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupListing {
    /// The `group.id`.
    pub id: String,
    /// `consumer`, `connect`; empty for a group that only commits.
    pub protocol: String,
    /// None before Kafka 2.6.
    pub state: Option<GroupState>,
    /// None before Kafka 3.8.
    pub kind: Option<GroupType>,
}

/// The groups of all brokers that answered, and what became of the others.
#[derive(Clone, Debug, Default)]
pub struct GroupListings {
    /// By id.
    pub groups: BTreeMap<String, GroupListing>,
    /// By broker.
    pub errors: BTreeMap<i32, KafkaError>,
}

impl GroupListings {
    /// The groups, if every broker answered.
    /// # Errors
    /// What became of the first broker that did not.
    pub fn all(self) -> Result<BTreeMap<String, GroupListing>, KafkaError> {
        self.errors.into_values().next().map_or(Ok(self.groups), Err)
    }
}

impl Admin {
    /// The groups that the filter lets through.
    /// # Errors
    /// No broker told in time which brokers there are.
    pub async fn list_groups(&self, filter: &GroupFilter) -> Result<GroupListings, KafkaError> {
        let (groups, errors) = self.ask_all_brokers(&ListGroups { filter }).await?;
        let groups = groups.into_values().flatten().map(|group| (group.id.clone(), group));
        Ok(GroupListings { groups: groups.collect(), errors })
    }
}

pub(super) struct ListGroups<'a> {
    pub(super) filter: &'a GroupFilter,
}

/// From this version on groups have states.
const STATES: i16 = 4;
/// From this version on they have types.
const TYPES: i16 = 5;

impl Ask for ListGroups<'_> {
    type Key = i32;
    type Value = Vec<GroupListing>;
    type Request = ListGroupsRequest;
    const NAME: &'static str = "listGroups";

    fn route(&self, broker: &i32) -> Route {
        Route::Broker(*broker)
    }

    fn request(&self, _: &[i32], Terms { version, .. }: Terms) -> Result<ListGroupsRequest, KafkaError> {
        let GroupFilter { states, types, .. } = self.filter;
        let only = format!("The broker only supports ListGroups v{version}, but we need");
        if version < STATES && !states.is_empty() {
            return Err(unsupported(format!("{only} v4 or newer to request groups by states.")));
        }
        if version < TYPES && !types.is_empty() {
            let types: Vec<String> = types.iter().map(ToString::to_string).collect();
            let types = types.join(", ");
            return Err(unsupported(format!(
                "{only} v5 or newer to request groups by type. Requested group types: [{types}]."
            )));
        }
        Ok(ListGroupsRequest::default()
            .with_states_filter(states.iter().map(|state| text(&state.to_string())).collect())
            .with_types_filter(types.iter().map(|kind| text(&kind.to_string())).collect()))
    }

    fn read(&self, brokers: &[i32], answer: ListGroupsResponse) -> Outcomes<Self> {
        let wanted = |group: &ListedGroup| {
            self.filter.protocols.is_empty() || self.filter.protocols.contains(group.protocol_type.as_str())
        };
        let listed = check(answer.error_code, None)
            .map(|()| answer.groups.iter().filter(|group| wanted(group)).map(listing).collect());
        brokers.iter().zip([Outcome::repeating(listed, COORDINATOR)]).map(|(id, outcome)| (*id, outcome)).collect()
    }
}

fn listing(group: &ListedGroup) -> GroupListing {
    let some = |word: &str| (!word.is_empty()).then(|| word.to_owned());
    GroupListing {
        id: group.group_id.as_str().to_owned(),
        protocol: group.protocol_type.as_str().to_owned(),
        state: some(&group.group_state).map(|word| GroupState::of(&word)),
        kind: some(&group.group_type).map(|word| GroupType::of(&word)),
    }
}
