//! `java.lang.String` and byte arrays, as far as they differ from Rust's.

/// `String.trim`: takes off everything up to and including the space, control characters too, and nothing else.
pub fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c <= ' ')
}

/// `String.hashCode`, over UTF-16 units.
pub fn hash_code(text: &str) -> i32 {
    let step = |hash: i32, unit: i32| hash.wrapping_mul(31).wrapping_add(unit);
    if text.is_ascii() {
        return text.bytes().fold(0, |hash, byte| step(hash, i32::from(byte)));
    }
    text.encode_utf16().fold(0, |hash, unit| step(hash, i32::from(unit)))
}

/// `Arrays.hashCode(byte[])`.
pub fn byte_hash_code(bytes: &[u8]) -> i32 {
    bytes.iter().fold(1, |hash: i32, &byte| hash.wrapping_mul(31).wrapping_add(i32::from(byte as i8)))
}
