//! What the coordinators' answers change.

use super::*;
use crate::producer::transaction::coordinator::{Ended, Initialized};
use crate::producer::transaction::fault::Fault;

impl Transaction {
    /// The producer id, or a raised epoch.
    pub(in crate::producer) fn initialized(&mut self, answer: Result<Initialized, Fault>) {
        self.asking = false;
        if self.failure().is_some() {
            return;
        }
        match answer {
            Ok(Initialized { identity, protocol, can_bump }) => {
                tracing::debug!(transactional_id = %self.id, ?identity, ?protocol, "transactions are ready");
                self.identity = Some(identity);
                (self.protocol, self.can_bump) = (protocol, can_bump);
                self.state = State::Ready;
                self.finish_call(Ok(()));
            }
            // Somebody may grant the right, after which the same call succeeds.
            Err(Fault::Unauthorized(error)) => {
                self.identity = None;
                self.state = State::Uninitialized;
                self.finish_call(Err(error));
            }
            Err(fault) => self.faulty(fault),
        }
    }

    /// Partitions are part of the transaction now.
    pub(in crate::producer) fn partitions_added(&mut self, slots: BTreeSet<usize>, answer: Result<(), Fault>) {
        self.asking = false;
        self.wanted.retain(|slot| !slots.contains(slot));
        match answer {
            Ok(()) => {
                self.added.extend(slots);
                self.begun = true;
            }
            Err(fault) => self.faulty(fault),
        }
    }

    /// Offsets are part of the transaction now; `begun` says whether the coordinator has heard of the group.
    pub(in crate::producer) fn offsets_sent(&mut self, sent: &OffsetsToSend, begun: bool, answer: Result<(), Fault>) {
        self.asking = false;
        self.begun |= begun;
        match answer {
            Ok(()) => {
                let first = self.offsets.pop_front_if(|(offsets, _)| offsets == sent);
                first.into_iter().for_each(|(_, outcome)| outcome.set(Ok(())));
            }
            Err(fault) => self.faulty(fault),
        }
    }

    /// The transaction is over.
    pub(in crate::producer) fn ended(&mut self, answer: Result<Ended, Fault>, now: Instant) {
        self.asking = false;
        if self.failure().is_some() {
            return;
        }
        match answer {
            Ok(Ended { identity, protocol }) => {
                self.identity = identity.or(self.identity);
                self.settling.ended(now);
                // The second protocol begins with an epoch of its own.
                self.bump_wanted |= self.protocol == Protocol::V1 && protocol == Protocol::V2;
                self.complete();
                if matches!(self.state, State::Ready) {
                    self.protocol = protocol;
                }
            }
            // There is nothing to abort where nobody knows the producer; asking again would not change that.
            Err(Fault::AbortableByBump(error)) if self.can_raise() && matches!(self.state, State::Aborting(_)) => {
                tracing::debug!(transactional_id = %self.id, %error, "the transaction to abort is not there");
                self.complete_with(true);
            }
            Err(Fault::Fatal(error)) if self.never_began(&error) => {
                tracing::debug!(transactional_id = %self.id, %error, "the transaction to abort never began");
                self.complete_with(true);
            }
            Err(fault) => self.faulty(fault),
        }
    }

    /// Whether the coordinator says that there is nothing to abort, where that was in doubt.
    fn never_began(&self, error: &KafkaError) -> bool {
        let in_doubt = self.doubtful && !self.begun && matches!(self.state, State::Aborting(_));
        in_doubt && error.code() == Some(ErrorCode::INVALID_TXN_STATE)
    }

    fn faulty(&mut self, fault: Fault) {
        match fault {
            Fault::Abortable(error) => self.must_abort(&error),
            Fault::AbortableByBump(error) if self.can_raise() => {
                self.bump_wanted = true;
                self.must_abort(&error);
            }
            // A late attempt must not become part of the next transaction.
            Fault::GivenUp { maybe_heard } => {
                self.bump_wanted |= maybe_heard;
                self.doubtful |= maybe_heard;
            }
            Fault::AbortableByBump(error) | Fault::Unauthorized(error) | Fault::Fatal(error) => self.fail(error),
        }
    }

    fn can_raise(&self) -> bool {
        self.protocol == Protocol::V2 || self.can_bump
    }

    /// Whom batches are sent as: none before the producer id is known, and while it changes.
    pub(in crate::producer) fn identity(&self) -> Option<Identity> {
        self.identity.filter(|_| !matches!(self.state, State::Initializing))
    }

    /// The partitions, by topic, that `slots` stand for.
    pub(in crate::producer) fn by_topic(
        slots: &BTreeSet<usize>,
        place: impl Fn(usize) -> (TopicName, i32),
    ) -> BTreeMap<TopicName, Vec<i32>> {
        let mut topics = BTreeMap::<TopicName, Vec<i32>>::new();
        for (topic, partition) in slots.iter().map(|slot| place(*slot)) {
            topics.entry(topic).or_default().push(partition);
        }
        topics
    }
}
