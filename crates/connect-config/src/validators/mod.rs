//! Checks of parsed values beyond their type. Each has the reference's text, and its `toString` as description.

mod classes;
mod lists;
mod regex;
mod strings;

use std::fmt;

pub use classes::{ConcreteSubclass, InstantiableClass};
pub use lists::{ListSize, ValidList};
pub use regex::ValidRegex;
pub use strings::{CaseInsensitiveValidString, NonEmptyString, NonEmptyStringWithoutControlChars, ValidString};

use crate::{ConfigException, Parsed};

/// Says whether a parsed value is acceptable. Called after the value was read as the key's type, with null where it is
/// unset, and during validation also where it is missing or malformed.
pub trait Validator: Send + Sync + fmt::Debug {
    /// # Errors
    /// The value must not be used; the text is what the user reads.
    fn ensure_valid(&self, name: &str, value: &Parsed) -> Result<(), ConfigException>;

    /// What it accepts, for the documentation.
    fn describe(&self) -> String;

    /// True if items of a list that come again are left out before the validator sees them. Only where the list is
    /// read to be used; where it is only looked at they are told.
    fn removes_duplicates(&self) -> bool {
        false
    }
}

/// Numbers between two bounds, both included. Null is refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    min: Parsed,
    max: Parsed,
}

impl Range {
    pub fn at_least(min: impl Into<Parsed>) -> Self {
        Self { min: min.into(), max: Parsed::Null }
    }

    pub fn between(min: impl Into<Parsed>, max: impl Into<Parsed>) -> Self {
        Self { min: min.into(), max: max.into() }
    }
}

impl Validator for Range {
    fn ensure_valid(&self, name: &str, value: &Parsed) -> Result<(), ConfigException> {
        let Some(number) = value.as_number() else {
            return Err(ConfigException::invalid(name, value, "Value must be non-null"));
        };
        if self.min.as_number().is_some_and(|min| number < min) {
            return Err(ConfigException::invalid(name, value, format_args!("Value must be at least {}", self.min)));
        }
        if self.max.as_number().is_some_and(|max| number > max) {
            return Err(ConfigException::invalid(name, value, format_args!("Value must be no more than {}", self.max)));
        }
        Ok(())
    }

    fn describe(&self) -> String {
        match (&self.min, &self.max) {
            (Parsed::Null, Parsed::Null) => "[...]".to_owned(),
            (Parsed::Null, max) => format!("[...,{max}]"),
            (min, Parsed::Null) => format!("[{min},...]"),
            (min, max) => format!("[{min},...,{max}]"),
        }
    }
}

/// Anything but null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NonNull;

impl Validator for NonNull {
    fn ensure_valid(&self, name: &str, value: &Parsed) -> Result<(), ConfigException> {
        if value.is_null() { Err(ConfigException::invalid(name, value, "entry must be non null")) } else { Ok(()) }
    }

    fn describe(&self) -> String {
        "non-null string".to_owned()
    }
}

/// Null, or what the other validator accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrNull<V>(pub V);

impl<V: Validator> Validator for OrNull<V> {
    fn ensure_valid(&self, name: &str, value: &Parsed) -> Result<(), ConfigException> {
        if value.is_null() { Ok(()) } else { self.0.ensure_valid(name, value) }
    }

    fn describe(&self) -> String {
        self.0.describe()
    }
}

/// What every one of them accepts; the first that refuses has the word.
#[derive(Debug)]
pub struct Composite(pub Vec<Box<dyn Validator>>);

impl Validator for Composite {
    fn ensure_valid(&self, name: &str, value: &Parsed) -> Result<(), ConfigException> {
        self.0.iter().try_for_each(|validator| validator.ensure_valid(name, value))
    }

    fn describe(&self) -> String {
        let parts: Vec<String> = self.0.iter().map(|validator| validator.describe()).collect();
        parts.join(", ")
    }
}

/// A check by a function: for rules that only one key has.
pub struct Lambda<F> {
    description: String,
    check: F,
}

impl<F> Lambda<F>
where
    F: Fn(&str, &Parsed) -> Result<(), ConfigException> + Send + Sync,
{
    pub fn new(description: impl Into<String>, check: F) -> Self {
        Self { description: description.into(), check }
    }
}

impl<F> fmt::Debug for Lambda<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Lambda").field(&self.description).finish()
    }
}

impl<F> Validator for Lambda<F>
where
    F: Fn(&str, &Parsed) -> Result<(), ConfigException> + Send + Sync,
{
    fn ensure_valid(&self, name: &str, value: &Parsed) -> Result<(), ConfigException> {
        (self.check)(name, value)
    }

    fn describe(&self) -> String {
        self.description.clone()
    }
}

#[cfg(test)]
mod tests;
