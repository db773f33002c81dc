//! A bounded map of what was used last.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

/// Keeps at least the last half of `size` entries that were used, and never more than `size` (two, if it is one).
/// Entries live in two generations: when the young one is full it becomes the old one, and what was old and unused goes.
pub(super) struct Cache<K, V> {
    generation_size: usize,
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K: Hash + Eq, V: Clone> Cache<K, V> {
    /// With a `size` below one nothing is kept.
    pub(super) fn new(size: i32) -> Self {
        let generation_size = usize::try_from(size).unwrap_or(0).div_ceil(2);
        Self { generation_size, young: HashMap::new(), old: HashMap::new() }
    }

    pub(super) fn keeps_nothing(&self) -> bool {
        self.generation_size == 0
    }

    pub(super) fn get<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        if let Some(value) = self.young.get(key) {
            return Some(value.clone());
        }
        let (key, value) = self.old.remove_entry(key)?;
        self.insert(key, value.clone());
        Some(value)
    }

    pub(super) fn insert(&mut self, key: K, value: V) {
        if self.keeps_nothing() {
            return;
        }
        if self.young.len() >= self.generation_size {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_is_used() {
        let mut cache = Cache::new(10);
        for key in 0..1000 {
            cache.insert(key, key);
            assert_eq!(cache.get(&0), Some(0), "used all the time, after {key}");
            assert!(cache.young.len() + cache.old.len() <= 10);
        }
        assert_eq!((cache.get(&999), cache.get(&500)), (Some(999), None));
        for size in [0, -1] {
            let mut none = Cache::new(size);
            none.insert(1, 1);
            assert_eq!(none.get(&1), None);
        }
    }
}
