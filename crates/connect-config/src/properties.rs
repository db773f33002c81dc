//! Java `.properties` files.
//! ```text
//! bytes (ISO-8859-1) ─▶ logical lines: no blanks, no comments, continuations joined ─▶ key, value ─▶ unescaped
//! ```
//! Source: the JDK's `Properties.load`, quirks included: a comment sign that a continuation brings to the front of an
//! otherwise empty line makes it a comment, and a lone `\` before the end of the file vanishes.

use std::io;
use std::path::{Path, PathBuf};

use crate::Props;

/// Why a file is no properties file. `line` counts from 1 and is where the logical line begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PropertiesError {
    /// The reference's text is [`Self::JAVA_MESSAGE`], of a `java.lang.IllegalArgumentException`.
    #[error("line {line}: Malformed \\uxxxx encoding.")]
    MalformedUnicode { line: usize },
}

impl PropertiesError {
    pub const JAVA_CLASS: &'static str = "java.lang.IllegalArgumentException";
    pub const JAVA_MESSAGE: &'static str = "Malformed \\uxxxx encoding.";
}

/// Why a properties file could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("cannot read the properties file {}: check that the path is right and that this user may read it", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{} is not a valid properties file: write each \\u with four hexadecimal digits, and \\\\ for a backslash", path.display())]
    Parse {
        path: PathBuf,
        #[source]
        source: PropertiesError,
    },
}

/// Reads a properties file.
/// # Errors
/// It cannot be read, or is not a properties file; both name the path.
pub fn load(path: impl AsRef<Path>) -> Result<Props, LoadError> {
    let path = path.as_ref();
    let bytes = std::fs::read(path).map_err(|source| LoadError::Read { path: path.to_owned(), source })?;
    parse(&bytes).map_err(|source| LoadError::Parse { path: path.to_owned(), source })
}

/// Reads properties in the order of the file. Of a key that comes twice the last value counts. A lone surrogate, which
/// Java's strings can hold, becomes U+FFFD.
/// # Errors
/// A `\u` is not followed by four hexadecimal digits.
pub fn parse(bytes: &[u8]) -> Result<Props, PropertiesError> {
    parse_with(bytes, |text| text.iter().copied().map(u16::from).collect())
}

/// As [`parse`], of text in any characters: what Java reads through a `Reader`.
/// # Errors
/// As [`parse`].
pub fn parse_text(text: &str) -> Result<Props, PropertiesError> {
    // Lines and separators are ASCII, so that no part begins or ends within a character.
    parse_with(text.as_bytes(), |text| String::from_utf8_lossy(text).encode_utf16().collect())
}

fn parse_with(bytes: &[u8], units: impl Fn(&[u8]) -> Vec<u16>) -> Result<Props, PropertiesError> {
    let mut props = Props::new();
    let mut lines = LogicalLines { bytes, at: 0, line: 1 };
    while let Some((line, text)) = lines.next_line() {
        let (key, value) = split(&text);
        let unescaped = |text| unescape(&units(text)).ok_or(PropertiesError::MalformedUnicode { line });
        props.insert(unescaped(key)?, unescaped(value)?);
    }
    Ok(props)
}

struct LogicalLines<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The number of the natural line at `at`.
    line: usize,
}

impl LogicalLines<'_> {
    /// The next line that is neither blank nor a comment, its continuations appended, and its number.
    fn next_line(&mut self) -> Option<(usize, Vec<u8>)> {
        let (mut start, mut text) = (self.line, Vec::new());
        let mut continued = false;
        while self.at < self.bytes.len() {
            self.skip_blanks(continued);
            if text.is_empty() {
                start = self.line;
                if matches!(self.peek(), Some(b'#' | b'!')) {
                    self.take_natural_line();
                    continued = false;
                    continue;
                }
            }
            let line = self.take_natural_line();
            continued = ends_with_escape(line);
            text.extend_from_slice(line);
            if continued {
                text.pop();
                // Java gives up at the end of the file and keeps what it has, if only an empty key. It sees that end
                // too late between `\r` and `\n`.
                if self.at == self.bytes.len() && !self.bytes.ends_with(b"\r\n") {
                    return Some((start, text));
                }
            } else if !text.is_empty() {
                break;
            }
        }
        (!text.is_empty()).then_some((start, text))
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Before a line's text, line ends are blanks too; a continuation ends at them.
    fn skip_blanks(&mut self, continued: bool) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\x0c' => self.at += 1,
                b'\r' | b'\n' if !continued => self.take_terminator(),
                _ => return,
            }
        }
    }

    /// The bytes up to the line's end, which is consumed.
    fn take_natural_line(&mut self) -> &[u8] {
        let begin = self.at;
        let length = self.bytes[begin..].iter().position(|byte| matches!(byte, b'\r' | b'\n'));
        let end = length.map_or(self.bytes.len(), |length| begin + length);
        self.at = end;
        self.take_terminator();
        &self.bytes[begin..end]
    }

    fn take_terminator(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += if rest.starts_with(b"\r\n") { 2 } else { rest.len().min(1) };
        self.line += usize::from(!rest.is_empty());
    }
}

/// True if the last byte is a backslash that no other backslash escapes.
fn ends_with_escape(text: &[u8]) -> bool {
    text.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// Splits at the first separator that is not escaped: white space, `=` or `:`, with white space around it.
fn split(line: &[u8]) -> (&[u8], &[u8]) {
    let mut escaped = false;
    let end = line.iter().position(|byte| {
        let separates = !escaped && matches!(byte, b'=' | b':' | b' ' | b'\t' | b'\x0c');
        escaped = *byte == b'\\' && !escaped;
        separates
    });
    let Some(end) = end else { return (line, &[]) };
    let (key, rest) = line.split_at(end);
    let rest = trim_start(rest);
    let rest = rest.strip_prefix(b"=").or_else(|| rest.strip_prefix(b":")).unwrap_or(rest);
    (key, trim_start(rest))
}

fn trim_start(text: &[u8]) -> &[u8] {
    let blanks = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\x0c')).count();
    &text[blanks..]
}

/// Of UTF-16 units; `None` for a malformed `\uXXXX`.
fn unescape(text: &[u16]) -> Option<String> {
    let mut units = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((unit, tail)) = rest.split_first() {
        rest = tail;
        if *unit != u16::from(b'\\') {
            units.push(*unit);
            continue;
        }
        let Some((escaped, tail)) = rest.split_first() else { break };
        rest = tail;
        units.push(match u8::try_from(*escaped) {
            Ok(b'u') => {
                let (digits, tail) = rest.split_at_checked(4)?;
                rest = tail;
                hexadecimal(digits)?
            }
            Ok(b't') => u16::from(b'\t'),
            Ok(b'r') => u16::from(b'\r'),
            Ok(b'n') => u16::from(b'\n'),
            Ok(b'f') => 0x0c,
            _ => *escaped,
        });
    }
    Some(String::from_utf16_lossy(&units))
}

fn hexadecimal(digits: &[u16]) -> Option<u16> {
    digits.iter().try_fold(0, |sum, digit| {
        let value = char::from_u32(u32::from(*digit))?.to_digit(16)?;
        Some(sum << 4 | u16::try_from(value).ok()?)
    })
}

#[cfg(test)]
mod tests;
