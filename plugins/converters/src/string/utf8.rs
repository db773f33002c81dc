//! UTF-8 as `new String(bytes, UTF_8)` reads it: every malformed piece becomes one U+FFFD, and what a piece is differs
//! from Rust's `from_utf8_lossy` for encoded surrogates and cut ends.

const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

/// Reads `bytes`, malformed or not.
pub(super) fn decode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Err(e) = std::str::from_utf8(rest) {
        let (valid, malformed) = rest.split_at(e.valid_up_to());
        text.push_str(std::str::from_utf8(valid).unwrap_or_default());
        text.push(REPLACEMENT);
        rest = &malformed[malformed_length(malformed)..];
    }
    text.push_str(std::str::from_utf8(rest).unwrap_or_default());
    text
}

/// How many bytes the first replacement stands for. `bytes` begins with what is not UTF-8.
fn malformed_length(bytes: &[u8]) -> usize {
    match *bytes {
        [0xE0..=0xEF, second, third, ..] => three(bytes[0], second, third),
        [lead @ 0xE0..=0xEF, second] if bad_second_of_three(lead, second) => 1,
        [0xF0..=0xF7, second, third, _, ..] => four(bytes[0], second, third),
        [lead @ 0xF0..=0xF7, ref rest @ ..] => cut_four(lead, rest),
        // A lead without all that belongs to it takes everything that is left.
        [0xE0..=0xEF, _] => 2,
        _ => 1,
    }
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

fn bad_second_of_three(lead: u8, second: u8) -> bool {
    (lead == 0xE0 && second & 0xE0 == 0x80) || !is_continuation(second)
}

fn bad_second_of_four(lead: u8, second: u8) -> bool {
    match lead {
        0xF0 => !(0x90..=0xBF).contains(&second),
        0xF4 => second & 0xF0 != 0x80,
        0xF1..=0xF3 => !is_continuation(second),
        _ => true,
    }
}

fn three(lead: u8, second: u8, third: u8) -> usize {
    if bad_second_of_three(lead, second) {
        1
    } else if !is_continuation(third) {
        2
    } else {
        // An encoded surrogate.
        3
    }
}

fn four(lead: u8, second: u8, third: u8) -> usize {
    if bad_second_of_four(lead, second) {
        1
    } else if !is_continuation(third) {
        2
    } else {
        3
    }
}

/// Fewer than three bytes follow the lead.
fn cut_four(lead: u8, rest: &[u8]) -> usize {
    match *rest {
        [second, ..] if bad_second_of_four(lead, second) => 1,
        [_, third] if !is_continuation(third) => 2,
        _ if lead > 0xF4 => 1,
        _ => 1 + rest.len(),
    }
}
