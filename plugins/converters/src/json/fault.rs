//! What can be wrong with a JSON text, as the classes of the parser that the reference uses.

use connect_api::{ConnectError, class};

const PARSE: &str = "com.fasterxml.jackson.core.JsonParseException";
const END: &str = "com.fasterxml.jackson.core.io.JsonEOFException";
const LIMIT: &str = "com.fasterxml.jackson.core.exc.StreamConstraintsException";
const CHARSET: &str = "java.io.CharConversionException";
const NUMBER: &str = "java.lang.NumberFormatException";
const TOKENS: &str = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
const COMMENT: &str =
    "maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)";
const PLUS: &str = "JSON spec does not allow numbers to have plus signs: enable \
                    `JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow";

/// The text cannot be read. Becomes the cause of the `DataException` that the converter raises.
#[derive(Debug)]
pub(super) struct Fault(ConnectError);

impl Fault {
    /// The text at byte `at` is not JSON.
    pub(super) fn syntax(text: &[u8], at: usize, message: impl AsRef<str>) -> Self {
        Self(ConnectError::new(PARSE, located(text, at, message.as_ref())))
    }

    /// The byte at `at`, which is no white space, is not one that can stand there.
    pub(super) fn unexpected(text: &[u8], at: usize, why: &str) -> Self {
        match text.get(at) {
            None => Self::ended(text),
            Some(&control) if control < 0x20 => {
                let what = format!("Illegal character ((CTRL-CHAR, code {control}))");
                Self::syntax(
                    text,
                    at + 1,
                    format!("{what}: only regular white space (\\r, \\n, \\t) is allowed between tokens"),
                )
            }
            Some(&byte) => Self::syntax(text, at, format!("{}: {why}", shown(byte))),
        }
    }

    /// As [`unexpected`](Self::unexpected), where a value was expected.
    pub(super) fn no_value(text: &[u8], at: usize) -> Self {
        let around = Around::find(text, at);
        let in_array = around.open.is_some_and(|(bracket, _)| bracket == b'[');
        match text.get(at) {
            Some(&close @ (b']' | b'}')) if matches!(around.before, None | Some(b'[')) => {
                Self::wrong_close(text, at, close, &around)
            }
            Some(b',' | b'}') => Self::unexpected(text, at, "expected a value"),
            Some(b']') if in_array => Self::unexpected(text, at, "expected a value"),
            Some(b'/') => Self::unexpected(text, at, COMMENT),
            Some(b'+') if at + 1 == text.len() => Self::end(text, " in a Number value"),
            Some(b'+') => Self::syntax(text, at + 1, format!("{} in numeric value: {PLUS}", shown(b'+'))),
            Some(0x80..) => {
                let next = text.get(at + 1).copied().unwrap_or_default();
                Self::syntax(text, at + 2, format!("Invalid UTF-8 start byte 0x{next:x}"))
            }
            _ => Self::unexpected(text, at, &format!("expected a valid value {TOKENS}")),
        }
    }

    /// After an item or where the first could stand: something that neither separates nor closes.
    pub(super) fn no_separator(text: &[u8], at: usize, why: &str) -> Self {
        match text.get(at) {
            Some(&close @ (b']' | b'}')) => Self::wrong_close(text, at, close, &Around::find(text, at)),
            _ => Self::unexpected(text, at, why),
        }
    }

    fn wrong_close(text: &[u8], at: usize, close: u8, around: &Around) -> Self {
        let close = char::from(close);
        let Some((bracket, start)) = around.open else {
            let kind = if close == ']' { "Array" } else { "Object" };
            return Self::syntax(text, at, format!("Unexpected close marker '{close}': no open {kind} to close"));
        };
        let (kind, wanted) = if bracket == b'[' { ("Array", ']') } else { ("Object", '}') };
        let start = location(text, start);
        let expected = format!("expected '{wanted}' (for {kind} starting at {start})");
        Self::syntax(text, at, format!("Unexpected close marker '{close}': {expected}"))
    }

    /// A word that is none of JSON's.
    pub(super) fn unknown_word(text: &[u8], at: usize) -> Self {
        let rest = &text[at..];
        for word in ["NaN", "Infinity", "-Infinity"] {
            if rest.starts_with(word.as_bytes()) && !rest.get(word.len()).is_some_and(is_word) {
                let hint = "enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow";
                return Self::syntax(text, at + word.len(), format!("Non-standard token '{word}': {hint}"));
            }
        }
        let sign = usize::from(rest.starts_with(b"-"));
        let length = rest[sign..].iter().position(|byte| !is_word(byte)).unwrap_or(rest.len() - sign).min(256);
        let word = String::from_utf8_lossy(&rest[..sign + length]);
        Self::syntax(text, at, format!("Unrecognized token '{word}': was expecting {TOKENS}"))
    }

    /// The byte at `at` cannot be part of a number.
    pub(super) fn in_number(text: &[u8], at: usize, why: &str) -> Self {
        match text.get(at) {
            Some(&byte) => Self::syntax(text, at, format!("{} in numeric value: {why}", shown(byte))),
            None => {
                let is_part = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
                let start = text.iter().rposition(|byte| !is_part(byte)).map_or(0, |last| last + 1);
                let token = match Around::find(text, start).before {
                    Some(b'[') => "START_ARRAY",
                    Some(b':') => "FIELD_NAME",
                    Some(_) => "VALUE_NUMBER_INT",
                    None => "null",
                };
                Self::end(text, &format!(" in {token}"))
            }
        }
    }

    /// The text ends between tokens.
    fn ended(text: &[u8]) -> Self {
        let around = Around::find(text, text.len());
        let (kind, start) = match around.open {
            Some((b'[', start)) => ("Array", start),
            Some((_, start)) => ("Object", start),
            None => return Self::end(text, ""),
        };
        match around.before {
            Some(b',') => {
                Self::syntax(text, text.len(), format!("Unexpected end-of-input within/between {kind} entries"))
            }
            Some(b':') => Self::end(text, &format!(" within/between {kind} entries")),
            _ => {
                let start = location(text, start);
                Self::end(text, &format!(": expected close marker for {kind} (start marker at {start})"))
            }
        }
    }

    /// The text ends too early; `place` follows directly after the words that say so.
    pub(super) fn end(text: &[u8], place: &str) -> Self {
        Self(ConnectError::new(END, located(text, text.len(), &format!("Unexpected end-of-input{place}"))))
    }

    /// The text is larger or deeper than a parser takes.
    pub(super) fn limit(what: &str, found: usize, limit: usize, setting: &str) -> Self {
        let limits = format!("exceeds the maximum allowed ({limit}, from `StreamReadConstraints.{setting}()`)");
        Self(ConnectError::new(LIMIT, format!("{what} ({found}) {limits}")))
    }

    /// A decimal number whose exponent no `BigDecimal` holds.
    pub(super) fn number(number: &str, reason: &str) -> Self {
        let why = format!("can not be deserialized as `java.math.BigDecimal`, reason:  {reason}");
        Self(ConnectError::new(NUMBER, format!("Value \"{number}\" {why}")))
    }

    /// The bytes are in an encoding that cannot be read.
    pub(super) fn charset(message: impl Into<String>) -> Self {
        Self(ConnectError::new(CHARSET, message))
    }

    /// The error of the record, with `message` saying what was being done.
    pub(super) fn into_data_error(self, message: &str) -> ConnectError {
        let wrapped = ConnectError::new(class::SERIALIZATION, self.0.to_string()).caused_by(self.0);
        ConnectError::data(message).caused_by(wrapped)
    }
}

/// What is around a place in a text that is JSON up to there. Looked up only when something is wrong.
struct Around {
    /// The innermost open bracket, and where it is.
    open: Option<(u8, usize)>,
    /// The last byte of the token before, if there is one.
    before: Option<u8>,
}

impl Around {
    fn find(text: &[u8], at: usize) -> Self {
        let (mut open, mut before, mut in_string, mut escaped) = (Vec::new(), None, false, false);
        for (index, &byte) in text[..at.min(text.len())].iter().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = in_string,
                b'"' => in_string = !in_string,
                b'[' | b'{' if !in_string => open.push((byte, index)),
                b']' | b'}' if !in_string => drop(open.pop()),
                _ => {}
            }
            if !byte.is_ascii_whitespace() {
                before = Some(byte);
            }
        }
        Self { open: open.pop(), before }
    }
}

/// Part of a word, as Java sees words.
fn is_word(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..)
}

fn shown(byte: u8) -> String {
    format!("Unexpected character ('{}' (code {byte}))", char::from(byte))
}

fn location(text: &[u8], at: usize) -> String {
    let before = &text[..at.min(text.len())];
    let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
    let column = 1 + at - before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
    let source = "Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)";
    format!("[{source}; line: {line}, column: {column}]")
}

fn located(text: &[u8], at: usize, message: &str) -> String {
    format!("{message}\n at {}", location(text, at))
}
