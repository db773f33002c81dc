//! Decimal, Date, Time and Timestamp: types that are known by the name of their schema.
//! ```text
//! Value::Decimal, Value::Instant ─▶ from_logical ─▶ what the schema's plain type stores ─▶ to_logical ─▶ back
//! ```

use std::sync::{Arc, LazyLock};

use num_bigint::BigInt;

use super::{Decimal, Schema, SchemaParts, Type, Value};
use crate::ConnectError;
use crate::java::calendar::MILLIS_PER_DAY;

pub const DECIMAL: &str = "org.apache.kafka.connect.data.Decimal";
pub const DATE: &str = "org.apache.kafka.connect.data.Date";
pub const TIME: &str = "org.apache.kafka.connect.data.Time";
pub const TIMESTAMP: &str = "org.apache.kafka.connect.data.Timestamp";

/// The parameter of a decimal schema.
const SCALE: &str = "scale";

fn parts(schema_type: Type, name: &'static str) -> SchemaParts {
    SchemaParts { name: Some(name.into()), version: Some(1), ..SchemaParts::of(schema_type) }
}

static DATE_SCHEMA: LazyLock<Arc<Schema>> = LazyLock::new(|| Schema::new(parts(Type::Int32, DATE)));
static TIME_SCHEMA: LazyLock<Arc<Schema>> = LazyLock::new(|| Schema::new(parts(Type::Int32, TIME)));
static TIMESTAMP_SCHEMA: LazyLock<Arc<Schema>> = LazyLock::new(|| Schema::new(parts(Type::Int64, TIMESTAMP)));

/// `Date.SCHEMA`: days since the epoch.
pub fn date_schema() -> Arc<Schema> {
    Arc::clone(&DATE_SCHEMA)
}

/// `Time.SCHEMA`: milliseconds since midnight.
pub fn time_schema() -> Arc<Schema> {
    Arc::clone(&TIME_SCHEMA)
}

/// `Timestamp.SCHEMA`: milliseconds since the epoch.
pub fn timestamp_schema() -> Arc<Schema> {
    Arc::clone(&TIMESTAMP_SCHEMA)
}

/// `Decimal.schema(scale)`.
pub fn decimal_schema(scale: i32) -> Arc<Schema> {
    let parameters = Some(vec![(SCALE.into(), scale.to_string().into())]);
    Schema::new(SchemaParts { parameters, ..parts(Type::Bytes, DECIMAL) })
}

/// The bytes of a decimal's unscaled value, big-endian two's complement.
/// # Errors
/// A `DataException` if the scale is not the schema's.
pub fn decimal_from_logical(schema: &Schema, value: &Decimal) -> Result<Vec<u8>, ConnectError> {
    let scale = scale(schema)?;
    if scale != value.scale {
        let message = "Decimal value has mismatching scale for given Decimal schema. Schema has scale";
        return Err(ConnectError::data(format!("{message} {scale}, value has scale {}.", value.scale)));
    }
    Ok(value.unscaled.to_signed_bytes_be())
}

/// The decimal that `bytes` stand for under the schema's scale.
/// # Errors
/// The schema has no scale, or there are no bytes.
pub fn decimal_to_logical(schema: &Schema, bytes: &[u8]) -> Result<Decimal, ConnectError> {
    if bytes.is_empty() {
        return Err(ConnectError::new("java.lang.NumberFormatException", "Zero length BigInteger"));
    }
    Ok(Decimal { unscaled: BigInt::from_signed_bytes_be(bytes), scale: scale(schema)? })
}

fn scale(schema: &Schema) -> Result<i32, ConnectError> {
    if schema.parts().parameters.is_none() {
        return Err(ConnectError::new("java.lang.NullPointerException", "The Decimal schema has no parameters"));
    }
    let text = schema.parameter(SCALE);
    let text = text.ok_or_else(|| ConnectError::data("Invalid Decimal schema: scale parameter not found."))?;
    text.parse().map_err(|_| {
        let cause = ConnectError::new("java.lang.NumberFormatException", format!("For input string: \"{text}\""));
        ConnectError::data("Invalid scale parameter found in Decimal schema: ").caused_by(cause)
    })
}

fn check_name(schema: &Schema, name: &str, shown: &str) -> Result<(), ConnectError> {
    if schema.name() == Some(name) {
        return Ok(());
    }
    Err(ConnectError::data(format!("Requested conversion of {shown} object but the schema does not match.")))
}

/// The days since the epoch of a midnight in UTC; days beyond 32 bits wrap.
/// # Errors
/// A `DataException` for another schema or another time of day.
pub fn date_from_logical(schema: &Schema, millis: i64) -> Result<i32, ConnectError> {
    check_name(schema, DATE, "Date")?;
    if millis % MILLIS_PER_DAY != 0 {
        let message = "Kafka Connect Date type should not have any time fields set to non-zero values.";
        return Err(ConnectError::data(message));
    }
    Ok((millis / MILLIS_PER_DAY) as i32)
}

/// The midnight in UTC that begins a day.
/// # Errors
/// A `DataException` for another schema.
pub fn date_to_logical(schema: &Schema, days: i32) -> Result<Value, ConnectError> {
    check_name(schema, DATE, "Date")?;
    Ok(Value::Instant(i64::from(days) * MILLIS_PER_DAY))
}

/// The milliseconds of a time on the first day of the epoch, its end included.
/// # Errors
/// A `DataException` for another schema or another day.
pub fn time_from_logical(schema: &Schema, millis: i64) -> Result<i32, ConnectError> {
    check_name(schema, TIME, "Time")?;
    if !(0..=MILLIS_PER_DAY).contains(&millis) {
        let message = "Kafka Connect Time type should not have any date fields set to non-zero values.";
        return Err(ConnectError::data(message));
    }
    Ok(millis as i32)
}

/// The time on the first day of the epoch.
/// # Errors
/// A `DataException` for another schema or more than a day.
pub fn time_to_logical(schema: &Schema, millis: i32) -> Result<Value, ConnectError> {
    // Java's message names Date here.
    check_name(schema, TIME, "Date")?;
    if !(0..=MILLIS_PER_DAY).contains(&millis.into()) {
        let message = "Time values must use number of milliseconds greater than 0 and less than 86400000";
        return Err(ConnectError::data(message));
    }
    Ok(Value::Instant(millis.into()))
}

/// The milliseconds since the epoch.
/// # Errors
/// A `DataException` for another schema.
pub fn timestamp_from_logical(schema: &Schema, millis: i64) -> Result<i64, ConnectError> {
    check_name(schema, TIMESTAMP, "Timestamp").map(|()| millis)
}

/// The time of that many milliseconds since the epoch.
/// # Errors
/// A `DataException` for another schema.
pub fn timestamp_to_logical(schema: &Schema, millis: i64) -> Result<Value, ConnectError> {
    check_name(schema, TIMESTAMP, "Timestamp").map(|()| Value::Instant(millis))
}
