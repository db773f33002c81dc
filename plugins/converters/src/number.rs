//! `ShortConverter` to `DoubleConverter`: numbers in big-endian bytes. The schema is not looked at, only the value.

use std::marker::PhantomData;

use bytes::Bytes;
use connect_api::{ConnectError, Schema, SchemaAndValue, Type, Value, class};

use crate::plain::Plain;

/// A number type with a converter of its own.
pub trait Number: Send + Sync + Default + 'static {
    /// What the reference's messages call it.
    const NAME: &'static str;
    /// How the reference's deserializer calls itself when the size is wrong.
    const DESERIALIZER: &'static str;
    const CLASS: &'static str;
    const TYPE: Type;
    const SIZE: usize;

    /// Appends the bytes; false if the value is of another type.
    fn write(value: &Value, out: &mut Vec<u8>) -> bool;
    /// None if there are more or fewer bytes than [`SIZE`](Self::SIZE).
    fn read(bytes: &[u8]) -> Option<Value>;
}

/// The converter of one number type.
#[derive(Debug, Clone, Copy, Default)]
pub struct NumberConverter<N>(PhantomData<N>);

impl<N: Number> Plain for NumberConverter<N> {
    fn write(&self, _schema: Option<&Schema>, value: &Value, out: &mut Vec<u8>) -> Result<bool, ConnectError> {
        match value {
            Value::Null => Ok(false),
            _ if N::write(value, out) => Ok(true),
            _ => Err(wrong_class::<N>(value)),
        }
    }

    fn read(&self, bytes: Option<&Bytes>) -> Result<SchemaAndValue, ConnectError> {
        let value = match bytes {
            None => Value::Null,
            Some(bytes) => N::read(bytes).ok_or_else(wrong_size::<N>)?,
        };
        Ok((Some(Schema::optional(N::TYPE)), value))
    }
}

fn wrong_class<N: Number>(value: &Value) -> ConnectError {
    let class = value.java_class();
    let is_number = matches!(
        value,
        Value::Int8(_)
            | Value::Int16(_)
            | Value::Int32(_)
            | Value::Int64(_)
            | Value::Float32(_)
            | Value::Float64(_)
            | Value::Decimal(_)
    );
    let wanted = if is_number { N::CLASS } else { "java.lang.Number" };
    let cause = format!("class {class} cannot be cast to class {wanted}");
    ConnectError::data(format!("Failed to serialize to {} (was class {class}): ", N::NAME))
        .caused_by(ConnectError::new("java.lang.ClassCastException", cause))
}

fn wrong_size<N: Number>() -> ConnectError {
    let cause = format!("Size of data received by {} is not {}", N::DESERIALIZER, N::SIZE);
    ConnectError::data(format!("Failed to deserialize {}: ", N::NAME))
        .caused_by(ConnectError::new(class::SERIALIZATION, cause))
}

macro_rules! number {
    ($(#[$doc:meta])* $kind:ident, $rust:ty, $variant:ident, $name:literal, $deserializer:literal, $class:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default)]
        pub struct $kind;

        impl Number for $kind {
            const NAME: &'static str = $name;
            const DESERIALIZER: &'static str = $deserializer;
            const CLASS: &'static str = $class;
            const TYPE: Type = Type::$variant;
            const SIZE: usize = size_of::<$rust>();

            fn write(value: &Value, out: &mut Vec<u8>) -> bool {
                let Value::$variant(value) = value else { return false };
                out.extend_from_slice(&value.to_be_bytes());
                true
            }

            fn read(bytes: &[u8]) -> Option<Value> {
                bytes.try_into().ok().map(|bytes| Value::$variant(<$rust>::from_be_bytes(bytes)))
            }
        }
    };
}

number!(
    /// Two bytes.
    Short, i16, Int16, "short", "ShortDeserializer", "java.lang.Short"
);
number!(
    /// Four bytes.
    Integer, i32, Int32, "integer", "IntegerDeserializer", "java.lang.Integer"
);
number!(
    /// Eight bytes.
    Long, i64, Int64, "long", "LongDeserializer", "java.lang.Long"
);
number!(
    /// Four bytes as IEEE has them.
    Float, f32, Float32, "float", "Deserializer", "java.lang.Float"
);
number!(
    /// Eight bytes as IEEE has them.
    Double, f64, Float64, "double", "Deserializer", "java.lang.Double"
);
