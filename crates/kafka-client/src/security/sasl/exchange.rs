//! The client's side of one authentication: what it says first, and what to each answer.

use std::sync::Arc;

use bytes::Bytes;

use super::oauth::bearer;
use super::scram::{Conversation, Scram};
use crate::KafkaError;

/// One authentication that is under way. Call [`first`](Self::first), then [`next`](Self::next) with each answer of the
/// broker until it is none. At most three messages go each way.
#[derive(Debug)]
pub(crate) struct Exchange(State);

#[derive(Debug)]
enum State {
    /// One message, and an answer that says nothing.
    Once(Bytes),
    Scram(Box<Conversation>),
    OAuth(bearer::Conversation),
}

impl Exchange {
    pub(super) fn once(message: Bytes) -> Self {
        Exchange(State::Once(message))
    }

    pub(super) fn scram(scram: Arc<Scram>) -> Result<Self, KafkaError> {
        Ok(Exchange(State::Scram(Box::new(Conversation::new(scram)?))))
    }

    pub(super) fn oauth(message: Bytes) -> Self {
        Exchange(State::OAuth(bearer::Conversation::new(message)))
    }

    /// The client speaks first.
    pub(crate) fn first(&mut self) -> Bytes {
        match &mut self.0 {
            State::Once(message) => message.clone(),
            State::Scram(conversation) => conversation.first(),
            State::OAuth(conversation) => conversation.first(),
        }
    }

    /// What the client says to the broker's answer; none if there is nothing left to say, and the broker, too, has shown
    /// who it is as far as the mechanism lets it.
    /// # Errors
    /// Why the answer cannot be accepted.
    pub(crate) async fn next(&mut self, answer: &[u8]) -> Result<Option<Bytes>, String> {
        match &mut self.0 {
            State::Once(_) => Ok(None),
            State::Scram(conversation) => conversation.next(answer).await,
            State::OAuth(conversation) => conversation.next(answer),
        }
    }
}
