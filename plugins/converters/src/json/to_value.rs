//! From JSON nodes to values under a schema, with the reference's leniency: a number that is no number is 0, text that is
//! no text is null, whole numbers are cut to their width.

use std::sync::Arc;

use bytes::Bytes;
use connect_api::{ConnectError, Map, Schema, Struct, Type, Value};

use super::base64;
use super::config::JsonConverterConfig;
use super::logical::Logical;
use super::tree::Node;

/// The value of `node` under `schema`; none is a member that is not there.
pub(super) fn to_value(
    config: &JsonConverterConfig,
    schema: &Arc<Schema>,
    node: Option<&Node<'_>>,
) -> Result<Value, ConnectError> {
    let node = match node {
        None | Some(Node::Null) => return null_value(config, schema),
        Some(node) => node,
    };
    match schema.schema_type() {
        _ if Logical::of(schema).is_some() => leaf(schema, node),
        Type::Array => array(config, schema, node),
        Type::Map => map(config, schema, node),
        Type::Struct => structure(config, schema, node),
        _ => leaf(schema, node),
    }
}

/// What null means under `schema`.
pub(super) fn null_value(config: &JsonConverterConfig, schema: &Schema) -> Result<Value, ConnectError> {
    match schema.default_value() {
        Some(default) if config.replace_null_with_default => Ok(default.clone()),
        _ if schema.is_optional() => Ok(Value::Null),
        _ => Err(ConnectError::data(format!("Invalid null value for required {} field", schema.schema_type()))),
    }
}

/// The value of a node, not null, under a schema of a logical or primitive type.
pub(super) fn leaf(schema: &Schema, node: &Node<'_>) -> Result<Value, ConnectError> {
    if let Some(logical) = Logical::of(schema) {
        return logical.read(schema, node);
    }
    let number = if let Node::Number(number) = node { Some(*number) } else { None };
    let low_bits = || number.map_or(0, |number| number.low_bits());
    Ok(match schema.schema_type() {
        Type::Boolean => Value::Boolean(matches!(node, Node::Boolean(true))),
        Type::Int8 => Value::Int8(low_bits() as i8),
        Type::Int16 => Value::Int16(low_bits() as i16),
        Type::Int32 => Value::Int32(low_bits() as i32),
        Type::Int64 => Value::Int64(low_bits()),
        Type::Float32 => Value::Float32(number.map_or(0.0, |number| number.to_f32())),
        Type::Float64 => Value::Float64(number.map_or(0.0, |number| number.to_f64())),
        Type::Bytes => bytes(node)?,
        Type::String | Type::Array | Type::Map | Type::Struct => {
            node.as_text().map_or(Value::Null, |text| Value::String(text.clone()))
        }
    })
}

fn bytes(node: &Node<'_>) -> Result<Value, ConnectError> {
    let Some(text) = node.as_text() else { return Ok(Value::Null) };
    let bytes = base64::decode(text).map_err(|e| ConnectError::data("Invalid bytes field").caused_by(e))?;
    Ok(Value::Bytes(Bytes::from(bytes)))
}

// The functions below recurse as deep as the text may nest: plain loops, because iterators take more stack.

fn array(config: &JsonConverterConfig, schema: &Schema, node: &Node<'_>) -> Result<Value, ConnectError> {
    let item_schema = part(schema.value_schema())?;
    let mut items = Vec::new();
    // An object is taken for the list of its members, anything else for an empty list.
    match node {
        Node::Array(nodes) => {
            for node in nodes {
                items.push(to_value(config, item_schema, Some(node))?);
            }
        }
        Node::Object(members) => {
            for node in members.values() {
                items.push(to_value(config, item_schema, Some(node))?);
            }
        }
        _ => {}
    }
    Ok(Value::array(items))
}

fn map(config: &JsonConverterConfig, schema: &Schema, node: &Node<'_>) -> Result<Value, ConnectError> {
    let (key_schema, value_schema) = (part(schema.key_schema())?, part(schema.value_schema())?);
    let mut entries = Map::new();
    if key_schema.schema_type() == Type::String {
        let Node::Object(members) = node else {
            return Err(mistaken("Maps with string fields should be encoded as JSON objects, but found", node));
        };
        for (name, member) in members {
            entries.insert(Value::String(name.clone()), to_value(config, value_schema, Some(member))?);
        }
        return Ok(Value::map(entries));
    }
    let Node::Array(tuples) = node else {
        return Err(mistaken("Maps with non-string fields should be encoded as JSON array of tuples, but found", node));
    };
    for tuple in tuples {
        let (key, value) = pair(tuple)?;
        let key = to_value(config, key_schema, Some(key))?;
        entries.insert(key, to_value(config, value_schema, Some(value))?);
    }
    Ok(Value::map(entries))
}

fn pair<'n, 'a>(tuple: &'n Node<'a>) -> Result<(&'n Node<'a>, &'n Node<'a>), ConnectError> {
    match tuple {
        Node::Array(items) => match &items[..] {
            [key, value] => Ok((key, value)),
            _ => Err(ConnectError::data(format!(
                "Found invalid map entry, expected length 2 but found :{}",
                items.len()
            ))),
        },
        _ => Err(mistaken("Found invalid map entry instead of array tuple:", tuple)),
    }
}

fn structure(config: &JsonConverterConfig, schema: &Arc<Schema>, node: &Node<'_>) -> Result<Value, ConnectError> {
    if !matches!(node, Node::Object(_)) {
        return Err(mistaken("Structs should be encoded as JSON objects, but found", node));
    }
    let mut values = Vec::with_capacity(schema.fields().len());
    for field in schema.fields() {
        let value = to_value(config, &field.schema, node.get(&field.name))?;
        field.schema.validate_field(&field.name, &value)?;
        values.push(value);
    }
    Ok(Value::Struct(Arc::new(Struct::from_values(Arc::clone(schema), values))))
}

/// The schema of items, keys or values. A schema that was read always has it.
pub(super) fn part(schema: Option<&Arc<Schema>>) -> Result<&Arc<Schema>, ConnectError> {
    schema.ok_or_else(|| ConnectError::data("The schema of an array or map has no schema for what is in it"))
}

fn mistaken(message: &str, node: &Node<'_>) -> ConnectError {
    ConnectError::data(format!("{message} {}", node.kind()))
}
