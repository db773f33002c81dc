//! An ordered map of keys to strings: what a properties file or a REST body holds before anybody interprets it.

use std::fmt;

use indexmap::IndexMap;

/// Keys and their values in insertion order. A value may be null: REST bodies can say so, files cannot.
///
/// Two are equal if they hold the same entries, whatever their order. `Debug` prints the keys only, because values may
/// be secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Props {
    entries: IndexMap<String, Option<String>>,
}

impl Props {
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of a key that is present and not null.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.entries.get(key)?.as_deref()
    }

    /// Tells a null value (`Some(None)`) from an absent key (`None`).
    pub fn entry(&self, key: &str) -> Option<Option<&str>> {
        self.entries.get(key).map(Option::as_deref)
    }

    /// True for a key with a null value too.
    pub fn contains_key(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Sets a value. A key that is already there keeps its place.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.entries.insert(key.into(), Some(value.into()));
    }

    /// As [`insert`](Self::insert), for a value that may be null.
    pub fn insert_nullable(&mut self, key: impl Into<String>, value: Option<String>) {
        self.entries.insert(key.into(), value);
    }

    /// Takes a key out and returns its value; the others keep their order.
    pub fn remove(&mut self, key: &str) -> Option<String> {
        self.entries.shift_remove(key).flatten()
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Every entry in insertion order, null values included.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.entries.iter().map(|(key, value)| (key.as_str(), value.as_deref()))
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The entries whose key begins with `prefix` and is longer than it, with the prefix cut off.
    /// Source: Apache Kafka, `AbstractConfig.originalsWithPrefix`.
    pub fn with_prefix(&self, prefix: &str) -> Self {
        self.iter()
            .filter_map(|(key, value)| Some((key.strip_prefix(prefix)?, value)))
            .filter(|(key, _)| !key.is_empty())
            .collect()
    }

    /// Lays the entries of `other` over this one's.
    pub fn merge(&mut self, other: &Self) {
        self.extend(other.iter().map(|(key, value)| (key.to_owned(), value.map(str::to_owned))));
    }
}

impl fmt::Debug for Props {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.entries.keys()).finish()
    }
}

impl Extend<(String, Option<String>)> for Props {
    fn extend<I: IntoIterator<Item = (String, Option<String>)>>(&mut self, entries: I) {
        self.entries.extend(entries);
    }
}

impl FromIterator<(String, Option<String>)> for Props {
    fn from_iter<I: IntoIterator<Item = (String, Option<String>)>>(entries: I) -> Self {
        Self { entries: entries.into_iter().collect() }
    }
}

impl FromIterator<(String, String)> for Props {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(entries: I) -> Self {
        entries.into_iter().map(|(key, value)| (key, Some(value))).collect()
    }
}

impl<'a> FromIterator<(&'a str, Option<&'a str>)> for Props {
    fn from_iter<I: IntoIterator<Item = (&'a str, Option<&'a str>)>>(entries: I) -> Self {
        entries.into_iter().map(|(key, value)| (key.to_owned(), value.map(str::to_owned))).collect()
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Props {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(entries: I) -> Self {
        entries.into_iter().map(|(key, value)| (key, Some(value))).collect()
    }
}

impl<'a, const N: usize> From<[(&'a str, &'a str); N]> for Props {
    fn from(entries: [(&'a str, &'a str); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl IntoIterator for Props {
    type Item = (String, Option<String>);
    type IntoIter = indexmap::map::IntoIter<String, Option<String>>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_nulls_and_secrets() {
        let mut props = Props::from([("b", "1"), ("a.x", "2"), ("a.", "3")]);
        props.insert_nullable("a.n", None);
        props.insert("b", "4");
        assert_eq!(props.keys().collect::<Vec<_>>(), ["b", "a.x", "a.", "a.n"]);
        assert_eq!((props.get("a.n"), props.entry("a.n"), props.entry("zz")), (None, Some(None), None));
        let stripped = props.with_prefix("a.");
        assert_eq!(stripped.iter().collect::<Vec<_>>(), [("x", Some("2")), ("n", None)]);
        assert_eq!(format!("{:?}", Props::from([("sasl.jaas.config", "secret")])), r#"{"sasl.jaas.config"}"#);
        assert_eq!(props.remove("b").as_deref(), Some("4"));
    }
}
