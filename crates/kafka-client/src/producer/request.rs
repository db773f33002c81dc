//! A produce request written by hand, so that no batch is copied into it, and its answer per partition.

use std::collections::{HashMap, VecDeque};

use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::{ProduceRequest, ProduceResponse};

use super::pipeline::Stored;
use crate::cluster::{LeaderNews, TopicName};
use crate::net::{Frame, FrameHead};
use crate::{ErrorCode, KafkaError};

/// One partition's batch in a request.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) topic: TopicName,
    pub(super) partition: i32,
    pub(super) records: Bytes,
}

/// Encodes version 3 to 12. `parts` of the same topic stand together.
pub(super) fn encode(parts: &[Part], version: i16, transaction: Option<&str>, acks: i16, timeout_ms: i32) -> Frame {
    let mut frame = Chunked { flexible: version >= 9, open: BytesMut::new(), chunks: VecDeque::new() };
    frame.string_or_null(transaction);
    frame.open.put_i16(acks);
    frame.open.put_i32(timeout_ms);
    let topics: Vec<&[Part]> = parts.chunk_by(|one, other| one.topic == other.topic).collect();
    frame.length(topics.len());
    for topic in topics {
        frame.string_or_null(topic.first().map(|part| &*part.topic));
        frame.length(topic.len());
        for part in topic {
            frame.open.put_i32(part.partition);
            frame.length(part.records.len());
            frame.bytes(part.records.clone());
            frame.no_tags();
        }
        frame.no_tags();
    }
    frame.no_tags();
    frame.flush();
    Frame::of_chunks(FrameHead::new::<ProduceRequest>(version), frame.chunks, acks != 0)
}

/// The leaders that the broker names for partitions that it does not lead.
pub(super) fn leaders(response: &ProduceResponse) -> LeaderNews {
    let mut news = LeaderNews::default();
    for topic in &response.responses {
        for partition in topic.partition_responses.iter().filter(|partition| partition.error_code != 0) {
            let leader = &partition.current_leader;
            news.leader(&topic.name.0.as_str().into(), partition.index, leader.leader_id.0, leader.leader_epoch);
        }
    }
    for node in &response.node_endpoints {
        news.broker(node.node_id.0, &node.host, node.port, node.rack.as_deref());
    }
    news
}

/// What the broker said about each partition.
pub(super) fn results(response: ProduceResponse) -> HashMap<(String, i32), Result<Stored, KafkaError>> {
    let mut results = HashMap::new();
    for topic in response.responses {
        for partition in topic.partition_responses {
            let stored = Stored { base_offset: partition.base_offset, timestamp: partition.log_append_time_ms };
            let context = || partition.error_message.as_deref().unwrap_or_default().to_owned();
            let result = KafkaError::check(partition.error_code, context).map(|()| stored);
            results.insert((topic.name.0.as_str().to_owned(), partition.index), result);
        }
    }
    results
}

/// The result for a partition that the answer leaves out.
pub(super) fn missing() -> Result<Stored, KafkaError> {
    Err(KafkaError::broker(ErrorCode::UNKNOWN_SERVER_ERROR, "The produce answer leaves the partition out"))
}

struct Chunked {
    flexible: bool,
    open: BytesMut,
    chunks: VecDeque<Bytes>,
}

impl Chunked {
    fn string_or_null(&mut self, text: Option<&str>) {
        match (self.flexible, text) {
            (true, None) => self.open.put_u8(0),
            (false, None) => self.open.put_i16(-1),
            (true, Some(text)) => self.unsigned(text.len() + 1),
            // The accumulator's topics come from metadata, where names have at most 249 bytes.
            (false, Some(text)) => self.open.put_i16(i16::try_from(text.len()).unwrap_or(i16::MAX)),
        }
        self.open.put_slice(text.unwrap_or_default().as_bytes());
    }

    fn length(&mut self, length: usize) {
        match self.flexible {
            true => self.unsigned(length + 1),
            false => self.open.put_i32(i32::try_from(length).unwrap_or(i32::MAX)),
        }
    }

    fn no_tags(&mut self) {
        if self.flexible {
            self.open.put_u8(0);
        }
    }

    fn bytes(&mut self, bytes: Bytes) {
        self.flush();
        self.chunks.push_back(bytes);
    }

    fn flush(&mut self) {
        if !self.open.is_empty() {
            self.chunks.push_back(self.open.split().freeze());
        }
    }

    fn unsigned(&mut self, mut number: usize) {
        while number >= 0x80 {
            self.open.put_u8((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.open.put_u8(number as u8);
    }
}

#[cfg(test)]
mod tests {
    use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
    use kafka_protocol::messages::{TopicName as WireName, TransactionalId};
    use kafka_protocol::protocol::{Encodable, StrBytes};

    use super::*;

    #[test]
    fn writes_what_kafka_protocol_writes() {
        let parts = [("a", 0, 3), ("a", 200, 1_000), ("b", 1, 0)];
        for (version, transaction) in (3..=12).flat_map(|version| [(version, None), (version, Some("t"))]) {
            let ours: Vec<Part> = parts
                .iter()
                .map(|(topic, partition, size)| Part {
                    topic: (*topic).into(),
                    partition: *partition,
                    records: vec![7; *size].into(),
                })
                .collect();
            let body: Vec<u8> =
                encode(&ours, version, transaction, -1, 30_000).body.iter().flatten().copied().collect();
            let data = |topic: &'static str, parts: &[(&str, i32, usize)]| {
                let of_topic = parts.iter().filter(|part| part.0 == topic);
                let partitions = of_topic.map(|(_, partition, size)| {
                    let records = Some(Bytes::from(vec![7; *size]));
                    PartitionProduceData::default().with_index(*partition).with_records(records)
                });
                TopicProduceData::default()
                    .with_name(WireName(StrBytes::from_static_str(topic)))
                    .with_partition_data(partitions.collect())
            };
            let id = transaction.map(|id| TransactionalId(StrBytes::from_static_str(id)));
            let theirs = ProduceRequest::default()
                .with_transactional_id(id)
                .with_acks(-1)
                .with_timeout_ms(30_000)
                .with_topic_data(vec![data("a", &parts), data("b", &parts)]);
            let mut want = BytesMut::new();
            theirs.encode(&mut want, version).unwrap();
            assert_eq!(body, want, "version {version}");
        }
    }
}
