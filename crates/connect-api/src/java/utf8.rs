//! `new String(bytes, UTF_8)`: bytes that are no UTF-8 become U+FFFD.

use bytes::Bytes;
use bytestring::ByteString;

/// Decodes as Java does, a slice of `bytes` where they are valid. Unlike [`String::from_utf8_lossy`] it makes one
/// replacement of an encoded surrogate, not three.
pub fn decode_utf8(bytes: &Bytes) -> ByteString {
    ByteString::try_from(bytes.clone()).unwrap_or_else(|_| lossy(bytes).into())
}

fn lossy(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(chunk) = rest.utf8_chunks().next() {
        text.push_str(chunk.valid());
        rest = &rest[chunk.valid().len()..];
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
            rest = &rest[surrogate_len(rest).unwrap_or(chunk.invalid().len())..];
        }
    }
    text
}

/// The length of an encoded surrogate, complete or cut off.
fn surrogate_len(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [0xED, 0xA0..=0xBF, 0x80..=0xBF, ..] => Some(3),
        [0xED, 0xA0..=0xBF, ..] => Some(2),
        _ => None,
    }
}
