//! Making members leave their group.

use std::time::Instant;

use kafka_protocol::messages::leave_group_request::MemberIdentity;
use kafka_protocol::messages::{LeaveGroupRequest, LeaveGroupResponse};

use super::{coordinator, outcome};
use crate::KafkaError;
use crate::admin::ask::{Ask, Outcomes, Terms, check};
use crate::admin::route::Route;
use crate::admin::wire::{self, text, unsupported};
use crate::admin::{Admin, PerKey};

/// Who has to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removal {
    /// Whoever is in the group.
    All,
    /// The static members with these `group.instance.id`s.
    Instances(Vec<String>),
}

impl Admin {
    /// Removes members from a group, and answers for each by its `group.instance.id`, or its member id if it has none.
    /// `reason` gets into the broker's log. Needs Kafka 2.4 for more than one member.
    /// # Errors
    /// The group cannot be described, or its coordinator did not answer in time.
    pub async fn remove_members(
        &self,
        group: &str,
        who: &Removal,
        reason: Option<&str>,
    ) -> Result<PerKey<String, ()>, KafkaError> {
        let begun = Instant::now();
        let members = match who {
            Removal::Instances(ids) => ids.iter().map(|id| identity("", Some(id), reason)).collect(),
            Removal::All => self.everybody(group, reason).await?,
        };
        match members.is_empty() {
            true => Ok(PerKey::new()),
            false => self.left_since(begun).ask_one(&Remove { members }, group.to_owned()).await,
        }
    }

    async fn everybody(&self, group: &str, reason: Option<&str>) -> Result<Vec<MemberIdentity>, KafkaError> {
        let described = self.describe_consumer_groups(&[group.to_owned()], false).await;
        let members = described.into_values().next().unwrap_or(Err(KafkaError::Closed))?.members;
        let identities = members.iter().map(|member| match &member.instance_id {
            Some(id) => identity("", Some(id), reason),
            None => identity(&member.id, None, reason),
        });
        Ok(identities.collect())
    }
}

const REASON: &str = "member was removed by an admin";

fn identity(member: &str, instance: Option<&str>, reason: Option<&str>) -> MemberIdentity {
    let reason = match reason {
        None | Some("") => REASON.to_owned(),
        Some(reason) => format!("{REASON}: {reason}"),
    };
    MemberIdentity::default()
        .with_member_id(text(member))
        .with_group_instance_id(instance.map(text))
        .with_reason(Some(text(&reason)))
}

pub(super) struct Remove {
    pub(super) members: Vec<MemberIdentity>,
}

/// From this version on several members can leave at once, static ones among them.
const SEVERAL: i16 = 3;

impl Ask for Remove {
    type Key = String;
    type Value = PerKey<String, ()>;
    type Request = LeaveGroupRequest;
    const NAME: &'static str = "leaveGroup";
    const BATCHED: bool = false;

    fn route(&self, group: &String) -> Route {
        coordinator(group)
    }

    fn request(&self, groups: &[String], terms: Terms) -> Result<LeaveGroupRequest, KafkaError> {
        let group = wire::group(groups.first().map_or("", String::as_str));
        let request = LeaveGroupRequest::default().with_group_id(group);
        match (terms.version >= SEVERAL, self.members.as_slice()) {
            (true, members) => Ok(request.with_members(members.to_vec())),
            (false, [one]) if one.group_instance_id.is_none() => Ok(request.with_member_id(one.member_id.clone())),
            (false, members) => Err(unsupported(format!(
                "Version {} leave group request only supports single member instance than {} members",
                terms.version,
                members.len()
            ))),
        }
    }

    fn read(&self, groups: &[String], answer: LeaveGroupResponse) -> Outcomes<Self> {
        let left = check(answer.error_code, None).map(|()| match answer.members.as_slice() {
            // An old broker answers for its one member by the code alone.
            [] => self.members.iter().map(|member| (member.member_id.as_str().to_owned(), Ok(()))).collect(),
            members => members.iter().map(result).collect(),
        });
        groups.iter().zip([outcome(left)]).map(|(group, outcome)| (group.clone(), outcome)).collect()
    }
}

fn result(member: &kafka_protocol::messages::leave_group_response::MemberResponse) -> (String, Result<(), KafkaError>) {
    let name = member.group_instance_id.as_ref().unwrap_or(&member.member_id);
    (name.as_str().to_owned(), check(member.error_code, None))
}
