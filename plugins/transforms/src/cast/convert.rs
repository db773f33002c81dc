//! One value as another type, as Java's casts and parsers have it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connect_api::data::logical;
use connect_api::data::values::write_date_time;
use connect_api::java::trim;
use connect_api::{ConnectError, Number, Schema, Type, Value};
use connect_config::{parse_double, parse_float, parse_long};

/// Casts values under one schema, or without any, to one type.
pub(super) struct Caster {
    target: Type,
    /// None without a schema: the class of a value says what it is.
    source: Option<Source>,
}

/// A schema, as far as it matters.
#[derive(Clone, Copy, PartialEq)]
enum Source {
    Plain,
    Date,
    Time,
    Timestamp,
    /// Of a type that cannot be cast.
    Unsupported(Type),
}

impl Source {
    fn new(schema: &Schema) -> Self {
        match (schema.schema_type(), schema.name()) {
            (found @ (Type::Array | Type::Map | Type::Struct), _) => Self::Unsupported(found),
            (_, Some(logical::DATE)) => Self::Date,
            (_, Some(logical::TIME)) => Self::Time,
            (_, Some(logical::TIMESTAMP)) => Self::Timestamp,
            _ => Self::Plain,
        }
    }

    /// The number that a date, time or timestamp is stored as.
    fn encode(self, millis: i64) -> Result<Option<Value>, ConnectError> {
        Ok(Some(match self {
            Self::Date => Value::Int32(logical::date_from_logical(&logical::date_schema(), millis)?),
            Self::Time => Value::Int32(logical::time_from_logical(&logical::time_schema(), millis)?),
            Self::Timestamp => Value::Int64(millis),
            Self::Plain | Self::Unsupported(_) => return Ok(None),
        }))
    }
}

impl Caster {
    pub(super) fn new(schema: &Schema, target: Type) -> Self {
        Self { target, source: Some(Source::new(schema)) }
    }

    pub(super) fn schemaless(target: Type) -> Self {
        Self { target, source: None }
    }

    pub(super) fn target(&self) -> Type {
        self.target
    }

    /// Null stays null.
    /// # Errors
    /// A `DataException`: the value is of a type that cannot be cast, or its text does not say such a value.
    pub(super) fn cast(&self, value: &Value) -> Result<Value, ConnectError> {
        if value.is_null() {
            return Ok(Value::Null);
        }
        match self.source.map_or_else(|| inferred(value), Ok)? {
            Source::Unsupported(found) => return Err(unsupported(found)),
            source if source != Source::Plain && self.target != Type::String => {
                if let Value::Instant(millis) = value {
                    return match source.encode(*millis)? {
                        Some(encoded) => convert(&encoded, self.target),
                        None => convert(value, self.target),
                    };
                }
                return Err(class_cast(value));
            }
            _ => {}
        }
        convert(value, self.target)
    }
}

fn inferred(value: &Value) -> Result<Source, ConnectError> {
    match value.natural_type() {
        Some(found @ (Type::Array | Type::Map | Type::Struct)) => Ok(Source::Unsupported(found)),
        Some(_) => Ok(Source::Plain),
        None => Err(ConnectError::data(format!(
            "Cast transformation was passed a value of type class {} which is not supported by Connect's data API",
            value.java_class()
        ))),
    }
}

pub(super) fn unsupported(found: Type) -> ConnectError {
    ConnectError::data(format!(
        "Cast transformation does not support casting from {found}; supported types are [INT8, INT16, INT32, INT64, \
         FLOAT32, FLOAT64, BOOLEAN, STRING, BYTES]"
    ))
}

fn class_cast(value: &Value) -> ConnectError {
    let class = value.java_class();
    ConnectError::new("java.lang.ClassCastException", format!("class {class} cannot be cast to class java.util.Date"))
}

fn convert(value: &Value, target: Type) -> Result<Value, ConnectError> {
    if target == Type::String {
        return Ok(to_text(value));
    }
    if let Some(number) = value.as_number() {
        return Ok(from_number(number, target));
    }
    match value {
        Value::Boolean(value) => Ok(from_number(Number::Integer((*value).into()), target)),
        Value::String(text) => from_text(text, target),
        other => {
            Err(ConnectError::data(format!("Unexpected type in Cast transformation: class {}", other.java_class())))
        }
    }
}

fn from_number(number: Number<'_>, target: Type) -> Value {
    match target {
        Type::Int8 => Value::Int8(number.to_i8()),
        Type::Int16 => Value::Int16(number.to_i16()),
        Type::Int32 => Value::Int32(number.to_i32()),
        Type::Int64 => Value::Int64(number.to_i64()),
        Type::Float32 => Value::Float32(number.to_f32()),
        Type::Float64 => Value::Float64(number.to_f64()),
        _ => Value::Boolean(number.to_i64() != 0),
    }
}

fn from_text(text: &str, target: Type) -> Result<Value, ConnectError> {
    let trimmed = trim(text);
    let value = match target {
        Type::Int8 => integer(text).map(Value::Int8),
        Type::Int16 => integer(text).map(Value::Int16),
        Type::Int32 => integer(text).map(Value::Int32),
        Type::Int64 => integer(text).map(Value::Int64),
        Type::Float32 => parse_float(trimmed).map(Value::Float32),
        Type::Float64 => parse_double(trimmed).map(Value::Float64),
        _ => Some(Value::Boolean(text.eq_ignore_ascii_case("true"))),
    };
    value.ok_or_else(|| out_of_range(text))
}

fn integer<T: TryFrom<i64>>(text: &str) -> Option<T> {
    parse_long(text)?.try_into().ok()
}

fn out_of_range(text: &str) -> ConnectError {
    let cause = ConnectError::new("java.lang.NumberFormatException", format!("For input string: \"{text}\""));
    ConnectError::data(format!("Value ({text}) was out of range for requested data type")).caused_by(cause)
}

fn to_text(value: &Value) -> Value {
    match value {
        Value::String(_) => value.clone(),
        Value::Bytes(bytes) => Value::string(STANDARD.encode(bytes)),
        Value::Instant(millis) => {
            let mut text = String::with_capacity(24);
            // Writing to a string cannot fail.
            let _ = write_date_time(&mut text, *millis);
            Value::string(text)
        }
        other => Value::string(other.to_string()),
    }
}
