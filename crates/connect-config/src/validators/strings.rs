//! Validators of STRING values.

use super::Validator;
use crate::{ConfigException, Parsed};

/// One of a few words, in exactly this spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidString(Vec<String>);

impl ValidString {
    pub fn one_of<S: Into<String>>(words: impl IntoIterator<Item = S>) -> Self {
        Self(words.into_iter().map(Into::into).collect())
    }

    pub(super) fn words(&self) -> &[String] {
        &self.0
    }
}

impl Validator for ValidString {
    fn ensure_valid(&self, name: &str, value: &Parsed) -> Result<(), ConfigException> {
        if value.as_str().is_some_and(|word| self.0.iter().any(|valid| valid == word)) {
            return Ok(());
        }
        Err(ConfigException::invalid(name, value, format_args!("String must be one of: {}", self.0.join(", "))))
    }

    fn describe(&self) -> String {
        format!("[{}]", self.0.join(", "))
    }
}

/// One of a few words in any case; they are shown in upper case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseInsensitiveValidString(Vec<String>);

impl CaseInsensitiveValidString {
    pub fn one_of<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> Self {
        Self(words.into_iter().map(|word| word.as_ref().to_uppercase()).collect())
    }
}

impl Validator for CaseInsensitiveValidString {
    fn ensure_valid(&self, name: &str, value: &Parsed) -> Result<(), ConfigException> {
        if value.as_str().is_some_and(|word| self.0.contains(&word.to_uppercase())) {
            return Ok(());
        }
        let why = format_args!("String must be one of (case insensitive): {}", self.0.join(", "));
        Err(ConfigException::invalid(name, value, why))
    }

    fn describe(&self) -> String {
        format!("(case insensitive) [{}]", self.0.join(", "))
    }
}

/// Any string but the empty one; null is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NonEmptyString;

impl Validator for NonEmptyString {
    fn ensure_valid(&self, name: &str, value: &Parsed) -> Result<(), ConfigException> {
        if value.as_str() == Some("") {
            return Err(ConfigException::invalid(name, value, "String must be non-empty"));
        }
        Ok(())
    }

    fn describe(&self) -> String {
        "non-empty string".to_owned()
    }
}

/// A string of at least one character, none of them an ISO control; null is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NonEmptyStringWithoutControlChars;

impl Validator for NonEmptyStringWithoutControlChars {
    fn ensure_valid(&self, name: &str, value: &Parsed) -> Result<(), ConfigException> {
        let Some(text) = value.as_str() else { return Ok(()) };
        if text.is_empty() {
            return Err(ConfigException::invalid(name, value, "String may not be empty"));
        }
        let controls: Vec<String> = text.chars().filter(|c| c.is_control()).map(|c| u32::from(c).to_string()).collect();
        if controls.is_empty() {
            return Ok(());
        }
        let found = controls.join(", ");
        let why = format_args!("String may not contain control sequences but had the following ASCII chars: {found}");
        Err(ConfigException::invalid(name, value, why))
    }

    fn describe(&self) -> String {
        "non-empty string without ISO control characters".to_owned()
    }
}
