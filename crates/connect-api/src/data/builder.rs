//! Makes schemas step by step under the rules of Java's builder; [`Schema::new`] takes the parts as they are.

use std::sync::Arc;

use bytestring::ByteString;

use super::{Field, Schema, SchemaParts, Type, Value};
use crate::{ConnectError, class};

/// Each part may be set once; a default must fit what has been set before it, so set `optional` and fields first.
/// Source: Apache Kafka, `SchemaBuilder`.
#[derive(Debug, Clone)]
pub struct SchemaBuilder {
    parts: SchemaParts,
    /// None until `optional` or `required` was called.
    optional: Option<bool>,
}

impl SchemaBuilder {
    /// A schema of `schema_type`, required and without a name.
    pub fn new(schema_type: Type) -> Self {
        Self { parts: SchemaParts::of(schema_type), optional: None }
    }

    pub fn array(items: Arc<Schema>) -> Self {
        let mut builder = Self::new(Type::Array);
        builder.parts.value_schema = Some(items);
        builder
    }

    pub fn map(keys: Arc<Schema>, values: Arc<Schema>) -> Self {
        let mut builder = Self::new(Type::Map);
        builder.parts.key_schema = Some(keys);
        builder.parts.value_schema = Some(values);
        builder
    }

    /// The schema of a field added so far.
    /// # Errors
    /// A `DataException` if the schema is no struct.
    pub fn field_schema(&self, name: &str) -> Result<Option<&Arc<Schema>>, ConnectError> {
        if self.parts.schema_type != Type::Struct {
            return Err(ConnectError::data("Cannot look up fields on non-struct type"));
        }
        Ok(self.parts.fields.iter().find(|field| field.name == name).map(|field| &field.schema))
    }

    /// What has been set so far.
    pub fn parts(&self) -> &SchemaParts {
        &self.parts
    }

    /// Null values are allowed.
    /// # Errors
    /// It was made required before.
    pub fn optional(self) -> Result<Self, ConnectError> {
        self.set_optional(true)
    }

    /// Null values are not allowed, which is what an untouched builder means too.
    /// # Errors
    /// It was made optional before.
    pub fn required(self) -> Result<Self, ConnectError> {
        self.set_optional(false)
    }

    fn set_optional(mut self, optional: bool) -> Result<Self, ConnectError> {
        check_can_set("optional", self.optional.is_none_or(|before| before == optional))?;
        self.optional = Some(optional);
        self.parts.optional = optional;
        Ok(self)
    }

    /// # Errors
    /// There is a default already, or this one does not fit the schema as built so far.
    pub fn default_value(mut self, value: Value) -> Result<Self, ConnectError> {
        check_can_set("default", self.parts.default.is_null() || is_same_object(&self.parts.default, &value))?;
        let plain = Schema::new(SchemaParts { default: Value::Null, ..self.parts.clone() });
        plain.validate(&value).map_err(|e| error("Invalid default value").caused_by(e))?;
        self.parts.default = value;
        Ok(self)
    }

    /// # Errors
    /// There is a name already.
    pub fn name(mut self, name: impl Into<ByteString>) -> Result<Self, ConnectError> {
        check_can_set("name", self.parts.name.is_none())?;
        self.parts.name = Some(name.into());
        Ok(self)
    }

    /// # Errors
    /// There is another version already.
    pub fn version(mut self, version: i32) -> Result<Self, ConnectError> {
        let same = |before| is_same_object(&Value::Int32(before), &Value::Int32(version));
        check_can_set("version", self.parts.version.is_none_or(same))?;
        self.parts.version = Some(version);
        Ok(self)
    }

    /// # Errors
    /// There is a documentation already.
    pub fn doc(mut self, doc: impl Into<ByteString>) -> Result<Self, ConnectError> {
        check_can_set("doc", self.parts.doc.is_none())?;
        self.parts.doc = Some(doc.into());
        Ok(self)
    }

    /// Sets or replaces one parameter.
    #[must_use]
    pub fn parameter(mut self, key: impl Into<ByteString>, value: impl Into<ByteString>) -> Self {
        let (key, value) = (key.into(), value.into());
        let parameters = self.parts.parameters.get_or_insert_default();
        match parameters.iter_mut().find(|(name, _)| *name == key) {
            Some((_, slot)) => *slot = value,
            None => parameters.push((key, value)),
        }
        self
    }

    /// Adds a field at the end.
    /// # Errors
    /// The schema is no struct, the name is empty, or there is a field of that name already.
    pub fn field(mut self, name: impl Into<ByteString>, schema: Arc<Schema>) -> Result<Self, ConnectError> {
        let name = name.into();
        if self.parts.schema_type != Type::Struct {
            return Err(error(format!("Cannot create fields on type {}", self.parts.schema_type)));
        }
        if name.is_empty() {
            return Err(error("fieldName cannot be null."));
        }
        if self.parts.fields.iter().any(|field| field.name == name) {
            return Err(error(format!("Cannot create field because of field name duplication {name}")));
        }
        self.parts.fields.push(Field { name, index: self.parts.fields.len(), schema });
        Ok(self)
    }

    /// The schema as built so far.
    pub fn build(self) -> Arc<Schema> {
        Schema::new(self.parts)
    }
}

/// A builder in which everything that `parts` say has been set.
impl From<SchemaParts> for SchemaBuilder {
    fn from(parts: SchemaParts) -> Self {
        Self { optional: parts.optional.then_some(true), parts }
    }
}

fn check_can_set(part: &str, can: bool) -> Result<(), ConnectError> {
    if can { Ok(()) } else { Err(error(format!("Invalid SchemaBuilder call: {part} has already been set."))) }
}

/// Java compares by identity here. Equal booleans and small integers are one object; others are taken as two.
fn is_same_object(before: &Value, now: &Value) -> bool {
    let cached = match now {
        Value::Boolean(_) | Value::Int8(_) => true,
        Value::Int16(v) => i8::try_from(*v).is_ok(),
        Value::Int32(v) => i8::try_from(*v).is_ok(),
        Value::Int64(v) => i8::try_from(*v).is_ok(),
        _ => false,
    };
    cached && before == now
}

fn error(message: impl Into<String>) -> ConnectError {
    ConnectError::new(class::SCHEMA_BUILDER, message)
}
