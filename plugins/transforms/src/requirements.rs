//! What a transformation demands of a value, with the reference's words for what is there instead.

use std::sync::Arc;

use connect_api::{ConnectError, Map, Schema, Struct, Type, Value};

/// A map to look at.
pub(crate) fn map<'a>(value: &'a Value, purpose: &str) -> Result<&'a Map, ConnectError> {
    match value {
        Value::Map(map) => Ok(map),
        other => Err(not_a_map(other, purpose)),
    }
}

/// A map to change; one that others hold too is copied.
pub(crate) fn map_mut<'a>(value: &'a mut Value, purpose: &str) -> Result<&'a mut Map, ConnectError> {
    match value {
        Value::Map(map) => Ok(Arc::make_mut(map)),
        other => Err(not_a_map(other, purpose)),
    }
}

/// A struct. Change it through `Arc::make_mut`.
pub(crate) fn structure<'a>(value: &'a mut Value, purpose: &str) -> Result<&'a mut Arc<Struct>, ConnectError> {
    match value {
        Value::Struct(value) => Ok(value),
        other => Err(not_a_struct(other, purpose)),
    }
}

/// A struct or null.
pub(crate) fn structure_or_null<'a>(
    value: &'a mut Value,
    purpose: &str,
) -> Result<Option<&'a mut Arc<Struct>>, ConnectError> {
    if value.is_null() { Ok(None) } else { structure(value, purpose).map(Some) }
}

/// A schema whose fields can be listed.
pub(crate) fn fields_of(schema: &Schema) -> Result<(), ConnectError> {
    match schema.schema_type() {
        Type::Struct => Ok(()),
        _ => Err(ConnectError::data("Cannot list fields on non-struct type")),
    }
}

/// The text of a map's key.
pub(crate) fn key_text(key: &Value) -> Result<&str, ConnectError> {
    key.as_str().ok_or_else(|| {
        let class = key.java_class();
        ConnectError::new(
            "java.lang.ClassCastException",
            format!("class {class} cannot be cast to class java.lang.String: the keys of the map must be strings"),
        )
    })
}

fn not_a_map(value: &Value, purpose: &str) -> ConnectError {
    let found = value.java_class();
    ConnectError::data(format!("Only Map objects supported in absence of schema for [{purpose}], found: {found}"))
}

fn not_a_struct(value: &Value, purpose: &str) -> ConnectError {
    let found = value.java_class();
    ConnectError::data(format!("Only Struct objects supported for [{purpose}], found: {found}"))
}
