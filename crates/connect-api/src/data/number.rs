//! `java.lang.Number`: numeric values and how Java narrows them.

use super::{Decimal, Value};

/// A numeric value. The conversions are Java's casts: integers wrap, floats saturate and lose their fraction.
#[derive(Debug, Clone, Copy)]
pub enum Number<'a> {
    Integer(i64),
    Float(f32),
    Double(f64),
    Decimal(&'a Decimal),
}

impl Value {
    /// The value as a number, if it is an instance of `java.lang.Number`.
    pub fn as_number(&self) -> Option<Number<'_>> {
        Some(match self {
            Self::Int8(v) => Number::Integer((*v).into()),
            Self::Int16(v) => Number::Integer((*v).into()),
            Self::Int32(v) => Number::Integer((*v).into()),
            Self::Int64(v) => Number::Integer(*v),
            Self::Float32(v) => Number::Float(*v),
            Self::Float64(v) => Number::Double(*v),
            Self::Decimal(v) => Number::Decimal(v),
            _ => return None,
        })
    }
}

impl Number<'_> {
    /// `byteValue()`.
    pub fn to_i8(self) -> i8 {
        self.to_i32() as i8
    }

    /// `shortValue()`.
    pub fn to_i16(self) -> i16 {
        self.to_i32() as i16
    }

    /// `intValue()`.
    pub fn to_i32(self) -> i32 {
        match self {
            Self::Integer(v) => v as i32,
            Self::Float(v) => v as i32,
            Self::Double(v) => v as i32,
            Self::Decimal(v) => v.to_i64_wrapping() as i32,
        }
    }

    /// `longValue()`.
    pub fn to_i64(self) -> i64 {
        match self {
            Self::Integer(v) => v,
            Self::Float(v) => v as i64,
            Self::Double(v) => v as i64,
            Self::Decimal(v) => v.to_i64_wrapping(),
        }
    }

    /// `floatValue()`.
    pub fn to_f32(self) -> f32 {
        match self {
            Self::Integer(v) => v as f32,
            Self::Float(v) => v,
            Self::Double(v) => v as f32,
            Self::Decimal(v) => v.to_f32(),
        }
    }

    /// `doubleValue()`.
    pub fn to_f64(self) -> f64 {
        match self {
            Self::Integer(v) => v as f64,
            Self::Float(v) => v.into(),
            Self::Double(v) => v,
            Self::Decimal(v) => v.to_f64(),
        }
    }
}
