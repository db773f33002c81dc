//! The four logical types in JSON: decimals as Base64 text or numbers, dates and times as whole numbers.

use connect_api::data::logical;
use connect_api::{ConnectError, Schema, Value};

use super::base64;
use super::config::JsonConverterConfig;
use super::tree::Node;
use super::write::{quoted, write_display, write_integer};

/// A logical type: what it is called counts, not the type it stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Logical {
    Decimal,
    Date,
    Time,
    Timestamp,
}

impl Logical {
    #[inline]
    pub(super) fn of(schema: &Schema) -> Option<Self> {
        match schema.name()? {
            logical::DECIMAL => Some(Self::Decimal),
            logical::DATE => Some(Self::Date),
            logical::TIME => Some(Self::Time),
            logical::TIMESTAMP => Some(Self::Timestamp),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Decimal => "Decimal",
            Self::Date => "Date",
            Self::Time => "Time",
            Self::Timestamp => "Timestamp",
        }
    }

    /// The value of a node that is not null.
    pub(super) fn read(self, schema: &Schema, node: &Node<'_>) -> Result<Value, ConnectError> {
        match (self, node) {
            (Self::Decimal, Node::Number(number)) => Ok(Value::decimal(number.to_decimal())),
            (Self::Decimal, Node::String(text)) => read_decimal(schema, text),
            (Self::Decimal, _) => Err(self.underlying("numeric or bytes", node)),
            (Self::Timestamp, Node::Number(number)) if number.is_integral() => {
                logical::timestamp_to_logical(schema, number.low_bits())
            }
            (Self::Timestamp, _) => Err(self.underlying("integral", node)),
            (Self::Date | Self::Time, _) => {
                let number = if let Node::Number(number) = node { number.as_int() } else { None };
                let number = number.ok_or_else(|| self.underlying("integer", node))?;
                match self {
                    Self::Date => logical::date_to_logical(schema, number),
                    _ => logical::time_to_logical(schema, number),
                }
            }
        }
    }

    fn underlying(self, wanted: &str, node: &Node<'_>) -> ConnectError {
        let name = self.name();
        let found = node.kind();
        ConnectError::data(format!(
            "Invalid type for {name}, underlying representation should be {wanted} but was {found}"
        ))
    }

    /// Appends a value that is not null.
    pub(super) fn write(
        self,
        config: &JsonConverterConfig,
        schema: &Schema,
        value: &Value,
        out: &mut Vec<u8>,
    ) -> Result<(), ConnectError> {
        match (self, value) {
            (Self::Decimal, Value::Decimal(decimal)) if config.numeric_decimals => write_display(out, decimal),
            (Self::Decimal, Value::Decimal(decimal)) => {
                let bytes = logical::decimal_from_logical(schema, decimal)?;
                quoted(out, |out| base64::encode(out, &bytes));
            }
            (Self::Date, Value::Instant(millis)) => {
                write_integer(out, logical::date_from_logical(schema, *millis)?.into());
            }
            (Self::Time, Value::Instant(millis)) => {
                write_integer(out, logical::time_from_logical(schema, *millis)?.into());
            }
            (Self::Timestamp, Value::Instant(millis)) => {
                write_integer(out, logical::timestamp_from_logical(schema, *millis)?);
            }
            _ => return Err(self.unexpected(value)),
        }
        Ok(())
    }

    fn unexpected(self, value: &Value) -> ConnectError {
        let expected = if self == Self::Decimal { "BigDecimal" } else { "Date" };
        let (name, class) = (self.name(), value.java_class());
        ConnectError::data(format!("Invalid type for {name}, expected {expected} but was class {class}"))
    }
}

fn read_decimal(schema: &Schema, text: &str) -> Result<Value, ConnectError> {
    let decimal = base64::decode(text).and_then(|bytes| logical::decimal_to_logical(schema, &bytes));
    decimal.map(Value::decimal).map_err(|e| ConnectError::data("Invalid bytes for Decimal field").caused_by(e))
}
