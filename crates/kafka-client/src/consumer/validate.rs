//! Positions under a new leader (KIP-320): is the record before the position still in the log?
//! ```text
//! new leader or epoch, committed epoch ─▶ Stage::Validate ─▶ OffsetForLeaderEpoch ─▶ judge ─▶ the position holds
//!                                                                                      └────▶ the log was cut off before it
//! ```
//! Cut off: `auto.offset.reset` decides. With a policy the consumer goes on where the logs part, without one it says so.

use std::collections::BTreeMap;
use std::time::Instant;

use super::offsets::{self, EpochEnd, EpochEnds, Epochs};
use super::partitions::Stage;
use super::poll::Done;
use super::{Consumer, ConsumerError, OffsetAndMetadata, OffsetReset, TopicPartition};
use crate::cluster::NodeId;

/// A position that a leader was asked about.
#[derive(Clone, Debug)]
pub(super) struct Check {
    pub(super) partition: TopicPartition,
    pub(super) ticket: u64,
    pub(super) offset: i64,
    pub(super) epochs: Epochs,
}

/// What a leader's answer means for a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Holds,
    /// The records before the position are not in this log from here on, if the leader can tell from where.
    Diverges(Option<EpochEnd>),
}

fn judge(offset: i64, end: Option<EpochEnd>) -> Verdict {
    match end {
        Some(end) if end.offset >= offset => Verdict::Holds,
        diverging => Verdict::Diverges(diverging),
    }
}

impl Consumer {
    pub(super) fn launch_validations(&mut self) {
        let now = Instant::now();
        let mut by_leader: BTreeMap<i32, Vec<Check>> = BTreeMap::new();
        self.partitions.each_lively(|name, partition| {
            let Stage::Validate(offset) = partition.stage else { return };
            if !partition.may_ask(now) {
                return;
            }
            let (Some(record), Some(leader)) = (partition.epoch, partition.leader) else {
                return partition.validated(offset); // nothing to check it by
            };
            partition.stage = Stage::Validating(offset);
            let epochs = Epochs { record, leader: leader.epoch };
            let check = Check { partition: name.clone(), ticket: partition.ticket, offset, epochs };
            by_leader.entry(leader.node).or_default().push(check);
        });
        for (leader, asked) in by_leader {
            let cluster = self.cluster.clone();
            self.work.spawn(async move {
                let wanted = asked.iter().map(|check| (check.partition.clone(), check.epochs)).collect();
                let ends = offsets::epoch_ends(&cluster, NodeId::new(leader), &wanted).await;
                Done::Validated { asked, ends }
            });
        }
    }

    pub(super) fn on_validated(&mut self, asked: Vec<Check>, mut ends: Option<EpochEnds>) {
        let again = Instant::now() + self.config.retry_backoff;
        for check in asked {
            let Some(partition) = self.partitions.current(&check.partition, check.ticket) else { continue };
            let result = match &mut ends {
                Some(ends) => ends.remove(&check.partition).unwrap_or(Ok(None)),
                None => {
                    partition.validated(check.offset); // the leader is too old to tell
                    continue;
                }
            };
            match result.map(|end| judge(check.offset, end)) {
                Ok(Verdict::Holds) => partition.validated(check.offset),
                Ok(Verdict::Diverges(end)) => self.on_truncated(&check, end),
                Err(error) => {
                    partition.stage = Stage::Validate(check.offset);
                    partition.not_before = Some(again);
                    self.on_error("checking a position", error);
                }
            }
        }
    }

    fn on_truncated(&mut self, check: &Check, end: Option<EpochEnd>) {
        let policy = self.config.auto_offset_reset;
        let again = Instant::now() + self.config.retry_backoff;
        let Ok(partition) = self.partitions.get_mut(&check.partition) else { return };
        match (policy, end) {
            (OffsetReset::None, _) => {
                // Said again by later polls, until somebody seeks.
                partition.stage = Stage::Validate(check.offset);
                partition.not_before = Some(again);
                self.failure = Some(truncation(check, end));
            }
            (_, Some(end)) => {
                tracing::warn!(
                    partition = %check.partition, offset = check.offset, diverges = end.offset,
                    "the new leader's log was cut off before this position; going on where it diverges"
                );
                partition.settle(end.offset, Some(end.epoch));
                partition.validated(end.offset);
            }
            (policy, None) => {
                tracing::warn!(partition = %check.partition, offset = check.offset, "the new leader's log was cut off; resetting");
                partition.stage = Stage::Reset(policy);
            }
        }
    }
}

fn truncation(check: &Check, end: Option<EpochEnd>) -> ConsumerError {
    let diverging =
        end.map(|end| OffsetAndMetadata { offset: end.offset, leader_epoch: Some(end.epoch), metadata: String::new() });
    ConsumerError::LogTruncation { partition: check.partition.clone(), offset: check.offset, diverging }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_holds_up_to_the_end_of_its_epoch() {
        let end = |offset| Some(EpochEnd { epoch: 3, offset });
        for (offset, found, want) in [
            (10, end(11), Verdict::Holds),
            (10, end(10), Verdict::Holds), // the next record is the first of a later epoch
            (10, end(9), Verdict::Diverges(end(9))),
            (10, None, Verdict::Diverges(None)),
        ] {
            assert_eq!(judge(offset, found), want, "{offset}, {found:?}");
        }
    }
}
