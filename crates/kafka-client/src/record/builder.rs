//! Writing a batch.

use bytes::{BufMut, Bytes};

use super::compression::compress;
use super::varint::{Scratch, size};
use super::{Compression, LOG_OVERHEAD, MAGIC, at, attribute};

/// Who writes a batch; the broker orders and deduplicates by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProducerIdentity {
    pub id: i64,
    pub epoch: i16,
    /// The sequence number of the batch's first record.
    pub base_sequence: i32,
    pub transactional: bool,
}

impl ProducerIdentity {
    /// A producer without idempotence.
    pub const NONE: Self = Self { id: -1, epoch: -1, base_sequence: -1, transactional: false };
}

/// One open batch: records are encoded straight into the buffer that will be sent.
///
/// The caller bounds it: it asks [`would_take`](Self::would_take) before each append and starts another batch in time
/// (well below 2 GiB, the most that the format can express).
#[derive(Debug)]
pub struct BatchBuilder {
    // The first `at::RECORDS` bytes are the header, filled in by `build`. A `Vec`, not a `BytesMut`: its short copies
    // are cheaper, and it becomes `Bytes` without a copy as well.
    buffer: Vec<u8>,
    compression: Compression,
    count: i32,
    base_timestamp: i64,
    max_timestamp: i64,
}

/// Length 5, attributes 1, timestamp delta 10, offset delta 5, key length 5, value length 5, header count 5.
const RECORD_OVERHEAD_MAX: usize = 36;

impl BatchBuilder {
    /// An empty batch. `capacity` is the expected size in bytes, header included.
    pub fn new(compression: Compression, capacity: usize) -> Self {
        let mut buffer = Vec::with_capacity(capacity.max(at::RECORDS));
        buffer.resize(at::RECORDS, 0);
        Self { buffer, compression, count: 0, base_timestamp: -1, max_timestamp: -1 }
    }

    /// An upper bound of the encoded size of one more record.
    pub fn would_take(key: Option<&[u8]>, value: Option<&[u8]>, headers: &[(&str, Option<&[u8]>)]) -> usize {
        let headers: usize = headers.iter().map(|(name, value)| 10 + name.len() + value.map_or(0, <[u8]>::len)).sum();
        RECORD_OVERHEAD_MAX + key.map_or(0, <[u8]>::len) + value.map_or(0, <[u8]>::len) + headers
    }

    /// Appends one record; its place in the batch is its offset delta and its sequence number.
    #[inline]
    pub fn append(
        &mut self,
        timestamp: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[(&str, Option<&[u8]>)],
    ) {
        if self.count == 0 {
            self.base_timestamp = timestamp;
            self.max_timestamp = timestamp;
        }
        self.max_timestamp = self.max_timestamp.max(timestamp);
        let timestamp_delta = timestamp.wrapping_sub(self.base_timestamp);
        let offset_delta = i64::from(self.count);
        let body = 1
            + size(timestamp_delta)
            + size(offset_delta)
            + field_size(key)
            + field_size(value)
            + headers_size(headers);
        self.buffer.reserve(body + 5);

        let mut head = Scratch::new();
        head.put(body as i64);
        head.byte(0);
        head.put(timestamp_delta);
        head.put(offset_delta);
        head.put(len_or_null(key));
        self.buffer.extend_from_slice(head.as_slice());
        self.buffer.extend_from_slice(key.unwrap_or_default());
        self.put_field(value);
        self.put_headers(headers);
        self.count += 1;
    }

    #[inline]
    fn put_field(&mut self, field: Option<&[u8]>) {
        let mut len = Scratch::new();
        len.put(len_or_null(field));
        self.buffer.extend_from_slice(len.as_slice());
        self.buffer.extend_from_slice(field.unwrap_or_default());
    }

    #[inline]
    fn put_headers(&mut self, headers: &[(&str, Option<&[u8]>)]) {
        if headers.is_empty() {
            return self.buffer.push(0);
        }
        let mut count = Scratch::new();
        count.put(headers.len() as i64);
        self.buffer.extend_from_slice(count.as_slice());
        for (name, value) in headers {
            self.put_field(Some(name.as_bytes()));
            self.put_field(*value);
        }
    }

    /// The size so far, header included, before compression.
    pub fn len_bytes(&self) -> usize {
        self.buffer.len()
    }

    pub fn count(&self) -> i32 {
        self.count
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The finished batch: compressed if asked, with header and checksum.
    pub fn build(mut self, producer: ProducerIdentity) -> Bytes {
        if let Some(smaller) = compress(self.compression, &self.buffer[at::RECORDS..], at::RECORDS) {
            self.buffer = smaller;
        }
        let mut attributes = self.compression.codec().map_or(0, |codec| codec as i16);
        if producer.transactional {
            attributes |= attribute::TRANSACTIONAL;
        }
        let length = (self.buffer.len() - LOG_OVERHEAD) as i32;
        let mut header = &mut self.buffer[..at::RECORDS];
        header.put_i64(0); // base offset: the broker assigns it
        header.put_i32(length);
        header.put_i32(-1); // partition leader epoch: the broker's too
        header.put_i8(MAGIC);
        header.put_u32(0); // crc, below
        header.put_i16(attributes);
        header.put_i32((self.count - 1).max(0));
        header.put_i64(self.base_timestamp);
        header.put_i64(self.max_timestamp);
        header.put_i64(producer.id);
        header.put_i16(producer.epoch);
        header.put_i32(producer.base_sequence);
        header.put_i32(self.count);
        seal(&mut self.buffer);
        Bytes::from(self.buffer)
    }
}

/// A finished batch under another identity: for a retry after the producer's epoch was bumped.
///
/// Patches in place when `batch` is the only handle to its bytes, otherwise in a copy. Bytes that are no whole batch come back
/// as they are.
pub fn rewrite_identity(batch: Bytes, producer: ProducerIdentity) -> Bytes {
    if batch.len() < at::RECORDS {
        return batch;
    }
    let mut buffer = bytes::BytesMut::from(batch);
    let mut attributes = i16::from_be_bytes([buffer[at::ATTRIBUTES], buffer[at::ATTRIBUTES + 1]]);
    attributes &= !attribute::TRANSACTIONAL;
    if producer.transactional {
        attributes |= attribute::TRANSACTIONAL;
    }
    (&mut buffer[at::ATTRIBUTES..]).put_i16(attributes);
    let mut fields = &mut buffer[at::PRODUCER_ID..];
    fields.put_i64(producer.id);
    fields.put_i16(producer.epoch);
    fields.put_i32(producer.base_sequence);
    seal(&mut buffer);
    buffer.freeze()
}

fn seal(batch: &mut [u8]) {
    let crc = crc32c::crc32c(&batch[at::ATTRIBUTES..]);
    batch[at::CRC..at::ATTRIBUTES].copy_from_slice(&crc.to_be_bytes());
}

#[inline]
fn len_or_null(field: Option<&[u8]>) -> i64 {
    field.map_or(-1, |bytes| bytes.len() as i64)
}

#[inline]
fn field_size(field: Option<&[u8]>) -> usize {
    size(len_or_null(field)) + field.map_or(0, <[u8]>::len)
}

#[inline]
fn headers_size(headers: &[(&str, Option<&[u8]>)]) -> usize {
    let fields = headers.iter().map(|(name, value)| field_size(Some(name.as_bytes())) + field_size(*value));
    size(headers.len() as i64) + fields.sum::<usize>()
}
