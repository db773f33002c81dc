//! The offset file as Java lays it out: the serialization stream of one `HashMap<byte[],byte[]>`.
//! ```text
//! magic, version ─▶ object ─▶ class description … superclass ─▶ its fields ─▶ block data: buckets, size ─▶ size × (key, value)
//! ```
//! Only what such a stream can hold is understood; anything else is an error that names it and the byte where it stands.
//! Start at [`read`] and [`write`].

mod stream;
#[cfg(test)]
mod tests;

use bytes::{BufMut, Bytes};

use super::OffsetEntries;
use stream::Stream;

/// Why bytes are not an offset file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JavaFileError {
    #[error("it ends at byte {at}, in the middle of {what}")]
    Truncated { at: usize, what: &'static str },
    #[error("byte {at} should begin {expected}, but is {found}")]
    Unexpected { at: usize, expected: &'static str, found: String },
    #[error("Expected HashMap but found class {class}")]
    NotAHashMap { class: String },
    #[error("at byte {at} there is an object of the class {class} instead of a byte[]")]
    NotBytes { at: usize, class: String },
}

const MAGIC_AND_VERSION: [u8; 4] = [0xAC, 0xED, 0, 5];
const HASH_MAP: &str = "java.util.HashMap";

/// Everything before the threshold.
const HEADER: &[u8] = b"\xAC\xED\0\x05sr\0\x11java.util.HashMap\x05\x07\xDA\xC1\xC3\x16\x60\xD1\x03\0\x02\
    F\0\nloadFactorI\0\tthresholdxp\x3F\x40\0\0";
/// The first array describes its class, the later ones refer to it.
const FIRST_ARRAY: &[u8] = b"ur\0\x02[B\xAC\xF3\x17\xF8\x06\x08\x54\xE0\x02\0\0xp";
const LATER_ARRAY: &[u8] = b"uq\0\x7E\0\x02";

/// Reads a whole file. No bytes are no entries, as in Java. Null keys, which Connect never writes, are left out; where a
/// key is there twice, the later one counts. Keys and values are slices of `bytes`.
/// # Errors
/// The bytes end too early or are something else.
pub fn read(bytes: &Bytes) -> Result<OffsetEntries, JavaFileError> {
    if bytes.is_empty() {
        return Ok(OffsetEntries::new());
    }
    let mut stream = Stream::new(bytes.clone());
    stream.magic(MAGIC_AND_VERSION)?;
    let size = stream.hash_map_head()?;
    let mut entries = OffsetEntries::new();
    for _ in 0..size {
        let (key, value) = (stream.byte_array()?, stream.byte_array()?);
        if let Some(key) = key {
            entries.insert(key, value);
        }
    }
    stream.end_of_block_data()?;
    Ok(entries)
}

/// The bytes that Java would write for a map that iterates in this order.
pub fn write(entries: &OffsetEntries) -> Vec<u8> {
    let content: usize = entries.iter().map(|(key, value)| key.len() + value.as_ref().map_or(0, Bytes::len) + 20).sum();
    let mut out = Vec::with_capacity(HEADER.len() + 32 + content);
    let (threshold, capacity) = table_size(entries.len());
    out.put_slice(HEADER);
    out.put_u32(threshold);
    out.put_slice(b"w\x08");
    out.put_u32(capacity);
    // More than 2^31 entries do not fit into memory.
    out.put_u32(entries.len() as u32);
    let mut head = FIRST_ARRAY;
    for (key, value) in entries {
        put_array(&mut out, &mut head, Some(key));
        put_array(&mut out, &mut head, value.as_ref());
    }
    out.put_u8(b'x');
    out
}

fn put_array(out: &mut Vec<u8>, head: &mut &'static [u8], bytes: Option<&Bytes>) {
    let Some(bytes) = bytes else { return out.put_u8(b'p') };
    out.put_slice(std::mem::replace(head, LATER_ARRAY));
    out.put_u32(bytes.len() as u32);
    out.put_slice(bytes);
}

/// The threshold and capacity of a `HashMap` that has grown to this size; a map that never held anything has no table.
fn table_size(entries: usize) -> (u32, u32) {
    let mut capacity = 16u32;
    while entries > capacity as usize / 4 * 3 && capacity < 1 << 30 {
        capacity *= 2;
    }
    (if entries == 0 { 0 } else { capacity / 4 * 3 }, capacity)
}
