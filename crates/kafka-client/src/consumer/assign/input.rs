//! The members and topics as assignors look at them: by small numbers in place of names, which sort as the names do.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::{Assigned, MemberSubscription, java_order};
use crate::cluster::{Metadata, PartitionMetadata};
use crate::consumer::TopicPartition;

/// The racks of a partition's replicas, as far as they are named; sorted, each once.
pub(in crate::consumer) type Racks = Vec<Arc<str>>;

/// The partitions of a topic; none if it is not there.
pub(in crate::consumer) fn racks_of(metadata: &Metadata, topic: &str) -> Vec<Racks> {
    let rack = |node: &i32| metadata.brokers.get(node)?.rack.as_deref();
    let racks = |partition: &PartitionMetadata| {
        let racks: BTreeSet<&str> = partition.replicas.iter().filter_map(rack).collect();
        racks.into_iter().map(Arc::from).collect()
    };
    let known = metadata.topic(topic).filter(|known| known.error.is_none());
    known.map(|known| known.partitions.iter().map(racks).collect()).unwrap_or_default()
}

/// The partitions of each topic that the cluster has; a topic without any may be there or not.
pub(in crate::consumer) type Topics = BTreeMap<String, Vec<Racks>>;

/// One member as the leader sees it.
#[derive(Clone, Debug)]
pub(in crate::consumer) struct Member {
    pub(in crate::consumer) id: String,
    /// Static members come first, ordered by this.
    pub(in crate::consumer) instance: Option<String>,
    pub(in crate::consumer) wanted: MemberSubscription,
}

/// A partition: the number of its topic in [`Input::topics`], and its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Slot {
    pub(super) topic: usize,
    pub(super) index: usize,
}

/// What each member gets, by its number.
pub(super) type Owners = Vec<Vec<Slot>>;

pub(super) struct Input<'a> {
    /// By id, in Java's order.
    pub(super) members: Vec<Reader<'a>>,
    /// Those that somebody reads and that have partitions, by name.
    pub(super) topics: Vec<(Arc<str>, &'a [Racks])>,
    /// The members' numbers in the order of Java's map of them.
    pub(super) in_hash_order: Vec<usize>,
    topic_numbers: HashMap<&'a str, usize>,
}

pub(super) struct Reader<'a> {
    pub(super) id: &'a str,
    pub(super) instance: Option<&'a str>,
    pub(super) rack: Option<&'a str>,
    pub(super) wanted: &'a MemberSubscription,
    /// What it subscribes to, as far as it is in [`Input::topics`].
    pub(super) topics: BTreeSet<usize>,
}

impl<'a> Input<'a> {
    pub(super) fn new(members: &'a [Member], topics: &'a Topics) -> Self {
        let read: BTreeSet<&str> = members.iter().flat_map(|m| &m.wanted.topics).map(String::as_str).collect();
        let topics = topics.iter().filter(|(name, racks)| read.contains(name.as_str()) && !racks.is_empty());
        let topic_numbers: HashMap<&str, usize> =
            topics.clone().enumerate().map(|(number, (name, _))| (name.as_str(), number)).collect();
        // A member named twice is one member, with what it said last.
        let by_id: HashMap<&str, &Member> = members.iter().map(|member| (member.id.as_str(), member)).collect();
        let mut sorted: Vec<&Member> = by_id.into_values().collect();
        sorted.sort_by(|a, b| java_order::compare(&a.id, &b.id));
        let in_hash_order = hash_order(members, &sorted);
        let readers = sorted.into_iter().map(|member| Reader::new(member, &topic_numbers));
        Self {
            members: readers.collect(),
            topics: topics.map(|(name, racks)| (name.as_str().into(), racks.as_slice())).collect(),
            in_hash_order,
            topic_numbers,
        }
    }

    /// The partition, if its topic is read by anybody and has it.
    pub(super) fn slot(&self, name: &TopicPartition) -> Option<Slot> {
        let topic = *self.topic_numbers.get(&*name.topic)?;
        let index = usize::try_from(name.partition).ok().filter(|index| *index < self.len_of(topic))?;
        Some(Slot { topic, index })
    }

    pub(super) fn len_of(&self, topic: usize) -> usize {
        self.topics[topic].1.len()
    }

    pub(super) fn racks(&self, slot: Slot) -> &'a [Arc<str>] {
        &self.topics[slot.topic].1[slot.index]
    }

    pub(super) fn slots_of(&self, topic: usize) -> impl Iterator<Item = Slot> + use<> {
        (0..self.len_of(topic)).map(move |index| Slot { topic, index })
    }

    /// Every partition, by topic.
    pub(super) fn slots(&self) -> impl Iterator<Item = Slot> {
        (0..self.topics.len()).flat_map(|topic| self.slots_of(topic))
    }

    pub(super) fn no_owners(&self) -> Owners {
        vec![Vec::new(); self.members.len()]
    }

    /// The members' numbers: static ones first by their instance, then the others by id.
    pub(super) fn in_turn(&self) -> Vec<usize> {
        let mut turn: Vec<usize> = (0..self.members.len()).collect();
        turn.sort_by_key(|&member| (self.members[member].instance.is_none(), self.members[member].instance));
        turn
    }

    /// With names again.
    pub(super) fn output(&self, owners: Owners) -> Assigned {
        let named = |slot: Slot| TopicPartition {
            topic: self.topics[slot.topic].0.clone(),
            partition: i32::try_from(slot.index).unwrap_or(i32::MAX),
        };
        let each = self.members.iter().zip(owners).map(|(member, mut slots)| {
            slots.sort();
            (member.id.to_owned(), slots.into_iter().map(named).collect())
        });
        each.collect()
    }
}

impl<'a> Reader<'a> {
    fn new(member: &'a Member, topic_numbers: &HashMap<&str, usize>) -> Self {
        Self {
            id: &member.id,
            instance: member.instance.as_deref(),
            rack: member.wanted.rack.as_deref().filter(|rack| !rack.is_empty()),
            wanted: &member.wanted,
            topics: member
                .wanted
                .topics
                .iter()
                .filter_map(|topic| topic_numbers.get(topic.as_str()).copied())
                .collect(),
        }
    }
}

fn hash_order(arrived: &[Member], sorted: &[&Member]) -> Vec<usize> {
    let mut arrivals: HashMap<&str, usize> = HashMap::new();
    for (place, member) in arrived.iter().enumerate() {
        arrivals.entry(&member.id).or_insert(place);
    }
    let capacity = java_order::capacity(sorted.len());
    let mut order: Vec<usize> = (0..sorted.len()).collect();
    order.sort_by_key(|&number| {
        let id = sorted[number].id.as_str();
        (java_order::bucket(java_order::hash_text(id), capacity), arrivals.get(id).copied())
    });
    order
}
