//! The bytes that consumers of any language put into JoinGroup and SyncGroup: version, then the message of that version.

use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::consumer_protocol_assignment::TopicPartition as AssignedTopic;
use kafka_protocol::messages::consumer_protocol_subscription::TopicPartition as OwnedTopic;
use kafka_protocol::messages::{ConsumerProtocolAssignment, ConsumerProtocolSubscription, TopicName};
use kafka_protocol::protocol::{Encodable, StrBytes};

use crate::consumer::TopicPartition;

/// The newest version of both messages. Newer ones are read as this one: they only ever grew at the end.
const VERSION_MAX: i16 = 3;

/// What a member asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::consumer) struct MemberSubscription {
    pub(in crate::consumer) topics: Vec<String>,
    /// For the leader's assignor; see [`Assignor::user_data`](super::Assignor::user_data).
    pub(in crate::consumer) user_data: Option<Bytes>,
    /// What it has now; an eager member has given everything up before it joins.
    pub(in crate::consumer) owned: Vec<TopicPartition>,
    /// In which it was given that; -1 if it is in none.
    pub(in crate::consumer) generation: i32,
    pub(in crate::consumer) rack: Option<String>,
}

impl MemberSubscription {
    pub(in crate::consumer) fn encode(&self) -> Option<Bytes> {
        let message = ConsumerProtocolSubscription::default()
            .with_topics(self.topics.iter().map(|topic| StrBytes::from(topic.clone())).collect())
            .with_user_data(self.user_data.clone())
            .with_owned_partitions(
                by_topic(&self.owned).map(|(t, p)| OwnedTopic::default().with_topic(t).with_partitions(p)).collect(),
            )
            .with_generation_id(self.generation)
            .with_rack_id(self.rack.clone().map(StrBytes::from));
        versioned(&message)
    }

    /// `None` if the bytes are no subscription.
    pub(in crate::consumer) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let version = reader.version()?;
        let mut wanted = Self { topics: reader.list(Reader::text)?, generation: -1, ..Self::default() };
        wanted.user_data = reader.user_data()?;
        if version >= 1 {
            wanted.owned = reader.partitions()?;
        }
        if version >= 2 {
            wanted.generation = reader.int()?;
        }
        if version >= 3 {
            wanted.rack = reader.nullable_text()?;
        }
        Some(wanted)
    }
}

pub(in crate::consumer) fn encode_assignment(partitions: &[TopicPartition]) -> Option<Bytes> {
    let topics = by_topic(partitions).map(|(t, p)| AssignedTopic::default().with_topic(t).with_partitions(p));
    versioned(&ConsumerProtocolAssignment::default().with_assigned_partitions(topics.collect()))
}

/// The partitions of an assignment, sorted. No bytes at all mean none; `None` if the bytes are no assignment.
pub(crate) fn decode_assignment(bytes: &[u8]) -> Option<Vec<TopicPartition>> {
    if bytes.is_empty() {
        return Some(Vec::new());
    }
    let mut reader = Reader::new(bytes);
    reader.version()?;
    let mut partitions = reader.partitions()?;
    partitions.sort();
    partitions.dedup();
    Some(partitions)
}

fn versioned(message: &impl Encodable) -> Option<Bytes> {
    let mut out = BytesMut::new();
    out.put_i16(VERSION_MAX);
    message.encode(&mut out, VERSION_MAX).ok()?;
    Some(out.freeze())
}

/// Groups what stands together; callers pass sorted partitions.
fn by_topic(partitions: &[TopicPartition]) -> impl Iterator<Item = (TopicName, Vec<i32>)> {
    partitions.chunk_by(|a, b| a.topic == b.topic).map(|chunk| {
        let topic = TopicName(StrBytes::from(chunk[0].topic.to_string()));
        (topic, chunk.iter().map(|partition| partition.partition).collect())
    })
}

/// Reads what other members wrote. Any client of the cluster can be one, so a count is believed only as far as there are bytes:
/// the messages' own decoders reserve memory by it.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn version(&mut self) -> Option<i16> {
        self.short().filter(|version| *version >= 0)
    }

    fn short(&mut self) -> Option<i16> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(i16::from_be_bytes(*number))
    }

    pub(super) fn int(&mut self) -> Option<i32> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(i32::from_be_bytes(*number))
    }

    fn bytes(&mut self, len: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(bytes)
    }

    fn nullable_text(&mut self) -> Option<Option<String>> {
        match self.short()? {
            -1 => Some(None),
            len => {
                let bytes = self.bytes(usize::try_from(len).ok()?)?;
                Some(Some(std::str::from_utf8(bytes).ok()?.to_owned()))
            }
        }
    }

    fn text(&mut self) -> Option<String> {
        self.nullable_text()?
    }

    fn user_data(&mut self) -> Option<Option<Bytes>> {
        match self.int()? {
            -1 => Some(None),
            len => self.bytes(usize::try_from(len).ok()?).map(|bytes| Some(Bytes::copy_from_slice(bytes))),
        }
    }

    /// Topics with their partitions.
    pub(super) fn partitions(&mut self) -> Option<Vec<TopicPartition>> {
        Some(self.list(Self::topic)?.into_iter().flatten().collect())
    }

    /// Every item takes at least two bytes, so the list cannot grow beyond half of what is there.
    fn list<T>(&mut self, item: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = usize::try_from(self.int()?).ok().filter(|count| *count <= self.0.len() / 2)?;
        (0..count).map(|_| item(self)).collect()
    }

    fn topic(&mut self) -> Option<Vec<TopicPartition>> {
        let topic: std::sync::Arc<str> = self.text()?.into();
        let partitions = self.list(Self::int)?;
        Some(partitions.into_iter().map(|partition| TopicPartition { topic: topic.clone(), partition }).collect())
    }
}
