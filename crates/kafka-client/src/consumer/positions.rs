//! How a partition gets its position, and what the answers to its requests do to it.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::{ErrorCode, KafkaError};

use super::fetch::{Answer, isolation};
use super::offsets::{self, At, Found};
use super::partitions::Stage;
use super::poll::{Done, Reset, paced};
use super::{Consumer, ConsumerError, IsolationLevel, OffsetReset, Offsets, TopicPartition};

impl Consumer {
    pub(super) fn launch_positions(&mut self) {
        self.launch_group_offsets();
        self.launch_resets();
    }

    fn launch_group_offsets(&mut self) {
        let (policy, grouped) = (self.config.auto_offset_reset, self.offsets.is_some());
        let mut asked = Vec::new();
        for (name, partition) in self.partitions.iter_mut() {
            if partition.stage == Stage::Committed {
                partition.stage = if grouped { Stage::Asking } else { Stage::Reset(policy) };
                asked.push((name.clone(), partition.ticket));
            }
        }
        let Some(coordinator) = self.offsets.clone().filter(|_| !asked.is_empty()) else { return };
        let (pause, stable_only) =
            (self.config.retry_backoff, self.config.isolation_level == IsolationLevel::ReadCommitted);
        self.work.spawn(async move {
            let names: Vec<_> = asked.iter().map(|(name, _)| name.clone()).collect();
            let result = paced(pause, offsets::committed(&coordinator, &names, stable_only)).await;
            Done::GroupOffsets { asked, result }
        });
    }

    pub(super) fn on_group_offsets(&mut self, asked: Vec<(TopicPartition, u64)>, result: Result<Offsets, KafkaError>) {
        let policy = self.config.auto_offset_reset;
        for (name, ticket) in asked {
            let Some(partition) = self.partitions.current(&name, ticket) else { continue };
            match &result {
                Err(_) => partition.stage = Stage::Committed,
                Ok(offsets) => match offsets.get(&name) {
                    Some(committed) => partition.settle(committed.offset),
                    None => partition.stage = Stage::Reset(policy),
                },
            }
        }
        if let Err(error) = result {
            self.on_error("looking up committed offsets", error);
        }
    }

    fn launch_resets(&mut self) {
        let now = Instant::now();
        let mut asked = Vec::new();
        let mut leaderless = false;
        for (name, partition) in self.partitions.iter_mut() {
            let Stage::Reset(to) = partition.stage else { continue };
            if to == OffsetReset::None {
                self.failure.get_or_insert_with(|| ConsumerError::NoOffset(name.clone()));
            } else if self.metadata.leader(&name.topic, name.partition).is_none() {
                leaderless = true;
            } else if partition.may_ask(now) {
                partition.stage = Stage::Asking;
                asked.push(Reset { partition: name.clone(), ticket: partition.ticket, to });
            }
        }
        if leaderless {
            self.distrust_metadata();
        }
        if !asked.is_empty() {
            self.ask_leaders(asked);
        }
    }

    fn ask_leaders(&mut self, asked: Vec<Reset>) {
        let (cluster, metadata, pause) = (self.cluster.clone(), self.metadata.clone(), self.config.retry_backoff);
        let isolation = isolation(&self.config);
        self.work.spawn(async move {
            let wanted = asked.iter().map(|reset| {
                let at = if reset.to == OffsetReset::Earliest { At::Beginning } else { At::End };
                (reset.partition.clone(), at)
            });
            let wanted: BTreeMap<_, _> = wanted.collect();
            let result = paced(pause, offsets::list(&cluster, &metadata, &wanted, isolation)).await;
            Done::Listed { asked, result }
        });
    }

    pub(super) fn on_listed(&mut self, asked: Vec<Reset>, result: Result<BTreeMap<TopicPartition, Found>, KafkaError>) {
        for reset in asked {
            let Some(partition) = self.partitions.current(&reset.partition, reset.ticket) else { continue };
            let found = result.as_ref().ok().and_then(|found| found.get(&reset.partition));
            match found {
                Some((offset, _)) => {
                    tracing::info!(partition = %reset.partition, offset, "no position; starting as auto.offset.reset says");
                    partition.settle(*offset);
                }
                None => partition.stage = Stage::Reset(reset.to),
            }
        }
        if let Err(error) = result {
            self.on_error("looking up offsets", error);
        }
    }

    pub(super) fn on_fetched(&mut self, node: i32, result: Result<Vec<Answer>, KafkaError>) {
        self.busy.remove(&node);
        match result {
            Ok(answers) => answers.into_iter().for_each(|answer| self.on_answer(answer)),
            Err(error) => {
                // Nearer replicas are a convenience; the leader is asked when one fails.
                self.partitions.iter_mut().for_each(|(_, partition)| partition.replica = None);
                self.on_error("a fetch", error);
            }
        }
    }

    fn on_answer(&mut self, answer: Answer) {
        let replica_until = Instant::now() + self.config.metadata_max_age;
        let Some(partition) = self.partitions.current(&answer.wanted.partition, answer.wanted.ticket) else { return };
        if partition.fetch_from != answer.wanted.offset {
            return;
        }
        if let Some(error) = answer.error {
            return self.on_partition_error(&answer.wanted.partition, answer.wanted.offset, error);
        }
        if let Some(replica) = answer.preferred_replica {
            partition.replica = Some((replica, replica_until));
        }
        partition.fetch_from = answer.next_offset;
        answer.fetched.into_iter().for_each(|fetched| partition.buffer.push(fetched));
    }

    fn on_partition_error(&mut self, name: &TopicPartition, offset: i64, code: ErrorCode) {
        let again = Instant::now() + self.config.retry_backoff;
        let policy = self.config.auto_offset_reset;
        let Ok(partition) = self.partitions.get_mut(name) else { return };
        partition.not_before = Some(again);
        let from_follower = partition.replica.take().is_some();
        match code {
            // What lies before it is returned first; the same answer comes again then. A follower may only be behind.
            ErrorCode::OFFSET_OUT_OF_RANGE if from_follower || !partition.buffer.is_empty() => {}
            ErrorCode::OFFSET_OUT_OF_RANGE if policy == OffsetReset::None => {
                self.failure = Some(ConsumerError::OffsetOutOfRange { partition: name.clone(), offset });
            }
            ErrorCode::OFFSET_OUT_OF_RANGE => {
                tracing::info!(partition = %name, offset, "the position is out of range; resetting it");
                partition.stage = Stage::Reset(policy);
            }
            ErrorCode::NOT_LEADER_OR_FOLLOWER
            | ErrorCode::REPLICA_NOT_AVAILABLE
            | ErrorCode::KAFKA_STORAGE_ERROR
            | ErrorCode::FENCED_LEADER_EPOCH
            | ErrorCode::OFFSET_NOT_AVAILABLE
            | ErrorCode::LEADER_NOT_AVAILABLE
            | ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
            | ErrorCode::UNKNOWN_TOPIC_ID
            | ErrorCode::INCONSISTENT_TOPIC_ID => self.distrust_metadata(),
            ErrorCode::UNKNOWN_LEADER_EPOCH | ErrorCode::UNKNOWN_SERVER_ERROR => {}
            _ => self.on_error("fetching a partition", KafkaError::broker(code, name.to_string())),
        }
    }
}
