//! Validators of LIST values.

use std::collections::HashSet;

use super::{ValidString, Validator};
use crate::{ConfigException, Parsed};

/// A list without duplicate or empty items, and perhaps only of some words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidList {
    valid: ValidString,
    empty_allowed: bool,
    null_allowed: bool,
}

impl ValidList {
    /// Any items, as long as none comes twice.
    pub fn any_non_duplicate_values(empty_allowed: bool, null_allowed: bool) -> Self {
        Self { valid: ValidString::one_of::<&str>([]), empty_allowed, null_allowed }
    }

    /// Only these items; the list may be empty.
    pub fn of<S: Into<String>>(words: impl IntoIterator<Item = S>) -> Self {
        Self { valid: ValidString::one_of(words), empty_allowed: true, null_allowed: false }
    }

    /// Only these items, and at least one of them.
    pub fn non_empty_of<S: Into<String>>(words: impl IntoIterator<Item = S>) -> Self {
        Self { empty_allowed: false, ..Self::of(words) }
    }

    fn check_item(&self, name: &str, item: &str) -> Result<(), ConfigException> {
        if item.is_empty() {
            return Err(ConfigException::new(format!("Configuration '{name}' values must not be empty.")));
        }
        if self.valid.words().is_empty() { Ok(()) } else { self.valid.ensure_valid(name, &item.into()) }
    }
}

impl Validator for ValidList {
    fn ensure_valid(&self, name: &str, value: &Parsed) -> Result<(), ConfigException> {
        let error = |what: &str| Err(ConfigException::new(format!("Configuration '{name}' {what}")));
        let Some(items) = value.as_list() else {
            return if self.null_allowed { Ok(()) } else { error("values must not be null.") };
        };
        if items.is_empty() && !self.empty_allowed {
            let any = self.valid.words().is_empty();
            let valid = if any { "any non-empty value".to_owned() } else { self.valid.describe() };
            return error(&format!("must not be empty. Valid values include: {valid}"));
        }
        if items.iter().collect::<HashSet<_>>().len() != items.len() {
            return error("values must not be duplicated.");
        }
        items.iter().try_for_each(|item| self.check_item(name, item))
    }

    fn describe(&self) -> String {
        if self.valid.words().is_empty() { String::new() } else { self.valid.describe() }
    }

    fn removes_duplicates(&self) -> bool {
        true
    }
}

/// A list of at most so many items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListSize {
    max: usize,
}

impl ListSize {
    pub fn at_most(max: usize) -> Self {
        Self { max }
    }
}

impl Validator for ListSize {
    fn ensure_valid(&self, name: &str, value: &Parsed) -> Result<(), ConfigException> {
        if value.as_list().is_some_and(|items| items.len() > self.max) {
            let why = format_args!("exceeds maximum list size of [{}].", self.max);
            return Err(ConfigException::invalid(name, value, why));
        }
        Ok(())
    }

    fn describe(&self) -> String {
        format!("List containing maximum of {} elements", self.max)
    }
}
