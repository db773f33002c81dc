//! What the sticky assignors' members carry in their subscription's user data.
//!
//! Source: Apache Kafka, `StickyAssignor` (version 1: previous assignment, generation; version 0 without the generation) and
//! `CooperativeStickyAssignor` (version 0: generation).

use bytes::{BufMut, Bytes, BytesMut};

use super::protocol::Reader;
use crate::consumer::TopicPartition;

/// What a member says that it had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) partitions: Vec<TopicPartition>,
    /// In which generation, if it says so.
    pub(super) generation: Option<i32>,
}

/// `partitions` are sorted.
pub(super) fn sticky(partitions: &[TopicPartition], generation: i32) -> Bytes {
    let mut out = BytesMut::new();
    put_len(&mut out, partitions.chunk_by(|a, b| a.topic == b.topic).count());
    for of_topic in partitions.chunk_by(|a, b| a.topic == b.topic) {
        let name = of_topic[0].topic.as_bytes();
        out.put_i16(i16::try_from(name.len()).unwrap_or(i16::MAX)); // topic names have at most 249 characters
        out.put_slice(name);
        put_len(&mut out, of_topic.len());
        of_topic.iter().for_each(|partition| out.put_i32(partition.partition));
    }
    out.put_i32(generation);
    out.freeze()
}

fn put_len(out: &mut BytesMut, len: usize) {
    out.put_i32(i32::try_from(len).unwrap_or(i32::MAX));
}

pub(super) fn cooperative(generation: i32) -> Bytes {
    Bytes::copy_from_slice(&generation.to_be_bytes())
}

/// Bytes that cannot be read are an empty claim of no generation.
pub(super) fn read_sticky(bytes: Option<&Bytes>) -> Claim {
    let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) else { return Claim::default() };
    let mut reader = Reader::new(bytes);
    let Some(partitions) = reader.partitions() else { return Claim { generation: Some(-1), ..Claim::default() } };
    Claim { partitions, generation: reader.int() }
}

pub(super) fn read_cooperative(bytes: Option<&Bytes>) -> Option<i32> {
    bytes.map(|bytes| Reader::new(bytes).int().unwrap_or(-1))
}
