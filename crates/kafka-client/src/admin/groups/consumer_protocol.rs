//! Groups of the newer consumer protocol (Kafka 4.0). This client cannot join them; it can tell of them.

use bytes::Bytes;
use kafka_protocol::messages::consumer_group_describe_response::{Assignment, DescribedGroup, Member};
use kafka_protocol::messages::{ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse};

use super::{GroupDescription, GroupState, GroupType, MemberDescription, coordinator, outcome};
use crate::KafkaError;
use crate::admin::acl::authorized;
use crate::admin::ask::{Ask, Outcomes, Terms, check};
use crate::admin::route::Route;
use crate::admin::wire::{self, owned};
use crate::consumer::TopicPartition;

pub(super) struct Describe {
    pub(super) authorized: bool,
}

impl Ask for Describe {
    type Key = String;
    type Value = GroupDescription;
    type Request = ConsumerGroupDescribeRequest;
    const NAME: &'static str = "describeConsumerGroups";

    fn route(&self, group: &String) -> Route {
        coordinator(group)
    }

    fn request(&self, groups: &[String], _: Terms) -> Result<ConsumerGroupDescribeRequest, KafkaError> {
        Ok(ConsumerGroupDescribeRequest::default()
            .with_group_ids(groups.iter().map(|id| wire::group(id)).collect())
            .with_include_authorized_operations(self.authorized))
    }

    fn read(&self, _: &[String], answer: ConsumerGroupDescribeResponse) -> Outcomes<Self> {
        let groups = answer.groups.into_iter();
        groups.map(|group| (group.group_id.as_str().to_owned(), outcome(description(group)))).collect()
    }
}

fn description(group: DescribedGroup) -> Result<GroupDescription, KafkaError> {
    check(group.error_code, group.error_message.as_deref())?;
    Ok(GroupDescription {
        kind: GroupType::Consumer,
        protocol: "consumer".to_owned(),
        assignor: group.assignor_name.as_str().to_owned(),
        state: GroupState::of(&group.group_state),
        coordinator: None,
        members: group.members.into_iter().map(member).collect(),
        authorized: authorized(group.authorized_operations),
    })
}

fn member(member: Member) -> MemberDescription {
    MemberDescription {
        id: member.member_id.as_str().to_owned(),
        instance_id: owned(&member.instance_id),
        client_id: member.client_id.as_str().to_owned(),
        host: member.client_host.as_str().to_owned(),
        assignment: Some(partitions(&member.assignment)),
        metadata: Bytes::new(),
        assignment_bytes: Bytes::new(),
    }
}

fn partitions(assignment: &Assignment) -> Vec<TopicPartition> {
    let mut partitions: Vec<TopicPartition> = Vec::new();
    for topic in &assignment.topic_partitions {
        let name: std::sync::Arc<str> = topic.topic_name.as_str().into();
        let of_topic = topic.partitions.iter().map(|index| TopicPartition { topic: name.clone(), partition: *index });
        partitions.extend(of_topic);
    }
    partitions.sort();
    partitions
}
