//! Reads a value that was written under one schema as if it had been written under another.

use std::sync::Arc;

use super::{Field, Map, Schema, Struct, Type, Value};
use crate::{ConnectError, class};

/// The value as `target` wants it. Numbers may widen from INT8 up to FLOAT64, in this order of types; names and
/// parameters must be equal; of a struct, unknown fields go and missing ones need a default or to be optional.
/// # Errors
/// A `SchemaProjectorException` if the schemas do not go together; a `DataException` if a default does not fit.
/// Source: Apache Kafka, `SchemaProjector`.
pub fn project(source: &Schema, value: &Value, target: &Arc<Schema>) -> Result<Value, ConnectError> {
    check_compatible(source, target)?;
    if !source.is_optional() || target.is_optional() {
        return if value.is_null() { Ok(Value::Null) } else { project_value(source, value, target) };
    }
    let default = target
        .default_value()
        .ok_or_else(|| error("Writer schema is optional, however, target schema does not provide a default value."))?;
    if value.is_null() { Ok(default.clone()) } else { project_value(source, value, target) }
}

fn check_compatible(source: &Schema, target: &Schema) -> Result<(), ConnectError> {
    let (from, to) = (source.schema_type(), target.schema_type());
    if from != to && !is_promotable(from, to) {
        return Err(error(format!("Schema type mismatch. source type: {from} and target type: {to}")));
    }
    if source.name() != target.name() {
        let (from, to) = (source.name().unwrap_or("null"), target.name().unwrap_or("null"));
        return Err(error(format!("Schema name mismatch. source name: {from} and target name: {to}")));
    }
    if !source.parts().same_parameters(target.parts()) {
        let (from, to) = (parameters(source), parameters(target));
        let message = format!("Schema parameters not equal. source parameters: {from} and target parameters: {to}");
        return Err(error(message));
    }
    Ok(())
}

/// As Java prints the map.
fn parameters(schema: &Schema) -> String {
    match &schema.parts().parameters {
        None => "null".to_owned(),
        Some(parameters) => {
            let pairs: Vec<_> = parameters.iter().map(|(key, value)| format!("{key}={value}")).collect();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}

fn is_promotable(from: Type, to: Type) -> bool {
    // The numeric types come first, in the order of promotion.
    from <= to && to <= Type::Float64
}

fn project_value(source: &Schema, value: &Value, target: &Arc<Schema>) -> Result<Value, ConnectError> {
    match (target.schema_type(), value) {
        (Type::Struct, Value::Struct(value)) => project_struct(source, value, target),
        (Type::Array, Value::Array(items)) => project_array(source, items, target),
        (Type::Map, Value::Map(map)) => project_map(source, map, target),
        (Type::Struct | Type::Array | Type::Map, other) => {
            let message = format!("class {} is not a {}", other.java_class(), target.schema_type());
            Err(ConnectError::new("java.lang.ClassCastException", message))
        }
        _ => Ok(promote(source.schema_type(), value, target.schema_type())),
    }
}

/// Logical values, which are no numbers, and everything that cannot be widened stay as they are.
fn promote(from: Type, value: &Value, to: Type) -> Value {
    let Some(number) = value.as_number().filter(|_| is_promotable(from, to)) else { return value.clone() };
    match to {
        Type::Int8 => Value::Int8(number.to_i8()),
        Type::Int16 => Value::Int16(number.to_i16()),
        Type::Int32 => Value::Int32(number.to_i32()),
        Type::Int64 => Value::Int64(number.to_i64()),
        Type::Float32 => Value::Float32(number.to_f32()),
        _ => Value::Float64(number.to_f64()),
    }
}

fn project_struct(source: &Schema, value: &Struct, target: &Arc<Schema>) -> Result<Value, ConnectError> {
    let mut result = Struct::new(Arc::clone(target));
    for field in target.fields() {
        if let Some(written) = source.field(&field.name) {
            let projected = project_field(written, value, field)?;
            result.put(&field.name, projected)?;
        } else if !field.schema.is_optional() {
            let default = field.schema.default_value().ok_or_else(|| missing(field, source))?;
            result.put(&field.name, default.clone())?;
        }
    }
    Ok(Value::Struct(Arc::new(result)))
}

fn project_field(written: &Field, value: &Struct, field: &Field) -> Result<Value, ConnectError> {
    let projected = project(&written.schema, value.get(&field.name)?, &field.schema);
    projected.map_err(|e| {
        if e.class() != class::SCHEMA_PROJECTOR {
            return e;
        }
        error(format!("Error projecting {}", field.name)).caused_by(e)
    })
}

fn missing(field: &Field, source: &Schema) -> ConnectError {
    error(format!("Required field `{}` is missing from source schema: {source}", field.name))
}

fn project_array(source: &Schema, items: &[Value], target: &Schema) -> Result<Value, ConnectError> {
    let (from, to) = (part(source.value_schema())?, part(target.value_schema())?);
    items.iter().map(|item| project(from, item, to)).collect::<Result<_, _>>().map(Value::array)
}

fn project_map(source: &Schema, map: &Map, target: &Schema) -> Result<Value, ConnectError> {
    let keys = (part(source.key_schema())?, part(target.key_schema())?);
    let values = (part(source.value_schema())?, part(target.value_schema())?);
    let pair = |(key, value)| Ok((project(keys.0, key, keys.1)?, project(values.0, value, values.1)?));
    map.iter().map(pair).collect::<Result<Map, _>>().map(Value::map)
}

fn part(schema: Option<&Arc<Schema>>) -> Result<&Arc<Schema>, ConnectError> {
    let missing = || ConnectError::new("java.lang.NullPointerException", "A part of the schema is missing");
    schema.ok_or_else(missing)
}

fn error(message: impl Into<String>) -> ConnectError {
    ConnectError::new(class::SCHEMA_PROJECTOR, message)
}
