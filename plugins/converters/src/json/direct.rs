//! The fast way from JSON text to a value under a schema: straight, without a tree. It takes what our own writer and
//! most others write, and steps back from everything else; then the exact rules of `to_value` decide, errors included.

use std::sync::Arc;

use connect_api::{Field, Map, Schema, Struct, Type, Value};

use super::config::JsonConverterConfig;
use super::logical::Logical;
use super::scan::{Scalar, Scanner};
use super::to_value::{leaf, null_value};
use super::tree::{Node, build};

/// Reads the next value of the text, inside `depth` containers. None if it is not plain; the scanner stands anywhere then.
/// Where it answers, `to_value` would answer the same.
pub(super) fn direct(
    config: &JsonConverterConfig,
    schema: &Arc<Schema>,
    scanner: &mut Scanner<'_>,
    depth: usize,
) -> Option<Value> {
    if !matches!(scanner.peek()?, b'{' | b'[') {
        return scalar(config, schema, scanner, depth);
    }
    if Logical::of(schema).is_some() {
        return None;
    }
    match schema.schema_type() {
        Type::Struct => structure(config, schema, scanner, depth),
        Type::Array => array(config, schema, scanner, depth),
        Type::Map if schema.key_schema()?.schema_type() == Type::String => map(config, schema, scanner, depth),
        _ => None,
    }
}

fn scalar(config: &JsonConverterConfig, schema: &Schema, scanner: &mut Scanner<'_>, depth: usize) -> Option<Value> {
    let plain = schema.name().is_none();
    match (scanner.scalar(depth == 0).ok()?, schema.schema_type()) {
        (Scalar::Null, _) => null_value(config, schema).ok(),
        (Scalar::String(text), Type::String) if plain => Some(Value::String(text)),
        (_, Type::Array | Type::Map | Type::Struct) => None,
        // What turns into null may not be valid where it stands.
        (scalar, _) => leaf(schema, &Node::from(scalar)).ok().filter(|value| !value.is_null()),
    }
}

fn array(config: &JsonConverterConfig, schema: &Schema, scanner: &mut Scanner<'_>, depth: usize) -> Option<Value> {
    let item_schema = schema.value_schema()?;
    if scanner.peek()? != b'[' {
        return None;
    }
    scanner.open(depth).ok()?;
    let mut items = Vec::new();
    let mut more = !scanner.eat(b']');
    while more {
        items.push(direct(config, item_schema, scanner, depth + 1)?);
        more = scanner.another(b']').ok()?;
    }
    Some(Value::array(items))
}

fn map(config: &JsonConverterConfig, schema: &Schema, scanner: &mut Scanner<'_>, depth: usize) -> Option<Value> {
    let value_schema = schema.value_schema()?;
    if scanner.peek()? != b'{' {
        return None;
    }
    scanner.open(depth).ok()?;
    let mut entries = Map::new();
    let mut more = !scanner.eat(b'}');
    while more {
        let name = scanner.name().ok()?;
        entries.insert(Value::String(name), direct(config, value_schema, scanner, depth + 1)?);
        more = scanner.another(b'}').ok()?;
    }
    Some(Value::map(entries))
}

fn structure(
    config: &JsonConverterConfig,
    schema: &Arc<Schema>,
    scanner: &mut Scanner<'_>,
    depth: usize,
) -> Option<Value> {
    let fields = schema.fields();
    let mut values: Vec<Option<Value>> = Vec::with_capacity(fields.len());
    values.resize_with(fields.len(), || None);
    if scanner.peek()? != b'{' {
        return None;
    }
    scanner.open(depth).ok()?;
    // Members almost always come in the order of the fields.
    let mut expected = 0;
    let mut more = !scanner.eat(b'}');
    while more {
        match find(schema, expected, scanner.plain_name()?)? {
            Some(field) => {
                let value = direct(config, &field.schema, scanner, depth + 1)?;
                // Of two members of the same name only the later one must make sense: not for us.
                if values[field.index].replace(value).is_some() {
                    return None;
                }
                expected = field.index + 1;
            }
            None => build::<()>(scanner, depth + 1).ok()?,
        }
        more = scanner.another(b'}').ok()?;
    }
    let filled = values.into_iter().zip(fields);
    let complete = filled.map(|(value, field)| value.or_else(|| null_value(config, &field.schema).ok()));
    let values: Vec<Value> = complete.collect::<Option<_>>()?;
    Some(Value::Struct(Arc::new(Struct::from_values(Arc::clone(schema), values))))
}

/// The field of this name, none inside if there is no such field. Fails if the name is not UTF-8.
fn find<'s>(schema: &'s Schema, expected: usize, name: &[u8]) -> Option<Option<&'s Field>> {
    match schema.fields().get(expected) {
        Some(field) if field.name.as_bytes() == name => Some(Some(field)),
        _ => Some(schema.field(std::str::from_utf8(name).ok()?)),
    }
}
