//! `Integer.parseInt` and `Long.parseLong`, with the words that Java has for what is no number.

use connect_api::{ConnectError, java};
use connect_config::Props;

/// The 32-bit number under `key`.
/// # Errors
/// A `NumberFormatException`: there is none, or it is no such number.
pub(crate) fn int(configs: &Props, key: &str) -> Result<i32, ConnectError> {
    let wide = long(configs, key)?;
    i32::try_from(wide).map_err(|_| not_a_number(configs.get(key).unwrap_or_default()))
}

/// The 64-bit number under `key`.
/// # Errors
/// As for [`int`].
pub(crate) fn long(configs: &Props, key: &str) -> Result<i64, ConnectError> {
    let text = configs.get(key).ok_or_else(|| format_error("Cannot parse null string".to_owned()))?;
    parse(text).ok_or_else(|| not_a_number(text))
}

/// A sign and decimal digits of any script; no space.
fn parse(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let digit = |c| java::digit(c).map(i64::from);
    // Below zero there is one number more than above.
    let push = |number: i64, c| number.checked_mul(10)?.checked_sub(digit(c)?);
    let below_zero = digits.chars().try_fold(0, push).filter(|_| !digits.is_empty())?;
    if negative { Some(below_zero) } else { below_zero.checked_neg() }
}

fn not_a_number(text: &str) -> ConnectError {
    format_error(format!("For input string: \"{text}\""))
}

fn format_error(message: String) -> ConnectError {
    ConnectError::new("java.lang.NumberFormatException", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_as_java_does() {
        let (int_min, long_min) = (i64::from(i32::MIN), i64::MIN);
        for (text, want) in [
            ("0", Some(0)),
            ("-1", Some(-1)),
            ("+1", Some(1)),
            ("007", Some(7)),
            ("٣", Some(3)), // any script
            ("-2147483648", Some(int_min)),
            ("-9223372036854775808", Some(long_min)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("-9223372036854775809", None),
            ("", None),
            ("-", None),
            ("+-1", None),
            (" 1", None), // not trimmed
            ("1.0", None),
            ("x1", None),
        ] {
            let found = long(&Props::from([("k", text)]), "k");
            let error = || format!("java.lang.NumberFormatException: For input string: \"{text}\"");
            assert_eq!(found.map_err(|e| e.to_string()), want.ok_or_else(error), "{text:?}");
        }
        let missing = long(&Props::new(), "k").unwrap_err().to_string();
        assert_eq!(missing, "java.lang.NumberFormatException: Cannot parse null string");
    }

    #[test]
    fn an_int_has_32_bits() {
        for (text, want) in [("2147483647", Some(i32::MAX)), ("2147483648", None), ("-2147483649", None)] {
            assert_eq!(int(&Props::from([("k", text)]), "k").ok(), want, "{text}");
        }
    }
}
