//! Days since 1970-01-01 and the calendar of `GregorianCalendar`: Julian up to 1582-10-04, Gregorian from 1582-10-15 on.
//! Years are astronomical: 0 is 1 BC. Java prints the year of the era, see [`CivilDate::year_of_era`].

/// A day has this many milliseconds; there are no leap seconds.
pub const MILLIS_PER_DAY: i64 = 86_400_000;

/// 1582-10-15, the first Gregorian day.
pub const CUTOVER: i64 = -141_427;

/// A day of the hybrid calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CivilDate {
    /// 0 is 1 BC, -1 is 2 BC.
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

impl CivilDate {
    /// What `yyyy` prints: 1 BC and AD 1 are both 1.
    pub fn year_of_era(self) -> i64 {
        if self.year > 0 { self.year } else { 1 - self.year }
    }
}

/// The whole days of a time in milliseconds since the epoch, and the milliseconds of its day.
pub fn split_day(millis: i64) -> (i64, i64) {
    (millis.div_euclid(MILLIS_PER_DAY), millis.rem_euclid(MILLIS_PER_DAY))
}

/// The date of a day since the epoch. Any day that a 64-bit count of milliseconds can name.
pub fn civil_from_days(days: i64) -> CivilDate {
    let gregorian = days >= CUTOVER;
    // Count from a 1st of March, so that the leap day is a year's last; 4 or 400 years are one cycle.
    let (shifted, cycle, years) = if gregorian { (days + 719_468, 146_097, 400) } else { (days + 719_470, 1_461, 4) };
    let (cycles, day_of_cycle) = (shifted.div_euclid(cycle), shifted.rem_euclid(cycle));
    let leaps = day_of_cycle / 1_460 - if gregorian { day_of_cycle / 36_524 - day_of_cycle / 146_096 } else { 0 };
    let year_of_cycle = (day_of_cycle - leaps) / 365;
    let skipped = if gregorian { year_of_cycle / 4 - year_of_cycle / 100 } else { 0 };
    let day_of_year = day_of_cycle - (365 * year_of_cycle + skipped);
    from_march(cycles * years + year_of_cycle, day_of_year)
}

fn from_march(year: i64, day_of_year: i64) -> CivilDate {
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, year) = if month < 10 { (month + 3, year) } else { (month - 9, year + 1) };
    CivilDate { year, month: month as u8, day: day as u8 }
}

/// The day of a date. `month` and `day` may be out of range and carry over, as in Java's lenient calendars:
/// in the calendar of `year`, which for the year of the reform is Julian up to the last day before it. The ten days
/// that the reform left out count on from 1582-10-04.
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let (in_year, month) = (year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12));
    let gregorian = gregorian_days(in_year, month) + day - 1;
    if year >= 1582 && gregorian >= CUTOVER { gregorian } else { julian_days(in_year, month) + day - 1 }
}

/// The first day of a month, from 0, in the Gregorian calendar.
pub(crate) fn gregorian_days(year: i64, month: i64) -> i64 {
    let (year, day_of_year) = to_march(year, month);
    let (cycles, year_of_cycle) = (year.div_euclid(400), year.rem_euclid(400));
    cycles * 146_097 + year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year - 719_468
}

/// The first day of a month, from 0, in the Julian calendar.
pub(crate) fn julian_days(year: i64, month: i64) -> i64 {
    let (year, day_of_year) = to_march(year, month);
    year * 365 + year.div_euclid(4) + day_of_year - 719_470
}

fn to_march(year: i64, month: i64) -> (i64, i64) {
    let (year, month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    (year, (153 * month + 2) / 5)
}

/// The day of the week, 0 is Sunday.
pub fn weekday(days: i64) -> usize {
    (days + 4).rem_euclid(7) as usize
}
