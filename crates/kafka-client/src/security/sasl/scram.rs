//! SCRAM-SHA-256 and SCRAM-SHA-512 (RFC 5802, 7677): the password is proved, not sent, and the broker proves that it
//! knows it too.
//! ```text
//! n,,n=name,r=nonce ─▶ r=nonce+theirs,s=salt,i=rounds ─▶ c=biws,r=…,p=proof ─▶ v=signature
//! ```
//! As in Java, names and passwords are UTF-8 without further preparation.

#[cfg(any(test, feature = "fuzzing"))]
mod fuzzing;
mod keys;
mod messages;
#[cfg(test)]
mod tests;

use std::num::NonZeroU32;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use ring::rand::{SecureRandom, SystemRandom};

use crate::KafkaError;
use crate::security::secret::Secret;
#[cfg(any(test, feature = "fuzzing"))]
pub(super) use fuzzing::answer_any;
pub(super) use keys::Hash;
use keys::Keys;
use messages::{ServerFirst, saslname, server_signature};

/// Fewer rounds are refused: a broker that asks for them is after the password.
const ROUNDS_MIN: u32 = 4096;
/// More rounds would keep a thread busy for longer than a second, on the word of a stranger.
const ROUNDS_MAX: u32 = 1_000_000;
const CHANNEL_BINDING: &str = "n,,";

/// Name and password, for one of the two hashes.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Scram {
    pub(super) hash: Hash,
    pub(super) username: String,
    pub(super) password: Secret,
    /// Name and password are the id and the HMAC of a delegation token.
    pub(super) token: bool,
}

/// One authentication.
#[derive(Debug)]
pub(super) struct Conversation {
    scram: Arc<Scram>,
    nonce: String,
    state: State,
}

#[derive(Debug)]
enum State {
    /// The broker's nonce, salt and rounds are to come.
    First,
    /// Its signature is, which has to be this.
    Final {
        signature: Vec<u8>,
    },
    Done,
}

impl Conversation {
    pub(super) fn new(scram: Arc<Scram>) -> Result<Self, KafkaError> {
        let mut random = [0; 24];
        let filled = SystemRandom::new().fill(&mut random);
        filled.map_err(|_| KafkaError::config("the system has no random numbers for a nonce"))?;
        Ok(Conversation::with_nonce(scram, STANDARD.encode(random)))
    }

    fn with_nonce(scram: Arc<Scram>, nonce: String) -> Self {
        Conversation { scram, nonce, state: State::First }
    }

    pub(super) fn first(&self) -> Bytes {
        format!("{CHANNEL_BINDING}{}", self.first_bare()).into()
    }

    fn first_bare(&self) -> String {
        let extensions = if self.scram.token { ",tokenauth=true" } else { "" };
        format!("n={},r={}{extensions}", saslname(&self.scram.username), self.nonce)
    }

    pub(super) async fn next(&mut self, answer: &[u8]) -> Result<Option<Bytes>, String> {
        let text = str::from_utf8(answer).map_err(|_| "a SCRAM message that is no text")?;
        match std::mem::replace(&mut self.state, State::Done) {
            State::First => self.prove(text).await.map(Some),
            State::Final { signature } => self.verify(text, &signature).map(|()| None),
            State::Done => Err("a SCRAM message after the last one".to_owned()),
        }
    }

    async fn prove(&mut self, text: &str) -> Result<Bytes, String> {
        let first = ServerFirst::parse(text)?;
        if !first.nonce.starts_with(&self.nonce) || first.nonce.len() == self.nonce.len() {
            return Err("Invalid server nonce: does not start with client nonce".to_owned());
        }
        let rounds = self.rounds(first.rounds)?;
        let without_proof = format!("c={},r={}", STANDARD.encode(CHANNEL_BINDING), first.nonce);
        let signed = format!("{},{text},{without_proof}", self.first_bare());
        let (scram, salt) = (self.scram.clone(), first.salt);
        // Thousands of rounds of hashing: not on a thread that others wait for.
        let keys = move || Keys::derive(scram.hash, scram.password.reveal(), &salt, rounds);
        let keys = tokio::task::spawn_blocking(keys).await.map_err(|error| error.to_string())?;
        self.state = State::Final { signature: keys.server_signature(&signed) };
        Ok(format!("{without_proof},p={}", STANDARD.encode(keys.proof(&signed))).into())
    }

    fn rounds(&self, asked: u32) -> Result<NonZeroU32, String> {
        let mechanism = self.scram.hash.mechanism();
        if asked > ROUNDS_MAX {
            return Err(format!("Requested iterations {asked} is more than the maximum {ROUNDS_MAX} for {mechanism}"));
        }
        let enough = NonZeroU32::new(asked).filter(|_| asked >= ROUNDS_MIN);
        enough.ok_or_else(|| {
            format!("Requested iterations {asked} is less than the minimum {ROUNDS_MIN} for {mechanism}")
        })
    }

    fn verify(&self, text: &str, wanted: &[u8]) -> Result<(), String> {
        let mechanism = self.scram.hash.mechanism();
        let found = server_signature(text)
            .map_err(|error| format!("Sasl authentication using {mechanism} failed with error: {error}"))?;
        match found == wanted {
            true => Ok(()),
            false => Err("Invalid server signature in server final message".to_owned()),
        }
    }
}
