use std::io;
use std::sync::Arc;

use super::Codec;

/// Why fetched bytes are not a readable batch. Reading again gives the same answer: none is retriable by itself.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RecordError {
    /// The broker (or a proxy) speaks a format older than Kafka 0.11.
    #[error(
        "the batch at offset {offset} has message format {magic}; only format 2 is read: let a broker of version 4.0 \
         or later rewrite the log, or copy the topic"
    )]
    UnsupportedMagic { offset: i64, magic: i8 },
    /// The bytes changed between the producer and here.
    #[error("the batch at offset {offset} is corrupt: its crc is {computed:#010x}, its header says {stored:#010x}")]
    Crc { offset: i64, stored: u32, computed: u32 },
    /// The crc is right, the structure is not: whoever wrote it wrote nonsense.
    #[error("the batch at offset {offset} is corrupt: {what}")]
    Corrupt { offset: i64, what: &'static str },
    /// The header names a compression that does not exist.
    #[error("the batch at offset {offset} has the unknown compression type {codec}")]
    UnknownCodec { offset: i64, codec: i16 },
    /// The compressed part cannot be read.
    #[error("the batch at offset {offset} does not decompress as {codec}")]
    Decompress { offset: i64, codec: Codec, source: Arc<io::Error> },
}
