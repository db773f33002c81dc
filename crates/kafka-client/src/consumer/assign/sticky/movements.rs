//! Which partitions a rebalance has moved so far, so that a later move can undo an earlier one instead of making a detour.

use std::collections::BTreeMap;

use super::super::input::{Input, Slot};
use super::super::java_order;

/// From whom to whom.
type Pair = (usize, usize);

#[derive(Default)]
pub(super) struct Movements {
    by_topic: BTreeMap<(usize, Pair), HashedSlots>,
    pair_of: BTreeMap<Slot, Pair>,
}

/// A set of partitions as Java's: the first one is that of the first bucket. A table never shrinks.
#[derive(Default)]
struct HashedSlots {
    slots: Vec<Slot>,
    len_max: usize,
}

impl HashedSlots {
    fn insert(&mut self, slot: Slot) {
        self.slots.push(slot);
        self.len_max = self.len_max.max(self.slots.len());
    }

    fn first(&self, input: &Input<'_>) -> Option<Slot> {
        let capacity = java_order::capacity(self.len_max);
        let bucket = |slot: &&Slot| {
            let index = i32::try_from(slot.index).unwrap_or(i32::MAX);
            java_order::bucket(java_order::hash_partition(&input.topics[slot.topic].0, index), capacity)
        };
        self.slots.iter().min_by_key(bucket).copied()
    }
}

impl Movements {
    pub(super) fn note(&mut self, slot: Slot, from: usize, to: usize) {
        let origin = match self.pair_of.remove(&slot) {
            Some(earlier) => {
                self.forget(slot, earlier);
                earlier.0
            }
            None => from,
        };
        if origin != to {
            self.by_topic.entry((slot.topic, (origin, to))).or_default().insert(slot);
            self.pair_of.insert(slot, (origin, to));
        }
    }

    fn forget(&mut self, slot: Slot, pair: Pair) {
        let key = (slot.topic, pair);
        let Some(moved) = self.by_topic.get_mut(&key) else { return };
        moved.slots.retain(|kept| *kept != slot);
        if moved.slots.is_empty() {
            self.by_topic.remove(&key);
        }
    }

    /// What to move instead of `slot`: if one of its topic went the other way, that one goes back.
    pub(super) fn instead_of(&self, input: &Input<'_>, slot: Slot, from: usize, to: usize) -> Slot {
        let origin = self.pair_of.get(&slot).map_or(from, |pair| pair.0);
        let back = self.by_topic.get(&(slot.topic, (to, origin)));
        back.and_then(|moved| moved.first(input)).unwrap_or(slot)
    }
}
