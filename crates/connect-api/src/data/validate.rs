//! Whether a value fits a schema: the right Java class, all the way down.

use std::fmt;

use super::{Schema, Type, Value, logical};
use crate::ConnectError;

impl Schema {
    /// Checks that `value` fits. A null value needs an optional schema; a default does not help.
    /// # Errors
    /// A `DataException` that names the schema, its type and the Java class of the value.
    /// Source: Apache Kafka, `ConnectSchema.validateValue`.
    pub fn validate(&self, value: &Value) -> Result<(), ConnectError> {
        check(self, value, Place::Value)
    }

    /// As [`validate`](Self::validate), with the name of a field in the message.
    /// # Errors
    /// A `DataException`.
    pub fn validate_field(&self, name: &str, value: &Value) -> Result<(), ConnectError> {
        check(self, value, Place::Field(name))
    }
}

impl Schema {
    /// A quick yes: true only for a value of the primitive type of a schema without a name.
    pub(super) fn is_plain_type_of(&self, value: &Value) -> bool {
        let schema_type = self.schema_type();
        self.name().is_none() && schema_type.is_primitive() && value.natural_type() == Some(schema_type)
    }
}

/// Where the value stands; printed only when something is wrong.
#[derive(Clone, Copy)]
enum Place<'a> {
    Value,
    Field(&'a str),
    Element(&'a Place<'a>),
    Key(&'a Place<'a>),
    MapValue(&'a Place<'a>),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value => f.write_str("value"),
            Self::Field(name) => write!(f, "field: \"{name}\""),
            Self::Element(of) => write!(f, "element of array {of}"),
            Self::Key(of) => write!(f, "key of map {of}"),
            Self::MapValue(of) => write!(f, "value of map {of}"),
        }
    }
}

fn check(schema: &Schema, value: &Value, place: Place<'_>) -> Result<(), ConnectError> {
    if value.is_null() {
        return if schema.is_optional() { Ok(()) } else { Err(null_used(schema, place)) };
    }
    if !accepts(schema, value) {
        return Err(wrong_class(schema, value, place));
    }
    match value {
        Value::Array(items) => {
            let place = Place::Element(&place);
            let item_schema = schema.value_schema().ok_or_else(|| no_schema(place))?;
            items.iter().try_for_each(|item| check(item_schema, item, place))
        }
        Value::Map(map) => {
            let (key_place, value_place) = (Place::Key(&place), Place::MapValue(&place));
            let key_schema = schema.key_schema().ok_or_else(|| no_schema(key_place))?;
            let value_schema = schema.value_schema().ok_or_else(|| no_schema(value_place))?;
            map.iter().try_for_each(|(key, value)| {
                check(key_schema, key, key_place)?;
                check(value_schema, value, value_place)
            })
        }
        Value::Struct(value) if **value.schema() != *schema => Err(ConnectError::data("Struct schemas do not match.")),
        Value::Struct(value) => value.validate(),
        _ => Ok(()),
    }
}

/// The schema's name decides before its type does: the four logical types have Java classes of their own.
fn accepts(schema: &Schema, value: &Value) -> bool {
    match (schema.name(), value) {
        (Some(logical::DECIMAL), value) => matches!(value, Value::Decimal(_)),
        (Some(logical::DATE | logical::TIME | logical::TIMESTAMP), value) => matches!(value, Value::Instant(_)),
        (_, value) => value.natural_type() == Some(schema.schema_type()),
    }
}

impl Value {
    /// The schema type that takes such a value; none for null, decimals and dates, which need a logical type.
    pub fn natural_type(&self) -> Option<Type> {
        Some(match self {
            Self::Boolean(_) => Type::Boolean,
            Self::Int8(_) => Type::Int8,
            Self::Int16(_) => Type::Int16,
            Self::Int32(_) => Type::Int32,
            Self::Int64(_) => Type::Int64,
            Self::Float32(_) => Type::Float32,
            Self::Float64(_) => Type::Float64,
            Self::String(_) => Type::String,
            Self::Bytes(_) => Type::Bytes,
            Self::Array(_) => Type::Array,
            Self::Map(_) => Type::Map,
            Self::Struct(_) => Type::Struct,
            Self::Null | Self::Decimal(_) | Self::Instant(_) => return None,
        })
    }
}

fn null_used(schema: &Schema, place: Place<'_>) -> ConnectError {
    let schema_type = schema.schema_type();
    ConnectError::data(format!("Invalid value: null used for required {place}, schema type: {schema_type}"))
}

fn wrong_class(schema: &Schema, value: &Value, place: Place<'_>) -> ConnectError {
    let name = schema.name().map(|name| format!(" \"{name}\"")).unwrap_or_default();
    let (schema_type, class) = (schema.schema_type(), value.java_class());
    ConnectError::data(format!(
        "Invalid Java object for schema{name} with type {schema_type}: class {class} for {place}"
    ))
}

fn no_schema(place: Place<'_>) -> ConnectError {
    ConnectError::data(format!("No schema defined for {place}"))
}
