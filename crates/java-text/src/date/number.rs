//! Reads a number as `DecimalFormat.parse` of an integer format does: a minus, digits of any script, `∞`, `NaN`, and
//! an exponent.

/// A number and where it ends. `text` is UTF-16. `None`: no number begins here.
/// The value is the one of `Number.intValue()`: a long loses its upper bits, a double sticks to the nearest `int`.
pub(super) fn parse(text: &[u16], start: usize) -> Option<(i32, usize)> {
    const NAN: [u16; 3] = [b'N' as u16, b'a' as u16, b'N' as u16];
    const INFINITY: u16 = 0x221E;
    if text[start..].starts_with(&NAN) {
        return Some((0, start + NAN.len()));
    }
    let negative = text.get(start) == Some(&u16::from(b'-'));
    let first = start + usize::from(negative);
    if text.get(first) == Some(&INFINITY) {
        return Some((if negative { i32::MIN } else { i32::MAX }, first + 1));
    }
    let end = first + text[first..].iter().take_while(|c| digit(**c).is_some()).count();
    if end == first {
        return None;
    }
    let digits: String =
        text[first..end].iter().filter_map(|c| digit(*c)).map(|digit| char::from(b'0' + digit)).collect();
    let (exponent, end) = exponent(text, end);
    Some((int_value(negative, digits.trim_start_matches('0'), exponent), end))
}

/// The value of a digit, of the scripts in the basic plane.
pub(super) fn digit(c: u16) -> Option<u8> {
    char::from_u32(c.into()).and_then(crate::digit)
}

/// What follows an `E`, if it is an integer; else nothing is read.
fn exponent(text: &[u16], at: usize) -> (i64, usize) {
    if text.get(at) != Some(&u16::from(b'E')) {
        return (0, at);
    }
    let negative = text.get(at + 1) == Some(&u16::from(b'-'));
    let first = at + 1 + usize::from(negative);
    let digits = text.get(first..).unwrap_or_default().iter().map_while(|c| digit(*c));
    // A number beyond a long is no exponent; one beyond an int loses its upper bits.
    let value = digits.clone().try_fold(0i64, |value, digit| value.checked_mul(10)?.checked_add(digit.into()));
    match (digits.count(), value) {
        (0, _) | (_, None) => (0, at),
        (count, Some(value)) => {
            let value = value as i32;
            (i64::from(if negative { value.wrapping_neg() } else { value }), first + count)
        }
    }
}

fn int_value(negative: bool, digits: &str, exponent: i64) -> i32 {
    let significant = digits.trim_end_matches('0');
    let zeros = (digits.len() - significant.len()) as i64 + exponent;
    if significant.is_empty() {
        return 0;
    }
    let sign = if negative { "-" } else { "" };
    let whole = usize::try_from(zeros).ok().filter(|zeros| zeros + significant.len() <= 19);
    match whole.and_then(|zeros| format!("{sign}{significant}{:0<zeros$}", "").parse::<i64>().ok()) {
        Some(long) => long as i32,
        None => format!("{sign}{significant}e{zeros}").parse::<f64>().unwrap_or_default() as i32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (text, want) in [
            ("12", Some((12, 2))),
            ("-5x", Some((-5, 2))),
            ("--5", None),
            ("+5", None),
            ("007", Some((7, 3))),
            ("1.9", Some((1, 1))),
            ("1E3", Some((1000, 3))),
            ("15E-1", Some((1, 5))),
            ("1Ex", Some((1, 1))),
            ("4294967297", Some((1, 10))),                 // a long, cut to 32 bits
            ("9223372036854775808", Some((i32::MAX, 19))), // a double
            ("-9223372036854775808", Some((0, 20))),
            ("1E999999999", Some((i32::MAX, 11))),
            ("81E21003662326", Some((0, 14))), // an exponent cut to 32 bits is negative
            ("1E99999999999999999999", Some((1, 1))),
            ("-∞", Some((i32::MIN, 2))),
            ("NaN", Some((0, 3))),
            ("٣", Some((3, 1))),
            ("", None),
        ] {
            let text16: Vec<u16> = text.encode_utf16().collect();
            assert_eq!(parse(&text16, 0), want, "{text}");
        }
    }
}
