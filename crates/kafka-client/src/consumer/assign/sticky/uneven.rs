//! The sticky assignment where members read different topics: as balanced as their subscriptions allow.
//! ```text
//! owned and still wanted ─▶ the rest to who has fewest ─▶ move one by one while that balances ─▶ back, if it did not help
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::super::input::{Input, Owners, Slot};
use super::movements::Movements;
use super::{Claims, Previous, RackInfo};

pub(super) fn assign(input: &Input<'_>, claims: &Claims) -> Owners {
    let racks = RackInfo::new(input);
    let mut balance = Balance::new(input, claims, &racks);
    let sorted = balance.sorted_slots();
    let left: Vec<Slot> = sorted.iter().copied().filter(|slot| !balance.owner_of.contains_key(slot)).collect();
    let initializing = balance.owners.iter().all(Vec::is_empty);
    balance.give_all(&left);
    balance.retain_movable();
    let before = (balance.owners.clone(), balance.score());
    let may_move = |slot: &Slot| balance.readers[slot.topic].len() > 1;
    let left: Vec<Slot> = left.into_iter().filter(may_move).collect();
    let sorted: Vec<Slot> = sorted.into_iter().filter(may_move).collect();
    if !balance.took_away {
        balance.move_while_unbalanced(&left);
    }
    let moved = balance.move_while_unbalanced(&sorted);
    match !initializing && moved && balance.score() >= before.1 {
        true => before.0,
        false => balance.owners,
    }
}

/// A few rounds even everything out. The bound is for moves that would undo each other for ever.
const ROUNDS_MAX: usize = 100;

struct Balance<'a> {
    input: &'a Input<'a>,
    racks: &'a RackInfo<'a>,
    /// Who reads each topic.
    readers: Vec<Vec<usize>>,
    owners: Owners,
    owner_of: BTreeMap<Slot, usize>,
    /// Those that may get more or give away, with how much they have: who has fewest comes first.
    movable: BTreeSet<(usize, usize)>,
    previous: Previous,
    /// Something was taken from a member because it does not read that topic any more, or sits elsewhere.
    took_away: bool,
    movements: Movements,
}

impl<'a> Balance<'a> {
    fn new(input: &'a Input<'a>, claims: &Claims, racks: &'a RackInfo<'a>) -> Self {
        let readers = |topic| (0..input.members.len()).filter(move |&m| input.members[m].topics.contains(&topic));
        let mut balance = Self {
            input,
            racks,
            readers: (0..input.topics.len()).map(|topic| readers(topic).collect()).collect(),
            owners: input.no_owners(),
            owner_of: BTreeMap::new(),
            movable: BTreeSet::new(),
            previous: previous(input, claims),
            took_away: false,
            movements: Movements::default(),
        };
        (0..input.members.len()).for_each(|member| balance.keep(member, &claims.owned[member]));
        balance
    }

    fn keep(&mut self, member: usize, owned: &[Slot]) {
        for &slot in owned {
            if !self.input.members[member].topics.contains(&slot.topic) || self.racks.mismatch(member, slot) {
                self.took_away = true;
                continue;
            }
            self.owners[member].push(slot);
            self.owner_of.insert(slot, member);
        }
        self.movable.insert((self.owners[member].len(), member));
    }

    /// Every partition: first those that the fewest members read.
    fn sorted_slots(&self) -> Vec<Slot> {
        let mut topics: Vec<usize> = (0..self.readers.len()).collect();
        topics.sort_by_key(|&topic| self.readers[topic].len());
        topics.into_iter().flat_map(|topic| self.input.slots_of(topic)).collect()
    }

    fn give_all(&mut self, left: &[Slot]) {
        let mut left = left.to_vec();
        if self.racks.matter {
            left.retain(|&slot| !self.give_to_fewest(slot, true));
        }
        left.retain(|&slot| !self.give_to_fewest(slot, false));
    }

    fn give_to_fewest(&mut self, slot: Slot, near: bool) -> bool {
        let taker = self.fewest(slot, |member| !near || !self.racks.mismatch(member, slot));
        if let Some(member) = taker {
            self.movable.remove(&(self.owners[member].len(), member));
            self.owners[member].push(slot);
            self.owner_of.insert(slot, member);
            self.movable.insert((self.owners[member].len(), member));
        }
        taker.is_some()
    }

    fn fewest(&self, slot: Slot, may: impl Fn(usize) -> bool) -> Option<usize> {
        let reads = |member: &usize| self.input.members[*member].topics.contains(&slot.topic) && may(*member);
        self.movable.iter().map(|(_, member)| *member).find(reads)
    }

    /// Members that have all they can get, and nothing that anybody else reads, stay as they are.
    fn retain_movable(&mut self) {
        let can_get = |member: usize| self.input.members[member].topics.iter().map(|&t| self.input.len_of(t)).sum();
        let shares = |member: usize| self.owners[member].iter().any(|slot| self.readers[slot.topic].len() > 1);
        self.movable.retain(|&(count, member)| count < can_get(member) || shares(member));
    }

    /// How uneven it is: the differences of every two members.
    fn score(&self) -> usize {
        let counts: Vec<usize> = self.movable.iter().map(|(count, _)| *count).collect();
        // They are sorted: each is the greater one beside all before it.
        let pairs = counts.iter().enumerate().map(|(place, count)| place * count);
        let greater: usize = pairs.sum();
        let smaller: usize = counts.iter().rev().enumerate().map(|(place, count)| place * count).sum();
        greater - smaller
    }

    /// No member could take a partition from one that has at least two more.
    fn is_balanced(&self) -> bool {
        let (Some((min, _)), Some((max, _))) = (self.movable.first(), self.movable.last()) else { return true };
        if *max <= min + 1 {
            return true;
        }
        let greatest = self.greatest_owner_by_topic();
        self.movable
            .iter()
            .all(|&(count, member)| self.input.members[member].topics.iter().all(|&topic| count + 1 >= greatest[topic]))
    }

    fn greatest_owner_by_topic(&self) -> Vec<usize> {
        let mut greatest = vec![0; self.readers.len()];
        for &(count, member) in &self.movable {
            self.owners[member].iter().for_each(|slot| greatest[slot.topic] = count.max(greatest[slot.topic]));
        }
        greatest
    }

    fn move_while_unbalanced(&mut self, slots: &[Slot]) -> bool {
        let mut moved = false;
        for _ in 0..ROUNDS_MAX {
            let mut again = false;
            for &slot in slots {
                if self.is_balanced() {
                    return moved || again;
                }
                again |= self.move_if_better(slot);
            }
            if !again {
                break;
            }
            moved = true;
        }
        moved
    }

    fn move_if_better(&mut self, slot: Slot) -> bool {
        let Some(&owner) = self.owner_of.get(&slot) else { return false };
        let has_more = |other: usize| self.owners[owner].len() > self.owners[other].len() + 1;
        let before = self.previous.get(&slot).map(|(member, _)| *member);
        // Java would also give a partition back to who does not read its topic any more, and then rebalance for ever.
        let reads = |member: &usize| self.readers[slot.topic].contains(member);
        let to = match before.filter(|member| reads(member) && has_more(*member)) {
            Some(member) => Some(member),
            None if self.readers[slot.topic].iter().any(|&other| has_more(other)) => self.fewest(slot, |_| true),
            None => None,
        };
        let Some(to) = to else { return false };
        let moved = self.movements.instead_of(self.input, slot, owner, to);
        self.give_over(moved, to);
        true
    }

    fn give_over(&mut self, slot: Slot, to: usize) {
        let Some(from) = self.owner_of.insert(slot, to) else { return };
        for member in [from, to] {
            self.movable.remove(&(self.owners[member].len(), member));
        }
        self.movements.note(slot, from, to);
        self.owners[from].retain(|kept| *kept != slot);
        self.owners[to].push(slot);
        for member in [from, to] {
            self.movable.insert((self.owners[member].len(), member));
        }
    }
}

/// Who had a partition in a generation before the newest: it gets it back where that does not unbalance.
fn previous(input: &Input<'_>, claims: &Claims) -> Previous {
    let mut previous = Previous::new();
    for &member in &input.in_hash_order {
        let (slots, generation) = &claims.said[member];
        let generation = generation.unwrap_or(-1);
        if generation >= claims.generation_max {
            continue;
        }
        for &slot in slots {
            let entry = previous.entry(slot).or_insert((member, generation));
            if generation > entry.1 {
                *entry = (member, generation);
            }
        }
    }
    previous
}
