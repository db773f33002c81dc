//! The consumer's part of a rebalance: what it asks for, what its assignment means, what the caller is told of it.
//! ```text
//! eager:        Stable ─▶ Prepare ─▶ Revoked(all) ─▶ join ─▶ Assigned(all)
//! cooperative:  Stable ─▶ join, and read on ─▶ Shrink? ─▶ Revoked(what moves) ─▶ Assigned(what is new) ─▶ join again
//! either:       the group has given this member up ─▶ Lost(all) ─▶ join anew
//! ```
//! Cooperative is a consumer all of whose assignors are; see [`Assignor`]. Source: Apache Kafka, `ConsumerCoordinator`.

use std::collections::BTreeSet;
use std::time::Instant;

use crate::cluster::Metadata;
use crate::group::{Generation, Group, GroupConfig, JoinProtocol, Member, Notice};
use crate::{ErrorCode, KafkaError};

use super::assign::{Assignor, MemberSubscription, decode_assignment, racks_of};
use super::partitions::Stage;
use super::{Consumer, Event, Subscription, TopicPartition};

/// Where this consumer stands with its group.
#[derive(Debug)]
pub(super) enum Phase {
    /// In no group: nothing is subscribed, or partitions were assigned by hand.
    Apart,
    /// The group rebalances, and the caller has not been told.
    Prepare(&'static str),
    /// This new assignment takes something away (cooperative members only), and the caller has not been told.
    Shrink(Vec<TopicPartition>),
    /// The caller knows what goes; with its next poll this goes on.
    Revoking {
        revoked: Vec<TopicPartition>,
        then: Then,
    },
    /// The join goes out as soon as the topics are known.
    Rejoin(&'static str),
    /// The membership task was told to join.
    Joining,
    /// As the leader, it was told what each member gets.
    Syncing,
    /// This consumer decides who reads what.
    Electing(Election),
    Stable,
    /// Another member has come with this one's `group.instance.id`: every poll says so.
    Fenced(KafkaError),
}

/// What follows when the caller has let go.
#[derive(Debug)]
pub(super) enum Then {
    Join(&'static str),
    Adopt(Vec<TopicPartition>),
}

/// What the leader decides by.
#[derive(Debug)]
pub(super) struct Election {
    pub(super) generation: i32,
    pub(super) assignor: Option<Assignor>,
    pub(super) members: Vec<(Member, MemberSubscription)>,
    /// Everybody keeps what it has: there is nothing to decide.
    pub(super) keeps_assignment: bool,
    /// The topics are being looked up.
    pub(super) asked: bool,
}

/// What an assignor gave this consumer last, and in which generation; the sticky ones tell the leader so.
#[derive(Debug)]
pub(super) struct Given {
    assignor: Assignor,
    partitions: Vec<TopicPartition>,
    generation: i32,
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

    /// Whether partitions are read on while the group rebalances.
    pub(super) fn is_cooperative(&self) -> bool {
        self.config.assignors.iter().all(|assignor| assignor.is_cooperative())
    }

    /// The caller polls again: it is done with what was revoked.
    pub(super) fn resume_rebalance(&mut self) {
        if !matches!(self.phase, Phase::Revoking { .. }) {
            return;
        }
        let Phase::Revoking { revoked, then } = std::mem::replace(&mut self.phase, Phase::Stable) else { return };
        let kept = self.partitions.names().into_iter().filter(|name| !revoked.contains(name));
        self.partitions.set(&kept.collect::<Vec<_>>(), Stage::Committed);
        match then {
            Then::Join(reason) => self.phase = Phase::Rejoin(reason),
            Then::Adopt(assigned) => {
                self.adopt(&assigned);
                self.rebalance("need to revoke partitions and re-join");
            }
        }
    }

    /// On the way into or out of a rebalance: what the caller has to give up first, if anything.
    pub(super) fn prepare_rejoin(&mut self) -> Option<Vec<TopicPartition>> {
        let (revoked, then) = match &mut self.phase {
            Phase::Prepare(reason) => {
                let then = Then::Join(reason);
                (self.revoked_before_join(), then)
            }
            Phase::Shrink(assigned) => {
                let assigned = std::mem::take(assigned);
                (self.owned_without(&assigned), Then::Adopt(assigned))
            }
            _ => return None,
        };
        match then {
            Then::Join(reason) if revoked.is_empty() => {
                self.phase = Phase::Rejoin(reason);
                None
            }
            then => {
                self.phase = Phase::Revoking { revoked: revoked.clone(), then };
                Some(revoked)
            }
        }
    }

    /// An eager member joins with empty hands, a cooperative one without the topics that it does not want any more.
    fn revoked_before_join(&self) -> Vec<TopicPartition> {
        let cooperative = self.is_cooperative();
        let goes = |name: &TopicPartition| !(cooperative && self.is_subscribed(&name.topic));
        self.partitions.names().into_iter().filter(goes).collect()
    }

    fn owned_without(&self, assigned: &[TopicPartition]) -> Vec<TopicPartition> {
        self.partitions.names().into_iter().filter(|name| !assigned.contains(name)).collect()
    }

    pub(super) fn launch_join(&mut self) {
        let Phase::Rejoin(reason) = self.phase else { return };
        if self.join_not_before().is_some() {
            return; // whoever gets the partitions next starts where this one ends
        }
        let (Some(topics), Some(group)) = (self.subscribed_topics(), &self.group) else { return };
        let Some(protocols) = self.offers(&topics, group.generation().id) else { return };
        group.join(protocols, reason);
        self.phase = Phase::Joining;
        self.joined_topics = topics;
        self.leading = None;
    }

    fn offers(&self, topics: &[String], generation: i32) -> Option<Vec<JoinProtocol>> {
        let offer = |assignor: &Assignor| {
            let given = self.given.iter().find(|given| given.assignor == *assignor);
            let wanted = MemberSubscription {
                topics: topics.to_vec(),
                user_data: assignor.user_data(given.map(|given| (given.partitions.as_slice(), given.generation))),
                owned: self.partitions.names(),
                generation,
                rack: Some(self.config.client_rack.clone()).filter(|rack| !rack.is_empty()),
            };
            Some(JoinProtocol { name: assignor.name().to_owned(), metadata: wanted.encode()? })
        };
        self.config.assignors.iter().map(offer).collect()
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

    /// A pattern may accept topics that this consumer has not seen yet: the leader may have.
    fn is_subscribed(&self, topic: &str) -> bool {
        match &self.subscription {
            None => false,
            Some(Subscription::Topics(topics)) => topics.iter().any(|subscribed| subscribed == topic),
            Some(Subscription::Pattern(accepts)) => accepts(topic),
        }
    }

    pub(super) fn on_notice(&mut self, notice: Notice) {
        match notice {
            Notice::Elected { generation, protocol, members, keeps_assignment, .. } => {
                self.on_elected(generation, Assignor::named(&protocol), members, keeps_assignment);
            }
            Notice::Assigned { generation, leader_id, protocol, assignment } => {
                // The membership task may have joined again by itself, and found another leader.
                self.leading.take_if(|_| leader_id != generation.member_id);
                match decode_assignment(&assignment) {
                    Some(partitions) => self.on_assigned(generation, Assignor::named(&protocol), partitions),
                    None => self.on_hopeless(KafkaError::broker(
                        ErrorCode::INCONSISTENT_GROUP_PROTOCOL,
                        "The leader's assignment cannot be read",
                    )),
                }
            }
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
        if error.code() == Some(ErrorCode::FENCED_INSTANCE_ID) {
            self.phase = Phase::Fenced(error);
        } else {
            self.failure = Some(error.into());
        }
    }

    fn on_assigned(&mut self, generation: Generation, assignor: Option<Assignor>, assigned: Vec<TopicPartition>) {
        if matches!(self.phase, Phase::Rejoin(_)) {
            return; // an answer to a join before the loss
        }
        let generation_id = generation.id;
        self.generation = generation;
        if !assigned.iter().all(|name| self.is_subscribed(&name.topic)) {
            // What is owned stays as it is: the subscription has changed since, and the next join says so.
            self.phase = Phase::Prepare("received assignment does not match the current subscription");
            return;
        }
        if let Some(assignor) = assignor {
            self.given.retain(|given| given.assignor != assignor);
            self.given.push(Given { assignor, partitions: assigned.clone(), generation: generation_id });
        }
        match self.owned_without(&assigned).is_empty() {
            true => self.adopt(&assigned),
            false => self.phase = Phase::Shrink(assigned),
        }
    }

    /// From now on this is what the consumer has; the caller is told of what is new.
    fn adopt(&mut self, assigned: &[TopicPartition]) {
        let before: BTreeSet<TopicPartition> = self.partitions.names().into_iter().collect();
        self.partitions.set(assigned, Stage::Committed);
        let added = assigned.iter().filter(|name| !before.contains(name)).cloned().collect();
        self.events.push_back(Event::Assigned(added));
        self.phase = Phase::Stable;
        self.distrust_unknown(assigned);
        if self.leading.is_some() {
            // Topics that came up while the group settled have not been compared with what was given away.
            self.look.due = Instant::now();
        }
        // The subscription, or what the pattern sees, may have changed while the join was under way.
        if self.subscribed_topics().is_some_and(|topics| topics != self.joined_topics) {
            self.rebalance("the subscription has changed");
        }
    }

    /// Topics and partitions may have come or gone, and replicas moved: does that concern the group?
    pub(super) fn compare_with_joined(&mut self) {
        if !matches!(self.phase, Phase::Stable) {
            return;
        }
        if self.subscribed_topics().is_some_and(|topics| topics != self.joined_topics) {
            return self.rebalance("the subscribed topics have changed");
        }
        let changed = self.leading.iter().flatten().any(|(topic, assigned)| match self.metadata.topic(topic) {
            Some(known) if known.error == Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION) => !assigned.is_empty(),
            Some(known) if known.error.is_none() => self.differs(topic, assigned, &self.metadata),
            _ => false,
        });
        if changed {
            self.rebalance("the partitions of the group's topics have changed");
        }
    }

    /// As in Java, racks concern a leader that names its own.
    fn differs(&self, topic: &str, assigned: &[super::assign::Racks], metadata: &Metadata) -> bool {
        let now = racks_of(metadata, topic);
        match self.config.client_rack.is_empty() {
            true => now.len() != assigned.len(),
            false => now != assigned,
        }
    }

    /// Begins a rebalance, unless one is under way.
    pub(super) fn rebalance(&mut self, reason: &'static str) {
        match self.phase {
            Phase::Stable => self.phase = Phase::Prepare(reason),
            // The leader's answer will be refused, and the membership task joins again by itself.
            Phase::Electing(_) | Phase::Joining | Phase::Syncing => {}
            // A join follows anyway.
            Phase::Prepare(_) | Phase::Shrink(_) | Phase::Revoking { .. } | Phase::Rejoin(_) => {}
            Phase::Apart | Phase::Fenced(_) => {}
        }
    }

    /// The partitions are gone already. Who was told that they are revoked needs no second word.
    fn lose(&mut self, reason: &'static str) {
        self.leading = None;
        let told = match std::mem::replace(&mut self.phase, Phase::Rejoin(reason)) {
            Phase::Revoking { revoked, .. } => revoked,
            _ => Vec::new(),
        };
        let lost: Vec<_> = self.partitions.clear().into_iter().filter(|name| !told.contains(name)).collect();
        if !lost.is_empty() {
            self.events.push_back(Event::Lost(lost));
        }
    }

    pub(super) fn has_pattern(&self) -> bool {
        matches!(self.subscription, Some(Subscription::Pattern(_)))
    }
}

#[cfg(test)]
mod tests;
