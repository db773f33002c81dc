//! The slow way through a JSON string: with escapes, or with UTF-8 that only a lenient reader takes.

use super::escape::plain_to_read;
use super::fault::Fault;

/// Reads the string whose first byte after the opening quote is `text[start]`.
/// Answers the text and where the closing quote is.
pub(super) fn unescape(text: &[u8], start: usize, is_name: bool) -> Result<(String, usize), Fault> {
    let mut units = Units::default();
    let mut at = start;
    loop {
        let run = plain_to_read(&text[at..]);
        decode(text, at, at + run, &mut units)?;
        at += run;
        match text.get(at) {
            None => return Err(Fault::end(text, if is_name { " in field name" } else { " in VALUE_STRING" })),
            Some(b'"') => return Ok((units.finish(), at)),
            Some(b'\\') => at = escape(text, at + 1, &mut units)?,
            Some(control) => return Err(unquoted(text, at, *control, is_name)),
        }
    }
}

fn unquoted(text: &[u8], at: usize, control: u8, is_name: bool) -> Fault {
    let place = if is_name { "name" } else { "string value" };
    let what = format!("Illegal unquoted character ((CTRL-CHAR, code {control}))");
    Fault::syntax(text, at, format!("{what}: has to be escaped using backslash to be included in {place}"))
}

/// Reads what follows a backslash; answers where the next character is.
fn escape(text: &[u8], at: usize, units: &mut Units) -> Result<usize, Fault> {
    let Some(&kind) = text.get(at) else {
        return Err(Fault::end(text, " in character escape sequence"));
    };
    let unit = match kind {
        b'"' | b'\\' | b'/' => u16::from(kind),
        b'b' => 8,
        b't' => 9,
        b'n' => 10,
        b'f' => 12,
        b'r' => 13,
        b'u' => return hex(text, at + 1, units),
        _ => return Err(unknown_escape(text, at)),
    };
    units.push(unit);
    Ok(at + 1)
}

fn unknown_escape(text: &[u8], at: usize) -> Fault {
    let rest = &text[at..];
    let c = String::from_utf8_lossy(&rest[..rest.len().min(4)]).chars().next().unwrap_or_default();
    let message = format!("Unrecognized character escape '{c}' (code {})", u32::from(c));
    Fault::syntax(text, at + c.len_utf8() - 1, message)
}

fn hex(text: &[u8], start: usize, units: &mut Units) -> Result<usize, Fault> {
    let mut unit = 0u16;
    for at in start..start + 4 {
        let Some(&digit) = text.get(at) else {
            return Err(Fault::end(text, " in character escape sequence"));
        };
        let Some(value) = char::from(digit).to_digit(16) else {
            return Err(Fault::unexpected(text, at, "expected a hex-digit for character escape sequence"));
        };
        unit = unit << 4 | value as u16;
    }
    units.push(unit);
    Ok(start + 4)
}

/// Decodes `text[at..end]`, which holds neither quotes nor backslashes.
fn decode(text: &[u8], mut at: usize, end: usize, units: &mut Units) -> Result<(), Fault> {
    while at < end {
        match std::str::from_utf8(&text[at..end]) {
            Ok(rest) => {
                units.push_str(rest);
                return Ok(());
            }
            Err(e) => {
                let valid = &text[at..at + e.valid_up_to()];
                units.push_str(std::str::from_utf8(valid).unwrap_or_default());
                at = lenient(text, at + e.valid_up_to(), units)?;
            }
        }
    }
    Ok(())
}

/// Decodes one character that strict UTF-8 does not have but the reference takes: written with more bytes than it needs,
/// or beyond Unicode. Encoded surrogates are refused.
fn lenient(text: &[u8], at: usize, units: &mut Units) -> Result<usize, Fault> {
    let lead = text[at];
    match lead {
        0xC0..=0xDF => units.push(((u32::from(lead) & 0x1F) << 6 | middle(text, at + 1)?) as u16),
        0xE0..=0xEF => {
            let unit = (u32::from(lead) & 0xF) << 12 | middle(text, at + 1)? << 6 | middle(text, at + 2)?;
            if (0xD800..=0xDFFF).contains(&unit) {
                return Err(Fault::syntax(text, at, format!("Invalid UTF-8: Illegal surrogate character 0x{unit:x}")));
            }
            units.push(unit as u16);
        }
        0xF0..=0xF7 => {
            let high = (u32::from(lead) & 7) << 18 | middle(text, at + 1)? << 12;
            let code = (high | middle(text, at + 2)? << 6 | middle(text, at + 3)?).wrapping_sub(0x1_0000) as i32;
            units.push((0xD800 | code >> 10) as u16);
            units.push((0xDC00 | code & 0x3FF) as u16);
        }
        _ => return Err(Fault::syntax(text, at, format!("Invalid UTF-8 start byte 0x{lead:x}"))),
    }
    Ok(at
        + if lead < 0xE0 {
            2
        } else if lead < 0xF0 {
            3
        } else {
            4
        })
}

fn middle(text: &[u8], at: usize) -> Result<u32, Fault> {
    match text.get(at) {
        None => Err(Fault::end(text, " in VALUE_STRING")),
        Some(byte) if byte & 0xC0 == 0x80 => Ok(u32::from(byte & 0x3F)),
        Some(byte) => Err(Fault::syntax(text, at, format!("Invalid UTF-8 middle byte 0x{byte:x}"))),
    }
}

/// A Java string in the making: UTF-16 units become characters as soon as they can.
#[derive(Default)]
struct Units {
    text: String,
    high: Option<u16>,
}

impl Units {
    fn push(&mut self, unit: u16) {
        let pair = self.high.take().map(|high| (high, char::decode_utf16([high, unit]).next()));
        match pair {
            Some((_, Some(Ok(c)))) => return self.text.push(c),
            Some(_) => self.text.push(LONE_SURROGATE),
            None => {}
        }
        match unit {
            0xD800..=0xDBFF => self.high = Some(unit),
            _ => self.text.push(char::from_u32(u32::from(unit)).unwrap_or(LONE_SURROGATE)),
        }
    }

    fn push_str(&mut self, text: &str) {
        if !text.is_empty() {
            self.flush();
            self.text.push_str(text);
        }
    }

    fn flush(&mut self) {
        if self.high.take().is_some() {
            self.text.push(LONE_SURROGATE);
        }
    }

    fn finish(mut self) -> String {
        self.flush();
        self.text
    }
}

/// Half of a surrogate pair is no character. Java keeps it in the string, and writes this when it encodes the string.
const LONE_SURROGATE: char = '?';
