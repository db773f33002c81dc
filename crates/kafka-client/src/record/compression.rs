//! The four compressions of Kafka, written as Java's client writes them and read within bounds.

mod lz4;
mod xerial;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{self, Read, Write};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

/// The most that one batch may grow to. A producer fills batches of at most some MiB before compression, and the brokers' default
/// `message.max.bytes` is 1 MiB after it, so an honest batch stays far below; a few KiB made to unfold to
/// gigabytes ends here. Zeroes shrink by 1,000 and more in an honest batch too, so a ratio would be no better sign.
const DECOMPRESSED_BYTES_MAX: usize = 512 << 20;

/// `compression.type` with its `compression.*.level`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    #[default]
    None,
    /// Level 1 to 9, or -1 for the default (6).
    Gzip {
        level: i32,
    },
    Snappy,
    /// Level 1 to 17. As in Java, 9 is the default and the fast search; every other is the slower, denser one.
    Lz4 {
        level: i32,
    },
    /// Level up to 22; negative ones are faster.
    Zstd {
        level: i32,
    },
}

impl Compression {
    /// Reads a `compression.type`, at the default level.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "none" => Self::None,
            "gzip" => Self::Gzip { level: -1 },
            "snappy" => Self::Snappy,
            "lz4" => Self::Lz4 { level: lz4::FAST },
            "zstd" => Self::Zstd { level: 3 },
            _ => return None,
        })
    }

    /// The same compression at another level, where it has levels.
    #[must_use]
    pub fn with_level(self, level: i32) -> Self {
        match self {
            Self::Gzip { .. } => Self::Gzip { level },
            Self::Lz4 { .. } => Self::Lz4 { level },
            Self::Zstd { .. } => Self::Zstd { level },
            other => other,
        }
    }

    pub(super) fn codec(self) -> Option<Codec> {
        match self {
            Self::None => None,
            Self::Gzip { .. } => Some(Codec::Gzip),
            Self::Snappy => Some(Codec::Snappy),
            Self::Lz4 { .. } => Some(Codec::Lz4),
            Self::Zstd { .. } => Some(Codec::Zstd),
        }
    }
}

/// What the batch header calls a compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i16)]
pub enum Codec {
    Gzip = 1,
    Snappy = 2,
    Lz4 = 3,
    Zstd = 4,
}

impl Codec {
    /// `Ok(None)` is an uncompressed batch, `Err` a number that means nothing.
    pub(super) fn from_attributes(bits: i16) -> Result<Option<Self>, i16> {
        Ok(Some(match bits {
            0 => return Ok(None),
            1 => Self::Gzip,
            2 => Self::Snappy,
            3 => Self::Lz4,
            4 => Self::Zstd,
            unknown => return Err(unknown),
        }))
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gzip => "gzip",
            Self::Snappy => "snappy",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        })
    }
}

/// `plain` compressed behind `reserve` zero bytes (the place of the header); `None` if there is nothing to do.
pub(super) fn compress(compression: Compression, plain: &[u8], reserve: usize) -> Option<Vec<u8>> {
    compression.codec()?;
    let mut out = Vec::with_capacity(reserve + plain.len() / 2);
    out.resize(reserve, 0);
    write_compressed(compression, plain, &mut out).expect("writing to memory does not fail");
    Some(out)
}

fn write_compressed(compression: Compression, plain: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    match compression {
        Compression::None => out.extend_from_slice(plain),
        Compression::Gzip { level } => {
            let level =
                u32::try_from(level).map_or(flate2::Compression::default(), |l| flate2::Compression::new(l.min(9)));
            let mut encoder = GzEncoder::new(out, level);
            encoder.write_all(plain)?;
            encoder.finish()?;
        }
        Compression::Snappy => xerial::write(plain, out)?,
        Compression::Lz4 { level } => lz4::write(level, plain, out)?,
        Compression::Zstd { level } => {
            let mut encoder = zstd::stream::write::Encoder::new(out, level.clamp(-(1 << 17), 22))?;
            encoder.write_all(plain)?;
            encoder.finish()?;
        }
    }
    Ok(())
}

/// Unfolds bytes that nobody has compressed, for the fuzz targets: the first of them says how.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn decompress_any(bytes: &[u8]) {
    let Some((codec, compressed)) = bytes.split_first() else { return };
    if let Ok(Some(codec)) = Codec::from_attributes(i16::from(codec % 4) + 1) {
        let _ = decompress(codec, compressed);
    }
}

/// The whole of `compressed`, unfolded.
pub(super) fn decompress(codec: Codec, compressed: &[u8]) -> io::Result<Bytes> {
    match codec {
        Codec::Gzip => read_bounded(MultiGzDecoder::new(compressed), compressed.len()),
        Codec::Snappy => xerial::read(compressed, DECOMPRESSED_BYTES_MAX).map(Bytes::from),
        Codec::Lz4 => lz4::read(compressed),
        Codec::Zstd => read_bounded(zstd::stream::read::Decoder::with_buffer(compressed)?, compressed.len()),
    }
}

fn read_bounded(reader: impl Read, compressed_len: usize) -> io::Result<Bytes> {
    // The size is unknown: the guess saves the first few doublings, and cannot be driven up by a small input.
    let mut plain = Vec::with_capacity(compressed_len.saturating_mul(4).min(DECOMPRESSED_BYTES_MAX));
    reader.take(DECOMPRESSED_BYTES_MAX as u64 + 1).read_to_end(&mut plain)?;
    if plain.len() > DECOMPRESSED_BYTES_MAX {
        return Err(too_large());
    }
    Ok(Bytes::from(plain))
}

fn too_large() -> io::Error {
    io::Error::other(format!("it unfolds to more than {DECOMPRESSED_BYTES_MAX} bytes"))
}
