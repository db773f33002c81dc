//! Numbers read and written as Java does.

/// The BMP's decimal digits: the code point of each script's zero. `Integer.parseInt` takes them all.
const ZEROS: [u32; 37] = [
    0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6,
    0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40,
    0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
];

/// Reads what `Long.parseLong` reads: a sign and decimal digits of any script.
pub fn parse_long(text: &str) -> Option<i64> {
    let (negative, digits) = split_sign(text);
    if digits.is_empty() {
        return None;
    }
    // Counted downwards: the most negative number has no positive counterpart.
    let magnitude = digits.chars().try_fold(0i64, |sum, c| sum.checked_mul(10)?.checked_sub(digit(c)?))?;
    if negative { Some(magnitude) } else { magnitude.checked_neg() }
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn digit(c: char) -> Option<i64> {
    let code = u32::from(c);
    let zero = ZEROS[..ZEROS.partition_point(|zero| *zero <= code)].last()?;
    (code - zero < 10).then_some(i64::from(code - zero))
}

/// Reads what `Double.parseDouble` reads from trimmed text: `NaN`, `Infinity`, decimal and hexadecimal floating point
/// literals, each with an optional sign and type suffix.
pub fn parse_double(text: &str) -> Option<f64> {
    let (negative, body) = split_sign(text);
    let magnitude = match body {
        "NaN" => f64::NAN,
        "Infinity" => f64::INFINITY,
        _ => parse_literal(without_suffix(body)).or_else(|| parse_hexadecimal(without_suffix(body)))?,
    };
    Some(if negative { -magnitude } else { magnitude })
}

/// Reads what `Float.parseFloat` reads from trimmed text: as [`parse_double`], but a decimal literal is rounded once.
pub fn parse_float(text: &str) -> Option<f32> {
    let (negative, body) = split_sign(text);
    let rounded_once = parse_literal::<f32>(without_suffix(body)).map(|value| if negative { -value } else { value });
    rounded_once.or_else(|| parse_double(text).map(|value| value as f32))
}

fn without_suffix(body: &str) -> &str {
    body.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(body)
}

fn parse_literal<T: std::str::FromStr>(text: &str) -> Option<T> {
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
    // Rust also reads a sign here, and words such as `inf`.
    let starts_right = text.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    (starts_right && text.chars().all(plain)).then(|| text.parse().ok()).flatten()
}

/// Reads `0x1.8p3`: hexadecimal digits, a point, and a mandatory binary exponent.
fn parse_hexadecimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?.split_once(['p', 'P'])?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let (negative, digits) = split_sign(exponent);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let power = digits.parse::<i64>().unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
    let (bits, shift) = leading_bits(whole, fraction)?;
    Some(scale(bits, shift.saturating_add(if negative { -power } else { power })))
}

/// The first 63 bits of the digits, the last of them sticky, and the power of two they are to be multiplied with.
fn leading_bits(whole: &str, fraction: &str) -> Option<(u64, i64)> {
    let (mut bits, mut shift) = (0u64, -4 * i64::try_from(fraction.len()).ok()?);
    for c in whole.chars().chain(fraction.chars()) {
        let digit = u64::from(c.to_digit(16)?);
        if bits >> 58 == 0 {
            bits = bits << 4 | digit;
        } else {
            bits |= u64::from(digit != 0);
            shift += 4;
        }
    }
    Some((bits, shift))
}

/// `bits * 2^shift`, rounded once, to even.
fn scale(bits: u64, shift: i64) -> f64 {
    if bits == 0 {
        return 0.0;
    }
    let width = 64 - i64::from(bits.leading_zeros());
    if width + shift > 1024 {
        return f64::INFINITY;
    }
    // The lowest bit that the result can hold: 53 bits for a normal number, 2^-1074 for a subnormal one.
    let lowest = (width + shift - 53).max(-1074);
    let drop = lowest - shift;
    if drop > 64 {
        return 0.0;
    }
    let kept = if drop <= 0 { u128::from(bits) } else { round_to_even(u128::from(bits), drop) };
    let exponent = if drop <= 0 { shift } else { lowest };
    // Both factors are exact, and so is the product; two steps because 2^-1074 alone is the smallest step.
    let half = exponent / 2;
    kept as f64 * power_of_two(half) * power_of_two(exponent - half)
}

fn round_to_even(bits: u128, drop: i64) -> u128 {
    let kept = bits >> drop;
    let rest = bits & ((1 << drop) - 1);
    let half = 1u128 << (drop - 1);
    kept + u128::from(rest > half || rest == half && kept & 1 == 1)
}

fn power_of_two(exponent: i64) -> f64 {
    2f64.powi(i32::try_from(exponent).unwrap_or(i32::MAX))
}

/// `Double.toString`: `1.0`, `2.147483648E9`, `1.0E-4`, `NaN`, `Infinity`.
pub(crate) fn java_double(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let magnitude = value.abs();
    if value == 0.0 || (1e-3..1e7).contains(&magnitude) {
        return format!("{value:?}");
    }
    let scientific = format!("{value:E}");
    match scientific.split_once('E') {
        Some((mantissa, exponent)) if !mantissa.contains('.') => format!("{mantissa}.0E{exponent}"),
        _ => scientific,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longs() {
        for (text, want) in [
            ("0", Some(0)),
            ("+5", Some(5)),
            ("05", Some(5)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("\u{661}\u{ff15}", Some(15)), // any script, even mixed
            ("\u{1d7ce}", None),           // Java looks at UTF-16 units, so no digits beyond the BMP
            ("", None),
            ("-", None),
            ("+-1", None),
            ("1_0", None),
        ] {
            assert_eq!(parse_long(text), want, "{text}");
        }
    }

    #[test]
    fn floats_are_rounded_once() {
        for (text, want) in [
            ("1.5f", Some(1.5)),
            ("-0x1p3", Some(-8.0)),
            ("NaNf", None),
            ("1e400", Some(f32::INFINITY)),
            // Through a double it would be 1.0.
            ("1.00000005960464477540", Some(1.000_000_1)),
            ("inf", None),
        ] {
            assert_eq!(parse_float(text), want, "{text}");
        }
    }

    #[test]
    fn doubles() {
        for (text, want) in [
            ("1", Some(1.0)),
            ("1d", Some(1.0)),
            ("-.5F", Some(-0.5)),
            ("5.", Some(5.0)),
            ("1e3", Some(1000.0)),
            ("1e400", Some(f64::INFINITY)),
            ("-Infinity", Some(f64::NEG_INFINITY)),
            ("0x1.8p1", Some(3.0)),
            ("0x.8P-1d", Some(0.25)),
            ("0x1p-1074", Some(5e-324)),
            ("0x1p-1075", Some(0.0)),
            ("0x1.8p-1075", Some(5e-324)),
            ("0x1p1023", Some(2f64.powi(1023))),
            ("0x1p1024", Some(f64::INFINITY)),
            ("0x1.00000000000008p0", Some(1.0)), // a tie goes to even
            ("0x1.000000000000080000000000001p0", Some(1.0 + f64::EPSILON)), // the far bit breaks the tie
            ("0x5", None),
            ("inf", None),
            ("nan", None),
            ("Infinityd", None),
            ("1dd", None),
            ("+-1", None),
            (".", None),
            ("", None),
            ("e5", None),
            ("\u{661}", None), // unlike integers
        ] {
            assert_eq!(parse_double(text), want, "{text}");
        }
        assert!(parse_double("NaN").is_some_and(f64::is_nan));
    }

    #[test]
    fn doubles_as_java_writes_them() {
        for (value, want) in [
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (0.001, "0.001"),
            (0.0001, "1.0E-4"),
            (1e7, "1.0E7"),
            (9999999.5, "9999999.5"),
            (2147483648.0, "2.147483648E9"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(java_double(value), want);
        }
    }
}
