//! `new BigDecimal(String)`: what it takes, and what it says when it does not.

use num_bigint::{BigInt, BigUint, Sign};

use super::Decimal;
use crate::ConnectError;
use crate::java::digit;

/// Up to this many characters after the sign Java keeps the number in a `long`, and words one error differently.
const COMPACT_CHARS: usize = 18;

const NUMBER_FORMAT: &str = "java.lang.NumberFormatException";

/// A number as it stands in the text.
#[derive(Default)]
struct Scanned {
    negative: bool,
    /// ASCII digits without leading zeros; empty for zero.
    digits: Vec<u8>,
    any_digit: bool,
    /// How many digits follow the point.
    fraction: i64,
    exponent: i64,
}

pub(super) fn parse(text: &str) -> Result<Decimal, ConnectError> {
    if text.is_empty() {
        return Err(cut_off(text));
    }
    let scanned = scan(text)?;
    if !scanned.any_digit {
        return Err(number_format("No digits found."));
    }
    let scale = i32::try_from(scanned.fraction - scanned.exponent).map_err(|_| number_format("Scale out of range."))?;
    let sign = if scanned.negative { Sign::Minus } else { Sign::Plus };
    Ok(Decimal { unscaled: BigInt::from_biguint(sign, integer(&scanned.digits)), scale })
}

fn scan(text: &str) -> Result<Scanned, ConnectError> {
    let (whole, negative) = (text, text.starts_with('-'));
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut scanned = Scanned { negative, ..Scanned::default() };
    let mut dot = false;
    for (at, c) in text.char_indices() {
        match c {
            '.' if dot => return Err(number_format("Character array contains more than one decimal point.")),
            '.' => dot = true,
            'e' | 'E' => {
                scanned.exponent = exponent(&text[at + 1..], whole)?;
                break;
            }
            _ => {
                let digit = digit(c).ok_or_else(|| unexpected(c, text))?;
                scanned.any_digit = true;
                scanned.fraction += i64::from(dot);
                if digit != 0 || !scanned.digits.is_empty() {
                    scanned.digits.push(b'0' + digit);
                }
            }
        }
    }
    Ok(scanned)
}

fn unexpected(c: char, text: &str) -> ConnectError {
    if text.encode_utf16().take(COMPACT_CHARS + 1).count() > COMPACT_CHARS {
        return number_format("Character array is missing \"e\" notation exponential mark.");
    }
    number_format(format!(
        "Character {c} is neither a decimal digit number, decimal point, nor \"e\" notation exponential mark."
    ))
}

/// What follows the `e`: an optional sign and up to ten digits, leading zeros aside.
fn exponent(text: &str, whole: &str) -> Result<i64, ConnectError> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if unsigned.is_empty() {
        return Err(cut_off(whole));
    }
    let mut digits: Vec<Option<u8>> = unsigned.chars().map(digit).collect();
    let surplus = digits.len().saturating_sub(10);
    let zeros = digits.iter().take(surplus).take_while(|digit| **digit == Some(0)).count();
    digits.drain(..zeros);
    if digits.len() > 10 {
        return Err(number_format("Too many nonzero exponent digits."));
    }
    let value = digits.iter().try_fold(0i64, |value, digit| digit.map(|digit| value * 10 + i64::from(digit)));
    let value = value.ok_or_else(|| number_format("Not a digit."))?;
    let value = if text.starts_with('-') { -value } else { value };
    i32::try_from(value).map(i64::from).map_err(|_| number_format("Exponent overflow."))
}

/// The number that ASCII digits stand for. Halves long texts, so that a megabyte of digits takes no minute.
fn integer(digits: &[u8]) -> BigUint {
    if digits.len() <= 18 {
        return digits.iter().fold(0u64, |value, digit| value * 10 + u64::from(digit - b'0')).into();
    }
    if digits.len() <= 2000 {
        return BigUint::parse_bytes(digits, 10).unwrap_or_default();
    }
    let (high, low) = digits.split_at(digits.len() / 2);
    integer(high) * BigUint::from(10u8).pow(low.len() as u32) + integer(low)
}

/// Java reads past the end of a text that stops too early.
fn cut_off(text: &str) -> ConnectError {
    let length = text.encode_utf16().count();
    let message = format!("Index {length} out of bounds for length {length}");
    let cause = ConnectError::new("java.lang.ArrayIndexOutOfBoundsException", message);
    ConnectError::without_message(NUMBER_FORMAT).caused_by(cause)
}

fn number_format(message: impl Into<String>) -> ConnectError {
    ConnectError::new(NUMBER_FORMAT, message)
}
