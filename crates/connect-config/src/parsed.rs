//! A configuration whose values have their types.

use std::borrow::Cow;

use indexmap::IndexMap;

use crate::{Class, Parsed, Password, Props};

/// The value of every defined key, beside the texts it was read from.
///
/// The typed getters answer `None` for null, for a key that is not defined and for one of another type.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ParsedConfig {
    values: IndexMap<String, Parsed>,
    originals: Props,
}

impl ParsedConfig {
    pub(crate) fn new(values: IndexMap<String, Parsed>, originals: Props) -> Self {
        Self { values, originals }
    }

    pub fn get(&self, name: &str) -> Option<&Parsed> {
        self.values.get(name)
    }

    pub(crate) fn value(&self, name: &str) -> Cow<'_, Parsed> {
        self.get(name).map_or(Cow::Owned(Parsed::Null), Cow::Borrowed)
    }

    pub fn boolean(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    pub fn string(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    pub fn int(&self, name: &str) -> Option<i32> {
        self.get(name)?.as_i32()
    }

    pub fn short(&self, name: &str) -> Option<i16> {
        self.get(name)?.as_i16()
    }

    pub fn long(&self, name: &str) -> Option<i64> {
        self.get(name)?.as_i64()
    }

    pub fn double(&self, name: &str) -> Option<f64> {
        self.get(name)?.as_f64()
    }

    pub fn list(&self, name: &str) -> Option<&[String]> {
        self.get(name)?.as_list()
    }

    pub fn class(&self, name: &str) -> Option<&Class> {
        self.get(name)?.as_class()
    }

    pub fn password(&self, name: &str) -> Option<&Password> {
        self.get(name)?.as_password()
    }

    /// In the order of definition.
    pub fn values(&self) -> impl Iterator<Item = (&str, &Parsed)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Everything that was given, unknown keys included.
    pub fn originals(&self) -> &Props {
        &self.originals
    }

    pub fn originals_with_prefix(&self, prefix: &str) -> Props {
        self.originals.with_prefix(prefix)
    }

    /// The keys that were given but are not defined.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        self.originals.keys().filter(|key| !self.values.contains_key(*key))
    }

    pub(crate) fn set(&mut self, name: &str, value: Parsed) {
        self.values.insert(name.to_owned(), value);
    }
}
