//! The topics of a producer, and which of a topic's partitions a record goes to.

use std::time::Instant;

use super::Accumulator;
use super::queues::Slot;
use crate::cluster::{Metadata, TopicName};
use crate::producer::partitioner::{Partitioner, Sticky, partition_for_key};
use crate::producer::record::{AppendError, Record, Topic};

#[derive(Debug)]
pub(super) struct TopicSlot {
    pub(super) name: TopicName,
    /// One for each partition that there ever was: a topic may be made anew with fewer.
    pub(super) slots: Vec<usize>,
    /// How many partitions there are now.
    pub(super) count: usize,
    /// The partitions that have a leader.
    pub(super) available: Vec<usize>,
    pub(super) sticky: Sticky,
    /// The round-robin partitioner's count of records.
    turn: usize,
}

impl Accumulator {
    /// Makes a topic known, or takes over its new partitions and leaders.
    pub(in crate::producer) fn update_topic(&mut self, name: &TopicName, metadata: &Metadata) -> Option<Topic> {
        let known = metadata.usable(name).ok()?;
        let topic = *self.by_name.entry(name.clone()).or_insert_with(|| {
            self.topics.push(TopicSlot::new(name.clone()));
            self.topics.len() - 1
        });
        let slots = &mut self.topics[topic].slots;
        for index in slots.len()..known.partitions.len() {
            slots.push(self.slots.len());
            self.slots.push(Slot::new(topic, i32::try_from(index).ok()?));
        }
        let led = |index: &usize| known.partitions.get(*index).is_some_and(|partition| partition.leader.is_some());
        let topic_slot = &mut self.topics[topic];
        topic_slot.count = known.partitions.len();
        topic_slot.available = (0..topic_slot.count).filter(led).collect();
        Some(Topic { name: name.clone(), index: topic })
    }

    pub(in crate::producer) fn topic(&self, name: &str) -> Option<Topic> {
        let (name, index) = self.by_name.get_key_value(name)?;
        Some(Topic { name: name.clone(), index: *index })
    }

    pub(in crate::producer) fn topic_names(&self) -> Vec<TopicName> {
        self.topics.iter().map(|topic| topic.name.clone()).collect()
    }

    pub(in crate::producer) fn partition_count(&self, topic: &Topic) -> usize {
        self.topics.get(topic.index).map_or(0, |topic| topic.count)
    }

    /// Topic and partition of a slot.
    pub(in crate::producer) fn place(&self, slot: usize) -> (TopicName, i32) {
        let Slot { topic, partition, .. } = self.slots[slot];
        (self.topics[topic].name.clone(), partition)
    }

    pub(super) fn choose(&mut self, record: &Record<'_>, size: usize, now: Instant) -> Result<usize, AppendError> {
        let known = self.topics.get(record.topic.index).filter(|topic| topic.name == record.topic.name);
        let topic = known.ok_or_else(|| AppendError::UnknownTopic(record.topic.name.clone()))?;
        let (partitions, slots) = (topic.count, &topic.slots[..topic.count]);
        if let Some(partition) = record.partition {
            let slot = usize::try_from(partition).ok().and_then(|partition| slots.get(partition));
            return slot.copied().ok_or_else(|| AppendError::UnknownPartition {
                topic: record.topic.name.clone(),
                partition,
                count: partitions,
            });
        }
        if self.config.partitioner == Partitioner::RoundRobin {
            return Ok(self.topics[record.topic.index].next_slot());
        }
        match record.key {
            Some(key) if !self.config.ignore_keys => {
                let partition = partition_for_key(key, u32::try_from(partitions).unwrap_or(u32::MAX));
                Ok(slots[partition as usize])
            }
            _ => Ok(self.choose_sticky(record.topic.index, size, now)),
        }
    }

    fn choose_sticky(&mut self, topic: usize, size: usize, now: Instant) -> usize {
        let slot = self.topics[topic].sticky_slot();
        let full = self.seal_unless_room(slot, size);
        let begins_batch = self.slots[slot].open.is_none();
        if full || self.topics[topic].sticky.is_used_up(self.config.batch_size, begins_batch) {
            self.switch(topic, now);
        }
        let topic = &mut self.topics[topic];
        topic.sticky.took(size);
        topic.sticky_slot()
    }

    /// The next choice for records without a key; with `partitioner.adaptive.partitioning.enable`, rather one that keeps up.
    fn switch(&mut self, topic: usize, now: Instant) {
        if !self.config.adaptive || self.topics[topic].choices() < 2 {
            let choices = self.topics[topic].choices();
            return self.topics[topic].sticky.switch(choices);
        }
        let slots: Vec<usize> =
            (0..self.topics[topic].choices()).map(|choice| self.topics[topic].slot_of(choice)).collect();
        let goes_on = |slot: &usize| !self.is_stuck(*slot, now);
        let all_stuck = !slots.iter().any(goes_on);
        let waiting = |slot: &usize| (all_stuck || goes_on(slot)).then(|| self.slots[*slot].len());
        let waiting: Vec<Option<usize>> = slots.iter().map(waiting).collect();
        self.topics[topic].sticky.switch_by_load(&waiting);
    }

    /// Whether the partition's first batch waits longer than `partitioner.availability.timeout.ms` for its broker.
    fn is_stuck(&self, slot: usize, now: Instant) -> bool {
        let allowed = self.config.availability_timeout;
        let ready = self.oldest(slot).and_then(|oldest| oldest.checked_add(self.config.linger.saturating_add(allowed)));
        !allowed.is_zero() && ready.is_some_and(|ready| ready < now)
    }
}

impl TopicSlot {
    fn new(name: TopicName) -> Self {
        TopicSlot { name, slots: Vec::new(), count: 0, available: Vec::new(), sticky: Sticky::new(), turn: 0 }
    }

    /// Among how many partitions a record without a key may choose: those with a leader, or all if none has one.
    fn choices(&self) -> usize {
        if self.available.is_empty() { self.count } else { self.available.len() }
    }

    fn sticky_slot(&self) -> usize {
        self.slot_of(self.sticky.current(self.choices()))
    }

    /// The slot of one of the choices.
    fn slot_of(&self, choice: usize) -> usize {
        self.slots[self.available.get(choice).copied().unwrap_or(choice)]
    }

    /// The next slot in turn.
    fn next_slot(&mut self) -> usize {
        let choice = self.turn % self.choices().max(1);
        self.turn = self.turn.wrapping_add(1);
        self.slot_of(choice)
    }
}
