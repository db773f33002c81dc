//! `2019-08-23`, `14:34:54.346Z` and `2019-08-23T14:34:54.346Z`, read as leniently as `SimpleDateFormat` does in UTC.

use super::super::{Value, logical};
use crate::SchemaAndValue;
use crate::java::calendar::{MILLIS_PER_DAY, days_from_civil, split_day};
use crate::java::digit;

/// The fields of a pattern; between them stand single characters.
#[derive(Default)]
struct Fields {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    milli: i64,
}

/// A text of exactly the length of a date, a time or a timestamp, if it begins like one. `\:` counts as `:`.
pub(super) fn parse_temporal(text: &str) -> Option<SchemaAndValue> {
    // 24 characters, up to four bytes each, and two backslashes.
    if text.len() < 10 || text.len() > 26 * 4 {
        return None;
    }
    let text = text.replace("\\:", ":");
    let (schema, millis) = match text.encode_utf16().count() {
        10 => (logical::date_schema(), date(&mut Reader(&text))?.millis()),
        13 => (logical::time_schema(), time(&mut Reader(&text), Fields::epoch())?.millis()),
        24 => (logical::timestamp_schema(), timestamp(&mut Reader(&text))?.millis()),
        _ => return None,
    };
    Some((Some(schema), Value::Instant(millis)))
}

fn date(reader: &mut Reader<'_>) -> Option<Fields> {
    let year = reader.number()?;
    let month = reader.literal('-')?.number()?;
    let day = reader.literal('-')?.number()?;
    Some(Fields { year, month, day, ..Fields::default() })
}

fn time(reader: &mut Reader<'_>, date: Fields) -> Option<Fields> {
    let hour = reader.number()?;
    let minute = reader.literal(':')?.number()?;
    let second = reader.literal(':')?.number()?;
    let milli = reader.literal('.')?.number()?;
    reader.literal('Z')?;
    Some(Fields { hour, minute, second, milli, ..date })
}

fn timestamp(reader: &mut Reader<'_>) -> Option<Fields> {
    let date = date(reader)?;
    time(reader.literal('T')?, date)
}

impl Fields {
    fn epoch() -> Self {
        Self { year: 1970, month: 1, day: 1, ..Self::default() }
    }

    /// Every field may be out of its range and carries over.
    fn millis(&self) -> i64 {
        let of_day = ((self.hour * 60 + self.minute) * 60 + self.second) * 1000 + self.milli;
        let (more_days, of_day) = split_day(of_day);
        // Java carries months over into a 32-bit year.
        let carried = (self.month - 1).div_euclid(12);
        let year = i64::from((self.year + carried) as i32) - carried;
        let days = days_from_civil(year, self.month, self.day + more_days);
        days.wrapping_mul(MILLIS_PER_DAY).wrapping_add(of_day)
    }
}

/// The rest of the text.
struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn literal(&mut self, expected: char) -> Option<&mut Self> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(self)
    }

    /// A 32-bit number after any spaces and tabs: a sign, digits of any script, an exponent.
    fn number(&mut self) -> Option<i64> {
        self.0 = self.0.trim_start_matches([' ', '\t']);
        let unsigned = self.0.strip_prefix('-');
        let negative = unsigned.is_some();
        let (digits, rest) = leading_digits(unsigned.unwrap_or(self.0));
        let mut value = digits?;
        self.0 = rest;
        if let Some((exponent, rest)) = exponent(rest) {
            value *= 10f64.powi(exponent);
            self.0 = rest;
        }
        let value = if negative { -value } else { value };
        // A number with a fraction or beyond 64 bits is a double in Java; both narrow to an int by truncation.
        Some(if value.abs() < 9.2e18 { i64::from(value as i64 as i32) } else { i64::from(value as i32) })
    }
}

/// The number that the digits at the start stand for, and what follows them. At most 24 digits: doubles are exact enough.
fn leading_digits(text: &str) -> (Option<f64>, &str) {
    let mut value = None;
    for (at, c) in text.char_indices() {
        let Some(digit) = digit(c) else { return (value, &text[at..]) };
        value = Some(value.unwrap_or(0.0) * 10.0 + f64::from(digit));
    }
    (value, "")
}

fn exponent(text: &str) -> Option<(i32, &str)> {
    let unsigned = text.strip_prefix('E')?;
    let (negative, unsigned) = unsigned.strip_prefix('-').map_or((false, unsigned), |rest| (true, rest));
    let (value, rest) = leading_digits(unsigned);
    let value = value? as i32;
    Some((if negative { -value } else { value }, rest))
}
