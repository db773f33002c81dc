//! What a JWT says of itself. Nobody but the broker can check that it is true.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::security::secret::Secret;

/// Longer texts are no tokens: a broker would not read them.
pub(super) const BYTES_MAX: usize = 256 << 10;

/// A token. Times in milliseconds since 1970.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) value: Secret,
    pub(super) expires_at: i64,
    pub(super) started_at: Option<i64>,
}

/// Which claims say whom the token is for, and what for.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Claims {
    pub(super) subject: String,
    pub(super) scope: String,
}

impl Claims {
    /// Takes a token as Java's client does: it has three parts, names a subject and expires.
    /// # Errors
    /// What is missing; the token is not shown.
    pub(super) fn read(&self, text: &str) -> Result<Token, String> {
        let text = text.trim();
        let claims = payload(text)?;
        let expires_at = millis(&claims, "exp")?.ok_or("exp value must be non-null")?;
        let started_at = millis(&claims, "iat")?;
        self.check_subject(&claims)?;
        self.check_scope(&claims)?;
        Ok(Token { value: Secret::new(text), expires_at, started_at })
    }

    fn check_subject(&self, claims: &Map<String, Value>) -> Result<(), String> {
        let name = &self.subject;
        let subject = claims.get(name).and_then(Value::as_str).ok_or(format!("{name} value must be non-null"))?;
        match (subject.is_empty(), subject.trim().is_empty()) {
            (true, _) => Err(format!("{name} value must be non-empty")),
            (_, true) => Err(format!("{name} value must not contain only whitespace")),
            _ => Ok(()),
        }
    }

    /// One text, or a list of texts; it may be absent.
    fn check_scope(&self, claims: &Map<String, Value>) -> Result<(), String> {
        let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
        match claims.get(&self.scope) {
            None | Some(Value::Null | Value::String(_)) => Ok(()),
            Some(Value::Array(scopes)) if scopes.iter().all(is_text) => Ok(()),
            Some(_) => Err(format!("{} value must be a text or a list of texts", self.scope)),
        }
    }
}

fn payload(text: &str) -> Result<Map<String, Value>, String> {
    let malformed = "Malformed JWT provided; expected three sections (header, payload, and signature)";
    let parts: Vec<&str> = text.split('.').collect();
    let &[header, payload, signature] = parts.as_slice() else { return Err(malformed.to_owned()) };
    if text.len() > BYTES_MAX || [header, payload, signature].iter().any(|part| part.trim().is_empty()) {
        return Err(malformed.to_owned());
    }
    let is_url_safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=');
    if ![header, payload, signature].iter().all(|part| part.bytes().all(is_url_safe)) {
        return Err("malformed Base64 URL encoded value".to_owned());
    }
    let json = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('='));
    let json = json.map_err(|_| "malformed Base64 URL encoded value")?;
    // serde_json bounds the nesting.
    serde_json::from_slice(&json).map_err(|_| "The payload of the JWT is no JSON object".to_owned())
}

/// A claim in seconds, perhaps with a fraction.
fn millis(claims: &Map<String, Value>, name: &str) -> Result<Option<i64>, String> {
    let seconds = match claims.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(value) => value.as_f64().ok_or(format!("{name} value must be a number"))?,
    };
    match seconds >= 0.0 {
        true => Ok(Some((seconds * 1000.0) as i64)), // saturates
        false => Err(format!("{name} value must be non-negative; value given was \"{seconds}\"")),
    }
}
