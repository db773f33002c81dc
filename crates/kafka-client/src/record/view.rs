use std::iter::FusedIterator;

use bytes::Bytes;

use super::varint::Cursor;
use super::{Headers, RecordError};

/// Who set a record's timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampType {
    CreateTime,
    LogAppendTime,
}

/// One record: key and value are slices of the fetched (or once decompressed) buffer.
///
/// A record that is kept keeps that whole buffer alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordView {
    pub offset: i64,
    /// Milliseconds since 1970; -1 if the producer set none.
    pub timestamp: i64,
    pub timestamp_type: TimestampType,
    pub key: Option<Bytes>,
    pub value: Option<Bytes>,
    pub headers: Headers,
}

/// The records of one batch from some place on, at most as many as asked for.
///
/// Iterating yields each record in place. After an error it ends.
#[derive(Clone, Debug)]
pub struct Records {
    pub(super) payload: Bytes,
    pub(super) at: usize,
    /// How many records are left by the batch header's count.
    pub(super) left: usize,
    pub(super) base_offset: i64,
    pub(super) base_timestamp: i64,
    /// With [`TimestampType::LogAppendTime`] every record has this timestamp.
    pub(super) max_timestamp: i64,
    pub(super) timestamp_type: TimestampType,
    /// Records before this offset are skipped: a fetch gives whole batches, also where it starts within one.
    pub(super) from_offset: i64,
}

impl Records {
    /// How many records are left; an encoder's lie about their number shows only while they are read.
    pub fn len_max(&self) -> usize {
        self.left
    }

    /// Cuts off the next `count` records and leaves the rest; the second value is the offset after the last one cut.
    /// Only lengths and offsets are read. Records before the start offset are passed over and not counted.
    pub fn split_front(&mut self, count: usize) -> Result<(Self, Option<i64>), RecordError> {
        let mut front = self.clone();
        let (mut taken, mut passed, mut next_offset) = (0, 0, None);
        while taken < count && self.left > 0 {
            let offset = self.skip_one()?;
            passed += 1;
            if offset >= self.from_offset {
                taken += 1;
                next_offset = Some(offset.wrapping_add(1));
            }
        }
        front.left = passed;
        Ok((front, next_offset))
    }

    /// Drops the records before the start offset, so that nobody counts them.
    pub(super) fn pass_over(&mut self) -> Result<(), RecordError> {
        while self.left > 0 {
            let before = self.at;
            if self.skip_one()? >= self.from_offset {
                (self.at, self.left) = (before, self.left + 1);
                break;
            }
        }
        Ok(())
    }

    fn skip_one(&mut self) -> Result<i64, RecordError> {
        let corrupt = self.corrupt("a record is cut off");
        let mut cursor = Cursor::new(&self.payload, self.at);
        let end = record_end(&mut cursor, self.payload.len()).ok_or(corrupt)?;
        let delta = (|| {
            cursor.byte()?;
            cursor.long()?;
            cursor.int()
        })();
        let delta = delta.ok_or_else(|| self.corrupt("a record is cut off"))?;
        self.at = end;
        self.left -= 1;
        Ok(self.base_offset.wrapping_add(i64::from(delta)))
    }

    fn corrupt(&self, what: &'static str) -> RecordError {
        RecordError::Corrupt { offset: self.base_offset, what }
    }

    /// `None` if the record is malformed, `Some(None)` if it lies before the start offset.
    #[inline]
    fn read_one(&mut self) -> Option<Option<RecordView>> {
        let mut cursor = Cursor::new(&self.payload, self.at);
        let end = record_end(&mut cursor, self.payload.len())?;
        cursor.byte()?;
        let timestamp_delta = cursor.long()?;
        let offset = self.base_offset.wrapping_add(i64::from(cursor.int()?));
        if offset < self.from_offset {
            self.at = end;
            return Some(None);
        }
        let key = cursor.field()?;
        let value = cursor.field()?;
        let header_count = usize::try_from(cursor.int()?).ok()?;
        if cursor.at > end {
            return None;
        }
        let headers = match header_count {
            0 if cursor.at == end => Headers::default(),
            0 => return None,
            count => Headers::checked(count, self.payload.slice(cursor.at..end))?,
        };
        let timestamp = match self.timestamp_type {
            TimestampType::CreateTime => self.base_timestamp.wrapping_add(timestamp_delta),
            TimestampType::LogAppendTime => self.max_timestamp,
        };
        self.at = end;
        Some(Some(RecordView {
            offset,
            timestamp,
            timestamp_type: self.timestamp_type,
            key: key.map(|range| self.payload.slice(range)),
            value: value.map(|range| self.payload.slice(range)),
            headers,
        }))
    }
}

/// Reads the length in front of a record: where the record ends, if that is within the payload.
#[inline]
fn record_end(cursor: &mut Cursor<'_>, payload_len: usize) -> Option<usize> {
    let len = usize::try_from(cursor.int()?).ok()?;
    let end = cursor.at.checked_add(len)?;
    (end <= payload_len).then_some(end)
}

impl Iterator for Records {
    type Item = Result<RecordView, RecordError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        while self.left > 0 {
            self.left -= 1;
            match self.read_one() {
                Some(Some(record)) => return Some(Ok(record)),
                Some(None) => {}
                None => {
                    self.left = 0;
                    return Some(Err(self.corrupt("a record's fields do not fit its length")));
                }
            }
        }
        None
    }
}

impl FusedIterator for Records {}
