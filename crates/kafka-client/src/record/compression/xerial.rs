//! Snappy as the Java library frames it: a magic header, then blocks of 32 KiB with their length before each.
//! Some clients write one bare block instead; both are read.

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
