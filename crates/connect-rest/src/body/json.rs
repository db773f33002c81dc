//! JSON values by their text: what a value is, and where in the body it stands.

use connect_config::Props;
use connect_core::json::{self, Fields, NoText, kind};
use serde_json::value::RawValue;

use crate::error::ApiError;

/// The bytes of a body, without a byte order mark.
pub(super) struct Body<'a>(&'a [u8]);

impl<'a> Body<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
    }

    /// The whole body, which must be an object.
    pub(super) fn object(&self) -> Result<Fields<'a>, ApiError> {
        self.fields(self.value("object")?, "The request body")
    }

    /// The whole body, which must be an array.
    pub(super) fn array(&self) -> Result<Vec<&'a RawValue>, ApiError> {
        self.items(self.value("array")?, "The request body")
    }

    fn value(&self, wanted: &str) -> Result<&'a RawValue, ApiError> {
        if self.0.trim_ascii().is_empty() {
            return Err(ApiError::bad_request(format!("The request body is empty: it has to be a JSON {wanted}")));
        }
        json::first(self.0)
            .map_err(|error| ApiError::bad_request(format!("The request body is not valid JSON: {error}")))
    }

    pub(super) fn fields(&self, raw: &'a RawValue, what: &str) -> Result<Fields<'a>, ApiError> {
        match kind(raw) {
            "an object" => json::fields(raw)
                .map_err(|_| self.error(raw, format!("{what} holds a key that is not valid JSON text"))),
            kind => Err(self.error(raw, format!("{what} must be a JSON object, but is {kind}"))),
        }
    }

    pub(super) fn items(&self, raw: &'a RawValue, what: &str) -> Result<Vec<&'a RawValue>, ApiError> {
        match kind(raw) {
            "an array" => serde_json::from_str(raw.get())
                .map_err(|_| self.error(raw, format!("{what} holds a value that is not valid JSON"))),
            kind => Err(self.error(raw, format!("{what} must be a JSON array, but is {kind}"))),
        }
    }

    pub(super) fn string(&self, raw: &RawValue, field: &str) -> Result<String, ApiError> {
        let invalid = |_| self.error(raw, format!("The field {field:?} is not valid JSON text"));
        serde_json::from_str(raw.get()).map_err(invalid)
    }

    pub(super) fn text(&self, raw: &RawValue, field: &str) -> Result<Option<String>, ApiError> {
        json::text(raw).map_err(|why| self.no_text(raw, field, why))
    }

    /// `parent` stands before the keys in messages.
    pub(super) fn props(&self, fields: &Fields<'_>, parent: &str) -> Result<Props, ApiError> {
        json::props(fields).map_err(|(key, raw, why)| self.no_text(raw, &format!("{parent}{key}"), why))
    }

    fn no_text(&self, raw: &RawValue, field: &str, why: NoText) -> ApiError {
        self.error(
            raw,
            match why {
                NoText::Invalid => format!("The field {field:?} is not valid JSON text"),
                NoText::Nested(kind) => {
                    format!("The field {field:?} must be a string, number, boolean or null, but is {kind}")
                }
            },
        )
    }

    /// Refuses fields but the `known` ones.
    pub(super) fn check_known(&self, fields: &Fields<'_>, known: &[&str]) -> Result<(), ApiError> {
        let Some((field, raw)) = fields.iter().find(|(field, _)| !known.contains(&field.as_str())) else {
            return Ok(());
        };
        let quoted: Vec<_> = known.iter().map(|name| format!("{name:?}")).collect();
        let list = match quoted.as_slice() {
            [only] => format!("known is {only}"),
            [most @ .., last] => format!("known are {} and {last}", most.join(", ")),
            [] => String::new(),
        };
        Err(self.error(raw, format!("Unrecognized field {field:?}: {list}")))
    }

    /// A 400 that says where in the body `raw` stands.
    pub(super) fn error(&self, raw: &RawValue, message: impl std::fmt::Display) -> ApiError {
        let before = (raw.get().as_ptr() as usize).wrapping_sub(self.0.as_ptr() as usize);
        let before = self.0.get(..before).unwrap_or_default();
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|&&byte| byte != b'\n').count() + 1;
        ApiError::bad_request(format!("{message} (line {line}, column {column})"))
    }
}

pub(super) fn is_null(raw: &RawValue) -> bool {
    raw.get() == "null"
}
