//! Reads the tagged schemas, values and errors of the cases and compares ours with them.
//! ```text
//! {"type":"int32",..} ─▶ schema ─┐
//! {"int32":1}         ─▶ value  ─┴─▶ our code ─▶ expect_result ─▶ expect_value, expect_schema_and_value, error
//! ```
//! What cannot exist here (a ByteBuffer, a BigInteger, a null parameter) makes the case a skipped one.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use connect_api::{ConnectError, Decimal, Field, Map, Schema, Struct, Type, Value};
use connect_config::Props;
use serde_json::Value as Json;

use super::Outcome;

/// A decoded part of a case, or why the case cannot be run.
pub type Decoded<T> = Result<T, Outcome>;

fn malformed(what: &str, json: &Json) -> Outcome {
    Outcome::Failed(format!("malformed {what} in the case: {json}"))
}

fn absent(what: &str) -> Outcome {
    Outcome::Skipped(format!("{what} does not exist here"))
}

/// A configuration; null is a key that is present with a null value.
pub fn props(config: &Json) -> Props {
    let entries = config.as_object().into_iter().flatten();
    entries.map(|(key, value)| (key.clone(), value.as_str().map(str::to_owned))).collect()
}

/// The text of a string member; none where it is absent or null.
pub fn text<'a>(json: &'a Json, key: &str) -> Option<&'a str> {
    json.get(key).and_then(Json::as_str)
}

/// The Base64 of a string.
/// # Errors
/// The case is malformed.
pub fn bytes(json: &Json) -> Decoded<Bytes> {
    let decoded = json.as_str().and_then(|text| BASE64.decode(text).ok());
    decoded.map(Bytes::from).ok_or_else(|| malformed("bytes", json))
}

/// A tagged schema; none for null.
/// # Errors
/// The case is malformed or cannot apply.
pub fn schema(json: &Json) -> Decoded<Option<Arc<Schema>>> {
    if json.is_null() { Ok(None) } else { required_schema(json).map(Some) }
}

/// A tagged schema that is not null.
/// # Errors
/// The case is malformed or cannot apply.
pub fn required_schema(json: &Json) -> Decoded<Arc<Schema>> {
    let schema_type = text(json, "type").and_then(schema_type).ok_or_else(|| malformed("schema", json))?;
    let mut parts = connect_api::data::SchemaParts::of(schema_type);
    parts.optional = json["optional"].as_bool().unwrap_or(false);
    parts.name = text(json, "name").map(Into::into);
    parts.version = json["version"].as_i64().map(|version| version as i32);
    parts.doc = text(json, "doc").map(Into::into);
    if let Some(parameters) = json["parameters"].as_object() {
        let pair = |(key, value): (&String, &Json)| {
            let value = value.as_str().ok_or_else(|| absent("a null parameter"))?;
            Ok((key.as_str().into(), value.into()))
        };
        parts.parameters = Some(parameters.iter().map(pair).collect::<Decoded<_>>()?);
    }
    for (index, field) in json["fields"].as_array().into_iter().flatten().enumerate() {
        let name = text(field, "name").ok_or_else(|| malformed("field", field))?.into();
        parts.fields.push(Field { name, index, schema: required_schema(&field["schema"])? });
    }
    parts.key_schema = schema(&json["keySchema"])?;
    parts.value_schema = schema(&json["valueSchema"])?;
    if !json["default"].is_null() {
        let plain = Schema::new(parts.clone());
        parts.default = value(&json["default"], Some(&plain))?;
    }
    Ok(Schema::new(parts))
}

/// The type of a `"type"` member, in either case.
pub fn schema_type(name: &str) -> Option<Type> {
    Some(match name.to_ascii_lowercase().as_str() {
        "int8" => Type::Int8,
        "int16" => Type::Int16,
        "int32" => Type::Int32,
        "int64" => Type::Int64,
        "float32" => Type::Float32,
        "float64" => Type::Float64,
        "boolean" => Type::Boolean,
        "string" => Type::String,
        "bytes" => Type::Bytes,
        "array" => Type::Array,
        "map" => Type::Map,
        "struct" => Type::Struct,
        _ => return None,
    })
}

/// A tagged value. `schema` is the one at that place: a struct that does not carry its own has it.
/// # Errors
/// The case is malformed or cannot apply.
pub fn value(json: &Json, schema: Option<&Arc<Schema>>) -> Decoded<Value> {
    if json.is_null() {
        return Ok(Value::Null);
    }
    let (tag, content) =
        json.as_object().and_then(|tagged| tagged.iter().next()).ok_or_else(|| malformed("value", json))?;
    let scalar = || scalar(tag, content).ok_or_else(|| malformed("value", json));
    match tag.as_str() {
        "bytes" => bytes(content).map(Value::Bytes),
        "array" => array(content, schema),
        "map" => map(content, schema),
        "struct" => structure(json, schema),
        "bytebuffer" | "bigint" | "char" | "java" => Err(absent(tag)),
        _ => scalar(),
    }
}

fn scalar(tag: &str, content: &Json) -> Option<Value> {
    Some(match tag {
        "boolean" => Value::Boolean(content.as_bool()?),
        "int8" => Value::Int8(content.as_i64()?.try_into().ok()?),
        "int16" => Value::Int16(content.as_i64()?.try_into().ok()?),
        "int32" => Value::Int32(content.as_i64()?.try_into().ok()?),
        "int64" => Value::Int64(content.as_str()?.parse().ok()?),
        "float32" => Value::Float32(content.as_str()?.parse().ok()?),
        "float64" => Value::Float64(content.as_str()?.parse().ok()?),
        "string" => Value::string(content.as_str()?),
        "date" | "time" | "timestamp" => Value::Instant(content.as_i64()?),
        "decimal" => {
            let decimal = format!("{}e{}", text(content, "unscaled")?, -content["scale"].as_i64()?);
            Value::decimal(Decimal::parse(&decimal).ok()?)
        }
        _ => return None,
    })
}

fn array(json: &Json, schema: Option<&Arc<Schema>>) -> Decoded<Value> {
    let items = json.as_array().ok_or_else(|| malformed("array", json))?;
    let item_schema = schema.and_then(|schema| schema.value_schema());
    items.iter().map(|item| value(item, item_schema)).collect::<Decoded<_>>().map(Value::array)
}

fn map(json: &Json, schema: Option<&Arc<Schema>>) -> Decoded<Value> {
    let pairs = json.as_array().ok_or_else(|| malformed("map", json))?;
    let key_schema = schema.and_then(|schema| schema.key_schema());
    let value_schema = schema.and_then(|schema| schema.value_schema());
    let pair = |pair: &Json| Ok((value(&pair[0], key_schema)?, value(&pair[1], value_schema)?));
    pairs.iter().map(pair).collect::<Decoded<Map>>().map(Value::map)
}

fn structure(json: &Json, outer: Option<&Arc<Schema>>) -> Decoded<Value> {
    let own = schema(&json["schema"])?;
    let schema = own.as_ref().or(outer).ok_or_else(|| malformed("struct without schema", json))?;
    let mut result = Struct::new(Arc::clone(schema));
    for (name, content) in json["struct"].as_object().into_iter().flatten() {
        let field = schema.field(name).ok_or_else(|| malformed("struct field", json))?;
        result.set(field.index, value(content, Some(&field.schema))?);
    }
    Ok(Value::Struct(Arc::new(result)))
}

/// Compares a call's outcome with `expect`: its error, or by `ok` its result.
pub fn expect_result<T>(ours: Result<T, ConnectError>, expect: &Json, ok: impl FnOnce(T, &Json) -> Outcome) -> Outcome {
    match (ours, expect.get("error").filter(|error| error.is_object())) {
        (Ok(ours), None) => ok(ours, expect),
        (Err(ours), Some(error)) => expect_error(&ours, error),
        (Err(ours), None) => Outcome::Failed(format!("ours {ours:?}, expected {expect}")),
        (Ok(_), Some(error)) => Outcome::Failed(format!("ours is no error, expected {error}")),
    }
}

/// Compares an error with the content of an `"error"` member: classes, Apache's messages and the causes.
pub fn expect_error(ours: &ConnectError, expected: &Json) -> Outcome {
    if same_error(ours, expected) {
        return Outcome::Passed;
    }
    Outcome::Failed(format!("ours {ours:?}, expected {expected}"))
}

fn same_error(ours: &ConnectError, expected: &Json) -> bool {
    let class = text(expected, "class").unwrap_or_default();
    let same_class = ours.class() == class || (is_jackson(class) && is_jackson(ours.class()));
    // The wording of the JDK, Jackson and regular expressions is not part of the contract.
    let same_message = !class.starts_with("org.apache.kafka.")
        || ours.message().map(comparable) == text(expected, "message").map(comparable);
    let same_cause = match (ours.cause(), expected.get("cause").filter(|cause| !cause.is_null())) {
        (None, None) => true,
        (Some(ours), Some(expected)) => same_error(ours, expected),
        _ => false,
    };
    same_class && same_message && same_cause
}

fn is_jackson(class: &str) -> bool {
    class.starts_with("com.fasterxml.jackson.")
}

/// Without what cannot be compared: identity hashes, and which kind of Java map it is.
fn comparable(message: &str) -> String {
    let message = message.replace("@<hash>", "@").replace("java.util.LinkedHashMap", "java.util.HashMap");
    let mut parts = message.split('@');
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        result.push('@');
        result.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, 'a'..='f')));
    }
    result
}

/// Compares with a tagged value; a struct that does not carry its schema has `schema`.
pub fn expect_value(ours: &Value, schema: Option<&Arc<Schema>>, expected: &Json) -> Outcome {
    match value(expected, schema) {
        Ok(expected) => Outcome::expect_eq(ours, &expected),
        Err(outcome) => outcome,
    }
}

/// Compares with a tagged schema or null.
pub fn expect_schema(ours: Option<&Arc<Schema>>, expected: &Json) -> Outcome {
    match schema(expected) {
        Ok(expected) => Outcome::expect_eq(ours, expected.as_ref()),
        Err(outcome) => outcome,
    }
}

/// Compares with `{"schema":..,"value":..}`.
pub fn expect_schema_and_value(ours: &(Option<Arc<Schema>>, Value), expected: &Json) -> Outcome {
    match expect_schema(ours.0.as_ref(), &expected["schema"]) {
        Outcome::Passed => expect_value(&ours.1, ours.0.as_ref(), &expected["value"]),
        other => other,
    }
}

/// Compares with `{"bytes":base64 or null}`.
pub fn expect_bytes(ours: Option<&[u8]>, expected: &Json) -> Outcome {
    let ours = ours.map(|ours| BASE64.encode(ours));
    Outcome::expect_eq(ours.as_deref(), text(expected, "bytes"))
}

/// The first outcome that is not passed.
pub fn all(outcomes: impl IntoIterator<Item = Outcome>) -> Outcome {
    outcomes.into_iter().find(|outcome| *outcome != Outcome::Passed).unwrap_or(Outcome::Passed)
}
