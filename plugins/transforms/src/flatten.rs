//! `Flatten`: fields of nested structs or maps move to the top, their names joined by a delimiter.

use std::sync::{Arc, LazyLock};

use connect_api::{ConnectError, ConnectRecord, Field, Map, Schema, SchemaBuilder, Struct, Type, Value};
use connect_config::{ConfigDef, Importance, Props};

use crate::Configured;
use crate::carry::{Carry, like, struct_like};
use crate::config::{parse, string};
use crate::recent::Recent;
use crate::requirements::{fields_of, key_text, map_mut, structure_or_null};
use crate::side::{HalfTransformation, Side};

const PURPOSE: &str = "flattening";

static DEF: LazyLock<ConfigDef> = LazyLock::new(|| {
    let doc = "What stands between the names of the outer and the inner field in the new name.";
    ConfigDef::new().define(string("delimiter", Importance::Medium, doc).default("."))
});

pub(crate) struct Flatten {
    delimiter: String,
    plans: Recent<Schema, Plan>,
}

impl Configured for Flatten {
    fn config_def() -> &'static ConfigDef {
        &DEF
    }

    fn configured(configs: &Props) -> Result<Self, ConnectError> {
        // Java joins a null delimiter as the text "null".
        let delimiter = parse(&DEF, configs)?.string("delimiter").unwrap_or("null").to_owned();
        Ok(Self { delimiter, plans: Recent::default() })
    }
}

impl HalfTransformation for Flatten {
    fn apply(&mut self, side: Side, record: &mut ConnectRecord) -> Result<(), ConnectError> {
        let (slot, value) = side.of(record);
        if value.is_null() {
            return Ok(());
        }
        let Some(schema) = slot else {
            return flatten_map(map_mut(value, PURPOSE)?, &self.delimiter);
        };
        let Some(value) = structure_or_null(value, PURPOSE)? else { return Ok(()) };
        let plan = self.plans.get(schema, |schema| Plan::new(schema, &self.delimiter))?;
        Arc::make_mut(value).recast(&plan.schema, |values| {
            let mut flat = Vec::with_capacity(plan.schema.fields().len());
            flatten_values(&plan.nodes, values, &mut flat)?;
            *values = flat;
            Ok(())
        })?;
        *slot = Some(Arc::clone(&plan.schema));
        Ok(())
    }
}

/// The flat schema, and the tree of the fields that it is made of.
struct Plan {
    schema: Arc<Schema>,
    nodes: Vec<Node>,
}

/// A field of a struct that is flattened.
enum Node {
    Leaf(Carry),
    Nested { nodes: Vec<Node>, leaves: usize },
}

impl Plan {
    fn new(schema: &Schema, delimiter: &str) -> Result<Self, ConnectError> {
        fields_of(schema)?;
        let mut building = Building { builder: struct_like(schema), leaves: 0, delimiter };
        let default = match schema.default_value() {
            Some(Value::Struct(default)) => Some(Arc::clone(default)),
            _ => None,
        };
        let nodes = building.add(schema, "", schema.is_optional(), default.as_deref())?;
        Ok(Self { schema: building.builder.build(), nodes })
    }
}

struct Building<'a> {
    builder: SchemaBuilder,
    leaves: usize,
    delimiter: &'a str,
}

impl Building<'_> {
    /// Adds the fields of a struct. `default` is the struct that stands for it where it is missing.
    fn add(
        &mut self,
        schema: &Schema,
        prefix: &str,
        optional: bool,
        default: Option<&Struct>,
    ) -> Result<Vec<Node>, ConnectError> {
        schema.fields().iter().map(|field| self.add_field(field, prefix, optional, default)).collect()
    }

    fn add_field(
        &mut self,
        field: &Field,
        prefix: &str,
        optional: bool,
        default: Option<&Struct>,
    ) -> Result<Node, ConnectError> {
        let name = join(prefix, self.delimiter, &field.name);
        let optional = optional || field.schema.is_optional();
        let own = field.schema.default_value();
        let inherited = || default.and_then(|default| default.get(&field.name).ok()).filter(|value| !value.is_null());
        let default = own.or_else(inherited);
        match field.schema.schema_type() {
            Type::Struct => {
                let default = match default {
                    Some(Value::Struct(default)) => Some(&**default),
                    _ => None,
                };
                let before = self.leaves;
                let nodes = self.add(&field.schema, &name, optional, default)?;
                Ok(Node::Nested { nodes, leaves: self.leaves - before })
            }
            Type::Map => Err(ConnectError::data(format!(
                "Flatten transformation does not support MAP for record with schemas (for field {name})."
            ))),
            _ => self.add_leaf(field, &name, optional, default),
        }
    }

    fn add_leaf(
        &mut self,
        field: &Field,
        name: &str,
        optional: bool,
        default: Option<&Value>,
    ) -> Result<Node, ConnectError> {
        let leaf = leaf_schema(&field.schema, optional, default)?;
        let builder = std::mem::replace(&mut self.builder, SchemaBuilder::new(Type::Struct));
        self.builder = builder.field(name, Arc::clone(&leaf))?;
        self.leaves += 1;
        Ok(Node::Leaf(Carry::new(field, name, &leaf, true)))
    }
}

fn leaf_schema(schema: &Schema, optional: bool, default: Option<&Value>) -> Result<Arc<Schema>, ConnectError> {
    let mut builder = like(schema, schema.schema_type());
    if let Some(items) = schema.value_schema() {
        let mut parts = builder.parts().clone();
        parts.value_schema = Some(Arc::clone(items));
        builder = parts.into();
    }
    if optional {
        builder = builder.optional()?;
    }
    if let Some(default) = default {
        builder = builder.default_value(default.clone())?;
    }
    Ok(builder.build())
}

/// Takes the values out of a struct, depth first; those of a struct that is null stay unset, whatever their schema says.
fn flatten_values(nodes: &[Node], values: &mut [Value], flat: &mut Vec<Value>) -> Result<(), ConnectError> {
    for (node, value) in nodes.iter().zip(values) {
        match (node, value) {
            (Node::Leaf(carry), value) => {
                let mut value = std::mem::take(value);
                carry.settle(&mut value)?;
                flat.push(value);
            }
            (Node::Nested { nodes, .. }, Value::Struct(inner)) => {
                flatten_values(nodes, Arc::make_mut(inner).values_mut(), flat)?;
            }
            (Node::Nested { leaves, .. }, _) => flat.extend(std::iter::repeat_n(Value::Null, *leaves)),
        }
    }
    Ok(())
}

fn join(prefix: &str, delimiter: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}{delimiter}{name}") }
}

/// Does nothing to a map without maps in it.
fn flatten_map(map: &mut Map, delimiter: &str) -> Result<(), ConnectError> {
    let mut nested = false;
    for (key, value) in map.iter() {
        key_text_or_null(key)?;
        check_value(value, key)?;
        nested |= matches!(value, Value::Map(_));
    }
    if nested {
        let mut flat = Map::with_capacity(map.len() * 2);
        flatten_into(std::mem::take(map), "", delimiter, &mut flat)?;
        *map = flat;
    }
    Ok(())
}

fn flatten_into(map: Map, prefix: &str, delimiter: &str, flat: &mut Map) -> Result<(), ConnectError> {
    for (key, value) in map {
        let name = match prefix {
            "" => key,
            _ => Value::string(join(prefix, delimiter, key_text_or_null(&key)?)),
        };
        check_value(&value, &name)?;
        match value {
            Value::Map(inner) => {
                flatten_into(Arc::unwrap_or_clone(inner), key_text_or_null(&name)?, delimiter, flat)?;
            }
            value => drop(flat.insert(name, value)),
        }
    }
    Ok(())
}

/// Java joins a null key as the text "null".
fn key_text_or_null(key: &Value) -> Result<&str, ConnectError> {
    if key.is_null() { Ok("null") } else { key_text(key) }
}

fn check_value(value: &Value, name: &Value) -> Result<(), ConnectError> {
    let class = value.java_class();
    match (value, value.natural_type()) {
        (Value::Null, _) => Ok(()),
        (_, None) => Err(ConnectError::data(format!(
            "Flatten transformation was passed a value of type class {class} which is not supported by Connect's data API"
        ))),
        (_, Some(Type::Struct)) => Err(ConnectError::data(format!(
            "Flatten transformation does not support class {class} for record without schemas (for field {name})."
        ))),
        (_, Some(_)) => Ok(()),
    }
}
