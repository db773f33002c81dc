//! Where records wait: per partition one open batch, and the full ones behind it.
//!
//! Appending encodes a record straight into its batch; nothing is allocated but the batch's own buffer. Everything here
//! happens under one lock, which the appender holds for many records and the sender for a few queue operations.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Instant;

use super::batch::Batch;
use super::partitioner::{Sticky, partition_for_key};
use super::record::{AppendError, Record, java_size_upper_bound};
use super::transaction::Transaction;
use super::{ProducerConfig, Topic};
use crate::KafkaError;
use crate::cluster::{Metadata, TopicName};
use crate::record::BatchBuilder;

const BATCH_OVERHEAD: usize = 61;

#[derive(Debug)]
pub(super) struct Accumulator {
    config: ProducerConfig,
    topics: Vec<TopicSlot>,
    by_name: HashMap<TopicName, usize>,
    slots: Vec<Slot>,
    /// The slots that hold records, so that the sender does not look at thousands of idle partitions.
    active: BTreeSet<usize>,
    used: usize,
    /// What the last refused record needs; the batches before it are sent without lingering.
    wanted: Option<usize>,
    next_submission: u64,
    generation: u64,
    unsettled: BTreeMap<u64, usize>,
    changed: bool,
    failed: Option<KafkaError>,
    transaction: Option<Transaction>,
}

#[derive(Debug)]
struct TopicSlot {
    name: TopicName,
    /// One for each partition that there ever was: a topic may be made anew with fewer.
    slots: Vec<usize>,
    /// How many partitions there are now.
    count: usize,
    /// The partitions that have a leader.
    available: Vec<usize>,
    sticky: Sticky,
}

#[derive(Debug)]
struct Slot {
    topic: usize,
    partition: i32,
    open: Option<Batch>,
    full: VecDeque<Batch>,
    capacity: usize,
}

impl Accumulator {
    pub(super) fn new(config: ProducerConfig) -> Self {
        let transaction = config.transaction.as_ref().map(|transaction| Transaction::new(transaction.id.clone()));
        Accumulator {
            config,
            topics: Vec::new(),
            by_name: HashMap::new(),
            slots: Vec::new(),
            active: BTreeSet::new(),
            used: 0,
            wanted: None,
            next_submission: 0,
            generation: 0,
            unsettled: BTreeMap::new(),
            changed: false,
            failed: None,
            transaction,
        }
    }

    /// Makes a topic known, or takes over its new partitions and leaders.
    pub(super) fn update_topic(&mut self, name: &TopicName, metadata: &Metadata) -> Option<Topic> {
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

    pub(super) fn topic(&self, name: &str) -> Option<Topic> {
        let (name, index) = self.by_name.get_key_value(name)?;
        Some(Topic { name: name.clone(), index: *index })
    }

    pub(super) fn topic_names(&self) -> Vec<TopicName> {
        self.topics.iter().map(|topic| topic.name.clone()).collect()
    }

    pub(super) fn partition_count(&self, topic: &Topic) -> usize {
        self.topics.get(topic.index).map_or(0, |topic| topic.count)
    }

    /// Topic and partition of a slot.
    pub(super) fn place(&self, slot: usize) -> (TopicName, i32) {
        let Slot { topic, partition, .. } = self.slots[slot];
        (self.topics[topic].name.clone(), partition)
    }

    /// Encodes a record into its partition's open batch and returns its submission number.
    pub(super) fn append(&mut self, record: &Record<'_>, now: Instant) -> Result<u64, AppendError> {
        self.check_open(record)?;
        let size = BatchBuilder::would_take(record.key, record.value, record.headers);
        self.check_size(record, size)?;
        if self.used > 0 && self.used.saturating_add(size + BATCH_OVERHEAD) > self.config.buffer_memory {
            self.wanted = Some(size + BATCH_OVERHEAD);
            self.changed = true;
            return Err(AppendError::BufferFull);
        }
        let slot = self.choose(record, size)?;
        Ok(self.append_to(slot, record, size, now))
    }

    fn check_open(&mut self, record: &Record<'_>) -> Result<(), AppendError> {
        if self.transaction.as_ref().is_some_and(|own| !own.is_open()) {
            let (topic, partition) = (record.topic.name(), record.partition.unwrap_or(-1));
            let refusal = self.transaction.as_ref().map(|own| own.refusal(topic, partition));
            return refusal.map_or(Ok(()), |error| Err(AppendError::Transaction(error)));
        }
        self.failed.as_ref().map_or(Ok(()), |error| Err(AppendError::Fatal(error.clone())))
    }

    /// The transactions of a producer that has them.
    pub(super) fn transaction(&mut self) -> Option<&mut Transaction> {
        self.transaction.as_mut()
    }

    /// Whether a partition's next batch may be sent, as far as the transaction goes.
    pub(super) fn may_send(&self, slot: usize, is_new: bool) -> bool {
        self.transaction.as_ref().is_none_or(|own| own.may_send(slot, is_new))
    }

    /// Why batches that were never sent are given up, if they are.
    pub(super) fn gives_up(&self) -> Option<KafkaError> {
        self.transaction.as_ref().and_then(Transaction::gives_up)
    }

    /// Tells the transaction of the partitions that have records.
    pub(super) fn note_partitions(&mut self) {
        if let Some(transaction) = &mut self.transaction {
            self.active.iter().for_each(|slot| transaction.note_partition(*slot));
        }
    }

    fn append_to(&mut self, index: usize, record: &Record<'_>, size: usize, now: Instant) -> u64 {
        self.seal_unless_room(index, size);
        let slot = &mut self.slots[index];
        let batch = slot.open.get_or_insert_with(|| {
            let capacity = slot.capacity.max(BATCH_OVERHEAD + size);
            let builder = BatchBuilder::new(self.config.compression, capacity);
            let batch = Batch::open(index, builder, now, self.generation);
            self.used += batch.charged;
            *self.unsettled.entry(self.generation).or_default() += 1;
            self.active.insert(index);
            self.changed = true;
            batch
        });
        let number = self.next_submission;
        if let Some(builder) = batch.builder() {
            builder.append(record.timestamp, record.key, record.value, record.headers);
            let length = builder.len_bytes();
            self.used += length - batch.charged;
            batch.charged = length;
        }
        batch.count += 1;
        batch.submissions.push(number);
        self.next_submission += 1;
        number
    }

    fn choose(&mut self, record: &Record<'_>, size: usize) -> Result<usize, AppendError> {
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
        match record.key {
            Some(key) if !self.config.ignore_keys => {
                let partition = partition_for_key(key, u32::try_from(partitions).unwrap_or(u32::MAX));
                Ok(slots[partition as usize])
            }
            _ => Ok(self.choose_sticky(record.topic.index, size)),
        }
    }

    fn choose_sticky(&mut self, topic: usize, size: usize) -> usize {
        let slot = self.topics[topic].sticky_slot();
        let full = self.seal_unless_room(slot, size);
        let begins_batch = self.slots[slot].open.is_none();
        let topic = &mut self.topics[topic];
        if full || topic.sticky.is_used_up(self.config.batch_size, begins_batch) {
            topic.sticky.switch(topic.choices());
        }
        topic.sticky.took(size);
        topic.sticky_slot()
    }

    /// Closes the open batch if one more record of this size would overfill it.
    fn seal_unless_room(&mut self, slot: usize, size: usize) -> bool {
        let open = self.slots[slot].open.as_ref();
        let full = open.is_some_and(|batch| batch.len_bytes() + size > self.config.batch_size);
        if full {
            self.seal(slot);
        }
        full
    }

    fn seal(&mut self, slot: usize) {
        let slot = &mut self.slots[slot];
        if let Some(batch) = slot.open.take() {
            // The next batch of this partition is probably as large; a first guess of all of `batch.size` would cost
            // memory in topics with many quiet partitions.
            slot.capacity = (batch.len_bytes() + batch.len_bytes() / 8).min(self.config.batch_size);
            slot.full.push_back(batch);
            self.changed = true;
        }
    }

    fn check_size(&self, record: &Record<'_>, size: usize) -> Result<(), AppendError> {
        let limit = self.config.max_request_size.min(self.config.buffer_memory);
        if size + BATCH_OVERHEAD <= limit {
            return Ok(());
        }
        let size = java_size_upper_bound(record);
        for (limit, key) in
            [(self.config.max_request_size, "max.request.size"), (self.config.buffer_memory, "buffer.memory")]
        {
            if size > limit {
                return Err(AppendError::TooLarge { size, limit, key });
            }
        }
        Ok(())
    }

    /// The slots that hold records.
    pub(super) fn active(&self) -> impl Iterator<Item = usize> + '_ {
        self.active.iter().copied()
    }

    /// Whether no record waits here.
    pub(super) fn is_empty(&self) -> bool {
        self.active.is_empty()
    }

    /// When the slot's first batch may go, or none if it holds no records.
    pub(super) fn ready_at(&self, slot: usize, now: Instant) -> Option<Instant> {
        let slot = &self.slots[slot];
        match (&slot.open, slot.full.is_empty()) {
            (_, false) => Some(now),
            (Some(_), _) if self.wanted.is_some() || self.failed.is_some() => Some(now),
            (Some(batch), _) => batch.created.checked_add(self.config.linger),
            (None, true) => None,
        }
    }

    /// When the slot's first batch was begun.
    pub(super) fn oldest(&self, slot: usize) -> Option<Instant> {
        let slot = &self.slots[slot];
        slot.full.front().or(slot.open.as_ref()).map(|batch| batch.created)
    }

    /// The size of the slot's first batch.
    pub(super) fn next_len(&self, slot: usize) -> usize {
        let slot = &self.slots[slot];
        slot.full.front().or(slot.open.as_ref()).map_or(0, Batch::len_bytes)
    }

    /// Takes the slot's first batch, whether it is full or not.
    pub(super) fn take(&mut self, slot: usize) -> Option<Batch> {
        if self.slots[slot].full.is_empty() {
            self.seal(slot);
        }
        let batch = self.slots[slot].full.pop_front();
        if self.slots[slot].full.is_empty() && self.slots[slot].open.is_none() {
            self.active.remove(&slot);
        }
        batch
    }

    /// Closes every open batch; the returned generation is settled when all records appended before are.
    pub(super) fn seal_all(&mut self) -> u64 {
        for slot in self.active.clone() {
            self.seal(slot);
        }
        self.changed = true;
        self.generation += 1;
        self.generation - 1
    }

    pub(super) fn is_settled(&self, generation: u64) -> bool {
        self.unsettled.first_key_value().is_none_or(|(oldest, _)| *oldest > generation)
    }

    /// One batch became two.
    pub(super) fn added(&mut self, generation: u64) {
        *self.unsettled.entry(generation).or_default() += 1;
    }

    /// A batch is settled: gives its memory back.
    pub(super) fn settled(&mut self, generation: u64, charged: usize) {
        self.release(charged);
        if let Some(count) = self.unsettled.get_mut(&generation) {
            *count -= 1;
            if *count == 0 {
                self.unsettled.remove(&generation);
            }
        }
    }

    /// Gives back a part of a batch's memory: it was compressed.
    pub(super) fn release(&mut self, bytes: usize) {
        self.used = self.used.saturating_sub(bytes);
        if self.has_room() {
            self.wanted = None;
        }
    }

    /// Whether the record that was refused last would fit now.
    pub(super) fn has_room(&self) -> bool {
        let wanted = self.wanted.unwrap_or(0);
        self.used == 0 || self.used.saturating_add(wanted) <= self.config.buffer_memory
    }

    /// Every further append fails with this error; the first one stays.
    pub(super) fn fail(&mut self, error: KafkaError) {
        self.failed.get_or_insert(error);
        self.changed = true;
    }

    pub(super) fn failure(&self) -> Option<&KafkaError> {
        self.failed.as_ref()
    }

    /// Whether the sender has something new to look at; asking resets it.
    pub(super) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    #[cfg(test)]
    pub(super) fn used(&self) -> usize {
        self.used
    }
}

impl TopicSlot {
    fn new(name: TopicName) -> Self {
        TopicSlot { name, slots: Vec::new(), count: 0, available: Vec::new(), sticky: Sticky::new() }
    }

    /// Among how many partitions a record without a key may choose: those with a leader, or all if none has one.
    fn choices(&self) -> usize {
        if self.available.is_empty() { self.count } else { self.available.len() }
    }

    fn sticky_slot(&self) -> usize {
        let choice = self.sticky.current(self.choices());
        self.slots[self.available.get(choice).copied().unwrap_or(choice)]
    }
}

impl Slot {
    fn new(topic: usize, partition: i32) -> Self {
        Slot { topic, partition, open: None, full: VecDeque::new(), capacity: 0 }
    }
}

#[cfg(test)]
mod tests;
