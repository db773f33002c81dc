//! From the fields that a text gave, in their order, to the moment they mean: the lenient rules of
//! `java.util.GregorianCalendar`. Fields of one kind of date (by month, by week, by day of the year) win over those
//! of another if they came later; a value may be any number and counts on from its natural range.

use crate::calendar::MILLIS_PER_DAY;

use super::calendar::{CUTOVER, CUTOVER_YEAR, EPOCH, Fields, System, first_week, month_length, on_or_before};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Era,
    Year,
    WeekYear,
    Month,
    WeekOfYear,
    WeekOfMonth,
    DayOfMonth,
    DayOfYear,
    DayOfWeek,
    DayOfWeekInMonth,
    AmPm,
    /// Of half a day.
    Hour,
    HourOfDay,
    Minute,
    Second,
    Millisecond,
}

const FIELDS: usize = Field::Millisecond as usize + 1;

/// How a text has told its offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Zone {
    /// Not at all: UTC.
    #[default]
    Unset,
    Name {
        ms: i64,
    },
    Number {
        ms: i64,
    },
}

/// The fields that were set. A stamp tells when: 0 is never, more is later.
#[derive(Debug, Clone, Default)]
pub(super) struct Parsed {
    values: [i32; FIELDS],
    stamps: [u32; FIELDS],
    next: u32,
    /// East of Greenwich.
    pub(super) zone: Zone,
}

/// Which fields tell the day, once the latest are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Day {
    OfMonth,
    /// A week of the month, the day of the week if it was set.
    WeekOfMonth,
    /// For example the second Tuesday.
    WeekdayOfMonth,
    OfYear,
    WeekOfYear,
}

impl Parsed {
    pub(super) fn set(&mut self, field: Field, value: i32) {
        self.next += 1;
        self.stamps[field as usize] = self.next;
        self.values[field as usize] = value;
    }

    /// For a year of two digits that lies too far back.
    pub(super) fn add_years(&mut self, years: i32) {
        for field in [Field::Year, Field::WeekYear] {
            let value = &mut self.values[field as usize];
            *value = value.wrapping_add(years);
        }
    }

    /// Milliseconds since 1970. Like a Java long it wraps around after 292 million years.
    pub(super) fn millis(mut self) -> i64 {
        if self.stamp(Field::WeekYear) > self.stamp(Field::Year) {
            self.set_week_date();
        }
        let offset = match self.zone {
            Zone::Unset => 0,
            Zone::Name { ms } | Zone::Number { ms } => ms,
        };
        self.local_millis().wrapping_sub(offset)
    }

    fn stamp(&self, field: Field) -> u32 {
        self.stamps[field as usize]
    }

    fn is_set(&self, field: Field) -> bool {
        self.stamp(field) > 0
    }

    /// 0 unless it was set.
    fn value(&self, field: Field) -> i32 {
        self.values[field as usize]
    }

    fn value_or(&self, field: Field, default: i32) -> i32 {
        if self.is_set(field) { self.value(field) } else { default }
    }

    /// The stamp of two fields that only count together.
    fn both(&self, a: Field, b: Field) -> u32 {
        let (a, b) = (self.stamp(a), self.stamp(b));
        if a == 0 || b == 0 { 0 } else { a.max(b) }
    }

    fn local_millis(&self) -> i64 {
        let time = self.time_of_day();
        let day = self.fixed_day(time.div_euclid(MILLIS_PER_DAY));
        (day - EPOCH).wrapping_mul(MILLIS_PER_DAY).wrapping_add(time.rem_euclid(MILLIS_PER_DAY))
    }

    /// In milliseconds; of any length.
    fn time_of_day(&self) -> i64 {
        let half_day = self.both(Field::Hour, Field::AmPm);
        let whole_day = self.stamp(Field::HourOfDay);
        let latest = match half_day.max(whole_day) {
            0 => self.stamp(Field::Hour).max(self.stamp(Field::AmPm)),
            latest => latest,
        };
        let hours = if latest == whole_day && latest > 0 {
            i64::from(self.value(Field::HourOfDay))
        } else {
            // Java multiplies in 32 bits, and so the halves of a day wrap around.
            i64::from(self.value(Field::Hour)) + i64::from(self.value(Field::AmPm).wrapping_mul(12))
        };
        let minutes = hours * 60 + i64::from(self.value(Field::Minute));
        (minutes * 60 + i64::from(self.value(Field::Second))) * 1000 + i64::from(self.value(Field::Millisecond))
    }

    /// The day in the calendar that held on it. `extra` are days that the time of day amounts to.
    fn fixed_day(&self, extra: i64) -> i64 {
        let year = match self.value_or(Field::Era, 1) {
            0 => 1i32.wrapping_sub(self.value_or(Field::Year, 1970)),
            _ => self.value_or(Field::Year, 1970),
        };
        let day = self.which_day();
        let gregorian = extra + self.day_in(System::Gregorian, year, day);
        let julian = extra + self.day_in(System::Julian, year, day);
        let cutover_year = CUTOVER_YEAR as i32;
        if year > cutover_year && gregorian >= CUTOVER {
            return gregorian;
        }
        if year < cutover_year {
            // A Julian date after the cutover is kept as what it is.
            return julian;
        }
        if matches!(day, Day::OfYear | Day::WeekOfYear) || gregorian < CUTOVER { julian } else { gregorian }
    }

    fn which_day(&self) -> Day {
        let of = |field| self.both(field, Field::DayOfWeek);
        let stamp = |field| self.stamp(field);
        let mut by_month = stamp(Field::DayOfMonth);
        let mut by_week = of(Field::WeekOfMonth);
        let mut by_weekday = of(Field::DayOfWeekInMonth);
        let by_day = stamp(Field::DayOfYear);
        let mut latest = [by_month, by_week, by_weekday, by_day, of(Field::WeekOfYear)].into_iter().max().unwrap_or(0);
        if latest == 0 {
            // No complete choice: a part of one does.
            by_week = stamp(Field::WeekOfMonth);
            by_weekday = stamp(Field::DayOfWeekInMonth).max(stamp(Field::DayOfWeek));
            latest = by_week.max(by_weekday).max(stamp(Field::WeekOfYear));
            if latest == 0 {
                by_month = stamp(Field::Month);
                latest = by_month;
            }
        }
        let week_of_year = stamp(Field::WeekOfYear);
        if latest == by_month {
            Day::OfMonth
        } else if latest == by_week && stamp(Field::WeekOfMonth) >= week_of_year
            || latest == by_weekday && stamp(Field::DayOfWeekInMonth) >= week_of_year
        {
            let week = by_week != by_weekday && latest == by_week
                || by_week == by_weekday && stamp(Field::WeekOfMonth) >= stamp(Field::DayOfWeekInMonth);
            if week { Day::WeekOfMonth } else { Day::WeekdayOfMonth }
        } else if latest == by_day {
            Day::OfYear
        } else {
            Day::WeekOfYear
        }
    }

    fn day_in(&self, system: System, year: i32, day: Day) -> i64 {
        if matches!(day, Day::OfYear | Day::WeekOfYear) {
            return self.day_of_year(system, year, day);
        }
        let month = self.value(Field::Month);
        let year = i64::from(year.wrapping_add(month.div_euclid(12)));
        let month = i64::from(month.rem_euclid(12));
        let first = system.fixed_day(year, month, 1);
        match day {
            Day::OfMonth => first + i64::from(self.value_or(Field::DayOfMonth, 1)) - 1,
            Day::WeekOfMonth => {
                let weeks = self.value(Field::WeekOfMonth).wrapping_sub(1).wrapping_mul(7);
                self.weekday_of(first_week(first)) + i64::from(weeks)
            }
            _ => self.weekday_of_month(first, month_length(year, month)),
        }
    }

    fn day_of_year(&self, system: System, year: i32, day: Day) -> i64 {
        let first = system.fixed_day(i64::from(year), 0, 1);
        let cut = system == System::Gregorian && i64::from(year) == CUTOVER_YEAR;
        let first = if cut { first.max(CUTOVER) } else { first };
        if day == Day::OfYear {
            first + i64::from(self.value(Field::DayOfYear)) - 1
        } else {
            self.weekday_of(first_week(first)) + 7 * (i64::from(self.value(Field::WeekOfYear)) - 1)
        }
    }

    /// The chosen day of the week that begins on this Sunday.
    fn weekday_of(&self, sunday: i64) -> i64 {
        let weekday = self.value_or(Field::DayOfWeek, 1);
        on_or_before(sunday + 6, weekday)
    }

    /// The second Tuesday; or the last one, for -1.
    fn weekday_of_month(&self, first: i64, length: i64) -> i64 {
        let weekday = self.value_or(Field::DayOfWeek, 1);
        let nth = self.value_or(Field::DayOfWeekInMonth, 1);
        if nth >= 0 {
            on_or_before(first + i64::from(nth.wrapping_mul(7)) - 1, weekday)
        } else {
            let last = (length as i32).wrapping_add(nth.wrapping_add(1).wrapping_mul(7));
            on_or_before(first + i64::from(last) - 1, weekday)
        }
    }

    /// Year, week and day of the week, as the date that they are.
    fn set_week_date(&mut self) {
        let weekday = self.value_or(Field::DayOfWeek, 1);
        let week = self.value_or(Field::WeekOfYear, 1);
        let (weekday, week) = match weekday {
            8.. => {
                let beyond = weekday - 1;
                (iso(beyond % 7 + 1), week.wrapping_add(beyond / 7))
            }
            ..1 => {
                let weeks = (7 - i64::from(weekday)) / 7;
                (iso((i64::from(weekday) + weeks * 7) as i32), week.wrapping_sub(weeks as i32))
            }
            _ => (weekday, week),
        };
        // The year is taken to be of the era that the other fields amount to.
        let mut start = Self::default();
        start.set(Field::Era, i32::from(Fields::of(self.local_millis()).proleptic_year > 0));
        start.set(Field::Year, self.value(Field::WeekYear));
        start.set(Field::WeekOfYear, 1);
        start.set(Field::DayOfWeek, 1);
        let days = (weekday - 1).wrapping_add(week.wrapping_sub(1).wrapping_mul(7));
        let start = start.local_millis();
        let day = Fields::fixed_day(start) + i64::from(days);
        // After an overflow the year begins at some time of the day.
        let date =
            Fields::of((day - EPOCH).wrapping_mul(MILLIS_PER_DAY).wrapping_add(start.rem_euclid(MILLIS_PER_DAY)));
        self.set(Field::Era, 1);
        self.set(Field::Year, date.proleptic_year as i32);
        self.set(Field::Month, date.month as i32);
        self.set(Field::DayOfMonth, date.day_of_month as i32);
    }
}

/// From the number of a day with 1 as Monday to the one with 1 as Sunday.
fn iso(day: i32) -> i32 {
    day % 7 + 1
}

/// What the letter `u` sets: a number of a day that is none stays as it is.
pub(super) fn day_number(value: i32) -> i32 {
    if (1..=7).contains(&value) { iso(value) } else { value }
}
