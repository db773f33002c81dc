//! The consumer's part of a rebalance: what it asks for, how it leads, what its assignment means.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use crate::cluster::{Metadata, TopicName};
use crate::group::{Generation, Group, GroupConfig, JoinProtocol, Member, Notice};
use crate::{ErrorCode, KafkaError};

use super::assign::{MemberSubscription, decode_assignment, encode_assignment, range};
use super::partitions::Stage;
use super::poll::{Done, paced};
use super::{Consumer, Event, Subscription, TopicPartition};

/// Where this consumer stands with its group.
#[derive(Debug)]
pub(super) enum Phase {
    /// In no group: nothing is subscribed, or partitions were assigned by hand.
    Apart,
    /// The group rebalances, and the caller has not been told.
    Prepare(&'static str),
    /// The caller knows that its partitions go; the join goes out with its next poll.
    Rejoin(&'static str),
    /// The membership task was told to join.
    Joining,
    /// As the leader, it was told what each member gets.
    Syncing,
    /// This consumer decides who reads what.
    Electing {
        generation: i32,
        members: Vec<(Member, MemberSubscription)>,
        asked: bool,
    },
    Stable,
}

impl Consumer {
    pub(super) fn start_group(&mut self, group_id: &str) {
        let config = GroupConfig {
            group_id: group_id.to_owned(),
            instance_id: self.config.group_instance_id.clone(),
            protocol_type: "consumer".to_owned(),
            session_timeout: self.config.session_timeout,
            rebalance_timeout: self.config.max_poll_interval,
            heartbeat_interval: self.config.heartbeat_interval,
            poll_interval_max: Some(self.config.max_poll_interval),
            retry_backoff: self.config.retry_backoff,
            retry_backoff_max: self.config.retry_backoff_max,
        };
        self.group = Some(Group::start(&self.cluster, config));
    }

    /// The caller polls again: it is done with what was revoked.
    pub(super) fn resume_rebalance(&mut self) {
        if matches!(self.phase, Phase::Rejoin(_)) {
            self.partitions.clear();
        }
    }

    /// On the way into a rebalance: what the caller has to give up first, if it has anything.
    pub(super) fn prepare_rejoin(&mut self) -> Option<Vec<TopicPartition>> {
        let Phase::Prepare(reason) = self.phase else { return None };
        self.phase = Phase::Rejoin(reason);
        let revoked = self.partitions.names();
        (!revoked.is_empty()).then_some(revoked)
    }

    pub(super) fn launch_join(&mut self) {
        let Phase::Rejoin(reason) = self.phase else { return };
        if self.awaits_auto_commit() {
            return; // whoever gets the partitions next starts where this one ends
        }
        if !self.partitions.is_empty() {
            return; // revoked, and the caller is still at it
        }
        let (Some(topics), Some(group)) = (self.subscribed_topics(), &self.group) else { return };
        let wanted = MemberSubscription {
            topics: topics.clone(),
            owned: Vec::new(),
            generation: -1,
            rack: Some(self.config.client_rack.clone()).filter(|rack| !rack.is_empty()),
        };
        let Some(metadata) = wanted.encode() else { return };
        group.join(vec![JoinProtocol { name: range::NAME.to_owned(), metadata }], reason);
        self.phase = Phase::Joining;
        self.joined_topics = topics;
        self.leading = None;
    }

    /// What is subscribed to, sorted; `None` while a pattern has not seen the topics.
    pub(super) fn subscribed_topics(&self) -> Option<Vec<String>> {
        let topics: BTreeSet<String> = match self.subscription.as_ref()? {
            Subscription::Topics(topics) => topics.iter().cloned().collect(),
            Subscription::Pattern(_) if self.metadata.brokers.is_empty() => return None,
            Subscription::Pattern(accepts) => {
                let hidden = self.config.exclude_internal_topics;
                let visible = self.metadata.topics();
                let visible = visible.filter(|(_, topic)| topic.error.is_none() && !(hidden && topic.internal));
                visible.filter(|(name, _)| accepts(name)).map(|(name, _)| name.to_string()).collect()
            }
        };
        Some(topics.into_iter().collect())
    }

    pub(super) fn on_notice(&mut self, notice: Notice) {
        match notice {
            Notice::Elected { generation, members, .. } => self.on_elected(generation, members),
            Notice::Assigned { generation, assignment, .. } => match decode_assignment(&assignment) {
                Some(partitions) => self.on_assigned(generation, &partitions),
                None => self.on_hopeless(KafkaError::broker(
                    ErrorCode::INCONSISTENT_GROUP_PROTOCOL,
                    "The leader's assignment cannot be read",
                )),
            },
            Notice::Rebalancing => self.rebalance("group is already rebalancing"),
            Notice::Lost(error) => {
                tracing::info!(%error, "the group has given this consumer's partitions away");
                self.lose("rejoining as a new member");
            }
            Notice::PollExpired => self.lose("consumer poll timeout has expired."),
            // The partitions stay: whether the group has given them away is told when it can be reached again.
            Notice::Unreachable(error) => tracing::warn!(%error, "the group's coordinator cannot be reached"),
            Notice::Failed(error) => self.on_hopeless(error),
        }
    }

    pub(super) fn on_group_ended(&mut self) {
        // Only a panic ends the membership task before its owner does; the next join begins as a new member.
        self.group = None;
        if let Some(group_id) = self.config.group_id.clone() {
            self.start_group(&group_id);
        }
        self.on_hopeless(KafkaError::Closed);
    }

    fn on_hopeless(&mut self, error: KafkaError) {
        self.lose("rejoining after an error");
        self.phase = Phase::Rejoin("rejoining after an error");
        self.failure = Some(error.into());
    }

    fn on_elected(&mut self, generation: i32, members: Vec<Member>) {
        let members = members.into_iter().map(|member| {
            let wanted = MemberSubscription::decode(&member.metadata).unwrap_or_else(|| {
                tracing::warn!(member = member.id, "this member's subscription cannot be read; it gets nothing");
                MemberSubscription::default()
            });
            (member, wanted)
        });
        self.phase = Phase::Electing { generation, members: members.collect(), asked: false };
    }

    /// The leader needs fresh partition counts of every topic that anybody reads.
    pub(super) fn launch_election(&mut self) {
        let Phase::Electing { generation, members, asked } = &mut self.phase else { return };
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
            Phase::Electing { generation: now, asked, .. } if *now == generation => *asked = false,
            _ => return, // another rebalance came meanwhile
        }
        match result {
            Ok(metadata) => self.lead(&metadata),
            Err(error) => self.on_error("looking up the group's topics", error),
        }
    }

    fn lead(&mut self, metadata: &Metadata) {
        let Phase::Electing { generation, members, .. } = std::mem::replace(&mut self.phase, Phase::Syncing) else {
            return;
        };
        let topics: BTreeSet<&String> = members.iter().flat_map(|(_, wanted)| &wanted.topics).collect();
        let counts: BTreeMap<String, i32> =
            topics.into_iter().map(|topic| (topic.clone(), metadata.partition_count(topic).unwrap_or(0))).collect();
        let members: Vec<range::Member> = members
            .into_iter()
            .map(|(member, wanted)| range::Member {
                id: member.id,
                instance: member.instance_id,
                topics: wanted.topics,
            })
            .collect();
        let assigned = range::assign(&members, &counts);
        let parts = assigned.into_iter().filter_map(|(id, partitions)| Some((id, encode_assignment(&partitions)?)));
        if let Some(group) = &self.group {
            group.sync(generation, parts.collect());
        }
        self.leading = Some(counts);
    }

    fn on_assigned(&mut self, generation: Generation, partitions: &[TopicPartition]) {
        self.generation = generation;
        let dropped = self.partitions.set(partitions, Stage::Committed);
        if !dropped.is_empty() {
            self.events.push_back(Event::Lost(dropped));
        }
        self.events.push_back(Event::Assigned(partitions.to_vec()));
        self.phase = Phase::Stable;
        self.distrust_unknown(partitions);
        if self.leading.is_some() {
            // Topics that came up while the group settled have not been compared with what was given away.
            self.look.due = Instant::now();
        }
        // The subscription, or what the pattern sees, may have changed while the join was under way.
        if self.subscribed_topics().is_some_and(|topics| topics != self.joined_topics) {
            self.rebalance("the subscription has changed");
        }
    }

    /// Topics and partitions may have come or gone: does that concern the group?
    pub(super) fn compare_with_joined(&mut self) {
        if !matches!(self.phase, Phase::Stable) {
            return;
        }
        if self.subscribed_topics().is_some_and(|topics| topics != self.joined_topics) {
            return self.rebalance("the subscribed topics have changed");
        }
        let changed = self.leading.iter().flatten().any(|(topic, count)| match self.metadata.topic(topic) {
            Some(known) if known.error == Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION) => *count != 0,
            _ => self.metadata.partition_count(topic).is_some_and(|now| now != *count),
        });
        if changed {
            self.rebalance("the number of partitions has changed");
        }
    }

    /// Begins a rebalance, unless one is under way.
    pub(super) fn rebalance(&mut self, reason: &'static str) {
        match self.phase {
            Phase::Stable => self.phase = Phase::Prepare(reason),
            // The leader's answer will be refused, and the membership task joins again by itself.
            Phase::Electing { .. } | Phase::Joining | Phase::Syncing => {}
            Phase::Apart | Phase::Prepare(_) | Phase::Rejoin(_) => {}
        }
    }

    /// The partitions are gone already. Who was told that they are revoked needs no second word.
    fn lose(&mut self, reason: &'static str) {
        if matches!(self.phase, Phase::Joining) {
            return; // the join that was told after this began as a new member
        }
        let told = matches!(self.phase, Phase::Rejoin(_));
        let lost = self.partitions.clear();
        if !told && !lost.is_empty() {
            self.events.push_back(Event::Lost(lost));
        }
        self.phase = Phase::Rejoin(reason);
    }

    pub(super) fn has_pattern(&self) -> bool {
        matches!(self.subscription, Some(Subscription::Pattern(_)))
    }
}
