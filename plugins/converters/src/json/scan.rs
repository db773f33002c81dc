//! The tokens of a JSON text, exactly as lenient as the reference's parser: leading zeros are taken, comments, other
//! quotes, trailing commas and NaN are not.

use bytes::Bytes;
use bytestring::ByteString;

use super::escape::plain_to_read;
use super::fault::Fault;
use super::number::Number;
use super::unescape::unescape;

const DEPTH_MAX: usize = 1000;
const NUMBER_DIGITS_MAX: usize = 1000;
const STRING_CHARS_MAX: usize = 20_000_000;
const NAME_CHARS_MAX: usize = 50_000;

/// A value that holds no others.
#[derive(Debug)]
pub(super) enum Scalar<'a> {
    Null,
    Boolean(bool),
    Number(Number<'a>),
    /// A slice of the source where it has no escapes.
    String(ByteString),
}

/// A place in a JSON text.
#[derive(Clone)]
pub(super) struct Scanner<'a> {
    source: &'a Bytes,
    text: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    /// Begins at byte `at` of `source`, a text in UTF-8.
    pub(super) fn new(source: &'a Bytes, at: usize) -> Self {
        Self { source, text: source, at }
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The next byte that is not white space, left where it is.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.text.get(self.at) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    /// Takes `byte` if it is the next that is not white space.
    #[inline]
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Takes the opening bracket that [`peek`](Self::peek) has shown, of a container inside `depth` others.
    pub(super) fn open(&mut self, depth: usize) -> Result<(), Fault> {
        if depth >= DEPTH_MAX {
            return Err(Fault::limit("Document nesting depth", depth + 1, DEPTH_MAX, "getMaxNestingDepth"));
        }
        self.at += 1;
        Ok(())
    }

    /// After an item: true if another follows the comma, false if the container ends here.
    #[inline]
    pub(super) fn another(&mut self, close: u8) -> Result<bool, Fault> {
        match self.peek() {
            Some(b',') => self.at += 1,
            Some(byte) if byte == close => {
                self.at += 1;
                return Ok(false);
            }
            _ => {
                let kind = if close == b']' { "Array" } else { "Object" };
                let why = format!("was expecting comma to separate {kind} entries");
                return Err(Fault::no_separator(self.text, self.at, &why));
            }
        }
        Ok(true)
    }

    /// The name of a member, and the colon behind it.
    pub(super) fn name(&mut self) -> Result<ByteString, Fault> {
        if self.peek() != Some(b'"') {
            return Err(self.no_name());
        }
        let name = self.string(true)?;
        check_length("Name length", &name, NAME_CHARS_MAX, "getMaxNameLength")?;
        self.colon()?;
        Ok(name)
    }

    fn no_name(&self) -> Fault {
        let why = "was expecting double-quote to start field name";
        match self.text[..self.at].iter().rfind(|byte| !byte.is_ascii_whitespace()) {
            Some(b'{') => Fault::no_separator(self.text, self.at, why),
            _ => Fault::unexpected(self.text, self.at, why),
        }
    }

    /// The name of a member as it stands there, and the colon behind it; none if the name is not plain, and then
    /// nothing sensible can be read any more.
    #[inline]
    pub(super) fn plain_name(&mut self) -> Option<&'a [u8]> {
        if self.peek() != Some(b'"') {
            return None;
        }
        let rest = &self.text[self.at + 1..];
        let length = plain_to_read(rest);
        if length > NAME_CHARS_MAX || rest.get(length) != Some(&b'"') {
            return None;
        }
        self.at += length + 2;
        self.eat(b':').then(|| &rest[..length])
    }

    fn colon(&mut self) -> Result<(), Fault> {
        if self.eat(b':') {
            return Ok(());
        }
        match self.text.get(self.at) {
            None => Err(Fault::end(self.text, " within/between Object entries")),
            Some(_) => {
                Err(Fault::unexpected(self.text, self.at, "was expecting a colon to separate field name and value"))
            }
        }
    }

    /// A value that is no container. `root` says that nothing is around it.
    #[inline]
    pub(super) fn scalar(&mut self, root: bool) -> Result<Scalar<'a>, Fault> {
        match self.peek() {
            Some(b'"') => {
                let text = self.string(false)?;
                check_length("String value length", &text, STRING_CHARS_MAX, "getMaxStringLength")?;
                Ok(Scalar::String(text))
            }
            Some(b'-' | b'0'..=b'9') => Ok(Scalar::Number(self.number(root)?)),
            Some(b'n') => self.literal("null", Scalar::Null),
            Some(b't') => self.literal("true", Scalar::Boolean(true)),
            Some(b'f') => self.literal("false", Scalar::Boolean(false)),
            Some(letter) if letter.is_ascii_alphabetic() => Err(Fault::unknown_word(self.text, self.at)),
            _ => Err(Fault::no_value(self.text, self.at)),
        }
    }

    #[inline]
    fn string(&mut self, is_name: bool) -> Result<ByteString, Fault> {
        let start = self.at + 1;
        let end = start + plain_to_read(&self.text[start..]);
        if self.text.get(end) == Some(&b'"')
            && let Ok(text) = ByteString::try_from(self.source.slice(start..end))
        {
            self.at = end + 1;
            return Ok(text);
        }
        let (text, end) = unescape(self.text, start, is_name)?;
        self.at = end + 1;
        Ok(text.into())
    }

    fn literal(&mut self, word: &str, value: Scalar<'a>) -> Result<Scalar<'a>, Fault> {
        let rest = &self.text[self.at..];
        if !rest.starts_with(word.as_bytes()) || continues_word(&rest[word.len()..]) {
            return Err(Fault::unknown_word(self.text, self.at));
        }
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self, root: bool) -> Result<Number<'a>, Fault> {
        let start = self.at;
        self.at += usize::from(self.text[start] == b'-');
        let whole = self.digits();
        if whole.is_empty() {
            let why = "expected digit (0-9) to follow minus sign, for valid numeric value";
            return Err(match self.text.get(self.at) {
                Some(b'I') => Fault::unknown_word(self.text, start),
                _ => Fault::in_number(self.text, self.at, why),
            });
        }
        let number = match self.text.get(self.at) {
            Some(b'.' | b'e' | b'E') => self.decimal(start, whole.len())?,
            _ => self.integer(start, whole)?,
        };
        match self.text.get(self.at) {
            Some(byte) if root && !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') => {
                let shown = format!("Unexpected character ('{}' (code {byte}))", char::from(*byte));
                Err(Fault::syntax(self.text, self.at, format!("{shown}: Expected space separating root-level values")))
            }
            _ => Ok(number),
        }
    }

    fn digits(&mut self) -> &'a [u8] {
        let rest = &self.text[self.at..];
        let length = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn integer(&self, start: usize, digits: &'a [u8]) -> Result<Number<'a>, Fault> {
        let magnitude =
            digits.iter().fold(0i64, |sum, digit| sum.wrapping_mul(10).wrapping_add(i64::from(digit - b'0')));
        let negative = self.text[start] == b'-';
        let low = if negative { magnitude.wrapping_neg() } else { magnitude };
        if digits.len() <= 18 {
            return Ok(Number::Int(low));
        }
        let significant = digits.iter().position(|&digit| digit != b'0').map_or(0, |zeros| digits.len() - zeros);
        check_digits(significant)?;
        let text = ascii(&self.text[start..self.at]);
        Ok(text.parse().map_or(Number::Big { text, low }, Number::Int))
    }

    fn decimal(&mut self, start: usize, whole: usize) -> Result<Number<'a>, Fault> {
        let mut fraction = 0;
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            fraction = self.digits().len();
            if fraction == 0 {
                let at = self.at.min(self.text.len() - 1);
                return Err(Fault::in_number(self.text, at, "Decimal point not followed by a digit"));
            }
        }
        let (exponent_digits, exponent) = self.exponent(start)?;
        check_digits(whole + fraction + exponent_digits)?;
        let text = ascii(&self.text[start..self.at]);
        let Some(exponent) = exponent else { return Err(Fault::number(text, "Exponent overflow.")) };
        match i32::try_from(fraction as i64 - exponent) {
            Ok(_) => Ok(Number::Decimal(text)),
            Err(_) => Err(Fault::number(text, "Scale out of range.")),
        }
    }

    /// How many digits the exponent has, and what it is if it is within 32 bits.
    fn exponent(&mut self, start: usize) -> Result<(usize, Option<i64>), Fault> {
        if !matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            return Ok((0, Some(0)));
        }
        self.at += 1;
        let from = self.at;
        self.at += usize::from(matches!(self.text.get(from), Some(b'+' | b'-')));
        let digits = self.digits();
        if digits.is_empty() {
            return Err(Fault::in_number(self.text, self.at, "Exponent indicator not followed by a digit"));
        }
        let significant = digits.iter().skip_while(|&&digit| digit == b'0').count();
        check_digits(digits.len())?;
        if significant > 10 {
            return Err(Fault::number(ascii(&self.text[start..self.at]), "Too many nonzero exponent digits."));
        }
        let exponent = ascii(&self.text[from..self.at]).parse::<i32>().ok().map(i64::from);
        Ok((digits.len(), exponent))
    }
}

/// True if what follows a literal makes it another word, as Java sees words.
fn continues_word(rest: &[u8]) -> bool {
    match rest.first() {
        None => false,
        Some(byte) if byte.is_ascii() => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | 0x7F),
        Some(_) => {
            let start = String::from_utf8_lossy(&rest[..rest.len().min(4)]);
            start.chars().next().is_some_and(char::is_alphanumeric)
        }
    }
}

/// What was found to be digits and signs, as text.
fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or("0")
}

fn check_digits(digits: usize) -> Result<(), Fault> {
    if digits > NUMBER_DIGITS_MAX {
        return Err(Fault::limit("Number value length", digits, NUMBER_DIGITS_MAX, "getMaxNumberLength"));
    }
    Ok(())
}

#[inline]
fn check_length(what: &str, text: &str, limit: usize, setting: &str) -> Result<(), Fault> {
    // Java counts UTF-16 units, of which a text never has more than bytes.
    if text.len() <= limit {
        return Ok(());
    }
    match text.encode_utf16().count() {
        length if length > limit => Err(Fault::limit(what, length, limit, setting)),
        _ => Ok(()),
    }
}
