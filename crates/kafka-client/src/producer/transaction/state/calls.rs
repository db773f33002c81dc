//! What the owner of the producer may call when, and what it is told otherwise.

use super::*;

impl Transaction {
    /// Asks for the producer id; or joins a call that was given up.
    pub(in crate::producer) fn initialize(&mut self) -> Result<Outcome, KafkaError> {
        self.start(Operation::Initialize, |own| {
            own.check_usable()?;
            own.go(State::Initializing, |from| matches!(from, State::Uninitialized))
        })
    }

    /// Opens a transaction. The cluster learns of it with the first record.
    pub(in crate::producer) fn begin(&mut self) -> Result<(), KafkaError> {
        self.check_no_call("beginTransaction")?;
        self.check_usable()?;
        self.go(State::InTransaction, |from| matches!(from, State::Ready))
    }

    /// Commits offsets with the transaction; the same ones again join a call that was given up.
    pub(in crate::producer) fn send_offsets(&mut self, offsets: OffsetsToSend) -> Result<Outcome, KafkaError> {
        self.check_no_call(Operation::SendOffsets)?;
        self.check_usable()?;
        if !matches!(self.state, State::InTransaction) {
            return Err(error::illegal_state(format!(
                "Cannot send offsets if a transaction is not in progress (currentState= {})",
                self.state.name()
            )));
        }
        if let Some((_, outcome)) = self.offsets.iter().find(|(queued, _)| *queued == offsets) {
            return Ok(outcome.clone());
        }
        let outcome = Outcome::default();
        self.offsets.push_back((offsets, outcome.clone()));
        Ok(outcome)
    }

    /// Takes no more records, and commits once every one has its ack.
    pub(in crate::producer) fn commit(&mut self) -> Result<Outcome, KafkaError> {
        self.start(Operation::Commit, |own| {
            own.check_usable()?;
            own.go(State::Committing, |from| matches!(from, State::InTransaction))
        })
    }

    /// Gives up what was not sent, and aborts once the rest has its ack.
    pub(in crate::producer) fn abort(&mut self) -> Result<Outcome, KafkaError> {
        self.start(Operation::Abort, |own| {
            let reason = match &own.state {
                State::AbortableError(error) => Some(error.clone()),
                _ => own.check_usable().map(|()| None)?,
            };
            own.go(State::Aborting(reason), |from| matches!(from, State::InTransaction | State::AbortableError(_)))?;
            own.forsake();
            own.offsets.drain(..).for_each(|(_, outcome)| outcome.set(Err(error::aborted())));
            Ok(())
        })
    }

    /// Whether there is something to abort.
    pub(in crate::producer) fn is_ongoing(&self) -> bool {
        matches!(self.state, State::InTransaction | State::AbortableError(_))
    }

    /// The commit or abort that is under way, whether or not its caller still waits.
    pub(in crate::producer) fn ending(&self) -> Option<Outcome> {
        let is_ending = matches!(self.state, State::Committing | State::Aborting(_));
        self.call.as_ref().filter(|_| is_ending).map(|(_, outcome)| outcome.clone())
    }

    /// A caller has seen what came of its call: others may follow.
    pub(in crate::producer) fn seen(&mut self, outcome: &Outcome) {
        self.call.take_if(|(_, own)| own.is_same(outcome));
    }

    fn start(
        &mut self,
        operation: Operation,
        begin: impl FnOnce(&mut Self) -> Result<(), KafkaError>,
    ) -> Result<Outcome, KafkaError> {
        match &self.call {
            Some((same, outcome)) if *same == operation => Ok(outcome.clone()),
            Some(_) => Err(self.check_no_call(operation).err().unwrap_or(KafkaError::Closed)),
            None => {
                begin(self)?;
                let outcome = Outcome::default();
                self.call = Some((operation, outcome.clone()));
                Ok(outcome)
            }
        }
    }

    pub(super) fn check_no_call(&self, wanted: impl std::fmt::Display) -> Result<(), KafkaError> {
        self.call.as_ref().map_or(Ok(()), |(earlier, _)| {
            Err(error::illegal_state(format!(
                "Cannot attempt operation `{wanted}` because the previous call to `{earlier}` timed out and must be retried"
            )))
        })
    }

    pub(super) fn check_usable(&self) -> Result<(), KafkaError> {
        match &self.state {
            State::AbortableError(cause) | State::FatalError(cause) => {
                Err(error::failed_before(&self.id, self.identity, cause))
            }
            _ => Ok(()),
        }
    }

    fn go(&mut self, to: State, allowed: impl FnOnce(&State) -> bool) -> Result<(), KafkaError> {
        if !allowed(&self.state) {
            return Err(error::illegal_state(format!(
                "TransactionalId {}: Invalid transition attempted from state {} to state {}",
                self.id,
                self.state.name(),
                to.name()
            )));
        }
        self.state = to;
        Ok(())
    }
}
