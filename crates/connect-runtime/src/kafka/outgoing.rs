//! Converted records of one batch: all bytes in one buffer, reused from batch to batch.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use bytestring::ByteString;

/// One converted record; key and value lie in the batch's buffer.
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub topic: Arc<str>,
    pub partition: Option<i32>,
    /// Milliseconds since the epoch; none lets the producer take the time of sending.
    pub timestamp: Option<i64>,
    pub key: Option<Range<usize>>,
    pub value: Option<Range<usize>>,
    pub headers: Vec<(ByteString, Option<Bytes>)>,
}

/// Records on their way to a producer.
#[derive(Debug, Default)]
pub struct OutgoingBatch {
    pub data: Vec<u8>,
    pub records: Vec<Outgoing>,
}

impl OutgoingBatch {
    /// Empties the batch and keeps its memory, up to `bytes_max` of it.
    pub fn clear(&mut self, bytes_max: usize) {
        self.data.clear();
        self.data.shrink_to(bytes_max);
        self.records.clear();
    }

    /// The bytes of a key or value.
    pub fn slice(&self, range: Option<&Range<usize>>) -> Option<&[u8]> {
        range.and_then(|range| self.data.get(range.clone()))
    }
}
