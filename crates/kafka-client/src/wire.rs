//! From our types to those of the messages.

use kafka_protocol::messages::{GroupId, TopicName as WireName, TransactionalId};
use kafka_protocol::protocol::StrBytes;

use crate::consumer::TopicPartition;

pub(crate) fn text(text: &str) -> StrBytes {
    StrBytes::from(text.to_owned())
}

pub(crate) fn topic(name: &str) -> WireName {
    WireName(text(name))
}

pub(crate) fn group(id: &str) -> GroupId {
    GroupId(text(id))
}

pub(crate) fn transactional_id(id: &str) -> TransactionalId {
    TransactionalId(text(id))
}

/// A partition, or something about one.
pub(crate) trait OfPartition {
    fn partition(&self) -> &TopicPartition;
}

impl OfPartition for TopicPartition {
    fn partition(&self) -> &TopicPartition {
        self
    }
}

impl<V> OfPartition for (&TopicPartition, V) {
    fn partition(&self) -> &TopicPartition {
        self.0
    }
}

/// A list of topics, each with its partitions; `make` gets those of one topic. `sorted` is so by partition.
pub(crate) fn by_topic<P: OfPartition, T>(sorted: &[P], make: impl Fn(WireName, &[P]) -> T) -> Vec<T> {
    let topics = sorted.chunk_by(|a, b| a.partition().topic == b.partition().topic);
    topics.map(|of_topic| make(topic(&of_topic[0].partition().topic), of_topic)).collect()
}
