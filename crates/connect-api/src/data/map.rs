//! A map with keys of any type that keeps the order of insertion.

use std::hash::{Hash, Hasher};

use bytestring::ByteString;
use foldhash::quality::RandomState;
use indexmap::{Equivalent, IndexMap};

use super::Value;

/// Pairs in order of insertion, one for each key. Equality ignores the order, as in Java.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Map(IndexMap<Value, Value, RandomState>);

impl Map {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn with_capacity(entries: usize) -> Self {
        Self(IndexMap::with_capacity_and_hasher(entries, RandomState::default()))
    }

    /// Sets `key`; a key that was there keeps its place. Returns the former value.
    pub fn insert(&mut self, key: Value, value: Value) -> Option<Value> {
        self.0.insert(key, value)
    }

    pub fn get(&self, key: &Value) -> Option<&Value> {
        self.0.get(key)
    }

    /// The value of a string key.
    pub fn get_str(&self, key: &str) -> Option<&Value> {
        self.0.get(&StringKey(key))
    }

    /// The value of a string key, to be changed.
    pub fn get_str_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.0.get_mut(&StringKey(key))
    }

    /// Removes a string key; the order of the others stays.
    pub fn remove_str(&mut self, key: &str) -> Option<Value> {
        self.0.shift_remove(&StringKey(key))
    }

    /// Keeps the entries for which `keep` is true, in their order.
    pub fn retain(&mut self, mut keep: impl FnMut(&Value, &mut Value) -> bool) {
        self.0.retain(|key, value| keep(key, value));
    }

    /// Removes `key`; the order of the others stays.
    pub fn remove(&mut self, key: &Value) -> Option<Value> {
        self.0.shift_remove(key)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Value, &Value)> {
        self.0.iter()
    }
}

/// Finds the entry of a string key without making a value of it.
struct StringKey<'a>(&'a str);

impl Hash for StringKey<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // As `Value` hashes a string.
        std::mem::discriminant(&Value::String(ByteString::new())).hash(state);
        self.0.hash(state);
    }
}

impl Equivalent<Value> for StringKey<'_> {
    fn equivalent(&self, key: &Value) -> bool {
        key.as_str() == Some(self.0)
    }
}

impl FromIterator<(Value, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (Value, Value)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl IntoIterator for Map {
    type Item = (Value, Value);
    type IntoIter = indexmap::map::IntoIter<Value, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Independent of the order, so that equal maps hash alike.
impl Hash for Map {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let sum = self.0.iter().fold(0u64, |sum, pair| {
            let mut hasher = std::hash::DefaultHasher::new();
            pair.hash(&mut hasher);
            sum.wrapping_add(hasher.finish())
        });
        state.write_u64(sum);
    }
}
