//! `spec`: what is cast to which type.

use bytestring::ByteString;
use connect_api::Type;
use connect_api::java::{hash_map_order, trim};
use connect_config::{ConfigException, Parsed};

use crate::config::{invalid_pair, split_pair};

/// What is cast, and to what.
pub(super) enum Spec {
    /// The key or value itself.
    Whole(Type),
    /// These fields, in the order in which Java goes through them.
    Fields(Vec<(ByteString, Type)>),
}

impl Spec {
    /// # Errors
    /// A pair is malformed or its type is none to cast to.
    pub(super) fn new(value: &Parsed) -> Result<Self, ConfigException> {
        let items = value.as_list().unwrap_or_default();
        if items.is_empty() {
            return Err(ConfigException::new("Must specify at least one field to cast."));
        }
        let (mut whole, mut fields): (_, Vec<(ByteString, Type)>) = (None, Vec::new());
        for item in items {
            match split_pair(item)[..] {
                [target] => whole = Some(target_type(target)?),
                [name, target] => {
                    let (name, target) = (trim(name), target_type(target)?);
                    match fields.iter_mut().find(|(known, _)| *known == *name) {
                        Some((_, slot)) => *slot = target,
                        None => fields.push((name.into(), target)),
                    }
                }
                [] => return Err(no_parts()),
                _ => return Err(invalid_pair(value, item)),
            }
        }
        match whole {
            Some(_) if items.len() > 1 => Err(ConfigException::new(
                "Cast transformations that specify a type to cast the entire value to may only specify a single cast in \
                 their spec",
            )),
            Some(target) => Ok(Self::Whole(target)),
            None => Ok(Self::Fields(in_java_order(fields))),
        }
    }

    /// The target type of a field.
    pub(super) fn of(&self, field: &str) -> Option<Type> {
        match self {
            Self::Whole(_) => None,
            Self::Fields(fields) => fields.iter().find(|(name, _)| *name == *field).map(|(_, target)| *target),
        }
    }
}

/// A HashMap's order: which of several errors is told depends on it.
fn in_java_order(fields: Vec<(ByteString, Type)>) -> Vec<(ByteString, Type)> {
    let names: Vec<&str> = fields.iter().map(|(name, _)| &**name).collect();
    hash_map_order(&names).into_iter().map(|at| fields[at].clone()).collect()
}

/// A spec of nothing but colons.
fn no_parts() -> ConfigException {
    let message = "Index 1 out of bounds for length 0";
    ConfigException::new(message).with_java_class("java.lang.ArrayIndexOutOfBoundsException")
}

const TYPES: [Type; 12] = [
    Type::Int8,
    Type::Int16,
    Type::Int32,
    Type::Int64,
    Type::Float32,
    Type::Float64,
    Type::Boolean,
    Type::String,
    Type::Bytes,
    Type::Array,
    Type::Map,
    Type::Struct,
];

fn target_type(text: &str) -> Result<Type, ConfigException> {
    let text = trim(text);
    let upper = text.to_uppercase();
    let found = TYPES.into_iter().find(|schema_type| schema_type.name() == upper).ok_or_else(|| {
        let reason = "java.lang.IllegalArgumentException: No enum constant org.apache.kafka.connect.data.Schema.Type";
        ConfigException::invalid_value(
            &format!("Invalid type found in casting spec: {text}"),
            format!("{reason}.{upper}"),
        )
    })?;
    match found {
        Type::Bytes | Type::Array | Type::Map | Type::Struct => Err(ConfigException::new(format!(
            "Cast transformation does not support casting to {found}; supported types are [INT8, INT16, INT32, INT64, \
             FLOAT32, FLOAT64, BOOLEAN, STRING]"
        ))),
        target => Ok(target),
    }
}
