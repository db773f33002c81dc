//! lz4 in the frame that Java's client writes: independent blocks of 64 KiB, no checksum of the content.
//! The frame is made here, around the library's blocks, because its own frame writer has no dense search for level 1.

use std::io;

use lz4::block::{CompressionMode, compress_bound, compress_to_buffer};

/// The level that is the fast search; Java's default.
pub(super) const FAST: i32 = 9;

const BLOCK_BYTES: usize = 64 << 10;
/// The magic number, independent blocks and nothing else, blocks of 64 KiB, the checksum of these last two.
const HEADER: [u8; 7] = [0x04, 0x22, 0x4D, 0x18, 0x60, 0x40, 0x82];
const END: [u8; 4] = [0; 4];
/// The bit in a block's length that says that the block is stored as it is.
const STORED: u32 = 1 << 31;

pub(super) fn write(level: i32, plain: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    out.extend_from_slice(&HEADER);
    for block in plain.chunks(BLOCK_BYTES) {
        append_block(mode(level), block, out)?;
    }
    out.extend_from_slice(&END);
    Ok(())
}

/// The library takes what is above its 12 for 12.
fn mode(level: i32) -> CompressionMode {
    if level == FAST { CompressionMode::DEFAULT } else { CompressionMode::HIGHCOMPRESSION(level.clamp(1, 17)) }
}

fn append_block(mode: CompressionMode, block: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    let len_at = out.len();
    let from = len_at + 4;
    out.resize(from + compress_bound(block.len())?, 0);
    let mut len = compress_to_buffer(block, Some(mode), false, &mut out[from..])?;
    let mut flag = 0;
    if len >= block.len() {
        (len, flag) = (block.len(), STORED);
        out[from..from + len].copy_from_slice(block);
    }
    out[len_at..from].copy_from_slice(&(len as u32 | flag).to_le_bytes());
    out.truncate(from + len);
    Ok(())
}

/// The first frame of `framed`; it must end with its mark.
pub(super) fn read(framed: &[u8]) -> io::Result<bytes::Bytes> {
    let mut decoder = lz4::Decoder::new(framed)?;
    let plain = super::read_bounded(&mut decoder, framed.len())?;
    let (_, ended) = decoder.finish();
    ended.map_err(|_| io::Error::new(io::ErrorKind::UnexpectedEof, "the lz4 frame is cut off"))?;
    Ok(plain)
}
