//! From a moment to its text.

use std::fmt::Write;

use super::calendar::Fields;
use super::names::{DAYS, ERAS, HALVES, MONTHS, UTC, short};
use super::pattern::{Item, Letter};

/// `DecimalFormat` writes no number wider than this.
const DIGITS_MAX: usize = 309;

pub(super) fn format(items: &[Item], millis: i64) -> String {
    let fields = Fields::of(millis);
    let mut out = String::new();
    for item in items {
        match item {
            Item::Text(text) => out.push_str(text),
            Item::Field(letter, count) => field(&mut out, &fields, *letter, *count),
        }
    }
    out
}

fn field(out: &mut String, fields: &Fields, letter: Letter, count: usize) {
    match letter {
        Letter::Era => out.push_str(ERAS[usize::from(fields.proleptic_year > 0)].0),
        Letter::Year => year(out, year_of_era(fields), count),
        Letter::WeekYear => year(out, fields.week_year, count),
        Letter::Month | Letter::MonthAlone => match MONTHS.get(fields.month as usize) {
            Some(name) if count >= 3 => out.push_str(if count == 3 { short(name) } else { name }),
            _ => padded(out, fields.month + 1, count),
        },
        Letter::DayName => {
            let name = DAYS[(fields.day_of_week - 1) as usize];
            out.push_str(if count < 4 { short(name) } else { name });
        }
        Letter::AmPm => out.push_str(HALVES[(hour(fields) / 12) as usize]),
        Letter::ZoneName => out.push_str(if count < 4 { UTC.0 } else { UTC.1 }),
        Letter::ZoneRfc822 => out.push_str("+0000"),
        Letter::ZoneIso => out.push('Z'),
        _ => padded(out, number(fields, letter), count),
    }
}

fn number(fields: &Fields, letter: Letter) -> i64 {
    let millis = fields.millis_of_day;
    match letter {
        Letter::WeekOfYear => fields.week_of_year,
        Letter::WeekOfMonth => fields.week_of_month,
        Letter::DayOfYear => fields.day_of_year,
        Letter::DayOfMonth => fields.day_of_month,
        Letter::DayOfWeekInMonth => fields.day_of_week_in_month,
        Letter::DayNumber => (fields.day_of_week + 5) % 7 + 1,
        Letter::Hour0To23 => hour(fields),
        Letter::Hour1To24 => (hour(fields) + 23) % 24 + 1,
        Letter::Hour0To11 => hour(fields) % 12,
        Letter::Hour1To12 => (hour(fields) + 11) % 12 + 1,
        Letter::Minute => millis / 60_000 % 60,
        Letter::Second => millis / 1000 % 60,
        _ => millis % 1000,
    }
}

fn hour(fields: &Fields) -> i64 {
    fields.millis_of_day / 3_600_000
}

fn year_of_era(fields: &Fields) -> i64 {
    if fields.proleptic_year > 0 { fields.proleptic_year } else { 1 - fields.proleptic_year }
}

/// Two letters are the last two digits.
fn year(out: &mut String, year: i64, count: usize) {
    padded(out, if count == 2 { year % 100 } else { year }, count);
}

/// The sign does not count.
fn padded(out: &mut String, value: i64, count: usize) {
    if value < 0 {
        out.push('-');
    }
    let width = count.min(DIGITS_MAX);
    write!(out, "{:0width$}", value.unsigned_abs()).expect("a String takes any text");
}
