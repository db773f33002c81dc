//! The four compressions of Kafka, written as Java's client writes them and read within bounds.

use std::fmt;
use std::io::{self, Read, Write};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use lz4_flex::frame::{BlockMode, BlockSize, FrameDecoder, FrameEncoder, FrameInfo};

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
    /// One speed: Java's levels other than the default ask for its slower, denser search, which is not here.
    Lz4,
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
            "lz4" => Self::Lz4,
            "zstd" => Self::Zstd { level: 3 },
            _ => return None,
        })
    }

    /// The same compression at another level, where it has levels.
    #[must_use]
    pub fn with_level(self, level: i32) -> Self {
        match self {
            Self::Gzip { .. } => Self::Gzip { level },
            Self::Zstd { .. } => Self::Zstd { level },
            other => other,
        }
    }

    pub(super) fn codec(self) -> Option<Codec> {
        match self {
            Self::None => None,
            Self::Gzip { .. } => Some(Codec::Gzip),
            Self::Snappy => Some(Codec::Snappy),
            Self::Lz4 => Some(Codec::Lz4),
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
        Compression::Lz4 => {
            // Java's reader refuses linked blocks.
            let frame = FrameInfo::new().block_mode(BlockMode::Independent).block_size(BlockSize::Max64KB);
            let mut encoder = FrameEncoder::with_frame_info(frame, out);
            encoder.write_all(plain)?;
            encoder.finish()?;
        }
        Compression::Zstd { level } => {
            let mut encoder = zstd::stream::write::Encoder::new(out, level.clamp(-(1 << 17), 22))?;
            encoder.write_all(plain)?;
            encoder.finish()?;
        }
    }
    Ok(())
}

/// The whole of `compressed`, unfolded.
pub(super) fn decompress(codec: Codec, compressed: &[u8]) -> io::Result<Bytes> {
    match codec {
        Codec::Gzip => read_bounded(MultiGzDecoder::new(compressed), compressed.len()),
        Codec::Snappy => xerial::read(compressed, DECOMPRESSED_BYTES_MAX).map(Bytes::from),
        Codec::Lz4 => read_bounded(FrameDecoder::new(compressed), compressed.len()),
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

/// Snappy as the Java library frames it: a magic header, then blocks of 32 KiB with their length before each.
/// Some clients write one bare block instead; both are read.
mod xerial {
    use std::io;

    use snap::raw::{Decoder, Encoder, decompress_len, max_compress_len};

    const MAGIC: [u8; 8] = [0x82, b'S', b'N', b'A', b'P', b'P', b'Y', 0];
    /// Magic, version and oldest compatible version.
    const HEADER: [u8; 16] = [0x82, b'S', b'N', b'A', b'P', b'P', b'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1];
    const BLOCK_BYTES: usize = 32 << 10;
    /// A copy of 64 bytes takes 2 bytes at the least, so more than this is a lie about the length.
    const RATIO_MAX: usize = 64;

    pub(super) fn write(plain: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        out.extend_from_slice(&HEADER);
        let mut encoder = Encoder::new();
        for block in plain.chunks(BLOCK_BYTES) {
            let len_at = out.len();
            out.resize(len_at + 4 + max_compress_len(block.len()), 0);
            let len = encoder.compress(block, &mut out[len_at + 4..])?;
            out[len_at..len_at + 4].copy_from_slice(&(len as u32).to_be_bytes());
            out.truncate(len_at + 4 + len);
        }
        Ok(())
    }

    pub(super) fn read(framed: &[u8], max: usize) -> io::Result<Vec<u8>> {
        let mut plain = Vec::new();
        if !framed.starts_with(&MAGIC) {
            append_block(framed, &mut plain, max)?;
            return Ok(plain);
        }
        let mut rest = framed.get(HEADER.len()..).ok_or_else(truncated)?;
        while let Some((len, after)) = rest.split_first_chunk::<4>() {
            let len = u32::from_be_bytes(*len) as usize;
            let (block, next) = after.split_at_checked(len).ok_or_else(truncated)?;
            append_block(block, &mut plain, max)?;
            rest = next;
        }
        if rest.is_empty() { Ok(plain) } else { Err(truncated()) }
    }

    fn append_block(block: &[u8], plain: &mut Vec<u8>, max: usize) -> io::Result<()> {
        let len = decompress_len(block)?;
        let from = plain.len();
        if len > max - from {
            return Err(super::too_large());
        }
        if len > block.len().saturating_mul(RATIO_MAX) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a snappy block claims an impossible length"));
        }
        plain.resize(from + len, 0);
        Decoder::new().decompress(block, &mut plain[from..])?;
        Ok(())
    }

    fn truncated() -> io::Error {
        io::Error::new(io::ErrorKind::UnexpectedEof, "a snappy block is cut off")
    }
}
