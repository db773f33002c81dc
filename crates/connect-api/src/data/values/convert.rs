//! Values of one type as another: numbers by Java's casts, text by reading it, dates by their logical type.

use std::sync::Arc;

use bytestring::ByteString;

use super::super::{Decimal, Map, Schema, Struct, Type, Value, logical};
use super::{convert_to_string, parse_string};
use crate::ConnectError;
use crate::java::calendar::{MILLIS_PER_DAY, civil_from_days, days_from_civil, split_day};

const NUMBER_FORMAT: &str = "java.lang.NumberFormatException";

/// `Values.convertToBoolean`: text `true` and `false`, and numbers by whether they are 0; none for null.
/// # Errors
/// A `DataException`: it is neither a boolean nor a number.
pub fn convert_to_boolean(schema: Option<&Schema>, value: &Value) -> Result<Option<bool>, ConnectError> {
    match value {
        Value::Null => Ok(None),
        Value::Boolean(value) => Ok(Some(*value)),
        Value::String(text) => match parsed(text)? {
            Value::Boolean(value) => Ok(Some(value)),
            _ => as_long(value, schema).map(|long| Some(long != 0)),
        },
        _ => as_long(value, schema).map(|long| Some(long != 0)),
    }
}

/// `Values.convertToByte`; none for null.
/// # Errors
/// A `DataException`: it is no number, nor the text of one.
pub fn convert_to_byte(schema: Option<&Schema>, value: &Value) -> Result<Option<i8>, ConnectError> {
    Ok(convert_to_long(schema, value)?.map(|long| long as i8))
}

/// `Values.convertToShort`; none for null.
/// # Errors
/// A `DataException`: it is no number, nor the text of one.
pub fn convert_to_short(schema: Option<&Schema>, value: &Value) -> Result<Option<i16>, ConnectError> {
    Ok(convert_to_long(schema, value)?.map(|long| long as i16))
}

/// `Values.convertToInteger`; none for null.
/// # Errors
/// A `DataException`: it is no number, nor the text of one.
pub fn convert_to_integer(schema: Option<&Schema>, value: &Value) -> Result<Option<i32>, ConnectError> {
    Ok(convert_to_long(schema, value)?.map(|long| long as i32))
}

/// `Values.convertToLong`; none for null.
/// # Errors
/// A `DataException`: it is no number, nor the text of one.
pub fn convert_to_long(schema: Option<&Schema>, value: &Value) -> Result<Option<i64>, ConnectError> {
    if value.is_null() { Ok(None) } else { as_long(value, schema).map(Some) }
}

/// `Values.convertToFloat`; none for null.
/// # Errors
/// A `DataException`: it is no number, nor the text of one.
pub fn convert_to_float(schema: Option<&Schema>, value: &Value) -> Result<Option<f32>, ConnectError> {
    match value {
        Value::Float32(value) => Ok(Some(*value)),
        _ => Ok(convert_to_double(schema, value)?.map(|double| double as f32)),
    }
}

/// `Values.convertToDouble`; none for null.
/// # Errors
/// A `DataException`: it is no number, nor the text of one.
pub fn convert_to_double(schema: Option<&Schema>, value: &Value) -> Result<Option<f64>, ConnectError> {
    if value.is_null() { Ok(None) } else { as_double(value, schema).map(Some) }
}

/// `Values.convertToList`: a list, or the text of one.
/// # Errors
/// A `DataException` for null and anything else.
pub fn convert_to_list(value: &Value) -> Result<Arc<Vec<Value>>, ConnectError> {
    match read_text(value)? {
        Value::Array(items) => Ok(items),
        other => Err(unable(&other, &Schema::required(Type::Array))),
    }
}

/// `Values.convertToMap`: a map, or the text of one.
/// # Errors
/// A `DataException` for null and anything else.
pub fn convert_to_map(value: &Value) -> Result<Arc<Map>, ConnectError> {
    match read_text(value)? {
        Value::Map(map) => Ok(map),
        other => Err(unable(&other, &Schema::required(Type::Map))),
    }
}

/// `Values.convertToStruct`.
/// # Errors
/// A `DataException` for everything but structs.
pub fn convert_to_struct(value: &Value) -> Result<Arc<Struct>, ConnectError> {
    match value {
        Value::Null => Err(null_value()),
        Value::Struct(value) => Ok(Arc::clone(value)),
        other => Err(unable(other, &Schema::required(Type::Struct))),
    }
}

/// `Values.convertToDecimal`: bytes are unscaled under `scale`; numbers go through a double, text stays exact.
/// # Errors
/// A `DataException`, or a `NumberFormatException` for text that is no number, NaN and infinities.
pub fn convert_to_decimal(value: &Value, scale: i32) -> Result<Decimal, ConnectError> {
    if value.is_null() { Err(null_value()) } else { to_decimal(&logical::decimal_schema(scale), value) }
}

/// `Values.convertToDate`: milliseconds since the epoch; numbers are days.
/// # Errors
/// A `DataException`: null, or neither a date nor a number, nor the text of one.
pub fn convert_to_date(schema: Option<&Schema>, value: &Value) -> Result<i64, ConnectError> {
    instant(to_date(&logical::date_schema(), schema, value)?)
}

/// `Values.convertToTime`: milliseconds since the epoch; of a timestamp its time of day.
/// # Errors
/// A `DataException`: null, or neither a time nor a number of milliseconds, nor the text of one.
pub fn convert_to_time(schema: Option<&Schema>, value: &Value) -> Result<i64, ConnectError> {
    instant(to_time(&logical::time_schema(), schema, value)?)
}

/// `Values.convertToTimestamp`: milliseconds since the epoch.
/// # Errors
/// A `DataException`: null, or neither a date nor a number, nor the text of one.
pub fn convert_to_timestamp(schema: Option<&Schema>, value: &Value) -> Result<i64, ConnectError> {
    instant(to_timestamp(&logical::timestamp_schema(), schema, value)?)
}

fn instant(value: Value) -> Result<i64, ConnectError> {
    match value {
        Value::Instant(millis) => Ok(millis),
        _ => Err(null_value()),
    }
}

/// `Values.convertTo`: to the type and logical type of `to`.
pub(super) fn convert_to(to: &Schema, from: Option<&Schema>, value: &Value) -> Result<Value, ConnectError> {
    if value.is_null() {
        return if to.is_optional() { Ok(Value::Null) } else { Err(null_value()) };
    }
    fn or_null<T: Into<Value>>(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
    match (to.schema_type(), to.name()) {
        (Type::Bytes, Some(logical::DECIMAL)) => to_decimal(to, value).map(Value::decimal),
        (Type::Bytes, _) => to_bytes(to, value),
        (Type::String, _) => Ok(or_null(convert_to_string(value))),
        (Type::Boolean, _) => convert_to_boolean(from, value).map(or_null),
        (Type::Int8, _) => convert_to_byte(from, value).map(or_null),
        (Type::Int16, _) => convert_to_short(from, value).map(or_null),
        (Type::Int32, Some(logical::DATE)) => to_date(to, from, value),
        (Type::Int32, Some(logical::TIME)) => to_time(to, from, value),
        (Type::Int32, _) => convert_to_integer(from, value).map(or_null),
        (Type::Int64, Some(logical::TIMESTAMP)) => to_timestamp(to, from, value),
        (Type::Int64, _) => convert_to_long(from, value).map(or_null),
        (Type::Float32, _) => convert_to_float(from, value).map(or_null),
        (Type::Float64, _) => convert_to_double(from, value).map(or_null),
        (Type::Array, _) => convert_to_list(value).map(Value::Array),
        (Type::Map, _) => convert_to_map(value).map(Value::Map),
        (Type::Struct, _) => convert_to_struct(value).map(Value::Struct),
    }
}

fn to_decimal(to: &Schema, value: &Value) -> Result<Decimal, ConnectError> {
    match value {
        Value::Bytes(bytes) => logical::decimal_to_logical(to, bytes),
        Value::Decimal(decimal) => Ok(Decimal::clone(decimal)),
        Value::String(text) => Decimal::parse(text),
        _ => match value.as_number() {
            Some(number) => Decimal::from_f64(number.to_f64()),
            None => Err(unable(value, to)),
        },
    }
}

fn to_bytes(to: &Schema, value: &Value) -> Result<Value, ConnectError> {
    match value {
        Value::Bytes(_) => Ok(value.clone()),
        Value::Decimal(decimal) => logical::decimal_from_logical(to, decimal).map(|bytes| Value::Bytes(bytes.into())),
        _ => Err(unable(value, to)),
    }
}

fn to_date(to: &Schema, from: Option<&Schema>, value: &Value) -> Result<Value, ConnectError> {
    let value = read_text(value)?;
    if let Value::Instant(millis) = value {
        match from.map(Schema::name) {
            None | Some(Some(logical::DATE)) => return Ok(value),
            Some(Some(logical::TIMESTAMP)) => return logical::date_to_logical(to, (millis / MILLIS_PER_DAY) as i32),
            _ => {}
        }
    }
    logical::date_to_logical(to, as_long(&value, from)? as i32)
}

fn to_time(to: &Schema, from: Option<&Schema>, value: &Value) -> Result<Value, ConnectError> {
    let value = read_text(value)?;
    if let Value::Instant(millis) = value {
        match from.map(Schema::name) {
            None | Some(Some(logical::TIME)) => return Ok(value),
            Some(Some(logical::TIMESTAMP)) => return logical::time_to_logical(to, on_first_day(millis)),
            _ => {}
        }
    }
    logical::time_to_logical(to, as_long(&value, from)? as i32)
}

/// The time of day. Java sets year, month and day but leaves the era: before Christ the year becomes 1970 BC.
fn on_first_day(millis: i64) -> i32 {
    let (days, of_day) = split_day(millis);
    if civil_from_days(days).year > 0 {
        return of_day as i32;
    }
    (days_from_civil(1 - 1970, 1, 1) * MILLIS_PER_DAY + of_day) as i32
}

fn to_timestamp(to: &Schema, from: Option<&Schema>, value: &Value) -> Result<Value, ConnectError> {
    let value = read_text(value)?;
    if let Value::Instant(millis) = value {
        match from.map(|schema| (schema, schema.name())) {
            None | Some((_, Some(logical::TIMESTAMP))) => return Ok(value),
            Some((from, Some(logical::DATE))) => {
                let days = logical::date_from_logical(from, millis)?;
                return logical::timestamp_to_logical(to, i64::from(days) * MILLIS_PER_DAY);
            }
            Some((from, Some(logical::TIME))) => {
                let millis = logical::time_from_logical(from, millis)?;
                return logical::timestamp_to_logical(to, millis.into());
            }
            _ => {}
        }
    }
    logical::timestamp_to_logical(to, as_long(&value, from)?)
}

/// What text stands for; other values as they are, null is refused.
fn read_text(value: &Value) -> Result<Value, ConnectError> {
    match value {
        Value::Null => Err(null_value()),
        Value::String(text) => parsed(text),
        other => Ok(other.clone()),
    }
}

fn parsed(text: &ByteString) -> Result<Value, ConnectError> {
    let null = || ConnectError::new("java.lang.NullPointerException", "The text null has no value");
    parse_string(text).map(|(_, value)| value).ok_or_else(null)
}

fn as_long(value: &Value, schema: Option<&Schema>) -> Result<i64, ConnectError> {
    if let Some(number) = value.as_number() {
        return Ok(number.to_i64());
    }
    let cause = match value {
        Value::String(text) => match Decimal::parse(text) {
            Ok(decimal) => return Ok(decimal.to_i64_wrapping()),
            Err(e) => Some(e),
        },
        _ => None,
    };
    match (value, schema.map(|schema| (schema, schema.name()))) {
        (Value::Instant(millis), Some((schema, Some(logical::DATE)))) => {
            logical::date_from_logical(schema, *millis).map(i64::from)
        }
        (Value::Instant(millis), Some((schema, Some(logical::TIME)))) => {
            logical::time_from_logical(schema, *millis).map(i64::from)
        }
        (Value::Instant(millis), Some((_, Some(logical::TIMESTAMP)))) => Ok(*millis),
        (_, schema) => Err(no_number(value, schema.map(|(schema, _)| schema), cause)),
    }
}

fn as_double(value: &Value, schema: Option<&Schema>) -> Result<f64, ConnectError> {
    match (value.as_number(), value) {
        (Some(number), _) => Ok(number.to_f64()),
        (None, Value::String(text)) => match Decimal::parse(text) {
            Ok(decimal) => Ok(decimal.to_f64()),
            Err(e) => Err(no_number(value, schema, Some(e))),
        },
        (None, _) => as_long(value, schema).map(|long| long as f64),
    }
}

fn no_number(value: &Value, schema: Option<&Schema>, cause: Option<ConnectError>) -> ConnectError {
    let error = match schema {
        Some(schema) => unable(value, schema),
        None => ConnectError::data(format!("Unable to convert {value} (class {}) to a number", value.java_class())),
    };
    match cause.filter(|cause| cause.class() == NUMBER_FORMAT) {
        Some(cause) => error.caused_by(cause),
        None => error,
    }
}

fn unable(value: &Value, schema: &Schema) -> ConnectError {
    ConnectError::data(format!("Unable to convert {value} (class {}) to {schema}", value.java_class()))
}

fn null_value() -> ConnectError {
    ConnectError::data("Unable to convert a null value to a schema that requires a value")
}
