//! From values to JSON text, straight into the output buffer.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use connect_api::{ConnectError, Map, Schema, Struct, Type, Value, class, java};

use super::base64;
use super::config::JsonConverterConfig;
use super::escape::write_string;
use super::logical::Logical;

const DEPTH_MAX: usize = 1000;

/// Appends `value` under `schema`, inside `depth` containers. On an error what was appended is undefined.
/// # Errors
/// The value does not fit its schema, or nests deeper than any reader would take.
pub(super) fn write_value(
    config: &JsonConverterConfig,
    schema: Option<&Arc<Schema>>,
    value: &Value,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), ConnectError> {
    let Some(schema) = schema else { return write_schemaless(config, value, out, depth) };
    if value.is_null() {
        return write_null(config, schema, out, depth);
    }
    if let Some(logical) = Logical::of(schema) {
        return logical.write(config, schema, value, out);
    }
    match (schema.schema_type(), value) {
        (Type::String, Value::String(_))
        | (Type::Int8, Value::Int8(_))
        | (Type::Int16, Value::Int16(_))
        | (Type::Int32, Value::Int32(_))
        | (Type::Int64, Value::Int64(_))
        | (Type::Float32, Value::Float32(_))
        | (Type::Float64, Value::Float64(_))
        | (Type::Boolean, Value::Boolean(_))
        | (Type::Bytes, Value::Bytes(_)) => write_primitive(value, out),
        (Type::Array, Value::Array(items)) => return write_array(config, schema.value_schema(), items, out, depth),
        (Type::Map, Value::Map(entries)) => return write_map(config, schema, entries, out, depth),
        (Type::Struct, Value::Struct(fields)) => return write_struct(config, schema, fields, out, depth),
        (Type::Bytes, _) => {
            return Err(ConnectError::data(format!("Invalid type for bytes type: class {}", value.java_class())));
        }
        (expected, _) => {
            return Err(ConnectError::data(format!("Invalid type for {expected}: class {}", value.java_class())));
        }
    }
    Ok(())
}

fn write_null(
    config: &JsonConverterConfig,
    schema: &Arc<Schema>,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), ConnectError> {
    match schema.default_value() {
        Some(default) if config.replace_null_with_default => write_value(config, Some(schema), default, out, depth),
        _ if schema.is_optional() => {
            out.extend_from_slice(b"null");
            Ok(())
        }
        _ => {
            Err(ConnectError::data("Conversion error: null value for field that is required and has no default value"))
        }
    }
}

fn write_schemaless(
    config: &JsonConverterConfig,
    value: &Value,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), ConnectError> {
    match value {
        Value::Array(items) => write_array(config, None, items, out, depth),
        Value::Map(entries) if entries.iter().all(|(key, _)| matches!(key, Value::String(_))) => {
            write_object(config, None, entries, out, depth)
        }
        Value::Map(entries) => write_tuples(config, None, entries, out, depth),
        // The reference compares the struct's schema with the one that is not there.
        Value::Struct(_) => Err(mismatch()),
        Value::Decimal(_) | Value::Instant(_) => Err(ConnectError::data(format!(
            "Java class class {} does not have corresponding schema type.",
            value.java_class()
        ))),
        _ => {
            write_primitive(value, out);
            Ok(())
        }
    }
}

/// Numbers as Java prints them; those that JSON does not have become text.
fn write_primitive(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::String(text) => write_string(out, text),
        Value::Boolean(true) => out.extend_from_slice(b"true"),
        Value::Boolean(false) => out.extend_from_slice(b"false"),
        Value::Int8(number) => write_integer(out, i64::from(*number)),
        Value::Int16(number) => write_integer(out, i64::from(*number)),
        Value::Int32(number) => write_integer(out, i64::from(*number)),
        Value::Int64(number) => write_integer(out, *number),
        Value::Float32(number) => write_float(out, number.is_finite(), |text| java::write_float(text, *number)),
        Value::Float64(number) => write_float(out, number.is_finite(), |text| java::write_double(text, *number)),
        Value::Bytes(bytes) => quoted(out, |out| base64::encode(out, bytes)),
        _ => out.extend_from_slice(b"null"),
    }
}

fn write_float(out: &mut Vec<u8>, finite: bool, print: impl Fn(&mut Text<'_>) -> fmt::Result) {
    // Writing to a vector cannot fail.
    let print = |out: &mut Vec<u8>| print(&mut Text(out)).unwrap_or_default();
    if finite { print(out) } else { quoted(out, print) }
}

pub(super) fn write_integer(out: &mut Vec<u8>, number: i64) {
    let mut digits = [0u8; 20];
    let mut start = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[start..]);
}

/// Appends what `write` writes between quotes.
pub(super) fn quoted(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    write(out);
    out.push(b'"');
}

/// Appends how `value` displays itself.
pub(super) fn write_display(out: &mut Vec<u8>, value: impl fmt::Display) {
    // Writing to a vector cannot fail.
    write!(Text(out), "{value}").unwrap_or_default();
}

/// A vector that text can be formatted into.
struct Text<'a>(&'a mut Vec<u8>);

impl fmt::Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

fn write_array(
    config: &JsonConverterConfig,
    item_schema: Option<&Arc<Schema>>,
    items: &[Value],
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), ConnectError> {
    check_depth(depth)?;
    out.push(b'[');
    for (index, item) in items.iter().enumerate() {
        separate(out, index);
        write_value(config, item_schema, item, out, depth + 1)?;
    }
    out.push(b']');
    Ok(())
}

fn write_map(
    config: &JsonConverterConfig,
    schema: &Arc<Schema>,
    entries: &Map,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), ConnectError> {
    match schema.key_schema() {
        Some(keys) if keys.schema_type() == Type::String => write_object(config, Some(schema), entries, out, depth),
        _ => write_tuples(config, Some(schema), entries, out, depth),
    }
}

fn write_object(
    config: &JsonConverterConfig,
    schema: Option<&Arc<Schema>>,
    entries: &Map,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), ConnectError> {
    check_depth(depth)?;
    let value_schema = schema.and_then(|schema| schema.value_schema());
    out.push(b'{');
    for (index, (key, value)) in entries.iter().enumerate() {
        separate(out, index);
        write_name(config, schema.and_then(|schema| schema.key_schema()), key, out)?;
        out.push(b':');
        write_value(config, value_schema, value, out, depth + 1)?;
    }
    out.push(b'}');
    Ok(())
}

/// A key as the name of a member: the text that it is in JSON, be it null or a number.
fn write_name(
    config: &JsonConverterConfig,
    schema: Option<&Arc<Schema>>,
    key: &Value,
    out: &mut Vec<u8>,
) -> Result<(), ConnectError> {
    let start = out.len();
    write_value(config, schema, key, out, DEPTH_MAX)?;
    if out.get(start) != Some(&b'"') {
        out.insert(start, b'"');
        out.push(b'"');
    }
    Ok(())
}

fn write_tuples(
    config: &JsonConverterConfig,
    schema: Option<&Arc<Schema>>,
    entries: &Map,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), ConnectError> {
    check_depth(depth + 1)?;
    let key_schema = schema.and_then(|schema| schema.key_schema());
    let value_schema = schema.and_then(|schema| schema.value_schema());
    out.push(b'[');
    for (index, (key, value)) in entries.iter().enumerate() {
        separate(out, index);
        out.push(b'[');
        write_value(config, key_schema, key, out, depth + 2)?;
        out.push(b',');
        write_value(config, value_schema, value, out, depth + 2)?;
        out.push(b']');
    }
    out.push(b']');
    Ok(())
}

fn write_struct(
    config: &JsonConverterConfig,
    schema: &Arc<Schema>,
    fields: &Struct,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), ConnectError> {
    if fields.schema() != schema {
        return Err(mismatch());
    }
    check_depth(depth)?;
    out.push(b'{');
    for (field, value) in schema.fields().iter().zip(fields.values()) {
        separate(out, field.index);
        write_string(out, &field.name);
        out.push(b':');
        write_value(config, Some(&field.schema), value, out, depth + 1)?;
    }
    out.push(b'}');
    Ok(())
}

fn separate(out: &mut Vec<u8>, index: usize) {
    if index > 0 {
        out.push(b',');
    }
}

fn mismatch() -> ConnectError {
    ConnectError::data("Mismatching schema.")
}

/// # Errors
/// A container inside `depth` others is one too deep: nobody would read it.
pub(super) fn check_depth(depth: usize) -> Result<(), ConnectError> {
    if depth < DEPTH_MAX {
        return Ok(());
    }
    let limit = "(1000, from `StreamWriteConstraints.getMaxNestingDepth()`)";
    let deep = ConnectError::new(
        "com.fasterxml.jackson.core.exc.StreamConstraintsException",
        format!("Document nesting depth ({}) exceeds the maximum allowed {limit}", depth + 1),
    );
    let failed = ConnectError::new(class::SERIALIZATION, "Error serializing JSON message").caused_by(deep);
    Err(ConnectError::data("Converting Kafka Connect data to byte[] failed due to serialization error: ")
        .caused_by(failed))
}
