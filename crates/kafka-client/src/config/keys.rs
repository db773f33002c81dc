//! Reads typed values out of properties, with Java's words for what is wrong with them.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use connect_config::Props;

use crate::KafkaError;

/// Typed reads from one set of properties. The first error wins, as in Java.
#[derive(Debug)]
pub struct Keys<'a> {
    props: &'a Props,
}

impl<'a> Keys<'a> {
    /// Reads from `props`.
    pub fn new(props: &'a Props) -> Self {
        Keys { props }
    }

    /// The trimmed value, or none if the key is absent or null.
    pub fn text(&self, key: &str) -> Option<&'a str> {
        self.props.get(key).map(str::trim)
    }

    /// An INT within `range`.
    pub fn int(&self, key: &str, default: i32, range: RangeInclusive<i32>) -> Result<i32, KafkaError> {
        self.number(key, default, range, "INT")
    }

    /// A LONG within `range`.
    pub fn long(&self, key: &str, default: i64, range: RangeInclusive<i64>) -> Result<i64, KafkaError> {
        self.number(key, default, range, "LONG")
    }

    /// A number of milliseconds that is not negative.
    pub fn millis(&self, key: &str, default: i64) -> Result<Duration, KafkaError> {
        let millis = self.long(key, default, 0..=i64::MAX)?;
        Ok(Duration::from_millis(millis.unsigned_abs()))
    }

    /// `true` or `false` in any case.
    pub fn boolean(&self, key: &str, default: bool) -> Result<bool, KafkaError> {
        match self.text(key) {
            None => Ok(default),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(text) => Err(invalid(key, text, "Expected value to be either true or false")),
        }
    }

    /// A comma separated list without empty items.
    pub fn list(&self, key: &str) -> Vec<&'a str> {
        let text = self.text(key).unwrap_or_default();
        text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect()
    }

    fn number<T>(&self, key: &str, default: T, range: RangeInclusive<T>, kind: &str) -> Result<T, KafkaError>
    where
        T: FromStr + PartialOrd + Display,
    {
        let Some(text) = self.text(key) else { return Ok(default) };
        let value: T = text.parse().map_err(|_| invalid(key, text, &format!("Not a number of type {kind}")))?;
        if value < *range.start() {
            return Err(invalid(key, text, &format!("Value must be at least {}", range.start())));
        }
        if value > *range.end() {
            return Err(invalid(key, text, &format!("Value must be no more than {}", range.end())));
        }
        Ok(value)
    }
}

/// Java's text for a value that does not fit.
pub(crate) fn invalid(key: &str, value: &str, why: &str) -> KafkaError {
    KafkaError::config(format!("Invalid value {value} for configuration {key}: {why}"))
}
