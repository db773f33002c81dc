//! A validator of patterns in Java's syntax.

use super::Validator;
use crate::{ConfigException, JavaRegex, Parsed};

/// A string that Java's `Pattern.compile` takes. Null is refused, in the words that the JDK finds for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValidRegex;

impl Validator for ValidRegex {
    fn ensure_valid(&self, name: &str, value: &Parsed) -> Result<(), ConfigException> {
        let Some(pattern) = value.as_str() else {
            let why = "Invalid regex: Cannot invoke \"String.isEmpty()\" because \"this.pattern\" is null";
            return Err(ConfigException::invalid(name, value, why));
        };
        JavaRegex::new(pattern)
            .map(drop)
            .map_err(|error| ConfigException::invalid(name, value, format_args!("Invalid regex: {error}")))
    }

    fn describe(&self) -> String {
        "valid regex".to_owned()
    }
}
