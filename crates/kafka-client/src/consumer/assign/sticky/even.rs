//! The sticky assignment where all members read the same topics: every member gets `min` partitions, and some one more.
//! ```text
//! owned, up to the quota ─▶ the rest: near its replicas' racks first ─▶ then in turn to who has fewest
//! ```

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::super::input::{Input, Owners, Slot};
use super::{Claims, RackInfo};

/// What each member gets, and what of it somebody else had before.
pub(super) fn assign(input: &Input<'_>, claims: &Claims) -> (Owners, BTreeSet<Slot>) {
    let racks = RackInfo::new(input);
    let mut filling = Filling::new(input, claims, &racks);
    if input.members.is_empty() {
        return (filling.owners, filling.moving);
    }
    input.in_hash_order.iter().for_each(|&member| filling.keep(member));
    filling.under.sort_unstable();
    filling.at_min.make_contiguous().sort_unstable();
    let kept: BTreeSet<Slot> = filling.owners.iter().flatten().copied().collect();
    let mut left: Vec<Slot> = input.slots().filter(|slot| !kept.contains(slot)).collect();
    racks.sort(&mut left);
    if racks.matter {
        filling.give_near(&mut left);
    }
    filling.give_in_turn(&left);
    (filling.owners, filling.moving)
}

struct Filling<'a> {
    claims: &'a Claims,
    racks: &'a RackInfo<'a>,
    owners: Owners,
    min: usize,
    max: usize,
    /// So many members may still get `max`.
    over_min_left: usize,
    /// Members with less than `min`.
    under: Vec<usize>,
    /// Members with `min` that may get one more.
    at_min: VecDeque<usize>,
    /// Who had what it might not keep.
    let_go: BTreeMap<Slot, usize>,
    moving: BTreeSet<Slot>,
}

impl<'a> Filling<'a> {
    fn new(input: &Input<'_>, claims: &'a Claims, racks: &'a RackInfo<'a>) -> Self {
        let (all, members) = (input.slots().count(), input.members.len().max(1));
        Self {
            claims,
            racks,
            owners: input.no_owners(),
            min: all / members,
            max: all.div_ceil(members),
            over_min_left: all % members,
            under: Vec::new(),
            at_min: VecDeque::new(),
            let_go: BTreeMap::new(),
            moving: BTreeSet::new(),
        }
    }

    /// Gives a member what it had, as far as there is room.
    fn keep(&mut self, member: usize) {
        let (far, mut owned): (Vec<Slot>, Vec<Slot>) =
            self.claims.owned[member].iter().partition(|slot| self.racks.mismatch(member, **slot));
        self.let_go.extend(far.into_iter().map(|slot| (slot, member)));
        owned.retain(|slot| !self.claims.disputed.contains(slot));
        owned.sort_unstable_by_key(|slot| (slot.index, slot.topic));
        if owned.len() < self.min {
            self.owners[member] = owned;
            return self.under.push(member);
        }
        let fills = owned.len() >= self.max && self.over_min_left > 0;
        let room = if fills { self.max } else { self.min };
        let surplus = owned.split_off(room);
        self.let_go.extend(surplus.into_iter().map(|slot| (slot, member)));
        self.owners[member] = owned;
        if fills {
            self.fill_over_min();
        } else if self.over_min_left > 0 {
            self.at_min.push_back(member);
        }
    }

    /// One more member has `max`; after the last one, the others are complete with `min`.
    fn fill_over_min(&mut self) {
        self.over_min_left = self.over_min_left.saturating_sub(1);
        if self.over_min_left == 0 {
            self.at_min.clear();
        }
    }

    /// Takes out of `left` what some unfilled member is near to.
    fn give_near(&mut self, left: &mut Vec<Slot>) {
        let mut next = 0;
        left.retain(|&slot| {
            let taker = self.near_under(slot, &mut next).or_else(|| self.near_at_min(slot));
            if let Some(member) = taker {
                self.give(slot, member);
            }
            taker.is_none()
        });
    }

    fn near_under(&mut self, slot: Slot, next: &mut usize) -> Option<usize> {
        let len = self.under.len();
        let place = (0..len).map(|i| (*next + i) % len).find(|&at| self.racks.is_near(self.under[at], slot))?;
        let member = self.under[place];
        let with_it = self.owners[member].len() + 1;
        *next = place + 1;
        if with_it >= self.min {
            self.under.remove(place);
            *next = place;
            if with_it < self.max && self.over_min_left > 0 {
                self.at_min.push_back(member);
            }
        }
        *next = next.checked_rem(self.under.len()).unwrap_or(0);
        Some(member)
    }

    fn near_at_min(&mut self, slot: Slot) -> Option<usize> {
        let place = self.at_min.iter().position(|&member| self.racks.is_near(member, slot))?;
        let member = self.at_min[place];
        if self.owners[member].len() + 1 == self.max {
            self.at_min.remove(place);
            self.fill_over_min();
        }
        Some(member)
    }

    fn give_in_turn(&mut self, left: &[Slot]) {
        let mut next = 0;
        for &slot in left {
            if next >= self.under.len() {
                next = 0;
            }
            let Some(&member) = self.under.get(next) else {
                self.give_above_min(slot);
                continue;
            };
            self.give(slot, member);
            if self.owners[member].len() == self.min {
                self.under.remove(next);
                self.at_min.push_back(member);
            } else {
                next += 1;
            }
        }
    }

    fn give_above_min(&mut self, slot: Slot) {
        // There is always one who may have more; if the books were wrong, the partition must not be without a reader.
        let fewest = || (0..self.owners.len()).min_by_key(|&member| self.owners[member].len());
        if let Some(member) = self.at_min.pop_front().or_else(fewest) {
            self.give(slot, member);
        }
    }

    fn give(&mut self, slot: Slot, member: usize) {
        self.owners[member].push(slot);
        let was_anothers = self.let_go.get(&slot).is_some_and(|owner| *owner != member);
        if was_anothers || self.claims.disputed.contains(&slot) {
            self.moving.insert(slot);
        }
    }
}
