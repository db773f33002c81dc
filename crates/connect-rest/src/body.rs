//! Request bodies: JSON as Apache's Jackson reads it, to [`Props`].
//! ```text
//! bytes ─▶ object: field → raw JSON text ─▶ string, number, boolean or null ─▶ Option<String>
//! ```
//! Numbers and booleans become the text that the client wrote (`1.50` stays `1.50`). Of equal keys the last wins; what
//! follows the JSON value is not read. Values stay out of the messages: they may be secrets.

use std::sync::Arc;

use axum::body::{Bytes, HttpBody};
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use connect_config::Props;
use connect_core::herder::TargetState;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::ApiError;
use crate::herder::Resources;

/// The largest request body.
pub(crate) const BODY_BYTES_MAX: usize = 16 << 20;

/// A whole body, read within the idle timeout.
pub(crate) struct JsonBody(pub(crate) Bytes);

impl FromRequest<Arc<Resources>> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, resources: &Arc<Resources>) -> Result<Self, ApiError> {
        if request.body().size_hint().lower() > BODY_BYTES_MAX as u64 {
            return Err(too_large());
        }
        let limit = resources.timeouts.idle;
        match tokio::time::timeout(limit, Bytes::from_request(request, &())).await {
            Ok(Ok(bytes)) => Ok(Self(bytes)),
            Ok(Err(rejection)) => Err(refused(rejection)),
            Err(_) => {
                let message = format!("The request body did not arrive within {} s", limit.as_secs());
                Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, message))
            }
        }
    }
}

fn refused(rejection: BytesRejection) -> ApiError {
    let text = rejection.body_text();
    match rejection.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => ApiError::bad_request(format!("The request body could not be read: {text}")),
    }
}

fn too_large() -> ApiError {
    let message = format!("The request body is larger than {BODY_BYTES_MAX} bytes");
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, message)
}

/// What `POST /connectors` holds.
#[derive(Debug, PartialEq)]
pub(crate) struct CreateConnector {
    /// Trimmed; empty if there was none.
    pub(crate) name: String,
    pub(crate) config: Props,
    pub(crate) initial_state: TargetState,
}

impl CreateConnector {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, ApiError> {
        let body = Body::new(bytes);
        let mut fields = body.object()?;
        let mut take = |field: &str| fields.shift_remove(field).filter(|raw| raw.get() != "null");
        let (name, config, initial_state) = (take("name"), take("config"), take("initial_state"));
        if let Some((field, raw)) =
            fields.iter().find(|(field, _)| !["name", "config", "initial_state"].contains(&field.as_str()))
        {
            return Err(body.error(
                raw,
                format!("Unrecognized field {field:?}: known are \"name\", \"config\" and \"initial_state\""),
            ));
        }
        let config = config.ok_or_else(|| {
            ApiError::bad_request("The field \"config\" is missing: it holds the connector's configuration")
        })?;
        Ok(Self {
            name: name.map(|raw| body.text(raw, "name")).transpose()?.flatten().map_or(String::new(), trimmed),
            config: body.props(config, "config")?,
            initial_state: initial_state.map_or(Ok(TargetState::default()), |raw| body.target_state(raw))?,
        })
    }
}

/// The body of `PUT /connectors/{name}/config`: a map of keys and values.
pub(crate) fn parse_config(bytes: &[u8]) -> Result<Props, ApiError> {
    let body = Body::new(bytes);
    body.to_props(body.object()?, None)
}

/// Java's `String.trim`: every character up to U+0020 goes.
fn trimmed(text: String) -> String {
    text.trim_matches(|c| c <= ' ').to_owned()
}

type Fields<'a> = IndexMap<String, &'a RawValue>;

struct Body<'a>(&'a [u8]);

impl<'a> Body<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
    }

    fn object(&self) -> Result<Fields<'a>, ApiError> {
        if self.0.trim_ascii().is_empty() {
            return Err(ApiError::bad_request("The request body is empty: it has to be a JSON object"));
        }
        // No check for the end: Jackson does not look at what follows the value either.
        let whole = <&RawValue>::deserialize(&mut serde_json::Deserializer::from_slice(self.0))
            .map_err(|error| ApiError::bad_request(format!("The request body is not valid JSON: {error}")))?;
        self.fields(whole, "The request body")
    }

    fn fields(&self, raw: &'a RawValue, what: &str) -> Result<Fields<'a>, ApiError> {
        match kind(raw) {
            "an object" => serde_json::from_str(raw.get())
                .map_err(|_| self.error(raw, format!("{what} holds a key that is not valid JSON text"))),
            kind => Err(self.error(raw, format!("{what} must be a JSON object, but is {kind}"))),
        }
    }

    fn props(&self, raw: &'a RawValue, field: &str) -> Result<Props, ApiError> {
        self.to_props(self.fields(raw, &format!("The field {field:?}"))?, Some(field))
    }

    fn to_props(&self, fields: Fields<'a>, parent: Option<&str>) -> Result<Props, ApiError> {
        let mut props = Props::new();
        for (key, raw) in fields {
            let value = match parent {
                Some(parent) => self.text(raw, &format!("{parent}.{key}"))?,
                None => self.text(raw, &key)?,
            };
            props.insert_nullable(key, value);
        }
        Ok(props)
    }

    fn text(&self, raw: &RawValue, field: &str) -> Result<Option<String>, ApiError> {
        match kind(raw) {
            "a string" => serde_json::from_str(raw.get())
                .map(Some)
                .map_err(|_| self.error(raw, format!("The field {field:?} is not valid JSON text"))),
            "null" => Ok(None),
            "a number" | "a boolean" => Ok(Some(raw.get().to_owned())),
            kind => Err(self
                .error(raw, format!("The field {field:?} must be a string, number, boolean or null, but is {kind}"))),
        }
    }

    fn target_state(&self, raw: &RawValue) -> Result<TargetState, ApiError> {
        let text = self.text(raw, "initial_state")?.unwrap_or_default();
        match text.to_ascii_uppercase().as_str() {
            "RUNNING" => Ok(TargetState::Started),
            "PAUSED" => Ok(TargetState::Paused),
            "STOPPED" => Ok(TargetState::Stopped),
            _ => Err(self.error(raw, "The field \"initial_state\" must be one of RUNNING, PAUSED, STOPPED")),
        }
    }

    /// A 400 that says where in the body `raw` stands.
    fn error(&self, raw: &RawValue, message: impl std::fmt::Display) -> ApiError {
        let before = (raw.get().as_ptr() as usize).wrapping_sub(self.0.as_ptr() as usize);
        let before = self.0.get(..before).unwrap_or_default();
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|&&byte| byte != b'\n').count() + 1;
        ApiError::bad_request(format!("{message} (line {line}, column {column})"))
    }
}

fn kind(raw: &RawValue) -> &'static str {
    match raw.get().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}

#[cfg(test)]
mod tests;
