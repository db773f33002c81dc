//! Who is asked for which partition, and which brokers are left alone.

use std::collections::BTreeSet;
use std::time::Instant;

use super::{Fetches, TopicPartition, Wanted};
use crate::cluster::Metadata;
use crate::consumer::ConsumerConfig;
use crate::consumer::partitions::{Partition, Partitions, Stage};

/// What [`Fetches::plan`] found.
#[derive(Debug, Default)]
pub(in crate::consumer) struct Plan {
    /// Not to be asked now. A broker is left alone while one of its partitions has enough buffered: a request without that
    /// partition would wait for the idle ones, and the busy one behind it.
    pub(in crate::consumer) blocked: BTreeSet<i32>,
    /// Some partition has no leader in this metadata.
    pub(in crate::consumer) leaderless: bool,
}

impl Fetches {
    /// Brings the sessions up to date with the partitions that something happened to.
    pub(in crate::consumer) fn plan(
        &mut self,
        partitions: &mut Partitions,
        metadata: &Metadata,
        config: &ConsumerConfig,
        now: Instant,
    ) -> Plan {
        let mut plan = Plan::default();
        let full = partitions.buffered_bytes() >= at_least_one(config.fetch_max_bytes);
        for name in partitions.take_lively() {
            let Some(partition) = partitions.peek_mut(&name) else {
                self.unplace(&name); // no longer assigned
                continue;
            };
            let settled = self.settle(&name, partition, metadata, now, &mut plan);
            if has_enough(partition, config, full) {
                plan.blocked.extend(self.placed.get(&name));
            }
            if !settled || partition.is_lively() {
                partitions.touch(name);
            }
        }
        plan
    }

    /// False if this has to be looked at again soon.
    fn settle(
        &mut self,
        name: &TopicPartition,
        partition: &mut Partition,
        metadata: &Metadata,
        now: Instant,
        plan: &mut Plan,
    ) -> bool {
        partition.not_before.take_if(|at| *at <= now);
        if !partition.is_fetchable() {
            self.unplace(name);
            return true;
        }
        let Some(node) = node_of(name, partition, metadata, now) else {
            plan.leaderless = true;
            self.unplace(name);
            return false;
        };
        self.place(node, wanted(name, partition, metadata))
    }
}

impl Partition {
    fn is_fetchable(&self) -> bool {
        let wants = matches!(self.stage, Stage::At(_)) && !self.paused && self.not_before.is_none();
        wants && !self.buffer.is_broken()
    }
}

fn has_enough(partition: &Partition, config: &ConsumerConfig, full: bool) -> bool {
    let enough = partition.buffer.bytes() >= at_least_one(config.max_partition_fetch_bytes);
    partition.is_fetchable() && (enough || (full && !partition.buffer.is_empty()))
}

fn at_least_one(bytes: i32) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX).max(1)
}

/// The replica that the leader named as nearer, while that holds and the replica is there; else the leader.
fn node_of(name: &TopicPartition, partition: &mut Partition, metadata: &Metadata, now: Instant) -> Option<i32> {
    let known = metadata.partition(&name.topic, name.partition)?;
    let there = |node: i32| known.replicas.contains(&node) && metadata.brokers.contains_key(&node);
    partition.replica.take_if(|(node, until)| now >= *until || !there(*node));
    partition.replica.map(|(node, _)| node).or(known.leader)
}

fn wanted(name: &TopicPartition, partition: &Partition, metadata: &Metadata) -> Wanted {
    Wanted {
        partition: name.clone(),
        ticket: partition.ticket,
        offset: partition.fetch_from,
        leader_epoch: metadata.partition(&name.topic, name.partition).map_or(-1, |known| known.leader_epoch),
        topic_id: metadata.topic(&name.topic).map_or(0, |topic| topic.id),
        served: partition.served,
    }
}
