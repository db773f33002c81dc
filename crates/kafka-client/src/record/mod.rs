//! Record batches as they travel: written once into the produce buffer, read in place from the fetched one.
//! ```text
//! producer: BatchBuilder::append ─▶ one buffer ─▶ build: compress, header, crc ─▶ ProduceRequest
//! consumer: FetchResponse ─▶ Batches ─▶ Batch (crc checked) ─▶ records(): RecordView, slices of the fetched buffer
//!                                         └ compressed: decompressed once, bounded, then the same slices
//! ```
//! Only format version 2 (magic 2) is here: brokers from 4.0 on neither take nor send another.
//! Start at [`BatchBuilder`] for writing and at [`Batches`] for reading.

mod batch;
mod builder;
mod compression;
mod error;
mod headers;
mod varint;
mod view;

#[cfg(test)]
mod tests;

pub use batch::{Batch, Batches, ControlRecord};
pub use builder::{BatchBuilder, ProducerIdentity, rewrite_identity};
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use compression::decompress_any;
pub use compression::{Codec, Compression};
pub use error::RecordError;
pub use headers::{HeaderIter, Headers};
pub use view::{RecordView, Records, TimestampType};

/// Where each field of the batch header starts; all are big-endian.
mod at {
    pub(super) const BASE_OFFSET: usize = 0;
    pub(super) const LENGTH: usize = 8;
    pub(super) const LEADER_EPOCH: usize = 12;
    pub(super) const MAGIC: usize = 16;
    pub(super) const CRC: usize = 17;
    pub(super) const ATTRIBUTES: usize = 21;
    pub(super) const PRODUCER_ID: usize = 43;
    pub(super) const RECORDS: usize = 61;
}

/// The bits of the batch header's attributes.
mod attribute {
    pub(super) const CODEC: i16 = 0x07;
    pub(super) const LOG_APPEND_TIME: i16 = 0x08;
    pub(super) const TRANSACTIONAL: i16 = 0x10;
    pub(super) const CONTROL: i16 = 0x20;
}

const MAGIC: i8 = 2;
/// The part of a batch that its length field does not count: the base offset and the length itself.
const LOG_OVERHEAD: usize = at::LEADER_EPOCH;
