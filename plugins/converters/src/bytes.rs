//! `ByteArrayConverter` and `BooleanConverter`: values of one type, which the schema must have too.

use bytes::Bytes;
use connect_api::{ConnectError, Schema, SchemaAndValue, Type, Value, class};

use crate::plain::Plain;

/// `org.apache.kafka.connect.converters.ByteArrayConverter`: bytes as they are.
#[derive(Debug, Clone, Copy, Default)]
pub struct ByteArray;

/// `org.apache.kafka.connect.converters.BooleanConverter`: one byte, 0 or 1.
#[derive(Debug, Clone, Copy, Default)]
pub struct Boolean;

impl Plain for ByteArray {
    fn write(&self, schema: Option<&Schema>, value: &Value, out: &mut Vec<u8>) -> Result<bool, ConnectError> {
        check_schema("ByteArrayConverter", Type::Bytes, schema)?;
        match value {
            Value::Null => return Ok(false),
            Value::Bytes(bytes) => out.extend_from_slice(bytes),
            _ => return Err(incompatible("ByteArrayConverter", value)),
        }
        Ok(true)
    }

    fn read(&self, bytes: Option<&Bytes>) -> Result<SchemaAndValue, ConnectError> {
        let value = bytes.map_or(Value::Null, |bytes| Value::Bytes(bytes.clone()));
        Ok((Some(Schema::optional(Type::Bytes)), value))
    }

    fn never_fails(&self) -> bool {
        true
    }
}

impl Plain for Boolean {
    fn write(&self, schema: Option<&Schema>, value: &Value, out: &mut Vec<u8>) -> Result<bool, ConnectError> {
        check_schema("BooleanConverter", Type::Boolean, schema)?;
        match value {
            Value::Null => return Ok(false),
            Value::Boolean(value) => out.push(u8::from(*value)),
            _ => return Err(incompatible("BooleanConverter", value)),
        }
        Ok(true)
    }

    fn read(&self, bytes: Option<&Bytes>) -> Result<SchemaAndValue, ConnectError> {
        let value = match bytes.map(|bytes| &bytes[..]) {
            None => Value::Null,
            Some([0]) => Value::Boolean(false),
            Some([1]) => Value::Boolean(true),
            Some([byte]) => {
                return Err(not_a_boolean(format!("Unexpected byte received by BooleanDeserializer: {}", *byte as i8)));
            }
            Some(_) => return Err(not_a_boolean("Size of data received by BooleanDeserializer is not 1".to_owned())),
        };
        Ok((Some(Schema::optional(Type::Boolean)), value))
    }
}

fn check_schema(converter: &str, expected: Type, schema: Option<&Schema>) -> Result<(), ConnectError> {
    match schema.map(Schema::schema_type) {
        Some(other) if other != expected => {
            Err(ConnectError::data(format!("Invalid schema type for {converter}: {other}")))
        }
        _ => Ok(()),
    }
}

fn incompatible(converter: &str, value: &Value) -> ConnectError {
    let class = value.java_class();
    ConnectError::data(format!("{converter} is not compatible with objects of type class {class}"))
}

fn not_a_boolean(message: String) -> ConnectError {
    ConnectError::data("Failed to deserialize boolean: ").caused_by(ConnectError::new(class::SERIALIZATION, message))
}
