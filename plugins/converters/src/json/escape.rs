//! JSON strings: where they need escapes, and how those are written.

/// How many bytes of `bytes` come before the first that may not stand in a JSON string as it is: quote, backslash
/// or control character. Looks at sixteen bytes at a time, which compiles to vector instructions.
pub(super) fn plain_to_read(bytes: &[u8]) -> usize {
    prefix_without(bytes, |byte| (byte == b'"') | (byte == b'\\') | (byte < 0x20))
}

/// As [`plain_to_read`], and stops at characters beyond the basic plane too: the reference escapes them.
fn plain_to_write(bytes: &[u8]) -> usize {
    prefix_without(bytes, |byte| (byte == b'"') | (byte == b'\\') | !(0x20..0xF0).contains(&byte))
}

#[inline(always)]
fn prefix_without(bytes: &[u8], special: impl Fn(u8) -> bool) -> usize {
    let mut length = 0;
    let (blocks, _) = bytes.as_chunks::<16>();
    for block in blocks {
        // No early exit inside a block, so that it stays branch-free.
        if block.iter().fold(false, |found, &byte| found | special(byte)) {
            break;
        }
        length += block.len();
    }
    let rest = &bytes[length..];
    length + rest.iter().position(|&byte| special(byte)).unwrap_or(rest.len())
}

/// Appends `text` as a JSON string.
pub(super) fn write_string(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut rest = text;
    loop {
        let plain = plain_to_write(rest.as_bytes());
        out.extend_from_slice(&rest.as_bytes()[..plain]);
        let mut chars = rest[plain..].chars();
        let Some(special) = chars.next() else { break };
        write_escape(out, special);
        rest = chars.as_str();
    }
    out.push(b'"');
}

fn write_escape(out: &mut Vec<u8>, special: char) {
    let short = match special {
        '"' => b'"',
        '\\' => b'\\',
        '\u{8}' => b'b',
        '\t' => b't',
        '\n' => b'n',
        '\u{C}' => b'f',
        '\r' => b'r',
        _ => return special.encode_utf16(&mut [0; 2]).iter().for_each(|&unit| write_unit(out, unit)),
    };
    out.extend_from_slice(&[b'\\', short]);
}

fn write_unit(out: &mut Vec<u8>, unit: u16) {
    let hex = |shift: u32| b"0123456789ABCDEF"[usize::from(unit >> shift & 0xF)];
    out.extend_from_slice(&[b'\\', b'u', hex(12), hex(8), hex(4), hex(0)]);
}
