//! The state of a transactional producer: which calls it takes, and what it asks the coordinators next.
//!
//! Pure: no clock, no I/O. Source of the rules: Apache Kafka, `TransactionManager`.

mod answers;
mod calls;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use tokio_util::sync::CancellationToken;

use super::call::{Operation, Outcome};
use super::coordinator::{Protocol, Task};
use super::error;
use super::offsets::OffsetsToSend;
use super::settling::Settling;
use crate::cluster::TopicName;
use crate::producer::pipeline::Identity;
use crate::{ErrorCode, KafkaError};

/// Where a transactional producer stands.
#[derive(Clone, Debug)]
enum State {
    Uninitialized,
    Initializing,
    Ready,
    InTransaction,
    Committing,
    /// With the reason, if the caller had one that we know.
    Aborting(Option<KafkaError>),
    /// Only an abort helps.
    AbortableError(KafkaError),
    /// Nothing helps.
    FatalError(KafkaError),
}

/// One producer's transactions, one after the other.
#[derive(Debug)]
pub(in crate::producer) struct Transaction {
    id: Arc<str>,
    state: State,
    /// The initialization, commit or abort whose outcome nobody has seen yet.
    call: Option<(Operation, Outcome)>,
    offsets: VecDeque<(OffsetsToSend, Outcome)>,
    identity: Option<Identity>,
    protocol: Protocol,
    /// Whether the coordinator can raise the epoch of a producer that asks for it: brokers from 2.5 on.
    can_bump: bool,
    /// In the first protocol: after this transaction the epoch has to be raised, for batches may be late.
    bump_wanted: bool,
    /// Whether the coordinator may know of this transaction.
    begun: bool,
    /// In the first protocol: whether a request that would begin it was given up, and nobody knows what came of it.
    doubtful: bool,
    settling: Settling,
    /// In the first protocol: partitions to add, and those added.
    wanted: BTreeSet<usize>,
    added: BTreeSet<usize>,
    /// One request at a time.
    asking: bool,
    /// Cancelled when the answer to that request is of no more use.
    given_up: CancellationToken,
}

impl Transaction {
    pub(in crate::producer) fn new(id: Arc<str>) -> Self {
        Transaction {
            id,
            state: State::Uninitialized,
            call: None,
            offsets: VecDeque::new(),
            identity: None,
            protocol: Protocol::V1,
            can_bump: false,
            bump_wanted: false,
            begun: false,
            doubtful: false,
            settling: Settling::default(),
            wanted: BTreeSet::new(),
            added: BTreeSet::new(),
            asking: false,
            given_up: CancellationToken::new(),
        }
    }

    /// Whether records are taken; asked for every one.
    pub(in crate::producer) fn is_open(&self) -> bool {
        matches!(self.state, State::InTransaction) && self.call.is_none()
    }

    /// Why a record for this partition is not taken.
    pub(in crate::producer) fn refusal(&self, topic: &TopicName, partition: i32) -> KafkaError {
        if let Err(error) = self.check_usable().and_then(|()| self.check_no_call("send")) {
            return error;
        }
        error::illegal_state(match self.identity {
            None => format!(
                "Cannot add partition {topic}-{partition} to transaction before completing a call to initTransactions"
            ),
            Some(_) => {
                format!("Cannot add partition {topic}-{partition} to transaction while in state  {}", self.state.name())
            }
        })
    }

    /// Whether a partition's next batch may be sent. Once the transaction has failed only those go on that were sent
    /// before: they may have been stored, and must not turn up in the next transaction.
    pub(in crate::producer) fn may_send(&self, slot: usize, is_new: bool) -> bool {
        match self.state {
            State::InTransaction | State::Committing => self.protocol == Protocol::V2 || self.added.contains(&slot),
            State::Aborting(_) | State::AbortableError(_) => !is_new,
            _ => false,
        }
    }

    /// A partition has records: in the first protocol it has to be added.
    pub(in crate::producer) fn note_partition(&mut self, slot: usize) {
        let open = matches!(self.state, State::InTransaction | State::Committing);
        if open && self.protocol == Protocol::V1 && !self.added.contains(&slot) {
            self.wanted.insert(slot);
        }
    }

    /// A batch is sent: in the second protocol that begins the transaction.
    pub(in crate::producer) fn note_sent(&mut self, now: Instant) {
        if !self.begun {
            self.settling.sent(now);
        }
        self.begun = true;
    }

    /// Batches were answered.
    pub(in crate::producer) fn note_answer(&mut self, now: Instant) {
        self.settling.answered(now);
    }

    /// Before when the first batch is not to be sent, for the last transaction is being completed.
    pub(in crate::producer) fn held_until(&self) -> Option<Instant> {
        self.settling.until().filter(|_| !self.begun && self.protocol == Protocol::V2)
    }

    /// Whether batches that were never sent are given up, and why.
    pub(in crate::producer) fn gives_up(&self) -> Option<KafkaError> {
        match &self.state {
            State::Aborting(reason) => Some(reason.clone().unwrap_or_else(error::aborted)),
            State::AbortableError(error) => Some(error.clone()),
            _ => None,
        }
    }

    /// Whether no further batch can be sent, and why.
    pub(in crate::producer) fn failure(&self) -> Option<&KafkaError> {
        match &self.state {
            State::FatalError(error) => Some(error),
            _ => None,
        }
    }

    /// The name that produce requests carry, and the protocol that they follow.
    pub(in crate::producer) fn label(&self) -> (Arc<str>, Protocol) {
        (self.id.clone(), self.protocol)
    }

    /// What to ask next. `idle` says that every record has its ack.
    pub(in crate::producer) fn next_task(&mut self, idle: bool) -> Option<Task> {
        if self.asking {
            return None;
        }
        let task = match self.state {
            State::Initializing => Some(Task::Initialize(self.identity)),
            State::InTransaction | State::Committing => self.task_within(idle),
            State::Aborting(_) if idle => self.end(false),
            _ => None,
        };
        self.asking = task.is_some();
        self.given_up = CancellationToken::new();
        task
    }

    /// Whether the task that was given out last need not be tried again.
    pub(in crate::producer) fn given_up(&self) -> CancellationToken {
        self.given_up.clone()
    }

    fn task_within(&mut self, idle: bool) -> Option<Task> {
        let identity = self.identity?;
        if !self.wanted.is_empty() {
            return Some(Task::AddPartitions(identity, self.wanted.clone()));
        }
        if let Some((offsets, _)) = self.offsets.front() {
            self.begun |= self.protocol == Protocol::V2;
            return Some(Task::SendOffsets(identity, self.protocol, offsets.clone()));
        }
        match self.state {
            State::Committing if idle => self.end(true),
            _ => None,
        }
    }

    /// The end of a transaction that the coordinator knows of; another one just ends.
    fn end(&mut self, commit: bool) -> Option<Task> {
        // In doubt as well: whoever asks for a new epoch in the middle of a transaction is fenced.
        match self.identity.filter(|_| self.begun || self.doubtful) {
            Some(identity) => Some(Task::End(identity, self.protocol, commit)),
            None => {
                self.complete();
                // The epoch may have to be raised all the same.
                matches!(self.state, State::Initializing).then_some(Task::Initialize(self.identity))
            }
        }
    }

    /// A batch was given up for good: its transaction cannot be committed any more.
    pub(in crate::producer) fn batch_failed(&mut self, error: &KafkaError) {
        use ErrorCode as E;
        let ends_all = [
            E::CLUSTER_AUTHORIZATION_FAILED,
            E::TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
            E::PRODUCER_FENCED,
            E::UNSUPPORTED_VERSION,
            E::INVALID_PRODUCER_ID_MAPPING,
        ];
        let unsupported = matches!(error, KafkaError::UnsupportedVersion { .. });
        if unsupported || error.code().is_some_and(|code| ends_all.contains(&code)) {
            return self.fail(error.clone());
        }
        self.bump_wanted = true;
        self.must_abort(error);
    }

    /// Ends the transaction's hopes; what waits for it is told.
    fn must_abort(&mut self, error: &KafkaError) {
        let error = error::abortable(error);
        match self.state {
            State::Aborting(_) | State::AbortableError(_) | State::FatalError(_) => {
                tracing::debug!(%error, "the transaction is to be aborted already");
            }
            _ => {
                tracing::debug!(transactional_id = %self.id, %error, "the transaction has to be aborted");
                self.fail_calls(&error);
                self.forsake();
                self.state = State::AbortableError(error);
            }
        }
    }

    /// The producer can do nothing more; the first reason stays.
    pub(in crate::producer) fn fail(&mut self, error: KafkaError) {
        if self.failure().is_some() {
            return;
        }
        let error = error::fatal(error);
        tracing::warn!(transactional_id = %self.id, %error, "this transactional producer has to end");
        self.fail_calls(&error);
        self.forsake();
        self.state = State::FatalError(error);
    }

    /// What was to become part of the transaction is not asked for any more.
    fn forsake(&mut self) {
        self.wanted.clear();
        self.given_up.cancel();
    }

    fn fail_calls(&mut self, error: &KafkaError) {
        self.offsets.drain(..).for_each(|(_, outcome)| outcome.set(Err(error.clone())));
        self.finish_call(Err(error.clone()));
    }

    /// Ends the call under way. It stays until a caller has seen how.
    fn finish_call(&mut self, result: Result<(), KafkaError>) {
        if let Some((_, outcome)) = &self.call {
            outcome.set(result);
        }
    }

    /// The transaction has ended: the next one may begin, perhaps under a new epoch.
    fn complete(&mut self) {
        self.complete_with(self.bump_wanted && self.protocol == Protocol::V1);
    }

    fn complete_with(&mut self, bump: bool) {
        let bump = bump && self.identity.is_some();
        self.state = match self.identity {
            Some(_) if bump => State::Initializing,
            Some(_) => State::Ready,
            None => State::Uninitialized,
        };
        (self.begun, self.doubtful, self.bump_wanted) = (false, false, false);
        self.wanted.clear();
        self.added.clear();
        self.offsets.clear();
        if !bump {
            self.finish_call(Ok(()));
        }
    }
}

impl State {
    /// Java's name.
    fn name(&self) -> &'static str {
        match self {
            State::Uninitialized => "UNINITIALIZED",
            State::Initializing => "INITIALIZING",
            State::Ready => "READY",
            State::InTransaction => "IN_TRANSACTION",
            State::Committing => "COMMITTING_TRANSACTION",
            State::Aborting(_) => "ABORTING_TRANSACTION",
            State::AbortableError(_) => "ABORTABLE_ERROR",
            State::FatalError(_) => "FATAL_ERROR",
        }
    }
}

#[cfg(test)]
mod tests;
