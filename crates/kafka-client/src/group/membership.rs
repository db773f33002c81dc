//! The membership task: one loop that joins when told to, heartbeats in between, and leaves at the end.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use kafka_protocol::messages::leave_group_request::MemberIdentity;
use kafka_protocol::messages::{GroupId, HeartbeatRequest, LeaveGroupRequest};
use kafka_protocol::protocol::StrBytes;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::join::Outcome;
use super::join::cut;
use super::{Command, Coordinator, Departure, Generation, GroupConfig, JoinProtocol, Notice, Shared};
use crate::cluster::Cluster;
use crate::sync::lock;
use crate::{ErrorCode, KafkaError};

pub(super) struct Membership {
    pub(super) coordinator: Coordinator,
    pub(super) config: GroupConfig,
    pub(super) shared: Arc<Shared>,
    notices: mpsc::Sender<Notice>,
    pub(super) phase: Phase,
    /// What the owner offered last: a join that fails half way is repeated with it.
    pub(super) offered: Vec<JoinProtocol>,
    pub(super) protocol: String,
    pub(super) leader_id: String,
    /// When the owner last offered: it had something to lose.
    pub(super) was_member: bool,
    /// How often the owner was told that the membership has ended.
    losses: u64,
    next_heartbeat: Instant,
    outage: Option<Outage>,
}

/// Since when the coordinator does not answer.
struct Outage {
    since: Instant,
    told: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Not a member, or one that the group will give up: no heartbeats.
    Out,
    /// The leader, whose assignment the others wait for.
    Leading,
    Stable,
    /// As `Stable`, but the owner was told to join again.
    Rebalancing,
}

impl Membership {
    pub(super) fn new(
        cluster: &Cluster,
        config: GroupConfig,
        shared: Arc<Shared>,
        notices: mpsc::Sender<Notice>,
    ) -> Self {
        Self {
            coordinator: Coordinator::of_member(cluster, &config),
            config,
            shared,
            notices,
            phase: Phase::Out,
            offered: Vec::new(),
            protocol: String::new(),
            leader_id: String::new(),
            was_member: false,
            losses: 0,
            next_heartbeat: Instant::now(),
            outage: None,
        }
    }

    /// Runs until `stop`, then leaves. Every step is abandoned when `stop` comes: the member id is kept in `shared`, and leaving
    /// needs nothing else.
    pub(super) async fn run(mut self, mut commands: mpsc::Receiver<Command>, stop: CancellationToken) {
        let stopped = stop.run_until_cancelled(async {
            loop {
                tokio::select! {
                    biased;
                    command = commands.recv() => match command {
                        Some(command) => self.obey(command).await,
                        None => break,
                    },
                    () = tokio::time::sleep_until(self.next_wake().into()) => self.tick().await,
                }
            }
        });
        let asked_to_leave = stopped.await.is_none();
        if asked_to_leave {
            let (departure, reason) = lock(&self.shared.departure).clone();
            self.leave(departure, &reason).await;
        }
    }

    fn next_wake(&self) -> Instant {
        let far = Instant::now() + std::time::Duration::from_secs(3600);
        if self.phase == Phase::Out {
            return far;
        }
        self.poll_deadline().map_or(self.next_heartbeat, |deadline| deadline.min(self.next_heartbeat))
    }

    fn poll_deadline(&self) -> Option<Instant> {
        let max = self.config.poll_interval_max?;
        lock(&self.shared.last_alive).checked_add(max)
    }

    async fn obey(&mut self, command: Command) {
        let outcome = match command {
            Command::Join { losses, .. } if losses != self.losses => return,
            Command::Join { protocols, reason, .. } => {
                self.offered = protocols;
                self.was_member = self.generation().id >= 0;
                self.join(&reason).await
            }
            Command::Sync { generation, assignments } if self.leads(generation) => {
                self.sync_as_leader(assignments).await
            }
            Command::Sync { .. } => return,
        };
        self.next_heartbeat = Instant::now() + self.config.heartbeat_interval;
        self.outage = None;
        match outcome {
            Ok(Outcome::Elected { members, keeps_assignment }) => {
                self.phase = Phase::Leading;
                let Generation { id: generation, member_id } = self.generation();
                let protocol = self.protocol.clone();
                self.tell(Notice::Elected { generation, member_id, protocol, members, keeps_assignment }).await;
            }
            Ok(Outcome::Assigned(assignment)) => self.assigned(assignment).await,
            Ok(Outcome::Lost(error)) => self.tell(Notice::Lost(error)).await,
            Err(error) => {
                self.phase = Phase::Out;
                self.tell(Notice::Failed(error)).await;
            }
        }
    }

    async fn assigned(&mut self, assignment: Bytes) {
        self.phase = Phase::Stable;
        let (generation, leader_id) = (self.generation(), self.leader_id.clone());
        self.tell(Notice::Assigned { generation, leader_id, protocol: self.protocol.clone(), assignment }).await;
    }

    fn leads(&self, generation: i32) -> bool {
        self.phase == Phase::Leading && self.generation().id == generation
    }

    async fn tick(&mut self) {
        let now = Instant::now();
        if self.poll_deadline().is_some_and(|deadline| deadline <= now) {
            return self.expire().await;
        }
        if self.next_heartbeat <= now {
            self.next_heartbeat = now + self.config.heartbeat_interval;
            let beat = tokio::time::timeout(self.config.session_timeout, self.heartbeat()).await;
            match beat
                .unwrap_or_else(|_| Err(KafkaError::timeout("No heartbeat was answered", self.config.session_timeout)))
            {
                Ok(()) => self.outage = None,
                Err(error) => self.on_heartbeat_error(error).await,
            }
        }
    }

    async fn heartbeat(&mut self) -> Result<(), KafkaError> {
        let Generation { id, member_id } = self.generation();
        let request = HeartbeatRequest::default()
            .with_group_id(GroupId(StrBytes::from(self.config.group_id.clone())))
            .with_generation_id(id)
            .with_member_id(StrBytes::from(member_id))
            .with_group_instance_id(self.config.instance_id.clone().map(StrBytes::from));
        let answer = self.coordinator.send(&request).await?;
        self.coordinator.check(answer.error_code, "heartbeat")
    }

    async fn on_heartbeat_error(&mut self, error: KafkaError) {
        match error.code() {
            // A leader's sync will be refused, and then it joins again.
            Some(ErrorCode::REBALANCE_IN_PROGRESS) if self.phase != Phase::Stable => {}
            Some(ErrorCode::REBALANCE_IN_PROGRESS) => {
                self.phase = Phase::Rebalancing;
                self.tell(Notice::Rebalancing).await;
            }
            Some(ErrorCode::ILLEGAL_GENERATION | ErrorCode::UNKNOWN_MEMBER_ID) => {
                tracing::info!(group = self.config.group_id, %error, "this member was removed from its group");
                self.forget(error.code() == Some(ErrorCode::UNKNOWN_MEMBER_ID));
                self.tell(Notice::Lost(error)).await;
            }
            _ if error.is_retriable() => {
                tracing::debug!(group = self.config.group_id, %error, "a heartbeat failed; trying again");
                self.next_heartbeat = Instant::now() + self.config.retry_backoff.min(self.config.heartbeat_interval);
                self.note_outage(error);
            }
            _ => {
                self.forget(true);
                self.tell(Notice::Failed(error)).await;
            }
        }
    }

    /// Tells the owner, once, when an outage lasts for more than a heartbeat.
    pub(super) fn note_outage(&mut self, error: KafkaError) {
        let now = Instant::now();
        let outage = self.outage.get_or_insert(Outage { since: now, told: false });
        let lasts = now.duration_since(outage.since) >= self.config.heartbeat_interval;
        if lasts && !std::mem::replace(&mut outage.told, true) {
            // Outages may come and go while the owner works; its news are not worth waiting for.
            let _ = self.notices.try_send(Notice::Unreachable(error));
        }
    }

    async fn expire(&mut self) {
        tracing::warn!(
            group = self.config.group_id,
            "consumer poll timeout has expired: the time between two polls was longer than max.poll.interval.ms; \
             raise it or lower max.poll.records"
        );
        self.leave(Departure::AsConfigured, "consumer poll timeout has expired.").await;
        self.tell(Notice::PollExpired).await;
    }

    /// Tells the coordinator, as far as it can be reached at once, and forgets the membership. Brokers before 2.2 give a member
    /// its id with the answer to its join: who leaves before has none to name, and is given up when its session is over.
    async fn leave(&mut self, departure: Departure, reason: &str) {
        let Generation { member_id, .. } = self.generation();
        self.forget(true);
        let stays = match departure {
            Departure::AsConfigured => self.config.instance_id.is_some(),
            Departure::Leave => false,
            Departure::Remain => true,
        };
        if member_id.is_empty() || stays {
            return;
        }
        if let Err(error) = self.send_leave(member_id, reason).await {
            tracing::info!(group = self.config.group_id, %error, "leaving the group was not confirmed");
        }
    }

    async fn send_leave(&self, member_id: String, reason: &str) -> Result<(), KafkaError> {
        // Not on the membership's connections: there it would wait behind a join that was abandoned.
        let coordinator = self.coordinator.beside();
        let version = coordinator.version::<LeaveGroupRequest>().await?;
        let answer = coordinator.send(&leave_request(&self.config.group_id, member_id, reason, version)).await?;
        coordinator.check(answer.error_code, "leave")
    }

    pub(super) fn generation(&self) -> Generation {
        lock(&self.shared.generation).clone()
    }

    pub(super) fn set_generation(&self, generation: Generation) {
        *lock(&self.shared.generation) = generation;
    }

    /// The generation is void; with `member_too` the member id is as well.
    pub(super) fn forget(&mut self, member_too: bool) {
        self.phase = Phase::Out;
        let member_id = if member_too { String::new() } else { self.generation().member_id };
        self.set_generation(Generation { id: -1, member_id });
    }

    async fn tell(&mut self, notice: Notice) {
        self.losses += u64::from(notice.is_loss());
        // An owner that is gone needs no notice; the task ends with its last command.
        let _ = self.notices.send(notice).await;
    }
}

/// From this version on several members leave at once; until then, one does.
const LEAVES_TOGETHER: i16 = 3;

fn leave_request(group_id: &str, member_id: String, reason: &str, version: i16) -> LeaveGroupRequest {
    let request = LeaveGroupRequest::default().with_group_id(GroupId(StrBytes::from(group_id.to_owned())));
    let member_id = StrBytes::from(member_id);
    if version < LEAVES_TOGETHER {
        return request.with_member_id(member_id);
    }
    let reason = Some(cut(reason));
    request.with_members(vec![MemberIdentity::default().with_member_id(member_id).with_reason(reason)])
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.coordinator.close();
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;
    use kafka_protocol::protocol::{Encodable, Message};

    use super::*;

    #[test]
    fn every_broker_can_be_told_that_a_member_leaves() {
        for version in LeaveGroupRequest::VERSIONS.min..=LeaveGroupRequest::VERSIONS.max {
            let request = leave_request("g", "m".to_owned(), "done", version);
            assert!(request.encode(&mut BytesMut::new(), version).is_ok(), "version {version}");
        }
    }
}
