//! A map with keys of any type that keeps the order of insertion.

mod iter;

use std::hash::{Hash, Hasher};

use bytestring::ByteString;
use foldhash::quality::RandomState;
use indexmap::{Equivalent, IndexMap};

use super::Value;

pub use iter::{IntoIter, Iter};

/// Pairs in order of insertion, one for each key. Equality ignores the order, as in Java.
#[derive(Clone)]
pub struct Map(Entries);

/// Up to so many entries are searched one by one, which costs less than hashing.
const FEW: usize = 16;

#[derive(Clone)]
enum Entries {
    Few(Vec<(Value, Value)>),
    Many(Box<IndexMap<Value, Value, RandomState>>),
}

impl Default for Map {
    fn default() -> Self {
        Self::with_capacity(0)
    }
}

impl Map {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn with_capacity(entries: usize) -> Self {
        if entries <= FEW {
            return Self(Entries::Few(Vec::with_capacity(entries)));
        }
        Self(Entries::Many(Box::new(IndexMap::with_capacity_and_hasher(entries, RandomState::default()))))
    }

    /// Sets `key`; a key that was there keeps its place. Returns the former value.
    pub fn insert(&mut self, key: Value, value: Value) -> Option<Value> {
        match &mut self.0 {
            Entries::Few(few) => match few.iter().position(|(known, _)| *known == key) {
                Some(at) => Some(std::mem::replace(&mut few[at].1, value)),
                None if few.len() < FEW => {
                    few.push((key, value));
                    None
                }
                None => {
                    let pairs = std::mem::take(few).into_iter().chain([(key, value)]);
                    self.0 = Entries::Many(Box::new(pairs.collect()));
                    None
                }
            },
            Entries::Many(many) => many.insert(key, value),
        }
    }

    pub fn get(&self, key: &Value) -> Option<&Value> {
        self.find(key)
    }

    /// The value of a string key.
    pub fn get_str(&self, key: &str) -> Option<&Value> {
        self.find(&StringKey(key))
    }

    /// The value of a string key, to be changed.
    pub fn get_str_mut(&mut self, key: &str) -> Option<&mut Value> {
        let key = StringKey(key);
        match &mut self.0 {
            Entries::Few(few) => few.iter_mut().find(|(known, _)| key.equivalent(known)).map(|(_, value)| value),
            Entries::Many(many) => many.get_mut(&key),
        }
    }

    fn find<Q: Hash + Equivalent<Value>>(&self, key: &Q) -> Option<&Value> {
        match &self.0 {
            Entries::Few(few) => few.iter().find(|(known, _)| key.equivalent(known)).map(|(_, value)| value),
            Entries::Many(many) => many.get(key),
        }
    }

    /// Keeps the entries for which `keep` is true, in their order.
    pub fn retain(&mut self, mut keep: impl FnMut(&Value, &mut Value) -> bool) {
        match &mut self.0 {
            Entries::Few(few) => few.retain_mut(|(key, value)| keep(key, value)),
            Entries::Many(many) => many.retain(|key, value| keep(key, value)),
        }
    }

    /// Removes `key`; the order of the others stays.
    pub fn remove(&mut self, key: &Value) -> Option<Value> {
        match &mut self.0 {
            Entries::Few(few) => few.iter().position(|(known, _)| known == key).map(|at| few.remove(at).1),
            Entries::Many(many) => many.shift_remove(key),
        }
    }

    pub fn len(&self) -> usize {
        match &self.0 {
            Entries::Few(few) => few.len(),
            Entries::Many(many) => many.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn iter(&self) -> Iter<'_> {
        Iter::new(&self.0)
    }
}

impl std::fmt::Debug for Map {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

impl Eq for Map {}

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
        let pairs = pairs.into_iter();
        let mut map = Self::with_capacity(pairs.size_hint().0);
        for (key, value) in pairs {
            map.insert(key, value);
        }
        map
    }
}

/// Independent of the order, so that equal maps hash alike.
impl Hash for Map {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let sum = self.iter().fold(0u64, |sum, pair| {
            let mut hasher = std::hash::DefaultHasher::new();
            pair.hash(&mut hasher);
            sum.wrapping_add(hasher.finish())
        });
        state.write_u64(sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_entries_behave_alike() {
        let pair = |n: i32| (Value::string(format!("k{n}")), Value::Int32(n));
        for len in [0, 1, 15, 16, 17, 18, 40] {
            let mut map: Map = (0..len).map(pair).collect();
            let backwards: Map = (0..len).rev().map(pair).collect();
            assert_eq!(map, backwards, "{len}");
            assert!(map.iter().map(|(_, value)| value.clone()).eq((0..len).map(Value::Int32)), "{len} in order");
            assert_eq!(map.insert("k0".into(), Value::Null), (len > 0).then_some(Value::Int32(0)));
            assert_eq!(map.get_str("k0"), Some(&Value::Null));
            map.retain(|_, value| !value.is_null());
            assert_eq!(map.get_str("k0"), None);
            assert_eq!(map.remove(&"k1".into()), (len > 1).then_some(Value::Int32(1)));
            assert_eq!(map.into_iter().len(), usize::try_from(len - 2).unwrap_or(0));
        }
    }
}
