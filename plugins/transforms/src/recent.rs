//! What has been worked out for the keys (schemas, topics) that came last.

use std::sync::Arc;

use connect_api::ConnectError;

/// How many keys are remembered, as in the reference.
const SIZE: usize = 16;

/// A bounded memory, the last used first. A key is known again by its pointer, else by equality; equal keys in other
/// places share what was made of the first.
pub(crate) struct Recent<K: ?Sized, V> {
    entries: Vec<(Arc<K>, Arc<V>)>,
}

impl<K: ?Sized, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<K: ?Sized + Eq, V> Recent<K, V> {
    /// What belongs to `key`, made by `make` if it is not remembered.
    /// # Errors
    /// Those of `make`; nothing is remembered then.
    pub(crate) fn get(
        &mut self,
        key: &Arc<K>,
        make: impl FnOnce(&Arc<K>) -> Result<V, ConnectError>,
    ) -> Result<&V, ConnectError> {
        if !self.entries.first().is_some_and(|(known, _)| Arc::ptr_eq(known, key)) {
            self.bring_to_front(key, make)?;
        }
        Ok(&self.entries[0].1)
    }

    #[cold]
    fn bring_to_front(
        &mut self,
        key: &Arc<K>,
        make: impl FnOnce(&Arc<K>) -> Result<V, ConnectError>,
    ) -> Result<(), ConnectError> {
        if let Some(at) = self.entries.iter().position(|(known, _)| Arc::ptr_eq(known, key)) {
            self.entries[..=at].rotate_right(1);
            return Ok(());
        }
        let equal = self.entries.iter().find(|(known, _)| known == key).map(|(_, value)| Arc::clone(value));
        let value = equal.map_or_else(|| make(key).map(Arc::new), Ok)?;
        self.entries.truncate(SIZE - 1);
        self.entries.insert(0, (Arc::clone(key), value));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_the_last_by_pointer_and_by_equality() {
        let mut recent: Recent<str, usize> = Recent::default();
        let keys: Vec<Arc<str>> = (0..20).map(|n| n.to_string().into()).collect();
        for (n, key) in keys.iter().enumerate() {
            assert_eq!(recent.get(key, |_| Ok(n)).copied(), Ok(n));
        }
        let known = |recent: &mut Recent<str, usize>, key: &Arc<str>| {
            recent.get(key, |_| Err(ConnectError::data("no"))).copied()
        };
        assert_eq!(known(&mut recent, &keys[4]), Ok(4));
        assert_eq!(known(&mut recent, &keys[3]), Err(ConnectError::data("no")), "the seventeenth from the end");
        assert_eq!(known(&mut recent, &"19".into()), Ok(19), "an equal key elsewhere");
        assert_eq!(recent.entries.len(), SIZE);
    }
}
