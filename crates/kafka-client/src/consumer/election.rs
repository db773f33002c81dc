//! The leader's part of a rebalance: it looks the group's topics up and lets the assignor share them out.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::KafkaError;
use crate::cluster::{Metadata, TopicName};
use crate::group::Member;

use super::Consumer;
use super::assign::{self, Assignor, MemberSubscription, Topics, encode_assignment, racks_of};
use super::membership::{Election, Phase};
use super::poll::{Done, paced};

impl Consumer {
    pub(super) fn on_elected(
        &mut self,
        generation: i32,
        assignor: Option<Assignor>,
        members: Vec<Member>,
        keeps_assignment: bool,
    ) {
        if matches!(self.phase, Phase::Rejoin(_)) {
            return; // an answer to a join before the loss
        }
        let members = members.into_iter().map(|member| {
            let wanted = MemberSubscription::decode(&member.metadata).unwrap_or_else(|| {
                tracing::warn!(member = member.id, "this member's subscription cannot be read; it gets nothing");
                MemberSubscription { generation: -1, ..MemberSubscription::default() }
            });
            (member, wanted)
        });
        let members = members.collect();
        self.phase = Phase::Electing(Election { generation, assignor, members, keeps_assignment, asked: false });
    }

    /// The leader needs fresh partition counts of every topic that anybody reads.
    pub(super) fn launch_election(&mut self) {
        let Phase::Electing(Election { generation, members, asked, .. }) = &mut self.phase else { return };
        if std::mem::replace(asked, true) {
            return;
        }
        let topics: BTreeSet<TopicName> =
            members.iter().flat_map(|(_, wanted)| &wanted.topics).map(|topic| topic.as_str().into()).collect();
        let topics: Vec<TopicName> = topics.into_iter().collect();
        let (generation, cluster, pause) = (*generation, self.cluster.clone(), self.config.retry_backoff);
        let create = self.config.allow_auto_create_topics && !self.has_pattern();
        self.work.spawn(async move {
            let result = paced(pause, super::metadata::look(&cluster, &topics, create)).await;
            Done::ForLeader { generation, result }
        });
    }

    pub(super) fn on_metadata_for_leader(&mut self, generation: i32, result: Result<Arc<Metadata>, KafkaError>) {
        match &mut self.phase {
            Phase::Electing(election) if election.generation == generation => election.asked = false,
            _ => return, // another rebalance came meanwhile
        }
        match result {
            Ok(metadata) => self.lead(&metadata),
            Err(error) => self.on_error("looking up the group's topics", error),
        }
    }

    fn lead(&mut self, metadata: &Metadata) {
        let Phase::Electing(election) = std::mem::replace(&mut self.phase, Phase::Syncing) else { return };
        let topics: BTreeSet<&String> = election.members.iter().flat_map(|(_, wanted)| &wanted.topics).collect();
        let topics: Topics = topics.into_iter().map(|topic| (topic.clone(), racks_of(metadata, topic))).collect();
        let generation = election.generation;
        let parts = if election.keeps_assignment { Vec::new() } else { decide(election, &topics) };
        if let Some(group) = &self.group {
            group.sync(generation, parts);
        }
        self.leading = Some(topics);
    }
}

/// What each member gets, in the bytes of its assignment.
fn decide(election: Election, topics: &Topics) -> Vec<(String, bytes::Bytes)> {
    let members = election.members.into_iter();
    let members: Vec<assign::Member> = members
        .map(|(member, wanted)| assign::Member { id: member.id, instance: member.instance_id, wanted })
        .collect();
    // The broker chooses among what was offered; anything else would be its error, and then nobody gets anything.
    let Some(assignor) = election.assignor else { return Vec::new() };
    let assigned = assignor.assign(&members, topics);
    tracing::debug!(generation = election.generation, assignor = assignor.name(), ?assigned, "assigned as the leader");
    assigned.into_iter().filter_map(|(id, partitions)| Some((id, encode_assignment(&partitions)?))).collect()
}
