//! A token for the client's id and secret (OAuth's client credentials grant).

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::Uri;
use serde_json::Value;
use tokio::time::Instant;

use super::http::{self, Post};
use super::source::TokenError;
use crate::KafkaError;
use crate::config::Keys;
use crate::net::Backoff;
use crate::security::sasl::jaas::LoginModule;
use crate::security::secret::Secret;

/// Where the user set no limit. Java then waits for ever; a connection must not.
const TIMEOUT_DEFAULT_MS: i32 = 30_000;
/// With these answers asking again changes nothing.
const FINAL_STATUS: &[u16] = &[400, 401, 402, 403, 404, 405, 406, 407, 409, 410, 411, 412, 413, 414, 415, 501, 505];
const ERROR_CHARS_MAX: usize = 1000;

/// Whom to ask, as whom, and how patiently.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Endpoint {
    uri: Uri,
    authorization: Secret,
    body: String,
    connect_timeout: Duration,
    read_timeout: Duration,
    retry_backoff: Duration,
    /// How long attempts go on in all.
    retry_within: Duration,
}

impl Endpoint {
    pub(super) fn parse(uri: Uri, keys: &Keys<'_>, module: &LoginModule) -> Result<Self, KafkaError> {
        refuse_assertions(keys)?;
        refuse_stores(module)?;
        let is_encoded = keys.boolean("sasl.oauthbearer.header.urlencode", false)?;
        let encoded = |text: &str| if is_encoded { urlencoded(text) } else { text.to_owned() };
        let id = required(keys, "sasl.oauthbearer.client.credentials.client.id", module, "clientId")?;
        let secret = required(keys, "sasl.oauthbearer.client.credentials.client.secret", module, "clientSecret")?;
        let scope = value(keys, "sasl.oauthbearer.scope", module, "scope");
        let scope = scope.map_or(String::new(), |scope| format!("&scope={}", encoded(scope)));
        let timeout = |key: &str| {
            let millis = keys.int(key, TIMEOUT_DEFAULT_MS, i32::MIN..=i32::MAX)?;
            Ok(Duration::from_millis(millis.max(1).unsigned_abs().into()))
        };
        let credentials = STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret)));
        Ok(Endpoint {
            uri,
            authorization: Secret::new(format!("Basic {credentials}")),
            body: format!("grant_type=client_credentials{scope}"),
            connect_timeout: timeout("sasl.login.connect.timeout.ms")?,
            read_timeout: timeout("sasl.login.read.timeout.ms")?,
            retry_backoff: keys.millis("sasl.login.retry.backoff.ms", 100)?,
            retry_within: keys.millis("sasl.login.retry.backoff.max.ms", 10_000)?,
        })
    }

    /// Asks until there is an answer that asking again does not change, or the time for it is over.
    pub(super) async fn token(&self) -> Result<String, TokenError> {
        let begun = Instant::now();
        let mut backoff = Backoff::new(self.retry_backoff, self.retry_within);
        loop {
            let error = match self.attempt().await {
                Err(error @ TokenError::Unreachable { .. }) => error,
                settled => return settled,
            };
            let left = self.retry_within.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return Err(error);
            }
            tracing::debug!(%error, "no token yet; trying again");
            tokio::time::sleep(backoff.next_delay().min(left)).await;
        }
    }

    async fn attempt(&self) -> Result<String, TokenError> {
        let post = Post {
            uri: &self.uri,
            authorization: self.authorization.reveal(),
            body: &self.body,
            connect_timeout: self.connect_timeout,
            read_timeout: self.read_timeout,
        };
        let answer = http::post(post).await.map_err(|why| self.unreachable(why))?;
        let status = answer.status;
        match status {
            200 | 201 if answer.body.is_empty() => {
                Err(self.unreachable(format!("the answer was empty despite response code {status}")))
            }
            200 | 201 => token_in(&answer.body).map_err(TokenError::Refused),
            _ if FINAL_STATUS.contains(&status) => Err(TokenError::Refused(format!(
                "The response code {status} and error response {} was encountered reading the token endpoint response; \
                 will not attempt further retries",
                error_in(&answer.body)
            ))),
            _ => Err(self.unreachable(format!(
                "The unexpected response code {status} and error message {} was encountered reading the token endpoint \
                 response",
                error_in(&answer.body)
            ))),
        }
    }

    fn unreachable(&self, why: String) -> TokenError {
        // Host and port only: a name and a password may stand before them.
        let host = self.uri.host().unwrap_or_default();
        let place = self.uri.port().map_or(host.to_owned(), |port| format!("{host}:{port}"));
        TokenError::Unreachable { place, why }
    }
}

/// Java would trust, and show itself by, what these options name; the system's certificates may be others.
fn refuse_stores(module: &LoginModule) -> Result<(), KafkaError> {
    match module.options().find(|(name, _)| name.starts_with("ssl.")) {
        None => Ok(()),
        Some((name, _)) => Err(KafkaError::config(format!(
            "The option {name} of the login module cannot be used: this client trusts the system's certificates at \
             token endpoints; install the endpoint's CA there and remove the option"
        ))),
    }
}

/// Java would sign with these instead of sending the secret; sending it would be against the user's will.
fn refuse_assertions(keys: &Keys<'_>) -> Result<(), KafkaError> {
    for key in ["sasl.oauthbearer.assertion.file", "sasl.oauthbearer.assertion.claim.iss"] {
        if keys.text(key).is_some_and(|value| !value.is_empty()) {
            return Err(KafkaError::config(format!(
                "{key}: this client cannot authenticate with an assertion; remove the property and set \
                 sasl.oauthbearer.client.credentials.client.id and .secret"
            )));
        }
    }
    Ok(())
}

/// The property, else the older option of the login module.
fn value<'a>(keys: &Keys<'a>, key: &str, module: &'a LoginModule, option: &str) -> Option<&'a str> {
    let value = keys.text(key).or_else(|| module.option(option).map(str::trim));
    value.filter(|value| !value.is_empty())
}

fn required<'a>(keys: &Keys<'a>, key: &str, module: &'a LoginModule, option: &str) -> Result<&'a str, KafkaError> {
    let missing = || KafkaError::config(format!("Invalid value null for configuration {key}: it is required"));
    value(keys, key, module, option).ok_or_else(missing)
}

pub(super) fn token_in(body: &[u8]) -> Result<String, String> {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let found = ["access_token", "id_token"].iter().find_map(|name| json.get(name).and_then(Value::as_str));
    let token = found.filter(|token| !token.trim().is_empty()).map(str::to_owned);
    // The answer may hold other secrets, so it is not shown.
    token.ok_or_else(|| "The token endpoint response did not contain a valid JWT.".to_owned())
}

/// What the endpoint says is wrong, in the two shapes that Java knows.
pub(super) fn error_in(body: &[u8]) -> String {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let part = |name: &str| json.get(name).and_then(Value::as_str);
    let known = [("error", "error_description"), ("errorCode", "errorSummary")];
    let found =
        known.iter().find_map(|(code, text)| Some(format!("{{{} - {}}}", part(code)?, part(text).unwrap_or(""))));
    found.unwrap_or_else(|| "{}".to_owned()).chars().take(ERROR_CHARS_MAX).collect()
}

/// As forms are encoded, and as Java's `URLEncoder` does it.
fn urlencoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_as_java() {
        for (text, want) in [("aZ09.-*_", "aZ09.-*_"), ("a b&c", "a+b%26c"), ("é~", "%C3%A9%7E")] {
            assert_eq!(urlencoded(text), want);
        }
    }

    #[test]
    fn finds_the_token_and_shows_nothing_else() {
        for (body, want) in [
            (r#"{"access_token":"a.b.c","id_token":"x"}"#, Some("a.b.c")),
            (r#"{"id_token":"a.b.c"}"#, Some("a.b.c")),
            (r#"{"access_token":" "}"#, None),
            (r#"{"refresh_token":"hush"}"#, None),
            ("[", None),
        ] {
            let got = token_in(body.as_bytes());
            assert!(got.as_ref().err().is_none_or(|why| !why.contains("hush")));
            assert_eq!(got.ok().as_deref(), want, "{body}");
        }
        assert_eq!(error_in(br#"{"error":"e","error_description":"d"}"#), "{e - d}");
        assert_eq!(error_in(br#"{"errorCode":"e","errorSummary":"s"}"#), "{e - s}");
        assert_eq!(error_in(b"<html>"), "{}");
    }
}
