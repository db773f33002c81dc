//! Values before and after they are parsed.

use std::fmt;

use crate::number::java_double;
use crate::{Class, Password};

/// A value of one of the nine types, or null. Displayed as Java's `toString` shows it.
#[derive(Debug, Clone, PartialEq)]
pub enum Parsed {
    Null,
    Boolean(bool),
    String(String),
    Int(i32),
    Short(i16),
    Long(i64),
    Double(f64),
    List(Vec<String>),
    Class(Class),
    Password(Password),
}

impl Parsed {
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Boolean(value) = self { Some(*value) } else { None }
    }

    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(value) = self { Some(value) } else { None }
    }

    pub fn as_i32(&self) -> Option<i32> {
        if let Self::Int(value) = self { Some(*value) } else { None }
    }

    pub fn as_i16(&self) -> Option<i16> {
        if let Self::Short(value) = self { Some(*value) } else { None }
    }

    pub fn as_i64(&self) -> Option<i64> {
        if let Self::Long(value) = self { Some(*value) } else { None }
    }

    pub fn as_f64(&self) -> Option<f64> {
        if let Self::Double(value) = self { Some(*value) } else { None }
    }

    pub fn as_list(&self) -> Option<&[String]> {
        if let Self::List(value) = self { Some(value) } else { None }
    }

    pub fn as_class(&self) -> Option<&Class> {
        if let Self::Class(value) = self { Some(value) } else { None }
    }

    pub fn as_password(&self) -> Option<&Password> {
        if let Self::Password(value) = self { Some(value) } else { None }
    }

    /// Any of the four numeric types, widened; a long loses what a double cannot hold.
    pub(crate) fn as_number(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(f64::from(*value)),
            Self::Short(value) => Some(f64::from(*value)),
            Self::Long(value) => Some(*value as f64),
            Self::Double(value) => Some(*value),
            _ => None,
        }
    }
}

impl fmt::Display for Parsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(value) => value.fmt(f),
            Self::String(value) => f.write_str(value),
            Self::Int(value) => value.fmt(f),
            Self::Short(value) => value.fmt(f),
            Self::Long(value) => value.fmt(f),
            Self::Double(value) => f.write_str(&java_double(*value)),
            Self::List(items) => write!(f, "[{}]", items.join(", ")),
            Self::Class(class) => class.fmt(f),
            Self::Password(password) => password.fmt(f),
        }
    }
}

macro_rules! parsed_from {
    ($($from:ty => $variant:ident),* $(,)?) => {$(
        impl From<$from> for Parsed {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}

parsed_from!(
    bool => Boolean, &str => String, String => String, i32 => Int, i16 => Short, i64 => Long, f64 => Double,
    Vec<String> => List, Class => Class, Password => Password,
);

impl<const N: usize> From<[&str; N]> for Parsed {
    fn from(items: [&str; N]) -> Self {
        Self::List(items.map(str::to_owned).to_vec())
    }
}

impl<T: Into<Parsed>> From<Option<T>> for Parsed {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// What is given to [`parse_type`](crate::parse_type): almost always text, but Java code may hand in objects.
#[derive(Debug, Clone, PartialEq)]
pub enum Input<'a> {
    Null,
    Text(&'a str),
    /// A value that already is of some type.
    Object(Parsed),
    /// An object of a class that no configuration type has: its class and its `toString`.
    Other {
        java_class: &'a str,
        text: String,
        number: Option<f64>,
    },
}

impl<'a> From<&'a str> for Input<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<Option<&'a str>> for Input<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }
}

impl From<Parsed> for Input<'_> {
    fn from(value: Parsed) -> Self {
        Self::Object(value)
    }
}
