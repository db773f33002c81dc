//! Text as the narrowest number that holds it.

use std::cmp::Ordering;
use std::sync::Arc;

use super::super::{Decimal, Schema, Type, Value, logical};
use crate::SchemaAndValue;

/// So many ASCII characters, sign included, fit a 64-bit integer whatever they are.
const SAFE_CHARS: usize = 18;

/// A whole number of 64 bits becomes an integer, another one FLOAT32 or FLOAT64 if it is finite there, and what is
/// too large a decimal. None if the text is no number.
pub(super) fn parse_number(text: &str) -> Option<SchemaAndValue> {
    if text.len() <= SAFE_CHARS
        && let Ok(whole) = text.parse::<i64>()
    {
        return Some(integer(whole));
    }
    let decimal = Decimal::parse(text).ok()?;
    Some(whole(&decimal).map_or_else(|| inexact(text, decimal), integer))
}

fn integer(value: i64) -> SchemaAndValue {
    let value = i8::try_from(value)
        .map(Value::Int8)
        .or_else(|_| i16::try_from(value).map(Value::Int16))
        .or_else(|_| i32::try_from(value).map(Value::Int32))
        .unwrap_or(Value::Int64(value));
    (value.natural_type().map(Schema::required), value)
}

/// The value if it is whole and has 64 bits.
fn whole(decimal: &Decimal) -> Option<i64> {
    let magnitude = Decimal { unscaled: decimal.unscaled.magnitude().clone().into(), scale: decimal.scale };
    let is_zero = decimal.unscaled.bits() == 0;
    let too_large = magnitude.compare(&Decimal::new(1, -19)) == Ordering::Greater;
    let too_small = !is_zero && magnitude.compare(&Decimal::new(1, 0)) == Ordering::Less;
    if too_large || too_small {
        return None;
    }
    i64::try_from(&decimal.with_scale(0)?.unscaled).ok()
}

fn inexact(text: &str, decimal: Decimal) -> SchemaAndValue {
    // Rust reads what Java does, but for digits of other scripts, to the same nearest numbers.
    let float: f32 = text.parse().unwrap_or_else(|_| decimal.to_f32());
    // Whole numbers of more than 64 bits stay exact.
    if decimal.scale != 0 && float.is_finite() {
        return (Some(Schema::required(Type::Float32)), Value::Float32(float));
    }
    let double: f64 = text.parse().unwrap_or_else(|_| decimal.to_f64());
    if decimal.scale != 0 && double.is_finite() {
        return (Some(Schema::required(Type::Float64)), Value::Float64(double));
    }
    (Some(logical::decimal_schema(decimal.scale)), Value::Decimal(Arc::new(decimal)))
}
