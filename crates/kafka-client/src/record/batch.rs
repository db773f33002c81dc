//! Reading batches.

use bytes::{Buf, Bytes};

use super::compression::decompress;
use super::{Codec, LOG_OVERHEAD, MAGIC, RecordError, Records, TimestampType, at, attribute};

/// The batches of one partition's fetched bytes, in order.
///
/// Brokers cut at a byte limit: an incomplete last batch ends the iteration quietly. After an error it ends.
#[derive(Clone, Debug)]
pub struct Batches {
    bytes: Bytes,
    check_crc: bool,
}

impl Batches {
    /// `check_crc` is the consumer's `check.crcs`.
    pub fn new(bytes: Bytes, check_crc: bool) -> Self {
        Self { bytes, check_crc }
    }

    /// The length of the next batch; `None` if it is not whole.
    fn next_len(&self) -> Option<Result<usize, RecordError>> {
        if self.bytes.len() <= at::MAGIC {
            return None;
        }
        let offset = read_i64(&self.bytes, at::BASE_OFFSET);
        let magic = self.bytes[at::MAGIC] as i8;
        if magic != MAGIC {
            return Some(Err(RecordError::UnsupportedMagic { offset, magic }));
        }
        let total = usize::try_from(read_i32(&self.bytes, at::LENGTH)).ok().map(|len| len.saturating_add(LOG_OVERHEAD));
        match total {
            Some(total) if total > self.bytes.len() => None,
            Some(total) if total >= at::RECORDS => Some(Ok(total)),
            _ => Some(Err(RecordError::Corrupt { offset, what: "it is shorter than its own header" })),
        }
    }
}

impl Iterator for Batches {
    type Item = Result<Batch, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.next_len()?.and_then(|len| Batch::parse(self.bytes.split_to(len), self.check_crc));
        if batch.is_err() {
            self.bytes.clear();
        }
        Some(batch)
    }
}

/// One whole batch whose header was read; its records are read by [`records`](Self::records).
#[derive(Clone, Debug)]
pub struct Batch {
    pub base_offset: i64,
    pub leader_epoch: i32,
    /// The offset of the last record that the batch ever had, also when compaction removed it since.
    pub last_offset: i64,
    pub base_timestamp: i64,
    pub max_timestamp: i64,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub base_sequence: i32,
    /// How many records it has now.
    pub count: i32,
    attributes: i16,
    codec: Option<Codec>,
    body: Bytes,
}

impl Batch {
    fn parse(bytes: Bytes, check_crc: bool) -> Result<Self, RecordError> {
        let offset = read_i64(&bytes, at::BASE_OFFSET);
        if check_crc {
            verify(&bytes, offset)?;
        }
        let body = bytes.slice(at::RECORDS..);
        let mut header = &bytes[at::LEADER_EPOCH..at::MAGIC];
        let leader_epoch = header.get_i32();
        let mut header = &bytes[at::ATTRIBUTES..at::RECORDS];
        let attributes = header.get_i16();
        let codec = Codec::from_attributes(attributes & attribute::CODEC)
            .map_err(|codec| RecordError::UnknownCodec { offset, codec })?;
        let last_offset = offset.saturating_add(i64::from(header.get_i32()));
        if offset < 0 || last_offset < offset || last_offset == i64::MAX {
            return Err(RecordError::Corrupt { offset, what: "its offsets run backwards" });
        }
        Ok(Self {
            base_offset: offset,
            leader_epoch,
            last_offset,
            base_timestamp: header.get_i64(),
            max_timestamp: header.get_i64(),
            producer_id: header.get_i64(),
            producer_epoch: header.get_i16(),
            base_sequence: header.get_i32(),
            count: header.get_i32(),
            attributes,
            codec,
            body,
        })
    }

    /// Its size as fetched, without the header.
    pub fn len_bytes(&self) -> usize {
        self.body.len()
    }

    /// Where the log goes on after this batch.
    pub fn next_offset(&self) -> i64 {
        self.last_offset + 1
    }

    /// Written inside a transaction.
    pub fn is_transactional(&self) -> bool {
        self.attributes & attribute::TRANSACTIONAL != 0
    }

    /// A marker of the broker, not data: callers pass over its records but count its offset.
    pub fn is_control(&self) -> bool {
        self.attributes & attribute::CONTROL != 0
    }

    pub fn timestamp_type(&self) -> TimestampType {
        match self.attributes & attribute::LOG_APPEND_TIME {
            0 => TimestampType::CreateTime,
            _ => TimestampType::LogAppendTime,
        }
    }

    /// The records from `from_offset` on. Decompresses, if need be, once for the whole batch.
    pub fn records(&self, from_offset: i64) -> Result<Records, RecordError> {
        let left = usize::try_from(self.count)
            .map_err(|_| RecordError::Corrupt { offset: self.base_offset, what: "it has a negative record count" })?;
        let mut records = Records {
            payload: if left == 0 { Bytes::new() } else { self.payload()? },
            at: 0,
            left,
            base_offset: self.base_offset,
            base_timestamp: self.base_timestamp,
            max_timestamp: self.max_timestamp,
            timestamp_type: self.timestamp_type(),
            from_offset,
        };
        if from_offset > self.base_offset {
            records.pass_over()?;
        }
        Ok(records)
    }

    fn payload(&self) -> Result<Bytes, RecordError> {
        let Some(codec) = self.codec else { return Ok(self.body.clone()) };
        decompress(codec, &self.body).map_err(|source| RecordError::Decompress {
            offset: self.base_offset,
            codec,
            source: source.into(),
        })
    }

    /// What a control batch says; `None` for other batches and for markers of a kind unknown today.
    pub fn control(&self) -> Option<ControlRecord> {
        if !self.is_control() {
            return None;
        }
        let marker = self.records(i64::MIN).ok()?.next()?.ok()?.key?;
        match *marker.as_ref() {
            [_, _, 0, 0, ..] => Some(ControlRecord::Abort),
            [_, _, 0, 1, ..] => Some(ControlRecord::Commit),
            _ => None,
        }
    }
}

/// How a transaction of the batch's producer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlRecord {
    Abort,
    Commit,
}

fn verify(bytes: &[u8], offset: i64) -> Result<(), RecordError> {
    let stored = read_i32(bytes, at::CRC) as u32;
    let computed = crc32c::crc32c(&bytes[at::ATTRIBUTES..]);
    if stored == computed { Ok(()) } else { Err(RecordError::Crc { offset, stored, computed }) }
}

fn read_i64(bytes: &[u8], at: usize) -> i64 {
    (&bytes[at..]).get_i64()
}

fn read_i32(bytes: &[u8], at: usize) -> i32 {
    (&bytes[at..]).get_i32()
}
