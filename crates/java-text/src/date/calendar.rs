//! Days and the fields of a date, in the calendar of `java.util.GregorianCalendar`: Julian until Thursday, 4 October
//! 1582, Gregorian from Friday, 15 October 1582.
//!
//! A *fixed day* counts from 1 January of the (proleptic Gregorian) year 1, which is day 1. Weeks begin on Sunday, and
//! the week with 1 January is a year's first, as the JDK has it for English.

use crate::calendar::{self, CivilDate, MILLIS_PER_DAY, civil_from_days, gregorian_days, julian_days};

/// 1 January 1970.
pub(super) const EPOCH: i64 = 719_163;
/// The first Gregorian day, and its year.
pub(super) const CUTOVER: i64 = EPOCH + calendar::CUTOVER;
pub(super) const CUTOVER_YEAR: i64 = 1582;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum System {
    Julian,
    Gregorian,
}

/// A moment in UTC, as the letters of a pattern see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fields {
    /// With 0 for 1 BC and -1 for 2 BC.
    pub(super) proleptic_year: i64,
    /// From 0.
    pub(super) month: i64,
    pub(super) day_of_month: i64,
    pub(super) day_of_year: i64,
    /// From 1, Sunday.
    pub(super) day_of_week: i64,
    pub(super) day_of_week_in_month: i64,
    pub(super) week_of_year: i64,
    pub(super) week_of_month: i64,
    pub(super) week_year: i64,
    pub(super) millis_of_day: i64,
}

impl Fields {
    /// Any moment has its fields: 64 bits of milliseconds reach 292 million years far.
    pub(super) fn of(millis: i64) -> Self {
        let (days, millis_of_day) = calendar::split_day(millis);
        let day = days + EPOCH;
        let (year, month, day_of_month) = date_of(day);
        let first_of_year = new_year(year);
        let first_of_month = month_start(day, day_of_month);
        let (week_of_year, week_year) = week_of(day, year);
        let week_year = if year > CUTOVER_YEAR + 1 { week_year } else { old_week_year(day, year) };
        Self {
            proleptic_year: year,
            month,
            day_of_month,
            day_of_year: day - first_of_year + 1,
            day_of_week: day.rem_euclid(7) + 1,
            day_of_week_in_month: (day - first_of_month) / 7 + 1,
            week_of_year,
            week_of_month: week_number(first_of_month, day),
            week_year,
            millis_of_day,
        }
    }

    pub(super) fn fixed_day(millis: i64) -> i64 {
        millis.div_euclid(MILLIS_PER_DAY) + EPOCH
    }
}

/// The first day of a month; October 1582 began ten days sooner than its days from the 15th tell.
fn month_start(day: i64, day_of_month: i64) -> i64 {
    let counted = day - day_of_month + 1;
    if day >= CUTOVER && counted < CUTOVER { counted + 10 } else { counted }
}

/// The week and the year that it belongs to.
fn week_of(day: i64, year: i64) -> (i64, i64) {
    let week = week_number(new_year(year), day);
    let next = new_year(year + 1);
    if day >= on_or_before(next + 6, 1) - 7 && on_or_before(next + 6, 1) > next { (1, year + 1) } else { (week, year) }
}

/// The year of the week, as the JDK finds it up to 1583: where the next year's first week reaches back to this day.
/// Before Christ it takes the wrong year for the next one: years count down there.
fn old_week_year(day: i64, year: i64) -> i64 {
    let days_left = new_year(year + 1) - day;
    let next = new_year(if year > 0 { year + 1 } else { -year });
    let days_back = (next - first_week(next)).rem_euclid(7);
    let in_first_week = day < first_week(new_year(year) + 6);
    if !in_first_week && days_left <= days_back { year + 1 } else { year }
}

/// The week of a day, counted from the one with the first day of its year or month.
pub(super) fn week_number(first: i64, day: i64) -> i64 {
    (day - first_week(first)).div_euclid(7) + 1
}

/// The Sunday of the week with this day.
pub(super) fn first_week(first: i64) -> i64 {
    on_or_before(first, 1)
}

/// The last day up to this one with a day of the week (1 is Sunday; any other number counts on in circles).
pub(super) fn on_or_before(day: i64, day_of_week: i32) -> i64 {
    // Java subtracts in 32 bits.
    day - (day - i64::from(day_of_week.wrapping_sub(1))).rem_euclid(7)
}

/// The fixed day of a year's 1 January.
fn new_year(year: i64) -> i64 {
    System::of_year(year).fixed_day(year, 0, 1)
}

impl System {
    fn of_year(year: i64) -> Self {
        if year > CUTOVER_YEAR { Self::Gregorian } else { Self::Julian }
    }

    /// The fixed day of a date; the month counts from 0 and is a real one, the day may be any.
    pub(super) fn fixed_day(self, year: i64, month: i64, day_of_month: i64) -> i64 {
        let first = match self {
            Self::Julian => julian_days(year, month),
            Self::Gregorian => gregorian_days(year, month),
        };
        EPOCH + first + day_of_month - 1
    }
}

/// The days of a month, of the calendar that holds for its year as a whole.
pub(super) fn month_length(year: i64, month: i64) -> i64 {
    let system = System::of_year(year);
    let next = if month == 11 { system.fixed_day(year + 1, 0, 1) } else { system.fixed_day(year, month + 1, 1) };
    next - system.fixed_day(year, month, 1)
}

/// Year, month from 0 and day of the month.
fn date_of(day: i64) -> (i64, i64, i64) {
    let CivilDate { year, month, day } = civil_from_days(day - EPOCH);
    (year, i64::from(month) - 1, day.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_day_lies_in_its_year_and_month() {
        let mut last = date_of(-800_001);
        for day in (-800_000..1_500_000).chain(1_000_000_000..1_000_150_000) {
            let (year, month, day_of_month) = date_of(day);
            let system = if day >= CUTOVER { System::Gregorian } else { System::Julian };
            assert_eq!(system.fixed_day(year, month, day_of_month), day);
            let next = (year, month, day_of_month) == (last.0, last.1, last.2 + 1);
            assert!(next || day_of_month == 1 || day == CUTOVER || day == 1_000_000_000, "{day}: {last:?}");
            last = (year, month, day_of_month);
        }
    }

    #[test]
    fn fields_at_the_change_of_calendars() {
        for (millis, want) in [
            (-12_219_292_800_001, (1582, 9, 4, 277, 5)), // Thursday
            (-12_219_292_800_000, (1582, 9, 15, 278, 6)),
            (0, (1970, 0, 1, 1, 5)),
        ] {
            let fields = Fields::of(millis);
            let got =
                (fields.proleptic_year, fields.month, fields.day_of_month, fields.day_of_year, fields.day_of_week);
            assert_eq!(got, want, "{millis}");
        }
    }
}
