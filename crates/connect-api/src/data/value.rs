//! A value of any type, cheap to clone: text and bytes are slices of what was read, collections are shared.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use bytes::Bytes;
use bytestring::ByteString;

use super::{Decimal, Map, Struct};

/// One value of the Connect data model; what it means together with a schema is said there.
#[derive(Debug, Clone, Default)]
pub enum Value {
    #[default]
    Null,
    Boolean(bool),
    Int8(i8),
    Int16(i16),
    Int32(i32),
    Int64(i64),
    Float32(f32),
    Float64(f64),
    String(ByteString),
    Bytes(Bytes),
    Array(Arc<Vec<Value>>),
    Map(Arc<Map>),
    Struct(Arc<Struct>),
    /// `java.math.BigDecimal`.
    Decimal(Arc<Decimal>),
    /// `java.util.Date`: milliseconds since the epoch. Whether it is a Date, a Time or a Timestamp says the schema's name.
    Instant(i64),
}

impl Value {
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub fn string(text: impl Into<ByteString>) -> Self {
        Self::String(text.into())
    }

    pub fn array(items: Vec<Value>) -> Self {
        Self::Array(Arc::new(items))
    }

    pub fn map(map: Map) -> Self {
        Self::Map(Arc::new(map))
    }

    pub fn decimal(decimal: Decimal) -> Self {
        Self::Decimal(Arc::new(decimal))
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The Java class of such a value, `java.lang.Integer`; what `value.getClass().getName()` prints.
    pub fn java_class(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "java.lang.Boolean",
            Self::Int8(_) => "java.lang.Byte",
            Self::Int16(_) => "java.lang.Short",
            Self::Int32(_) => "java.lang.Integer",
            Self::Int64(_) => "java.lang.Long",
            Self::Float32(_) => "java.lang.Float",
            Self::Float64(_) => "java.lang.Double",
            Self::String(_) => "java.lang.String",
            Self::Bytes(_) => "[B",
            Self::Array(_) => "java.util.ArrayList",
            Self::Map(_) => "java.util.HashMap",
            Self::Struct(_) => "org.apache.kafka.connect.data.Struct",
            Self::Decimal(_) => "java.math.BigDecimal",
            Self::Instant(_) => "java.util.Date",
        }
    }
}

/// Java's `equals`: the types must be the same, NaN equals NaN, and 0.0 differs from -0.0.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Boolean(a), Self::Boolean(b)) => a == b,
            (Self::Int8(a), Self::Int8(b)) => a == b,
            (Self::Int16(a), Self::Int16(b)) => a == b,
            (Self::Int32(a), Self::Int32(b)) => a == b,
            (Self::Int64(a), Self::Int64(b)) | (Self::Instant(a), Self::Instant(b)) => a == b,
            (Self::Float32(a), Self::Float32(b)) => float_bits(*a) == float_bits(*b),
            (Self::Float64(a), Self::Float64(b)) => double_bits(*a) == double_bits(*b),
            (Self::String(a), Self::String(b)) => a == b,
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => a == b,
            (Self::Struct(a), Self::Struct(b)) => a == b,
            (Self::Decimal(a), Self::Decimal(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Null => {}
            Self::Boolean(v) => v.hash(state),
            Self::Int8(v) => v.hash(state),
            Self::Int16(v) => v.hash(state),
            Self::Int32(v) => v.hash(state),
            Self::Int64(v) | Self::Instant(v) => v.hash(state),
            Self::Float32(v) => float_bits(*v).hash(state),
            Self::Float64(v) => double_bits(*v).hash(state),
            Self::String(v) => v.hash(state),
            Self::Bytes(v) => v.hash(state),
            Self::Array(v) => v.hash(state),
            Self::Map(v) => v.hash(state),
            Self::Struct(v) => v.hash(state),
            Self::Decimal(v) => v.hash(state),
        }
    }
}

/// `Float.floatToIntBits`: one bit pattern for every NaN.
fn float_bits(v: f32) -> u32 {
    if v.is_nan() { f32::NAN.to_bits() } else { v.to_bits() }
}

/// `Double.doubleToLongBits`.
fn double_bits(v: f64) -> u64 {
    if v.is_nan() { f64::NAN.to_bits() } else { v.to_bits() }
}

macro_rules! from {
    ($($from:ty => $variant:ident),* $(,)?) => {
        $(impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        })*
    };
}

from! {
    bool => Boolean,
    i8 => Int8,
    i16 => Int16,
    i32 => Int32,
    i64 => Int64,
    f32 => Float32,
    f64 => Float64,
    &str => String,
    String => String,
    ByteString => String,
    Bytes => Bytes,
    Vec<Value> => Array,
    Map => Map,
    Struct => Struct,
    Decimal => Decimal,
}
