//! Which encoding a JSON text has: by its byte order mark, else by where its zero bytes are.

use bytes::Bytes;

use super::fault::Fault;

enum Encoding {
    /// To be read from this offset on.
    Utf8(usize),
    Utf16 {
        start: usize,
        big: bool,
    },
    Utf32 {
        start: usize,
        big: bool,
    },
}

/// The text in UTF-8: almost always `bytes` itself.
/// # Errors
/// UTF-32 with its bytes in an order that nobody uses, or what is no text in UTF-32.
pub(super) fn to_utf8(bytes: &Bytes) -> Result<Bytes, Fault> {
    // The common case: a text of two bytes and more that begins with two ASCII characters.
    if let [1..=0x7f, 1..=0x7f, ..] | [] | [_] = bytes[..] {
        return Ok(bytes.clone());
    }
    match detect(bytes)? {
        Encoding::Utf8(0) => Ok(bytes.clone()),
        Encoding::Utf8(start) => Ok(bytes.slice(start..)),
        Encoding::Utf16 { start, big } => Ok(from_utf16(&bytes[start..], big).into()),
        Encoding::Utf32 { start, big } => Ok(from_utf32(&bytes[start..], big)?.into()),
    }
}

fn detect(bytes: &[u8]) -> Result<Encoding, Fault> {
    Ok(match *bytes {
        [0, 0, 0xFE, 0xFF, ..] => Encoding::Utf32 { start: 4, big: true },
        [0xFF, 0xFE, 0, 0, ..] => Encoding::Utf32 { start: 4, big: false },
        [0, 0, 0xFF, 0xFE, ..] => return Err(unsupported("2143")),
        [0xFE, 0xFF, 0, 0, ..] => return Err(unsupported("3412")),
        [0xFE, 0xFF, _, _, ..] => Encoding::Utf16 { start: 2, big: true },
        [0xFF, 0xFE, _, _, ..] => Encoding::Utf16 { start: 2, big: false },
        [0xEF, 0xBB, 0xBF, _, ..] => Encoding::Utf8(3),
        [0, 0, 0, _, ..] => Encoding::Utf32 { start: 0, big: true },
        [_, 0, 0, 0, ..] => Encoding::Utf32 { start: 0, big: false },
        [0, _, 0, 0, ..] => return Err(unsupported("3412")),
        [0, 0, _, 0, ..] => return Err(unsupported("2143")),
        [0, _, ..] => Encoding::Utf16 { start: 0, big: true },
        [_, 0, ..] => Encoding::Utf16 { start: 0, big: false },
        _ => Encoding::Utf8(0),
    })
}

fn unsupported(order: &str) -> Fault {
    Fault::charset(format!("Unsupported UCS-4 endianness ({order}) detected"))
}

fn from_utf16(bytes: &[u8], big: bool) -> String {
    let unit = |pair: &[u8]| match *pair {
        [a, b] if big => u16::from_be_bytes([a, b]),
        [a, b] => u16::from_le_bytes([a, b]),
        _ => 0xFFFD,
    };
    char::decode_utf16(bytes.chunks(2).map(unit)).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

fn from_utf32(bytes: &[u8], big: bool) -> Result<String, Fault> {
    let one = |quad: &[u8]| {
        let &[a, b, c, d] = quad else {
            return Err(Fault::charset("Unexpected EOF in the middle of a 4-byte UTF-32 char"));
        };
        let code = if big { u32::from_be_bytes([a, b, c, d]) } else { u32::from_le_bytes([a, b, c, d]) };
        char::from_u32(code).ok_or_else(|| Fault::charset(format!("Invalid UTF-32 character 0x{code:x}")))
    };
    bytes.chunks(4).map(one).collect()
}
