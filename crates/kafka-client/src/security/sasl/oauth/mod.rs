//! OAUTHBEARER: a token says who the client is.
//! ```text
//! login module, sasl.* ─▶ settings ─▶ Source: unsecured │ file │ token endpoint
//!                                        │ a JWT
//!                                 jwt: what it says of itself ─▶ refresh: when to get the next ─▶ bearer: the message
//! ```
//! Start at [`OAuth::message`], which each authentication calls. A token is held until its time to be refreshed, so that
//! the endpoint is asked once for many connections; those who come meanwhile wait for that one answer.

pub(super) mod bearer;
mod endpoint;
#[cfg(any(test, feature = "fuzzing"))]
mod fuzzing;
mod http;
mod jwt;
mod refresh;
mod settings;
mod source;
#[cfg(test)]
mod tests;
mod unsecured;
mod url;

use std::hash::{Hash, Hasher};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use tokio::sync::Mutex;

use super::jaas::LoginModule;
use crate::KafkaError;
use crate::config::Keys;
use crate::security::system_properties::SystemProperties;
#[cfg(any(test, feature = "fuzzing"))]
pub(super) use fuzzing::read_any;
use jwt::Token;
use settings::Settings;
use source::TokenError;

pub(super) const RETRIEVER_KEY: &str = "sasl.oauthbearer.jwt.retriever.class";
pub(super) const DEFAULT_RETRIEVER: &str = "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever";
pub(super) const FILE_RETRIEVER: &str = "org.apache.kafka.common.security.oauthbearer.FileJwtRetriever";
pub(super) const CLIENT_CREDENTIALS_RETRIEVER: &str =
    "org.apache.kafka.common.security.oauthbearer.ClientCredentialsJwtRetriever";

/// After a refresh that failed the next one is tried after this, as in Java, while the old token still holds.
const REFRESH_RETRY: Duration = Duration::from_secs(10);

/// Where tokens come from, and the one held now. Equal if they come from the same place in the same way.
#[derive(Debug)]
pub(super) struct OAuth {
    settings: Settings,
    // Whoever asks the endpoint holds it; the others want the same token.
    held: Mutex<Option<Held>>,
}

/// A token, and when to get the next one, in milliseconds since 1970.
#[derive(Debug)]
struct Held {
    token: Token,
    refresh_at: i64,
}

impl OAuth {
    pub(super) fn parse(keys: &Keys<'_>, module: &LoginModule, system: &SystemProperties) -> Result<Self, KafkaError> {
        Ok(OAuth { settings: Settings::parse(keys, module, system)?, held: Mutex::default() })
    }

    /// The client's message, with a token that is not due to be refreshed if there can be one.
    /// # Errors
    /// [`KafkaError::Authentication`] if asking again would change nothing, else one that is retriable.
    pub(super) async fn message(&self) -> Result<Bytes, KafkaError> {
        let mut held = self.held.lock().await;
        let is_fresh = held.as_ref().is_some_and(|held| now_millis() < held.refresh_at);
        if !is_fresh || self.settings.source.is_local() {
            self.renew(&mut held).await?;
        }
        let held = held.as_ref().ok_or(KafkaError::Closed)?;
        Ok(bearer::message(held.token.value.reveal(), &self.settings.extensions))
    }

    /// A new token, or the old one while it holds and there is no other. Cancel-safe: who gives up waiting leaves the old one.
    async fn renew(&self, held: &mut Option<Held>) -> Result<(), KafkaError> {
        let retrieved = self.settings.retrieve().await;
        let now = now_millis();
        let old = held.as_mut().filter(|old| now < old.token.expires_at);
        match (retrieved, old) {
            (Ok(token), _) => {
                let refresh_at = self.settings.refresh.at(token.started_at, token.expires_at, now);
                *held = Some(Held { token, refresh_at });
            }
            (Err(error), Some(old)) => {
                tracing::warn!(%error, "the token could not be refreshed; the present one is used while it holds");
                let pause = i64::try_from(REFRESH_RETRY.as_millis()).unwrap_or(i64::MAX);
                old.refresh_at = now.saturating_add(pause);
            }
            (Err(error), None) => return Err(failure(error)),
        }
        Ok(())
    }
}

fn failure(error: TokenError) -> KafkaError {
    match error {
        TokenError::Refused(why) => KafkaError::sasl_authentication(why),
        TokenError::Unreachable { place, why } => {
            KafkaError::Disconnected { address: place.into(), reason: why.into() }
        }
    }
}

impl PartialEq for OAuth {
    fn eq(&self, other: &Self) -> bool {
        self.settings == other.settings
    }
}

impl Eq for OAuth {}

impl Hash for OAuth {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.settings.hash(state);
    }
}

fn now_millis() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}
