//! Messages that carry their schema: `{"schema":S,"payload":P}`, in either order.
//! ```text
//! message ─▶ the opening of a message seen before? ─▶ direct ─▶ value
//!                │ no                                   │ not plain
//!                ▼                                      ▼
//!            spans of S and P ─▶ schema of S, remembered by its bytes ─▶ direct, else Node and to_value
//! ```

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use connect_api::{ConnectError, Schema, SchemaAndValue, Value};

use super::cache::Cache;
use super::config::JsonConverterConfig;
use super::direct::direct;
use super::fault::Fault;
use super::scan::Scanner;
use super::to_schema::to_schema;
use super::to_value::to_value;
use super::tree::{Node, build};

const READING: &str = "Converting byte[] to Kafka Connect data failed due to serialization error: ";
/// How many openings are compared with the message before it is read in earnest.
const RECENT_MAX: usize = 4;
/// Texts of schemas beyond this are not remembered: the cache is bounded in entries only.
const REMEMBERED_BYTES_MAX: usize = 1 << 18;

/// The schemas that were read, by their JSON text.
pub(super) struct Schemas {
    /// `{"schema":S,"payload":` and the schema S, the latest first.
    recent: Vec<(Vec<u8>, Option<Arc<Schema>>)>,
    by_text: Cache<Bytes, Option<Arc<Schema>>>,
}

impl Schemas {
    pub(super) fn new(cache_size: i32) -> Self {
        Self { recent: Vec::new(), by_text: Cache::new(cache_size) }
    }

    /// Reads a message in UTF-8.
    /// # Errors
    /// It is no JSON, no envelope, or the payload does not fit the schema.
    pub(super) fn read(
        &mut self,
        config: &JsonConverterConfig,
        message: &Bytes,
    ) -> Result<SchemaAndValue, ConnectError> {
        if let Some(known) = self.read_known(config, message) {
            return Ok(known);
        }
        let envelope = Envelope::find(message).map_err(|fault| fault.into_data_error(READING))?;
        let envelope = envelope.ok_or_else(not_an_envelope)?;
        let schema = self.schema(config, message, &envelope)?;
        let value = payload(config, schema.as_ref(), message, envelope.payload.start, 1)?;
        Ok((schema, value))
    }

    /// Reads a message that begins like one before it and is plain.
    fn read_known(&self, config: &JsonConverterConfig, message: &Bytes) -> Option<SchemaAndValue> {
        let (opening, schema) = self.recent.iter().find(|(opening, _)| message.starts_with(opening))?;
        let mut scanner = Scanner::new(message, opening.len());
        let value = match schema {
            Some(schema) => direct(config, schema, &mut scanner, 1)?,
            None => build(&mut scanner, 1).ok()?,
        };
        // Anything but the end may change what the envelope is.
        scanner.eat(b'}').then(|| (schema.clone(), value))
    }

    fn schema(
        &mut self,
        config: &JsonConverterConfig,
        message: &Bytes,
        envelope: &Envelope,
    ) -> Result<Option<Arc<Schema>>, ConnectError> {
        let text = &message[envelope.schema.clone()];
        let known = self.by_text.get(text);
        let schema = match &known {
            Some(schema) => schema.clone(),
            None => {
                let mut scanner = Scanner::new(message, envelope.schema.start);
                let node: Node<'_> = build(&mut scanner, 1).map_err(|fault| fault.into_data_error(READING))?;
                to_schema(config, &node)?
            }
        };
        if !self.by_text.keeps_nothing() && text.len() <= REMEMBERED_BYTES_MAX {
            if known.is_none() {
                self.by_text.insert(Bytes::copy_from_slice(text), schema.clone());
            }
            self.remember(text, &schema);
        }
        Ok(schema)
    }

    fn remember(&mut self, text: &[u8], schema: &Option<Arc<Schema>>) {
        let opening = [b"{\"schema\":", text, b",\"payload\":"].concat();
        self.recent.retain(|(other, _)| *other != opening);
        self.recent.truncate(RECENT_MAX - 1);
        self.recent.insert(0, (opening, schema.clone()));
    }
}

/// Where the two parts of a message are.
struct Envelope {
    schema: Range<usize>,
    payload: Range<usize>,
}

impl Envelope {
    /// None if the message is JSON, but not an object of these two members.
    fn find(message: &Bytes) -> Result<Option<Self>, Fault> {
        let mut scanner = Scanner::new(message, 0);
        match scanner.peek() {
            None => return Ok(None),
            Some(b'{') => scanner.open(0)?,
            _ => return build::<()>(&mut scanner, 0).map(|()| None),
        }
        let (mut schema, mut payload, mut others) = (None, None, false);
        let mut more = !scanner.eat(b'}');
        while more {
            let name = scanner.name()?;
            let span = span(&mut scanner)?;
            match &*name {
                "schema" => schema = Some(span),
                "payload" => payload = Some(span),
                _ => others = true,
            }
            more = scanner.another(b'}')?;
        }
        let parts = schema.zip(payload).filter(|_| !others);
        Ok(parts.map(|(schema, payload)| Self { schema, payload }))
    }
}

/// Passes over the next value and answers where it is.
fn span(scanner: &mut Scanner<'_>) -> Result<Range<usize>, Fault> {
    scanner.peek();
    let start = scanner.position();
    build::<()>(scanner, 1)?;
    Ok(start..scanner.position())
}

/// The value that begins at byte `at` of the message, inside `depth` containers.
/// # Errors
/// It cannot be read, or does not fit the schema.
pub(super) fn payload(
    config: &JsonConverterConfig,
    schema: Option<&Arc<Schema>>,
    message: &Bytes,
    at: usize,
    depth: usize,
) -> Result<Value, ConnectError> {
    let mut scanner = Scanner::new(message, at);
    let Some(schema) = schema else {
        return build(&mut scanner, depth).map_err(|fault| fault.into_data_error(READING));
    };
    if let Some(value) = direct(config, schema, &mut scanner.clone(), depth) {
        return Ok(value);
    }
    let node = match scanner.peek() {
        None => Node::Missing,
        Some(_) => build(&mut scanner, depth).map_err(|fault| fault.into_data_error(READING))?,
    };
    to_value(config, schema, Some(&node))
}

/// Data without a schema; an empty text is null.
/// # Errors
/// The message is no JSON.
pub(super) fn schemaless(message: &Bytes) -> Result<Value, ConnectError> {
    let mut scanner = Scanner::new(message, 0);
    match scanner.peek() {
        None => Ok(Value::Null),
        Some(_) => build(&mut scanner, 0).map_err(|fault| fault.into_data_error(READING)),
    }
}

/// The schema of `schema.content`.
/// # Errors
/// It is no JSON, or no schema.
pub(super) fn configured_schema(
    config: &JsonConverterConfig,
    text: &Bytes,
) -> Result<Option<Arc<Schema>>, ConnectError> {
    let mut scanner = Scanner::new(text, 0);
    let node = match scanner.peek() {
        None => Node::Missing,
        Some(_) => build(&mut scanner, 0).map_err(|fault| {
            fault.into_data_error("Failed to parse schema in converter config due to serialization error: ")
        })?,
    };
    to_schema(config, &node)
}

/// The message in UTF-8.
/// # Errors
/// It is in an encoding that cannot be read.
pub(super) fn utf8(message: &Bytes) -> Result<Bytes, ConnectError> {
    super::encoding::to_utf8(message).map_err(|fault| fault.into_data_error(READING))
}

/// Reads a message by the exact rules alone, remembering nothing.
#[cfg(test)]
pub(super) fn exact(config: &JsonConverterConfig, message: &Bytes) -> Result<SchemaAndValue, ConnectError> {
    let message = &utf8(message)?;
    let envelope = Envelope::find(message).map_err(|fault| fault.into_data_error(READING))?;
    let envelope = envelope.ok_or_else(not_an_envelope)?;
    let node = |span: Range<usize>| {
        let node: Result<Node<'_>, Fault> = build(&mut Scanner::new(message, span.start), 1);
        node.map_err(|fault| fault.into_data_error(READING))
    };
    match to_schema(config, &node(envelope.schema)?)? {
        Some(schema) => Ok((Some(Arc::clone(&schema)), to_value(config, &schema, Some(&node(envelope.payload)?))?)),
        None => Ok((None, payload(config, None, message, envelope.payload.start, 1)?)),
    }
}

fn not_an_envelope() -> ConnectError {
    ConnectError::data(
        "JsonConverter with schemas.enable requires \"schema\" and \"payload\" fields and may not contain additional \
         fields. If you are trying to deserialize plain JSON data, set schemas.enable=false in your converter \
         configuration.",
    )
}
