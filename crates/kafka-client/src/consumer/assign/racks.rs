//! Which member is near which partition.
//!
//! Source: Apache Kafka, `AbstractPartitionAssignor.useRackAwareAssignment` and `AbstractStickyAssignor.RackInfo`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::input::{Input, Slot};

/// Whether racks make a difference: some member's rack has replicas, and not every partition is in every rack.
pub(super) fn needs_racks<'a>(
    of_members: BTreeSet<&str>,
    of_partitions: impl Iterator<Item = &'a [Arc<str>]> + Clone,
) -> bool {
    let all: BTreeSet<&str> = of_partitions.clone().flatten().map(|rack| &**rack).collect();
    let mut of_partitions = of_partitions;
    !of_members.is_disjoint(&all) && of_partitions.any(|racks| racks.len() != all.len())
}

/// The racks, as the sticky assignors use them.
pub(super) struct RackInfo<'a> {
    input: &'a Input<'a>,
    /// How many members each rack has.
    members: BTreeMap<&'a str, usize>,
    pub(super) matter: bool,
}

impl<'a> RackInfo<'a> {
    pub(super) fn new(input: &'a Input<'a>) -> Self {
        let mut members = BTreeMap::new();
        for rack in input.members.iter().filter_map(|member| member.rack) {
            *members.entry(rack).or_default() += 1;
        }
        let of_partitions: Vec<&[Arc<str>]> = input.slots().map(|slot| input.racks(slot)).collect();
        let matter = needs_racks(members.keys().copied().collect(), of_partitions.iter().copied());
        Self { input, members, matter }
    }

    /// The member has a rack, and no replica is there.
    pub(super) fn mismatch(&self, member: usize, slot: Slot) -> bool {
        self.rack_of(member).is_some_and(|rack| !self.is_in(slot, rack))
    }

    pub(super) fn is_near(&self, member: usize, slot: Slot) -> bool {
        self.rack_of(member).is_some_and(|rack| self.is_in(slot, rack))
    }

    /// Those with the fewest members near them come first; otherwise as they are.
    pub(super) fn sort(&self, slots: &mut [Slot]) {
        let near = |rack: &Arc<str>| self.members.get(&**rack).copied().unwrap_or(0);
        slots.sort_by_key(|slot| self.input.racks(*slot).iter().map(near).sum::<usize>());
    }

    fn rack_of(&self, member: usize) -> Option<&'a str> {
        self.input.members[member].rack.filter(|_| self.matter)
    }

    fn is_in(&self, slot: Slot, rack: &str) -> bool {
        self.input.racks(slot).iter().any(|of_replica| **of_replica == *rack)
    }
}
