//! What the members say they had, made consistent: a partition has one previous owner, or none.

use std::collections::{BTreeMap, BTreeSet};

use super::super::input::{Input, Owners, Reader, Slot};
use super::super::user_data::Claim;

pub(super) struct Claims {
    /// What each member may keep.
    pub(super) owned: Owners,
    /// Claimed by several in one generation: nobody may keep it.
    pub(super) disputed: BTreeSet<Slot>,
    pub(super) all_read_the_same: bool,
    /// What each member said, with its generation.
    pub(super) said: Vec<(Vec<Slot>, Option<i32>)>,
    pub(super) generation_max: i32,
}

impl Claims {
    pub(super) fn new(input: &Input<'_>, claim: impl Fn(usize) -> Claim) -> Self {
        let said: Vec<_> = (0..input.members.len()).map(&claim).collect();
        let said: Vec<(Vec<Slot>, Option<i32>)> = said
            .into_iter()
            .map(|claim| (claim.partitions.iter().filter_map(|name| input.slot(name)).collect(), claim.generation))
            .collect();
        let generation_max = said.iter().filter_map(|(_, generation)| *generation).max().unwrap_or(-1).max(-1);
        let mut claims = Self {
            owned: input.no_owners(),
            disputed: BTreeSet::new(),
            all_read_the_same: all_read_the_same(input),
            said,
            generation_max,
        };
        claims.settle(input);
        claims
    }

    /// The newer generation wins; of two claims in the same, none.
    fn settle(&mut self, input: &Input<'_>) {
        let mut owner_of: BTreeMap<Slot, usize> = BTreeMap::new();
        for &member in &input.in_hash_order {
            let (slots, generation) = &self.said[member];
            let generation = generation.unwrap_or(-1);
            for &slot in slots {
                let Some(&other) = owner_of.get(&slot) else {
                    self.owned[member].push(slot);
                    owner_of.insert(slot, member);
                    continue;
                };
                // As Java: of the one looked at before, what the subscription says, not the user data.
                let of_other = input.members[other].wanted.generation.max(-1);
                if generation < of_other {
                    continue;
                }
                self.owned[other].retain(|kept| *kept != slot);
                owner_of.insert(slot, member);
                if generation == of_other {
                    self.disputed.insert(slot);
                } else {
                    self.owned[member].push(slot);
                }
            }
        }
    }
}

/// Java lets a member without topics (its pattern matches none yet) pass for one that reads what the others do.
fn all_read_the_same(input: &Input<'_>) -> bool {
    let first = input.members.first().map(topics);
    input.members.iter().all(|member| Some(topics(member)) == first)
}

fn topics<'a>(member: &Reader<'a>) -> BTreeSet<&'a str> {
    member.wanted.topics.iter().map(String::as_str).collect()
}
