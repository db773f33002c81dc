//! Java's notation of durations, as `auto.offset.reset=by_duration:…` has it.

use std::time::Duration;

const SECOND: i128 = 1_000_000_000;

/// `PnDTnHnMn.nS` in any case, with a sign before the `P` or any number; none for anything else, for a negative sum and
/// for one that does not fit.
/// Source: `java.time.Duration.parse`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.to_ascii_uppercase();
    let (negative, text) = sign(&text);
    let (date, time) = text.strip_prefix('P')?.split_once('T').map_or((&text[1..], None), |(d, t)| (d, Some(t)));
    if time.is_some_and(str::is_empty) || (date.is_empty() && time.is_none()) {
        return None;
    }
    let nanos = sum(date, &[('D', 86_400)])?.checked_add(sum(time.unwrap_or_default(), TIME)?)?;
    let nanos = u128::try_from(if negative { -nanos } else { nanos }).ok()?;
    let seconds = u64::try_from(nanos / SECOND as u128).ok().filter(|seconds| i64::try_from(*seconds).is_ok())?;
    Some(Duration::new(seconds, u32::try_from(nanos % SECOND as u128).ok()?))
}

const TIME: &[(char, i128)] = &[('H', 3_600), ('M', 60), ('S', 1)];

/// The sum of numbers with these units, each at most once and in this order; in nanoseconds.
fn sum(mut text: &str, units: &[(char, i128)]) -> Option<i128> {
    let mut nanos = 0_i128;
    for (unit, seconds) in units {
        if let Some((number, rest)) = text.split_once(*unit) {
            nanos = nanos.checked_add(amount(number, *unit == 'S')?.checked_mul(*seconds)?)?;
            text = rest;
        }
    }
    text.is_empty().then_some(nanos)
}

/// A whole number, or one with up to nine decimals, in billionths.
fn amount(text: &str, decimals: bool) -> Option<i128> {
    let (negative, text) = sign(text);
    let (whole, fraction) = match text.split_once(['.', ',']) {
        Some((whole, fraction)) if decimals => (whole, fraction),
        _ => (text, ""),
    };
    let digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() || fraction.len() > 9 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let billionths =
        i128::from(whole.parse::<i64>().ok()?) * SECOND + format!("{fraction:0<9}").parse::<i128>().ok()?;
    Some(if negative { -billionths } else { billionths })
}

fn sign(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_java_reads_them() {
        for (text, want) in [
            ("P1D", Some(86_400_000)),
            ("pt1h", Some(3_600_000)),
            ("PT1.5S", Some(1_500)),
            ("PT1,5S", Some(1_500)),
            ("PT1.S", Some(1_000)),
            ("PT0S", Some(0)),
            ("P1DT2H3M4.5S", Some(93_784_500)),
            ("P-1DT25H", Some(3_600_000)),
            ("+PT+1H", Some(3_600_000)),
            ("-PT-1H", Some(3_600_000)),
            ("PT-1H", None), // nothing begins in the future
            ("-PT1H", None),
            ("P1DT", None),
            ("PT", None),
            ("P", None),
            ("", None),
            ("P1W", None),
            ("P1D2H", None),
            ("PT1H1H", None),
            ("PT1S1H", None),
            ("PT1.5H", None),
            ("PT.5S", None),
            ("PT1.1234567891S", None),
            ("PT99999999999999999999H", None),
            ("PT9223372036854775807H", None),
            ("PT1000000000000H", Some(3_600_000_000_000_000_000)),
        ] {
            assert_eq!(parse_duration(text).map(|span| span.as_millis()), want, "{text}");
        }
    }
}
