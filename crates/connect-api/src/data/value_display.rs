//! `String.valueOf(value)`: how Java prints values in messages, string converters and logs.

use std::fmt::{self, Display, Formatter, Write};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Map, Struct, Value};
use crate::java;

/// Java's `String.valueOf`: maps `{a=1, b=x}`, lists `[1, 2]`, structs `Struct{a=1,b=x}`, dates in UTC.
/// Byte arrays print as `[B@` and eight digits of their content; Java prints an identity there that changes from run to run.
impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(v) => Display::fmt(v, f),
            Self::Int8(v) => Display::fmt(v, f),
            Self::Int16(v) => Display::fmt(v, f),
            Self::Int32(v) => Display::fmt(v, f),
            Self::Int64(v) => Display::fmt(v, f),
            Self::Float32(v) => java::write_float(f, *v),
            Self::Float64(v) => java::write_double(f, *v),
            Self::String(v) => f.write_str(v),
            Self::Bytes(v) => write_bytes(f, v),
            Self::Array(v) => write_list(f, v),
            Self::Map(v) => Display::fmt(v, f),
            Self::Struct(v) => Display::fmt(v, f),
            Self::Decimal(v) => Display::fmt(v, f),
            Self::Instant(v) => java::write_date(f, *v),
        }
    }
}

fn write_bytes(f: &mut Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    write!(f, "[B@{:08x}", hasher.finish() as u32)
}

fn write_list(f: &mut Formatter<'_>, items: &[Value]) -> fmt::Result {
    f.write_char('[')?;
    for (index, item) in items.iter().enumerate() {
        f.write_str(if index == 0 { "" } else { ", " })?;
        Display::fmt(item, f)?;
    }
    f.write_char(']')
}

impl Display for Map {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('{')?;
        for (index, (key, value)) in self.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { ", " })?;
            write!(f, "{key}={value}")?;
        }
        f.write_char('}')
    }
}

/// Java's `Struct.toString`: the fields that are set, without defaults.
impl Display for Struct {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Struct{")?;
        let set = self.schema().fields().iter().zip(self.values()).filter(|(_, value)| !value.is_null());
        for (index, (field, value)) in set.enumerate() {
            f.write_str(if index == 0 { "" } else { "," })?;
            write!(f, "{}={value}", field.name)?;
        }
        f.write_char('}')
    }
}
