//! Base64 in JSON strings, read as the reference's JSON library reads it: padding is required, and what
//! stands between groups of four may be white space.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connect_api::ConnectError;

const INVALID: &str = "com.fasterxml.jackson.databind.exc.InvalidFormatException";
const BROKEN: &str = "Cannot access contents of TextNode as binary due to broken Base64 encoding";

/// Appends `bytes` in Base64, with padding.
pub(super) fn encode(out: &mut Vec<u8>, bytes: &[u8]) {
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, 0);
    // The slice has exactly the length that is needed.
    let written = STANDARD.encode_slice(bytes, &mut out[start..]).unwrap_or_default();
    out.truncate(start + written);
}

/// # Errors
/// The text is not Base64: an `InvalidFormatException`.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, ConnectError> {
    STANDARD.decode(text).or_else(|_| decode_leniently(text))
}

/// Takes what the strict decoder refuses: white space and control characters before a group, and bits set in the last
/// character that do not fit into the last byte.
fn decode_leniently(text: &str) -> Result<Vec<u8>, ConnectError> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let mut chars = text.chars().enumerate().peekable();
    loop {
        while chars.next_if(|&(_, c)| c <= ' ').is_some() {}
        if chars.peek().is_none() {
            return Ok(out);
        }
        decode_group(&mut chars, &mut out)?;
    }
}

fn decode_group(chars: &mut impl Iterator<Item = (usize, char)>, out: &mut Vec<u8>) -> Result<(), ConnectError> {
    let mut group = [0u32; 4];
    let mut padding = 0;
    for (index, slot) in group.iter_mut().enumerate() {
        let (_, c) = chars.next().ok_or_else(too_short)?;
        match sextet(c) {
            Some(bits) if padding == 0 => *slot = bits,
            _ if c == '=' && index >= 2 => padding += 1,
            _ if padding > 0 => return Err(broken("expected padding character '='")),
            _ => return Err(illegal(c)),
        }
    }
    let [a, b, c, d] = group;
    let bytes = (a << 18 | b << 12 | c << 6 | d).to_be_bytes();
    out.extend_from_slice(&bytes[1..4 - padding]);
    Ok(())
}

fn sextet(c: char) -> Option<u32> {
    Some(match c {
        'A'..='Z' => u32::from(c) - u32::from('A'),
        'a'..='z' => u32::from(c) - u32::from('a') + 26,
        '0'..='9' => u32::from(c) - u32::from('0') + 52,
        '+' => 62,
        '/' => 63,
        _ => return None,
    })
}

fn too_short() -> ConnectError {
    broken(
        "Unexpected end of base64-encoded String: base64 variant 'MIME-NO-LINEFEEDS' expects padding (one or more '=' \
         characters) at the end. This Base64Variant might have been incorrectly configured",
    )
}

fn illegal(c: char) -> ConnectError {
    broken(&match c {
        '=' => {
            "Unexpected padding character ('=') as character of 4-char base64 unit: padding only legal as 3rd or 4th \
                character"
                .to_owned()
        }
        _ => format!("Illegal character '{c}' (code 0x{:x}) in base64 content", u32::from(c)),
    })
}

fn broken(why: &str) -> ConnectError {
    ConnectError::new(INVALID, format!("{BROKEN}: {why}"))
}
