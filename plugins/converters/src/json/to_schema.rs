//! From the JSON text of a schema to the schema.

use std::sync::Arc;

use bytestring::ByteString;
use connect_api::data::SchemaBuilder;
use connect_api::{ConnectError, Schema, Type, class};

use super::config::JsonConverterConfig;
use super::to_value::to_value;
use super::tree::Node;

/// The schema that `node` describes; none for null. What is not understood is ignored.
/// Recurses as deep as the text may nest, so everything that needs much stack is in functions that do not.
/// Source: Apache Kafka, `JsonConverter.asConnectSchema`.
pub(super) fn to_schema(config: &JsonConverterConfig, node: &Node<'_>) -> Result<Option<Arc<Schema>>, ConnectError> {
    if matches!(node, Node::Null) {
        return Ok(None);
    }
    let builder = match type_of(node)? {
        Type::Array => array(config, node)?,
        Type::Map => map(config, node)?,
        Type::Struct => structure(config, node)?,
        primitive => Box::new(SchemaBuilder::new(primitive)),
    };
    described(config, node, builder).map(Some)
}

fn type_of(node: &Node<'_>) -> Result<Type, ConnectError> {
    let name = node.get("type").and_then(Node::as_text);
    let name = name.ok_or_else(|| invalid("Schema must contain 'type' field"))?;
    let known = TYPE_NAMES.iter().find(|(_, text)| **text == **name);
    known.map(|(schema_type, _)| *schema_type).ok_or_else(|| invalid(format!("Unknown schema type: {name}")))
}

fn array(config: &JsonConverterConfig, node: &Node<'_>) -> Result<Box<SchemaBuilder>, ConnectError> {
    match node.get("items") {
        None | Some(Node::Null) => Err(invalid("Array schema did not specify the element type")),
        Some(items) => array_of(to_schema(config, items)?),
    }
}

fn array_of(items: Option<Arc<Schema>>) -> Result<Box<SchemaBuilder>, ConnectError> {
    Ok(Box::new(SchemaBuilder::array(present("valueSchema", items)?)))
}

fn map(config: &JsonConverterConfig, node: &Node<'_>) -> Result<Box<SchemaBuilder>, ConnectError> {
    let keys = node.get("keys").ok_or_else(|| invalid("Map schema did not specify the key type"))?;
    let values = node.get("values").ok_or_else(|| invalid("Map schema did not specify the value type"))?;
    let keys = to_schema(config, keys)?;
    map_of(keys, to_schema(config, values)?)
}

fn map_of(keys: Option<Arc<Schema>>, values: Option<Arc<Schema>>) -> Result<Box<SchemaBuilder>, ConnectError> {
    Ok(Box::new(SchemaBuilder::map(present("keySchema", keys)?, present("valueSchema", values)?)))
}

fn structure(config: &JsonConverterConfig, node: &Node<'_>) -> Result<Box<SchemaBuilder>, ConnectError> {
    let Some(Node::Array(fields)) = node.get("fields") else {
        return Err(invalid("Struct schema's \"fields\" argument is not an array."));
    };
    let mut builder = Box::new(SchemaBuilder::new(Type::Struct));
    for field in fields {
        let Some(Node::String(name)) = field.get("field") else {
            return Err(invalid("Struct schema's field name not specified properly"));
        };
        let schema = to_schema(config, field)?;
        builder = with_field(builder, name, schema)?;
    }
    Ok(builder)
}

#[expect(clippy::boxed_local, reason = "the callers recurse and must not have it on their stack")]
fn with_field(
    builder: Box<SchemaBuilder>,
    name: &ByteString,
    schema: Option<Arc<Schema>>,
) -> Result<Box<SchemaBuilder>, ConnectError> {
    Ok(Box::new(builder.field(name.clone(), present("fieldSchema", schema)?)?))
}

/// The schema with all that does not depend on its type.
#[expect(clippy::boxed_local, reason = "the callers recurse and must not have it on their stack")]
fn described(
    config: &JsonConverterConfig,
    node: &Node<'_>,
    builder: Box<SchemaBuilder>,
) -> Result<Arc<Schema>, ConnectError> {
    let mut builder = match node.get("optional") {
        Some(Node::Boolean(true)) => builder.optional()?,
        _ => builder.required()?,
    };
    if let Some(name) = node.get("name").and_then(Node::as_text) {
        builder = builder.name(name.clone())?;
    }
    if let Some(Node::Number(version)) = node.get("version")
        && version.is_integral()
    {
        builder = builder.version(version.low_bits() as i32)?;
    }
    if let Some(doc) = node.get("doc").and_then(Node::as_text) {
        builder = builder.doc(doc.clone())?;
    }
    if let Some(Node::Object(parameters)) = node.get("parameters") {
        for (name, value) in parameters {
            let text = value.as_text().ok_or_else(|| invalid("Schema parameters must have string values."))?;
            builder = builder.parameter(name.clone(), text.clone());
        }
    }
    if let Some(default) = node.get("default") {
        // What the schema says so far is what the default is read with.
        let default = to_value(config, &builder.clone().build(), Some(default))?;
        builder = builder.default_value(default)?;
    }
    Ok(builder.build())
}

/// A schema inside another, which null cannot be.
fn present(what: &str, schema: Option<Arc<Schema>>) -> Result<Arc<Schema>, ConnectError> {
    schema.ok_or_else(|| ConnectError::new(class::SCHEMA_BUILDER, format!("{what} cannot be null.")))
}

fn invalid(message: impl Into<String>) -> ConnectError {
    ConnectError::data(message)
}

/// The names that types have in JSON schemas.
const TYPE_NAMES: [(Type, &str); 12] = [
    (Type::Int8, "int8"),
    (Type::Int16, "int16"),
    (Type::Int32, "int32"),
    (Type::Int64, "int64"),
    (Type::Float32, "float"),
    (Type::Float64, "double"),
    (Type::Boolean, "boolean"),
    (Type::String, "string"),
    (Type::Bytes, "bytes"),
    (Type::Array, "array"),
    (Type::Map, "map"),
    (Type::Struct, "struct"),
];

/// How `schema_type` is called in JSON schemas: `float` for FLOAT32.
pub(super) fn type_name(schema_type: Type) -> &'static str {
    TYPE_NAMES.iter().find(|(other, _)| *other == schema_type).map_or("", |(_, text)| text)
}
