//! A record of named fields: its schema, and the values by position.

use std::sync::Arc;

use bytes::Bytes;
use bytestring::ByteString;

use super::{Field, Map, Schema, Type, Value};
use crate::ConnectError;

/// Values by field position under a struct schema; an unset field is `Null`. `Display` is Java's `toString`.
/// Source: Apache Kafka, `Struct`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Struct {
    schema: Arc<Schema>,
    values: Vec<Value>,
}

impl Struct {
    /// Every field unset. `schema` must be of type STRUCT; [`Struct::checked`] asks.
    pub fn new(schema: Arc<Schema>) -> Self {
        let values = vec![Value::Null; schema.fields().len()];
        Self { schema, values }
    }

    /// As [`Struct::new`], for a schema that may be of any type.
    /// # Errors
    /// A `DataException` if it is no struct schema.
    pub fn checked(schema: Arc<Schema>) -> Result<Self, ConnectError> {
        if schema.schema_type() != Type::Struct {
            return Err(ConnectError::data(format!("Not a struct schema: {schema}")));
        }
        Ok(Self::new(schema))
    }

    /// The values by position, unchecked: for code that has built them from this very schema.
    /// Missing ones are unset, surplus ones are dropped.
    pub fn from_values(schema: Arc<Schema>, mut values: Vec<Value>) -> Self {
        values.resize(schema.fields().len(), Value::Null);
        Self { schema, values }
    }

    /// Makes a struct of another schema out of this one, in place: `change` turns the values of the old schema into
    /// those of `schema`, unchecked. Missing ones are unset, surplus ones are dropped.
    /// # Errors
    /// Those of `change`; the struct is in any state then.
    pub fn recast(
        &mut self,
        schema: &Arc<Schema>,
        change: impl FnOnce(&mut Vec<Value>) -> Result<(), ConnectError>,
    ) -> Result<(), ConnectError> {
        let result = change(&mut self.values);
        if !Arc::ptr_eq(&self.schema, schema) {
            self.schema = Arc::clone(schema);
        }
        self.values.resize(schema.fields().len(), Value::Null);
        result
    }

    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// The stored values by field position, without defaults.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The stored values by field position, to be changed unchecked.
    pub fn values_mut(&mut self) -> &mut [Value] {
        &mut self.values
    }

    /// Sets by position, unchecked; out of range is ignored.
    pub fn set(&mut self, index: usize, value: Value) {
        if let Some(slot) = self.values.get_mut(index) {
            *slot = value;
        }
    }

    /// Sets a field to a value that fits its schema.
    /// # Errors
    /// A `DataException`: there is no such field, or the value does not fit; null in a required field never does.
    pub fn put(&mut self, name: &str, value: impl Into<Value>) -> Result<&mut Self, ConnectError> {
        let (index, value) = (self.lookup(name)?.index, value.into());
        self.schema.fields()[index].schema.validate_field(name, &value)?;
        self.set(index, value);
        Ok(self)
    }

    /// The value of a field, its default if it is unset and has one.
    /// # Errors
    /// A `DataException`: there is no such field.
    pub fn get(&self, name: &str) -> Result<&Value, ConnectError> {
        self.lookup(name).map(|field| self.get_field(field))
    }

    /// As [`get`](Self::get), for a field of this struct's schema.
    pub fn get_field<'a>(&'a self, field: &'a Field) -> &'a Value {
        match &self.values[field.index] {
            Value::Null => field.schema.default_value().unwrap_or(&Value::Null),
            value => value,
        }
    }

    /// The stored value of a field, null if it is unset.
    /// # Errors
    /// A `DataException`: there is no such field.
    pub fn get_without_default(&self, name: &str) -> Result<&Value, ConnectError> {
        self.lookup(name).map(|field| &self.values[field.index])
    }

    /// Checks every field. An unset one is fine if it is optional or has a default.
    /// # Errors
    /// A `DataException` for the first field that is not.
    pub fn validate(&self) -> Result<(), ConnectError> {
        for (field, value) in self.schema.fields().iter().zip(&self.values) {
            if value.is_null() && (field.schema.is_optional() || field.schema.default_value().is_some()) {
                continue;
            }
            field.schema.validate_field(&field.name, value)?;
        }
        Ok(())
    }

    fn lookup(&self, name: &str) -> Result<&Field, ConnectError> {
        self.schema.field(name).ok_or_else(|| ConnectError::data(format!("{name} is not a valid field name")))
    }

    /// The stored value of a field whose schema is of type `wanted`.
    fn get_typed(&self, name: &str, wanted: Type) -> Result<&Value, ConnectError> {
        let field = self.lookup(name)?;
        if field.schema.schema_type() != wanted {
            return Err(ConnectError::data(format!("Field '{name}' is not of type {wanted}")));
        }
        Ok(&self.values[field.index])
    }
}

macro_rules! typed_getters {
    ($($(#[$doc:meta])* $name:ident: $variant:ident => $result:ty;)*) => {
        /// Typed access to stored values, without defaults: none where the field is unset.
        ///
        /// Each fails with a `DataException` if there is no such field or it is of another type, and with a
        /// `ClassCastException` if its logical type stores another class.
        impl Struct {
            $($(#[$doc])*
            pub fn $name(&self, name: &str) -> Result<Option<$result>, ConnectError> {
                match self.get_typed(name, Type::$variant)? {
                    Value::Null => Ok(None),
                    Value::$variant(value) => Ok(Some(value.clone())),
                    other => Err(class_cast(other)),
                }
            })*
        }
    };
}

typed_getters! {
    /// Java's `getInt8`.
    get_int8: Int8 => i8;
    /// Java's `getInt16`.
    get_int16: Int16 => i16;
    /// Java's `getInt32`.
    get_int32: Int32 => i32;
    /// Java's `getInt64`.
    get_int64: Int64 => i64;
    /// Java's `getFloat32`.
    get_float32: Float32 => f32;
    /// Java's `getFloat64`.
    get_float64: Float64 => f64;
    /// Java's `getBoolean`.
    get_boolean: Boolean => bool;
    /// Java's `getString`.
    get_string: String => ByteString;
    /// Java's `getBytes`.
    get_bytes: Bytes => Bytes;
    /// Java's `getArray`.
    get_array: Array => Arc<Vec<Value>>;
    /// Java's `getMap`.
    get_map: Map => Arc<Map>;
    /// Java's `getStruct`.
    get_struct: Struct => Arc<Struct>;
}

fn class_cast(value: &Value) -> ConnectError {
    let class = value.java_class();
    ConnectError::new("java.lang.ClassCastException", format!("class {class} cannot be cast to the class of the field"))
}
