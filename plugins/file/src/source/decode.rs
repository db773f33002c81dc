//! Bytes as Java's UTF-8 decoder reads them.

/// The text of `bytes`, U+FFFD for each malformed sequence, as many as Java's decoder gives: like
/// `String::from_utf8_lossy`, but an encoded surrogate is one malformed sequence and not three.
pub fn decode_utf8(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        match std::str::from_utf8(rest) {
            Ok(valid) => {
                text.push_str(valid);
                return text;
            }
            Err(e) => {
                let (valid, malformed) = rest.split_at(e.valid_up_to());
                text.push_str(&String::from_utf8_lossy(valid));
                text.push(char::REPLACEMENT_CHARACTER);
                rest = &malformed[malformed_len(malformed, e.error_len())..];
            }
        }
    }
}

/// How many bytes one U+FFFD stands for, at the front of `bytes`; none of `standard` means all that are left.
fn malformed_len(bytes: &[u8], standard: Option<usize>) -> usize {
    let continues = |at: usize| bytes.get(at).is_some_and(|byte| byte & 0xC0 == 0x80);
    match bytes {
        [0xED, 0xA0..=0xBF, ..] if continues(2) => 3,
        [0xED, 0xA0..=0xBF, ..] => 2,
        _ => standard.unwrap_or(bytes.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::decode_utf8;

    #[test]
    fn replaces_as_java_does() {
        for (bytes, want) in [
            (&b"plain"[..], "plain"),
            (b"", ""),
            (b"\xC3\xA9\xFFz", "é\u{FFFD}z"),
            (b"\xE4\xB8", "\u{FFFD}"), // cut off: one for the whole sequence
            (b"\xE4\xB8a", "\u{FFFD}a"),
            (b"\xE4a", "\u{FFFD}a"),
            (b"\x96\x97", "\u{FFFD}\u{FFFD}"), // continuation bytes without a start: one each
            (b"\xC0\x80", "\u{FFFD}\u{FFFD}"), // Java's own NUL is not UTF-8
            (b"\xED\xA0\x80x", "\u{FFFD}x"),   // a surrogate: one, where Rust gives three
            (b"\xED\xBF", "\u{FFFD}"),
            (b"\xED\xA0z", "\u{FFFD}z"),
            (b"\xF0\x9F\x98z", "\u{FFFD}z"),
            (b"\xF5\x80\x80\x80", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
        ] {
            assert_eq!(decode_utf8(bytes), want, "{bytes:x?}");
        }
    }
}
