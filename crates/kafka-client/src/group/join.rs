//! JoinGroup and SyncGroup, repeated until the generation is complete or joining is hopeless.

use bytes::Bytes;
use kafka_protocol::messages::join_group_request::JoinGroupRequestProtocol;
use kafka_protocol::messages::sync_group_request::SyncGroupRequestAssignment;
use kafka_protocol::messages::{GroupId, JoinGroupRequest, JoinGroupResponse, SyncGroupRequest};
use kafka_protocol::protocol::StrBytes;

use super::membership::{Membership, Phase};
use super::{Generation, Member};
use crate::net::Backoff;
use crate::{ErrorCode, KafkaError};

/// How far a join came.
pub(super) enum Outcome {
    /// This member leads and owes the others their assignments, unless all keep what they have.
    Elected {
        members: Vec<Member>,
        keeps_assignment: bool,
    },
    Assigned(Bytes),
    /// The group had given this member up before it came back.
    Lost(KafkaError),
}

/// What follows a failed attempt.
enum Next {
    Retry,
    Lost(KafkaError),
}

/// Brokers cut longer reasons off; Java does so before sending.
const REASON_CHARS_MAX: usize = 255;

impl Membership {
    /// Joins with what was offered last. Retries whatever can be retried; an error is final.
    pub(super) async fn join(&mut self, reason: &str) -> Result<Outcome, KafkaError> {
        self.phase = Phase::Out; // the coordinator expects no heartbeats from a member that is joining
        let mut backoff = Backoff::new(self.config.retry_backoff, self.config.retry_backoff_max);
        loop {
            match self.join_once(reason).await {
                Ok(outcome) => return Ok(outcome),
                Err(error) => match self.before_retry(error, &mut backoff).await? {
                    Next::Retry => {}
                    Next::Lost(error) => return Ok(Outcome::Lost(error)),
                },
            }
        }
    }

    /// The leader's part of SyncGroup; if the generation is over by now, joins again.
    pub(super) async fn sync_as_leader(&mut self, assignments: Vec<(String, Bytes)>) -> Result<Outcome, KafkaError> {
        match self.sync(assignments).await {
            Ok(assignment) => Ok(Outcome::Assigned(assignment)),
            Err(error) => {
                let mut backoff = Backoff::new(self.config.retry_backoff, self.config.retry_backoff_max);
                match self.before_retry(error, &mut backoff).await? {
                    Next::Retry => self.join("rejoining after a failed sync").await,
                    Next::Lost(error) => Ok(Outcome::Lost(error)),
                }
            }
        }
    }

    async fn join_once(&mut self, reason: &str) -> Result<Outcome, KafkaError> {
        let request = self.join_request(reason);
        let answer = self.coordinator.send_patiently(&request).await?;
        if ErrorCode(answer.error_code) == ErrorCode::MEMBER_ID_REQUIRED {
            self.set_generation(Generation { id: -1, member_id: answer.member_id.to_string() });
        }
        self.coordinator.check(answer.error_code, "join")?;
        self.adopt(&answer);
        if answer.leader == answer.member_id {
            let keeps_assignment = answer.skip_assignment;
            let members = answer.members.into_iter().map(|member| Member {
                id: member.member_id.to_string(),
                instance_id: member.group_instance_id.map(|id| id.to_string()),
                metadata: member.metadata,
            });
            return Ok(Outcome::Elected { members: members.collect(), keeps_assignment });
        }
        self.sync(Vec::new()).await.map(Outcome::Assigned)
    }

    fn adopt(&mut self, answer: &JoinGroupResponse) {
        self.set_generation(Generation { id: answer.generation_id, member_id: answer.member_id.to_string() });
        self.leader_id = answer.leader.to_string();
        self.protocol = answer.protocol_name.as_ref().map(|name| name.to_string()).unwrap_or_default();
    }

    fn join_request(&self, reason: &str) -> JoinGroupRequest {
        let protocols = self.offered.iter().map(|protocol| {
            JoinGroupRequestProtocol::default()
                .with_name(StrBytes::from(protocol.name.clone()))
                .with_metadata(protocol.metadata.clone())
        });
        JoinGroupRequest::default()
            .with_group_id(GroupId(StrBytes::from(self.config.group_id.clone())))
            .with_session_timeout_ms(millis(self.config.session_timeout))
            .with_rebalance_timeout_ms(millis(self.config.rebalance_timeout))
            .with_member_id(StrBytes::from(self.generation().member_id))
            .with_group_instance_id(self.config.instance_id.clone().map(StrBytes::from))
            .with_protocol_type(StrBytes::from(self.config.protocol_type.clone()))
            .with_protocols(protocols.collect())
            .with_reason((!reason.is_empty()).then(|| cut(reason)))
    }

    async fn sync(&mut self, assignments: Vec<(String, Bytes)>) -> Result<Bytes, KafkaError> {
        let Generation { id, member_id } = self.generation();
        let assignments = assignments.into_iter().map(|(member, assignment)| {
            SyncGroupRequestAssignment::default().with_member_id(StrBytes::from(member)).with_assignment(assignment)
        });
        let request = SyncGroupRequest::default()
            .with_group_id(GroupId(StrBytes::from(self.config.group_id.clone())))
            .with_generation_id(id)
            .with_member_id(StrBytes::from(member_id))
            .with_group_instance_id(self.config.instance_id.clone().map(StrBytes::from))
            .with_protocol_type(Some(StrBytes::from(self.config.protocol_type.clone())))
            .with_protocol_name(Some(StrBytes::from(self.protocol.clone())))
            .with_assignments(assignments.collect());
        let answer = self.coordinator.send_patiently(&request).await?;
        self.coordinator.check(answer.error_code, "sync")?;
        Ok(answer.assignment)
    }

    /// Makes the next attempt possible, or gives the error back if none can succeed.
    async fn before_retry(&mut self, error: KafkaError, backoff: &mut Backoff) -> Result<Next, KafkaError> {
        match error.code() {
            // The coordinator gave out a member id; it wants to see it in the next request.
            Some(ErrorCode::MEMBER_ID_REQUIRED) => return Ok(Next::Retry),
            Some(ErrorCode::REBALANCE_IN_PROGRESS) => {}
            Some(ErrorCode::UNKNOWN_MEMBER_ID | ErrorCode::ILLEGAL_GENERATION) => {
                self.forget(error.code() == Some(ErrorCode::UNKNOWN_MEMBER_ID));
                if self.was_member {
                    // What was offered may claim what is lost: the owner has to say anew what it has.
                    return Ok(Next::Lost(error));
                }
            }
            _ if error.is_retriable() => {}
            _ => return Err(error),
        }
        tracing::debug!(group = self.config.group_id, %error, "joining the group again");
        if error.is_retriable() {
            self.note_outage(error);
        }
        tokio::time::sleep(backoff.next_delay()).await;
        Ok(Next::Retry)
    }
}

/// A reason, no longer than brokers want it.
pub(super) fn cut(reason: &str) -> StrBytes {
    StrBytes::from(reason.chars().take(REASON_CHARS_MAX).collect::<String>())
}

fn millis(duration: std::time::Duration) -> i32 {
    i32::try_from(duration.as_millis()).unwrap_or(i32::MAX)
}
