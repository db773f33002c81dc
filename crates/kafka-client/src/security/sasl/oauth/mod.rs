//! OAUTHBEARER: a token says who the client is.
//! ```text
//! login module, sasl.* ─▶ settings ─▶ Source: unsecured │ file │ token endpoint
//!                                        │ a JWT
//!                                 jwt: what it says of itself ─▶ refresh: when to get the next ─▶ bearer: the message
//! ```
//! Start at [`OAuth::message`], which each authentication calls. A token is held until its time to be refreshed, so that
//! the endpoint is asked once for many connections. Those who come meanwhile wait for that one answer, but not for long
//! while the old token holds.

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
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::jaas::LoginModule;
use crate::KafkaError;
use crate::config::Keys;
use crate::security::system_properties::SystemProperties;
use crate::sync::lock;
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
/// So long an authentication waits for a refresh: a new token makes a longer session. Then the old one has to do.
const REFRESH_PATIENCE: Duration = Duration::from_millis(500);
/// A token that holds no longer than this might not when the broker looks at it.
const SPARE: Duration = Duration::from_secs(1);

/// Where tokens come from, and the one held now. Equal if they come from the same place in the same way.
#[derive(Debug)]
pub(super) struct OAuth {
    store: Arc<Store>,
    refreshing: Mutex<Option<Refreshing>>,
}

#[derive(Debug)]
struct Store {
    settings: Settings,
    // Whoever asks the endpoint holds it; the others want the same token.
    asking: tokio::sync::Mutex<()>,
    held: Mutex<Option<Held>>,
}

/// A token, and when to get the next one, in milliseconds since 1970.
#[derive(Debug)]
struct Held {
    token: Token,
    refresh_at: i64,
}

/// A refresh beside the authentications; it ends with its owner.
#[derive(Debug)]
struct Refreshing {
    ended: CancellationToken,
    _task: AbortOnDropHandle<()>,
}

/// What can be done with the token held now.
enum Condition {
    Fresh,
    /// It serves until there is another.
    Due,
    /// Another is needed first.
    Useless,
}

impl OAuth {
    pub(super) fn parse(keys: &Keys<'_>, module: &LoginModule, system: &SystemProperties) -> Result<Self, KafkaError> {
        let settings = Settings::parse(keys, module, system)?;
        let store = Store { settings, asking: tokio::sync::Mutex::default(), held: Mutex::default() };
        Ok(OAuth { store: Arc::new(store), refreshing: Mutex::default() })
    }

    /// The client's message, with a token that is not due to be refreshed if there can be one soon.
    /// # Errors
    /// [`KafkaError::Authentication`] if asking again would change nothing, else one that is retriable.
    pub(super) async fn message(&self) -> Result<Bytes, KafkaError> {
        match self.store.condition() {
            _ if self.store.settings.source.is_local() => self.store.renew().await?,
            Condition::Fresh => {}
            Condition::Due => {
                let refreshed = self.refresh();
                // Not in time: the old token does.
                let _ = timeout(REFRESH_PATIENCE, refreshed.cancelled()).await;
            }
            Condition::Useless => self.store.ask().await?,
        }
        self.store.message()
    }

    /// Begins a refresh unless one is under way; the answer is cancelled when it has ended. Not a part of the caller's work:
    /// that may be given up.
    fn refresh(&self) -> CancellationToken {
        let mut refreshing = lock(&self.refreshing);
        if let Some(Refreshing { ended, .. }) = refreshing.as_ref().filter(|one| !one.ended.is_cancelled()) {
            return ended.clone();
        }
        let (ended, store) = (CancellationToken::new(), self.store.clone());
        let when_ended = ended.clone().drop_guard();
        let task = tokio::spawn(async move {
            let _when_ended = when_ended;
            if let Err(error) = store.ask().await {
                tracing::warn!(%error, "no new token");
            }
        });
        *refreshing = Some(Refreshing { ended: ended.clone(), _task: AbortOnDropHandle::new(task) });
        ended
    }
}

impl Store {
    fn condition(&self) -> Condition {
        let (held, now) = (lock(&self.held), now_millis());
        let spare = i64::try_from(SPARE.as_millis()).unwrap_or(i64::MAX);
        match &*held {
            Some(held) if now < held.refresh_at => Condition::Fresh,
            Some(held) if now < held.token.expires_at.saturating_sub(spare) => Condition::Due,
            _ => Condition::Useless,
        }
    }

    fn message(&self) -> Result<Bytes, KafkaError> {
        let held = lock(&self.held);
        let held = held.as_ref().ok_or(KafkaError::Closed)?;
        Ok(bearer::message(held.token.value.reveal(), &self.settings.extensions))
    }

    /// As [`renew`](Self::renew), unless somebody else has just done it.
    async fn ask(&self) -> Result<(), KafkaError> {
        let _alone = self.asking.lock().await;
        match self.condition() {
            Condition::Fresh => Ok(()),
            Condition::Due | Condition::Useless => self.renew().await,
        }
    }

    /// A new token, or the old one while it holds and there is no other. Cancel-safe: who gives up waiting leaves the old one.
    async fn renew(&self) -> Result<(), KafkaError> {
        let retrieved = self.settings.retrieve().await;
        let (mut held, now) = (lock(&self.held), now_millis());
        let old = held.as_mut().filter(|old| now < old.token.expires_at);
        match (retrieved, old) {
            (Ok(token), _) => {
                let refresh_at = self.settings.refresh.at(token.started_at, token.expires_at, now);
                *held = Some(Held { token, refresh_at });
            }
            (Err(error), Some(old)) => {
                tracing::warn!(%error, "the token could not be refreshed; the present one is used while it holds");
                let pause = i64::try_from(REFRESH_RETRY.as_millis()).unwrap_or(i64::MAX);
                old.refresh_at = now.saturating_add(pause).min(old.token.expires_at);
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
        self.store.settings == other.store.settings
    }
}

impl Eq for OAuth {}

impl Hash for OAuth {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.store.settings.hash(state);
    }
}

fn now_millis() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}
