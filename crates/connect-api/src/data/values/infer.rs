//! The schema that fits a value.

use std::sync::Arc;

use super::super::{Schema, SchemaBuilder, SchemaParts, Type, Value};
use crate::{ConnectError, class};

/// `Values.inferSchema`. None for null, dates, decimals, empty collections, and collections of values of more than
/// one type. Of collections in collections only the outer type is known.
/// # Errors
/// A `SchemaBuilderException` for a collection of nothing but nulls.
pub fn infer_schema(value: &Value) -> Result<Option<Arc<Schema>>, ConnectError> {
    match value {
        Value::Array(items) if items.is_empty() => Ok(None),
        Value::Map(map) if map.is_empty() => Ok(None),
        Value::Array(items) => {
            let mut known = Known::default();
            for item in items.iter() {
                if !known.take(item)? {
                    return Ok(None);
                }
            }
            Ok(Some(SchemaBuilder::array(known.schema()?).build()))
        }
        Value::Map(map) => {
            let (mut keys, mut values) = (Known::default(), Known::default());
            for (key, value) in map.iter() {
                if !keys.take(key)? || !values.take(value)? {
                    return Ok(None);
                }
            }
            Ok(Some(SchemaBuilder::map(keys.schema()?, values.schema()?).build()))
        }
        Value::Struct(value) => Ok(Some(Arc::clone(value.schema()))),
        other => Ok(other.natural_type().map(Schema::required)),
    }
}

/// What is known of the elements so far.
#[derive(Default)]
struct Known {
    schema_type: Option<Type>,
    optional: bool,
}

impl Known {
    /// False if the element does not go with those before it.
    fn take(&mut self, value: &Value) -> Result<bool, ConnectError> {
        if value.is_null() {
            self.optional = true;
            return Ok(true);
        }
        let Some(schema) = infer_schema(value)? else { return Ok(false) };
        Ok(*self.schema_type.get_or_insert(schema.schema_type()) == schema.schema_type())
    }

    fn schema(&self) -> Result<Arc<Schema>, ConnectError> {
        let schema_type =
            self.schema_type.ok_or_else(|| ConnectError::new(class::SCHEMA_BUILDER, "type cannot be null"))?;
        Ok(Schema::new(SchemaParts { optional: self.optional, ..SchemaParts::of(schema_type) }))
    }
}
