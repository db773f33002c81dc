//! The forms in which a time can stand, and the way from one to another, through milliseconds since the epoch.

use std::sync::{Arc, LazyLock};

use connect_api::data::{SchemaParts, logical};
use connect_api::java::calendar::split_day;
use connect_api::{ConnectError, Schema, Type, Value};
use connect_config::ConfigException;
use java_text::{FormatError, SimpleDateFormat};

use crate::config::{null_pointer, raised};

/// How a time is written; in configurations `string`, `unix`, `Date`, `Time`, `Timestamp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Unix,
    Date,
    Time,
    Timestamp,
}

impl Form {
    fn of_name(name: &str) -> Self {
        match name {
            "string" => Self::Text,
            "unix" => Self::Unix,
            "Date" => Self::Date,
            "Time" => Self::Time,
            _ => Self::Timestamp,
        }
    }

    /// # Errors
    /// A `ConnectException`: no time stands under such a schema.
    pub(super) fn of_schema(schema: &Schema) -> Result<Self, ConnectError> {
        match (schema.name(), schema.schema_type()) {
            (Some(logical::TIMESTAMP), _) => Ok(Self::Timestamp),
            (Some(logical::DATE), _) => Ok(Self::Date),
            (Some(logical::TIME), _) => Ok(Self::Time),
            (_, Type::String) => Ok(Self::Text),
            (_, Type::Int64) => Ok(Self::Unix),
            _ => {
                let message = format!("Schema {schema} does not correspond to a known timestamp type format");
                Err(ConnectError::connect(message))
            }
        }
    }

    fn of_value(value: &Value) -> Result<Self, ConnectError> {
        match value {
            Value::Instant(_) => Ok(Self::Timestamp),
            Value::Int64(_) => Ok(Self::Unix),
            Value::String(_) => Ok(Self::Text),
            other => {
                let class = other.java_class();
                Err(ConnectError::data(format!(
                    "TimestampConverter does not support class {class} objects as timestamps"
                )))
            }
        }
    }

    fn expected(self) -> &'static str {
        match self {
            Self::Text => "string timestamp to be a String",
            Self::Unix => "Unix timestamp to be a Long",
            Self::Date => "Date to be a java.util.Date",
            Self::Time => "Time to be a java.util.Date",
            Self::Timestamp => "Timestamp to be a java.util.Date",
        }
    }
}

/// The unit of Unix times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Precision {
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
}

impl Precision {
    fn of_name(name: &str) -> Self {
        match name {
            "seconds" => Self::Seconds,
            "microseconds" => Self::Microseconds,
            "nanoseconds" => Self::Nanoseconds,
            _ => Self::Milliseconds,
        }
    }

    /// As `TimeUnit`: fractions are cut off towards zero, and what does not fit is the largest number that does.
    fn to_millis(self, time: i64) -> i64 {
        match self {
            Self::Seconds => time.saturating_mul(1_000),
            Self::Milliseconds => time,
            Self::Microseconds => time / 1_000,
            Self::Nanoseconds => time / 1_000_000,
        }
    }

    fn of_millis(self, millis: i64) -> i64 {
        match self {
            Self::Seconds => millis / 1_000,
            Self::Milliseconds => millis,
            Self::Microseconds => millis.saturating_mul(1_000),
            Self::Nanoseconds => millis.saturating_mul(1_000_000),
        }
    }
}

/// A format of times with the pattern that it was made of.
struct Format {
    pattern: String,
    format: SimpleDateFormat,
}

/// From any form to one.
pub(super) struct Translation {
    target: Form,
    precision: Precision,
    format: Option<Format>,
}

impl Translation {
    /// # Errors
    /// A `ConfigException`: the pattern is malformed, or missing where the target is text.
    pub(super) fn new(target: &str, pattern: &str, precision: &str) -> Result<Self, ConnectError> {
        let (target, precision) = (Form::of_name(target), Precision::of_name(precision));
        let blank = pattern.trim().is_empty();
        if blank && target == Form::Text {
            let message = "TimestampConverter requires format option to be specified when using string timestamps";
            return Err(ConnectError::config(message));
        }
        let format = if blank { None } else { Some(Format::new(pattern)?) };
        Ok(Self { target, precision, format })
    }

    /// The schema of what times become.
    pub(super) fn schema(&self, optional: bool) -> Arc<Schema> {
        let (required, optional_schema) = match self.target {
            Form::Text if optional => return Schema::optional(Type::String),
            Form::Text => return Schema::required(Type::String),
            Form::Unix if optional => return Schema::optional(Type::Int64),
            Form::Unix => return Schema::required(Type::Int64),
            Form::Date => (logical::date_schema(), &OPTIONAL_DATE),
            Form::Time => (logical::time_schema(), &OPTIONAL_TIME),
            Form::Timestamp => (logical::timestamp_schema(), &OPTIONAL_TIMESTAMP),
        };
        if optional { Arc::clone(optional_schema) } else { required }
    }

    /// Translates a value of the form that its class says.
    /// # Errors
    /// It is no time.
    pub(super) fn infer(&self, value: &mut Value) -> Result<(), ConnectError> {
        if value.is_null() { Ok(()) } else { self.translate(value, Form::of_value(value)?) }
    }

    /// Translates a value; null stays null.
    /// # Errors
    /// It is of another form, or text that does not fit the format.
    pub(super) fn translate(&self, value: &mut Value, from: Form) -> Result<(), ConnectError> {
        if !value.is_null() {
            *value = self.of_millis(self.to_millis(value, from)?)?;
        }
        Ok(())
    }

    fn to_millis(&self, value: &Value, from: Form) -> Result<i64, ConnectError> {
        match (from, value) {
            (Form::Text, Value::String(text)) => self.format()?.parse(text),
            (Form::Unix, Value::Int64(time)) => Ok(self.precision.to_millis(*time)),
            (Form::Date | Form::Time | Form::Timestamp, Value::Instant(millis)) => Ok(*millis),
            (_, other) => {
                let (expected, class) = (from.expected(), other.java_class());
                Err(ConnectError::data(format!("Expected {expected}, but found class {class}")))
            }
        }
    }

    fn of_millis(&self, millis: i64) -> Result<Value, ConnectError> {
        let (_, of_day) = split_day(millis);
        Ok(match self.target {
            Form::Text => Value::string(self.format()?.format.format(millis)),
            Form::Unix => Value::Int64(self.precision.of_millis(millis)),
            Form::Date => Value::Instant(millis.wrapping_sub(of_day)),
            Form::Time => Value::Instant(of_day),
            Form::Timestamp => Value::Instant(millis),
        })
    }

    fn format(&self) -> Result<&Format, ConnectError> {
        self.format.as_ref().ok_or_else(|| null_pointer("format"))
    }
}

impl Format {
    fn new(pattern: &str) -> Result<Self, ConnectError> {
        let format = SimpleDateFormat::new(pattern).map_err(|error| {
            let name = "TimestampConverter requires a SimpleDateFormat-compatible pattern for string timestamps";
            raised(ConfigException::invalid_value(&format!("{name}: {pattern}"), format_error(&error)))
        })?;
        Ok(Self { pattern: pattern.to_owned(), format })
    }

    fn parse(&self, text: &str) -> Result<i64, ConnectError> {
        self.format.parse(text).map_err(|error| {
            let pattern = &self.pattern;
            let message = format!("Could not parse timestamp: value ({text}) does not match pattern ({pattern})");
            ConnectError::data(message).caused_by(ConnectError::new("java.text.ParseException", error.to_string()))
        })
    }
}

/// What Java raises for a malformed pattern.
pub(crate) fn format_error(error: &FormatError) -> ConnectError {
    ConnectError::new("java.lang.IllegalArgumentException", error.to_string())
}

fn optional(schema: &Schema) -> Arc<Schema> {
    Schema::new(SchemaParts { optional: true, ..schema.parts().clone() })
}

static OPTIONAL_DATE: LazyLock<Arc<Schema>> = LazyLock::new(|| optional(&logical::date_schema()));
static OPTIONAL_TIME: LazyLock<Arc<Schema>> = LazyLock::new(|| optional(&logical::time_schema()));
static OPTIONAL_TIMESTAMP: LazyLock<Arc<Schema>> = LazyLock::new(|| optional(&logical::timestamp_schema()));
