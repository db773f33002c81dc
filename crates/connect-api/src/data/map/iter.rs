//! The entries of a map, one after the other.

use super::{Entries, Map};
use crate::data::Value;

/// Borrowed entries, in order of insertion.
pub struct Iter<'a>(Borrowed<'a>);

enum Borrowed<'a> {
    Few(std::slice::Iter<'a, (Value, Value)>),
    Many(indexmap::map::Iter<'a, Value, Value>),
}

impl<'a> Iter<'a> {
    pub(super) fn new(entries: &'a Entries) -> Self {
        Self(match entries {
            Entries::Few(few) => Borrowed::Few(few.iter()),
            Entries::Many(many) => Borrowed::Many(many.iter()),
        })
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a Value, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Borrowed::Few(few) => few.next().map(|(key, value)| (key, value)),
            Borrowed::Many(many) => many.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Borrowed::Few(few) => few.size_hint(),
            Borrowed::Many(many) => many.size_hint(),
        }
    }
}

impl ExactSizeIterator for Iter<'_> {}

/// Owned entries, in order of insertion.
pub struct IntoIter(Owned);

enum Owned {
    Few(std::vec::IntoIter<(Value, Value)>),
    Many(indexmap::map::IntoIter<Value, Value>),
}

impl Iterator for IntoIter {
    type Item = (Value, Value);

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Owned::Few(few) => few.next(),
            Owned::Many(many) => many.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Owned::Few(few) => few.size_hint(),
            Owned::Many(many) => many.size_hint(),
        }
    }
}

impl ExactSizeIterator for IntoIter {}

impl IntoIterator for Map {
    type Item = (Value, Value);
    type IntoIter = IntoIter;

    fn into_iter(self) -> IntoIter {
        IntoIter(match self.0 {
            Entries::Few(few) => Owned::Few(few.into_iter()),
            Entries::Many(many) => Owned::Many(many.into_iter()),
        })
    }
}
