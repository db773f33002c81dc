//! Who is in a group.
//! ```text
//! describe_consumer_groups ─▶ ConsumerGroupDescribe ──(older broker, other protocol)──▶ DescribeGroups
//! describe_classic_groups ──────────────────────────────────────────────────────────▶ DescribeGroups
//! ```

use std::collections::BTreeSet;
use std::time::Instant;

use bytes::Bytes;
use kafka_protocol::messages::describe_groups_response::{DescribedGroup, DescribedGroupMember};
use kafka_protocol::messages::{DescribeGroupsRequest, DescribeGroupsResponse};

use super::{GroupState, GroupType, coordinator, outcome};
use crate::admin::acl::{AclOperation, authorized};
use crate::admin::ask::{Ask, Outcomes, Terms, check};
use crate::admin::route::Route;
use crate::admin::wire::{self, is_unsupported, owned};
use crate::admin::{Admin, PerKey};
use crate::consumer::{TopicPartition, decode_assignment};
use crate::{ErrorCode, KafkaError};

/// A group as its coordinator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupDescription {
    /// Which protocol its members speak.
    pub kind: GroupType,
    /// `consumer`, `connect`; empty for a group without members.
    pub protocol: String,
    /// How its partitions are shared out: `range`, `cooperative-sticky`, `sessioned`.
    pub assignor: String,
    /// What it is doing; `Dead` is a group that does not exist (before Kafka 4.0, which says `GROUP_ID_NOT_FOUND`).
    pub state: GroupState,
    /// The broker that coordinates it; none if it has moved meanwhile.
    pub coordinator: Option<i32>,
    /// Its members.
    pub members: Vec<MemberDescription>,
    /// What this client may do with it; none if it was not asked for, or before Kafka 2.3.
    pub authorized: Option<BTreeSet<AclOperation>>,
}

/// One member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberDescription {
    /// What the coordinator calls it.
    pub id: String,
    /// `group.instance.id`.
    pub instance_id: Option<String>,
    /// `client.id`.
    pub client_id: String,
    /// Where it connects from.
    pub host: String,
    /// Its partitions; none if the protocol is not that of consumers, or its bytes cannot be read.
    pub assignment: Option<Vec<TopicPartition>>,
    /// What it joined with; empty while the group rebalances.
    pub metadata: Bytes,
    /// What it was given, as it was given.
    pub assignment_bytes: Bytes,
}

impl Admin {
    /// Groups of consumers, of the classic protocol and of the newer one. `authorized` asks for the rights as well. A
    /// group of another protocol type, like Connect's, fails, as in Java.
    pub async fn describe_consumer_groups(&self, ids: &[String], authorized: bool) -> PerKey<String, GroupDescription> {
        let begun = Instant::now();
        let mut results = self.ask(&super::consumer_protocol::Describe { authorized }, ids.iter().cloned()).await;
        let is_other =
            |error: &KafkaError| is_unsupported(error) || error.code() == Some(ErrorCode::GROUP_ID_NOT_FOUND);
        let others: Vec<String> = results
            .iter()
            .filter(|(_, result)| result.as_ref().is_err_and(is_other))
            .map(|(id, _)| id.clone())
            .collect();
        for (id, result) in self.left_since(begun).describe_classic_groups(&others, authorized).await {
            results.insert(id.clone(), result.and_then(|group| consumers_only(&id, group)));
        }
        self.with_coordinators(results).await
    }

    /// Groups of the classic protocol, whatever protocol type their members agreed on.
    pub async fn describe_classic_groups(&self, ids: &[String], authorized: bool) -> PerKey<String, GroupDescription> {
        let results = self.ask(&DescribeGroups { authorized }, ids.iter().cloned()).await;
        self.with_coordinators(results).await
    }

    /// Adds the coordinators, which the answers have just come from.
    async fn with_coordinators(
        &self,
        mut results: PerKey<String, GroupDescription>,
    ) -> PerKey<String, GroupDescription> {
        for (id, result) in &mut results {
            if let Ok(group) = result {
                group.coordinator = self.cluster.known_coordinator(crate::cluster::CoordinatorKind::Group, id);
            }
        }
        results
    }
}

fn consumers_only(id: &str, group: GroupDescription) -> Result<GroupDescription, KafkaError> {
    match group.protocol.as_str() {
        "" | "consumer" => Ok(group),
        other => Err(KafkaError::refused(
            ErrorCode::INVALID_GROUP_ID,
            format!("GroupId {id} is not a consumer group ({other})."),
        )),
    }
}

pub(super) struct DescribeGroups {
    pub(super) authorized: bool,
}

/// From this version on the answer may name rights.
const AUTHORIZED: i16 = 3;

impl Ask for DescribeGroups {
    type Key = String;
    type Value = GroupDescription;
    type Request = DescribeGroupsRequest;
    const NAME: &'static str = "describeGroups";

    fn route(&self, group: &String) -> Route {
        coordinator(group)
    }

    fn request(&self, groups: &[String], terms: Terms) -> Result<DescribeGroupsRequest, KafkaError> {
        Ok(DescribeGroupsRequest::default()
            .with_groups(groups.iter().map(|id| wire::group(id)).collect())
            .with_include_authorized_operations(self.authorized && terms.version >= AUTHORIZED))
    }

    fn read(&self, _: &[String], answer: DescribeGroupsResponse) -> Outcomes<Self> {
        let groups = answer.groups.into_iter();
        groups.map(|group| (group.group_id.as_str().to_owned(), outcome(description(group)))).collect()
    }
}

fn description(group: DescribedGroup) -> Result<GroupDescription, KafkaError> {
    check(group.error_code, group.error_message.as_deref())?;
    let protocol = group.protocol_type.as_str().to_owned();
    Ok(GroupDescription {
        kind: GroupType::Classic,
        assignor: group.protocol_data.as_str().to_owned(),
        state: GroupState::of(&group.group_state),
        coordinator: None,
        members: group.members.into_iter().map(|found| member(found, &protocol)).collect(),
        authorized: authorized(group.authorized_operations),
        protocol,
    })
}

fn member(member: DescribedGroupMember, protocol: &str) -> MemberDescription {
    let is_consumer = protocol == "consumer";
    MemberDescription {
        id: member.member_id.as_str().to_owned(),
        instance_id: owned(&member.group_instance_id),
        client_id: member.client_id.as_str().to_owned(),
        host: member.client_host.as_str().to_owned(),
        assignment: decode_assignment(&member.member_assignment).filter(|_| is_consumer),
        metadata: member.member_metadata,
        assignment_bytes: member.member_assignment,
    }
}
