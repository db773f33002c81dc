//! The range assignor: topic by topic, each member gets one contiguous run of partitions.
//! ```text
//! topic ─▶ Shares (quota of each reader) ─▶ by rack, where readers and replicas name some ─▶ the rest in runs
//! ```
//! Topics with the same readers and as many partitions are matched with racks together: their n-th partitions stay together.
//!
//! Source: Apache Kafka, `RangeAssignor`.

use std::collections::BTreeMap;

use super::input::{Input, Owners, Slot};
use super::racks::needs_racks;

pub(super) fn assign(input: &Input<'_>) -> Owners {
    let turn = input.in_turn();
    let mut topics: Vec<Shares<'_>> = (0..input.topics.len()).map(|topic| Shares::new(input, topic, &turn)).collect();
    let mut owners = input.no_owners();
    if topics.iter().any(|topic| topic.needs_racks) {
        by_rack(&mut topics, &mut owners);
    }
    topics.iter_mut().for_each(|topic| topic.give_runs(&mut owners, |_, _, _| true));
    owners
}

/// One topic, and how much of it each reader may still get.
struct Shares<'a> {
    input: &'a Input<'a>,
    topic: usize,
    readers: Vec<usize>,
    given: BTreeMap<usize, usize>,
    left: Vec<Slot>,
    share: usize,
    /// So many readers get one more than their share.
    extra: usize,
    needs_racks: bool,
}

impl<'a> Shares<'a> {
    fn new(input: &'a Input<'a>, topic: usize, turn: &[usize]) -> Self {
        let reads = |member: &usize| input.members[*member].topics.contains(&topic);
        let readers: Vec<usize> = turn.iter().copied().filter(reads).collect();
        let left: Vec<Slot> = input.slots_of(topic).collect();
        let each = readers.len().max(1);
        let racks = readers.iter().filter_map(|&member| input.members[member].rack);
        let needs_racks = needs_racks(racks.collect(), left.iter().map(|slot| input.racks(*slot)));
        Self {
            share: left.len() / each,
            extra: left.len() % each,
            given: readers.iter().map(|&member| (member, 0)).collect(),
            needs_racks,
            input,
            topic,
            readers,
            left,
        }
    }

    fn room(&self, member: usize) -> usize {
        let quota = self.share + usize::from(self.extra > 0);
        quota.saturating_sub(self.given.get(&member).copied().unwrap_or(quota))
    }

    fn give(&mut self, member: usize, slots: &[Slot], owners: &mut Owners) {
        let given = self.given.entry(member).or_default();
        *given += slots.len();
        if *given > self.share {
            self.extra = self.extra.saturating_sub(1);
        }
        self.left.retain(|slot| !slots.contains(slot));
        owners[member].extend_from_slice(slots);
    }

    fn give_runs(&mut self, owners: &mut Owners, may: impl Fn(&Self, usize, Slot) -> bool) {
        for member in self.readers.clone() {
            let wanted = self.left.iter().copied().filter(|slot| may(self, member, *slot)).take(self.room(member));
            let run: Vec<Slot> = wanted.collect();
            if !run.is_empty() {
                self.give(member, &run, owners);
            }
        }
    }

    /// A member without a rack is everywhere at home.
    fn racks_match(&self, member: usize, slot: Slot) -> bool {
        let rack = self.input.members[member].rack;
        rack.is_none_or(|rack| self.input.racks(slot).iter().any(|of_replica| **of_replica == *rack))
    }
}

fn by_rack(topics: &mut [Shares<'_>], owners: &mut Owners) {
    let mut alike: BTreeMap<(Vec<usize>, usize), Vec<&mut Shares<'_>>> = BTreeMap::new();
    for topic in topics {
        // Java counts the partitions only where a reader names a rack.
        let named = topic.readers.iter().any(|&member| topic.input.members[member].rack.is_some());
        let partitions = if named { topic.left.len() } else { 0 };
        alike.entry((topic.readers.clone(), partitions)).or_default().push(topic);
    }
    for ((readers, partitions), mut topics) in alike {
        match topics.as_mut_slice() {
            [topic] if topic.needs_racks => topic.give_runs(owners, Shares::racks_match),
            [_] => {}
            together => by_rack_together(&readers, partitions, together, owners),
        }
    }
}

fn by_rack_together(readers: &[usize], partitions: usize, topics: &mut [&mut Shares<'_>], owners: &mut Owners) {
    let mut readers = readers.to_vec();
    for index in 0..partitions {
        let fits = |member: usize, topic: &Shares<'_>| {
            topic.racks_match(member, Slot { topic: topic.topic, index }) && topic.room(member) > 0
        };
        let Some(place) = readers.iter().position(|&member| topics.iter().all(|topic| fits(member, topic))) else {
            continue;
        };
        let member = readers[place];
        topics.iter_mut().for_each(|topic| topic.give(member, &[Slot { topic: topic.topic, index }], owners));
        if topics.iter().all(|topic| topic.room(member) == 0) {
            readers.remove(place);
        }
    }
}
