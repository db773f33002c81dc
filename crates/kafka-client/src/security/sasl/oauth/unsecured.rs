//! Tokens that anybody can make: Java's default where no callback handler is named, for tests.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::jwt::Token;
use crate::KafkaError;
use crate::security::sasl::classes::{LOGIN_CALLBACK, OAUTH_LOGIN};
use crate::security::sasl::jaas::LoginModule;
use crate::security::secret::Secret;

const STRING_CLAIM: &str = "unsecuredLoginStringClaim_";
const NUMBER_CLAIM: &str = "unsecuredLoginNumberClaim_";
const LIST_CLAIM: &str = "unsecuredLoginListClaim_";

/// The claims of the tokens to make, as JSON, and how long each is good for.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Unsecured {
    claims: Secret,
    lifetime_millis: i64,
}

impl Unsecured {
    pub(super) fn parse(module: &LoginModule) -> Result<Self, KafkaError> {
        let mut claims = Map::new();
        for (name, value) in module.options() {
            if let Some((claim, value)) = claim(name, value)? {
                claims.insert(claim, value);
            }
        }
        let principal = module.option("unsecuredLoginPrincipalClaimName").unwrap_or("sub");
        let is_named = claims.get(principal).and_then(Value::as_str).is_some_and(|name| !name.is_empty());
        if !is_named {
            return Err(KafkaError::config(format!(
                "OAUTHBEARER without {LOGIN_CALLBACK} makes unsecured tokens, for which the login module needs the \
                 option {STRING_CLAIM}{principal}; for tokens from elsewhere set {LOGIN_CALLBACK} to {OAUTH_LOGIN}"
            )));
        }
        Ok(Unsecured { claims: Secret::new(Value::Object(claims).to_string()), lifetime_millis: lifetime(module)? })
    }

    pub(super) fn token(&self, now: i64) -> Token {
        let expires_at = now.saturating_add(self.lifetime_millis);
        let (start, end) = (seconds(now), seconds(expires_at));
        // The claims are an object that is not empty.
        let payload = format!("{{\"iat\":{start},\"exp\":{end},{}", &self.claims.reveal()[1..]);
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let value = Secret::new(format!("{}.{}.", encode(r#"{"alg":"none"}"#), encode(&payload)));
        Token { value, expires_at, started_at: Some(now) }
    }
}

fn seconds(millis: i64) -> String {
    format!("{}.{:03}", millis / 1000, (millis % 1000).abs())
}

fn lifetime(module: &LoginModule) -> Result<i64, KafkaError> {
    let name = "unsecuredLoginLifetimeSeconds";
    let seconds = module.option(name).map_or(Ok(3600.0), str::parse::<f64>).ok().filter(|seconds| *seconds > 0.0);
    let wrong = || KafkaError::config(format!("the option {name} of the login module is no number of seconds"));
    Ok((seconds.ok_or_else(wrong)? * 1000.0) as i64) // saturates
}

fn claim(option: &str, value: &str) -> Result<Option<(String, Value)>, KafkaError> {
    let wrong = |name: &str| KafkaError::config(format!("the option {name} of the login module is no number"));
    let (name, value) = if let Some(name) = option.strip_prefix(STRING_CLAIM) {
        (name, Value::from(value))
    } else if let Some(name) = option.strip_prefix(NUMBER_CLAIM) {
        let number: f64 = value.parse().map_err(|_| wrong(option))?;
        (name, serde_json::Number::from_f64(number).map(Value::Number).ok_or_else(|| wrong(option))?)
    } else if let Some(name) = option.strip_prefix(LIST_CLAIM) {
        (name, list(value))
    } else {
        return Ok(None);
    };
    match name {
        "iat" | "exp" => Err(KafkaError::config(format!("Cannot explicitly set the '{name}' claim"))),
        name => Ok(Some((name.to_owned(), value))),
    }
}

/// The first character separates the items: `|a|b`.
fn list(value: &str) -> Value {
    let Some(separator) = value.chars().next() else { return Value::Array(Vec::new()) };
    Value::Array(value[separator.len_utf8()..].split(separator).map(Value::from).collect())
}
