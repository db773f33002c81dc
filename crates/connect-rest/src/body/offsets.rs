//! The body of `PATCH /connectors/{name}/offsets`: JSON without a schema, to Connect's values.
//! ```text
//! {"offsets":[{"partition":{"filename":"a"},"offset":{"position":4}}]} ─▶ [({"filename": a}, {"position": 4 (int64)})]
//! ```
//! Whether the connector can use them is its own question; here it is only seen to that nothing gets lost.

use connect_api::{Decimal, Map, SourceOffsets, Value};
use connect_core::json::kind;
use serde_json::value::RawValue;

use super::json::{Body, is_null};
use crate::error::ApiError;

/// How deep values may be nested. Sources take no nested values at all; the text is read once per level.
const DEPTH_MAX: usize = 16;

/// How many offsets one request may hold: each takes far more memory than its shortest text.
const ENTRIES_MAX: usize = 100_000;

/// How long a number's text may be, as Jackson has it: reading one costs the square of its length.
const NUMBER_LEN_MAX: usize = 1000;

/// Partitions and offsets in their order; either may be missing or null.
pub(crate) fn parse_offsets(bytes: &[u8]) -> Result<SourceOffsets, ApiError> {
    let body = Body::new(bytes);
    let fields = body.object()?;
    body.check_known(&fields, &["offsets"])?;
    let entries = match fields.get("offsets").filter(|raw| !is_null(raw)) {
        Some(raw) => body.items(raw, "The field \"offsets\"")?,
        None => Vec::new(),
    };
    if entries.is_empty() {
        return Err(ApiError::bad_request("Partitions / offsets need to be provided for an alter offsets request"));
    }
    if entries.len() > ENTRIES_MAX {
        let message = format!("More than {ENTRIES_MAX} offsets in one request; please send them in several");
        return Err(ApiError::bad_request(message));
    }
    entries.into_iter().enumerate().map(|(at, raw)| entry(&body, raw, at)).collect()
}

fn entry<'a>(body: &Body<'a>, raw: &'a RawValue, at: usize) -> Result<(Option<Map>, Option<Map>), ApiError> {
    let fields = body.fields(raw, &format!("The field \"offsets[{at}]\""))?;
    body.check_known(&fields, &["partition", "offset"])?;
    let part = |field: &str| {
        let raw = fields.get(field).filter(|raw| !is_null(raw));
        raw.map(|raw| map(body, raw, &format!("offsets[{at}].{field}"), DEPTH_MAX)).transpose()
    };
    Ok((part("partition")?, part("offset")?))
}

fn map<'a>(body: &Body<'a>, raw: &'a RawValue, field: &str, depth: usize) -> Result<Map, ApiError> {
    let entries = body.fields(raw, &format!("The field {field:?}"))?.into_iter();
    entries
        .map(|(key, raw)| {
            let value = value(body, raw, &format!("{field}.{key}"), depth)?;
            Ok((Value::string(key), value))
        })
        .collect()
}

fn value<'a>(body: &Body<'a>, raw: &'a RawValue, field: &str, depth: usize) -> Result<Value, ApiError> {
    let Some(inner) = depth.checked_sub(1) else {
        return Err(body.error(raw, format!("The field {field:?} is nested too deeply")));
    };
    match kind(raw) {
        "null" => Ok(Value::Null),
        "a boolean" => Ok(Value::Boolean(raw.get() == "true")),
        "a string" => Ok(Value::string(body.string(raw, field)?)),
        "a number" => number(raw.get()).ok_or_else(|| {
            body.error(raw, format!("The field {field:?} holds a number that is too large for an offset"))
        }),
        "an array" => {
            let items = body.items(raw, field)?.into_iter().enumerate();
            let items: Result<_, _> =
                items.map(|(at, raw)| value(body, raw, &format!("{field}[{at}]"), inner)).collect();
            Ok(Value::array(items?))
        }
        _ => Ok(Value::map(map(body, raw, field, inner)?)),
    }
}

/// Whole numbers have 64 bits, and larger ones stay what they are, so that whoever refuses them can show them.
fn number(text: &str) -> Option<Value> {
    if text.len() > NUMBER_LEN_MAX {
        return None;
    }
    if text.contains(['.', 'e', 'E']) {
        return text.parse().ok().filter(|value: &f64| value.is_finite()).map(Value::Float64);
    }
    match text.parse() {
        Ok(value) => Some(Value::Int64(value)),
        Err(_) => Decimal::parse(text).ok().map(Value::decimal),
    }
}
