//! How a partition gets its position, and what the answers to its requests do to it.

use std::collections::BTreeMap;
use std::time::{Instant, SystemTime};

use crate::cluster::{Cluster, Metadata};
use crate::{ErrorCode, KafkaError};

use super::fetch::{Answer, Session, isolation};
use super::offsets::{self, At, Listed};
use super::partition::leader_of;
use super::partitions::Stage;
use super::poll::{Done, Reset, paced};
use super::{Consumer, ConsumerError, OffsetReset, Offsets, TopicPartition};

impl Consumer {
    pub(super) fn launch_positions(&mut self) {
        self.launch_group_offsets();
        self.launch_resets();
        self.launch_validations();
    }

    fn launch_group_offsets(&mut self) {
        let (policy, grouped) = (self.config.auto_offset_reset, self.offsets.is_some());
        let mut asked = Vec::new();
        self.partitions.each_lively(|name, partition| {
            if partition.stage == Stage::Committed {
                partition.stage = if grouped { Stage::Asking(None) } else { Stage::Reset(policy) };
                asked.push((name.clone(), partition.ticket));
            }
        });
        let Some(coordinator) = self.offsets.clone().filter(|_| !asked.is_empty()) else { return };
        let pause = self.config.retry_backoff;
        self.work.spawn(async move {
            let names: Vec<_> = asked.iter().map(|(name, _)| name.clone()).collect();
            let result = paced(pause, offsets::committed(&coordinator, &names)).await;
            Done::GroupOffsets { asked, result }
        });
    }

    pub(super) fn on_group_offsets(&mut self, asked: Vec<(TopicPartition, u64)>, result: Result<Offsets, KafkaError>) {
        let policy = self.config.auto_offset_reset;
        let mut outdated = false;
        for (name, ticket) in asked {
            let Some(partition) = self.partitions.current(&name, ticket) else { continue };
            match &result {
                Err(_) => partition.stage = Stage::Committed,
                Ok(offsets) => match offsets.get(&name) {
                    Some(committed) => {
                        partition.leader = leader_of(&self.metadata, &name);
                        outdated |= partition.leader.is_some_and(|leader| committed.leader_epoch > Some(leader.epoch));
                        partition.settle(committed.offset, committed.leader_epoch);
                    }
                    None => partition.stage = Stage::Reset(policy),
                },
            }
        }
        if outdated {
            self.distrust_metadata(); // whoever committed has seen a newer leader
        }
        if let Err(error) = result {
            self.on_error("looking up committed offsets", error);
        }
    }

    fn launch_resets(&mut self) {
        let now = Instant::now();
        let mut asked: BTreeMap<i32, Vec<Reset>> = BTreeMap::new();
        let (mut leaderless, mut undefined) = (false, None);
        self.partitions.each_lively(|name, partition| {
            let Stage::Reset(to) = partition.stage else { return };
            if to == OffsetReset::None {
                undefined.get_or_insert_with(|| name.clone());
                return;
            }
            let Some(leader) = self.metadata.leader(&name.topic, name.partition) else {
                leaderless = true;
                return;
            };
            if partition.may_ask(now) {
                partition.stage = Stage::Asking(Some(to));
                let reset = Reset { partition: name.clone(), ticket: partition.ticket, to };
                asked.entry(leader.id).or_default().push(reset);
            }
        });
        if let Some(name) = undefined {
            self.failure.get_or_insert(ConsumerError::NoOffset(name));
        }
        if leaderless {
            self.distrust_metadata();
        }
        asked.into_values().for_each(|asked| self.ask_leader(asked));
    }

    /// A task for each leader: one that cannot be reached does not hold up what the others lead.
    fn ask_leader(&mut self, asked: Vec<Reset>) {
        let (cluster, metadata) = (self.cluster.clone(), self.metadata.clone());
        let isolation = isolation(&self.config);
        self.work.spawn(async move {
            let listed = look_up(&cluster, &metadata, &asked, isolation).await;
            Done::Listed { asked, listed }
        });
    }

    pub(super) fn on_listed(&mut self, asked: Vec<Reset>, mut listed: Listed) {
        let again = Instant::now() + self.config.retry_backoff;
        for reset in asked {
            let Some(partition) = self.partitions.current(&reset.partition, reset.ticket) else { continue };
            let result = listed.remove(&reset.partition).unwrap_or(Ok(None));
            if let Ok(Some((offset, _))) = result {
                tracing::info!(partition = %reset.partition, offset, "no position; starting as auto.offset.reset says");
                partition.leader = leader_of(&self.metadata, &reset.partition);
                partition.settle(offset, None);
                continue;
            }
            partition.stage = Stage::Reset(reset.to);
            partition.not_before = Some(again);
            if let Err(error) = result {
                self.on_error("looking up offsets", error);
            }
        }
    }

    pub(super) fn on_fetched(&mut self, node: i32, session: Session, result: Result<Vec<Answer>, KafkaError>) {
        self.fetches.land(node, session);
        match result {
            Ok(answers) => {
                let served = self.partitions.next_ticket();
                let has_moved = answers.iter().any(Answer::is_from_no_leader);
                answers.into_iter().for_each(|answer| self.on_answer(answer, served));
                if has_moved {
                    self.follow_cluster();
                }
            }
            Err(error) => {
                // Nearer replicas are a convenience; the leader is asked when one fails.
                self.partitions.iter_mut().for_each(|(_, partition)| {
                    partition.replica.take_if(|(replica, _)| *replica == node);
                });
                self.on_error("a fetch", error);
            }
        }
    }

    fn on_answer(&mut self, answer: Answer, served: u64) {
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
        if !answer.fetched.is_empty() {
            partition.served = served;
        }
        partition.fetch_from = answer.next_offset;
        partition.end = answer.end.or(partition.end);
        answer.fetched.into_iter().for_each(|fetched| partition.buffer.push(fetched));
    }

    fn on_partition_error(&mut self, name: &TopicPartition, offset: i64, code: ErrorCode) {
        let again = Instant::now() + self.config.retry_backoff;
        let policy = self.config.auto_offset_reset;
        let Ok(partition) = self.partitions.get_mut(name) else { return };
        let (from_follower, buffered) = (partition.replica.take().is_some(), !partition.buffer.is_empty());
        match code {
            // What lies before it is returned first; the same answer comes again then. A follower may only be behind.
            ErrorCode::OFFSET_OUT_OF_RANGE if from_follower || buffered => {}
            ErrorCode::CORRUPT_MESSAGE if buffered => {}
            ErrorCode::CORRUPT_MESSAGE => {
                self.failure = Some(ConsumerError::Corrupt { partition: name.clone(), offset });
            }
            ErrorCode::OFFSET_OUT_OF_RANGE if policy == OffsetReset::None => {
                self.failure = Some(ConsumerError::OffsetOutOfRange { partition: name.clone(), offset });
            }
            ErrorCode::OFFSET_OUT_OF_RANGE => {
                tracing::info!(partition = %name, offset, "the position is out of range; resetting it");
                // A jump: what another broker still answers for the old position is stale.
                if self.partitions.jump(name, Stage::Reset(policy)).is_err() {
                    return;
                }
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
        if let Ok(partition) = self.partitions.get_mut(name) {
            partition.not_before = Some(again);
        }
    }
}

/// The offsets that these resets lead to. The end is looked up before the timestamps are: what is appended in between is not lost
/// to who finds no record young enough.
async fn look_up(cluster: &Cluster, metadata: &Metadata, asked: &[Reset], isolation: i8) -> Listed {
    let now = SystemTime::now();
    let young = asked.iter().filter(|reset| matches!(reset.to, OffsetReset::ByDuration(_)));
    let young: BTreeMap<_, _> = young.map(|reset| (reset.partition.clone(), At::End)).collect();
    let mut ends = match young.is_empty() {
        true => Listed::new(),
        false => offsets::list(cluster, metadata, &young, isolation).await,
    };
    let wanted = asked.iter().map(|reset| (reset.partition.clone(), reset.to.at(now))).collect();
    let mut listed = offsets::list(cluster, metadata, &wanted, isolation).await;
    for (name, found) in &mut listed {
        if let (Ok(None), Some(end)) = (&*found, ends.remove(name)) {
            *found = end;
        }
    }
    listed
}
